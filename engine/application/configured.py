"""The stored configuration, indexed for the rules and the reads. Immutable; one per revision.

The configuration is small beside the people and the assignments (thousands of packages, a few
megabytes), changes rarely, and is needed by every command: so it is held in memory and replaced
as a whole when the stored revision differs.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from engine.application.use_ports import Right
from engine.domain.catalogs import AccessPackage, Catalog, Organization, Resource
from engine.domain.configuration import Configuration
from engine.domain.eligibility import Offer, may_see, offered
from engine.domain.holdings import Holding
from engine.domain.ids import CatalogId, GroupId, PackageId, PolicyId, ResourceId
from engine.domain.people import Person
from engine.domain.policies import AssignmentPolicy
from engine.domain.stages import subjects_of


class _Named(NamedTuple):
    """A package with its name and everything words are looked for in, in lower case."""

    name: str
    text: str
    package: AccessPackage


def _named(package: AccessPackage) -> _Named:
    name = package.name.casefold()
    return _Named(name, f"{name} {package.description.casefold()}", package)


class Configured:
    """One revision of the configuration. `revision` counts from 1."""

    def __init__(self, configuration: Configuration, revision: int) -> None:
        """Index it."""
        self.configuration = configuration
        self.revision = revision
        self.catalogs: dict[CatalogId, Catalog] = {c.id: c for c in configuration.catalogs}
        self.resources: dict[ResourceId, Resource] = {r.id: r for r in configuration.resources}
        self.packages: dict[PackageId, AccessPackage] = {p.id: p for p in configuration.packages}
        self.policies: dict[PolicyId, AssignmentPolicy] = {p.id: p for p in configuration.policies}

    @property
    def organization(self) -> Organization:
        """Our own organization."""
        return self.configuration.organization

    @cached_property
    def policies_of(self) -> dict[PackageId, tuple[AssignmentPolicy, ...]]:
        """Every package's policies, in the file's order."""
        found: dict[PackageId, list[AssignmentPolicy]] = defaultdict(list)
        for policy in self.configuration.policies:
            found[policy.package_id].append(policy)
        return {package_id: tuple(policies) for package_id, policies in found.items()}

    @cached_property
    def package_named(self) -> dict[str, AccessPackage]:
        """Packages by their name in lower case."""
        return {package.name.casefold(): package for package in self.configuration.packages}

    @cached_property
    def deciding_groups(self) -> frozenset[GroupId]:
        """Every group whose members decide, or would if others could not be found."""
        fallback = self.organization.fallback_approvers
        subjects = {owner for catalog in self.configuration.catalogs for owner in catalog.owners}
        for policy in self.configuration.policies:
            for stage in policy.stages:
                subjects |= subjects_of(stage, fallback)
        return frozenset(subject.group_id for subject in subjects if subject.group_id)

    @cached_property
    def _by_name(self) -> list[_Named]:
        named = (_named(package) for package in self.configuration.packages)
        return sorted(named, key=lambda each: each.name)

    @cached_property
    def _by_target(self) -> dict[tuple[str, str], Resource]:
        return {(r.connector, r.target): r for r in self.configuration.resources}

    def resource_of(self, holding: Holding) -> Resource | None:
        """The resource a holding is of; under another name, if the file calls it otherwise now."""
        by_target = self._by_target.get((holding.connector, holding.target))
        return self.resources.get(holding.resource_id) or by_target

    def rights_of(self, package_id: PackageId) -> frozenset[Right]:
        """Everything a package gives."""
        package = self.packages.get(package_id)
        grants = package.grants if package is not None else ()
        granted = ((self.resources[grant.resource_id], grant.role) for grant in grants)
        return frozenset(Right(one.connector, one.target, role) for one, role in granted)

    def offer(self, package_id: PackageId) -> Offer | None:
        """A package with what decides whether it can be asked for."""
        package = self.packages.get(package_id)
        if package is None:
            return None
        policies = self.policies_of.get(package_id, ())
        return Offer(package=package, catalog=self.catalogs[package.catalog_id], policies=policies)

    def fitting(self, words: str) -> list[AccessPackage]:
        """Every package, hidden ones included, that contains all these words; by name."""
        return [each.package for each in self._searched(words.casefold().split())]

    def requestable(
        self, person: Person, groups: frozenset[GroupId], words: str = ""
    ) -> Iterator[AccessPackage]:
        """What this person may ask for, by name; with `words`, what contains them all (PKG-3).

        A hidden package is found by its whole name only (PKG-2). Names that start with the words
        come first.
        """
        wanted = words.casefold().split()
        whole = " ".join(wanted)
        for name, _, package in self._searched(wanted):
            if package.hidden and name != whole:
                continue
            visible = may_see(self.catalogs[package.catalog_id], person)
            if visible and offered(self.policies_of.get(package.id, ()), person, groups):
                yield package

    def _searched(self, wanted: list[str]) -> Iterator[_Named]:
        """First those whose names start with the words, then those whose names have the first."""
        whole, found = " ".join(wanted), self._by_name
        for word in wanted:
            found = [each for each in found if word in each.text]
        others: list[_Named] = []
        for each in found:
            if each.name.startswith(whole):
                yield each
            else:
                others.append(each)
        last: list[_Named] = []
        for each in others:
            if wanted[0] in each.name:
                yield each
            else:
                last.append(each)
        yield from last
