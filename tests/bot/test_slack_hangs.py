"""A Slack that takes calls and never answers: every command ends, and says so."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot import http_server, slack_checks, starting
from bot.settings import load_for_operator
from tests.bot.operator import FILE, invoke_beside

SENTENCE = "(it did not answer in time). Check the network, the proxy and SLACK_API_URL."
WITHIN = 60.0
"""Seconds a busy machine may take; the library alone would wait for five minutes."""


@pytest_asyncio.fixture
async def silent() -> AsyncIterator[dict[str, str]]:
    """The environment of an app whose Slack is silent."""
    over = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/api/{method}", never)
    running = await http_server.run(app, host="127.0.0.1", port=0, drain_seconds=0.1)
    yield {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "0123456789abcdef",
        "SLACK_API_URL": f"{running.url}/api/",
    }
    over.set()
    await running.stop()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment instead of ten seconds."""
    monkeypatch.setattr(slack_checks, "CALL_TIMEOUT", aiohttp.ClientTimeout(total=0.3))


@pytest.mark.parametrize("command", ["doctor", "plan usher.yml", "apply usher.yml"])
async def test_a_command_gives_up_and_says_why(
    command: str, silent: dict[str, str], tmp_path: Path
) -> None:
    """It exits 1."""
    (tmp_path / "usher.yml").write_text(FILE)
    async with asyncio.timeout(WITHIN):
        ran = await invoke_beside(*command.split(), environ=silent)

    assert ran.code == 1
    assert SENTENCE in ran.out + ran.err


async def test_a_start_gives_up_and_says_why(silent: dict[str, str]) -> None:
    """Among everything else that is wrong."""
    settings = load_for_operator(silent, dotenv=None, terminal=False)
    async with asyncio.timeout(WITHIN):
        (sentence,) = await starting.all_faults((), settings)

    assert sentence.endswith(SENTENCE)
