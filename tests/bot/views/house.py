"""The sample house the views are drawn in: Contoso, its people, one package in full dress.

People are those of `tests.builders`; here they get names, titles and managers.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.views.known import Known
from engine.application.configured import Configured
from engine.application.queries import HeldSummary, Page, RequestSummary, WaitingSummary
from engine.domain.assignment_requests import AssignmentRequest, RequestState, RequestType
from engine.domain.assignments import Assignment, AssignmentState, EndReason
from engine.domain.catalogs import (
    AccessPackage,
    Fulfillers,
    Grant,
    Organization,
    Resource,
)
from engine.domain.configuration import Configuration
from engine.domain.holdings import Holding, Seen
from engine.domain.ids import (
    AssignmentId,
    CatalogId,
    HoldingId,
    PackageId,
    PersonId,
    PolicyId,
    RequestId,
    ResourceId,
)
from engine.domain.people import Person, PersonKind, members_of, the_manager, the_person
from engine.domain.policies import ApprovalStage, AssignmentPolicy, Expiration
from engine.domain.stages import deadline
from tests.builders import (
    ADA,
    ADMIN_CHANNEL,
    ANN,
    BEN,
    CAT,
    DAN,
    DAY,
    DESK,
    EVE,
    EXTENDABLE,
    HOUR,
    MAX,
    MIA,
    NOW,
    OLGA,
    PACKAGE,
    POLICY,
    ROB,
    a_catalog,
    a_policy,
    a_request,
    a_stage,
    an_assignment,
    escalating,
)

NAME = "Production read access"
DESCRIPTION = "Dashboards and logs of production"
READERS, VPN = ResourceId("readers"), ResourceId("vpn")

MANAGER = a_stage(
    the_manager(),
    name="Manager",
    decide_within=14 * DAY,
    remind=[2 * DAY, 7 * DAY],
    escalate=[escalating(3 * DAY, the_manager(2))],
)
OWNER = a_stage(OLGA, name="Owner")
TWO_OF_THREE = a_stage(ANN, BEN, CAT, name="Board", needed=2)
EVERYONE = a_stage(ANN, BEN, name="Board", needed=None)
NINETY_DAYS = Expiration(after=90 * DAY)


def a_full_policy(*stages: ApprovalStage) -> AssignmentPolicy:
    """Ninety days, shorter on request, can be extended."""
    full = a_policy(
        *(stages or (MANAGER, OWNER)),
        name="Employees",
        expiration=NINETY_DAYS,
        may_shorten=True,
        extension=EXTENDABLE,
    )
    return replace(full, id=POLICY)


FULL = a_full_policy()
FULL_PACKAGE = AccessPackage(
    id=PACKAGE,
    catalog_id=CatalogId("engineering"),
    name=NAME,
    description=DESCRIPTION,
    grants=(Grant(resource_id=READERS, role="member"), Grant(resource_id=VPN, role="user")),
)


def configured(*policies: AssignmentPolicy, package: AccessPackage = FULL_PACKAGE) -> Configured:
    """Contoso as configured."""
    readers = Resource(
        id=READERS,
        catalog_id=CatalogId("engineering"),
        name="prod-readers",
        connector="slack_usergroup",
        target="S1",
        target_label="@prod-readers",
    )
    vpn = Resource(
        id=VPN,
        catalog_id=CatalogId("engineering"),
        name="vpn",
        connector="manual",
        target="Office VPN",
        target_label="Office VPN",
        roles=("user",),
        fulfillers=Fulfillers(subjects=(members_of(DESK), the_person(DAN))),
    )
    organization = Organization(
        name="Contoso", administrators=(the_person(ADA),), admin_channel=ADMIN_CHANNEL
    )
    return Configured(
        Configuration(
            organization=organization,
            catalogs=(a_catalog(),),
            resources=(readers, vpn),
            packages=(package,),
            policies=policies or (FULL,),
        ),
        1,
    )


def people() -> dict[PersonId, Person]:
    """Everybody, as the directory knows them."""
    named = {
        ROB: ("Rob Reed", "Engineer", MAX),
        MAX: ("Max Moss", "Team lead", MIA),
        MIA: ("Mia Mann", "Head of engineering", None),
        ANN: ("Ann Abel", "Auditor", MIA),
        BEN: ("Ben Berg", "Auditor", MIA),
        CAT: ("Cat Cole", "Auditor", MIA),
        DAN: ("Dan Dorn", "IT desk", MIA),
        EVE: ("Eve Engel", None, None),
        OLGA: ("Olga Orth", "Platform owner", MIA),
        ADA: ("Ada Arlt", "Administrator", None),
    }
    return {
        person_id: Person(
            id=person_id,
            name=name,
            kind=PersonKind.MEMBER,
            title=title,
            department="Platform" if title else None,
            manager_id=manager,
        )
        for person_id, (name, title, manager) in named.items()
    }


KNOWN = Known(configured=configured(), people=people())
NOTHING_KNOWN = Known()


# Requests ---------------------------------------------------------------------------------------


def asked(
    *stages: ApprovalStage,
    request_type: RequestType = RequestType.USER_ADD,
    justification: str = "On call next week, see https://tickets.example.com/OPS-12",
    starts_in: timedelta | None = None,
    duration: timedelta | None = None,
    name: str = NAME,
) -> AssignmentRequest:
    """Rob's request under the full policy, not begun."""
    request = a_request(
        policy=a_full_policy(*stages),
        request_type=request_type,
        requestor=ADA if request_type is RequestType.ADMIN_ADD else ROB,
        target=ROB,
        starts_at=NOW + starts_in if starts_in else None,
        duration=duration,
    )
    return replace(
        request,
        id=RequestId("01hx5request0042"),
        package_name=name,
        justification=justification,
        needs_approval=request_type is not RequestType.ADMIN_ADD,
    )


