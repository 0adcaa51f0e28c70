"""The life of an assignment: a package held by a person, from its start to its end.

Theory of operation
-------------------
An approved request makes an assignment. It waits `scheduled` until its start, then it is
`delivering`: each resource role of the package becomes wanted, and workers make it so
(`holdings.py`). What has been reached decides the state: all of it `delivered`, some of it and the
rest given up `partially_delivered`, nothing of it `delivery_failed`; otherwise still `delivering`.
A person has at most one active assignment of a package (DLV-8).

It ends, `expired` in Graph's word for every end, when its time is up, when it is given back, when
an administrator removes it, when the person leaves, or when its request is canceled. An end is
final. From then on nothing is wanted for it, and `level` says whether the world has caught up.

Its end was fixed when access was approved (LIF-2); only an extension moves it (LIF-7), never an
edited policy (LIF-10). The holder is told before the end at the policy's leads (NOT-3); leads
longer than the whole assignment are skipped, and if that leaves none, half its length is the lead
(NOT-4).

Time alone changes an assignment at its start, at each lead and at its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.assignment_requests import AssignmentRequest, RequestState
from engine.domain.conversation import Audience, Notice, NoticeKind
from engine.domain.holdings import Level
from engine.domain.ids import AssignmentId, PackageId, PersonId, PolicyId, RequestId
from engine.domain.policies import MAX_DURATION, NO_EXTENSION, AssignmentPolicy, ExtensionRule
from engine.domain.refusals import (
    CannotExtendFurther,
    ExtensionNotAllowed,
    LifeRefusal,
    MayNotChooseTimes,
    NotHeld,
    NothingToExtend,
    TooLong,
    TooShort,
)


class AssignmentState(StrEnum):
    """Graph's states, and `scheduled` before the start."""

    SCHEDULED = "scheduled"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERY_FAILED = "delivery_failed"
    EXPIRED = "expired"


_A = AssignmentState
_STARTED = frozenset({_A.DELIVERING, _A.DELIVERED, _A.PARTIALLY_DELIVERED, _A.DELIVERY_FAILED})
TRANSITIONS: dict[AssignmentState, frozenset[AssignmentState]] = {
    _A.SCHEDULED: frozenset({_A.DELIVERING, _A.EXPIRED}),
    **{state: (_STARTED - {state}) | {_A.EXPIRED} for state in sorted(_STARTED)},
    _A.EXPIRED: frozenset(),
}
"""Every permitted move; asserted in tests, and drawn in the docs."""

REPORTED: dict[AssignmentState, RequestState] = {
    _A.SCHEDULED: RequestState.SCHEDULED,
    _A.DELIVERING: RequestState.DELIVERING,
    _A.DELIVERED: RequestState.DELIVERED,
    _A.PARTIALLY_DELIVERED: RequestState.PARTIALLY_DELIVERED,
    _A.DELIVERY_FAILED: RequestState.DELIVERY_FAILED,
}
"""How the assignment's state shows on the request it fulfills."""
_FAILURES = {
    _A.PARTIALLY_DELIVERED: (NoticeKind.ACCESS_PARTIALLY_DELIVERED, "partial"),
    _A.DELIVERY_FAILED: (NoticeKind.DELIVERY_FAILED, "failed"),
}
"""What its holder is told then, and the part of the notice's key that says so."""


class EndReason(StrEnum):
    """Why an assignment ended (LIF-13)."""

    EXPIRED = "expired"
    GIVEN_BACK = "given_back"
    REMOVED = "removed"
    LEFT = "left"
    """The person's account was closed."""
    CANCELED = "canceled"
    REVIEWED = "reviewed"
    """An access review took it away; the removal request says who decided, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One person's one package, once."""

    id: AssignmentId
    package_id: PackageId
    policy_id: PolicyId
    target_id: PersonId
    request_id: RequestId
    """The request that made it."""
    removal_request_id: RequestId | None = None
    """The request that ended it (ST-2)."""
    is_told_failed: bool = False
    """Its holder was told that something is missing, and it has not all been there since."""
    extended_by: tuple[RequestId, ...] = ()
    """The requests by which it got more time; they show until when it lasts, too."""
    state: AssignmentState
    starts_at: datetime
    ends_at: datetime | None
    extension: ExtensionRule = NO_EXTENSION
    leads_passed: int = 0
    """How many of the leads before the present end are behind us."""
    delivered_at: datetime | None = None
    """When everything was there for the first time."""
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    level: bool = False
    """After the end: nothing is left to be taken away."""

    @property
    def wanted(self) -> bool:
        """Whether the package's resource roles should be held because of this assignment now."""
        return self.state in _STARTED

    @property
    def reports_to(self) -> RequestId:
        """The request whose delivery this assignment's state tells."""
        return self.removal_request_id or self.request_id

    @property
    def active(self) -> bool:
        """Not ended."""
        return self.state is not _A.EXPIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentOutcome:
    """The assignment afterwards, and what follows from it."""

    assignment: Assignment
    activities: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    report: RequestState | None = None
    """Where delivery stands now, for the request, if that changed."""


