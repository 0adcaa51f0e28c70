"""The hook by which an app says when something happens next, what, and that nothing is due now.

Any app may offer it. In the same process it is an object with two coroutines, and a third one if
it can say what happens next (`TellsWhy`); over HTTP the app answers `GET hook_url?now=<epoch>` with
`{"next_at": epoch | null, "idle": bool}` and, if it can, `"why": "a few words"`. It takes `now` as
the workspace's time if it wants to follow a moved clock.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol, runtime_checkable

import aiohttp

from playground.clock import Clock, moment_of
from playground.wire import Json, as_json, as_text

POLL_EVERY = 0.05
"""Real seconds between two questions to an app that is not idle yet."""


@runtime_checkable
class App(Protocol):
    """What an app in the same process offers."""

    async def next_at(self) -> datetime | None:
        """The next moment at which the app does something by itself; aware UTC, None for never."""

    async def settle(self) -> None:
        """Return once the app has nothing due now and nothing under way."""


@runtime_checkable
class TellsWhy(Protocol):
    """What an app may offer besides, so that people read why the clock stopped where it did."""

    async def next_why(self) -> str | None:
        """What happens at `next_at`, in a few words like `a reminder to Mia`.

        None: no words for it. Empty: nothing to stop for, such as the rest of what was begun.
        """


APP_ACTS = "the app does something"
"""Said of an app that has no words for it."""


async def why_next(hook: App) -> str:
    """What the app does next, in its own words if it has any; empty when it is not worth a stop."""
    words = await hook.next_why() if isinstance(hook, TellsWhy) else None
    return APP_ACTS if words is None else words


class Settling:
    """One question at a time; who asks while another waits for the answer shares the next one.

    People who act at once must not make the app settle once for each of them.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None

    async def ask(self, hook: App) -> None:
        """Return once the app has settled after now."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._asked(hook))
        await asyncio.shield(self._next)

    async def _asked(self, hook: App) -> None:
        async with self._turn:
            self._next = None
            await hook.settle()


class HttpHook:
    """The same over HTTP."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock

    async def next_at(self) -> datetime | None:
        """Ask the app for its next moment."""
        next_at = (await self._ask()).get("next_at")
        return None if next_at is None else moment_of(float(next_at))

    async def next_why(self) -> str | None:
        """Ask the app what it does at its next moment."""
        why = (await self._ask()).get("why")
        return None if why is None else as_text(why)

    async def settle(self) -> None:
        """Ask until the app says it is idle."""
        while not (await self._ask()).get("idle", True):  # noqa: ASYNC110 - another process can only be asked
            await asyncio.sleep(POLL_EVERY)

    async def _ask(self) -> Json:
        async with (
            aiohttp.ClientSession(trust_env=False) as session,
            session.get(self._url, params={"now": repr(self._clock.epoch())}) as response,
        ):
            response.raise_for_status()
            return as_json(await response.json())
