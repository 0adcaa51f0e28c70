"""What a view may look up besides its subject: the configuration, and the people it names.

Everything here may be missing: a package may be gone, a person may be unknown to the mirror. A
view then says less, and never fails.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.views import texts
from bot.views.wording import words
from engine.application.configured import Configured
from engine.application.queries import HeldSummary, RequestSummary, WaitingSummary
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment, AssignmentState, extendable
from engine.domain.catalogs import AccessPackage, Resource
from engine.domain.holdings import Holding
from engine.domain.ids import CatalogId, PackageId, PersonId, PolicyId, ResourceId
from engine.domain.people import Person, Subject, SubjectKind

_NOT_YET = frozenset(
    {AssignmentState.SCHEDULED, AssignmentState.DELIVERING, AssignmentState.DELIVERY_FAILED}
)
"""Nobody needs more time for what they do not have; until it is there, its request is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The configuration and the people a view may look up."""

    configured: Configured | None = None
    people: Mapping[PersonId, Person] = field(default_factory=dict)

    def name(self, person_id: PersonId) -> str:
        """A person's name, for plain text; markup mentions them instead."""
        person = self.people.get(person_id)
        return person.name if person else words.SOMEBODY

    def person(self, person_id: PersonId) -> Person | None:
        """A person, if known."""
        return self.people.get(person_id)

    def manager_of(self, person_id: PersonId, level: int = 1) -> PersonId | None:
        """The manager `level` steps up, as far as the given people tell."""
        current: PersonId | None = person_id
        for _ in range(level):
            person = self.people.get(current) if current else None
            current = person.manager_id if person else None
        return current

    def package(self, package_id: PackageId) -> AccessPackage | None:
        """A package as configured now; None once it is gone."""
        return self.configured.packages.get(package_id) if self.configured else None

    def package_name(self, package_id: PackageId) -> str | None:
        """A package's name now; None once it is gone."""
        package = self.package(package_id)
        return package.name if package else None

    def policy_name(self, policy_id: PolicyId) -> str | None:
        """A policy's name now; None once it is gone."""
        policy = self.configured.policies.get(policy_id) if self.configured else None
        return policy.name if policy else None

    def catalog_name(self, catalog_id: CatalogId) -> str:
        """A catalog's name now; nothing once it is gone."""
        catalog = self.configured.catalogs.get(catalog_id) if self.configured else None
        return catalog.name if catalog else ""

    def resource(self, resource_id: ResourceId) -> Resource | None:
        """A resource as configured now; None once it is gone."""
        return self.configured.resources.get(resource_id) if self.configured else None

    def resource_of(self, holding: Holding) -> Resource | None:
        """The resource a holding is of; None once nothing in the file names its target."""
        return self.configured.resource_of(holding) if self.configured else None

    def label_of(self, holding: Holding) -> str:
        """What to call what is held in front of people."""
        resource = self.resource_of(holding)
        return resource.target_label if resource else holding.target

    def target_label(self, connector: str, target: str) -> str:
        """What to call a connector's target; its own id when no resource names it any more."""
        resources = self.configured.resources.values() if self.configured else ()
        found = (r for r in resources if (r.connector, r.target) == (connector, target))
        resource = next(found, None)
        return resource.target_label if resource else target

    def rights_of(self, package: AccessPackage) -> list[tuple[str, str]]:
        """What a package gives: each role with what to call its resource."""
        return [
            (grant.role, resource.target_label)
            for grant in package.grants
            if (resource := self.resource(grant.resource_id)) is not None
        ]

    def may_extend(self, assignment: Assignment) -> bool:
        """Whether more time could be had now, as the rules say it."""
        policy = self.configured.policies.get(assignment.policy_id) if self.configured else None
        if policy is None or assignment.state in _NOT_YET:
            return False
        return extendable(assignment, policy)

    def can_be_asked_for(self, package_id: PackageId) -> bool:
        """False for a package that only administrators give; True where that is not known.

        Of a package that is gone neither is known, and its cards stay as they are.
        """
        if self.configured is None or package_id not in self.configured.packages:
            return True
        policies = self.configured.policies_of.get(package_id, ())
        return any(policy.enabled_for_requests for policy in policies)

    def describe(self, subjects: Iterable[Subject], target_id: PersonId) -> tuple[str, ...]:
        """Subjects as markup: a mention where one person is meant, a phrase otherwise."""
        return tuple(dict.fromkeys(self._describe(subject, target_id) for subject in subjects))

    def _describe(self, subject: Subject, target_id: PersonId) -> str:
        match subject.kind:
            case SubjectKind.PERSON if subject.person_id is not None:
                return texts.mention(subject.person_id)
            case SubjectKind.GROUP if subject.group_id is not None:
                return texts.mention_group(subject.group_id)
            case SubjectKind.MANAGER:
                level = subject.level or 1
                manager_id = self.manager_of(target_id, level)
                if manager_id is not None:
                    return texts.mention(manager_id)
                return words.THE_MANAGER if level == 1 else words.A_MANAGER_FURTHER_UP
            case _:
                return words.THE_CATALOGS_OWNERS


def people_in(
    *subjects: RequestSummary | HeldSummary | WaitingSummary | AssignmentRequest | Holding,
) -> frozenset[PersonId]:
    """Whom to look up before drawing these. Then add their managers (one or two steps up)."""
    found: set[PersonId] = set()
    for subject in subjects:
        match subject:
            case RequestSummary() | WaitingSummary():
                found |= _in_request(subject.request)
            case AssignmentRequest():
                found |= _in_request(subject)
            case HeldSummary():
                found.add(subject.assignment.target_id)
            case Holding():
                found.add(subject.person_id)
    return frozenset(found)


def _in_request(request: AssignmentRequest) -> set[PersonId]:
    asked = {approver.person_id for run in request.runs for approver in run.approvers}
    return {request.requestor_id, request.target_id, *asked}