def assign(
    assignment_id: AssignmentId,
    request: AssignmentRequest,
    *,
    now: datetime,
) -> Assignment:
    """The assignment an approved request makes; its end is fixed here (LIF-2).

    The request must carry its policy: only removals do not.
    """
    policy = request.policy
    assert policy is not None, "only removals have no policy, and they assign nothing"
    starts_at = max(now, request.starts_at or now)
    latest = policy.expiration.end_for(starts_at)
    ends_at = latest
    if request.duration is not None:
        wished = starts_at + request.duration
        ends_at = wished if latest is None else min(wished, latest)
    return Assignment(
        id=assignment_id,
        package_id=request.package_id,
        policy_id=request.policy_id,
        target_id=request.target_id,
        request_id=request.id,
        state=_A.SCHEDULED if starts_at > now else _A.DELIVERING,
        starts_at=starts_at,
        ends_at=ends_at,
        extension=policy.extension,
    )


def look(
    assignment: Assignment, levels: Iterable[Level], *, now: datetime, left: bool = False
) -> AssignmentOutcome:
    """Do what time and the workers made due: start, end, say where delivery stands, tell.

    `levels` are those of the resource roles this assignment wants; after the end, of those it
    wanted. `left`: the person's account is closed, and closed accounts hold nothing.
    """
    if assignment.state is _A.EXPIRED:
        return _catch_up(assignment, tuple(levels))
    if left:
        return end(assignment, EndReason.LEFT, now=now)
    if assignment.ends_at is not None and assignment.ends_at <= now:
        return end(assignment, EndReason.EXPIRED, now=now)
    if assignment.state is _A.SCHEDULED:
        if assignment.starts_at > now:
            return AssignmentOutcome(assignment=assignment)
        started = replace(assignment, state=_A.DELIVERING)
        return AssignmentOutcome(
            assignment=started, activities=("assignment.started",), report=RequestState.DELIVERING
        )
    return _tell_of_end(_progress(assignment, tuple(levels), now), now)


def end(assignment: Assignment, reason: EndReason, *, now: datetime) -> AssignmentOutcome:
    """End it now, for good. Raises `NotHeld` when it has ended before."""
    if not assignment.active:
        raise NotHeld(assignment.ended_at)
    ended = replace(assignment, state=_A.EXPIRED, ended_at=now, end_reason=reason)
    silent = reason in {EndReason.LEFT, EndReason.CANCELED}
    notices = () if silent else (_notice(ended, NoticeKind.ACCESS_ENDED, "ended", reason),)
    return AssignmentOutcome(
        assignment=ended, activities=(f"assignment.{reason}",), notices=notices
    )


def redeliver(assignment: Assignment) -> AssignmentOutcome:
    """Somebody has what failed tried again (DLV-2): until the answers come it is on its way.

    Raises `NotHeld` after the end.
    """
    if not assignment.active:
        raise NotHeld(assignment.ended_at)
    if assignment.state not in {_A.PARTIALLY_DELIVERED, _A.DELIVERY_FAILED}:
        return AssignmentOutcome(assignment=assignment)
    return AssignmentOutcome(
        assignment=replace(assignment, state=_A.DELIVERING),
        activities=("assignment.delivering",),
        report=RequestState.DELIVERING,
    )


def extendable(assignment: Assignment, policy: AssignmentPolicy) -> bool:
    """Whether any more time could be had."""
    try:
        extension_end(assignment, policy, None)
    except LifeRefusal:
        return False
    return True


def extension_end(
    assignment: Assignment,
    policy: AssignmentPolicy,
    duration: timedelta | None,
) -> datetime | None:
    """The new end an extension would give: the old end and the policy's duration again (LIF-7).

    A policy that ends on a date gives that date, and one that never ends gives None: no end. A
    shorter `duration` is taken if the policy lets requestors choose. Raises the refusal that says
    why no (longer) extension is possible (LIF-5).
    """
    if not assignment.active:
        raise NotHeld(assignment.ended_at)
    if assignment.ends_at is None:
        raise NothingToExtend
    if not policy.extension.allowed:
        raise ExtensionNotAllowed
    latest, longest = policy.expiration.latest_end, policy.expiration.after
    if latest is not None and latest <= assignment.ends_at:
        raise CannotExtendFurther(latest)
    if duration is None:
        return latest if longest is None else assignment.ends_at + longest
    if not policy.requestor_may_shorten:
        raise MayNotChooseTimes
    if duration <= timedelta():
        raise TooShort
    if duration > (longest or MAX_DURATION):
        raise TooLong(longest or MAX_DURATION, latest)
    if latest is not None and assignment.ends_at + duration > latest:
        raise TooLong(None, latest)
    return assignment.ends_at + duration


