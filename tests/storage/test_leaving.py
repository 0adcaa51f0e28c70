"""Somebody leaves at the very moment something else happens: on both databases, nothing is missed."""

from dataclasses import replace

import pytest

from engine.application.clock import RandomIds
from engine.application.deliveries import Deliveries
from engine.application.mirror import people_are
from engine.application.ports import Transaction
from engine.domain.refusals import NoLongerPending
from tests.performance.bench_house import (
    BenchHouse,
    InstantConnector,
    open_bench,
    package_id,
    person_id,
)

WHO, WHAT = person_id(0), package_id(0)


def _leave(tx: Transaction) -> None:
    person = tx.person(WHO)
    assert person is not None
    people_are(tx, [replace(person, active=False)])


async def _holds_nothing(house: BenchHouse) -> bool:
    while await house.wakes.run_once():
        pass
    return await house.store.read(lambda tx: tx.active_assignment_of(WHO, WHAT)) is None


async def test_an_answer_of_a_target_system_does_not_use_up_what_leaving_woke(
    database_url: str,
) -> None:
    """The right arrives after the account was closed, and before anybody looked at that."""
    house = await open_bench(database_url, people=3, packages=1)
    async with house.store:
        connectors = {"instant": InstantConnector()}
        deliveries = Deliveries(house.store, house.service, connectors, ids=RandomIds())
        await house.approve(await house.submit(WHO, WHAT))
        under_way = await deliveries.take(10)
        await house.store.write(_leave)
        for work in under_way:
            await deliveries.do(work)

        assert len(under_way) == 1
        assert await _holds_nothing(house)


async def test_a_press_that_comes_too_late_approves_nothing(database_url: str) -> None:
    """Nobody has looked yet at what leaving means for the request; the press does."""
    house = await open_bench(database_url, people=3, packages=1)
    async with house.store:
        request_id = await house.submit(WHO, WHAT)
        await house.store.write(_leave)
        with pytest.raises(NoLongerPending):
            await house.approve(request_id)

        assert await _holds_nothing(house)
        assert await house.store.read(lambda tx: tx.open_request_of(WHO, WHAT)) is None
