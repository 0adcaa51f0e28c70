"""Builders that read like sentences: domain values with everything a test does not care about.

Rob asks; Ann, Ben, Cat and Dan are asked; Max manages Rob and Mia manages Max; Olga owns the
catalog; Ada administers. NOW is a Monday morning. No fixture, no clock, no database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.domain import assignments, request_transitions
from engine.domain.assignment_requests import (
    AssignmentRequest,
    Decide,
    RequestFacts,
    RequestOutcome,
    RequestState,
    RequestType,
)
from engine.domain.assignments import Assignment, AssignmentState
from engine.domain.catalogs import AccessPackage, Catalog, CatalogState, Grant
from engine.domain.eligibility import HeldAssignment, Offer, Standing
from engine.domain.holdings import Holding
from engine.domain.ids import (
    AssignmentId,
    CatalogId,
    ChannelId,
    GroupId,
    HoldingId,
    PackageId,
    PersonId,
    PolicyId,
    RequestId,
    ResourceId,
)
from engine.domain.people import (
    CATALOG_OWNERS,
    Person,
    PersonKind,
    Subject,
    members_of,
    the_manager,
    the_person,
)
from engine.domain.policies import (
    NEVER,
    NO_EXTENSION,
    ApprovalStage,
    AssignmentPolicy,
    Escalation,
    Expiration,
    ExtensionRule,
    JustificationRule,
    ReasonRule,
    Requestors,
    RequestorScope,
)
from engine.domain.stages import ApproverFacts, Verdict

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ROB, ANN, BEN, CAT, DAN = (PersonId(name) for name in ("rob", "ann", "ben", "cat", "dan"))
EVE, MAX, MIA, OLGA, ADA = (PersonId(name) for name in ("eve", "max", "mia", "olga", "ada"))
EVERYBODY = (ROB, ANN, BEN, CAT, DAN, EVE, MAX, MIA, OLGA, ADA)
LEADS, DESK = GroupId("leads"), GroupId("desk")
ADMIN_CHANNEL = ChannelId("access-admin")
EXTENDABLE = ExtensionRule(allowed=True)
PACKAGE, POLICY = PackageId("production"), PolicyId("production/employees")


def a_person(
    name: str = "rob",
    *,
    kind: PersonKind = PersonKind.MEMBER,
    active: bool = True,
    manager: PersonId | None = None,
) -> Person:
    """Somebody of the directory, whose id is their name."""
    return Person(id=PersonId(name), name=name, kind=kind, active=active, manager_id=manager)


# What can be asked for ---------------------------------------------------------------------------


def a_catalog(
    *, published: bool = True, visible_to_external_users: bool = True, owners: Iterable[str] = ()
) -> Catalog:
    """A published catalog that everybody may see."""
    return Catalog(
        id=CatalogId("engineering"),
        name="Engineering",
        state=CatalogState.PUBLISHED if published else CatalogState.UNPUBLISHED,
        visible_to_external_users=visible_to_external_users,
        owners=tuple(the_person(PersonId(owner)) for owner in owners),
    )


def a_package(
    name: str = PACKAGE,
    *,
    hidden: bool = False,
    excludes: Iterable[str] = (),
    excludes_groups: Iterable[GroupId] = (),
    keep_access_held_before: bool = False,
) -> AccessPackage:
    """A package with one resource role."""
    return AccessPackage(
        id=PackageId(name),
        catalog_id=CatalogId("engineering"),
        name=name,
        hidden=hidden,
        grants=(Grant(resource_id=ResourceId("readers"), role="member"),),
        incompatible_packages=tuple(PackageId(other) for other in excludes),
        incompatible_groups=tuple(excludes_groups),
        keep_access_held_before=keep_access_held_before,
    )


def a_stage(
    *approvers: Subject | PersonId,
    name: str = "Manager",
    fallback: Iterable[Subject] = (),
    needed: int | None = 1,
    decide_within: timedelta = 14 * DAY,
    remind: Iterable[timedelta] = (),
    escalate: Iterable[Escalation] = (),
    reason: ReasonRule = ReasonRule.ON_DENIAL,
) -> ApprovalStage:
    """A stage that asks these people, or Rob's manager when none are named."""
    asked = tuple(the_person(a) if isinstance(a, str) else a for a in approvers)
    return ApprovalStage(
        name=name,
        approvers=asked or (the_manager(),),
        fallback_approvers=tuple(fallback),
        needed=needed,
        decide_within=decide_within,
        remind=tuple(remind),
        escalate=tuple(escalate),
        reason=reason,
    )