def extend(
    assignment: Assignment, until: datetime | None, by: RequestId, *, now: datetime
) -> AssignmentOutcome:
    """Move the end; None takes it away. Leads that are already behind us are not caught up."""
    if not assignment.active:
        raise NotHeld(assignment.ended_at)
    extended_by = (*assignment.extended_by, by)
    moved = replace(assignment, ends_at=until, leads_passed=0, extended_by=extended_by)
    part = "extended/for ever"
    if until is not None:
        part = f"extended/{until.timestamp():.0f}"
        moved = replace(moved, leads_passed=sum(until - lead <= now for lead in leads(moved)))
    return AssignmentOutcome(
        assignment=moved,
        activities=("assignment.extended",),
        notices=(_notice(moved, NoticeKind.ACCESS_EXTENDED, part),),
    )


def leads(assignment: Assignment) -> tuple[timedelta, ...]:
    """How long before the end the holder is told, longest first (NOT-3, NOT-4)."""
    wanted = assignment.extension.remind_before
    if assignment.ends_at is None or not wanted:
        return ()
    length = assignment.ends_at - assignment.starts_at
    fitting = sorted((lead for lead in wanted if lead < length), reverse=True)
    return tuple(fitting) or (length / 2,)


def due_timers(assignment: Assignment) -> tuple[tuple[datetime, str], ...]:
    """Every moment at which time alone would change this assignment, with what happens then."""
    if assignment.state is _A.EXPIRED:
        return ()
    timers = []
    if assignment.state is _A.SCHEDULED:
        timers.append((assignment.starts_at, "start"))
    if (ends_at := assignment.ends_at) is not None:
        timers.append((ends_at, "end"))
        if assignment.state is not _A.SCHEDULED:
            ahead = leads(assignment)[assignment.leads_passed :]
            timers += [(ends_at - lead, "warning before the end") for lead in ahead]
    return tuple(timers)


def _catch_up(assignment: Assignment, levels: tuple[Level, ...]) -> AssignmentOutcome:
    if assignment.level or any(level is not Level.REACHED for level in levels):
        return AssignmentOutcome(assignment=assignment)
    return AssignmentOutcome(
        assignment=replace(assignment, level=True),
        activities=("assignment.access_removed",),
        report=RequestState.DELIVERED,
    )


def _progress(
    assignment: Assignment, levels: tuple[Level, ...], now: datetime
) -> AssignmentOutcome:
    state = _state_of(assignment.state, levels)
    if state is assignment.state:
        return AssignmentOutcome(assignment=assignment)
    after = replace(assignment, state=state)
    notices: tuple[Notice, ...] = ()
    if state is _A.DELIVERED:
        after = replace(after, delivered_at=assignment.delivered_at or now, is_told_failed=False)
        if assignment.delivered_at is None:
            notices = (_notice(assignment, NoticeKind.ACCESS_DELIVERED, "delivered"),)
    elif state in _FAILURES and not assignment.is_told_failed:
        # What is tried again in vain rings no second time; the card tells how it stands.
        kind, part = _FAILURES[state]
        after = replace(after, is_told_failed=True)
        notices = (_notice(assignment, kind, f"{part}/{now.timestamp():.3f}"),)
    return AssignmentOutcome(
        assignment=after,
        activities=(f"assignment.{state}",),
        notices=notices,
        report=REPORTED[state],
    )


def _state_of(state: AssignmentState, levels: tuple[Level, ...]) -> AssignmentState:
    """What the levels of its resource roles make of a started assignment."""
    reached = sum(level is Level.REACHED for level in levels)
    underway = sum(level is Level.UNDERWAY for level in levels)
    if reached == len(levels):
        return _A.DELIVERED
    if underway:
        return state if state is _A.DELIVERED else _A.DELIVERING
    return _A.PARTIALLY_DELIVERED if reached else _A.DELIVERY_FAILED


def _tell_of_end(outcome: AssignmentOutcome, now: datetime) -> AssignmentOutcome:
    """Tell the holder once for all leads that came due (NOT-3)."""
    assignment = outcome.assignment
    if assignment.ends_at is None:
        return outcome
    ends_at = assignment.ends_at
    due = sum(ends_at - lead <= now for lead in leads(assignment))
    if due <= assignment.leads_passed:
        return outcome
    part = f"ending/{ends_at.timestamp():.0f}/{due}"
    return replace(
        outcome,
        assignment=replace(assignment, leads_passed=due),
        activities=(*outcome.activities, "assignment.ending_soon"),
        notices=(*outcome.notices, _notice(assignment, NoticeKind.ACCESS_ENDING, part)),
    )


def _notice(assignment: Assignment, kind: NoticeKind, part: str, detail: str = "") -> Notice:
    return Notice(
        key=f"assignment/{assignment.id}/{part}",
        kind=kind,
        audience=Audience(person_id=assignment.target_id),
        subject_id=assignment.id,
        detail=detail,
    )
