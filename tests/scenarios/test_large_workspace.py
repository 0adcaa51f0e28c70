"""A workspace of five thousand people, with Slack as strict as it says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

import configuration
from bot import playground_app, sample_workspace, slack_checks
from bot.house import House, open_house
from playground.clock import Clock
from playground.seed import Person
from playground.server import Playground
from tests.scenarios.conftest import MONDAY

PEOPLE = 5_000
T = TypeVar("T")


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """Everybody's manager is Max; the clock moves only when a test moves it."""
    crowd = (
        Person(
            name=f"p{number}",
            real_name=f"Person {number}",
            email=f"p{number}@contoso.com",
            fields=(("Manager", "max"),),
        )
        for number in range(PEOPLE)
    )
    opened = Playground(
        manifest=dict(slack_checks.read_manifest()),
        people=(*sample_workspace.PEOPLE, *crowd),
        channels=sample_workspace.CHANNELS,
        usergroups=sample_workspace.USERGROUPS,
        team=sample_workspace.TEAM,
        clock=Clock(MONDAY, running=False),
    )
    await opened.start()
    yield opened
    await opened.stop()


async def _in_time(playground: Playground, work: Awaitable[T]) -> T:
    """Let time pass until it is done: whoever is told to wait waits by the workspace's clock."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait({task}, timeout=0.05)
        playground.clock.move(timedelta(seconds=1))
    return task.result()


@asynccontextmanager
async def _started(playground: Playground, folder: Path) -> AsyncIterator[House]:
    """A start with the sample file, as `usher serve` does it."""
    url = f"sqlite+aiosqlite:///{folder}/usher.db"
    config = folder / "usher.yml"
    config.write_text(configuration.sample_text())
    settings = replace(playground_app.settings_for(playground, url), config=config)
    clock = playground_app.SharedClock(playground.clock)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings, clock=clock))
        await _in_time(playground, house.prepare())
        yield house


@pytest.mark.parametrize("burst", [1, 0.05])
async def test_it_starts_though_slack_asks_to_wait(
    playground: Playground, tmp_path: Path, burst: float
) -> None:
    """Everybody is known, and the file applied; at a twentieth of the rate it takes longer."""
    playground.rates.burst = burst
    async with _started(playground, tmp_path) as house:
        everybody = await house.store.read(lambda reader: reader.active_people())
        assert len(everybody) == PEOPLE + len(sample_workspace.PEOPLE) + 1
        assert await house.queries.configured() is not None


async def test_their_managers_are_read_a_hundred_a_minute_whoever_reads_them(
    playground: Playground, tmp_path: Path
) -> None:
    """A process that starts anew goes on with those who are still unread."""
    playground.rates.burst = 1
    everybody = PEOPLE + len(sample_workspace.PEOPLE)
    read: list[int] = []
    for _ in range(2):
        playground.clock.move(timedelta(minutes=1))
        async with _started(playground, tmp_path) as house:
            read.append(everybody - await _unread(house))
            playground.clock.move(timedelta(minutes=1))
            await house.jobs.look("profiles")
            read.append(everybody - await _unread(house))
            known = await house.queries.person_by_email("p0@contoso.com")
            assert known is not None
            assert known.manager_id == playground.workspace.person("max").id
    assert read == [100, 200, 300, 400]


async def _unread(house: House) -> int:
    waiting = await house.store.read(lambda reader: reader.people_without_fields(2 * PEOPLE))
    return len(waiting)
