"""A package that only administrators give: nobody is told to ask for it again."""

import pytest

from playground.driver import Reaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

GLASS = "Break glass"
TOLD = "If you still need it, talk to an administrator."


@pytest.fixture
def given() -> str:
    """A file whose one package lasts thirty days and is for administrators to assign."""
    return files.file(files.package(GLASS, files.policy("Admins", scope="nobody")))


def told_without_a_button(contoso: Company, words: str) -> None:
    """Rita's newest message says this, and nothing of hers offers to ask."""
    newest = contoso.rita.messages[-1]
    assert words in newest.text
    assert TOLD in newest.text
    assert not any("Request again" in one.buttons for one in contoso.rita.messages)


async def test_giving_it_back_says_that_only_an_administrator_can_give_it_again(
    company: Open, given: str
) -> None:
    """She cannot ask for it, so the question does not say that she can."""
    async with company(given) as contoso:
        await contoso.administers(f"assign @rita {GLASS}")
        left = await contoso.rita.presses("Give back", confirm=False)
        assert isinstance(left, Reaction)
        assert "Only an administrator can give it to you again." in left.asked
        assert "ask for it again" not in left.asked


async def test_what_can_be_asked_for_can_be_asked_for_again(company: Open) -> None:
    """The question says so as long as some policy lets people ask."""
    both = (files.policy("Admins", scope="nobody"), files.policy("Everybody"))
    async with company(files.file(files.package(GLASS, *both))) as contoso:
        await contoso.asks("rita", GLASS)
        left = await contoso.rita.presses("Give back", confirm=False)
        assert isinstance(left, Reaction)
        assert "You can ask for it again later." in left.asked


async def test_its_removal_sends_to_the_administrators(company: Open, given: str) -> None:
    """No Request again, on the card or below the message."""
    async with company(given) as contoso:
        await contoso.administers(f"assign @rita {GLASS}")
        await contoso.administers(f"remove @rita {GLASS}")
        told_without_a_button(contoso, "An administrator ended your access to Break glass")


async def test_its_end_sends_to_the_administrators(company: Open, given: str) -> None:
    """The warning does, too."""
    async with company(given) as contoso:
        await contoso.administers(f"assign @rita {GLASS}")
        await contoso.playground.days_pass(29)
        warned = contoso.rita.messages[-1].text
        assert "If you need it for longer, talk to an administrator." in warned
        assert "ask for it again" not in warned
        await contoso.playground.days_pass(1.1)
        told_without_a_button(contoso, "ended")
