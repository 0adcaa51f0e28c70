"""What a rule must know besides the state it decides on, gathered inside the same transaction.

Only the database is asked: people and groups come from the mirror of the directory, never over
the network.
"""

from collections.abc import Iterable

from engine.application.configured import Configured
from engine.application.ports import Reader
from engine.domain import eligibility, stages
from engine.domain.assignment_requests import AssignmentRequest, RequestFacts
from engine.domain.assignments import Assignment, extendable
from engine.domain.catalogs import AccessPackage, Resource
from engine.domain.conversation import Audience
from engine.domain.eligibility import HeldAssignment, Standing
from engine.domain.holdings import Holding
from engine.domain.ids import CatalogId, GroupId, PackageId, PersonId
from engine.domain.people import CATALOG_OWNERS, Person, PersonKind, Subject, the_person
from engine.domain.policies import ApprovalStage, AssignmentPolicy
from engine.domain.refusals import AccountClosed, AlreadyPending, NotInScope
from engine.domain.stages import ApproverFacts


def known_person(reader: Reader, person_id: PersonId) -> Person:
    """Somebody of the mirror; refused when the mirror does not know them."""
    person = reader.person(person_id)
    if person is None:
        raise AccountClosed
    return person


def person_asking(
    reader: Reader, configured: Configured, person_id: PersonId, package_id: PackageId
) -> Person:
    """Somebody who asks for a package, read together with all that is looked at next."""
    offer = configured.offer(package_id)
    if offer is not None:
        fallback = configured.organization.fallback_approvers
        wanted: set[Subject] = set(offer.catalog.owners)
        for policy in offer.policies:
            for stage in policy.stages[:2]:
                wanted |= stages.subjects_of(stage, fallback)
        reader.acquaint(person_id, package_id, wanted - {CATALOG_OWNERS})
    return known_person(reader, person_id)


def request_facts(
    reader: Reader,
    configured: Configured,
    request: AssignmentRequest,
    *,
    reassign_to: PersonId | None = None,
) -> RequestFacts:
    """Who decides the running stage and the next one, at this moment, and for whom it still is."""
    number = request.run.number if request.run else 0
    package = configured.packages.get(request.package_id)
    target = the_person(request.target_id)
    also = [the_person(reassign_to)] if reassign_to else _reassigned(request)
    if request.run is not None:
        also.append(target)
    approvers = approver_facts(
        reader,
        configured,
        request.stages[number : number + 2],
        catalog_id=package.catalog_id if package else None,
        requestor_id=request.requestor_id,
        target_id=request.target_id,
        also=also,
    )
    packages, groups = _excluding(reader, package, request.target_id)
    named = {reassign_to} if reassign_to and _may_be_asked(reader, reassign_to) else set()
    return RequestFacts(
        approvers=approvers,
        admin_channel=configured.organization.admin_channel,
        excluding_packages=packages,
        excluding_groups=groups,
        eligible_deciders=frozenset(named),
        target_left=request.run is not None and not approvers.people.get(target),
    )


def _excluding(
    reader: Reader, package: AccessPackage | None, target_id: PersonId
) -> tuple[tuple[PackageId, ...], tuple[GroupId, ...]]:
    """What this person has that excludes the package; most packages exclude nothing."""
    packages = package.incompatible_packages if package else ()
    groups = package.incompatible_groups if package else ()
    held = reader.held_packages(target_id, packages) if packages else frozenset()
    of = reader.groups_of(target_id) if groups else frozenset()
    return tuple(p for p in packages if p in held), tuple(g for g in groups if g in of)


