"""What comes again: jobs whose turn comes round, and few things that the next start knows again."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, or_, update

from storage import tables as t
from storage.assignments import AssignmentWrites
from storage.bound import upsert
from storage.types import UtcMillis, WakeMillis

_J = t.jobs.c
_NOW = bindparam("now", type_=WakeMillis)
_AGAIN = bindparam("again_at", type_=WakeMillis)
_DUE = or_(_J.claimed_until.is_(None) & (_J.wake_at <= _NOW), _J.claimed_until <= _NOW)
_ENDED = (
    update(t.jobs)
    .where(_J.name == bindparam("of"), _J.claimed_until == bindparam("claim", type_=WakeMillis))
    .values(
        claimed_until=None,
        wake_at=case((_J.wake_at > _AGAIN, _AGAIN), else_=_J.wake_at),
        failures=bindparam("failed", type_=_J.failures.type),
        done_at=case((bindparam("well"), bindparam("ended_at", type_=UtcMillis)), else_=_J.done_at),
    )
)


class Repeats(AssignmentWrites):
    """Recurring jobs, and what is remembered."""

    def claim_job(
        self, name: str, now: datetime, *, every: timedelta, within: timedelta, anyway: bool = False
    ) -> datetime | None:
        """Until when this job is ours to do, if it is due or wanted `anyway`.

        Its next turn is `every` later. Nobody else does it until it ends, or `within` has passed.
        """
        statement = upsert(t.jobs, self.postgres)
        statement = statement.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "wake_at": statement.excluded.wake_at,
                "claimed_until": statement.excluded.claimed_until,
            },
            where=None if anyway else _DUE,
        ).returning(_J.name)
        claim = now + within
        row = {"name": name, "wake_at": now + every, "claimed_until": claim}
        asked = row if anyway else row | {"now": now}
        ours = self.conn.execute(statement, asked).one_or_none() is not None
        return claim if ours else None

    def end_job(
        self,
        name: str,
        claim: datetime,
        now: datetime,
        *,
        well: bool,
        failures: int = 0,
        again_at: datetime | None = None,
    ) -> None:
        """It came to its end, or has failed so often in a row and is due `again_at` at the latest.

        Nothing is written when the claim has passed and another holds the job.
        """
        self.conn.execute(
            _ENDED,
            {
                "of": name,
                "claim": claim,
                "again_at": again_at,
                "failed": failures,
                "well": well,
                "ended_at": now,
            },
        )

    def hurry_job(self, name: str, now: datetime) -> None:
        """It is due at that moment; if it is being done now, once more afterwards."""
        statement = upsert(t.jobs, self.postgres)
        statement = statement.on_conflict_do_update(
            index_elements=["name"], set_={"wake_at": statement.excluded.wake_at}
        )
        self.conn.execute(statement, {"name": name, "wake_at": now})

    # What is remembered

    def remember(self, name: str, value: str) -> None:
        """Know this again at the next start."""
        statement = upsert(t.remembered, self.postgres)
        statement = statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": statement.excluded.value}
        )
        self.conn.execute(statement, {"name": name, "value": value})
