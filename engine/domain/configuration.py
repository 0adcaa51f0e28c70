"""The whole configuration as one value, as the file describes it and as the database stores it.

Ids are made from names (`configuration.names`), so the same file always gives the same value and
two configurations can be compared piece by piece. What a comparison finds is a tuple of changes;
`plan` prints it, `apply` carries it out, and an empty one means there is nothing to do.

A piece is known by its id: the same id on both sides with other contents is a change, an id on
one side only was added or removed. The order in which catalogs, resources, packages and policies
stand in the file says nothing about access, so moving one is no change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum, StrEnum

from engine.domain.catalogs import AccessPackage, Catalog, Organization, Resource
from engine.domain.policies import ApprovalStage, AssignmentPolicy
from engine.domain.review_settings import ReviewSettings, ReviewStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything administrators decide. Each tuple is in the file's order."""

    organization: Organization
    catalogs: tuple[Catalog, ...] = ()
    resources: tuple[Resource, ...] = ()
    packages: tuple[AccessPackage, ...] = ()
    policies: tuple[AssignmentPolicy, ...] = ()


class ChangeKind(StrEnum):
    """What happened to one piece."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Piece(StrEnum):
    """The kinds of pieces a configuration is made of, in the order changes are listed."""

    ORGANIZATION = "organization"
    CATALOG = "catalog"
    RESOURCE = "resource"
    PACKAGE = "package"
    POLICY = "policy"


class Missing(Enum):
    """The value of a field that is not there on one side: its stage was added or removed."""

    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs.

    Values are the domain's own, except that catalogs, resources and packages are called by name:
    an id would tell the reader nothing, and after a removal nothing is left to look it up in. A
    stage's fields are named `stages.<stage>.<field>`, and are MISSING on the side the stage is not.
    """

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One piece that was added, changed or removed. `fields` is empty unless it was changed."""

    kind: ChangeKind
    what: Piece
    id: str
    name: str
    path: tuple[str, ...]
    """The names from the outermost container down to the piece itself."""
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """A piece made comparable: where it stands and what its fields say."""

    path: tuple[str, ...]
    fields: Mapping[str, object]


def changes(old: Configuration | None, new: Configuration) -> tuple[Change, ...]:
    """What must happen to `old` to make it `new`; empty when they say the same.

    Kinds come in the order of `Piece`; within a kind what is added or changed comes first, in
    the order of `new`, then what is removed, in the order of `old`.
    """
    before, after = _pieces(old), _pieces(new)
    found: list[Change] = []
    for what in Piece:
        was, becomes = before[what], after[what]
        for piece_id, piece in becomes.items():
            change = _compare(what, piece_id, was.get(piece_id), piece)
            if change is not None:
                found.append(change)
        found += [
            Change(
                kind=ChangeKind.REMOVED,
                what=what,
                id=piece_id,
                name=piece.path[-1],
                path=piece.path,
            )
            for piece_id, piece in was.items()
            if piece_id not in becomes
        ]
    return tuple(found)


def _compare(what: Piece, piece_id: str, old: _Described | None, new: _Described) -> Change | None:
    """The change from one state of a piece to another, None if it says the same."""
    kind = ChangeKind.ADDED if old is None else ChangeKind.CHANGED
    differing: tuple[FieldChange, ...] = ()
    if old is not None:
        names = [*new.fields, *(name for name in old.fields if name not in new.fields)]
        sides = [
            (name, old.fields.get(name, Missing.MISSING), new.fields.get(name, Missing.MISSING))
            for name in names
        ]
        differing = tuple(
            FieldChange(name=name, before=before, after=after)
            for name, before, after in sides
            if before != after
        )
        if not differing:
            return None
    return Change(
        kind=kind, what=what, id=piece_id, name=new.path[-1], path=new.path, fields=differing
    )


def _pieces(configuration: Configuration | None) -> dict[Piece, dict[str, _Described]]:
    """Every piece under its kind and id, in the configuration's order."""
    found: dict[Piece, dict[str, _Described]] = {what: {} for what in Piece}
    if configuration is None:
        return found
    here = configuration
    catalogs = {catalog.id: catalog.name for catalog in here.catalogs}
    resources = {resource.id: resource.name for resource in here.resources}
    packages = {package.id: package.name for package in here.packages}
    above = {package.id: catalogs[package.catalog_id] for package in here.packages}

    found[Piece.ORGANIZATION]["organization"] = _Described(
        path=(here.organization.name,), fields=_plain_fields(here.organization)
    )
    for catalog in here.catalogs:
        found[Piece.CATALOG][catalog.id] = _Described(
            path=(catalog.name,), fields=_plain_fields(catalog)
        )
    for resource in here.resources:
        home = catalogs[resource.catalog_id]
        found[Piece.RESOURCE][resource.id] = _Described(
            path=(home, resource.name), fields={"catalog": home, **_plain_fields(resource)}
        )
    for package in here.packages:
        by_name: dict[str, object] = {
            "catalog": above[package.id],
            "grants": tuple((resources[g.resource_id], g.role) for g in package.grants),
            "incompatible_packages": tuple(packages[p] for p in package.incompatible_packages),
        }
        found[Piece.PACKAGE][package.id] = _Described(
            path=(above[package.id], package.name), fields={**_plain_fields(package), **by_name}
        )
    for policy in here.policies:
        home = packages[policy.package_id]
        found[Piece.POLICY][policy.id] = _Described(
            path=(above[policy.package_id], home, policy.name),
            fields={"package": home, **dict(_policy_fields(policy))},
        )
    return found


