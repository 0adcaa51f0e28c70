"""A company to tell stories about: Slack from the playground, Usher inside, a clock that stands.

A story moves the clock itself; nothing sleeps, and nothing runs in the background: after every act
Usher works until it has nothing due.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

import configuration
from bot import playground_app
from playground.clock import Clock
from tests.company import Company

MONDAY = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
JOURNAL = os.environ.get("USHER_JOURNAL")


Open = Callable[..., AbstractAsyncContextManager[Company]]


@pytest.fixture
def company(tmp_path: Path) -> Open:
    """Opens a company under a configuration; the sample one unless told otherwise."""

    @asynccontextmanager
    async def open_company(config: str | None = None) -> AsyncIterator[Company]:
        journal = Path(JOURNAL) if JOURNAL else None
        clock = Clock(MONDAY, running=False)
        playground = playground_app.sample_playground(clock, journal)
        await playground.start()
        try:
            url = f"sqlite+aiosqlite:///{tmp_path}/usher.db"
            text = config or configuration.sample_text()
            async with playground_app.usher_inside(playground, url, text, loops=False) as house:
                yield Company(playground=playground, house=house)
        finally:
            await playground.stop()

    return open_company


@pytest.fixture
async def contoso(company: Open) -> AsyncIterator[Company]:
    """The sample company."""
    async with company() as opened:
        yield opened
