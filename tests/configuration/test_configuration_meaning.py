"""What a file says, checked against the directory, the day and itself."""

import pytest

from configuration.names import package_id
from tests.configuration.contoso import CONTOSO, GOOD, faults, spoilt


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "[ada@contoso.com]",
            "[ad@contoso.com]",
            "2: Nobody has the address ad@contoso.com. Did you mean ada@contoso.com?",
            id="an unknown person with a similar address",
        ),
        pytest.param(
            "{people: [olga@contoso.com]}",
            "{people: [nobody@fabrikam.com]}",
            "33: Nobody has the address nobody@fabrikam.com."
            " Use the address of their Slack profile.",
            id="an unknown person like nobody else",
        ),
        pytest.param(
            "owners: [olga@contoso.com]",
            "owners: [olga@contoso.com, gone@contoso.com]",
            "7: The account of gone@contoso.com is deactivated. Name somebody else in their place.",
            id="somebody who has left",
        ),
        pytest.param(
            "{people: [olga@contoso.com]}",
            "{people: [robot@contoso.com]}",
            "33: robot@contoso.com is a bot. Name a member or a guest of your own workspace.",
            id="a bot as approver",
        ),
        pytest.param(
            "{people: [olga@contoso.com]}",
            "{people: [stan@contoso.com]}",
            "33: stan@contoso.com is somebody of another workspace."
            " Name a member or a guest of your own workspace.",
            id="somebody of another workspace",
        ),
        pytest.param(
            '["@it-leads"]',
            '["@it-leeds"]',
            "4: There is no user group @it-leeds. Did you mean @it-leads?",
            id="an unknown group with a similar handle",
        ),
        pytest.param(
            '["@engineers"]',
            '["@astronauts"]',
            "40: There is no user group @astronauts. Create it in Slack first.",
            id="an unknown group like no other",
        ),
        pytest.param(
            '"#access-admin"',
            '"#acces-admin"',
            "3: There is no channel #acces-admin that Usher can see. Did you mean #access-admin?",
            id="an unknown channel with a similar name",
        ),
        pytest.param(
            'fulfillers: ["@it-desk"]',
            'fulfillers: ["@it-desk", "#tasks"]',
            "15: There is no channel #tasks that Usher can see."
            " If it is private, invite Usher to it first.",
            id="an unknown channel like no other",
        ),
        pytest.param(
            '"#access-admin"',
            '"#attic"',
            "3: The channel #attic is archived. Unarchive it in Slack, or name another one.",
            id="an archived channel",
        ),
        pytest.param(
            "[ada@contoso.com]",
            '["@empty", "@former"]',
            "2: These administrators are nobody: the groups are empty. Name at least one person.",
            id="administrators who resolve to nobody",
        ),
        pytest.param(
            "[ada@contoso.com]",
            '[ada@contoso.com, "@it-leads", ADA@contoso.com]',
            "2: ADA@contoso.com is already in this list. Leave it out here.",
            id="the same person twice, in other letters",
        ),
        pytest.param(
            "[{manager: 1}]",
            "[{manager: 1}, {people: [mia@contoso.com]}, {manager: 1}]",
            "27: manager: 1 is already in this list. Leave it out here.",
            id="the same approver twice",
        ),
        pytest.param(
            'fulfillers: ["@it-desk"]',
            'fulfillers: ["#general", "#General"]',
            "15: #General is already in this list. Leave it out here.",
            id="the same channel twice",
        ),
        pytest.param(
            '"@prod-readers"',
            '"@prod-readrs"',
            "11: There is no user group @prod-readrs. Did you mean @prod-readers?",
            id="the user group of a resource",
        ),
        pytest.param(
            '"@prod-readers"',
            "prod-readers",
            '11: "prod-readers" is not a user group. Write "@prod-readers".',
            id="a user group resource without its sign",
        ),
        pytest.param(
            'slack_usergroup\n        id: "@prod-readers"',
            'slack_channel\n        id: "@incident-room"',
            '11: "@incident-room" is not a channel. Write "#incident-room".',
            id="a channel resource with another sign",
        ),
        pytest.param(
            'slack_usergroup\n        id: "@prod-readers"',
            'slack_channel\n        id: "#incident-rom"',
            "11: There is no channel #incident-rom that Usher can see."
            " Did you mean #incident-room?",
            id="the channel of a resource",
        ),
        pytest.param(
            'slack_usergroup\n        id: "@prod-readers"',
            'slack_channel\n        id: "#general"',
            "11: #general is public: anybody can join it, so being in it is no access."
            " Make it private, or leave it out.",
            id="a public channel as a resource",
        ),
        pytest.param(
            'id: "@prod-readers"\n',
            'id: "@prod-readers"\n        roles: [member, owner]\n',
            '12: In a user group nobody can be "owner". Its only role is member.',
            id="a role a user group does not have",
        ),
        pytest.param(
            'slack_usergroup\n        id: "@prod-readers"\n',
            'slack_channel\n        id: "#incident-room"\n        roles: [admin, member]\n',
            '12: In a channel nobody can be "admin". Its only role is member.',
            id="a role a channel does not have",
        ),
        pytest.param(
            '        fulfillers: ["@it-desk"]\n',
            "",
            "12: This manual resource has no fulfillers: nobody would get the task."
            ' Add fulfillers: ["@it-desk"]',
            id="a manual resource without fulfillers",
        ),
        pytest.param(
            'id: "@prod-readers"\n',
            'id: "@prod-readers"\n        fulfillers: [ivan@contoso.com]\n',
            "12: Connector slack_usergroup does the work itself and has no fulfillers."
            " Leave them out, or use connector: manual.",
            id="fulfillers where nobody has to do anything",
        ),
        pytest.param(
            "{resource: prod-readers,",
            "{resource: prod-reader,",
            '19: Catalog Engineering has no resource "prod-reader". Did you mean prod-readers?',
            id="an unknown resource with a similar name",
        ),
        pytest.param(
            "{resource: prod-readers,",
            "{resource: moon,",
            '19: Catalog Engineering has no resource "moon". Add it to the catalog\'s resources.',
            id="an unknown resource like no other",
        ),
        pytest.param(
            "role: user}",
            "role: usr}",
            '37: vpn has no role "usr". It has user and administrator.',
            id="a role that is not among the resource's",
        ),
        pytest.param(
            "[{resource: vpn, role: user}]",
            "[{resource: vpn, role: user}, {resource: VPN, role: user}]",
            "37: This package already grants user on VPN. Leave it out here.",
            id="one grant twice",
        ),
        pytest.param(
            "packages: [Office VPN]",
            "packages: [Ofice VPN]",
            '20: There is no package "Ofice VPN". Did you mean Office VPN?',
            id="an unknown package with a similar name",
        ),
        pytest.param(
            "packages: [Office VPN]",
            "packages: [Moon]",
            '20: There is no package "Moon". Name a package of this file.',
            id="an unknown package like no other",
        ),
        pytest.param(
            "packages: [Office VPN]",
            "packages: [production READ access]",
            "20: A package cannot be incompatible with itself. Leave it out here.",
            id="a package against itself",
        ),
        pytest.param(
            "packages: [Office VPN]",
            "packages: [Office VPN, office vpn]",
            "20: office vpn is already in this list. Leave it out here.",
            id="a package against another twice",
        ),
        pytest.param(
            "groups: []}",
            'groups: ["@nowhere"]}',
            "20: There is no user group @nowhere. Create it in Slack first.",
            id="an unknown incompatible group",
        ),
        pytest.param(
            "    packages:\n",
            "      - name: Prod-Readers\n        connector: manual\n        id: Twin\n"
            "        fulfillers: [ivan@contoso.com]\n    packages:\n",
            '17: Another resource of this catalog is already called "Prod-Readers", on line 9.'
            " Give one of them another name.",
            id="two resources of one name",
        ),
        pytest.param(
            "            expiration: never\n",
            "      - name: office vpn\n        grants: [{resource: vpn, role: administrator}]\n"
            "        policies: [{name: Nobody, requestors: {scope: nobody}}]\n",
            '41: Another package is already called "office vpn", on line 36.'
            " Give one of them another name.",
            id="two packages of one name",
        ),
        pytest.param(
            "            expiration: never\n",
            "          - name: engineers\n            requestors: {scope: nobody}\n",
            '41: Another policy of this package is already called "engineers", on line 39.'
            " Give one of them another name.",
            id="two policies of one name",
        ),
        pytest.param(
            "- name: Owner",
            "- name: MANAGER",
            '32: Another stage of this policy is already called "MANAGER", on line 26.'
            " Give one of them another name.",
            id="two stages of one name",
        ),
        pytest.param(
            "requestors: {scope: all_members}",
            "requestors: {scope: specific}",
            "23: Scope specific names nobody. Add people or groups, or write scope: nobody.",
            id="specific requestors who are nobody",
        ),
        pytest.param(
            "requestors: {scope: all_members}",
            "requestors: {scope: all_members, people: [ed@contoso.com]}",
            "23: people has no effect with scope all_members."
            " Leave people out, or write scope: specific.",
            id="people beside a scope that is everybody",
        ),
        pytest.param(
            "requestors: {scope: all_members}",
            'requestors: {scope: nobody, groups: ["@engineers"]}',
            "23: groups has no effect with scope nobody."
            " Leave groups out, or write scope: specific.",
            id="groups beside a scope that is nobody",
        ),
    ],
)
def test_a_fault_of_meaning_is_one_sentence_on_its_line(old: str, new: str, expected: str) -> None:
    """What is the matter, and what to do; nothing follows from it elsewhere."""
    assert faults(spoilt((old, new))) == [f"usher.yml:{expected}"]


