"""The life of an assignment request: asked for, decided stage by stage, delivered.

Theory of operation
-------------------
Every change of access is a request (ST-2): asking for a package (`user_add`), asking for more
time (`user_update`), an administrator's assignment (`admin_add`), and every removal.

A request whose policy wants approval waits in `pending_approval` while its stages run one after
another (APR-6): the first denial ends it as `denied`, a stage whose time is up ends it as
`expired` (APR-12), the requestor may cancel it (CAN-1). When the last stage approves, or when none
is wanted, the request makes an assignment, which from then on says how the request stands:
`scheduled` until its start, `delivering`, then `delivered`, `partially_delivered` or
`delivery_failed`; the last two can be reprocessed (DLV-2). What all those who decide agreed on
after the policy's last day is `expired` all the same. An approved extension is `delivered` at
once: nothing has to be granted. A removal starts in `delivering` and is `delivered` when the
access is gone.

The stages are copied from the policy at submit (APR-21): editing the policy changes nothing here.
A request is closed for good in `denied`, `expired` and `canceled`.

Time alone changes a request only while it waits for approval: a reminder, an escalation, the end
of the stage. `look` does what is due, however late it comes; looking twice does nothing twice.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain import stages
from engine.domain.conversation import Notice
from engine.domain.ids import (
    AssignmentId,
    ChannelId,
    GroupId,
    PackageId,
    PersonId,
    PolicyId,
    RequestId,
)
from engine.domain.policies import ApprovalStage, AssignmentPolicy
from engine.domain.stages import ApproverFacts, StageRun, Verdict

REPROCESS_WITHIN = timedelta(days=14)
"""DLV-3, our choice of the two documented windows."""


class RequestType(StrEnum):
    """What is asked for (Graph: requestType)."""

    USER_ADD = "user_add"
    USER_UPDATE = "user_update"
    """More time for an assignment."""
    USER_REMOVE = "user_remove"
    """Giving back."""
    ADMIN_ADD = "admin_add"
    ADMIN_REMOVE = "admin_remove"
    SYSTEM_REMOVE = "system_remove"
    """The end came, or the person left."""


REMOVALS = frozenset({RequestType.USER_REMOVE, RequestType.ADMIN_REMOVE, RequestType.SYSTEM_REMOVE})


class RequestState(StrEnum):
    """Graph's states, and `expired` of our own (ST-1)."""

    PENDING_APPROVAL = "pending_approval"
    SCHEDULED = "scheduled"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERY_FAILED = "delivery_failed"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELED = "canceled"


_S = RequestState
FAILED = frozenset({_S.PARTIALLY_DELIVERED, _S.DELIVERY_FAILED})
"""What may be tried again (DLV-2)."""
DELIVERY_ENDED = FAILED | {_S.DELIVERED}
TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    _S.PENDING_APPROVAL: frozenset(
        {_S.SCHEDULED, _S.DELIVERING, _S.DELIVERED, _S.DENIED, _S.EXPIRED, _S.CANCELED}
    ),
    _S.SCHEDULED: frozenset({_S.DELIVERING, *DELIVERY_ENDED, _S.CANCELED}),
    _S.DELIVERING: frozenset({*DELIVERY_ENDED, _S.CANCELED}),
    _S.DELIVERED: frozenset({_S.DELIVERING, _S.PARTIALLY_DELIVERED, _S.DELIVERY_FAILED}),
    _S.PARTIALLY_DELIVERED: frozenset({_S.DELIVERING, _S.DELIVERED, _S.DELIVERY_FAILED}),
    _S.DELIVERY_FAILED: frozenset({_S.DELIVERING, _S.DELIVERED, _S.PARTIALLY_DELIVERED}),
    _S.DENIED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELED: frozenset(),
}
"""Every permitted move; asserted against every outcome in tests, and drawn in the docs."""

