"""What is due by itself: claiming it, and putting off what failed.

A wake carries no meaning; it only says "look again". So a late, a double and a superfluous one do
no harm, and nothing is ever cancelled: the next save writes the next moment.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update

from engine.application.ports import Aggregate, Unreadable
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from storage import review_tables
from storage import tables as t
from storage.bound import upsert
from storage.codec import clean
from storage.reader import ACTIVE, ASSIGNMENT, REQUEST, locked
from storage.repeats import Repeats
from storage.types import UtcMillis, WakeMillis

MOST_FAILURES = 10
"""After so many failed wakes in a row a person must look."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
MOST_COUNTED = 10_000
"""More endings than this are counted as this many."""

WAKING = {
    Aggregate.REQUEST: t.requests,
    Aggregate.ASSIGNMENT: t.assignments,
    Aggregate.REVIEW_SERIES: review_tables.review_series,
    Aggregate.REVIEW_RUN: review_tables.review_runs,
}
"""The table of each kind of row that wakes by itself."""

_R, _A = t.requests.c, t.assignments.c
_NOW = bindparam("now", type_=WakeMillis)
_DUE_REQUESTS = locked(
    select(*REQUEST.columns)
    .where(_R.wake_at <= _NOW)
    .order_by(_R.wake_at)
    .limit(bindparam("most")),
    skip=True,
)
_DUE_ASSIGNMENTS = locked(
    select(*REQUEST.columns, *ASSIGNMENT.columns)
    .join(t.requests, _R.id == func.coalesce(_A.removal_request_id, _A.request_id))
    .where(_A.wake_at <= _NOW)
    .order_by(_A.wake_at)
    .limit(bindparam("most")),
    skip=True,
)
_CLOSED = select(t.people.c.id).where(~t.people.c.active)
_DUE_OF_LEAVERS = _DUE_ASSIGNMENTS.where(_A.target_id.in_(_CLOSED))
_DUE_ENDINGS = (
    select(_A.id)
    .where(ACTIVE, _A.wake_at <= _NOW, _A.ends_at <= bindparam("at", type_=UtcMillis))
    .limit(MOST_COUNTED)
    .subquery()
)
_SOME_ACTIVE = select(_A.id).where(ACTIVE).limit(bindparam("most")).subquery()


class Wakes(Repeats):
    """What time makes due."""

    def claim_due(
        self, aggregate: Aggregate, now: datetime, limit: int, *, of_leavers: bool = False
    ) -> Sequence[tuple[AssignmentRequest | None, Assignment | None]]:
        """Lock and read what is due, skipping what others hold; ordered by `wake_at`.

        An assignment comes with the request it reports to; both are locked, or neither. Raises
        `Unreadable`, with the id of what is due.
        """
        asked = {"now": now, "most": limit}
        match aggregate:
            case Aggregate.REQUEST:
                found = REQUEST.all_from(self.conn.execute(_DUE_REQUESTS, asked))
                return [(request, None) for request in found]
            case Aggregate.ASSIGNMENT:
                due = _DUE_OF_LEAVERS if of_leavers else _DUE_ASSIGNMENTS
                return [_pair(row) for row in self.conn.execute(due, asked)]
            case _:
                raise ValueError(f"{aggregate} rows have a way of their own to be claimed")

    def postpone(self, aggregate: Aggregate, row_id: str, now: datetime, problem: str) -> bool:
        """A row's wake failed: back off; after ten failures park it. True when it was parked."""
        table = WAKING[aggregate]
        (key,) = table.primary_key.columns
        errors = table.c.wake_errors
        before: int = self.conn.execute(
            select(errors).where(key == bindparam("id")), {"id": row_id}
        ).scalar_one()
        failures = before + 1
        parked = failures >= MOST_FAILURES
        pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
        self.conn.execute(
            update(table)
            .where(key == bindparam("of"))
            .values(
                wake_errors=bindparam("failures"),
                wake_at=bindparam("again_at"),
                parked_at=bindparam("given_up_at"),
                problem=bindparam("said"),
            ),
            {
                "of": row_id,
                "failures": failures,
                "again_at": None if parked else now + pause,
                "given_up_at": now if parked else None,
                "said": clean(problem),
            },
        )
        return parked

    def endings_due(self, now: datetime) -> tuple[int, int]:
        """How many active assignments time would end now, and how many are active.

        Counted only as far as it matters for judging the share: the first to ten thousand, the
        second to a thousand and twenty times the first.
        """
        due = self.conn.execute(
            select(func.count()).select_from(_DUE_ENDINGS), {"now": now, "at": now}
        ).scalar_one()
        active = self.conn.execute(
            select(func.count()).select_from(_SOME_ACTIVE), {"most": 1000 + 20 * due}
        ).scalar_one()
        return due, active

    def brake_released(self, now: datetime) -> bool:
        """Whether an administrator has lately said that many endings are right."""
        released = select(t.brake.c.number).where(t.brake.c.released_until > bindparam("now"))
        return self.conn.execute(released, {"now": now}).one_or_none() is not None

    def release_brake(self, until: datetime) -> None:
        """Many endings are right until then."""
        statement = upsert(t.brake, self.postgres)
        statement = statement.on_conflict_do_update(
            index_elements=["number"],
            set_={"released_until": statement.excluded.released_until},
        )
        self.conn.execute(statement, {"number": 1, "released_until": until})
        self.wakes_now = True


def _pair(row: Sequence[Any]) -> tuple[AssignmentRequest, Assignment]:
    own = row[len(REQUEST.columns) :]
    try:
        return REQUEST.from_row(row), ASSIGNMENT.from_row(own)
    except Unreadable as either:
        raise Unreadable(ASSIGNMENT.key_of(own), either.problem) from either
