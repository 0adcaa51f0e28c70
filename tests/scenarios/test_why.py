"""Whoever cannot get a package learns which clause of which policy it is."""

import pytest

from playground.driver import Form, Reaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"
ENGINEERS: files.Part = {"scope": "specific", "groups": ["@engineers"]}
POLICIES = [
    {**files.policy("Engineers"), "requestors": ENGINEERS},
    files.policy("Everybody", scope="all_members"),
    files.policy("Break glass", scope="nobody"),
]
FILE = files.file({**files.package("Reports", *POLICIES)})


@pytest.mark.parametrize(
    ("who", "lines"),
    [
        (
            "rita",
            (
                "You can ask for Reports, under the policy Engineers.",
                "✓ Engineers is for @engineers, and so for you.",
                "· Everybody is for all members, and so for you; but Engineers is for fewer",
                "✗ Break glass is for administrators to assign",
            ),
        ),
        (
            "ivan",
            (
                "under the policy Everybody.",
                "✗ Engineers is for @engineers. You are not among them.",
                "✓ Everybody is for all members",
            ),
        ),
    ],
)
async def test_each_policy_is_told_of(company: Open, who: str, lines: tuple[str, ...]) -> None:
    """Which one applies, which would if there were no better one, and why the others do not."""
    async with company(FILE) as contoso:
        told = await contoso.says(who, "/access why reports")
        for line in lines:
            assert line in told


async def test_what_is_held_is_told_first_and_what_nobody_offers_last(contoso: Company) -> None:
    """Rita has it already; a guest is told that it is for members; a name that is none is said so."""
    await contoso.administers(f"assign @rita {READ}")
    assert "You have this access already" in await contoso.says("rita", f"/access why {READ}")
    assert "is for all members. You are a guest." in await contoso.says(
        "sara", f"/access why {READ}"
    )
    assert "I know no package called spaceship" in await contoso.says(
        "rita", "/access why spaceship"
    )
    assert "Name the package you mean" in await contoso.says("rita", "/access why")


async def test_it_is_explained_on_the_home_tab_and_asked_for_from_there(contoso: Company) -> None:
    """The name is written into a form; the answer has the button."""
    await contoso.ed.opens_home()
    form = await contoso.ed.presses("Explain a package", where="home")
    assert isinstance(form, Form)
    await form.fill("Package", READ)
    told = await form.submit()
    assert isinstance(told, Form)
    told.sees(f"You can ask for {READ}")
    asking = await told.presses("Request access")
    assert isinstance(asking, (Form, Reaction))
    asking.sees("Who will be asked")


async def test_words_that_fit_one_package_are_enough_for_whoever_can_ask_for_it(
    contoso: Company,
) -> None:
    """As when asking; several are named, and what is not offered must be known by its whole name."""
    assert f"You can ask for {READ}" in await contoso.says("rita", "/access why production")
    several = await contoso.says("rita", "/access why o")
    assert "More than one package fits o" in several
    assert "Office VPN" in several
    assert "Build server" not in several, "it is hidden"
    assert "I know no package called production" in await contoso.says(
        "sara", "/access why production"
    )
