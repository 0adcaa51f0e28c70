"""The read side of access reviews: what cards, forms, lists, summaries and files show.

Counts are kept beside the lines, so a card and a page cost the same in a run of ten lines and in
one of a hundred thousand. Pages of lines are found by the place they begin at, not by counting
from the start: a line that is decided meanwhile does not push another out of sight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.application.audit import AuditEntry
from engine.application.queries import Page
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.ids import AssignmentId, PackageId, PersonId, PolicyId, ReviewRunId
from engine.domain.people import Person
from engine.domain.review_lines import (
    EVERY_LINE,
    Advice,
    LineFilter,
    Recommendation,
    ReviewDecision,
    ReviewLine,
)
from engine.domain.reviews import ReviewRun, ReviewState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCounts:
    """How many lines stand how."""

    undecided: int = 0
    kept: int = 0
    removed: int = 0
    dont_know: int = 0
    gone: int = 0
    """Fell out: the assignment ended meanwhile."""

    @property
    def decided(self) -> int:
        """Those with an answer."""
        return self.kept + self.removed + self.dont_know

    @property
    def total(self) -> int:
        """Those that are, or were, to be decided: without the ones that fell out."""
        return self.undecided + self.decided

    def __add__(self, other: "ReviewCounts") -> "ReviewCounts":
        return ReviewCounts(
            undecided=self.undecided + other.undecided,
            kept=self.kept + other.kept,
            removed=self.removed + other.removed,
            dont_know=self.dont_know + other.dont_know,
            gone=self.gone + other.gone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentCounts:
    """The lines of one department; the empty name: of nobody's."""

    department: str
    counts: ReviewCounts
    to_keep: int = 0
    """For a reviewer: undecided lines that are recommended to be kept."""
    to_remove: int = 0
    """Likewise those that are recommended to be removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSummary:
    """A run with its counts over all stages, each line counted where it is now or ended."""

    run: ReviewRun
    counts: ReviewCounts
    in_stage: ReviewCounts
    """Of those the ones that are in the running, or last, stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReview:
    """The next run of a policy."""

    policy_id: PolicyId
    package_id: PackageId
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerSummary:
    """What one reviewer has to do in the running (or last) stage of a run."""

    run: ReviewRun
    person_id: PersonId
    counts: ReviewCounts
    to_keep: int = 0
    """Undecided lines that are recommended to be kept."""
    to_remove: int = 0
    """Undecided lines that are recommended to be removed."""
    departments: tuple[DepartmentCounts, ...] = ()
    """By name; those without a department last."""
    together: tuple[PersonId, ...] = ()
    """Who else reviews any of these lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLineSummary:
    """A line with everything a reviewer wants to know of it."""

    line: ReviewLine
    advice: Advice
    assignment: Assignment
    person: Person | None
    """The holder, as the mirror knows them now."""
    origin: AssignmentRequest | None
    """The request that gave it: justification, and in its runs who approved."""
    earlier: tuple[ReviewDecision, ...] = ()
    """The last answer of each earlier stage; empty where the stage does not show them."""
    final: Recommendation | None = None
    """After the close: what became, or is to become, of it; None before, and for what fell out."""
    still_held: bool = False
    """Removed, but some system has not taken it away yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLinePage:
    """Some lines, by the holders' names."""

    rows: tuple[ReviewLineSummary, ...]
    before: str | None
    """The place to give as `before` for the page before; None on the first."""
    after: str | None
    """The place to give as `after` for the page after; None on the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewResults:
    """What became of a run."""

    run: ReviewRun
    counts: ReviewCounts
    """By answer, over all stages."""
    kept: int
    """Lines whose access stays: answered so, by what silence means, or because it was stopped."""
    removed: int
    """Lines whose access was removed."""
    to_remove: int
    """Lines whose access is still to be removed; after the run was applied: could not be."""
    not_found: int
    """Lines to be removed whose assignment had ended."""
    still_held: int
    """Removed lines that some system has not taken away yet."""
    departments: tuple[DepartmentCounts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStory:
    """What the audit tells of a run."""

    run: ReviewRun
    entries: tuple[AuditEntry, ...]
    """The latest, oldest first."""
    total: int


class ReviewQueries(Protocol):
    """Every read of access reviews."""

    async def review(self, review_id: ReviewRunId) -> ReviewSummary | None:
        """One run."""
        ...

    async def find_reviews(self, reference: str) -> tuple[ReviewRunId, ...]:
        """The runs whose id ends with this text (at least four characters), at most five."""
        ...

    async def review_story(self, review_id: ReviewRunId, *, limit: int) -> ReviewStory | None:
        """The audit of a run: started, answered, changed, reset, closed, carried out."""
        ...

    async def reviews(
        self,
        *,
        states: Iterable[ReviewState] = (),
        offset: int = 0,
        limit: int = 10,
    ) -> Page[ReviewSummary]:
        """Runs, newest first; only in these states, if any are named."""
        ...

    async def planned_reviews(self, *, limit: int = 10) -> Page[PlannedReview]:
        """The next run of the first policies that have one, soonest first, and how many have."""
        ...

    async def reviews_waiting_for(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[ReviewerSummary]:
        """Open runs in which this person reviews something, by what closes first.

        Those they have answered completely are included, for answers can be changed;
        `counts.undecided` tells them apart.
        """
        ...

    async def reviewer(self, review_id: ReviewRunId, person_id: PersonId) -> ReviewerSummary | None:
        """What this person has to do in a run; None for an unknown run."""
        ...

    async def review_lines(
        self,
        review_id: ReviewRunId,
        person_id: PersonId,
        *,
        which: LineFilter = EVERY_LINE,
        after: str | None = None,
        before: str | None = None,
        limit: int = 10,
    ) -> ReviewLinePage:
        """Lines this person reviews in the running stage: the first, or after or before a place.

        Their own access is left out, unless the holders themselves are asked.
        """
        ...

    async def review_place(self, review_id: ReviewRunId, person_id: PersonId) -> str | None:
        """Where this person is in the form, as it was kept; None: nowhere yet."""
        ...

    async def count_review_lines(
        self, review_id: ReviewRunId, person_id: PersonId, which: LineFilter
    ) -> int:
        """How many lines a `DecideReviewLines` with this filter would answer now."""
        ...

    async def review_line(
        self, review_id: ReviewRunId, assignment_id: AssignmentId
    ) -> ReviewLineSummary | None:
        """One line."""
        ...

    async def own_review_line(
        self, review_id: ReviewRunId, person_id: PersonId, stage: int
    ) -> ReviewLineSummary | None:
        """The line about which this person was asked in a self-review, if it got no further."""
        ...

    async def line_history(
        self, review_id: ReviewRunId, assignment_id: AssignmentId
    ) -> tuple[ReviewDecision, ...]:
        """Everything that was said of a line, oldest first."""
        ...

    async def review_results(self, review_id: ReviewRunId) -> ReviewResults | None:
        """What became of a run. Counts lines: not for every click."""
        ...

    async def all_review_lines(
        self, review_id: ReviewRunId, *, after: str | None = None, limit: int = 1000
    ) -> ReviewLinePage:
        """Every line of a run, page after page, for a file; in no order a reader would want."""
        ...
