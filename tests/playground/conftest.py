"""A playground with the sample workspace, alone or with the sample app on either transport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import Clock
from playground.server import Playground
from tests.playground.sample import CHANNELS, MANIFEST, PEOPLE, USERGROUPS, Stage, open_stage

START = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep payloads that are wrong on purpose away from the checks of the whole test run."""
    monkeypatch.delenv("PLAYGROUND_JOURNAL", raising=False)


@pytest_asyncio.fixture
async def playground() -> AsyncIterator[Playground]:
    """A started playground with the sample people and a stopped clock."""
    made = Playground(
        manifest=MANIFEST,
        people=PEOPLE,
        channels=CHANNELS,
        usergroups=USERGROUPS,
        clock=Clock(START, running=False),
    )
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def client(playground: Playground) -> AsyncIterator[AsyncWebClient]:
    """The app's Web API client."""
    async with ClientSession(trust_env=False) as session:
        yield AsyncWebClient(
            token=playground.bot_token, base_url=f"{playground.url}/api/", session=session
        )


@pytest_asyncio.fixture(params=["http", "socket"])
async def stage(playground: Playground, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """The sample app connected over each transport in turn."""
    made, end = await open_stage(playground, request.param)
    yield made
    await end()
