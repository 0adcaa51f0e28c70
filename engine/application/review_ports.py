"""What access reviews need of a transaction. Part of `ports.Transaction`; the same laws.

Everything that touches a run's lines happens under the lock of the run. Lock order: request,
assignment, holdings, run; only the applying of a closed run locks assignments after its run, and
nobody who holds an assignment locks a run that is being applied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.application.use_ports import UseWriter
from engine.domain.assignments import EndReason
from engine.domain.ids import AssignmentId, PersonId, PolicyId, ReviewRunId
from engine.domain.review_lines import (
    EVERY_LINE,
    Advice,
    ApplyResult,
    LineFilter,
    ReviewLine,
    ReviewVerdict,
)
from engine.domain.review_schedule import ReviewSeries
from engine.domain.reviews import ReviewRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """How many people there are in a department, and how many of them hold the package."""

    name: str
    people: int
    holders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a step of the snapshot wrote."""

    cursor: str
    """Where the next step begins."""
    lines: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a decision did."""

    lines: int
    changed: int
    """How many of them had another answer."""


class ReviewReader(Protocol):
    """What can be read of reviews inside a transaction."""

    def review_series(self) -> dict[PolicyId, ReviewSeries]:
        """Every series there is."""
        ...

    def review_run(self, review_id: ReviewRunId) -> ReviewRun | None:
        """One run, not locked."""
        ...

    def unfinished_runs(self, policy_ids: Iterable[PolicyId]) -> tuple[ReviewRun, ...]:
        """The runs of these policies that are neither closed nor stopped, oldest first."""
        ...

    def undecided_lines_of(self, run: ReviewRun, person_id: PersonId) -> int:
        """How many lines this person has not decided in the running stage; their own left out."""
        ...

    def lines_in_stage(self, run: ReviewRun) -> int:
        """How many lines of the running stage have not fallen out."""
        ...

    def lines_asked(self, run: ReviewRun, marks: Iterable[str]) -> int:
        """How many lines bear these marks and have not fallen out."""
        ...


class ReviewWriter(ReviewReader, UseWriter, Protocol):
    """What can be written of reviews inside a transaction."""

    # Series and runs

    def save_review_series(self, series: ReviewSeries, wake_at: datetime | None) -> None:
        """Insert or write it."""
        ...

    def claim_due_series(self, now: datetime, limit: int) -> Sequence[ReviewSeries]:
        """Lock and read what is due, skipping what others hold; ordered by `wake_at`."""
        ...

    def add_review_run(self, run: ReviewRun, wake_at: datetime | None) -> bool:
        """Insert; False when the occurrence has had its run already."""
        ...

    def lock_review_run(self, review_id: ReviewRunId) -> ReviewRun | None:
        """Lock and read one run."""
        ...

    def save_review_run(self, run: ReviewRun, wake_at: datetime | None) -> None:
        """Write it."""
        ...

    def claim_due_run(self, now: datetime) -> ReviewRun | None:
        """Lock and read the run that is due first, skipping what others hold."""
        ...

    def wake_scheduled_runs(self, policy_id: PolicyId, at: datetime) -> None:
        """Let runs of this policy that wait for their turn look again."""
        ...

    def wake_runs_reviewed_by(self, person_ids: Iterable[PersonId], at: datetime) -> None:
        """Let runs in progress that ask any of these people look again."""
        ...

    # The snapshot

    def departments_of(self, run: ReviewRun) -> tuple[Department, ...]:
        """The departments of everybody who holds the package."""
        ...

    def save_advice(self, run: ReviewRun, advice: Iterable[tuple[str, Advice]]) -> None:
        """What is recommended in each department."""
        ...

    def save_reviewers(self, run: ReviewRun) -> None:
        """Note who is in the pools of the running stage, for finding runs by person."""
        ...

    def write_lines(self, run: ReviewRun, limit: int) -> Written:
        """Write the next lines of the first stage: one for each assignment held at the opening."""
        ...

    def move_lines(self, run: ReviewRun, limit: int) -> Written:
        """Bring the next lines that go on from the stage before into the running one."""
        ...

    def gone_reviewers(self, run: ReviewRun) -> frozenset[PersonId]:
        """Who is asked in the running stage, alone or in a pool, and has left."""
        ...

    def hand_over(self, run: ReviewRun, left: Iterable[PersonId]) -> int:
        """Give the lines of these people, and of pools grown empty, to the pool that follows.

        `run.pools` are those after they left. Answers how many lines moved.
        """
        ...

    def reviewers_after(
        self, run: ReviewRun, after: str, limit: int, *, undecided: bool
    ) -> tuple[tuple[PersonId, int], ...]:
        """Who reviews in the running stage, by id, with how many lines they have not decided.

        With `undecided` only those who have some.
        """
        ...

    def touch_some_cards(
        self, subject_id: str, after: str, limit: int, now: datetime
    ) -> str | None:
        """Bring the next cards of this subject up to date; the last one's key, None at the end."""
        ...

    # Answers

    def named_lines(
        self, run: ReviewRun, assignment_ids: Iterable[AssignmentId]
    ) -> tuple[ReviewLine, ...]:
        """These lines of the run."""
        ...

    def answer_lines(
        self,
        run: ReviewRun,
        person_id: PersonId,
        *,
        lines: Iterable[AssignmentId] = (),
        which: LineFilter = EVERY_LINE,
        verdict: ReviewVerdict,
        reason: str,
        now: datetime,
    ) -> Answered:
        """Answer the named lines, or all this person reviews that the filter lets through.

        Keeps every answer for ever and the counts right.
        """
        ...

    def clear_answers(self, run: ReviewRun, by: PersonId, now: datetime) -> int:
        """Make every answered line of the running stage undecided; answers how many."""
        ...

    def who_answered(
        self, run: ReviewRun, person_ids: Iterable[PersonId], cleared_at: datetime
    ) -> frozenset[PersonId]:
        """Those of these people whose answers in the running stage were cleared at that moment."""
        ...

    def keep_review_place(self, review_id: ReviewRunId, person_id: PersonId, place: str) -> None:
        """Insert or replace where a reviewer is in the form."""
        ...

    def forget_review_places(self, review_id: ReviewRunId) -> None:
        """Nobody is anywhere in this form any more."""
        ...

    def fall_out(
        self, run: ReviewRun, assignment_id: AssignmentId, reason: EndReason, now: datetime
    ) -> ReviewLine | None:
        """The assignment ended: note it on its line; None when it has none, or fell out before."""
        ...

    # Results

    def lines_to_remove(self, run: ReviewRun, limit: int) -> tuple[ReviewLine, ...]:
        """The next lines whose access is to be removed, after the cursor, failed ones again."""
        ...

    def save_results(
        self, run: ReviewRun, results: Iterable[tuple[AssignmentId, ApplyResult, str]]
    ) -> None:
        """What came of removing; with the problem, if there was one."""
        ...

    def still_held_lines(self, run: ReviewRun) -> int:
        """How many removed lines some system has not taken away yet."""
        ...

    def failed_lines(self, run: ReviewRun) -> int:
        """How many could not be removed when last tried."""
        ...
