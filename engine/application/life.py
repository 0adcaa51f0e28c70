"""What commands do to what people hold: give back, remove, complete a task, let it end.

Also the configuration, because replacing it is about what is held under the old one.
"""

from datetime import datetime, timedelta

from engine.application import facts, review_steps
from engine.application.commands import (
    ApplyConfiguration,
    CompleteTask,
    GiveBack,
    ReleaseBrake,
    RemoveDirectly,
)
from engine.application.mirror import PEOPLE_JOB
from engine.application.ports import Reader
from engine.application.requests import acting_person, require_administrator
from engine.application.unit import Unit
from engine.domain import assignments, eligibility, holdings, reasons
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.assignments import Assignment, EndReason
from engine.domain.catalogs import AccessPackage
from engine.domain.configuration import Configuration, changes
from engine.domain.conversation import NoticeKind
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, PackageId, PersonId, PolicyId
from engine.domain.refusals import NotFound, NotFulfiller, NotHeld, NotYours, StillHeld

BRAKE_RELEASED_FOR = timedelta(hours=1)


def give_back(unit: Unit, command: GiveBack) -> Assignment:
    """End one's own assignment."""
    person_id = acting_person(unit)
    assignment, origin = _locked(unit, command.assignment_id)
    if assignment.target_id != person_id:
        raise NotYours
    outcome = assignments.end(assignment, EndReason.GIVEN_BACK, now=unit.now)
    return unit.end_assignment(assignment, outcome, origin, RequestType.USER_REMOVE, person_id)


def remove_directly(unit: Unit, command: RemoveDirectly) -> Assignment:
    """An administrator takes a package away."""
    administrator = require_administrator(unit)
    why = reasons.kept(command.why)
    found = unit.tx.active_assignment_of(command.target_id, command.package_id)
    if found is None:
        raise NotHeld(None)
    assignment, origin = _locked(unit, found.id)
    outcome = assignments.end(assignment, EndReason.REMOVED, now=unit.now)
    ended = unit.end_assignment(
        assignment, outcome, origin, RequestType.ADMIN_REMOVE, administrator, why
    )
    assert ended.removal_request_id is not None, "an end is recorded as a request"
    unit.tell_administrators(NoticeKind.ADMINISTERED_REQUEST, ended.removal_request_id, "removed")
    return ended


def complete_task(unit: Unit, command: CompleteTask) -> Holding:
    """A fulfiller says a manual task is done; the assignments it belongs to look again."""
    person_id = acting_person(unit)
    holding = unit.tx.holding(command.holding_id)
    if holding is None:
        raise NotFound("task", command.holding_id)
    asked = facts.task_audiences(unit.tx, unit.configured, holding)
    in_person = any(audience.person_id == person_id for audience in asked)
    in_channel = any(audience.channel_id == unit.actor.channel_id for audience in asked)
    if not in_person and not (in_channel and unit.actor.channel_id):
        raise NotFulfiller
    eligibility.check_account(facts.known_person(unit.tx, person_id))
    note = reasons.kept(command.note)
    unit.tx.wake_assignments(unit.now, holdings=[holding.id])
    locked = unit.tx.lock_holding(holding.id)
    assert locked is not None, "a holding is never deleted"
    after = holdings.done(locked, by=person_id, generation=command.generation, now=unit.now)
    unit.save_holdings([after])
    unit.tx.touch_cards([after.id], unit.now)
    activity = "task.granted" if after.wanted else "task.removed"
    unit.audit_holding(activity, after, why=note)
    return after


def release_brake(unit: Unit, _command: ReleaseBrake) -> datetime:
    """Let happen what the brake stopped, endings or leaving; answers until when that holds."""
    require_administrator(unit)
    until = unit.now + BRAKE_RELEASED_FOR
    unit.tx.release_brake(until)
    unit.tx.hurry_job(PEOPLE_JOB, unit.now)
    unit.audit("brake.released")
    return until


