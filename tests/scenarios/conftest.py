"""A company to tell stories about: Slack from the playground, Usher inside, a clock that stands.

A story moves the clock itself; nothing sleeps, and nothing runs in the background: after every act
Usher works until it has nothing due. When a story ends, everything must hold together.
"""

import copy
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

import configuration
from bot import playground_app, sample_workspace, slack_checks
from playground.clock import Clock
from playground.seed import Channel, Person, Usergroup
from playground.server import Playground
from tests.company import Company
from tests.databases import sqlite_template, sqlite_url

__all__ = ["sqlite_template", "sqlite_url"]

MONDAY = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
JOURNAL = os.environ.get("USHER_JOURNAL")


Open = Callable[..., AbstractAsyncContextManager[Company]]


@pytest.fixture
def company(sqlite_url: str) -> Open:
    """Opens a company under a configuration; the sample one unless told otherwise.

    `people`, `channels` and `usergroups` come to the sample ones; the app was installed
    `without_scopes`.
    """

    @asynccontextmanager
    async def open_company(
        config: str | None = None,
        *,
        people: Iterable[Person] = (),
        channels: Iterable[Channel] = (),
        usergroups: Iterable[Usergroup] = (),
        without_scopes: Iterable[str] = (),
    ) -> AsyncIterator[Company]:
        manifest = copy.deepcopy(dict(slack_checks.read_manifest()))
        scopes = manifest["oauth_config"]["scopes"]
        scopes["bot"] = [scope for scope in scopes["bot"] if scope not in without_scopes]
        playground = Playground(
            manifest=manifest,
            people=(*sample_workspace.PEOPLE, *people),
            channels=(*sample_workspace.CHANNELS, *channels),
            usergroups=(*sample_workspace.USERGROUPS, *usergroups),
            team=sample_workspace.TEAM,
            clock=Clock(MONDAY, running=False),
            journal=Path(JOURNAL) if JOURNAL else None,
            patience=playground_app.PACING,
            ack_within=60,  # stories are about what happens, not about a busy machine
        )
        await playground.start()
        try:
            text = config or configuration.sample_text()
            async with playground_app.usher_inside(
                playground, sqlite_url, text, loops=False
            ) as house:
                opened = Company(playground=playground, house=house)
                yield opened
                await opened.check()
        finally:
            await playground.stop()

    return open_company


@pytest.fixture
async def contoso(company: Open) -> AsyncIterator[Company]:
    """The sample company."""
    async with company() as opened:
        yield opened