_IDENTITY = frozenset({"id", "catalog_id", "package_id"})


def _plain_fields(
    piece: Organization
    | Catalog
    | Resource
    | AccessPackage
    | AssignmentPolicy
    | ApprovalStage
    | ReviewSettings
    | ReviewStage,
) -> dict[str, object]:
    """A value's fields by name, without the ids that only say which piece it is."""
    return {
        each.name: getattr(piece, each.name) for each in fields(piece) if each.name not in _IDENTITY
    }


def _policy_fields(policy: AssignmentPolicy) -> Iterator[tuple[str, object]]:
    """A policy's fields, with its parts taken apart as far as a reader wants to see them."""
    for name, value in _plain_fields(policy).items():
        match name:
            case "requestors":
                yield "requestors.scope", policy.requestors.scope
                yield "requestors.subjects", policy.requestors.subjects
            case "extension":
                yield "extension.allowed", policy.extension.allowed
                yield "extension.remind_before", policy.extension.remind_before
            case "stages":
                yield from _stage_fields("stages", policy.stages)
            case "reviews":
                yield from _review_fields(policy.reviews)
            case _:
                yield name, value


def _review_fields(reviews: ReviewSettings | None) -> Iterator[tuple[str, object]]:
    """The fields of a policy's reviews; of reviews that are not there, none."""
    if reviews is None:
        return
    for name, value in _plain_fields(reviews).items():
        if name == "stages":
            yield from _stage_fields("reviews.stages", reviews.stages)
        elif value is not None:
            yield f"reviews.{name}", value


def _stage_fields(
    prefix: str, stages: Sequence[ApprovalStage | ReviewStage]
) -> Iterator[tuple[str, object]]:
    """The stages' order by name, then each stage field by field.

    A stage is recognized by its name. Should two have one name, the later ones are numbered, so
    that no difference is ever overlooked.
    """
    names: list[str] = []
    for stage in stages:
        twins = sum(stage.name == other.name for other in stages[: len(names)])
        names.append(stage.name if not twins else f"{stage.name} ({twins + 1})")
    yield prefix, tuple(names)
    for name, stage in zip(names, stages, strict=True):
        for part, value in _plain_fields(stage).items():
            if part != "name":
                yield f"{prefix}.{name}.{part}", value
