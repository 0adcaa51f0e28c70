"""Two configurations compared piece by piece."""

from dataclasses import replace

import pytest

from engine.domain.catalogs import AccessPackage, Catalog, Grant, Organization, Resource
from engine.domain.configuration import (
    Change,
    ChangeKind,
    Configuration,
    FieldChange,
    Missing,
    Piece,
    changes,
)
from engine.domain.ids import CatalogId, ChannelId, PackageId, PersonId, PolicyId, ResourceId
from engine.domain.people import the_manager, the_person
from engine.domain.policies import (
    ApprovalStage,
    AssignmentPolicy,
    Expiration,
    ExtensionRule,
    Requestors,
    RequestorScope,
)

MANAGER = ApprovalStage(name="Manager", approvers=(the_manager(),))
OWNER = ApprovalStage(name="Owner", approvers=(the_person(PersonId("U1")),), needed=None)
POLICY = AssignmentPolicy(
    id=PolicyId("pol"),
    package_id=PackageId("pac"),
    name="Employees",
    requestors=Requestors(scope=RequestorScope.ALL_MEMBERS),
    stages=(MANAGER, OWNER),
)
PACKAGE = AccessPackage(
    id=PackageId("pac"),
    catalog_id=CatalogId("cat"),
    name="Read access",
    grants=(Grant(resource_id=ResourceId("res"), role="member"),),
)
OTHER = replace(PACKAGE, id=PackageId("other"), name="Other")
HERE = Configuration(
    organization=Organization(
        name="Contoso",
        administrators=(the_person(PersonId("U1")),),
        admin_channel=ChannelId("C1"),
    ),
    catalogs=(Catalog(id=CatalogId("cat"), name="Engineering"),),
    resources=(
        Resource(
            id=ResourceId("res"),
            catalog_id=CatalogId("cat"),
            name="readers",
            connector="slack_usergroup",
            target="S1",
            target_label="@readers",
        ),
    ),
    packages=(PACKAGE, OTHER),
    policies=(POLICY,),
)


def fields(new: Configuration) -> dict[str, tuple[object, object]]:
    """The fields of the one change from here to there."""
    (change,) = changes(HERE, new)
    return {field.name: (field.before, field.after) for field in change.fields}


def with_stages(*stages: ApprovalStage) -> Configuration:
    """The configuration with these stages in its policy."""
    return replace(HERE, policies=(replace(POLICY, stages=stages),))


def test_a_configuration_compared_with_itself_has_no_changes() -> None:
    """An empty tuple means there is nothing to do."""
    assert changes(HERE, HERE) == ()


def test_the_order_of_pieces_is_no_change() -> None:
    """Where a package stands in the file says nothing about access."""
    assert changes(HERE, replace(HERE, packages=(OTHER, PACKAGE))) == ()


def test_with_nothing_before_everything_is_added_containers_first() -> None:
    """A change names its piece, its id and its place."""
    found = changes(None, HERE)

    assert [(change.kind, change.what, change.path) for change in found] == [
        (ChangeKind.ADDED, Piece.ORGANIZATION, ("Contoso",)),
        (ChangeKind.ADDED, Piece.CATALOG, ("Engineering",)),
        (ChangeKind.ADDED, Piece.RESOURCE, ("Engineering", "readers")),
        (ChangeKind.ADDED, Piece.PACKAGE, ("Engineering", "Read access")),
        (ChangeKind.ADDED, Piece.PACKAGE, ("Engineering", "Other")),
        (ChangeKind.ADDED, Piece.POLICY, ("Engineering", "Read access", "Employees")),
    ]
    assert found[-1] == Change(
        kind=ChangeKind.ADDED,
        what=Piece.POLICY,
        id="pol",
        name="Employees",
        path=("Engineering", "Read access", "Employees"),
    )


def test_a_removed_piece_is_named_as_it_was() -> None:
    """After what is added and changed of its kind, in the old order."""
    new = replace(OTHER, id=PackageId("new"), name="New")
    found = changes(HERE, replace(HERE, packages=(new, replace(PACKAGE, hidden=True))))

    assert [(change.kind, change.name) for change in found] == [
        (ChangeKind.ADDED, "New"),
        (ChangeKind.CHANGED, "Read access"),
        (ChangeKind.REMOVED, "Other"),
    ]


def test_the_organization_is_changed_and_never_replaced() -> None:
    """There is only one, whatever its name."""
    organization = replace(HERE.organization, name="Fabrikam")

    assert changes(HERE, replace(HERE, organization=organization)) == (
        Change(
            kind=ChangeKind.CHANGED,
            what=Piece.ORGANIZATION,
            id="organization",
            name="Fabrikam",
            path=("Fabrikam",),
            fields=(FieldChange(name="name", before="Contoso", after="Fabrikam"),),
        ),
    )


def test_packages_and_resources_in_fields_are_called_by_name() -> None:
    """After a removal nothing is left to look an id up in."""
    changed = replace(PACKAGE, grants=(), incompatible_packages=(PackageId("other"),))

    assert fields(replace(HERE, packages=(changed, OTHER))) == {
        "grants": ((("readers", "member"),), ()),
        "incompatible_packages": ((), ("Other",)),
    }


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            replace(POLICY, requestors=Requestors(scope=RequestorScope.NOBODY)),
            {"requestors.scope": ("all_members", "nobody")},
        ),
        (replace(POLICY, requestor_may_shorten=True), {"requestor_may_shorten": (False, True)}),
        (
            replace(POLICY, extension=ExtensionRule(allowed=True)),
            {"extension.allowed": (False, True)},
        ),
        (
            replace(POLICY, expiration=Expiration(after=MANAGER.decide_within)),
            {"expiration": (Expiration(), Expiration(after=MANAGER.decide_within))},
        ),
        (
            replace(POLICY, stages=(replace(MANAGER, needed=2), OWNER)),
            {"stages.Manager.needed": (1, 2)},
        ),
        (
            replace(POLICY, stages=(OWNER, MANAGER)),
            {"stages": (("Manager", "Owner"), ("Owner", "Manager"))},
        ),
    ],
)
def test_a_policy_is_taken_apart_as_far_as_a_reader_wants_to_see(
    policy: AssignmentPolicy, expected: dict[str, tuple[object, object]]
) -> None:
    """Only what differs is named."""
    assert fields(replace(HERE, policies=(policy,))) == expected


def test_a_removed_stage_is_missing_afterwards_and_not_merely_empty() -> None:
    """None means all approvers are needed, which is something else than no stage."""
    found = fields(with_stages(MANAGER))

    assert found["stages"] == (("Manager", "Owner"), ("Manager",))
    assert found["stages.Owner.needed"] == (None, Missing.MISSING)


def test_stages_of_one_name_are_told_apart() -> None:
    """No difference is overlooked, even in what a file could not say."""
    before = with_stages(MANAGER, replace(OWNER, name="Manager"))
    after = with_stages(MANAGER, replace(OWNER, name="Manager", needed=1))

    (change,) = changes(before, after)

    assert change.fields == (FieldChange(name="stages.Manager (2).needed", before=None, after=1),)