def whole(
    request: AssignmentRequest,
    assignment: Assignment | None = None,
    holdings: Iterable[Holding] = (),
) -> RequestSummary:
    """A request as the card sees it."""
    return RequestSummary(request=request, assignment=assignment, holdings=tuple(holdings))


def in_state(request: AssignmentRequest, state: RequestState, **more: object) -> AssignmentRequest:
    """The request further on, two hours after it was asked for."""
    at = NOW + 2 * HOUR
    ended = state in {
        RequestState.DELIVERED,
        RequestState.PARTIALLY_DELIVERED,
        RequestState.DELIVERY_FAILED,
    }
    known: dict[str, object] = {"state": state, "assignment_id": AssignmentId("assignment")}
    if ended:
        known["delivered_at"] = at
    if state is RequestState.DELIVERED:
        known["closed_at"] = at
    return replace(request, **{**known, **more})


def holds(
    state: AssignmentState = AssignmentState.DELIVERED,
    *,
    lasting: timedelta | None = 90 * DAY,
    starts_in: timedelta = timedelta(),
) -> Assignment:
    """Rob's assignment."""
    return an_assignment(
        state=state, lasting=lasting, starts_at=NOW + starts_in, extension=EXTENDABLE
    )


def ended(reason: EndReason = EndReason.EXPIRED) -> Assignment:
    """Rob's assignment after its end."""
    return replace(holds(AssignmentState.EXPIRED), ended_at=NOW + 90 * DAY, end_reason=reason)


def holding(resource: ResourceId = READERS, **more: object) -> Holding:
    """One of Rob's rights."""
    manual = resource == VPN
    made = Holding(
        id=HoldingId("01hx5holding0007"),
        connector="manual" if manual else "slack_usergroup",
        target="Office VPN" if manual else "S1",
        role="user" if manual else "member",
        person_id=ROB,
        resource_id=resource,
        seen=Seen.PRESENT,
        tried=True,
        changed_at=NOW + 2 * HOUR,
    )
    return replace(made, **more)


def held(assignment: Assignment | None = None, **more: object) -> HeldSummary:
    """A row of what Rob holds."""
    row = HeldSummary(
        assignment=assignment or holds(),
        package_name=NAME,
        request_id=RequestId("01hx5request0042"),
    )
    return replace(row, **more)


def waits(request: AssignmentRequest) -> WaitingSummary:
    """A row of what waits for an approver."""
    run, stage = request.run, request.stage
    assert run is not None
    assert stage is not None
    return WaitingSummary(
        request=request,
        stage_number=run.number,
        asked_at=run.opened_at,
        decide_until=deadline(run, stage),
    )


def page(*rows: object, offset: int = 0, total: int | None = None) -> Page:
    """Rows of a longer list."""
    return Page(rows=rows, offset=offset, total=total if total is not None else len(rows))


def another(request: AssignmentRequest, number: int) -> AssignmentRequest:
    """The same once more, under another id."""
    return replace(request, id=RequestId(f"01hx5request{number:04d}"))


def a_package_called(name: str, description: str = "") -> AccessPackage:
    """A package that is only a name."""
    return AccessPackage(
        id=PackageId(
            f"package{abs(hash(name)) % 10**8}"
            if len(name) > 40
            else name.lower().replace(" ", "-")
        ),
        catalog_id=CatalogId("engineering"),
        name=name,
        description=description,
    )


def policy_id(name: str) -> PolicyId:
    """A policy's id."""
    return PolicyId(name)


def known_as(text: str) -> Known:
    """Everything that has a name is called that."""
    configured = KNOWN.configured
    assert configured is not None
    before = configured.configuration
    named = Configuration(
        organization=before.organization,
        catalogs=tuple(replace(c, name=text) for c in before.catalogs),
        resources=tuple(replace(r, target_label=text) for r in before.resources),
        packages=tuple(replace(p, name=text, description=text) for p in before.packages),
        policies=tuple(replace(p, name=text) for p in before.policies),
    )
    everybody = {
        person_id: replace(person, name=text, title=text, department=text, company=text)
        for person_id, person in people().items()
    }
    return Known(configured=Configured(named, 1), people=everybody)
