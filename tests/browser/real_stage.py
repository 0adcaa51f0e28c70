"""The real playground with a small Bolt app in it, served from a thread beside the test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from playground.clock import Clock
from playground.seed import Story, StoryStep
from playground.server import Playground
from tests.playground.sample import (
    CHANNELS,
    MANIFEST,
    PEOPLE,
    USERGROUPS,
    Stage,
    open_stage,
)

START = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)

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


class RealStage:
    """A started playground; `url` is where its page is."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._end: Callable[[], Awaitable[None]] | None = None
        self.playground: Playground
        self.stage: Stage

    @property
    def url(self) -> str:
        """Where the page is."""
        return self.playground.url

    def start(self) -> None:
        """Start the workspace and connect the app to it."""
        self._thread.start()
        self.run(self._start())

    def stop(self) -> None:
        """Disconnect the app, stop the workspace, end the thread."""
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def run(self, work: Awaitable[None]) -> None:
        """Do something in the thread of the workspace and wait for it."""

        async def done() -> None:
            await work

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(timeout=20)

    async def _start(self) -> None:
        self.playground = Playground(
            manifest=MANIFEST,
            people=PEOPLE,
            channels=CHANNELS,
            usergroups=USERGROUPS,
            clock=Clock(START, running=False),
            story=STORY,
        )
        await self.playground.start()
        self.stage, self._end = await open_stage(self.playground, "http")

    async def _stop(self) -> None:
        if self._end is not None:
            await self._end()
        await self.playground.stop()
