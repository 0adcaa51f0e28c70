"""Moving through time: every moment the app or the workspace names is visited, none is jumped over.

At each stop the clock is set, what is due in the workspace runs, and the app is given the time to
settle before the next moment is asked for. So two days show the reminder and then the escalation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from playground.hooks import APP_ACTS, why_next

if TYPE_CHECKING:
    from playground.server import Playground

MOST_VISITS = 50
"""Times one moment may be named again after the app said it had settled."""

MOST_PASSED = 1_000
"""Moments that are not worth a stop and are passed on the way to one that is."""


class TimeStuck(Exception):
    """The app names the same moment again and again and never gets past it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A moment at which something happened."""

    at: datetime
    why: str


class TimeTravel:
    """Steps through time."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    async def next_at(self) -> datetime | None:
        """The next moment at which anything happens by itself."""
        playground = self._playground
        own = playground.agenda.next_at()
        app_at = await playground.hook.next_at() if playground.hook is not None else None
        if app_at is not None and (own is None or app_at < own[0]):
            return app_at
        return own[0] if own is not None else None

    async def next_why(self, at: datetime) -> str:
        """What happens at the next moment, `at`: the workspace's words, or the app's."""
        playground = self._playground
        own = playground.agenda.next_at()
        if own is not None and own[0] <= at:
            return own[1]
        return await why_next(playground.hook) if playground.hook is not None else APP_ACTS

    async def to(self, target: datetime) -> list[Stop]:
        """Go to a moment, stopping at every one in between; the stops made."""
        playground = self._playground
        was_running = playground.clock.running
        playground.clock.stop()
        stops: list[Stop] = []
        try:
            await self._arrive()
            visits = 0
            while (at := await self.next_at()) is not None and at <= target:
                visits = visits + 1 if at <= playground.clock.now() else 0
                if visits > MOST_VISITS:
                    why = await self.next_why(at)
                    raise TimeStuck(f"{why} at {at.isoformat()}, and the app never gets past it")
                if at > playground.clock.now():
                    if why := await self.next_why(at):
                        stops.append(Stop(at=at, why=why))
                    playground.clock.set(at)
                await self._arrive()
            if target > playground.clock.now():
                playground.clock.set(target)
                await self._arrive()
        finally:
            if was_running:
                playground.clock.run()
            playground.workspace.tell("clock")
        return stops

    async def by(self, delta: timedelta) -> list[Stop]:
        """Go ahead by a duration."""
        return await self.to(self._playground.clock.now() + delta)

    async def to_the_next_thing(self) -> list[Stop]:
        """Go to the next moment worth a stop; nowhere when nothing will happen any more."""
        for _ in range(MOST_PASSED):
            found = await self.next_at()
            if found is None:
                return []
            if stops := await self.to(max(found, self._playground.clock.now())):
                return stops
        return []

    async def _arrive(self) -> None:
        self._playground.agenda.run_due()
        await self._playground.settle()
