"""Every reason to say no, with the facts a sentence needs and no sentence.

    Refusal
    |-- RequestRefusal       the form cannot be accepted as it is
    |-- DecisionRefusal      this click decides nothing
    |-- LifeRefusal          this assignment or request cannot do that now
    |-- AuthorityRefusal     this person may not do that (audited)
    |-- ConfigurationRefusal this configuration cannot replace the stored one
    `-- DirectorySilent      what decides it must be asked outside, and no answer came in time

A refusal is an expected no: it changes nothing, and whoever asked is told why and what to do.
The words are in `bot/views/wording/refusals.py`; a test asserts that each class here has some.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.ids import (
    AssignmentId,
    ChannelId,
    GroupId,
    PackageId,
    PersonId,
    PolicyId,
    RequestId,
    ReviewRunId,
)


class Refusal(Exception):
    """An expected no. Subclasses are dataclasses; their fields are what a sentence needs.

    Not frozen: the interpreter writes the traceback onto an exception.
    """


class RequestRefusal(Refusal):
    """The request cannot be accepted as it is."""


class DecisionRefusal(Refusal):
    """The answer of an approver changes nothing."""


class LifeRefusal(Refusal):
    """The assignment or request cannot do that in the state it is in."""


class AuthorityRefusal(Refusal):
    """The person may not do that. These refusals are written to the audit."""

    recorded = False
    """Whether that has been done."""


class ConfigurationRefusal(Refusal):
    """The configuration cannot replace the stored one."""


@dataclass(eq=False)
class DirectorySilent(Refusal):
    """Who somebody is, or whether they are in a channel, could not be learnt in time."""


# Requests ---------------------------------------------------------------------------------------


@dataclass(eq=False)
class PackageGone(RequestRefusal):
    """The package does not exist any more, or its catalog is not published (CAT-4)."""


@dataclass(eq=False)
class NotInScope(RequestRefusal):
    """No policy of the package serves this person (PKG-3, POL-9)."""

    package_id: PackageId


@dataclass(eq=False)
class TermsChanged(RequestRefusal):
    """The policy picked does not serve this person (any more), and another one does."""

    package_id: PackageId


@dataclass(eq=False)
class ChoosePolicy(RequestRefusal):
    """Several policies of the best class serve this person; they must pick one (POL-4)."""

    policy_ids: tuple[PolicyId, ...]


@dataclass(eq=False)
class AlreadyHeld(RequestRefusal):
    """The person holds the package already (DLV-7, DLV-8)."""

    assignment_id: AssignmentId
    ends_at: datetime | None
    may_extend: bool


@dataclass(eq=False)
class AlreadyPending(RequestRefusal):
    """A request of this person for this package is still open (DLV-7)."""

    request_id: RequestId


@dataclass(eq=False)
class Incompatible(RequestRefusal):
    """The person holds something that excludes this package (SOD-2)."""

    package_ids: tuple[PackageId, ...]
    group_ids: tuple[GroupId, ...]


@dataclass(eq=False)
class JustificationMissing(RequestRefusal):
    """The policy wants to know why (REQ-1)."""


@dataclass(eq=False)
class JustificationTooLong(RequestRefusal):
    """More characters than a card can show."""

    limit: int


@dataclass(eq=False)
class TooLong(RequestRefusal):
    """Longer than the policy allows: a duration, or past a date (LIF-4)."""

    at_most: timedelta | None
    latest_end: datetime | None


@dataclass(eq=False)
class TooShort(RequestRefusal):
    """A duration of nothing, or of less than nothing (LIF-3)."""


@dataclass(eq=False)
class StartInPast(RequestRefusal):
    """The start lies before now."""


@dataclass(eq=False)
class StartTooLate(RequestRefusal):
    """The start lies at or after the last moment the policy allows access, or a year away."""

    latest: datetime


@dataclass(eq=False)
class MayNotChooseTimes(RequestRefusal):
    """The policy fixes duration and start (REQ-7)."""


# Decisions --------------------------------------------------------------------------------------


@dataclass(eq=False)
class AlreadyDecided(DecisionRefusal):
    """The stage was decided before this click (APR-6, APR-7)."""

    by: PersonId
    approved: bool
    at: datetime


@dataclass(eq=False)
class YouAlreadyDecided(DecisionRefusal):
    """This person has answered this stage before; the stage waits for others."""

    approved: bool
    at: datetime


@dataclass(eq=False)
class NoLongerPending(DecisionRefusal):
    """The request ended otherwise: expired or canceled (APR-12, CAN-1)."""

    state: str
    at: datetime | None


@dataclass(eq=False)
class ExcludedMeanwhile(DecisionRefusal):
    """The target has something by now that excludes this package (SOD-6)."""

    package_ids: tuple[PackageId, ...]
    group_ids: tuple[GroupId, ...]


@dataclass(eq=False)
class ReasonMissing(DecisionRefusal):
    """The stage wants a reason for this answer (APR-9)."""


@dataclass(eq=False)
class ReasonTooLong(DecisionRefusal):
    """More characters than a card can show."""

    limit: int


@dataclass(eq=False)
class ReviewNotOpen(DecisionRefusal):
    """The review is not open for answers: not yet, not any more, or stopped (ARV-9, ARV-12)."""

    review_id: ReviewRunId
    state: str
    at: datetime | None
    """When it was closed or stopped; None before it is open."""


@dataclass(eq=False)
class LineFellOut(DecisionRefusal):
    """The assignment ended while it was under review; nothing is left to decide."""

    assignment_id: AssignmentId
    at: datetime | None


# Life -------------------------------------------------------------------------------------------


@dataclass(eq=False)
class NotCancelable(LifeRefusal):
    """Too late to cancel: the request is past approval and start (CAN-1, CAN-2)."""

    state: str


@dataclass(eq=False)
class NotReprocessable(LifeRefusal):
    """Only a failed or partial delivery of the last 14 days can be tried again (DLV-2, DLV-3)."""

    state: str


@dataclass(eq=False)
class NotReassignable(LifeRefusal):
    """The request waits for nobody, so nobody can be asked instead."""

    state: str


@dataclass(eq=False)
class CannotDecide(LifeRefusal):
    """This person can never decide this request: it is their own, or their account is closed."""

    person_id: PersonId


@dataclass(eq=False)
class NotHeld(LifeRefusal):
    """The assignment has ended or never was."""

    ended_at: datetime | None


@dataclass(eq=False)
class ExtensionNotAllowed(LifeRefusal):
    """The policy does not extend (LIF-5)."""


@dataclass(eq=False)
class NothingToExtend(LifeRefusal):
    """The assignment never ends."""


@dataclass(eq=False)
class CannotExtendFurther(LifeRefusal):
    """The assignment already lasts as long as the policy ever allows (LIF-5)."""

    latest_end: datetime


@dataclass(eq=False)
class TaskNotOpen(LifeRefusal):
    """The manual task is done already, or no longer needed."""


@dataclass(eq=False)
class NoReviews(LifeRefusal):
    """No policy of the package has reviews, so there is nothing to say who would review it."""

    package_id: PackageId


@dataclass(eq=False)
class ReviewRunning(LifeRefusal):
    """A review of the package under this policy is running already."""

    review_id: ReviewRunId


@dataclass(eq=False)
class ReviewOver(LifeRefusal):
    """The review is closed or stopped; neither can be undone (ARV-12)."""

    review_id: ReviewRunId
    state: str


@dataclass(eq=False)
class NotFound(LifeRefusal):
    """Nothing has this id or name."""

    kind: str
    reference: str


# Authority --------------------------------------------------------------------------------------


@dataclass(eq=False)
class NotAnApprover(AuthorityRefusal):
    """Not asked to decide this stage, or not any more (APR-21)."""


@dataclass(eq=False)
class OwnRequest(AuthorityRefusal):
    """Nobody decides on their own request (APR-8)."""


@dataclass(eq=False)
class NotAReviewer(AuthorityRefusal):
    """Not asked to review this, or not any more."""


@dataclass(eq=False)
class OwnAccess(AuthorityRefusal):
    """Nobody reviews their own access, unless the policy asks the holders themselves."""


@dataclass(eq=False)
class NotYours(AuthorityRefusal):
    """The request or assignment belongs to somebody else."""


@dataclass(eq=False)
class NotAdministrator(AuthorityRefusal):
    """Only administrators may do that."""


@dataclass(eq=False)
class NotInAdminChannel(AuthorityRefusal):
    """Administration happens in the administrators' channel only."""

    channel_id: ChannelId


@dataclass(eq=False)
class OutsideAdminChannel(AuthorityRefusal):
    """Whoever administers elsewhere must belong to the administrators' channel."""

    channel_id: ChannelId


@dataclass(eq=False)
class NotFulfiller(AuthorityRefusal):
    """The manual task was given to others."""


@dataclass(eq=False)
class AccountClosed(AuthorityRefusal):
    """The account is closed, a bot's, unknown, or of another workspace (LIF-15)."""


# Configuration ----------------------------------------------------------------------------------


@dataclass(eq=False)
class StillHeld(ConfigurationRefusal):
    """A package or policy to be removed is still held or asked for (PKG-6, LIF-12)."""

    held: tuple[tuple[str, tuple[PersonId, ...]], ...]
    """What would be removed, as `package` or `package / policy`, and who holds it."""


@dataclass(eq=False)
class NotConfigured(ConfigurationRefusal):
    """Nothing has been configured yet."""
