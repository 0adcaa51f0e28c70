"""Socket Mode: connected, bounded, mended by the watchdog, and stopped cleanly."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import http_server, socket_mode
from bot.metrics import Metrics
from bot.socket_mode import Patience, SocketMode
from playground.acts import SlackSays
from playground.server import Playground

QUICK = Patience(ping=0.05, without=0.1, look=0.02)
WITHIN = 20.0
"""Seconds a busy machine may take."""


class App:
    """An app with one command that answers when it is let to."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.arrived = asyncio.Event()
        self.at_once = 0
        self.most_at_once = 0

        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")

        async def access(ack: AsyncAck) -> None:
            self.arrived.set()
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            await self.may_answer.wait()
            self.at_once -= 1
            await ack("hello")

        self.bolt = AsyncApp(client=client, authorize=authorize, process_before_response=True)
        self.bolt.command("/access")(access)


@pytest_asyncio.fixture
async def client(playground: Playground, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The app's client."""
    made = AsyncWebClient(
        token=playground.bot_token, base_url=f"{playground.url}/api/", session=session
    )
    made.proxy = None
    return made


@pytest_asyncio.fixture
async def app(client: AsyncWebClient) -> App:
    """The app."""
    return App(client)


@pytest_asyncio.fixture
async def socket(
    playground: Playground, client: AsyncWebClient, app: App
) -> AsyncIterator[SocketMode]:
    """Connected."""
    made = SocketMode(app.bolt, client, playground.app_token, Metrics(), patience=QUICK)
    made.start()
    assert await made.wait_connected(WITHIN)
    yield made
    await made.stop(1.0)


async def test_a_command_over_the_socket_is_answered_and_counted(
    playground: Playground, socket: SocketMode
) -> None:
    """The acknowledgement carries the answer."""
    rita = playground.person("rita")
    reaction = await rita.types("/access", channel="#general")

    assert reaction.text == "hello"
    assert socket.connected
    assert socket.in_hand == 0


async def test_a_dropped_connection_comes_back(playground: Playground, socket: SocketMode) -> None:
    """Without a word from Slack."""
    playground.sockets.drop()
    async with asyncio.timeout(WITHIN):
        await playground.sockets.wait_connected()
    rita = playground.person("rita")

    assert (await rita.types("/access", channel="#general")).text == "hello"


async def test_a_refresh_that_slack_asks_for_is_followed(
    playground: Playground, socket: SocketMode
) -> None:
    """Normal every few hours."""
    await playground.sockets.refresh()
    async with asyncio.timeout(WITHIN):
        await playground.sockets.wait_connected()
    rita = playground.person("rita")

    assert (await rita.types("/access", channel="#general")).text == "hello"


async def test_an_address_that_does_not_open_is_replaced_by_a_fresh_one(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would try the same address for ever, and each works once."""
    monkeypatch.setattr(socket_mode, "ADDRESSES", 1000)
    asked: list[str] = []

    async def opens(request: web.Request) -> web.Response:
        asked.append(str(len(asked)))
        host = f"ws://{request.host}/link?ticket={asked[-1]}"
        return web.json_response({"ok": True, "url": host})

    async def link(request: web.Request) -> web.StreamResponse:
        if int(request.query["ticket"]) < 2:
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        async for _message in socket:
            pass
        return socket

    server = web.Application()
    server.router.add_post("/api/apps.connections.open", opens)
    server.router.add_get("/link", link)
    running = await http_server.run(server, host="127.0.0.1", port=0, drain_seconds=0.1)
    client = AsyncWebClient(token="xoxb-1", base_url=f"{running.url}/api/", session=session)
    client.proxy = None
    made = SocketMode(App(client).bolt, client, "xapp-1", Metrics(), patience=QUICK)
    made.start()
    connected = await made.wait_connected(WITHIN)
    await made.stop(1.0)
    await running.stop()

    assert connected
    assert len(asked) == 3


async def test_addresses_are_asked_for_sparingly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five at once, then one in twelve seconds: an outage that costs five tries ends soon after.

    A workspace with too many connections would be asked in a circle.
    """
    loop = asyncio.get_running_loop()
    pauses: list[float] = []
    now = [100.0]

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(loop, "time", lambda: now[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    addresses = socket_mode._Addresses(5, 60.0)
    for _ in range(5):
        await addresses.wait()
    now[0] += 10.0
    at_the_limit = list(pauses)
    await addresses.wait()
    await addresses.wait()
    now[0] += 30.0
    for _ in range(3):
        await addresses.wait()

    assert at_the_limit == []
    assert pauses == [2.0, 12.0, 6.0]


async def test_without_slack_there_is_no_connection_and_a_stop_does_not_hang(
    session: aiohttp.ClientSession,
) -> None:
    """Nothing listens there."""
    client = AsyncWebClient(token="xoxb-1", base_url="http://127.0.0.1:9/api/", session=session)
    client.proxy = None
    made = SocketMode(App(client).bolt, client, "xapp-1", Metrics(), patience=QUICK)
    made.start()

    assert not await made.wait_connected(0.05)
    assert not made.connected
    async with asyncio.timeout(WITHIN):
        await made.stop(1.0)


async def test_only_so_many_are_handled_at_once(
    playground: Playground, client: AsyncWebClient, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would start a task for each and bound nothing."""
    monkeypatch.setattr(socket_mode, "AT_ONCE", 1)
    made = SocketMode(app.bolt, client, playground.app_token, Metrics(), patience=QUICK)
    made.start()
    assert await made.wait_connected(WITHIN)
    app.may_answer.clear()
    typed = [
        asyncio.ensure_future(playground.person(name).types("/access", channel="#general"))
        for name in ("rita", "olga")
    ]
    async with asyncio.timeout(WITHIN):
        await app.arrived.wait()
        while made.in_hand < 2:  # noqa: ASYNC110 - until the second has arrived too
            await asyncio.sleep(0)
    app.may_answer.set()
    reactions = await asyncio.gather(*typed)
    await made.stop(1.0)

    assert app.most_at_once == 1
    assert [reaction.text for reaction in reactions] == ["hello", "hello"]


async def test_a_stop_waits_for_what_is_in_hand(
    playground: Playground, socket: SocketMode, app: App
) -> None:
    """The person gets the answer, and then the connection closes."""
    app.may_answer.clear()
    typed = asyncio.ensure_future(playground.person("rita").types("/access", channel="#general"))
    async with asyncio.timeout(WITHIN):
        await app.arrived.wait()
    stopping = asyncio.ensure_future(socket.stop(WITHIN))
    await asyncio.sleep(0)
    app.may_answer.set()
    await stopping

    assert (await typed).text == "hello"
    assert not socket.connected
    assert socket.in_hand == 0


async def test_a_stop_does_not_wait_for_ever(
    playground: Playground, socket: SocketMode, app: App
) -> None:
    """What does not finish in time is cut off, and the person is told by Slack."""
    app.may_answer.clear()
    typed = asyncio.ensure_future(playground.person("rita").types("/access", channel="#general"))
    async with asyncio.timeout(WITHIN):
        await app.arrived.wait()
        await socket.stop(0.01)
    app.may_answer.set()

    with pytest.raises(SlackSays):
        await typed


async def test_a_stop_leaves_no_task_and_no_session(
    playground: Playground, client: AsyncWebClient, app: App
) -> None:
    """Whatever the library started."""
    before = asyncio.all_tasks()
    made = SocketMode(app.bolt, client, playground.app_token, Metrics(), patience=QUICK)
    made.start()
    await made.wait_connected(WITHIN)
    library = made._client
    await made.stop(1.0)
    left = {task for task in asyncio.all_tasks() - before if "usher" in task.get_name()}

    assert library is not None
    assert isinstance(library.aiohttp_client_session, aiohttp.ClientSession)
    assert library.aiohttp_client_session.closed
    assert not left
