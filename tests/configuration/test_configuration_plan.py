"""What a changed file would do, as an administrator reads it before it happens."""

import configuration
from configuration import describe
from engine.domain.configuration import Configuration, changes
from tests.configuration.contoso import CONTOSO, GOOD, TODAY, spoilt


def made(text: str) -> Configuration:
    """A file's configuration."""
    return configuration.read(
        text, filename="usher.yml", directory=CONTOSO, today=TODAY
    ).configuration


def plan(*edits: tuple[str, str]) -> str:
    """What editing the good file would change."""
    return describe(changes(made(GOOD), made(spoilt(*edits))), CONTOSO)


def test_the_same_file_again_changes_nothing() -> None:
    """Applying twice is applying once."""
    assert plan() == "No changes: what is stored stays unchanged.\n"


def test_what_says_the_same_in_other_words_changes_nothing() -> None:
    """Units, defaults, quotes, comments and case of addresses are no change."""
    assert (
        plan(
            ("decide_within: P14D", "decide_within: P2W  # two weeks"),
            (
                "            approval:\n",
                "            justification: required\n            approval:\n",
            ),
            ("[ada@contoso.com]", '["ADA@contoso.com"]'),
        )
        == "No changes: what is stored stays unchanged.\n"
    )


def test_the_first_file_adds_everything() -> None:
    """Containers before what is in them."""
    assert (
        describe(changes(None, made(GOOD)), CONTOSO)
        == """\
+ organization Contoso
+ catalog Engineering
+ resource Engineering / prod-readers
+ resource Engineering / vpn
+ package Engineering / Production read access
+ package Engineering / Office VPN
+ policy Engineering / Production read access / Employees
+ policy Engineering / Office VPN / Engineers

8 to add, 0 to change, 0 to remove.
"""
    )


def test_changed_fields_are_shown_before_and_after_by_name() -> None:
    """As the file calls them, with people, groups and channels by name."""
    text = plan(
        ("{name: Contoso}", "{name: Contoso, domains: [contoso.com]}"),
        ("[ada@contoso.com]", '[olga@contoso.com, "@it-leads"]'),
        ('"#access-admin"', '"#incident-room"'),
        ("    owners: [", "    state: unpublished\n    owners: ["),
        ('id: "@prod-readers"', 'id: "@engineers"'),
        ("id: Office VPN", "id: VPN of the office"),
        ('fulfillers: ["@it-desk"]', 'fulfillers: [ivan@contoso.com, "#general"]'),
        ("packages: [Office VPN], groups: []", 'packages: [], groups: ["@it-desk"]'),
        ("[{resource: vpn, role: user}]", "[{resource: vpn, role: administrator}]"),
        ("scope: all_members", 'scope: specific, people: [ed@contoso.com], groups: ["@engineers"]'),
        (
            "            approval:\n",
            "            approval:\n              required_for: [request]\n",
        ),
        ("decide_within: P14D", "decide_within: P13D\n                  needed: all"),
        ("to: [{manager: 2}]", "to: [{manager: 2}, {catalog_owners: true}]"),
        ("{after: P90D}", "{on: 2027-06-30}"),
        ("{allowed: true, remind_before: [P14D, P1D]}", "{remind_before: [PT12H]}"),
        ("expiration: never", "expiration: {after: P7D}\n            requestor_may_shorten: true"),
    )

    assert (
        text
        == """\
~ organization Contoso
    domains: [] -> [contoso.com]
    administrators: [ada@contoso.com] -> [olga@contoso.com, @it-leads]
    admin_channel: #access-admin -> #incident-room
~ catalog Engineering
    state: published -> unpublished
~ resource Engineering / prod-readers
    id: "@prod-readers" -> "@engineers"
~ resource Engineering / vpn
    id: Office VPN -> VPN of the office
    fulfillers: [@it-desk] -> [ivan@contoso.com, #general]
~ package Engineering / Production read access
    incompatible_with.packages: [Office VPN] -> []
    incompatible_with.groups: [] -> [@it-desk]
~ package Engineering / Office VPN
    grants: [user on vpn] -> [administrator on vpn]
~ policy Engineering / Production read access / Employees
    requestors.scope: all_members -> specific
    requestors: [] -> [ed@contoso.com, @engineers]
    approval.stages.Manager.needed: any -> all
    approval.stages.Manager.decide_within: P14D -> P13D
    approval.stages.Manager.escalate: [after P3D [manager 2]] -> [after P3D [manager 2, catalog owners]]
    approval.required_for.extension: true -> false
    expiration: after P90D -> on 2027-06-30
    extension.allowed: true -> false
    extension.remind_before: [P14D, P1D] -> [PT12H]
~ policy Engineering / Office VPN / Engineers
    expiration: never -> after P7D
    requestor_may_shorten: false -> true

0 to add, 8 to change, 0 to remove.
"""
    )


def test_an_added_stage_is_shown_with_all_it_has() -> None:
    """On the side where it is not there is nothing."""
    text = plan(
        (
            "                - name: Owner\n",
            (
                "                - name: Security\n"
                '                  approvers: [{group: "@it-leads"}]\n'
                "                - name: Owner\n"
            ),
        )
    )

    assert (
        text
        == """\
~ policy Engineering / Production read access / Employees
    approval.stages: [Manager, Owner] -> [Manager, Security, Owner]
    approval.stages.Security.approvers: (none) -> [@it-leads]
    approval.stages.Security.fallback_approvers: (none) -> []
    approval.stages.Security.needed: (none) -> any
    approval.stages.Security.decide_within: (none) -> P14D
    approval.stages.Security.remind: (none) -> []
    approval.stages.Security.escalate: (none) -> []
    approval.stages.Security.reason: (none) -> on_denial

0 to add, 1 to change, 0 to remove.
"""
    )


def test_a_renamed_package_is_another_one_and_the_old_one_goes() -> None:
    """Added pieces first, then what is removed, each under its kind."""
    text = plan(
        ("      - name: Office VPN\n", "      - name: Home VPN\n"),
        ("packages: [Office VPN]", "packages: [Home VPN]"),
    )

    assert (
        text
        == """\
~ package Engineering / Production read access
    incompatible_with.packages: [Office VPN] -> [Home VPN]
+ package Engineering / Home VPN
- package Engineering / Office VPN
+ policy Engineering / Home VPN / Engineers
- policy Engineering / Office VPN / Engineers

2 to add, 1 to change, 2 to remove.
"""
    )


def test_a_name_in_other_letters_is_a_new_name_of_the_same_thing() -> None:
    """So nobody who holds it loses it."""
    assert (
        plan(("      - name: Office VPN\n", "      - name: Office vpn\n"))
        == """\
~ package Engineering / Production read access
    incompatible_with.packages: [Office VPN] -> [Office vpn]
~ package Engineering / Office vpn
    name: Office VPN -> Office vpn
~ policy Engineering / Office vpn / Engineers
    package: Office VPN -> Office vpn

0 to add, 3 to change, 0 to remove.
"""
    )