def test_a_resource_of_another_catalog_cannot_be_granted() -> None:
    """PKG-1: a package bundles roles of one catalog."""
    text = GOOD + (
        "  - name: Sales\n"
        "    packages:\n"
        "      - name: Sales VPN\n"
        "        grants: [{resource: vpn, role: user}]\n"
        "        policies: [{name: All, requestors: {scope: all_members}}]\n"
    )

    assert faults(text) == [
        (
            'usher.yml:45: "vpn" belongs to catalog Engineering; a package grants only resources of'
            " its own catalog, Sales. Move the package there, or add the resource to Sales."
        )
    ]


def test_two_catalogs_of_one_name_are_refused() -> None:
    """Names of catalogs and of packages are unique in the organization, wherever they stand."""
    text = GOOD + (
        "  - name: ENGINEERING\n"
        "    resources:\n"
        "      - {name: vpn, connector: manual, id: x, fulfillers: [ivan@contoso.com], roles: [u]}\n"
        "    packages:\n"
        "      - name: Office VPN\n"
        "        grants: [{resource: vpn, role: u}]\n"
        "        policies: [{name: Engineers, requestors: {scope: nobody}}]\n"
    )

    assert faults(text) == [
        (
            'usher.yml:42: Another catalog is already called "ENGINEERING", on line 6.'
            " Give one of them another name."
        ),
        (
            'usher.yml:46: Another package is already called "Office VPN", on line 36.'
            " Give one of them another name."
        ),
    ]


