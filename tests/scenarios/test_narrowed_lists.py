"""What an administrator types after `requests` and `packages`: which of them to see."""

from collections.abc import AsyncIterator

import pytest

from bot.views.action_ids import MOST_WORDS
from playground.driver import Reaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

MIA = files.stage("Mia", files.people("mia"))


@pytest.fixture
async def contoso(company: Open) -> AsyncIterator[Company]:
    """Rita has Room; her request for Reports and Ed's for Room wait; Ed's for Failed was denied."""
    asked = files.policy("All", MIA)
    packages = (
        files.package("Room", asked, gives=("incident-room",)),
        files.package("Reports of production", asked),
        files.package("Failed", asked, gives=("engineers",)),
    )
    async with company(files.file(*packages)) as opened:
        await opened.administers("assign @rita Room")
        await opened.asks("rita", "Reports of production")
        await opened.asks("ed", "Failed")
        await opened.denies("mia", "Not now")
        await opened.asks("ed", "Room")
        yield opened


async def _listed(contoso: Company, words: str) -> list[tuple[str, str]]:
    """The package and the holder of each request in the list."""
    told = await contoso.administers(f"requests {words}".strip())
    lines = [line for line in told.ephemeral.splitlines() if " · @" in line and "Only" not in line]
    return [(package, who) for package, _, who in (line.partition(" · @") for line in lines)]


RITAS, REPORTS = ("Room", "Rita Romero"), ("Reports of production", "Rita Romero")
DENIED, EDS = ("Failed", "Ed Eriksen"), ("Room", "Ed Eriksen")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", [EDS, DENIED, REPORTS, RITAS]),
        ("@rita", [REPORTS, RITAS]),
        ("rita@contoso.com", [REPORTS, RITAS]),
        ("Room", [EDS, RITAS]),
        ('"reports of PRODUCTION"', [REPORTS]),
        ("production", [REPORTS]),
        ("roo", [EDS, RITAS]),
        ("waiting", [EDS, REPORTS]),
        ("Denied", [DENIED]),
        ("@rita room", [RITAS]),
        ("@rita waiting", [REPORTS]),
        ("@ed room waiting", [EDS]),
        ("room delivered", [RITAS]),
        ("failed", [DENIED]),
        ("failed denied", [DENIED]),
        ("failed failed", []),
        ("@ed delivered", []),
    ],
)
async def test_requests_are_narrowed_by_person_package_and_state(
    contoso: Company, words: str, expected: list[tuple[str, str]]
) -> None:
    """In this order, each if it is said; a package's name is its name, even if it is a state's."""
    assert sorted(await _listed(contoso, words)) == sorted(expected)


async def test_the_list_says_what_it_was_narrowed_to(contoso: Company) -> None:
    """And when nothing is like that."""
    one = (await contoso.administers("requests @rita room delivered")).ephemeral
    assert "Only: @Rita Romero · Room · delivered" in one
    several = (await contoso.administers("requests roo")).ephemeral
    assert "Only: Room" in several
    none = (await contoso.administers("requests @ed delivered")).ephemeral
    assert "No request is like that." in none


@pytest.mark.parametrize(
    "words", ["nonsense", "@rita waiting nonsense", "waiting @rita", "x" * 201]
)
async def test_what_is_not_understood_is_answered_with_what_can_be_said(
    contoso: Company, words: str
) -> None:
    """Never with a list that is not the one that was asked for."""
    told = (await contoso.administers(f"requests {words}")).ephemeral
    understood = words.replace("@rita", "@Rita Romero")
    assert f"I do not understand requests {understood}"[:200] in told
    assert "/access-admin requests [@person] [PACKAGE] [STATE]" in told
    assert "STATE is waiting, scheduled, delivering" in told


async def test_somebody_unknown_is_said_to_be(contoso: Company) -> None:
    """As after any other command."""
    told = (await contoso.administers("requests @nobody")).ephemeral
    assert "@nobody" in told
    assert "Requests" not in told


async def test_packages_are_narrowed_by_words(contoso: Company) -> None:
    """Of their names and descriptions."""
    told = (await contoso.administers("packages production")).ephemeral
    assert "Reports of production" in told
    assert "Room" not in told
    none = (await contoso.administers("packages nonsense")).ephemeral
    assert "No access package has nonsense in its name or description." in none
    long = (await contoso.administers("packages " + "x" * (MOST_WORDS + 1))).ephemeral
    assert "I do not understand packages xxx" in long


async def test_a_narrowed_list_stays_so_page_by_page_and_when_something_is_done(
    company: Open,
) -> None:
    """Twelve of Rita's between twelve of Ed's; canceling one on the second page leaves eleven."""
    policy = files.policy("All", MIA)
    packages = [files.package(f"Package {number:02}", policy) for number in range(12)]
    async with company(files.file(*packages)) as contoso:
        contoso.playground.rates.burst = float("inf")
        for number in range(12):
            for who in ("rita", "ed"):
                await contoso.asks(who, f"Package {number:02}")
        first = await contoso.administers("requests @rita package waiting")
        assert "1 to 10 of 12" in first.ephemeral
        turned = await contoso.ada.presses("Next", on="Only")
        assert isinstance(turned, Reaction)
        contoso.ada.sees("11 to 12 of 12")
        assert "Ed Eriksen" not in contoso.ada.messages[-1].text

        await contoso.ada.presses("Cancel request", on="Only")
        contoso.ada.sees("11 of 11")
        assert "Ed Eriksen" not in contoso.ada.messages[-1].text
        listed = await contoso.administers("packages package")
        assert "1 to 10 of 12" in listed.ephemeral
        await contoso.ada.presses("Next", on="Access packages")
        contoso.ada.sees("Package 11")
