"""The company the simulation is about: few people, few packages, short times, every kind of target.

The packages overlap: *reports* and *both* give the same user group, *keeper* and *both* the same
account, and *keeper* leaves in place what was held before.
"""

from datetime import timedelta

from engine.domain.catalogs import (
    AccessPackage,
    Catalog,
    Fulfillers,
    Grant,
    Organization,
    Resource,
)
from engine.domain.configuration import Configuration
from engine.domain.ids import (
    CatalogId,
    ChannelId,
    PackageId,
    PersonId,
    PolicyId,
    ResourceId,
)
from engine.domain.people import Person, PersonKind, Subject, the_manager, the_person
from engine.domain.policies import (
    ApprovalStage,
    AssignmentPolicy,
    Escalation,
    Expiration,
    ExtensionRule,
    Requestors,
    RequestorScope,
)

ADA, OLGA, IVAN = PersonId("UADA"), PersonId("UOLGA"), PersonId("UIVAN")
"""Administrates; owns the catalog; does tasks by hand."""
MAX, MIA = PersonId("UMAX"), PersonId("UMIA")
"""Managers: Mia is Max's."""
ANN, BEN = PersonId("UANN"), PersonId("UBEN")
"""Approvers."""
ASKING = tuple(PersonId(f"UASK{number}") for number in range(3))
"""Those who ask."""
ADMIN_CHANNEL = ChannelId("CADMIN")
MINUTE = timedelta(minutes=1)

REPORTS, BOTH, KEEPER, DESK = (PackageId(name) for name in ("reports", "both", "keeper", "desk"))
PACKAGES = (REPORTS, BOTH, KEEPER, DESK)
GROUP, ACCOUNT, ROOM = "SREADERS", "crm", "room"
"""The targets: a user group, a right in the system of accounts, something done by hand."""
SERIAL = {"slack_usergroup": True, "accounts": False, "by_hand": False}


def people() -> tuple[Person, ...]:
    """Everybody."""
    managers = {MAX: MIA, **dict.fromkeys(ASKING, MAX)}
    everybody = (ADA, OLGA, IVAN, MAX, MIA, ANN, BEN, *ASKING)
    return tuple(
        Person(
            id=person_id,
            name=person_id[1:].title(),
            kind=PersonKind.MEMBER,
            email=f"{person_id.lower()}@example.com",
            manager_id=managers.get(person_id),
        )
        for person_id in everybody
    )


def configuration() -> Configuration:
    """Everything that can be asked for."""
    catalog = Catalog(id=CatalogId("all"), name="Everything", owners=(the_person(OLGA),))
    return Configuration(
        organization=Organization(
            name="Example",
            administrators=(the_person(ADA),),
            admin_channel=ADMIN_CHANNEL,
            fallback_approvers=(the_person(OLGA),),
        ),
        catalogs=(catalog,),
        resources=(
            _resource("group", "slack_usergroup", GROUP),
            _resource("account", "accounts", ACCOUNT),
            _resource("room", "by_hand", ROOM),
        ),
        packages=(
            _package(REPORTS, "group"),
            _package(BOTH, "group", "account"),
            _package(KEEPER, "account", keep=True),
            _package(DESK, "room"),
        ),
        policies=(
            _policy(REPORTS, _stage("Manager", the_manager(), escalate_to=MIA)),
            _policy(
                BOTH,
                _stage("Leads", the_person(ANN), the_person(BEN)),
                _stage("Everybody", the_person(ANN), the_person(OLGA), needed=2),
            ),
            _policy(KEEPER, _stage("Leads", the_person(ANN), the_person(BEN))),
            _policy(DESK),
        ),
    )


def _resource(name: str, connector: str, target: str) -> Resource:
    by_hand = Fulfillers(subjects=(the_person(IVAN),))
    return Resource(
        id=ResourceId(name),
        catalog_id=CatalogId("all"),
        name=name,
        connector=connector,
        target=target,
        target_label=target,
        fulfillers=by_hand if connector == "by_hand" else Fulfillers(),
    )


def _package(package_id: PackageId, *resources: str, keep: bool = False) -> AccessPackage:
    return AccessPackage(
        id=package_id,
        catalog_id=CatalogId("all"),
        name=package_id.title(),
        grants=tuple(Grant(resource_id=ResourceId(one), role="member") for one in resources),
        keep_access_held_before=keep,
    )


def _stage(
    name: str, *approvers: Subject, needed: int = 1, escalate_to: PersonId | None = None
) -> ApprovalStage:
    escalations: tuple[Escalation, ...] = ()
    if escalate_to is not None:
        escalations = (Escalation(after=6 * MINUTE, to=(the_person(escalate_to),)),)
    return ApprovalStage(
        name=name,
        approvers=approvers,
        needed=needed,
        decide_within=15 * MINUTE,
        remind=(3 * MINUTE, 8 * MINUTE),
        escalate=escalations,
    )


def _policy(package_id: PackageId, *stages: ApprovalStage) -> AssignmentPolicy:
    return AssignmentPolicy(
        id=PolicyId(f"{package_id}-policy"),
        package_id=package_id,
        name="Employees",
        requestors=Requestors(scope=RequestorScope.ALL_MEMBERS),
        stages=stages,
        approval_for_extension=package_id == KEEPER,
        expiration=Expiration(after=25 * MINUTE),
        extension=ExtensionRule(allowed=True, remind_before=(10 * MINUTE, 4 * MINUTE)),
    )
