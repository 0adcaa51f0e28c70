"""The file's structure as types, for code that reads it.

Filled from a document whose structure has been checked and from which everything at fault was
left out. So each value present has its right kind, while any key may be missing: text that must
be there is then empty, a part that must be there is None.
"""

from datetime import date
from typing import Literal

import msgspec

from configuration.document import Document

Scope = Literal[
    "all_members",
    "all_users",
    "specific",
    "nobody",
    "connected_organizations",
    "all_configured_organizations",
    "all_external_users",
    "automatic",
]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys are exactly those of the schema."""


class OrganizationPart(_Part, frozen=True):
    """What stands below `organization:`."""

    name: str = ""
    domains: tuple[str, ...] = ()


class ResourcePart(_Part, frozen=True):
    """An item of `resources:`."""

    name: str = ""
    connector: str = ""
    id: str = ""
    fulfillers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("member",)


class GrantPart(_Part, frozen=True):
    """An item of `grants:`."""

    resource: str = ""
    role: str = ""


class IncompatiblePart(_Part, frozen=True):
    """What stands below `incompatible_with:`."""

    packages: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class RequestorsPart(_Part, frozen=True):
    """What stands below `requestors:`."""

    scope: Scope | None = None
    people: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    rule: str | None = None
    names: tuple[str, ...] | None = None
    grace: str | None = None


class ApproverPart(_Part, frozen=True):
    """An item of `approvers:` or `to:`; one of its keys is set."""

    manager: int | None = None
    people: tuple[str, ...] = ()
    group: str | None = None
    catalog_owners: bool = False
    sponsors: str | None = None


class EscalationPart(_Part, frozen=True):
    """An item of `escalate:`."""

    after: str | None = None
    to: tuple[ApproverPart, ...] = ()
    fallback_approvers: tuple[str, ...] = ()


class StagePart(_Part, frozen=True):
    """An item of `stages:`."""

    name: str | None = None
    approvers: tuple[ApproverPart, ...] = ()
    fallback_approvers: tuple[str, ...] = ()
    needed: int | Literal["any", "all"] = "any"
    decide_within: str | None = None
    remind: tuple[str, ...] = ()
    escalate: tuple[EscalationPart, ...] = ()
    reason: str = "on_denial"


class ApprovalPart(_Part, frozen=True):
    """What stands below `approval:`."""

    required_for: tuple[str, ...] = ("request", "extension")
    stages: tuple[StagePart, ...] = ()


class ExpirationPart(_Part, frozen=True):
    """What stands below `expiration:`, unless it is the word never."""

    after: str | None = None
    on: str | None = None


class ExtensionPart(_Part, frozen=True):
    """What stands below `extension:`."""

    allowed: bool = False
    remind_before: tuple[str, ...] | None = None


class ReviewerPart(_Part, frozen=True):
    """An item of `reviewers:`; one of its keys is set."""

    self: bool = False
    manager: int | None = None
    people: tuple[str, ...] = ()
    group: str | None = None
    catalog_owners: bool = False
    sponsors: str | None = None


ReviewerWord = Literal["self", "manager", "catalog_owners"]


class ReviewStagePart(_Part, frozen=True):
    """An item of `stages:` below `reviews:`."""

    name: str | None = None
    reviewers: tuple[ReviewerPart | ReviewerWord, ...] = ()
    fallback_reviewers: tuple[str, ...] = ()
    open_for: str | None = None
    remind: tuple[str, ...] = ()
    moves_on: str | tuple[str, ...] | None = None
    earlier_answers: Literal["shown", "hidden"] = "shown"


class ReviewsPart(_Part, frozen=True):
    """What stands below `reviews:`."""

    every: str | None = None
    starting: date | None = None
    open_for: str | None = None
    reviewers: tuple[ReviewerPart | ReviewerWord, ...] | None = None
    fallback_reviewers: tuple[str, ...] | None = None
    on_no_response: str = "keep"
    confirm: bool = False
    reason: str = "required"
    remind: tuple[str, ...] | None = None
    stages: tuple[ReviewStagePart, ...] = ()


class PolicyPart(_Part, frozen=True):
    """An item of `policies:`."""

    name: str = ""
    requestors: RequestorsPart | None = None
    justification: str = "required"
    approval: ApprovalPart = ApprovalPart()
    expiration: ExpirationPart | Literal["never"] = "never"
    requestor_may_shorten: bool = False
    extension: ExtensionPart = ExtensionPart()
    reviews: ReviewsPart | None = None


class PackagePart(_Part, frozen=True):
    """An item of `packages:`."""

    name: str = ""
    description: str = ""
    hidden: bool = False
    grants: tuple[GrantPart, ...] = ()
    incompatible_with: IncompatiblePart = IncompatiblePart()
    keep_access_held_before: bool = False
    policies: tuple[PolicyPart, ...] = ()


class CatalogPart(_Part, frozen=True):
    """An item of `catalogs:`."""

    name: str = ""
    description: str = ""
    state: str = "published"
    visible_to_external_users: bool = True
    owners: tuple[str, ...] = ()
    resources: tuple[ResourcePart, ...] = ()
    packages: tuple[PackagePart, ...] = ()


class FilePart(_Part, frozen=True):
    """The whole file."""

    organization: OrganizationPart = OrganizationPart()
    administrators: tuple[str, ...] = ()
    admin_channel: str | None = None
    fallback_approvers: tuple[str, ...] = ()
    catalogs: tuple[CatalogPart, ...] = ()


def fill(document: Document) -> FilePart:
    """The document as types. Its structure must have been checked."""
    return msgspec.convert(document.value or {}, FilePart)
