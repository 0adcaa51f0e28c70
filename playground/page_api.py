"""The page's way in: JSON over `/page-api`, a stream of "look again", and the static files.

Only for a page served from this very address: requests with a foreign Host or Origin are refused,
so that no other site open in the same browser can act here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

from playground import page_reads as reads
from playground.acts import SlackSays
from playground.faults import read_rule
from playground.page_acts import act
from playground.records import Change
from playground.time_travel import Stop
from playground.wire import Json, as_json

if TYPE_CHECKING:
    from playground.server import Playground

PAGE = Path(__file__).parent / "page"
MIME = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageApi:
    """Routes of the page."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._streams: set[web.WebSocketResponse] = set()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the page and its API under `/`."""
        for path, handler in {
            "/": self._index,
            "/page/{path:.+}": self._static,
            "/page-api/state": self._state,
            "/page-api/conversation": self._conversation,
            "/page-api/thread": self._thread,
            "/page-api/exchanges": self._exchanges,
            "/page-api/stream": self._stream,
        }.items():
            router.add_get(path, self._guarded(handler))
        for path, handler in {
            "/page-api/act": self._act,
            "/page-api/clock": self._clock,
            "/page-api/faults": self._faults,
            "/page-api/story": self._story,
            "/page-api/upload": self._upload,
        }.items():
            router.add_post(path, self._guarded(handler))

    async def close(self) -> None:
        """End all streams."""
        for socket in tuple(self._streams):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def _guarded(self, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except SlackSays as says:
                return web.json_response({"ok": False, "error": str(says)})
            except (KeyError, ValueError, TypeError, OverflowError) as error:
                return web.json_response({"ok": False, "error": _words(error)}, status=400)

        return checked

    # -- static

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return _file(PAGE / "index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        wanted = (PAGE / request.match_info["path"]).resolve()
        if not wanted.is_relative_to(PAGE.resolve()):
            return web.Response(status=404)
        return _file(wanted)

    # -- reading

    async def _state(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(reads.state(self._playground))

    async def _conversation(self, request: web.Request) -> web.StreamResponse:
        user = self._playground.workspace.person(request.query["as"])
        before = request.query.get("before")
        place = request.query.get("with", "app")
        return web.json_response(reads.conversation(self._playground, user, place, before))

    async def _thread(self, request: web.Request) -> web.StreamResponse:
        user = self._playground.workspace.person(request.query["as"])
        query = request.query
        return web.json_response(
            reads.thread(self._playground, user, query["channel"], query["ts"])
        )

    async def _exchanges(self, request: web.Request) -> web.StreamResponse:
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 200))
        words = request.query.get("filter", "")
        return web.json_response(reads.exchanges(self._playground, after, limit, words))

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        changes: asyncio.Queue[Change] = asyncio.Queue()
        leave = self._playground.workspace.subscribe(changes.put_nowait)
        self._streams.add(socket)
        sender = asyncio.ensure_future(_pour(changes, socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            leave()
            sender.cancel()
            self._streams.discard(socket)
        return socket

    # -- acting

    async def _act(self, request: web.Request) -> web.StreamResponse:
        try:
            answer = await act(self._playground, as_json(await request.json()))
        finally:
            self._playground.follow_up()
        return web.json_response(answer)

    async def _clock(self, request: web.Request) -> web.StreamResponse:
        playground = self._playground
        what = as_json(await request.json())
        stops: list[Stop] = []
        match what.get("do"):
            case "run":
                playground.clock.run()
            case "stop":
                playground.clock.stop()
            case "move":
                stops = await playground.time.by(timedelta(seconds=float(what["seconds"])))
            case "next":
                stops = await playground.time.to_the_next_thing()
            case other:
                raise ValueError(f"the clock cannot {other}")
        if not playground.clock.running:
            await playground.settle_after_act()
        playground.workspace.tell("clock")
        playground.story.did("clock")
        told = [{"at": one.at.timestamp(), "why": one.why} for one in stops]
        return web.json_response({"ok": True, **reads.clock(playground), "stops": told})

    async def _faults(self, request: web.Request) -> web.StreamResponse:
        faults = self._playground.faults
        what = as_json(await request.json())
        if "add" in what:
            faults.add(**read_rule(as_json(what["add"])))
        elif "remove" in what:
            faults.remove(str(what["remove"]))
        elif what.get("clear"):
            faults.clear()
        return web.json_response({"ok": True, "faults": [one.as_json() for one in faults.rules]})

    async def _story(self, request: web.Request) -> web.StreamResponse:
        what = as_json(await request.json()).get("do")
        if what == "restart":
            self._playground.story.restart()
        elif what == "dismiss":
            self._playground.story.dismiss()
        else:
            raise ValueError(f"the story cannot {what}")
        return web.json_response({"ok": True})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        workspace = self._playground.workspace
        user = workspace.person(request.query["as"])
        content, name = await request.read(), request.query["name"]
        file = workspace.add_file(user.id, name, content)
        shown: Json = {"id": file.id, "name": name, "title": name, "size": len(content)}
        return web.json_response({"ok": True, "file": shown})


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site open in the same browser sends: a foreign Host or Origin.

    Tokens may be fixed words here, so this guards the Web API as well as the page.
    """
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if host not in LOCAL_HOSTS or foreign:
        return web.Response(status=403, text="only from this machine's own page")
    return await handler(request)


async def _pour(changes: asyncio.Queue[Change], socket: web.WebSocketResponse) -> None:
    while not socket.closed:
        change = await changes.get()
        await socket.send_str(json.dumps(change.as_json()))


def _file(path: Path) -> web.StreamResponse:
    if not path.is_file():
        return web.Response(status=404, text="not found")
    kind = MIME.get(path.suffix, "application/octet-stream")
    return web.Response(
        body=path.read_bytes(), content_type=kind, headers={"Cache-Control": "no-cache"}
    )


def _words(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]}" if error.args else "not found"
    return str(error)
