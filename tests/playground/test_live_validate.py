"""The second opinion on payloads: Slack's own validator beside ours (docs.slack.dev, blocks.validate)."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from playground.live_validate import LiveValidator
from playground.server import Playground
from playground.wire import Json
from tests.playground.sample import section
from tests.playground.test_messages import refused


class Validator:
    """Stands for Slack: the next answer of its validator, and what it was shown."""

    def __init__(self) -> None:
        self.shown: list[Json] = []
        self.answer: Json = {"ok": True}

    async def validate(self, request: web.Request) -> web.StreamResponse:
        """Answer one question."""
        assert request.headers["Authorization"] == "Bearer xoxb-real"
        self.shown.append(await request.json())
        return web.json_response(self.answer)


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[tuple[Validator, str]]:
    """It, and where it listens."""
    made = Validator()
    application = web.Application()
    application.router.add_post("/api/blocks.validate", made.validate)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield made, f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    await runner.cleanup()


async def test_where_slack_disagrees_the_inspector_says_so(
    playground: Playground, client: AsyncWebClient, slack: tuple[Validator, str]
) -> None:
    """The same payload is shown once; agreement is silent, and so is nothing else."""
    validator, url = slack
    playground.rates.burst = math.inf
    live = LiveValidator(playground, "xoxb-real", url=url)
    running = asyncio.ensure_future(live.run(rest=0))
    rita = playground.person("rita").id

    def told() -> list[str]:
        kept = playground.journal.exchanges
        return [one.status for one in kept if one.what == "blocks.validate at Slack"]

    for _ in range(2):
        await client.chat_postMessage(channel=rita, text="x", blocks=[section("good")])
    await live.caught_up()
    assert validator.shown == [{"message": {"text": "x", "blocks": [section("good")]}}]
    assert told() == []

    validator.answer = {"ok": False, "error": "invalid_message", "errors": []}
    await client.views_publish(user_id=rita, view={"type": "home", "blocks": [section("home")]})
    await live.caught_up()
    assert list(validator.shown[-1]) == ["view"]
    assert told() == ["invalid_message"], "not an answer to what was asked"

    await client.chat_postMessage(channel=rita, text="y", blocks=[section("theirs")])
    await live.caught_up()
    assert told()[-1] == "Slack refuses it"

    validator.answer = {"ok": True}
    bad = client.chat_postMessage(channel=rita, text="z", blocks=[{"type": "hologram"}])
    assert await refused(bad) == "invalid_blocks"
    await live.caught_up()
    assert told()[-1] == "Slack takes it"
    running.cancel()