def apply_configuration(unit: Unit, command: ApplyConfiguration) -> int:
    """Replace the stored configuration; answers how many things changed (0: nothing to do).

    Refused while something that would be removed is still held or asked for (PKG-6, LIF-12).
    """
    stored = unit.tx.configured()
    old = stored.configuration if stored else None
    found = changes(old, command.configuration)
    if not found:
        unit.tx.note_source(command.source)
        return 0
    if old is not None:
        refuse_removal_of_held(unit.tx, old, command.configuration)
    unit.tx.add_configuration(
        command.configuration,
        by=unit.actor.audit_name,
        source=command.source,
        now=unit.now,
    )
    unit.audit("configuration.applied", changes=str(len(found)))
    review_steps.plan(unit, command.configuration)
    if old is not None:
        edited = _packages_granting_otherwise(old, command.configuration)
        unit.tx.wake_assignments(unit.now, packages=edited)
    return len(found)


def _locked(unit: Unit, assignment_id: AssignmentId) -> tuple[Assignment, AssignmentRequest | None]:
    """An assignment and the request that made it, locked in the house's order."""
    known = unit.tx.assignment(assignment_id)
    if known is None:
        raise NotFound("assignment", assignment_id)
    origin = unit.tx.lock_request(known.request_id)
    assignment = unit.tx.lock_assignment(assignment_id)
    assert assignment is not None, "an assignment is never deleted"
    return assignment, origin


def refuse_removal_of_held(reader: Reader, old: Configuration, new: Configuration) -> None:
    """Raise `StillHeld` if something the new configuration lacks is held or asked for."""
    gone_packages = {p.id for p in old.packages} - {p.id for p in new.packages}
    kept = {policy.id for policy in new.policies}
    gone_policies = {policy.id: policy for policy in old.policies if policy.id not in kept}
    touched = {policy.package_id for policy in gone_policies.values()} | gone_packages
    names = {package.id: package.name for package in old.packages}
    held: dict[str, set[PersonId]] = {}
    bound = _people_bound(reader, touched)
    for package_id, rows in bound.items():
        for policy_id, person_id in rows:
            if package_id in gone_packages:
                held.setdefault(names[package_id], set()).add(person_id)
            elif policy_id in gone_policies:
                name = f"{names[package_id]} / {gone_policies[policy_id].name}"
                held.setdefault(name, set()).add(person_id)
    if held:
        raise StillHeld(tuple((name, tuple(sorted(who))) for name, who in sorted(held.items())))


def _people_bound(
    reader: Reader, package_ids: set[PackageId]
) -> dict[PackageId, list[tuple[PolicyId, PersonId]]]:
    """Who holds or asks for these packages, and under which policy."""
    bound: dict[PackageId, list[tuple[PolicyId, PersonId]]] = {}
    for package_id, held in reader.holders(package_ids).items():
        bound.setdefault(package_id, []).extend((a.policy_id, a.target_id) for a in held)
    for package_id, asked in reader.pending_requests(package_ids).items():
        bound.setdefault(package_id, []).extend((r.policy_id, r.target_id) for r in asked)
    return bound


def _packages_granting_otherwise(old: Configuration, new: Configuration) -> list[PackageId]:
    """Packages whose holders must be looked at: other resource roles than before (RES-7)."""

    def rights(configuration: Configuration) -> dict[PackageId, set[tuple[str, str, str]]]:
        resources = {resource.id: resource for resource in configuration.resources}

        def of(package: AccessPackage) -> set[tuple[str, str, str]]:
            named = ((resources[grant.resource_id], grant.role) for grant in package.grants)
            return {(resource.connector, resource.target, role) for resource, role in named}

        return {package.id: of(package) for package in configuration.packages}

    before, after = rights(old), rights(new)
    return [package_id for package_id in after if before.get(package_id) != after[package_id]]
