"""A Slack of an outsider: written from Slack's documentation alone, faithful but sparse.

Here is what the workspace holds and how it is reached; `web_api` answers its methods. It runs in a
thread of its own on an ephemeral port; whoever waits for something is woken by each change, so
nobody sleeps.
"""

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from aiohttp import web

BOT_TOKEN = "xoxb-outsider"
TEAM = "T0OUT"
BOT = "U0USHER"
Payload = dict[str, Any]
Seen = TypeVar("Seen")


@dataclass(kw_only=True)
class Happened:
    """Something that reached a person or a channel, how, and what."""

    kind: str
    to: str
    what: Payload


@dataclass(kw_only=True)
class Modal:
    """A view on one person's screen, with what is written in it."""

    user: str
    view: Payload
    state: dict[str, dict[str, Payload]] = field(default_factory=dict)


class Refused(Exception):
    """`{"ok": false, "error": ...}`."""


class Slack:
    """Users, channels, groups, messages and views of one workspace."""

    def __init__(self) -> None:
        self.users: dict[str, Payload] = {}
        self.channels: dict[str, Payload] = {}
        self.members: dict[str, list[str]] = defaultdict(list)
        self.groups: dict[str, Payload] = {}
        self.group_members: dict[str, list[str]] = {}
        self.messages: dict[str, list[Payload]] = defaultdict(list)
        self.screens: dict[str, list[Modal]] = defaultdict(list)
        self.homes: dict[str, Payload] = {}
        self.happened: list[Happened] = []
        self.calls: list[tuple[str, Payload]] = []
        self.refusing: dict[str, str] = {}
        self.scopes: str | None = None
        self.triggers: dict[str, str] = {}
        self.answering: dict[str, str] = {}
        self.changed = threading.Condition(threading.RLock())
        self.url = ""
        self._numbers = count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._runner: web.AppRunner | None = None

    # ---- running

    def start(self) -> None:
        """Listen on an ephemeral port of this machine."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        """Stop listening."""
        assert self._runner is not None
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        app = web.Application()
        app.router.add_post("/response/{key}", self._answered)
        app.router.add_route("*", "/api/{method}", self._called)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    def until(
        self, seen: Callable[[], Seen], *, within: float = 15, what: Callable[[], str] = str
    ) -> Seen:
        """What it sees as soon as it is something; looked at again after each change."""
        deadline = time.monotonic() + within
        while not (found := seen()):
            left = deadline - time.monotonic()
            assert left > 0, f"not within {within} s; {what()}"
            with self.changed:
                self.changed.wait(min(left, 0.1))
        return found

    # ---- what is in it

    def number(self, letter: str) -> str:
        """A new identifier."""
        return f"{letter}{next(self._numbers):07d}"

    def person(self, name: str, **more: object) -> str:
        """Somebody new; answers the identifier."""
        user = self.number("U")
        self.users[user] = {
            "id": user,
            "name": name,
            "profile": {"email": f"{name}@contoso.com", "real_name": name.title()},
            **more,
        }
        return user

    def group(self, handle: str, *people: str) -> str:
        """A new user group; answers the identifier."""
        group = self.number("S")
        self.groups[group] = {"id": group, "handle": handle, "name": handle.title()}
        self.group_members[group] = list(people)
        return group

    def channel(self, name: str, *people: str, private: bool = False) -> str:
        """A new channel with Usher in it; answers the identifier."""
        channel = self.number("G" if private else "C")
        self.channels[channel] = {"id": channel, "name": name, "is_private": private}
        self.members[channel] = [BOT, *people]
        return channel

    def direct(self, user: str) -> str:
        """The conversation of somebody with Usher."""
        channel = f"D{user[1:]}"
        self.channels.setdefault(channel, {"id": channel, "is_im": True, "user": user})
        return channel

    def trigger_of(self, user: str) -> str:
        """A trigger, good for one view."""
        trigger = self.number("trigger.")
        self.triggers[trigger] = user
        return trigger

    def response_url_of(self, user: str) -> str:
        """Where an answer for this person may be posted."""
        key = self.number("r")
        self.answering[key] = user
        return f"{self.url}/response/{key}"

    def happen(self, kind: str, to: str, what: Payload) -> None:
        """Something reached somebody."""
        with self.changed:
            self.happened.append(Happened(kind=kind, to=to, what=what))
            self.changed.notify_all()

    # ---- the wire

    async def _answered(self, request: web.Request) -> web.Response:
        user = self.answering.get(request.match_info["key"])
        if user is None:
            return web.Response(status=404, text="expired_url")
        self.happen("answer", user, await request.json())
        return web.Response(text="ok")

    async def _called(self, request: web.Request) -> web.Response:
        from tests.acceptance.outsider.web_api import METHODS

        method, given = request.match_info["method"], await _arguments_of(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        with self.changed:
            self.calls.append((method, given))
            answer = self._answer_to(
                METHODS.get(method), method, token or given.get("token"), given
            )
            self.changed.notify_all()
        headers = {} if self.scopes is None else {"x-oauth-scopes": self.scopes}
        return web.json_response(answer, headers=headers)

    def _answer_to(
        self,
        answered: Callable[["Slack", Payload], Payload] | None,
        method: str,
        token: str | None,
        given: Payload,
    ) -> Payload:
        if answered is None:
            return {"ok": False, "error": "unknown_method"}
        if token != BOT_TOKEN:
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        if method in self.refusing:
            return {"ok": False, "error": self.refusing[method]}
        try:
            return {"ok": True, **answered(self, given)}
        except Refused as refused:
            return {"ok": False, "error": str(refused)}


async def _arguments_of(request: web.Request) -> Payload:
    """Arguments as Slack takes them: in the address, as a form, as JSON."""
    given: Payload = dict(request.query)
    if request.content_type == "application/json":
        given |= json.loads(await request.text() or "{}")
    elif request.can_read_body:
        given |= dict(await request.post())
    for name in ("blocks", "view", "metadata", "attachments"):
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given
