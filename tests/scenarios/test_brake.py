"""Unusually many endings at one moment wait until an administrator says that they are right."""

from datetime import timedelta

from engine.domain.ids import PersonId
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

A_DAY = files.policy("All", expiration={"after": "P1D"}, extension={"allowed": False})


def _file(number: int) -> str:
    return files.file(*(files.package(f"Package {count:02}", A_DAY) for count in range(number)))


async def _assigned(contoso: Company, number: int) -> None:
    contoso.playground.rates.burst = float("inf")
    for count in range(number):
        await contoso.administers(f"assign @rita Package {count:02}")


async def test_twenty_endings_at_once_are_nothing_unusual(company: Open) -> None:
    """They end, and nobody is asked."""
    async with company(_file(20)) as contoso:
        await _assigned(contoso, 20)
        await contoso.playground.days_pass(1.1)
        assert "rita" not in contoso.group("prod-readers")
        contoso.ada.does_not_see("unusually many")


async def test_whoever_leaves_while_the_brake_is_on_loses_everything_at_once(
    company: Open,
) -> None:
    """That has nothing to do with the clock."""
    async with company(_file(21)) as contoso:
        await _assigned(contoso, 21)
        contoso.playground.clock.move(timedelta(days=2))
        await contoso.administers("assign @ed Package 01")
        contoso.ada.sees("unusually many")
        await contoso.playground.user_leaves("ed")

        held = await contoso.house.queries.held_by(PersonId(contoso.ed.id))
        assert held.total == 0
        assert "rita" in contoso.group("prod-readers")
        await contoso.ada.presses("Let them end")
        await contoso.playground.days_pass(0.01)


async def test_twenty_one_wait_for_the_administrator_and_then_end(company: Open) -> None:
    """After an outage of two days all of them are due; Ada presses the button, and they end."""
    async with company(_file(21)) as contoso:
        await _assigned(contoso, 21)
        contoso.playground.clock.move(timedelta(days=2))
        await contoso.playground.settle_after_act()
        contoso.ada.sees("unusually many")
        assert "rita" in contoso.group("prod-readers")

        await contoso.playground.days_pass(0.1)
        assert "rita" in contoso.group("prod-readers"), "nothing ends while nobody has answered"

        await contoso.ada.presses("Let them end")
        await contoso.playground.days_pass(0.01)
        assert "rita" not in contoso.group("prod-readers")
