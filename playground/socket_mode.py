"""Delivery over Socket Mode.

Rules (docs.slack.dev, using Socket Mode): `apps.connections.open` gives an address that works
once; at most ten connections; each payload goes to one of them; an acknowledgement is taken on
any; before Slack closes a connection it sends `disconnect` with `warning`, then
`refresh_requested`. Events that nobody acknowledged come again; commands and interactions do not.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from playground.clock import real_epoch
from playground.delivery import Answer, NotAnswered, Parcel
from playground.wire import Json, as_json, as_text
from playground.workspace import APP_ID

if TYPE_CHECKING:
    from playground.server import Playground

MOST_CONNECTIONS = 10
TICKET_LIVES = 30.0
"""Real seconds a socket address may wait for its connection."""
WARNING_AHEAD = timedelta(seconds=10)


class Sockets:
    """All WebSocket connections of the app."""

    kind = "socket"

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._tickets: dict[str, float] = {}
        self._open: list[web.WebSocketResponse] = []
        self._wires: dict[int, asyncio.Transport] = {}
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = 0
        self._arrival = asyncio.Event()
        self.ever_connected = False
        self._deaf: set[int] = set()
        """Connections that look open and are not: nothing sent on them arrives."""
        self.enabled = True
        """False refuses connections, as when Socket Mode is switched off for the app."""

    @property
    def connected(self) -> bool:
        """Whether the app has at least one connection."""
        return bool(self._open)

    @property
    def connections(self) -> int:
        """How many connections the app has."""
        return len(self._open)

    async def wait_connected(self) -> None:
        """Wait until the app has a connection."""
        while not self._open:
            self._arrival.clear()
            await self._arrival.wait()

    def issue_address(self) -> str:
        """A WebSocket address for one connection."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = real_epoch()
        base = self._playground.url.replace("http", "ws", 1)
        return f"{base}/socket/link/?ticket={ticket}&app_id={APP_ID}"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Take one connection and read acknowledgements from it until it ends."""
        issued = self._tickets.pop(request.query.get("ticket", ""), None)
        if issued is None or real_epoch() - issued > TICKET_LIVES or not self.enabled:
            return web.Response(status=404, text="not_found")
        # Pings are answered here and not by aiohttp, so that a half-open connection can be silent.
        socket = web.WebSocketResponse(autoping=False, heartbeat=None)
        await socket.prepare(request)
        if len(self._open) >= MOST_CONNECTIONS:
            await self._disconnect(socket, "too_many_websockets")
            return socket
        self._open.append(socket)
        self.ever_connected = True
        if request.transport is not None:
            self._wires[id(socket)] = request.transport
        self._arrival.set()
        self._playground.workspace.tell("app")
        try:
            await socket.send_json(self._hello())
            async for message in socket:
                if id(socket) in self._deaf:
                    continue
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
                elif message.type is WSMsgType.PING:
                    await socket.pong(message.data)
        finally:
            if socket in self._open:
                self._open.remove(socket)
            self._wires.pop(id(socket), None)
            self._deaf.discard(id(socket))
            self._playground.workspace.tell("app")
        return socket

    async def deliver(self, parcel: Parcel, *, within: float) -> Answer:
        """Send an envelope on one connection and wait for its acknowledgement on any."""
        if not self._open:
            raise NotAnswered("connection_failed")
        envelope_id = secrets.token_hex(16)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": parcel.kind,
            "payload": parcel.payload,
            "accepts_response_payload": parcel.kind != "events_api",
        }
        if parcel.kind == "events_api":
            envelope |= {
                "retry_attempt": parcel.retry_num,
                "retry_reason": _socket_reason(parcel.retry_reason),
            }
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        self._turn += 1
        socket = self._open[self._turn % len(self._open)]
        try:
            if id(socket) not in self._deaf:
                await socket.send_json(envelope)
            return Answer(body=await asyncio.wait_for(waiting, timeout=within))
        except TimeoutError as error:
            raise NotAnswered("http_timeout") from error
        except ConnectionError as error:
            raise NotAnswered("connection_failed") from error
        finally:
            self._waiting.pop(envelope_id, None)

    # -- what Slack does to connections

    async def warn(self) -> None:
        """Announce to every connection that it will be closed in about ten seconds."""
        for socket in tuple(self._open):
            await socket.send_json(self._farewell("warning"))

    async def refresh(self) -> None:
        """Ask every connection to come back on a new address, then close it."""
        for socket in tuple(self._open):
            await self._disconnect(socket, "refresh_requested")

    def refresh_later(self) -> None:
        """Warn now and refresh ten seconds later on the playground's clock."""
        playground = self._playground
        playground.delivery.start(self.warn())
        playground.agenda.at(
            playground.clock.now() + WARNING_AHEAD,
            "Socket Mode connections are refreshed",
            lambda: playground.delivery.start(self.refresh()),
        )

    async def switch_off(self) -> None:
        """Socket Mode is disabled in the app's settings: `link_disabled`."""
        self.enabled = False
        for socket in tuple(self._open):
            await self._disconnect(socket, "link_disabled")

    def drop(self) -> None:
        """Break all connections without a word."""
        for socket in tuple(self._open):
            if (wire := self._wires.get(id(socket))) is not None:
                wire.abort()
            self._open.remove(socket)

    def half_open(self) -> None:
        """Leave all connections standing though nothing passes any more, pings included.

        The app finds out by itself, as after a router forgot the connection; new ones work.
        """
        self._deaf = {id(one) for one in self._open}

    async def close(self) -> None:
        """The playground ends."""
        for socket in tuple(self._open):
            await socket.close()

    async def _disconnect(self, socket: web.WebSocketResponse, reason: str) -> None:
        if socket in self._open:
            self._open.remove(socket)
        await socket.send_json(self._farewell(reason))
        await socket.close()

    def _acknowledged(self, text: str) -> None:
        try:
            message = as_json(json.loads(text))
        except ValueError:
            return
        waiting = self._waiting.pop(as_text(message.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            payload = message.get("payload")
            waiting.set_result(payload if isinstance(payload, dict) else _text(payload))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {
                "host": "applink-playground",
                "build_number": 1,
                "approximate_connection_time": 3600,
            },
            "connection_info": {"app_id": APP_ID},
        }

    def _farewell(self, reason: str) -> Json:
        return {
            "type": "disconnect",
            "reason": reason,
            "debug_info": {"host": "applink-playground"},
        }


def _text(payload: object) -> Json:
    return {"text": payload} if isinstance(payload, str) and payload else {}


def _socket_reason(reason: str | None) -> str:
    return {"http_timeout": "timeout", None: ""}.get(reason, reason or "")
