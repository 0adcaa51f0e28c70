"""The hook by which an app says when something happens next and that it has nothing due now.

Any app may offer it. In the same process it is an object with two coroutines; over HTTP the app
answers `GET hook_url?now=<epoch>` with `{"next_at": epoch | null, "idle": bool}`, and takes `now`
as the workspace's time if it wants to follow a moved clock.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol, runtime_checkable

import aiohttp

from playground.clock import Clock, moment_of

POLL_EVERY = 0.05
"""Real seconds between two questions to an app that is not idle yet."""


@runtime_checkable
class App(Protocol):
    """What an app in the same process offers."""

    async def next_at(self) -> datetime | None:
        """The next moment at which the app does something by itself; aware UTC, None for never."""

    async def settle(self) -> None:
        """Return once the app has nothing due now and nothing under way."""


class HttpHook:
    """The same over HTTP."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock

    async def next_at(self) -> datetime | None:
        """Ask the app for its next moment."""
        next_at, _ = await self._ask()
        return None if next_at is None else moment_of(next_at)

    async def settle(self) -> None:
        """Ask until the app says it is idle."""
        while not (await self._ask())[1]:  # noqa: ASYNC110 - another process can only be asked
            await asyncio.sleep(POLL_EVERY)

    async def _ask(self) -> tuple[float | None, bool]:
        async with (
            aiohttp.ClientSession(trust_env=False) as session,
            session.get(self._url, params={"now": repr(self._clock.epoch())}) as response,
        ):
            response.raise_for_status()
            answer = await response.json()
        next_at = answer.get("next_at")
        return (None if next_at is None else float(next_at)), bool(answer.get("idle", True))