def escalating(
    after: timedelta, *to: Subject | PersonId, fallback: Iterable[Subject] = ()
) -> Escalation:
    """These are asked as well, so long after the stage opened."""
    asked = tuple(the_person(a) if isinstance(a, str) else a for a in to)
    return Escalation(after=after, to=asked, fallback=tuple(fallback))


def a_policy(
    *stages: ApprovalStage,
    name: str = "employees",
    scope: RequestorScope = RequestorScope.ALL_MEMBERS,
    subjects: Iterable[Subject] = (),
    justification: JustificationRule = JustificationRule.REQUIRED,
    expiration: Expiration = NEVER,
    may_shorten: bool = False,
    extension: ExtensionRule = NO_EXTENSION,
) -> AssignmentPolicy:
    """A policy for all members, with these stages, under which access never ends."""
    return AssignmentPolicy(
        id=PolicyId(f"{PACKAGE}/{name}"),
        package_id=PACKAGE,
        name=name,
        requestors=Requestors(scope=scope, subjects=tuple(subjects)),
        justification=justification,
        stages=stages,
        expiration=expiration,
        requestor_may_shorten=may_shorten,
        extension=extension,
    )


def an_offer(
    *policies: AssignmentPolicy,
    package: AccessPackage | None = None,
    catalog: Catalog | None = None,
) -> Offer:
    """A package that can be asked for under these policies."""
    return Offer(
        package=package or a_package(),
        catalog=catalog or a_catalog(),
        policies=policies or (a_policy(),),
    )


def standing_of(
    person: Person | None = None,
    *,
    groups: Iterable[GroupId] = (),
    held: HeldAssignment | None = None,
    open_request: str | None = None,
    held_packages: Iterable[str] = (),
) -> Standing:
    """Somebody who has nothing and waits for nothing."""
    return Standing(
        person=person or a_person(),
        groups=frozenset(groups),
        held=held,
        open_request=RequestId(open_request) if open_request else None,
        held_packages=frozenset(PackageId(name) for name in held_packages),
    )


# Who is who at a moment --------------------------------------------------------------------------


def approver_facts(
    *,
    groups: Mapping[GroupId, Iterable[PersonId]] | None = None,
    managers: Iterable[PersonId] = (MAX, MIA),
    owners: Iterable[PersonId] = (OLGA,),
    organization_fallback: Iterable[Subject] = (),
    left: Iterable[PersonId] = (),
    excluded: Iterable[PersonId] = (ROB,),
) -> ApproverFacts:
    """Everybody is here except those who left; Max manages Rob, Mia Max, and Olga owns."""
    gone = set(left)
    people: dict[Subject, tuple[PersonId, ...]] = {
        the_person(person): (person,) for person in EVERYBODY
    }
    people |= {members_of(group): tuple(members) for group, members in (groups or {}).items()}
    people |= {the_manager(level): (person,) for level, person in enumerate(managers, start=1)}
    people[CATALOG_OWNERS] = tuple(owners)
    return ApproverFacts(
        people={
            subject: tuple(person for person in found if person not in gone)
            for subject, found in people.items()
        },
        organization_fallback=tuple(organization_fallback),
        excluded=frozenset(excluded),
    )


def facts(
    approvers: ApproverFacts | None = None, *, may_be_asked: Iterable[PersonId] = ()
) -> RequestFacts:
    """What a request knows: who approves now, and who may be asked instead."""
    return RequestFacts(
        approvers=approvers or approver_facts(),
        admin_channel=ADMIN_CHANNEL,
        eligible_deciders=frozenset(may_be_asked),
    )


# Requests ----------------------------------------------------------------------------------------


