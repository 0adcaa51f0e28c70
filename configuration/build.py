"""The file's parts to the domain's values: organization, catalogs, resources, packages.

Reading goes on after a fault, so that all of them are reported; what comes out then is not used.
"""

from dataclasses import dataclass

from configuration import later, names
from configuration.build_policies import Home, policies
from configuration.document import Path
from configuration.faults import Words
from configuration.reading import Reading, group_ids
from configuration.shape import CatalogPart, FilePart, GrantPart, PackagePart, ResourcePart
from configuration.wording import closest, form, meaning
from engine.domain.catalogs import (
    AccessPackage,
    Catalog,
    CatalogState,
    Fulfillers,
    Grant,
    Organization,
    Resource,
)
from engine.domain.configuration import Configuration
from engine.domain.ids import ChannelId, PackageId
from engine.domain.people import Subject, SubjectKind
from engine.domain.policies import AssignmentPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The names things can be referred to by, wherever in the file they stand."""

    packages: dict[str, str]
    """Folded name to the name as written."""
    homes: dict[str, str]
    """Folded resource name to the name of a catalog that has it."""


def configuration(reading: Reading, file: FilePart) -> Configuration:
    """Everything the file says, with every fault in it reported."""
    organization = _organization(reading, file)
    known = _Known(
        packages={
            names.fold(package.name): package.name
            for part in file.catalogs
            for package in part.packages
        },
        homes={
            names.fold(resource.name): part.name
            for part in file.catalogs
            for resource in part.resources
        },
    )
    catalogs: list[Catalog] = []
    resources: list[Resource] = []
    packages: list[AccessPackage] = []
    their_policies: list[AssignmentPolicy] = []
    catalogs_seen: dict[str, Path] = {}
    packages_seen: dict[str, Path] = {}
    for at, part in enumerate(file.catalogs):
        path: Path = ("catalogs", at)
        reading.named_once("catalog", part.name, path, catalogs_seen)
        catalog = _catalog(reading, part, path)
        own = _resources(reading, part, path)
        catalogs.append(catalog)
        resources += own
        for number, package in enumerate(part.packages):
            place = (*path, "packages", number)
            reading.named_once("package", package.name, place, packages_seen)
            made = _Package(reading, part, catalog, own, known).build(package, place)
            packages.append(made)
            home = Home(
                package=made,
                package_name=package.name,
                catalog=catalog,
                resources=tuple(own),
                has_fallback=bool(file.fallback_approvers),
                owners_known=reading.whole((*path, "owners")),
            )
            their_policies += policies(reading, package.policies, (*place, "policies"), home)
    return Configuration(
        organization=organization,
        catalogs=tuple(catalogs),
        resources=tuple(resources),
        packages=tuple(packages),
        policies=tuple(their_policies),
    )


def _organization(reading: Reading, file: FilePart) -> Organization:
    administrators = reading.people_and_groups(file.administrators, ("administrators",))
    named = bool(administrators) and reading.whole(("administrators",))
    if named and _is_nobody(reading, administrators):
        reading.fault(("administrators",), meaning.no_administrators())
    channel_id = ChannelId("")
    if file.admin_channel is not None:
        channel = reading.lookups.channel(file.admin_channel)
        if isinstance(channel, Words):
            reading.fault(("admin_channel",), channel)
        else:
            channel_id = channel.id
            if not channel.is_private:
                reading.warn(("admin_channel",), meaning.public_admin_channel(file.admin_channel))
    return Organization(
        name=file.organization.name,
        domains=file.organization.domains,
        administrators=administrators,
        admin_channel=channel_id,
        fallback_approvers=reading.people_and_groups(
            file.fallback_approvers, ("fallback_approvers",)
        ),
    )


def _is_nobody(reading: Reading, subjects: tuple[Subject, ...]) -> bool:
    """Whether these people and groups are certainly nobody today."""
    if any(subject.kind is not SubjectKind.GROUP for subject in subjects):
        return False
    return all(reading.lookups.members(group) == frozenset() for group in group_ids(subjects))


def _catalog(reading: Reading, part: CatalogPart, path: Path) -> Catalog:
    return Catalog(
        id=names.catalog_id(part.name),
        name=part.name,
        description=part.description,
        state=CatalogState(part.state),
        visible_to_external_users=part.visible_to_external_users,
        owners=reading.people_and_groups(part.owners, (*path, "owners")),
    )


def _resources(reading: Reading, part: CatalogPart, path: Path) -> list[Resource]:
    seen: dict[str, Path] = {}
    found: list[Resource] = []
    for at, each in enumerate(part.resources):
        place = (*path, "resources", at)
        reading.named_once("resource of this catalog", each.name, place, seen)
        target, label = _target(reading, each, place)
        found.append(
            Resource(
                id=names.resource_id(part.name, each.name),
                catalog_id=names.catalog_id(part.name),
                name=each.name,
                connector=each.connector,
                target=target,
                target_label=label,
                roles=each.roles,
                fulfillers=_fulfillers(reading, each, place),
            )
        )
    return found


def _target(reading: Reading, part: ResourcePart, path: Path) -> tuple[str, str]:
    """The connector's own id of a resource, and what to call it in front of people."""
    place = (*path, "id")
    if part.connector in later.CONNECTORS:
        reading.fault(
            (*path, "connector"), meaning.not_supported_yet(f"connector {part.connector}")
        )
    elif part.connector in _SIGNS and part.id:
        _slack_role(reading, part, path)
        if not part.id.startswith(_SIGNS[part.connector]):
            reading.fault(place, meaning.wrong_sign(part.connector, part.id))
        elif part.connector == "slack_usergroup":
            group = reading.lookups.group(part.id)
            if not isinstance(group, Words):
                return group.id, f"@{group.handle}"
            reading.fault(place, group)
        else:
            channel = reading.lookups.channel(part.id)
            if not isinstance(channel, Words):
                if not channel.is_private:
                    reading.fault(place, meaning.public_channel_is_no_access(part.id))
                return channel.id, f"#{channel.name}"
            reading.fault(place, channel)
    elif part.connector and part.connector not in {_BY_HAND, *reading.connectors}:
        known = dict.fromkeys([_BY_HAND, *_SIGNS, *later.CONNECTORS, *reading.connectors])
        reading.fault((*path, "connector"), form.not_among("connector", part.connector, [*known]))
    return part.id, part.id


