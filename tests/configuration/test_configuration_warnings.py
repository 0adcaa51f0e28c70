"""What is odd about a file but works: said, and not refused."""

import pytest

from tests.configuration.contoso import spoilt, warnings


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            '"#access-admin"',
            '"#general"',
            "3: #general is public, so anybody can read what administrators do there."
            " Make it private.",
            id="a public administrators' channel",
        ),
        pytest.param(
            'fallback_approvers: ["@it-leads"]\n',
            "",
            "26: For somebody without a manager nobody is named to decide."
            " Add fallback_approvers here or at the top of the file.",
            id="a manager without fallback (APR-20)",
        ),
        pytest.param(
            '["@engineers"]',
            '["@empty"]',
            "40: Nobody is in the user group @empty today. Add people in Slack.",
            id="an empty group",
        ),
        pytest.param(
            '["@engineers"]',
            '["@disabled"]',
            "40: The user group @disabled is disabled, so it means nobody. Enable it in Slack.",
            id="a disabled group",
        ),
        pytest.param(
            "scope: all_members",
            "scope: all_users",
            "23: all_users includes guests, and Slack lets no guest into a user group."
            " Write scope: all_members, or give guests a package without user groups.",
            id="guests who may ask for a user group",
        ),
        pytest.param(
            "scope: all_members",
            "scope: specific, people: [ed@contoso.com, sara@contoso.com]",
            "23: sara@contoso.com is a guest, and Slack lets no guest into a user group."
            " Give guests a package without user groups.",
            id="a guest named for a user group",
        ),
        pytest.param(
            "expiration: never",
            "extension: {allowed: true}",
            "41: There is nothing to extend: access under this policy never ends."
            " Add expiration: {after: P90D}, or leave extension out.",
            id="an extension of what never ends",
        ),
        pytest.param(
            "{after: P90D}",
            "{on: 2027-06-30}",
            "35: No extension can be granted: all access ends on 2027-06-30."
            " Use expiration: {after: ...}, or leave extension out.",
            id="an extension past the last day (LIF-5)",
        ),
        pytest.param(
            "{after: P90D}",
            "{after: P14D}",
            "35: Access lasts P14D, so nobody is told P14D before the end."
            " Leave it out, or use a shorter time.",
            id="a warning as long as the access (NOT-4)",
        ),
        pytest.param(
            "            approval:\n",
            "            approval:\n              required_for: []\n",
            "24: required_for is empty, so nobody is ever asked in these stages."
            " Write required_for: [request, extension], or leave the stages out.",
            id="stages for nothing",
        ),
    ],
)
def test_what_is_odd_but_works_is_a_warning(old: str, new: str, expected: str) -> None:
    """The file can be used; the line says why somebody should look."""
    assert warnings(spoilt((old, new))) == [f"usher.yml:{expected}"]


def test_a_disabled_group_may_still_be_what_a_package_gives() -> None:
    """Removing the last member of a Slack user group disables it; the next one enables it."""
    assert warnings(spoilt(('id: "@prod-readers"', 'id: "@disabled"'))) == []


def test_what_is_never_asked_of_anybody_needs_no_manager_fallback() -> None:
    """A stage with its own fallback approvers is safe, and so is one with other approvers."""
    without = ('fallback_approvers: ["@it-leads"]\n', "")

    assert warnings(spoilt(without, ("{manager: 1}", '{manager: 1}, {group: "@it-leads"}'))) == []
    own = "[{manager: 1}]\n                  fallback_approvers: [mia@contoso.com]"
    assert warnings(spoilt(without, ("[{manager: 1}]", own))) == []
