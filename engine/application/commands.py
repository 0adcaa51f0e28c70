"""Everything that can be asked of Usher, and who asks.

A command says what is wanted; whether it may be is decided behind the door (`service.handle`).
"""

from dataclasses import dataclass
from datetime import timedelta

from engine.application.audit import SYSTEM
from engine.domain.configuration import Configuration
from engine.domain.eligibility import Wish
from engine.domain.ids import (
    AssignmentId,
    ChannelId,
    HoldingId,
    PackageId,
    PersonId,
    RequestId,
    ReviewRunId,
)
from engine.domain.review_lines import EVERY_LINE, LineFilter, ReviewVerdict
from engine.domain.stages import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who commands: a person, with the channel they did it in; or the operator; or time itself."""

    person_id: PersonId | None = None
    channel_id: ChannelId | None = None
    """Where it was typed or pressed, as far as that is known."""
    out_of_sight: bool = False
    """An administrator who belongs to the administrators' channel did it elsewhere: that counts as
    done there, and is told there."""
    name: str = ""
    """For actors that are no persons."""

    @property
    def audit_name(self) -> str:
        """What the audit calls this actor."""
        return self.person_id or self.name


TIME = Actor(name=SYSTEM)
"""What happens by itself."""
OPERATOR = Actor(name="operator")
"""Whoever may run the command line on the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitRequest:
    """Ask for a package for oneself. Answers the request's id."""

    package_id: PackageId
    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitExtension:
    """Ask for more time for something one holds. Answers the request's id."""

    assignment_id: AssignmentId
    justification: str = ""
    duration: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRequest:
    """Approve or deny the stage a card showed."""

    request_id: RequestId
    stage_number: int
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequest:
    """Withdraw a request."""

    request_id: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """End one's own assignment."""

    assignment_id: AssignmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignDirectly:
    """An administrator gives a package. Answers the request's id."""

    target_id: PersonId
    package_id: PackageId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDirectly:
    """An administrator takes a package away. Answers the request's id."""

    target_id: PersonId
    package_id: PackageId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignRequest:
    """An administrator asks somebody else to decide. Answers the request's id."""

    request_id: RequestId
    to: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReprocessRequest:
    """An administrator or catalog owner has a failed delivery tried again."""

    request_id: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask:
    """A fulfiller did what a task card asked for."""

    holding_id: HoldingId
    generation: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyConfiguration:
    """Replace the stored configuration."""

    configuration: Configuration
    source: str = ""
    """A digest of the file it was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseBrake:
    """An administrator says that the many endings which were stopped are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartReview:
    """An administrator opens reviews of a package outside the schedule, one for each policy.

    Answers the ids of the runs.
    """

    package_id: PackageId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopReview:
    """An administrator ends a run for good; nothing more is removed. Answers the run."""

    review_id: ReviewRunId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetReview:
    """An administrator clears the answers of the open stage. Answers how many there were."""

    review_id: ReviewRunId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideReviewLines:
    """A reviewer says the same of one or many of their lines. Answers `Decided`.

    Either of the named `lines` (at most `review_lines.MAX_NAMED`), or, if none are named, of all of
    theirs that `which` lets through. Of named lines one that cannot be answered refuses them all;
    of many, the reviewer's own access and what fell out is passed over.
    """

    review_id: ReviewRunId
    verdict: ReviewVerdict
    reason: str = ""
    lines: tuple[AssignmentId, ...] = ()
    which: LineFilter = EVERY_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of a `DecideReviewLines`."""

    lines: int
    """How many were answered, now or anew."""
    changed: int
    """How many of them had another answer before."""
    undecided: int
    """How many lines of this reviewer are undecided afterwards."""


Command = (
    SubmitRequest
    | SubmitExtension
    | DecideRequest
    | CancelRequest
    | GiveBack
    | AssignDirectly
    | RemoveDirectly
    | ReassignRequest
    | ReprocessRequest
    | CompleteTask
    | ApplyConfiguration
    | ReleaseBrake
    | StartReview
    | StopReview
    | ResetReview
    | DecideReviewLines
)