_BY_HAND = "manual"
_SIGNS = {"slack_usergroup": "@", "slack_channel": "#"}


def _slack_role(reading: Reading, part: ResourcePart, path: Path) -> None:
    """In a user group or a channel one is a member or is not; there is nothing else to be."""
    for at, role in enumerate(part.roles):
        if role != "member":
            reading.fault((*path, "roles", at), meaning.only_member(part.connector, role))


def _fulfillers(reading: Reading, part: ResourcePart, path: Path) -> Fulfillers:
    place = (*path, "fulfillers")
    if part.connector != _BY_HAND:
        if part.fulfillers and part.connector and reading.whole((*path, "connector")):
            reading.fault(place, meaning.fulfillers_without_task(part.connector))
        return Fulfillers()
    if not part.fulfillers and reading.whole(place):
        reading.fault(path, meaning.no_fulfillers())
    subjects = reading.people_and_groups(part.fulfillers, place)
    channels: list[ChannelId] = []
    for at, name in enumerate(part.fulfillers):
        if not name.startswith("#"):
            continue
        channel = reading.lookups.channel(name)
        if isinstance(channel, Words):
            reading.fault((*place, at), channel)
        elif channel.id in channels:
            reading.fault((*place, at), meaning.named_twice(name))
        else:
            channels.append(channel.id)
    return Fulfillers(subjects=subjects, channels=tuple(channels))


class _Package:
    """Reads one package against the resources of its catalog and the packages of the file."""

    def __init__(
        self,
        reading: Reading,
        catalog_part: CatalogPart,
        catalog: Catalog,
        resources: list[Resource],
        known: _Known,
    ) -> None:
        self._reading = reading
        self._part = catalog_part
        self._catalog = catalog
        self._resources: dict[str, Resource] = {}
        for resource in resources:
            self._resources.setdefault(names.fold(resource.name), resource)
        self._known = known

    def build(self, part: PackagePart, path: Path) -> AccessPackage:
        """The package, without what of it could not be found."""
        against = (*path, "incompatible_with")
        return AccessPackage(
            id=names.package_id(part.name),
            catalog_id=self._catalog.id,
            name=part.name,
            description=part.description,
            hidden=part.hidden,
            grants=self._grants(part, (*path, "grants")),
            incompatible_packages=self._incompatible(part, (*against, "packages")),
            incompatible_groups=group_ids(
                self._reading.groups(part.incompatible_with.groups, (*against, "groups"))
            ),
            keep_access_held_before=part.keep_access_held_before,
        )

    def _grants(self, part: PackagePart, path: Path) -> tuple[Grant, ...]:
        grants: list[Grant] = []
        for at, each in enumerate(part.grants):
            grant = self._grant(each, (*path, at))
            if grant in grants:
                self._reading.fault((*path, at), meaning.granted_twice(each.resource, each.role))
            elif grant is not None:
                grants.append(grant)
        return tuple(grants)

    def _grant(self, part: GrantPart, path: Path) -> Grant | None:
        resource = self._resources.get(names.fold(part.resource))
        if resource is None or not part.resource:
            if part.resource and all(each.name for each in self._part.resources):
                self._reading.fault((*path, "resource"), self._unknown_resource(part.resource))
            return None
        if part.role and part.role not in resource.roles:
            self._reading.fault(
                (*path, "role"), meaning.unknown_role(part.role, resource.name, resource.roles)
            )
        return Grant(resource_id=resource.id, role=part.role)

    def _unknown_resource(self, name: str) -> Words:
        elsewhere = self._known.homes.get(names.fold(name))
        if elsewhere is not None:
            return meaning.resource_of_another_catalog(name, self._catalog.name, elsewhere)
        here = [resource.name for resource in self._resources.values()]
        return meaning.unknown_resource(name, self._catalog.name, closest(name, here))

    def _incompatible(self, part: PackagePart, path: Path) -> tuple[PackageId, ...]:
        found: list[PackageId] = []
        for at, name in enumerate(part.incompatible_with.packages):
            package_id = names.package_id(name)
            if names.fold(name) == names.fold(part.name):
                self._reading.fault((*path, at), meaning.incompatible_with_itself())
            elif package_id in found:
                self._reading.fault((*path, at), meaning.named_twice(name))
            elif names.fold(name) in self._known.packages:
                found.append(package_id)
            elif "" not in self._known.packages:
                near = closest(name, self._known.packages.values())
                self._reading.fault((*path, at), meaning.unknown_package(name, near))
        return tuple(found)
