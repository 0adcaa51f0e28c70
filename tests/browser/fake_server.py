"""The addresses of the page API over a `FakeWorkspace`, and the thread they are served from."""

from __future__ import annotations

import asyncio
import threading

from aiohttp import web

from tests.browser.fake_page_api import (
    DAY,
    PAGE,
    FakeActs,
    FakeWorkspace,
    Item,
    Json,
    item,
    items,
    number,
    text_of,
)


class FakeServer:
    """Serves one workspace on a port of this machine until it is stopped."""

    def __init__(self) -> None:
        self.workspace = FakeWorkspace()
        self.acts = FakeActs(self.workspace)
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self, port: int = 0) -> None:
        """Begins to serve, on any free port unless told which; `url` is known afterwards."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(port), self._loop).result(timeout=10)

    def stop(self) -> None:
        """Closes every connection and ends the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def tell(self, kind: str, **ids: Json) -> None:
        """Says from the test's thread that something changed."""
        asyncio.run_coroutine_threadsafe(self.workspace.tell(kind, **ids), self._loop).result(
            timeout=10
        )

    def begin_anew(self) -> None:
        """Forget what the test before did; pages that are still open are no concern of the next."""
        self.workspace = FakeWorkspace()
        self.acts = FakeActs(self.workspace)

    async def _serve(self, port: int) -> None:
        app = web.Application()
        app.on_response_prepare.append(_keep_files)
        app.router.add_get("/", self._index)
        app.router.add_static("/page", PAGE)
        app.router.add_get("/page-api/state", self._state)
        app.router.add_get("/page-api/conversation", self._conversation)
        app.router.add_get("/page-api/thread", self._thread_of)
        app.router.add_get("/page-api/exchanges", self._exchanges)
        app.router.add_get("/page-api/stream", self._stream)
        app.router.add_post("/page-api/act", self._act)
        app.router.add_post("/page-api/clock", self._clock)
        app.router.add_post("/page-api/faults", self._faults)
        app.router.add_post("/page-api/story", self._story)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{bound}"

    async def _close(self) -> None:
        for socket in tuple(self.workspace.sockets):
            await socket.close()
        await self._runner.cleanup()

    async def _index(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(self.workspace.state)

    async def _conversation(self, request: web.Request) -> web.Response:
        person, where = request.query["as"], request.query["with"]
        found = self.workspace.place(person, where)
        before = request.query.get("before")
        earlier = [one for one in found if before is None or text_of(one["ts"]) < before]
        return web.json_response(
            {
                "channel": f"D-{person}" if where == "app" else where,
                "messages": earlier[-50:],
                "has_more": len(earlier) > 50,
                "unread": 1 if where == "app" and person == "U02MIA" else 0,
                "home": self.workspace.views["home"],
                "modal_stack": self.workspace.stacks.get(person, []),
            }
        )

    async def _thread_of(self, request: web.Request) -> web.Response:
        person = request.query["as"]
        parent = [
            one
            for several in self.workspace.messages.values()
            for one in several
            if one["ts"] == request.query["ts"]
        ]
        reply: Item = {
            "type": "message",
            "ts": "1801567000.000200",
            "user": person,
            "text": "Thank you!",
        }
        return web.json_response({"messages": [*parent[:1], reply]})

    async def _exchanges(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", "0"))
        return web.json_response({"exchanges": self.workspace.exchanges[after : after + 200]})

    async def _stream(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.workspace.sockets.add(socket)
        async for _message in socket:
            continue
        self.workspace.sockets.discard(socket)
        return socket

    async def _act(self, request: web.Request) -> web.Response:
        asked = item(await request.json())
        self.workspace.asked.append(asked)
        return web.json_response(await self.acts.act(asked))

    async def _clock(self, request: web.Request) -> web.Response:
        asked = item(await request.json())
        clock = self.workspace.clock
        stops: list[Json] = []
        match asked["do"]:
            case "run" | "stop":
                clock["running"] = asked["do"] == "run"
            case "move":
                stops = self._stops(number(asked["seconds"]))
                clock["now"] = number(clock["now"]) + number(asked["seconds"])
            case _:
                stops = [{"at": number(clock["now"]) + DAY, "why": "a reminder to Mia Lindqvist"}]
                clock["now"] = number(clock["now"]) + DAY
        self.workspace.finish_step("wait")
        await self.workspace.tell("clock")
        await self.workspace.tell("story")
        return web.json_response({"ok": True, "now": clock["now"], "stops": stops})

    def _stops(self, seconds: float) -> list[Json]:
        """One reminder on each day that passes."""
        now = number(self.workspace.clock["now"])
        days = range(1, int(seconds // DAY) + 1)
        return [{"at": now + day * DAY, "why": "a reminder to Mia Lindqvist"} for day in days]

    async def _faults(self, request: web.Request) -> web.Response:
        asked = item(await request.json())
        rules = items(self.workspace.state["faults"])
        if "add" in asked:
            rules.append({"id": f"f{len(rules) + 1}", **item(asked["add"])})
        elif "remove" in asked:
            rules = [rule for rule in rules if rule["id"] != asked["remove"]]
        else:
            rules = []
        self.workspace.state["faults"] = [*rules]
        return web.json_response({"ok": True})

    async def _story(self, request: web.Request) -> web.Response:
        asked = item(await request.json())
        if asked["do"] == "dismiss":
            self.workspace.state["story"] = None
        return web.json_response({"ok": True})


async def _keep_files(request: web.Request, response: web.StreamResponse) -> None:
    """The page's files do not change while tests run: the browser may keep them."""
    if request.path.startswith("/page/"):
        response.headers["Cache-Control"] = "max-age=3600"
