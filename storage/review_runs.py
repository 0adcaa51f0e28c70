"""Writing the series of reviews and their runs, and claiming those that are due."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select

from engine.domain.ids import PersonId, PolicyId, ReviewRunId
from engine.domain.review_lines import asked_person
from engine.domain.review_schedule import ReviewSeries
from engine.domain.review_settings import MAX_STAGES
from engine.domain.reviews import ReviewRun, ReviewState
from storage import review_tables as t
from storage.bound import upsert
from storage.mapping import Mapped
from storage.reader import locked
from storage.requests import RequestWrites, saving, to_save, waking
from storage.types import WakeMillis

SERIES = Mapped(ReviewSeries, t.review_series)
RUN = Mapped(ReviewRun, t.review_runs)
_S, _R = t.review_series.c, t.review_runs.c
_NOW = bindparam("now", type_=WakeMillis)

ONE_RUN = select(*RUN.columns).where(_R.id == bindparam("id"))
_LOCK_RUN = locked(ONE_RUN)
_UNFINISHED = (
    select(*RUN.columns)
    .where(_R.closed_at.is_(None), _R.policy_id.in_(bindparam("policies", expanding=True)))
    .order_by(_R.id)
)
_DUE_SERIES = locked(
    select(*SERIES.columns).where(_S.wake_at <= _NOW).order_by(_S.wake_at).limit(bindparam("most")),
    skip=True,
)
_DUE_RUN = locked(
    select(*RUN.columns).where(_R.wake_at <= _NOW).order_by(_R.wake_at).limit(1), skip=True
)
_SCHEDULED = (_R.policy_id == bindparam("policy")) & (_R.state == ReviewState.SCHEDULED)
_ASKING = (_R.state == ReviewState.IN_PROGRESS) & or_(
    _R.id.in_(
        select(t.review_reviewers.c.review_id).where(
            t.review_reviewers.c.person_id.in_(bindparam("people", expanding=True))
        )
    ),
    _R.id.in_(
        select(t.review_tallies.c.review_id).where(
            t.review_tallies.c.asked.in_(bindparam("marks", expanding=True))
        )
    ),
)


class ReviewRunWrites(RequestWrites):
    """Series and runs."""

    def review_series(self) -> dict[PolicyId, ReviewSeries]:
        """Every series there is."""
        rows = self.conn.execute(select(*SERIES.columns).order_by(_S.policy_id))
        return {series.policy_id: series for series in SERIES.all_from(rows)}

    def save_review_series(self, series: ReviewSeries, wake_at: datetime | None) -> None:
        """Insert or write it."""
        row = SERIES.to_row(series) | {
            "wake_at": wake_at,
            "wake_errors": 0,
            "problem": None,
            "parked_at": None,
        }
        statement = upsert(t.review_series, self.postgres)
        statement = statement.on_conflict_do_update(
            index_elements=["policy_id"],
            set_={name: statement.excluded[name] for name in row if name != "policy_id"},
        )
        self.conn.execute(statement, row)
        self.note_wake(wake_at)

    def claim_due_series(self, now: datetime, limit: int) -> Sequence[ReviewSeries]:
        """Lock and read what is due, skipping what others hold; ordered by `wake_at`."""
        return SERIES.all_from(self.conn.execute(_DUE_SERIES, {"now": now, "most": limit}))

    def review_run(self, review_id: ReviewRunId) -> ReviewRun | None:
        """One run, not locked."""
        row = self.conn.execute(ONE_RUN, {"id": review_id}).one_or_none()
        return RUN.from_row(row) if row is not None else None

    def unfinished_runs(self, policy_ids: Iterable[PolicyId]) -> tuple[ReviewRun, ...]:
        """The runs of these policies that are neither closed nor stopped, oldest first."""
        asked = {"policies": sorted(set(policy_ids))}
        return RUN.all_from(self.asking().execute(_UNFINISHED, asked))

    def add_review_run(self, run: ReviewRun, wake_at: datetime | None) -> bool:
        """Insert; False when the occurrence has had its run already."""
        row = run_row(run) | {"wake_at": wake_at}
        statement = upsert(t.review_runs, self.postgres).on_conflict_do_nothing()
        added = self.conn.execute(statement.returning(_R.id), row).one_or_none() is not None
        if added:
            self.note_wake(wake_at)
        return added

    def lock_review_run(self, review_id: ReviewRunId) -> ReviewRun | None:
        """Lock and read one run."""
        row = self.conn.execute(_LOCK_RUN, {"id": review_id}).one_or_none()
        return RUN.from_row(row) if row is not None else None

    def save_review_run(self, run: ReviewRun, wake_at: datetime | None) -> None:
        """Write it."""
        row = run_row(run)
        del row["id"]
        self.conn.execute(saving(t.review_runs, tuple(row)), to_save(run.id, row, wake_at))
        self.note_wake(wake_at)

    def claim_due_run(self, now: datetime) -> ReviewRun | None:
        """Lock and read the run that is due first, skipping what others hold."""
        row = self.conn.execute(_DUE_RUN, {"now": now}).one_or_none()
        return RUN.from_row(row) if row is not None else None

    def wake_scheduled_runs(self, policy_id: PolicyId, at: datetime) -> None:
        """Let runs of this policy that wait for their turn look again."""
        self.conn.execute(waking(t.review_runs, _SCHEDULED), {"policy": policy_id, "at": at})
        self.note_wake(at)

    def wake_runs_reviewed_by(self, person_ids: Iterable[PersonId], at: datetime) -> None:
        """Let runs in progress that ask any of these people look again."""
        people = sorted(set(person_ids))
        marks = [asked_person(stage, person) for stage in range(MAX_STAGES) for person in people]
        if people:
            asked: dict[str, Any] = {"people": people, "marks": marks, "at": at}
            self.conn.execute(waking(t.review_runs, _ASKING), asked)
            self.note_wake(at)


def run_row(run: ReviewRun) -> dict[str, object]:
    """The columns of a run."""
    return RUN.to_row(run) | {"reference": run.id[-4:].lower()}
