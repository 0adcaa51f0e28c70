"""How the assignments of a policy are reviewed: how often, by whom, and what silence means.

A policy's reviews are a part of its terms (semantics: ARV-1 to ARV-6, ARV-19). A run is one
occurrence: everybody who holds the package under the policy becomes a line, and reviewers say of
each line keep, remove or don't know until the run closes. A run has one stage, or up to three, one
after another, each with its own reviewers and time; `moves_on` says which lines the next one sees.

A stage is reviewed either by the holders themselves, or by each holder's manager, or by named
people (persons, groups, catalog owners), who then all review every line. Not by a mixture: with a
manager and named people on one line nobody could say who is waited for; two stages can.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from engine.domain.people import Subject, SubjectKind

MAX_STAGES = 3
"""ARV-19."""
MAX_OPEN_FOR = timedelta(days=180)
"""Our choice: who may take longer than half a year to answer is not asked at all."""
_MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """How long after one run the next begins: whole months, a fixed time, both, or never again."""

    months: int = 0
    length: timedelta = timedelta()

    @property
    def once(self) -> bool:
        """There is one run and no other."""
        return not self.months and not self.length

    @property
    def shortest(self) -> timedelta:
        """The least time between two runs: a month may have 28 days, a year 365."""
        years, months = divmod(self.months, _MONTHS_IN_YEAR)
        return timedelta(days=365 * years + _SHORTEST_DAYS[months]) + self.length


_SHORTEST_DAYS = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)
"""The fewest days in so many months that follow one another."""

ONCE = Recurrence()
WEEKLY = Recurrence(length=timedelta(weeks=1))
MONTHLY = Recurrence(months=1)
QUARTERLY = Recurrence(months=3)
HALF_YEARLY = Recurrence(months=6)
YEARLY = Recurrence(months=12)


class NoResponse(StrEnum):
    """What becomes of a line that nobody decided (ARV-5). Don't know is a decision: it keeps."""

    KEEP = "keep"
    REMOVE = "remove"
    TAKE_RECOMMENDATION = "take_recommendation"
    """As recommended; without a recommendation access is kept."""


class ReviewReason(StrEnum):
    """Whether the reviewer says why (ARV-6)."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class MovesOn(StrEnum):
    """The answers after which a line goes on to the next stage (ARV-19)."""

    KEPT = "kept"
    REMOVED = "removed"
    DONT_KNOW = "dont_know"
    UNDECIDED = "undecided"


ALL_MOVE_ON = tuple(MovesOn)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStage:
    """One step of a run. Durations count from the moment the stage opens."""

    name: str = "Review"
    self_review: bool = False
    """The holders are asked about their own access; then `reviewers` is empty."""
    reviewers: tuple[Subject, ...] = ()
    """The manager alone, or people, groups and catalog owners."""
    fallback_reviewers: tuple[Subject, ...] = ()
    """Asked at once where nobody in `reviewers` can be found (ARV-4)."""
    open_for: timedelta = timedelta(days=14)
    remind: tuple[timedelta, ...] = ()
    """Ascending; only those with undecided lines hear."""
    moves_on: tuple[MovesOn, ...] = ALL_MOVE_ON
    """Which lines the next stage sees; of no meaning for the last stage."""
    shows_earlier: bool = True
    """Whether its reviewers see what was answered in earlier stages."""

    @property
    def manager_level(self) -> int | None:
        """How far up the manager is who reviews each line; None when named people do."""
        levels = [s.level for s in self.reviewers if s.kind is SubjectKind.MANAGER]
        return levels[0] if levels else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """A policy's reviews."""

    every: Recurrence
    starting: date | None = None
    """The first run opens when this day begins, UTC; None: the day the reviews are configured."""
    stages: tuple[ReviewStage, ...]
    on_no_response: NoResponse = NoResponse.KEEP
    reason: ReviewReason = ReviewReason.REQUIRED

    @property
    def open_for(self) -> timedelta:
        """How long a whole run is open."""
        return sum((stage.open_for for stage in self.stages), timedelta())


def closes_at(stage: ReviewStage, opened_at: datetime) -> datetime:
    """The moment from which no answer of this stage can be given or changed."""
    return opened_at + stage.open_for