OPEN = frozenset({_S.PENDING_APPROVAL, _S.SCHEDULED, _S.DELIVERING})
"""While a request of these states exists, another for the same package is refused (DLV-7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRequest:
    """One request, with its stages as they were at submit and as they went so far."""

    id: RequestId
    request_type: RequestType
    state: RequestState
    package_id: PackageId
    policy_id: PolicyId
    requestor_id: PersonId
    """Who asked; the administrator for `admin_*`, the target for `system_remove`."""
    target_id: PersonId
    """Who gets, or loses, the access."""
    package_name: str
    """As it was at submit; the package may be gone when the request is read again."""
    justification: str = ""
    starts_at: datetime | None = None
    """The start the requestor chose; None is at once."""
    duration: timedelta | None = None
    """The time the requestor or administrator chose; None is as long as the policy says."""
    policy: AssignmentPolicy | None = None
    """As it was at submit (APR-21, LIF-11); None for removals, which follow no policy."""
    needs_approval: bool = True
    """False when the policy wants none for this type, or an administrator assigned."""
    runs: tuple[StageRun, ...] = ()
    assignment_id: AssignmentId | None = None
    """From the moment of approval; for extensions and removals from the start."""
    submitted_at: datetime
    form_id: str = ""
    """Which form it was asked with, if it was: the same one may be sent again."""
    canceled_by: PersonId | None = None
    """Who withdrew it; None if it ended with something else."""
    closed_at: datetime | None = None
    """When it was denied, expired, canceled, or first delivered."""
    delivered_at: datetime | None = None
    """When delivery last came to an end, well or badly; the window of DLV-3 counts from here."""

    @property
    def stages(self) -> tuple[ApprovalStage, ...]:
        """The stages this request must pass, one after another."""
        return self.policy.stages if self.policy is not None and self.needs_approval else ()

    @property
    def run(self) -> StageRun | None:
        """The stage that is running, if one is."""
        return self.runs[-1] if self.runs and self.runs[-1].result is None else None

    @property
    def stage(self) -> ApprovalStage | None:
        """The settings of the running stage."""
        return self.stages[self.run.number] if self.run else None


def cancelable(request: AssignmentRequest, *, as_administrator: bool = False) -> bool:
    """Whether it can still be withdrawn (CAN-1, CAN-3): by administrators until it is delivered."""
    if request.request_type in REMOVALS:
        return False
    delivering = as_administrator and request.state is _S.DELIVERING
    return delivering or request.state in {_S.PENDING_APPROVAL, _S.SCHEDULED}


# What can be asked of a request -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """An approver's answer to the stage their card showed."""

    by: PersonId
    stage_number: int
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """The requestor's, or an administrator's, withdrawal.

    By nobody when there is nothing left to ask for: what was to last longer has ended, or the
    account was closed.
    """

    by: PersonId | None
    as_administrator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign:
    """An administrator's: ask this person in place of the stage's approvers."""

    by: PersonId
    to: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprocess:
    """An administrator's or catalog owner's: try the failed delivery again."""

    by: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged:
    """The assignment's: where the delivery stands."""

    state: RequestState


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Time passed, or somebody came or left: do what is due."""


RequestCommand = Decide | Cancel | Reassign | Reprocess | DeliveryChanged | Look


class FollowUp(StrEnum):
    """What a request asks to be done with its assignment, in the same transaction."""

    ASSIGN = "assign"
    EXTEND = "extend"
    WITHDRAW = "withdraw"
    """End the assignment that was scheduled or being delivered: the request was canceled."""
    REDELIVER = "redeliver"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What a request must know besides itself."""

    approvers: ApproverFacts = field(default_factory=lambda: ApproverFacts(people={}))
    admin_channel: ChannelId
    excluding_packages: tuple[PackageId, ...] = ()
    """Packages the target has now that exclude this one (SOD-6)."""
    excluding_groups: tuple[GroupId, ...] = ()
    eligible_deciders: frozenset[PersonId] = frozenset()
    """For `Reassign`: the named person, if their account is open and they are one of ours."""
    target_left: bool = False
    """Of a request that waits for approval: whoever it is for has no open account any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOutcome:
    """The request afterwards, and what follows from it."""

    request: AssignmentRequest
    activities: tuple[str, ...] = ()
    """What happened, in the audit's words; empty when nothing did."""
    notices: tuple[Notice, ...] = ()
    follow_up: FollowUp | None = None


def due_timers(request: AssignmentRequest) -> tuple[tuple[datetime, str], ...]:
    """Every moment at which time alone would change this request, with what happens then."""
    if request.run is None or request.stage is None:
        return ()
    return stages.due_timers(request.run, request.stage)