def approver_facts(
    reader: Reader,
    configured: Configured,
    some_stages: Iterable[ApprovalStage],
    *,
    catalog_id: CatalogId | None,
    requestor_id: PersonId,
    target_id: PersonId,
    also: Iterable[Subject] = (),
) -> ApproverFacts:
    """Who the subjects of these stages are now; one read of the mirror for all of them."""
    fallback = configured.organization.fallback_approvers
    catalog = configured.catalogs.get(catalog_id) if catalog_id else None
    owners = catalog.owners if catalog else ()
    wanted: set[Subject] = set(also)
    for stage in some_stages:
        wanted |= stages.subjects_of(stage, fallback)
    excluded = frozenset({requestor_id, target_id})
    if not wanted:
        return ApproverFacts(people={}, excluded=excluded)
    people = reader.resolve((wanted | set(owners)) - {CATALOG_OWNERS}, target_id)
    found = (person for owner in owners for person in people.get(owner, ()))
    people[CATALOG_OWNERS] = tuple(dict.fromkeys(found))
    return ApproverFacts(people=people, organization_fallback=fallback, excluded=excluded)


def standing(
    reader: Reader, configured: Configured, person: Person, package: AccessPackage
) -> Standing:
    """What somebody is and has, as far as asking for this package goes."""
    held = reader.active_assignment_of(person.id, package.id)
    policy = configured.policies.get(held.policy_id) if held else None
    excluding = package.incompatible_packages
    return Standing(
        person=person,
        groups=reader.groups_of(person.id),
        held=HeldAssignment(
            id=held.id,
            ends_at=held.ends_at,
            may_extend=policy is not None and extendable(held, policy),
        )
        if held
        else None,
        open_request=reader.open_request_of(person.id, package.id),
        held_packages=reader.held_packages(person.id, excluding) if excluding else frozenset(),
    )


def check_extension(reader: Reader, assignment: Assignment, policy: AssignmentPolicy) -> None:
    """Refuse more time to whoever may not ask for it now (LIF-5: only while still in scope)."""
    person = known_person(reader, assignment.target_id)
    eligibility.check_account(person)
    if pending := reader.open_request_of(person.id, assignment.package_id):
        raise AlreadyPending(pending)
    groups = reader.groups_of(person.id)
    if policy.enabled_for_requests and not eligibility.matches(policy, person, groups):
        raise NotInScope(assignment.package_id)


def administrators(reader: Reader, configured: Configured) -> frozenset[PersonId]:
    """Who administers now."""
    return _everybody(reader, configured.organization.administrators)


def catalog_owners(
    reader: Reader, configured: Configured, catalog_id: CatalogId
) -> frozenset[PersonId]:
    """Who owns the catalog now."""
    catalog = configured.catalogs.get(catalog_id)
    return _everybody(reader, catalog.owners if catalog else ())


def fulfillers(reader: Reader, resource: Resource) -> frozenset[PersonId]:
    """The people asked to do the manual tasks of this resource now; channels not counted."""
    return _everybody(reader, resource.fulfillers.subjects)


def task_audiences(
    reader: Reader, configured: Configured, holding: Holding
) -> tuple[Audience, ...]:
    """Whoever is asked to do this manual task now; the administrators when nobody else can be."""
    resource = configured.resource_of(holding)
    people = sorted(fulfillers(reader, resource)) if resource else []
    channels = resource.fulfillers.channels if resource else ()
    asked = [Audience(person_id=person) for person in people]
    asked += [Audience(channel_id=channel) for channel in channels]
    return tuple(asked) or (Audience(channel_id=configured.organization.admin_channel),)


def _everybody(reader: Reader, subjects: Iterable[Subject]) -> frozenset[PersonId]:
    """Whoever these subjects are now."""
    resolved = reader.resolve(subjects, None)
    return frozenset(person for people in resolved.values() for person in people)


def _reassigned(request: AssignmentRequest) -> list[Subject]:
    named = request.run.reassigned_to if request.run else None
    return [the_person(named)] if named else []


def _may_be_asked(reader: Reader, person_id: PersonId) -> bool:
    person = reader.person(person_id)
    kinds = {PersonKind.MEMBER, PersonKind.GUEST}
    return person is not None and person.active and person.kind in kinds
