"""The worker's loop where more is due than it can take at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.application import worker as module
from engine.application.clock import SystemClock
from engine.application.commands import Actor, AssignDirectly
from engine.application.connectors import Hold, Target
from engine.application.jobs import Jobs
from engine.application.lanes import LANES_AT_ONCE
from engine.application.wakes import Wakes
from engine.application.worker import FULL_SECONDS, Worker
from engine.domain.ids import ChannelId
from engine.domain.people import Person
from tests.performance import bench_house as bench

ADMINISTRATOR = Actor(person_id=bench.ADA, channel_id=ChannelId("C0ADMIN"))


class SlowConnector:
    """Begins every grant, and ends each when the test lets it."""

    serial = False

    def __init__(self) -> None:
        self.begun = 0
        self.more_begun = asyncio.Condition()
        self.let = asyncio.Semaphore(0)

    async def find(self, person: Person) -> str:
        return str(person.id)

    async def grant(self, target: Target, account: str) -> Hold:
        async with self.more_begun:
            self.begun += 1
            self.more_begun.notify_all()
        await self.let.acquire()
        return Hold(account=account, changed=True)

    async def revoke(self, target: Target, account: str) -> Hold:
        raise AssertionError("nothing is taken away here")

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        return
        yield

    async def check(self, target: Target | None = None) -> None:
        """All is well."""

    async def has_begun(self, count: int) -> None:
        async with self.more_begun:
            await self.more_begun.wait_for(lambda: self.begun >= count)


class ToldWakes(Wakes):
    """Of which the test is told each time that the worker looks."""

    def __init__(self, house: bench.BenchHouse) -> None:
        super().__init__(house.store, house.service)
        self.looks = asyncio.Queue[None]()

    async def run_once(self) -> int:
        self.looks.put_nowait(None)
        return await super().run_once()


@pytest.fixture
async def connector() -> SlowConnector:
    return SlowConnector()


@pytest.fixture
async def wakes(sqlite_url: str, connector: SlowConnector) -> AsyncIterator[ToldWakes]:
    """Of a worker at work, for whom more grants are due than it may try at once."""
    await (await bench.open_bench(sqlite_url, people=LANES_AT_ONCE + 4, packages=1)).store.close()
    house = await bench.reopen_bench(sqlite_url, connector=connector)
    for number in range(LANES_AT_ONCE + 4):
        given = AssignDirectly(target_id=bench.person_id(number), package_id=bench.package_id(0))
        await house.service.handle(given, ADMINISTRATOR)
    wakes = ToldWakes(house)
    worker = Worker(
        house.store,
        SystemClock(),
        wakes=wakes,
        messages=house.messages,
        deliveries=house.deliveries,
        jobs=Jobs(house.store, SystemClock(), ()),
    )
    worker.start()
    async with asyncio.timeout(60):
        await connector.has_begun(LANES_AT_ONCE)
    yield wakes
    await worker.stop(0)
    await house.store.close()


async def test_a_worker_without_room_looks_a_few_times_a_second(wakes: ToldWakes) -> None:
    """A target system that hangs must not keep the database busy."""
    while not wakes.looks.empty():
        wakes.looks.get_nowait()
    began = asyncio.get_running_loop().time()
    for _ in range(6):
        await wakes.looks.get()

    assert asyncio.get_running_loop().time() - began > 4 * FULL_SECONDS


async def test_a_worker_takes_what_waits_as_soon_as_there_is_room(
    wakes: ToldWakes, connector: SlowConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends makes room for the next at once, however seldom it looks otherwise."""
    monkeypatch.setattr(module, "FULL_SECONDS", 3600)
    async with asyncio.timeout(60):
        for ended in range(1, 5):
            connector.let.release()
            await connector.has_begun(LANES_AT_ONCE + ended)

    assert connector.begun == LANES_AT_ONCE + 4
