"""Replacing the stored configuration: refused for what is still held, followed by what it changes.

Requests and assignments keep the terms they were made under; the packages whose resource roles are
others than before are looked at again for everybody who holds them (RES-7).
"""

from engine.application import review_steps
from engine.application.commands import ApplyConfiguration
from engine.application.ports import Reader
from engine.application.unit import Unit
from engine.domain.catalogs import AccessPackage
from engine.domain.configuration import Configuration, changes
from engine.domain.ids import PackageId, PersonId, PolicyId
from engine.domain.refusals import StillHeld


def apply(unit: Unit, command: ApplyConfiguration) -> int:
    """Replace the stored configuration; answers how many things changed (0: nothing to do).

    Refused while something that would be removed is still held or asked for (PKG-6, LIF-12).
    """
    unit.tx.hold_decisions()
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
