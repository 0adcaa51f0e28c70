"""Socket Mode: Slack reaches us over a connection that we opened.

The library's client keeps that connection, and has faults that only a watchdog mends: if opening it
fails it retries the same address for ever, although an address works once; and a lost reconnect
leaves it silent for good. So a watchdog looks every few seconds, and a client that has been without
a connection for too long is thrown away for a new one with a fresh address. Addresses are asked for
sparingly, because a workspace that says "too many connections" would be asked in a circle.

The library starts a task for every envelope and bounds nothing; here a limited number is handled at
once, and a stop waits for those in hand. An acknowledgement may leave on any connection of the app,
so it leaves on the one there is. (reference: docs.slack.dev, Using Socket Mode)
"""

import asyncio
import logging
from dataclasses import dataclass
from time import perf_counter

from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.http_server import outcome_of
from bot.metrics import Metrics, request_kind

log = logging.getLogger(__name__)

AT_ONCE = 64
CLOSE_SECONDS = 2.0
ADDRESSES = 5
"""Addresses asked for at once at most; after them as many in `ADDRESS_SECONDS`, evenly."""
ADDRESS_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long what is waited for, in seconds of real time: this is about the wire."""

    ping: float = 5.0
    """A half-open connection is noticed after four of these at most."""
    without: float = 20.0
    """How long a client may be without a connection before it is replaced."""
    look: float = 1.0
    """How often the watchdog looks."""


class _Client(SocketModeClient):
    """The library's client, asking for addresses sparingly."""

    addresses: "_Addresses"

    async def issue_new_wss_url(self) -> str:
        """A fresh address, when we may ask for one."""
        await self.addresses.wait()
        return await super().issue_new_wss_url()


class _Addresses:
    """Lets `most` pass at once, and then one in every `seconds / most`: never long in coming."""

    def __init__(self, most: int, seconds: float) -> None:
        self._pace = seconds / most
        self._burst = seconds - self._pace
        self._paid_until = 0.0
        """When everything asked for so far has been paced out."""

    async def wait(self) -> None:
        loop = asyncio.get_running_loop()
        pause = self._paid_until - self._burst - loop.time()
        if pause > 0:
            log.warning("waiting before connecting to Slack again", extra={"seconds": pause})
            await asyncio.sleep(pause)
        self._paid_until = max(self._paid_until, loop.time()) + self._pace


class SocketMode:
    """Keeps a connection to Slack and hands what comes over it to the app."""

    def __init__(
        self,
        app: AsyncApp,
        client: AsyncWebClient,
        app_token: str,
        metrics: Metrics,
        *,
        patience: Patience | None = None,
    ) -> None:
        """Nothing connects before `start`. `client` is only used to ask for addresses."""
        self._app = app
        self._web = client
        self._token = app_token
        self._metrics = metrics
        self._patience = patience or Patience()
        self._addresses = _Addresses(ADDRESSES, ADDRESS_SECONDS)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._greeted = asyncio.Event()
        self._client: _Client | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether Slack can reach us now."""
        client = self._client
        if client is None or client.closed or client.stale:
            return False
        return client.current_session is not None and not client.current_session.closed

    @property
    def in_hand(self) -> int:
        """How many envelopes are being handled."""
        return self._in_hand

    def start(self) -> None:
        """Begin to connect, and to watch; returns at once."""
        self._renew()
        self._watching = asyncio.create_task(self._watch(), name="usher socket mode watchdog")

    async def wait_connected(self, seconds: float) -> bool:
        """Whether there is a connection within so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._greeted.wait()
        except TimeoutError:
            return False
        return self.connected

    async def stop(self, seconds: float) -> None:
        """Let what is in hand finish, for so long at most, then close the connection.

        What still comes in the meantime is handled: Slack does not bring a command again.
        """
        if self._watching is not None:
            self._watching.cancel()
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("stopped while handling Slack's requests", extra={"count": self._in_hand})
        client, self._client = self._client, None
        if client is not None:
            await self._dispose(client, self._connecting)
        self._metrics.slack_connected(False)

    # -- keeping a connection

    def _renew(self) -> None:
        client = _Client(
            app_token=self._token,
            logger=logging.getLogger(f"{__name__}.client"),
            web_client=self._web,
            ping_interval=self._patience.ping,
        )
        client.proxy = self._web.proxy
        client.addresses = self._addresses
        client.message_listeners.append(self._greet)
        client.socket_mode_request_listeners.append(self._handle)
        self._client = client
        self._connecting = asyncio.create_task(self._connect(client), name="usher socket mode")

    async def _greet(
        self, _client: AsyncBaseSocketModeClient, message: dict[str, object], _raw: str | None
    ) -> None:
        if message.get("type") == "hello":
            self._greeted.set()
            self._metrics.slack_connected(True)
            log.info("connected to Slack")

    async def _connect(self, client: _Client) -> None:
        await client.connect()  # type: ignore[no-untyped-call]

    async def _watch(self) -> None:
        """Replace the client whenever it has been without a connection for too long."""
        loop = asyncio.get_running_loop()
        seen_at = loop.time()
        while True:
            await asyncio.sleep(self._patience.look)
            connected = self.connected
            self._metrics.slack_connected(connected)
            if connected:
                seen_at = loop.time()
                continue
            self._greeted.clear()
            if loop.time() - seen_at >= self._patience.without:
                log.warning("no connection to Slack, beginning anew with a fresh address")
                old, connecting = self._client, self._connecting
                self._renew()
                seen_at = loop.time()
                if old is not None:
                    await self._dispose(old, connecting)

    async def _dispose(self, client: _Client, connecting: asyncio.Task[None] | None) -> None:
        """Close a client whatever state it is in; it must leave no task and no session."""
        client.closed = True
        client.auto_reconnect_enabled = False
        tasks = [
            client.message_processor,
            client.current_session_monitor,
            client.message_receiver,
            connecting,
        ]
        for task in tasks:
            if task is not None:
                task.cancel()
        left = [task for task in tasks if task is not None]
        await asyncio.gather(*left, return_exceptions=True)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if client.current_session is not None:
                    await client.current_session.close()
        except TimeoutError:
            log.info("the other side did not say goodbye")
        await client.aiohttp_client_session.close()

    # -- handling what comes

    async def _handle(self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        self._in_hand += 1
        self._idle.clear()
        try:
            async with self._room:
                await self._dispatch(client, envelope)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()

    async def _dispatch(
        self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest
    ) -> None:
        began = perf_counter()
        request = AsyncBoltRequest(
            mode="socket_mode", body=envelope.payload, headers=build_headers(envelope)
        )
        response = await self._app.async_dispatch(request)
        kind = request_kind(request.body)
        self._metrics.request_handled(kind, outcome_of(response.status))
        await send_async_response(self._client or client, envelope, response, began)
        self._metrics.observe_ack(kind, perf_counter() - began)