def test_a_guest_named_in_a_catalog_that_guests_do_not_see_is_refused() -> None:
    """CAT-4: the two contradict each other for certain."""
    text = spoilt(
        ("    owners:", "    visible_to_external_users: false\n    owners:"),
        ('groups: ["@engineers"]', "people: [ed@contoso.com, sara@contoso.com]"),
    )

    assert faults(text) == [
        (
            "usher.yml:41: sara@contoso.com is a guest, and catalog Engineering is not visible to"
            " external users. Leave them out, or write visible_to_external_users: true."
        )
    ]


def test_without_a_directory_nobody_is_looked_up_and_the_rest_is_checked() -> None:
    """A file can be checked where there is no Slack, as far as it goes."""
    text = spoilt(
        ("[ada@contoso.com]", "[nobody@contoso.com, NOBODY@contoso.com]"),
        ('["@it-leads"]', '["@nowhere"]'),
        ("role: user}", "role: usr}"),
        ("{after: P90D}", "{after: P9000D}"),
    )

    assert faults(text, None) == [
        "usher.yml:2: NOBODY@contoso.com is already in this list. Leave it out here.",
        "usher.yml:34: after is at most P3660D, not P9000D.",
        'usher.yml:37: vpn has no role "usr". It has user and administrator.',
    ]


def test_names_of_people_groups_and_channels_ignore_case() -> None:
    """Addresses and handles are not case-sensitive, and nobody should have to know."""
    text = spoilt(
        ("[ada@contoso.com]", "[Ada@Contoso.com]"),
        ('["@it-leads"]', '["@IT-Leads"]'),
        ("packages: [Office VPN]", "packages: [OFFICE vpn]"),
    )

    assert faults(text) == []
    assert package_id("OFFICE vpn") == package_id("Office VPN")
    assert CONTOSO.group_by_handle("IT-LEADS") is not None
