"""What can be given: the organization's catalogs, their resources and their access packages.

A catalog is a container and the unit of delegation (CAT-1). A resource is something a connector
can grant on; a resource role is one right on it. An access package bundles resource roles of one
catalog (PKG-1) and is asked for as one thing. Who may ask, who decides and for how long is the
business of its policies (`policies.py`).
"""

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.ids import CatalogId, ChannelId, GroupId, PackageId, ResourceId
from engine.domain.people import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Our own organization, its administrators, and who is asked when nobody else can be found."""

    name: str
    domains: tuple[str, ...] = ()
    administrators: tuple[Subject, ...]
    """People and groups only."""
    admin_channel: ChannelId
    fallback_approvers: tuple[Subject, ...] = ()


class CatalogState(StrEnum):
    """An unpublished catalog shows and offers nothing (CAT-4)."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Container of resources and packages; names are unique in the organization."""

    id: CatalogId
    name: str
    description: str = ""
    state: CatalogState = CatalogState.PUBLISHED
    visible_to_external_users: bool = True
    owners: tuple[Subject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfillers:
    """Whoever carries out a manual grant: people and groups each get a card, a channel gets one."""

    subjects: tuple[Subject, ...] = ()
    channels: tuple[ChannelId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something a connector can grant on; names are unique in the catalog."""

    id: ResourceId
    catalog_id: CatalogId
    name: str
    connector: str
    """The connector's registered name: manual, slack_usergroup, slack_channel."""
    target: str
    """The connector's own id of the thing: a user group id, a channel id, or words for a person."""
    target_label: str
    """What to call the target in front of people: @prod-readers, #incidents, Office VPN."""
    roles: tuple[str, ...] = ("member",)
    fulfillers: Fulfillers = Fulfillers()
    """Only for the manual connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One resource role in a package."""

    resource_id: ResourceId
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPackage:
    """A bundle of resource roles of one catalog; names are unique in the organization."""

    id: PackageId
    catalog_id: CatalogId
    name: str
    description: str = ""
    hidden: bool = False
    """Left out of browsing and search; whoever types the whole name can still ask (PKG-2)."""
    grants: tuple[Grant, ...] = ()
    incompatible_packages: tuple[PackageId, ...] = ()
    incompatible_groups: tuple[GroupId, ...] = ()
    keep_access_held_before: bool = False
    """False: access held before the assignment ends with it too (RES-9)."""
