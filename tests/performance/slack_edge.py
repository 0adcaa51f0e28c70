"""Our listeners, and a Bolt app that does nothing, asked over HTTP as Slack asks.

One connection, one request at a time, client and server in this process: both pay the same for the
wire, so what differs is ours. The requests are signed and verified.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

import storage
from bot.desk import Desk
from bot.listeners import Listeners
from bot.views.action_ids import ActionId, BlockId, CallbackId
from engine.application.clock import SystemClock
from engine.application.directory import Told
from engine.application.jobs import Jobs
from engine.application.mirror import Mirror
from engine.application.ports import Clock
from engine.domain.ids import PackageId, PersonId, RequestId
from tests.performance.bench_house import BenchHouse
from tests.performance.rows import Doing

SECRET = "a signing secret"


def an_app(*, at_once: bool = True) -> AsyncApp:
    """A Bolt app without a listener; `at_once` answers as soon as the listener has, as ours does.

    Without it Bolt runs listeners beside the answer and looks every ten milliseconds whether they
    have acknowledged.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_user_id="UBOT", bot_id="B1"
        )

    quiet = logging.getLogger("bench.bolt")
    quiet.setLevel(logging.CRITICAL)
    return AsyncApp(
        logger=quiet,
        client=AsyncWebClient(token="xoxb-1"),
        authorize=authorize,
        signing_secret=SECRET,
        process_before_response=at_once,
    )


def an_empty_app(*, at_once: bool = True) -> AsyncApp:
    """A Bolt app whose only listener acknowledges `/access`."""
    app = an_app(at_once=at_once)

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.command("/access")(acknowledge)
    return app


@asynccontextmanager
async def our_app(house: BenchHouse, clock: Clock | None = None) -> AsyncIterator[AsyncApp]:
    """A Bolt app with all our listeners, on this house."""
    by = clock or SystemClock()
    async with aiohttp.ClientSession() as session:
        desk = Desk(
            service=house.service,
            store=house.store,
            queries=storage.StoreQueries(house.store),
            reviews=storage.ReviewStoreQueries(house.store),
            mirror=Mirror(house.store, _NoDirectory()),  # type: ignore[arg-type]
            jobs=Jobs(house.store, by, ()),
            client=AsyncWebClient(token="xoxb-1"),
            session=session,
            clock=by,
            told_of=_told_of,
            command="/access",
            workspace_url=None,
        )
        app = an_app()
        Listeners(desk).register(app)
        yield app
        await desk.drain()


class _NoDirectory:
    """Nobody has to be looked up."""


def _told_of(_user: Mapping[str, Any]) -> Told:
    raise AssertionError("everybody is known")


# What Slack sends -------------------------------------------------------------------------------


def typed(words: str, who: PersonId) -> bytes:
    """`/access WORDS`."""
    return _signed(
        {
            "command": "/access",
            "text": words,
            "user_id": who,
            "team_id": "T1",
            "channel_id": "C1",
            "trigger_id": "1.1.1",
        }
    )


def searched(words: str, who: PersonId) -> bytes:
    """Somebody types into the form's list of packages."""
    return _interaction(
        "block_suggestion",
        who,
        action_id=ActionId.CHOOSE_PACKAGE,
        block_id=BlockId.PACKAGE,
        value=words,
    )


def form_sent(package_id: PackageId, who: PersonId) -> bytes:
    """Somebody sends the form for a package."""
    chosen = {"type": "external_select", "selected_option": {"value": package_id}}
    why = {"type": "plain_text_input", "value": "because"}
    values = {
        BlockId.PACKAGE: {ActionId.CHOOSE_PACKAGE: chosen},
        BlockId.JUSTIFICATION: {ActionId.JUSTIFICATION: why},
    }
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": CallbackId.REQUEST_FORM,
        "private_metadata": "",
        "state": {"values": values},
    }
    return _interaction("view_submission", who, view=view)


def approve_pressed(request_id: RequestId, who: PersonId) -> bytes:
    """Somebody presses **Approve** on a card of the first stage."""
    action = {"action_id": ActionId.APPROVE, "value": f"{request_id}:0", "type": "button"}
    container = {"type": "message", "channel_id": "D1", "message_ts": "1.1"}
    return _interaction("block_actions", who, actions=[action], container=container)


def _interaction(kind: str, who: PersonId, **more: object) -> bytes:
    payload = {
        "type": kind,
        "user": {"id": who, "team_id": "T1"},
        "team": {"id": "T1"},
        "trigger_id": "1.1.1",
        **more,
    }
    return _signed({"payload": json.dumps(payload)})


def _signed(fields: Mapping[str, str]) -> bytes:
    body = urlencode(fields)
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    head = (
        "POST /slack/events HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"X-Slack-Request-Timestamp: {stamp}",
        f"X-Slack-Signature: {signature}",
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


# Served ----------------------------------------------------------------------------------------


@asynccontextmanager
async def served(app: AsyncApp, requests: Sequence[bytes]) -> AsyncIterator[Doing]:
    """The app behind HTTP; yields what sends the requests of some numbers, one after another."""

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    server = web.Application()
    server.router.add_post("/slack/events", events)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])

    async def send(numbers: range) -> None:
        for request in requests[numbers.start : numbers.stop]:
            await _exchange(reader, writer, request)

    try:
        yield send
    finally:
        writer.close()
        await runner.cleanup()


@asynccontextmanager
async def served_nothing(count: int, *, at_once: bool = True) -> AsyncIterator[Doing]:
    """An empty Bolt app, asked so many times."""
    requests = [typed("mine", PersonId("U1"))] * count
    async with served(an_empty_app(at_once=at_once), requests) as send:
        yield send


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)
