"""What the workspace itself will do later: retries of events, closing of sockets, and so on.

Kept on the playground's clock, so that moving time runs it. `run_due` is called after every jump by
whoever steps through time, and by the agenda's own watch while the clock runs.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from playground.clock import Clock


@dataclass(order=True, slots=True)
class Entry:
    """One thing to do at a moment; equal moments keep their order."""

    at: datetime
    number: int
    why: str = field(compare=False)
    act: Callable[[], None] = field(compare=False)


class Agenda:
    """Things to do at moments of the playground's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._numbers = count()
        self._added = asyncio.Event()

    def at(self, moment: datetime, why: str, act: Callable[[], None]) -> None:
        """Do something at that moment, or at the first look after it."""
        heapq.heappush(self._entries, Entry(moment, next(self._numbers), why, act))
        self._added.set()

    def next_at(self) -> tuple[datetime, str] | None:
        """When the next thing happens, and what."""
        return (self._entries[0].at, self._entries[0].why) if self._entries else None

    def run_due(self) -> list[str]:
        """Do all that is due now; what was done, in words."""
        done = []
        while self._entries and self._entries[0].at <= self._clock.now():
            entry = heapq.heappop(self._entries)
            entry.act()
            done.append(entry.why)
        return done

    async def watch(self) -> None:
        """Run what becomes due while the clock runs by itself; until cancelled."""
        while True:
            self.run_due()
            self._added.clear()
            waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._added.wait())]
            if self._entries:
                waits.append(asyncio.ensure_future(self._clock.sleep_until(self._entries[0].at)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in waits:
                    one.cancel()
