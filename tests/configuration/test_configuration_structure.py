"""The file against its published schema: every error a sentence on its line."""

import pytest

import configuration
from tests.configuration.contoso import CONTOSO, GOOD, TODAY, faults, spoilt, warnings


def test_the_good_file_has_no_faults_and_no_warnings() -> None:
    """What every other test spoils is right to begin with, with people and without."""
    assert faults(GOOD) == []
    assert warnings(GOOD) == []
    assert warnings(GOOD, None) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "decide_within: P14D",
            "decide_witin: P14D",
            '28: This approval stage has no key "decide_witin". Did you mean decide_within?',
            id="a misspelt key",
        ),
        pytest.param(
            "organization: {name: Contoso}",
            "organization: {name: Contoso, colour: red}",
            '1: organization has no key "colour". Its keys are name and domains.',
            id="a key like no other",
        ),
        pytest.param(
            "fallback_approvers: [",
            "colour: [",
            '4: This file has no key "colour". Its keys are organization, administrators,'
            " admin_channel, fallback_approvers, guests, connected_organizations and catalogs.",
            id="an unknown key at the top",
        ),
        pytest.param(
            "{manager: 2}",
            "{<<: {manager: 2}}",
            "31: Merging with << is not part of YAML 1.2."
            " Write the keys out, or repeat a whole value with *name.",
            id="a merge key",
        ),
        pytest.param(
            "organization: {name: Contoso}",
            "organization: {domains: [contoso.com]}",
            "1: organization has no name. Add name: Contoso",
            id="a missing name",
        ),
        pytest.param(
            "        grants: [{resource: prod-readers, role: member}]\n",
            "",
            "18: This access package has no grants."
            " Add grants: [{resource: prod-readers, role: member}]",
            id="a package without grants (PKG-1)",
        ),
        pytest.param(
            "        grants: [{resource: prod-readers, role: member}]",
            "        grants: []",
            "19: grants is empty. Write it like [{resource: prod-readers, role: member}].",
            id="a package with an empty list of grants (PKG-1)",
        ),
        pytest.param(
            """        policies:
          - name: Engineers
            requestors: {scope: specific, groups: ["@engineers"]}
            expiration: never
""",
            "",
            "36: This access package has no policies."
            " Add policies: [{name: Employees, requestors: {scope: all_members}}]",
            id="a package without policies (PKG-1)",
        ),
        pytest.param(
            "            requestors: {scope: all_members}\n",
            "",
            "22: This policy has no requestors. Add requestors: {scope: all_members}",
            id="a policy for nobody knows whom",
        ),
        pytest.param(
            "approvers: [{people: [olga@contoso.com]}]",
            "approvers: []",
            "33: approvers is empty. Write it like [{manager: 1}].",
            id="a stage with no approvers",
        ),
        pytest.param(
            "administrators: [ada@contoso.com]",
            "administrators: []",
            '2: administrators is empty. Write it like [ada@contoso.com, "@access-admins"].',
            id="no administrators",
        ),
        pytest.param(
            "administrators: [ada@contoso.com]",
            "administrators: ada@contoso.com",
            '2: administrators must be a list, not the text "ada@contoso.com".'
            " Write [ada@contoso.com].",
            id="text for a list",
        ),
        pytest.param(
            "name: prod-readers",
            "name: 7",
            '9: name must be text, not the number 7. Put it in quotes: "7".',
            id="a number for text",
        ),
        pytest.param(
            "name: Manager",
            "name: true",
            '26: name must be text, not true. Put it in quotes: "true".',
            id="a truth value for text",
        ),
        pytest.param(
            "allowed: true",
            "allowed: yes",
            '35: allowed must be true or false, not the text "yes". Write true.',
            id="yes for true",
        ),
        pytest.param(
            "allowed: true",
            "allowed: perhaps",
            '35: allowed must be true or false, not the text "perhaps". Write true or false.',
            id="text for a truth value",
        ),
        pytest.param(
            "requestors: {scope: all_members}",
            "requestors: all_members",
            '23: requestors must be keys with values, not the text "all_members".'
            " Write it like {scope: all_members}.",
            id="text for keys with values",
        ),
        pytest.param(
            "{manager: 1}",
            "{manager: direct}",
            '27: manager must be a whole number, not the text "direct". Write it like 1.',
            id="text for a number",
        ),
        pytest.param(
            "catalogs:\n",
            "catalogs: {}\nignored:\n",
            "5: catalogs must be a list, not keys with values. Write it like"
            " [{name: Engineering}].",
            id="keys for a list",
        ),
        pytest.param(
            'admin_channel: "#access-admin"',
            "admin_channel: #access-admin",
            "3: admin_channel is empty: everything after # is a comment."
            ' Write "#access-admin" in quotes.',
            id="a channel that YAML takes for a comment",
        ),
        pytest.param(
            "expiration: never",
            "justification:",
            "41: justification is empty. Write it like required.",
            id="nothing where a word should be",
        ),
        pytest.param(
            "owners: [olga@contoso.com]",
            "owners:",
            "7: owners is empty. Write it like [olga@contoso.com].",
            id="nothing where a list should be",
        ),
        pytest.param(
            "scope: all_members",
            "scope: all_member",
            "23: scope must be all_members, all_users, specific, nobody, connected_organizations,"
            ' all_configured_organizations, all_external_users or automatic, not "all_member".'
            " Did you mean all_members?",
            id="a word that is nearly one of the allowed",
        ),
        pytest.param(
            "connector: manual",
            "connector: pigeon",
            "13: connector must be manual, slack_usergroup, slack_channel, webhook, entra_group,"
            ' entra_app or scim, not "pigeon".',
            id="an unknown connector",
        ),
        pytest.param(
            "connector: manual",
            "connector: Carrier Pigeon",
            '13: connector must be written like manual, not "Carrier Pigeon".',
            id="what cannot be a connector's name",
        ),
        pytest.param(
            "{manager: 1}",
            "{catalog_owners: false}",
            "27: catalog_owners must be true, not false.",
            id="owners who are not",
        ),
        pytest.param(
            "{manager: 1}",
            '{manager: 1, group: "@it-leads"}',
            "27: This approver has exactly one of manager, people, group, catalog_owners or"
            " sponsors, not manager and group. Keep one of them, or write an item for each.",
            id="two approvers in one item",
        ),
        pytest.param(
            "{manager: 1}",
            "{}",
            "27: This approver has exactly one of manager, people, group, catalog_owners or"
            " sponsors, and has none.",
            id="no approver in an item",
        ),
        pytest.param(
            "{manager: 1}",
            "{managr: 1}",
            '27: This approver has no key "managr". Did you mean manager?',
            id="a misspelt approver",
        ),
        pytest.param(
            "{manager: 1}",
            "{manager: 0}",
            "27: manager must be at least 1, not 0.",
            id="a manager at level nought",
        ),
        pytest.param(
            "decide_within: P14D",
            "decide_within: 14 days",
            '28: "14 days" is not a duration. Write P14D.',
            id="a duration in words",
        ),
        pytest.param(
            "decide_within: P14D",
            "decide_within: P1M",
            '28: "P1M" is not a duration. Write P30D.',
            id="a month, which has no fixed length",
        ),
        pytest.param(
            "decide_within: P14D",
            "decide_within: soon",
            '28: "soon" is not a duration. Write it like P14D (days) or PT4H (hours).',
            id="no duration at all",
        ),
        pytest.param(
            "decide_within: P14D",
            "decide_within: 14",
            '28: "14" is not a duration. Write P14D.',
            id="a number for a duration",
        ),
        pytest.param(
            "decide_within: P14D",
            "needed: most",
            '28: needed must be written like any, all or 2, not "most".',
            id="needed in another word",
        ),
        pytest.param(
            "decide_within: P14D",
            "needed: 0",
            "28: needed must be at least 1, not 0.",
            id="nobody needed",
        ),
        pytest.param(
            "expiration: {after: P90D}",
            "expiration: nevr",
            "34: expiration must be written like never, {after: P90D} or {on: 2027-06-30},"
            ' not "nevr". Did you mean never?',
            id="a misspelt never",
        ),
        pytest.param(
            "expiration: {after: P90D}",
            "expiration: {after: P90D, on: 2027-06-30}",
            "34: expiration has exactly one of after or on, not after and on. Keep one of them.",
            id="two ends",
        ),
        pytest.param(
            "expiration: {after: P90D}",
            "expiration: {on: 2027-02-30}",
            '34: "2027-02-30" is not a date. Write it like 2027-06-30.',
            id="a day the calendar does not have",
        ),
        pytest.param(
            "expiration: {after: P90D}",
            "expiration: {on: 30.6.2027}",
            '34: "30.6.2027" is not a date. Write it like 2027-06-30.',
            id="a date in another order",
        ),
        pytest.param(
            "expiration: {after: P90D}",
            "expiration: {until: P90D}",
            '34: expiration has no key "until". Its keys are after and on.',
            id="an unknown kind of end",
        ),
        pytest.param(
            "owners: [olga@contoso.com]",
            "owners: [mia@contoso.com, olga]",
            '7: "olga" is not an e-mail address or a user group. Write it like olga@contoso.com.',
            id="a person by first name",
        ),
        pytest.param(
            'groups: ["@engineers"]',
            "groups: [engineers]",
            '40: "engineers" is not a user group. Write "@engineers".',
            id="a group without its sign",
        ),
        pytest.param(
            'groups: ["@engineers"]',
            'people: ["@engineers"]',
            '40: "@engineers" is not an e-mail address. Write it like olga@contoso.com.',
            id="a group among people",
        ),
        pytest.param(
            'admin_channel: "#access-admin"',
            "admin_channel: access-admin",
            '3: "access-admin" is not a channel. Write "#access-admin".',
            id="a channel without its sign",
        ),
        pytest.param(
            'fulfillers: ["@it-desk"]',
            "fulfillers: [it desk]",
            '15: "it desk" is not an e-mail address, a user group or a channel.'
            " Write it like ivan@contoso.com.",
            id="a fulfiller of no kind",
        ),
        pytest.param(
            "{name: Contoso}",
            "{name: Contoso, domains: [contoso]}",
            '1: "contoso" is not a domain. Write it like contoso.com.',
            id="a domain without a dot",
        ),
        pytest.param(
            "name: Employees",
            'name: " Employees"',
            '22: " Employees" is not a name of one line without spaces around it. Write Employees.',
            id="a name that begins with a space",
        ),
        pytest.param(
            "name: Employees",
            'name: "Employees\\n"',
            '22: "Employees\n" is not a name of one line without spaces around it.'
            " Write Employees.",
            id="a name that ends with a new line",
        ),
        pytest.param(
            "name: Employees",
            'name: ""',
            "22: name is empty. Write it like Production read access.",
            id="an empty name",
        ),
        pytest.param(
            "roles: [user, administrator]",
            "roles: [user, administrator, user]",
            "16: roles has something twice. Keep one of each.",
            id="a role twice",
        ),
        pytest.param(
            "            approval:\n",
            "            approval:\n              required_for: [request, removal]\n",
            '25: Item 2 of required_for must be request or extension, not "removal".',
            id="an occasion there is not",
        ),
    ],
)
def test_an_error_of_structure_is_one_sentence_on_its_line(
    old: str, new: str, expected: str
) -> None:
    """What is the matter, and what to write instead; nothing follows from it elsewhere."""
    assert faults(spoilt((old, new)))[:1] == [f"usher.yml:{expected}"]
    assert len(faults(spoilt((old, new)))) == (2 if "ignored" in new else 1)


