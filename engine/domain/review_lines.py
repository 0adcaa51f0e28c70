"""One line of a review: one person's assignment, what is said of it, and what becomes of it.

While a run is open the last answer counts (ARV-9) and may be changed; nothing happens to the
assignment (ARV-10). After the close `final` says what becomes of the line: the answer of the last
stage it reached, or, where nobody answered, what the policy chose for silence (ARV-5). Don't know
is an answer, and keeps (ARV-8).

A line whose assignment ends meanwhile falls out: it stays in the run with a note and can no longer
be answered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.assignments import EndReason
from engine.domain.ids import AssignmentId, PersonId, ReviewRunId
from engine.domain.refusals import (
    LineFellOut,
    NotAReviewer,
    OwnAccess,
    ReasonMissing,
    ReasonTooLong,
)
from engine.domain.review_settings import MovesOn, NoResponse, ReviewReason, ReviewStage

MAX_NAMED = 100
"""Lines that one decision may name; more are decided by what they have in common."""
LOOK_BACK = timedelta(days=30)
"""Used within so long before the opening is used (ARV-7)."""
FRESH = timedelta(days=1)
"""What systems told of last uses longer before the opening is not believed any more."""
UNUSUAL_BELOW = 0.2
"""Held by less than this share of the colleagues: unusual."""
SMALL_DEPARTMENT = 3
"""With fewer people than this nothing can be concluded from colleagues."""


class ReviewVerdict(StrEnum):
    """What a reviewer says of a line (ARV-8)."""

    KEEP = "keep"
    REMOVE = "remove"
    DONT_KNOW = "dont_know"


class Recommendation(StrEnum):
    """What Usher would say."""

    KEEP = "keep"
    REMOVE = "remove"


class Why(StrEnum):
    """Why it is recommended, or why nothing is (ARV-7)."""

    USED = "used"
    """Used in the 30 days before the run."""
    NOT_USED = "not_used"
    """Not used in the 30 days before the run."""
    USUAL = "usual"
    """Many colleagues of the department hold it."""
    UNUSUAL = "unusual"
    """Hardly a colleague of the department holds it."""
    SMALL_DEPARTMENT = "small_department"
    """No recommendation: too few colleagues to compare with."""
    NO_DEPARTMENT = "no_department"
    """No recommendation: the directory knows no department."""


class ApplyResult(StrEnum):
    """What came of removing a line's access (ARV-17); None before, and for what is kept."""

    REMOVED = "removed"
    NOT_FOUND = "not_found"
    """The assignment had ended by then."""
    FAILED = "failed"
    """Tried, and to be tried again; after the last try an administrator must."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A recommendation with what it was concluded from."""

    recommendation: Recommendation | None
    why: Why
    colleagues: int = 0
    """The others of the department, at the opening."""
    holding: int = 0
    """How many of them held the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastUse:
    """When an assignment's access was last used, as its systems told before the opening."""

    at: datetime | None
    """None: never, as far as they know."""
    complete: bool
    """Every right of the assignment is told of; otherwise it may have been used elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """One assignment under review. What it was about is in the assignment."""

    review_id: ReviewRunId
    assignment_id: AssignmentId
    target_id: PersonId
    name_key: str
    """The holder's name in lower case as it was at the opening: the order of the lines."""
    stage: int
    """The last stage the line reached, from 0."""
    asked: str
    """Who reviews it in that stage: `asked_person` or `asked_pool`."""
    department: str
    """At the opening; empty when unknown."""
    recommendation: Recommendation | None
    last_use: LastUse | None = None
    """None: not known."""
    verdict: ReviewVerdict | None = None
    """Of the stage it is in."""
    reason: str = ""
    decided_by: PersonId | None = None
    decided_at: datetime | None = None
    gone: EndReason | None = None
    """Why it fell out of the run."""
    gone_at: datetime | None = None
    apply_result: ApplyResult | None = None
    problem: str = ""
    """Why it could not be removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFilter:
    """Some of the lines of a reviewer, by what they have in common. Empty: all of them."""

    undecided: bool = False
    recommendation: Recommendation | None = None
    department: str | None = None
    """The empty text: those without a department."""


EVERY_LINE = LineFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecision:
    """One answer, as it is remembered for ever. `verdict` None: an administrator cleared it."""

    assignment_id: AssignmentId
    stage: int
    verdict: ReviewVerdict | None
    reason: str
    decided_by: PersonId
    decided_at: datetime


def asked_person(stage: int, person_id: PersonId) -> str:
    """The mark of lines that one person reviews."""
    return f"{stage}:{person_id}"


def asked_pool(stage: int, pool: int) -> str:
    """The mark of lines that all people of a pool review."""
    return f"{stage}:#{pool}"


def advise(department: str, people: int, holders: int) -> Advice:
    """What to recommend to a reviewer of somebody who holds the package and is in a department.

    `people` and `holders` count the department's people and those of them who hold the package,
    the one under review included.
    """
    colleagues, holding = max(people - 1, 0), max(holders - 1, 0)
    if not department:
        return Advice(recommendation=None, why=Why.NO_DEPARTMENT)
    if people < SMALL_DEPARTMENT:
        why = Why.SMALL_DEPARTMENT
        return Advice(recommendation=None, why=why, colleagues=colleagues, holding=holding)
    unusual = holding < colleagues * UNUSUAL_BELOW
    return Advice(
        recommendation=Recommendation.REMOVE if unusual else Recommendation.KEEP,
        why=Why.UNUSUAL if unusual else Why.USUAL,
        colleagues=colleagues,
        holding=holding,
    )


def advise_by_use(use: LastUse | None, colleagues: Advice, *, opened_at: datetime) -> Advice:
    """What to recommend of a line: by its use where that is known, else as of its colleagues.

    That something was not used is only known when all of it is.
    """
    if use is not None and use.at is not None and use.at >= opened_at - LOOK_BACK:
        return Advice(recommendation=Recommendation.KEEP, why=Why.USED)
    if use is not None and use.complete:
        return Advice(recommendation=Recommendation.REMOVE, why=Why.NOT_USED)
    return colleagues


def check_reason(rule: ReviewReason, reason: str, *, most: int) -> None:
    """Raise unless the reason is as the policy wants it (ARV-6)."""
    if rule is ReviewReason.REQUIRED and not reason.strip():
        raise ReasonMissing
    if len(reason.strip()) > most:
        raise ReasonTooLong(most)


def check_reviewer(
    line: ReviewLine, stage: ReviewStage, asked: frozenset[str], person_id: PersonId
) -> None:
    """Raise unless this person may answer this line; `asked` are the marks they review.

    Nobody reviews their own access, except where the holders themselves are asked.
    """
    if line.asked not in asked:
        raise NotAReviewer
    if line.target_id == person_id and not stage.self_review:
        raise OwnAccess
    if line.gone is not None:
        raise LineFellOut(line.assignment_id, line.gone_at)


def moves_on(line: ReviewLine, stage: ReviewStage) -> bool:
    """Whether the line is seen by the next stage too."""
    return line.gone is None and _MOVES[line.verdict] in stage.moves_on


_MOVES: dict[ReviewVerdict | None, MovesOn] = {
    None: MovesOn.UNDECIDED,
    ReviewVerdict.KEEP: MovesOn.KEPT,
    ReviewVerdict.REMOVE: MovesOn.REMOVED,
    ReviewVerdict.DONT_KNOW: MovesOn.DONT_KNOW,
}


def final(line: ReviewLine, on_no_response: NoResponse) -> Recommendation | None:
    """What becomes of the line after the close; None for one that fell out."""
    if line.gone is not None:
        return None
    match line.verdict:
        case ReviewVerdict.REMOVE:
            return Recommendation.REMOVE
        case ReviewVerdict.KEEP | ReviewVerdict.DONT_KNOW:
            return Recommendation.KEEP
        case None:
            return on_silence(on_no_response, line.recommendation)


def on_silence(rule: NoResponse, recommended: Recommendation | None) -> Recommendation:
    """What becomes of a line nobody answered (ARV-5)."""
    match rule:
        case NoResponse.KEEP:
            return Recommendation.KEEP
        case NoResponse.REMOVE:
            return Recommendation.REMOVE
        case NoResponse.TAKE_RECOMMENDATION:
            return recommended or Recommendation.KEEP