def a_request(
    *stages: ApprovalStage,
    request_type: RequestType = RequestType.USER_ADD,
    state: RequestState = RequestState.PENDING_APPROVAL,
    requestor: PersonId = ROB,
    target: PersonId | None = None,
    starts_at: datetime | None = None,
    duration: timedelta | None = None,
    policy: AssignmentPolicy | None = None,
    submitted_at: datetime = NOW,
) -> AssignmentRequest:
    """Rob's request for the package, not begun yet."""
    return AssignmentRequest(
        id=RequestId("request"),
        request_type=request_type,
        state=state,
        package_id=PACKAGE,
        package_name="Production",
        policy_id=POLICY,
        policy=policy or a_policy(*stages),
        requestor_id=requestor,
        target_id=target or requestor,
        justification="On call next week",
        starts_at=starts_at,
        duration=duration,
        assignment_id=(
            None
            if request_type in {RequestType.USER_ADD, RequestType.ADMIN_ADD}
            else AssignmentId("assignment")
        ),
        submitted_at=submitted_at,
    )


def begun(
    *stages: ApprovalStage,
    known: RequestFacts | None = None,
    now: datetime = NOW,
    request: AssignmentRequest | None = None,
) -> AssignmentRequest:
    """Rob's request as it is right after submitting."""
    fresh = request or a_request(*stages, submitted_at=now)
    return request_transitions.begin(fresh, known or facts(), now=now).request


def decide(
    request: AssignmentRequest,
    by: PersonId,
    verdict: Verdict,
    *,
    known: RequestFacts | None = None,
    now: datetime = NOW + HOUR,
    stage: int | None = None,
    reason: str = "Because",
) -> RequestOutcome:
    """Somebody answers the running stage, or the one they name."""
    number = stage if stage is not None else max(len(request.runs) - 1, 0)
    command = Decide(by=by, stage_number=number, verdict=verdict, reason=reason)
    return request_transitions.transition(request, command, known or facts(), now=now)


def approve(
    request: AssignmentRequest,
    by: PersonId,
    *,
    known: RequestFacts | None = None,
    now: datetime = NOW + HOUR,
    stage: int | None = None,
    reason: str = "Fine",
) -> RequestOutcome:
    """Somebody approves."""
    return decide(request, by, Verdict.APPROVED, known=known, now=now, stage=stage, reason=reason)


def deny(
    request: AssignmentRequest,
    by: PersonId,
    *,
    known: RequestFacts | None = None,
    now: datetime = NOW + HOUR,
    stage: int | None = None,
    reason: str = "Not needed",
) -> RequestOutcome:
    """Somebody denies."""
    return decide(request, by, Verdict.DENIED, known=known, now=now, stage=stage, reason=reason)


def asked(request: AssignmentRequest) -> tuple[PersonId, ...]:
    """Everybody who may decide the running stage now."""
    run = request.run
    if run is None:
        return ()
    return tuple(a.person_id for a in run.approvers if run.decision_of(a.person_id) is None)


# Assignments and holdings ------------------------------------------------------------------------


def an_assignment(
    *,
    state: AssignmentState = AssignmentState.DELIVERING,
    starts_at: datetime = NOW,
    lasting: timedelta | None = 90 * DAY,
    extension: ExtensionRule = EXTENDABLE,
    delivered_at: datetime | None = None,
) -> Assignment:
    """Rob's package, for ninety days from now."""
    return Assignment(
        id=AssignmentId("assignment"),
        package_id=PACKAGE,
        policy_id=POLICY,
        target_id=ROB,
        request_id=RequestId("request"),
        state=state,
        starts_at=starts_at,
        ends_at=None if lasting is None else starts_at + lasting,
        extension=extension,
        delivered_at=delivered_at,
    )


def assigned(
    policy: AssignmentPolicy,
    *,
    now: datetime = NOW,
    starts_at: datetime | None = None,
    duration: timedelta | None = None,
) -> Assignment:
    """The assignment that a request under this policy makes when it is approved now."""
    request = a_request(policy=policy, starts_at=starts_at, duration=duration)
    return assignments.assign(AssignmentId("assignment"), request, now=now)


def a_holding(*, wanted: bool = True, connector: str = "slack_usergroup") -> Holding:
    """A right that has just become wanted and was never tried."""
    fresh = Holding(
        id=HoldingId("holding"),
        connector=connector,
        target="prod-readers",
        role="member",
        person_id=ROB,
        resource_id=ResourceId("readers"),
        next_at=NOW,
        changed_at=NOW,
    )
    return replace(fresh, wanted=wanted)