@pytest.mark.parametrize(
    ("key", "most"), [("name: Employees", 75), ("id: Office VPN", 200), ("description", 2000)]
)
def test_text_may_be_as_long_as_its_limit_and_no_longer(key: str, most: int) -> None:
    """Names stand in Slack's menus, which show 75 characters."""
    old = "      - name: Office VPN\n" if key == "description" else key
    head = (
        f"{old}        description: "
        if key == "description"
        else key.split(": ", maxsplit=1)[0] + ": "
    )
    tail = "\n" if key == "description" else ""

    assert faults(spoilt((old, head + "x" * most + tail))) == []
    found = faults(spoilt((old, head + "x" * (most + 1) + tail)))
    assert len(found) == 1
    assert f"has {most + 1} characters; {most} is the most. Shorten it." in found[0]


def test_a_connector_that_is_installed_may_be_named() -> None:
    """It is known by its name only; and a fault names it among the others."""
    named, _ = configuration.check(
        spoilt(
            ("connector: manual", "connector: badges"), ('        fulfillers: ["@it-desk"]\n', "")
        ),
        filename="usher.yml",
        directory=CONTOSO,
        today=TODAY,
        connectors=["manual", "badges"],
    )
    wrong, _ = configuration.check(
        spoilt(("connector: manual", "connector: badge")),
        filename="usher.yml",
        directory=CONTOSO,
        today=TODAY,
        connectors=["badges"],
    )

    assert not [str(fault) for fault in named]
    assert "Did you mean badges?" in str(wrong[0])
