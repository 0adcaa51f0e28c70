"""Ids from names, so that the same file always gives the same configuration.

An id is the UUID of a kind and a path of names in a namespace of our own, written as hexadecimal
digits. Names are unique where they are used to refer to things, so no two things of one file
share an id. Upper and lower case make no difference: correcting `vpn` to `VPN` is a new name for
the same thing, while any other renaming makes a new thing and removes the old one.
"""

import unicodedata
from uuid import UUID, uuid5

from engine.domain.ids import CatalogId, PackageId, PolicyId, ResourceId

_NAMESPACE = UUID("5b1c61a5-2f0e-5c55-9d2a-7a3f0f3c9d11")


def fold(name: str) -> str:
    """What makes two names the same: case and the spelling of accents do not matter."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def catalog_id(name: str) -> CatalogId:
    """The id of a catalog; catalogs are named uniquely in the organization."""
    return CatalogId(_id("catalog", name))


def resource_id(catalog: str, name: str) -> ResourceId:
    """The id of a resource; resources are named uniquely in their catalog."""
    return ResourceId(_id("resource", catalog, name))


def package_id(name: str) -> PackageId:
    """The id of an access package; packages are named uniquely in the organization."""
    return PackageId(_id("package", name))


def policy_id(package: str, name: str) -> PolicyId:
    """The id of an assignment policy; policies are named uniquely in their package."""
    return PolicyId(_id("policy", package, name))


def _id(kind: str, *path: str) -> str:
    """A slash inside a name is written so that it cannot be taken for the one between names."""
    steps = (fold(name).replace("%", "%25").replace("/", "%2F") for name in path)
    return uuid5(_NAMESPACE, f"{kind}:{'/'.join(steps)}").hex
