"""An event loop that owns time and chance: what is ready runs in an order drawn from the seed.

Nothing here waits: when nothing is ready, time jumps to the next timer. Every callback belongs to
an *owner*, a simulated process or, with none, the world around them. A killed owner's callbacks
are dropped wherever they are, as `kill -9` would: nothing of it runs any more, no `finally`
either. A frozen owner's are kept until it thaws; then its timers that ran out come first, as in
asyncio's own loop, and the rest in any order.
"""

import asyncio
import heapq
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from itertools import count
from random import Random
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Owner:
    """One life of a simulated process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.frozen = False
        self.kept: list[tuple[Owner | None, asyncio.Handle]] = []
        """What became ready while it was frozen."""
        self.context = copy_context()
        self.context.run(OWNER.set, self)

    @property
    def runs(self) -> bool:
        """Neither killed nor frozen."""
        return not (self.dead or self.frozen)


OWNER: ContextVar[Owner | None] = ContextVar("owner", default=None)


class Stuck(Exception):
    """Nothing is ready and no timer is left, or there is no end of it."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """Virtual time; callbacks in a random order."""

    _running = False

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self._now = 0.0
        self._numbers = count()
        self._now_ready: list[tuple[Owner | None, asyncio.Handle]] = []
        self._timers: list[tuple[float, int, Owner | None, asyncio.TimerHandle]] = []
        self._tasks: list[asyncio.Task[Any]] = []
        self.steps = 0
        self.faults: list[str] = []
        """What nobody caught."""

    # Time and chance

    def time(self) -> float:
        return self._now

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        context = copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, context)
        self._now_ready.append((context.get(OWNER), handle))
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        context = copy_context() if context is None else context
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), context.get(OWNER), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled timer is passed over when its time comes."""

    # Running

    def run(self, main: Coroutine[Any, Any, T], *, most_steps: int) -> T:
        """Run until `main` is done; raises `Stuck` after so many callbacks."""
        asyncio.events._set_running_loop(self)
        self._running = True
        try:
            task = self.create_task(main)
            while not task.done():
                self._step()
                if self.steps > most_steps:
                    raise Stuck(f"no end after {most_steps} steps, at {self._now:.0f} s")
            return task.result()
        finally:
            self._close_what_is_left()
            self._running = False
            asyncio.events._set_running_loop(None)

    def _close_what_is_left(self) -> None:
        """The dead and those who wait for nothing: closed here, so that none is closed later."""
        for left in self._tasks:
            if not left.done():
                left._log_destroy_pending = False  # type: ignore[attr-defined]
                coroutine = left.get_coro()
                assert coroutine is not None
                coroutine.close()

    def thaw(self, owner: Owner) -> None:
        """Let a frozen owner go on: its timers first, one after another, then the rest."""
        owner.frozen = False
        timers = [one for one in owner.kept if isinstance(one[1], asyncio.TimerHandle)]
        others = [one for one in owner.kept if not isinstance(one[1], asyncio.TimerHandle)]
        owner.kept = []
        for _, handle in timers:
            if not handle.cancelled():
                handle._run()
        self._now_ready += others

    def _step(self) -> None:
        if not self._now_ready:
            self._jump()
        place = self._random.randrange(len(self._now_ready))
        self._now_ready[place], self._now_ready[-1] = self._now_ready[-1], self._now_ready[place]
        owner, handle = self._now_ready.pop()
        if handle.cancelled() or (owner is not None and owner.dead):
            return
        if owner is not None and owner.frozen:
            owner.kept.append((owner, handle))
            return
        self.steps += 1
        handle._run()

    def _jump(self) -> None:
        """Go to the next moment at which something happens."""
        while self._timers and not self._now_ready:
            self._now = max(self._now, self._timers[0][0])
            while self._timers and self._timers[0][0] <= self._now:
                _, _, owner, handle = heapq.heappop(self._timers)
                if not handle.cancelled() and not (owner is not None and owner.dead):
                    self._now_ready.append((owner, handle))
        if not self._now_ready:
            raise Stuck(f"nothing will ever happen again, at {self._now:.0f} s")

    # What asyncio asks of a loop

    def create_task(
        self, coro: Generator[Any, None, T] | Coroutine[Any, Any, T], **options: Any
    ) -> "asyncio.Task[T]":
        task = asyncio.Task(coro, loop=self, **options)
        self._tasks.append(task)
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return self._running

    def is_closed(self) -> bool:
        """Closing has nothing to do."""
        return not self._running

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        fault = context.get("exception")
        self.faults.append(f"{context.get('message')}: {fault!r}")
