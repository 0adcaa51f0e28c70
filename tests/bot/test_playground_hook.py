"""Whoever moves the playground's clock reads why it stopped: what Usher does, at whom, about what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import configuration
from bot import playground_app
from playground.clock import Clock
from playground.driver_forms import Form
from playground.server import Playground

MONDAY = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
PACKAGE = "Production read access"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Playground]:
    """The sample workspace with Usher in it, on a clock that stands."""
    playground = playground_app.sample_playground(Clock(MONDAY, running=False))
    await playground.start()
    try:
        url = f"sqlite+aiosqlite:///{folder}/usher.db"
        sample = configuration.sample_text()
        async with playground_app.usher_inside(playground, url, sample, loops=False):
            yield playground
    finally:
        await playground.stop()


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    """Rita has asked for access."""
    async with opened(tmp_path) as made:
        form = await made.person("rita").types("/access request production")
        assert isinstance(form, Form)
        await form.fill("Justification", "OPS-1")
        await form.submit()
        yield made


async def told(playground: Playground, days: float) -> list[tuple[timedelta, str]]:
    """The stops of so many days; messages that follow because they are paced are none."""
    return [(one.at - MONDAY, one.why) for one in await playground.days_pass(days)]


async def test_an_undecided_request_is_reminded_of_escalated_and_ends(
    playground: Playground,
) -> None:
    """Each names whom it concerns; the escalation those who are asked as well."""
    about = f"(Rita Romero, {PACKAGE})"
    assert await told(playground, 15) == [
        (timedelta(days=2), f"a reminder to Mia Moreau {about}"),
        (timedelta(days=3), f"an escalation: Max Mbeki is asked as well {about}"),
        (timedelta(days=7), f"a reminder to Max Mbeki, Mia Moreau {about}"),
        (timedelta(days=14), f"time is up for a decision {about}"),
    ]


async def test_access_is_warned_of_reviewed_and_ends(playground: Playground) -> None:
    """After two approvals: the review of the quarter, two warnings, the end."""
    await playground.person("mia").presses("Approve")
    await playground.person("olga").presses("Approve")
    words = [why for _, why in await told(playground, 89)]
    assert words == [
        "an access review opens: Office VPN",
        f"a warning to Rita Romero: {PACKAGE} will end",
        f"an access review opens: {PACKAGE}",
        f"a warning to Rita Romero: {PACKAGE} will end",
    ]
    words = [why for _, why in await told(playground, 13)]
    assert words == [
        f"Rita Romero's access to {PACKAGE} ends",
        f"the access review of {PACKAGE} reminds those who have not decided",
        f"the access review of {PACKAGE} closes",
    ]


async def test_access_that_begins_later_says_when_it_begins(playground: Playground) -> None:
    """A start that was asked for is a moment of its own."""
    ed = playground.person("ed")
    form = await ed.types("/access request production")
    assert isinstance(form, Form)
    await form.fill("Justification", "OPS-2")
    await form.fill("Starts", int((MONDAY + timedelta(days=1)).timestamp()))
    await form.submit()
    await playground.person("mia").presses("Approve", on="Ed Eriksen")
    await playground.person("olga").presses("Approve", on="Ed Eriksen")
    words = [why for _, why in await told(playground, 2)]
    assert f"Ed Eriksen's access to {PACKAGE} begins" in words
