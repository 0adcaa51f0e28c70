"""Everything that can be asked of Usher, and who asks.

A command says what is wanted; whether it may be is decided behind the door (`service.handle`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from engine.application.audit import SYSTEM
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.configuration import Configuration
from engine.domain.eligibility import Wish
from engine.domain.holdings import Holding
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
from engine.domain.reviews import ReviewRun
from engine.domain.stages import Verdict

A = TypeVar("A")


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


class Command(Generic[A]):
    """Something that can be asked; `A` is what the door answers when it is done."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitRequest(Command[RequestId]):
    """Ask for a package for oneself; the answer is the request's id."""

    package_id: PackageId
    wish: Wish
    form_id: str = ""
    """Which form asks: the same one sent again asks for nothing more, and is answered alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitExtension(Command[RequestId]):
    """Ask for more time for something one holds."""

    assignment_id: AssignmentId
    justification: str = ""
    duration: timedelta | None = None
    form_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRequest(Command[AssignmentRequest]):
    """Approve or deny the stage a card showed."""

    request_id: RequestId
    stage_number: int
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequest(Command[AssignmentRequest]):
    """Withdraw a request."""

    request_id: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack(Command[Assignment]):
    """End one's own assignment."""

    assignment_id: AssignmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignDirectly(Command[RequestId]):
    """An administrator gives a package."""

    target_id: PersonId
    package_id: PackageId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDirectly(Command[Assignment]):
    """An administrator takes a package away."""

    target_id: PersonId
    package_id: PackageId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignRequest(Command[AssignmentRequest]):
    """An administrator asks somebody else to decide."""

    request_id: RequestId
    to: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReprocessRequest(Command[AssignmentRequest]):
    """An administrator or catalog owner has a failed delivery tried again."""

    request_id: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask(Command[Holding]):
    """A fulfiller did what a task card asked for."""

    holding_id: HoldingId
    generation: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyConfiguration(Command[int]):
    """Replace the stored configuration. Answers how many things changed."""

    configuration: Configuration
    source: str = ""
    """A digest of the file it was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseBrake(Command[datetime]):
    """An administrator says that the many endings which were stopped are right.

    Answers until when that holds.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StartReview(Command[tuple[ReviewRunId, ...]]):
    """An administrator opens reviews of a package outside the schedule, one for each policy."""

    package_id: PackageId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopReview(Command[ReviewRun]):
    """An administrator ends a run for good; nothing more is removed."""

    review_id: ReviewRunId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetReview(Command[int]):
    """An administrator clears the answers of the open stage. Answers how many there were."""

    review_id: ReviewRunId
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReviewResults(Command[bool]):
    """An administrator has the results sent into their channel again. Answers if there are any."""

    review_id: ReviewRunId
    occasion: str
    """Tells one time of asking from another; for each they are sent once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideReviewLines(Command["Decided"]):
    """A reviewer says the same of one or many of their lines.

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
class KeepReviewPlace(Command[None]):
    """A reviewer is at this place of the form, and wants to find it again."""

    review_id: ReviewRunId
    place: str
    """In the form's own words; at most `reviews.LONGEST_PLACE` characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of a `DecideReviewLines`."""

    lines: int
    """How many were answered, now or anew."""
    changed: int
    """How many of them had another answer before."""
    undecided: int
    """How many lines of this reviewer are undecided afterwards."""
