"""The real playground, with a small Bolt app or with Usher in it, in a thread beside the test."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TypeVar

import configuration
from bot import playground_app
from playground.clock import Clock
from playground.seed import Story, StoryStep
from playground.server import Playground
from tests.playground.sample import (
    CHANNELS,
    MANIFEST,
    PEOPLE,
    USERGROUPS,
    open_stage,
)

START = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
T = TypeVar("T")

STORY = Story(
    title="Your first request",
    steps=(
        StoryStep(
            id="ask",
            text="Rita asks for access: type /access request",
            as_person="rita",
            highlight_kind="command",
            highlight_label="/access request",
            done_when="command:/access request",
        ),
        StoryStep(
            id="send",
            text="She fills in the form and sends it",
            as_person="rita",
            highlight_kind="submit",
            highlight_label="Send",
            done_when="submit",
        ),
        StoryStep(
            id="approve",
            text="Mia approves",
            as_person="mia",
            highlight_kind="button",
            highlight_label="Approve",
            done_when="press:approve",
        ),
        StoryStep(
            id="wait",
            text="A day goes by",
            highlight_kind="clock",
            highlight_label="+1 day",
            done_when="clock",
        ),
    ),
)


class Stage:
    """A started playground in its own thread; `url` is where its page is."""

    playground: Playground

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._ending = AsyncExitStack()

    @property
    def url(self) -> str:
        """Where the page is."""
        return self.playground.url

    def start(self) -> None:
        """Start the workspace and connect the app to it."""
        self._thread.start()
        self.run(self._start(self._ending))

    def stop(self) -> None:
        """Disconnect the app, stop the workspace, end the thread."""
        self.run(self._ending.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def run(self, work: Coroutine[None, None, T]) -> T:
        """Do something in the thread of the workspace and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _start(self, ending: AsyncExitStack) -> None:
        raise NotImplementedError


class RealStage(Stage):
    """With the sample Bolt app."""

    async def _start(self, ending: AsyncExitStack) -> None:
        self.playground = Playground(
            manifest=MANIFEST,
            people=PEOPLE,
            channels=CHANNELS,
            usergroups=USERGROUPS,
            clock=Clock(START, running=False),
            story=STORY,
        )
        await self.playground.start()
        ending.push_async_callback(self.playground.stop)
        _, end = await open_stage(self.playground, "http")
        ending.push_async_callback(end)


class UsherStage(Stage):
    """With Usher, as `./try` opens it: the sample workspace, configuration and story."""

    async def _start(self, ending: AsyncExitStack) -> None:
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="usher-browser-"))
        self.playground = playground_app.sample_playground(Clock(START))
        await self.playground.start()
        ending.push_async_callback(self.playground.stop)
        inside = playground_app.usher_inside(
            self.playground,
            f"sqlite+aiosqlite:///{folder}/usher.db",
            configuration.sample_text(),
            loops=True,
        )
        await ending.enter_async_context(inside)
