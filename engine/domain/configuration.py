"""The whole configuration as one value, as the file describes it and as the database stores it.

Ids are made from names (`configuration.build`), so the same file always gives the same value and
two configurations can be compared piece by piece. What a comparison finds is a tuple of changes;
`plan` prints it, `apply` carries it out, and an empty one means there is nothing to do.
"""

from dataclasses import dataclass

from engine.domain.catalogs import AccessPackage, Catalog, Organization, Resource
from engine.domain.policies import AssignmentPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything administrators decide. Each tuple is in the file's order."""

    organization: Organization
    catalogs: tuple[Catalog, ...] = ()
    resources: tuple[Resource, ...] = ()
    packages: tuple[AccessPackage, ...] = ()
    policies: tuple[AssignmentPolicy, ...] = ()
