"""What a view may look up besides its subject: the configuration, and the people it names.

Everything here may be missing: a package may be gone, a person may be unknown to the mirror. A
view then says less, and never fails.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.views import texts
from engine.application.configured import Configured
from engine.application.queries import HeldSummary, RequestSummary, WaitingSummary
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.holdings import Holding
from engine.domain.ids import CatalogId, PackageId, PersonId, PolicyId, ResourceId
from engine.domain.people import Person, Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The configuration and the people a view may look up."""

    configured: Configured | None = None
    people: Mapping[PersonId, Person] = field(default_factory=dict)

    def name(self, person_id: PersonId) -> str:
        """A person's name, for plain text; markup mentions them instead."""
        person = self.people.get(person_id)
        return person.name if person else "somebody"

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

    def package_name(self, package_id: PackageId) -> str | None:
        """A package's name now; None once it is gone."""
        package = self.configured.packages.get(package_id) if self.configured else None
        return package.name if package else None

    def policy_name(self, policy_id: PolicyId) -> str | None:
        """A policy's name now; None once it is gone."""
        policy = self.configured.policies.get(policy_id) if self.configured else None
        return policy.name if policy else None

    def resource_label(self, resource_id: ResourceId, otherwise: str) -> str:
        """What to call a resource in front of people; `otherwise` once it is gone."""
        resource = self.configured.resources.get(resource_id) if self.configured else None
        return resource.target_label if resource else otherwise

    def owners_of(self, catalog_id: CatalogId | None) -> tuple[Subject, ...]:
        """The owners of a catalog, as configured."""
        if self.configured is None or catalog_id is None:
            return ()
        catalog = self.configured.catalogs.get(catalog_id)
        return catalog.owners if catalog else ()

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
                return "the manager" if level == 1 else "a manager further up"
            case _:
                return "the catalog's owners"


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
