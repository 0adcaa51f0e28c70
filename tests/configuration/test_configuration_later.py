"""What the file can say and Usher cannot do yet."""

import pytest

from tests.configuration.contoso import faults, spoilt


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("catalogs:\n", "guests: {remove_after: P30D}\ncatalogs:\n", "5: guests"),
        (
            "catalogs:\n",
            (
                "connected_organizations:\n  - name: Fabrikam\n    domains: [fabrikam.com]\n"
                "catalogs:\n"
            ),
            "5: connected_organizations",
        ),
        ("    owners:", "    package_managers: [x]\n    owners:", "7: package_managers"),
        ("    owners:", "    assignment_managers: [x]\n    owners:", "7: assignment_managers"),
        ("    owners:", "    readers: [x]\n    owners:", "7: readers"),
        ("connector: manual", "connector: webhook", "13: connector webhook"),
        ("connector: manual", "connector: entra_group", "13: connector entra_group"),
        ("connector: manual", "connector: entra_app", "13: connector entra_app"),
        ("connector: manual", "connector: scim", "13: connector scim"),
        (
            "scope: all_members",
            "scope: connected_organizations, names: [Fabrikam]",
            "23: scope connected_organizations",
        ),
        (
            "scope: all_members",
            "scope: all_configured_organizations",
            "23: scope all_configured_organizations",
        ),
        ("scope: all_members", "scope: all_external_users", "23: scope all_external_users"),
        (
            "scope: all_members",
            "scope: automatic, rule: user.department -eq 'IT', grace: P1D",
            "23: scope automatic",
        ),
        ("scope: specific, ", "scope: specific, rule: user.title -eq 'x', ", "40: rule"),
        ("scope: specific, ", "scope: specific, names: [Fabrikam], ", "40: names"),
        ("scope: specific, ", "scope: specific, grace: P1D, ", "40: grace"),
        (
            "            approval:\n",
            "            questions: [{text: Which?, type: number}]\n            approval:\n",
            "24: questions",
        ),
        (
            "            extension: {",
            (
                "            reviews: {every: monthly, reviewers: [{sponsors: internal}]}\n"
                "            extension: {"
            ),
            "35: sponsors",
        ),
        ("[{manager: 1}]", "[{sponsors: internal}]", "27: sponsors"),
    ],
)
def test_what_later_work_brings_is_refused_and_not_ignored(
    old: str, new: str, expected: str
) -> None:
    """A part that is silently skipped would be a promise broken."""
    found = faults(spoilt((old, new)))

    if "connector" in expected:
        found = [fault for fault in found if "does the work itself" not in fault]
    assert found == [f"usher.yml:{expected} is not supported yet. Leave it out."]
