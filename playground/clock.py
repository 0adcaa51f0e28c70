"""The playground's clock: the only module here that reads real time.

Theory. The workspace has one time of its own: real time plus an offset while the clock runs, a
fixed moment while it is stopped. Moving it is allowed in both states. Everything that happens
*inside* the workspace (message timestamps, triggers, rate limits, event retries) is measured on
it, so a test that moves two days ahead needs no waiting. Whoever shares the clock asks `now()`
and may wait for a jump.

What is measured in real time even so, because it is about the wires and not about the workspace:
the signature timestamp of a delivery (the app compares it with its own machine's clock) and how
long we wait for an answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Listener = Callable[[datetime], None]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_of(moment: datetime) -> float:
    """Seconds since 1970 of an aware moment."""
    return moment.timestamp()


def moment_of(epoch: float) -> datetime:
    """The aware UTC moment that many seconds after 1970."""
    return EPOCH + timedelta(seconds=epoch)


def real_epoch() -> float:
    """Seconds since 1970 on this machine's clock, for signatures and one-use tickets."""
    return time.time()


def stopwatch() -> float:
    """Seconds on a clock that never jumps, for measuring how long an exchange took."""
    return time.perf_counter()


class Clock:
    """A clock that runs, stands still and jumps. All moments are aware UTC datetimes."""

    def __init__(self, at: datetime | None = None, *, running: bool = True) -> None:
        """Start at the given aware moment (default: real time), running or stopped."""
        self._offset = timedelta()
        self._stopped_at: datetime | None = None
        self._listeners: list[Listener] = []
        self._jumped: asyncio.Event | None = None
        if at is not None:
            self._offset = _aware(at) - _real_now()
        if not running:
            self._stopped_at = _aware(at) if at is not None else _real_now()

    @property
    def running(self) -> bool:
        """Whether time passes by itself."""
        return self._stopped_at is None

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of real time at this instant."""
        return self.now() - _real_now()

    def now(self) -> datetime:
        """This clock's moment, aware UTC."""
        return _real_now() + self._offset if self._stopped_at is None else self._stopped_at

    def epoch(self) -> float:
        """This clock's moment in seconds since 1970."""
        return epoch_of(self.now())

    def stop(self) -> None:
        """Stand still at the present moment."""
        if self._stopped_at is None:
            self._stopped_at = self.now()
            self._tell()

    def run(self) -> None:
        """Run on from where the clock stands."""
        if self._stopped_at is not None:
            self._offset = self._stopped_at - _real_now()
            self._stopped_at = None
            self._tell()

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment, forward or back; running or stopped as before."""
        if self._stopped_at is None:
            self._offset = _aware(moment) - _real_now()
        else:
            self._stopped_at = _aware(moment)
        self._tell()

    def move(self, delta: timedelta) -> None:
        """Jump by a duration, negative for the past."""
        self.set(self.now() + delta)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener with the new moment at each jump, stop and run; returns the way out."""
        self._listeners.append(listener)

        def leave() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return leave

    async def changed(self) -> None:
        """Wait for the next jump, stop or run."""
        if self._jumped is None:
            self._jumped = asyncio.Event()
        await self._jumped.wait()

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until this clock shows the moment, by itself or by being moved."""
        while (left := (moment - self.now()).total_seconds()) > 0:
            if not self.running:
                await self.changed()
                continue
            try:
                await asyncio.wait_for(self.changed(), timeout=left)
            except TimeoutError:
                continue

    def _tell(self) -> None:
        now = self.now()
        jumped, self._jumped = self._jumped, None
        if jumped is not None:
            jumped.set()
        for listener in tuple(self._listeners):
            listener(now)


def _real_now() -> datetime:
    return datetime.now(UTC)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment.isoformat()}")
    return moment.astimezone(UTC)
