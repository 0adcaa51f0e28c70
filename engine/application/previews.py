"""What would happen if this person asked for that: the policy, the refusal, who would be asked.

The form shows it before anything is sent. It is made by the rules that decide the submit, from
one read of the database.
"""

from dataclasses import dataclass
from datetime import datetime

from engine.application import facts
from engine.application.configured import Configured
from engine.application.ports import Reader
from engine.domain import eligibility, stages
from engine.domain.assignments import Assignment
from engine.domain.catalogs import AccessPackage
from engine.domain.ids import PackageId, PersonId, PolicyId
from engine.domain.people import Person
from engine.domain.policies import ApprovalStage, AssignmentPolicy
from engine.domain.refusals import NotInScope, PackageGone, Refusal
from engine.domain.stages import Approver


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePreview:
    """One stage, and who would be asked if it opened now; nobody if nobody can be found."""

    stage: ApprovalStage
    approvers: tuple[Approver, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPreview:
    """A package as this person would ask for it."""

    package: AccessPackage
    policies: tuple[AssignmentPolicy, ...] = ()
    """What they may choose from (POL-4)."""
    policy: AssignmentPolicy | None = None
    """The chosen one, or the only one."""
    stages: tuple[StagePreview, ...] = ()
    refusal: Refusal | None = None
    """Why they cannot have it now, whatever they fill in."""


def request_preview(
    reader: Reader,
    person_id: PersonId,
    package_id: PackageId,
    policy_id: PolicyId | None,
    *,
    now: datetime,
) -> RequestPreview:
    """The preview of a request. Raises `PackageGone` for a package nobody configured."""
    configured = reader.configured()
    offer = configured.offer(package_id) if configured else None
    if configured is None or offer is None:
        raise PackageGone
    person = facts.known_person(reader, person_id)
    standing = facts.standing(reader, configured, person, offer.package)
    policies = eligibility.offered(offer.policies, person, standing.groups)
    try:
        eligibility.check_account(person)
        if not eligibility.may_see(offer.catalog, person):
            raise PackageGone
        eligibility.check_free(offer.package, standing)
        if not policies:
            raise NotInScope(package_id)
    except Refusal as refusal:
        return RequestPreview(package=offer.package, refusal=refusal)
    chosen = next((policy for policy in policies if policy.id == policy_id), None)
    policy = chosen or (policies[0] if len(policies) == 1 else None)
    asked = policy.stages if policy and policy.approval_for_request else ()
    return RequestPreview(
        package=offer.package,
        policies=policies,
        policy=policy,
        stages=_stages(reader, configured, person, offer.package, asked, now=now),
    )


def extension_preview(
    reader: Reader, assignment: Assignment, policy: AssignmentPolicy, *, now: datetime
) -> tuple[StagePreview, ...]:
    """Who would be asked about more time for this assignment; or the refusal why nobody is."""
    facts.check_extension(reader, assignment, policy)
    configured = reader.configured()
    package = configured.packages.get(assignment.package_id) if configured else None
    if configured is None or package is None or not policy.approval_for_extension:
        return ()
    person = facts.known_person(reader, assignment.target_id)
    return _stages(reader, configured, person, package, policy.stages, now=now)


def _stages(
    reader: Reader,
    configured: Configured,
    person: Person,
    package: AccessPackage,
    asked: tuple[ApprovalStage, ...],
    *,
    now: datetime,
) -> tuple[StagePreview, ...]:
    known = facts.approver_facts(
        reader,
        configured,
        asked,
        catalog_id=package.catalog_id,
        requestor_id=person.id,
        target_id=person.id,
    )
    return tuple(
        StagePreview(
            stage=stage, approvers=stages.open_stage(stage, number, known, now=now).approvers
        )
        for number, stage in enumerate(asked)
    )
