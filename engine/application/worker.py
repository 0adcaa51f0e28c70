"""The loops that make things happen by themselves, in every replica, without a leader.

Each loop looks at what is due, works on it, and sleeps until the next thing is due, a commit of
this process made something due, or a second has passed. In tests nothing loops: `settle` works
until nothing is due at the present moment.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from engine.application.jobs import Jobs
from engine.application.lane_ports import HoldingWork, MessageWork
from engine.application.lanes import LaneWorker
from engine.application.last_uses import UseWork
from engine.application.ports import Clock, Store
from engine.application.wakes import Wakes

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
"""A replica that missed a wake of another one looks again after this long."""
AFTER_FAULT_SECONDS = 2.0
BRAKED_LOOKS_EVERY = timedelta(minutes=5)
"""What the brake holds back is due all the time; nobody waits for it moment by moment."""
FULL_SECONDS = 0.25
"""Without room for what is due: so long at most until the next look at everything else."""
GIVE_UP_SECONDS = 1.0
"""For what is in flight to notice that it is not waited for any longer."""
ROUNDS = 10_000
"""A bound on `settle`: so many rounds without coming to rest are a fault."""


class Worker:
    """Wakes, conversations, deliveries and recurring jobs of one process."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        wakes: Wakes,
        messages: LaneWorker[MessageWork],
        deliveries: LaneWorker[HoldingWork],
        last_uses: LaneWorker[UseWork] | None = None,
        jobs: Jobs,
    ) -> None:
        """Nothing runs before `run` or `settle`."""
        self._store = store
        self._clock = clock
        self._wakes = wakes
        asking = (last_uses,) if last_uses is not None else ()
        self._lanes = (messages, deliveries, *asking)
        self._jobs = jobs
        self._loops: list[asyncio.Task[None]] = []
        self._stopping = False

    def start(self) -> None:
        """Start the loops."""
        self._loops = [
            asyncio.create_task(self._loop(), name="usher worker"),
            asyncio.create_task(self._jobs.run(), name="usher jobs"),
        ]

    async def stop(self, seconds: float) -> None:
        """Take nothing new and let what is in flight finish, for so long at most.

        What does not finish is found by its lease.
        """
        self._stopping = True
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, self._jobs.stop(), return_exceptions=True)
        try:
            async with asyncio.timeout(seconds):
                for lanes in self._lanes:
                    await lanes.drain()
        except TimeoutError:
            log.warning("stopped with work in flight; it is taken up when its lease ends")
            for lanes in self._lanes:
                await lanes.give_up(GIVE_UP_SECONDS)

    async def next_at(self) -> datetime | None:
        """The next moment at which something will happen by itself."""
        next_at = await self._store.next_wake_at()
        if next_at is not None and self._wakes.braked:
            return max(next_at, self._clock.now() + BRAKED_LOOKS_EVERY)
        return next_at

    async def due(self) -> bool:
        """Whether anything is due now that the brake does not hold back."""
        next_at = await self.next_at()
        return next_at is not None and next_at <= self._clock.now()

    async def settle(self) -> None:
        """Work until nothing is due at the present moment and nothing is in flight."""
        for _ in range(ROUNDS):
            # Asked first: what is in flight now may make something due while we look.
            busy = any(lanes.busy for lanes in self._lanes)
            next_at = await self._store.next_wake_at()
            due = next_at is not None and next_at <= self._clock.now()
            if due and await self.run_once():
                continue
            if busy:
                await asyncio.gather(*(lanes.wait() for lanes in self._lanes))
            elif not due or self._wakes.braked:
                return
            else:
                await asyncio.sleep(0)
        raise RuntimeError("the workers do not come to rest")

    async def run_once(self) -> int:
        """One look at everything; answers how much was begun.

        What fails does not keep the others from their turn; it is raised after them.
        """
        begun = 0
        failed: list[Exception] = []
        for turn in (self._wakes, *self._lanes):
            try:
                begun += await turn.run_once()
            except Exception as fault:  # noqa: BLE001 - raised below
                failed.append(fault)
        if failed:
            raise ExceptionGroup("not everything that is due could be looked at", failed)
        return begun

    async def _loop(self) -> None:
        while not self._stopping:
            try:
                if not await self.run_once():
                    await self._rest()
            except Exception:  # a database that is away comes back; until then say so and wait
                log.exception("the worker could not look at what is due")
                await self._clock.sleep(AFTER_FAULT_SECONDS)

    async def _rest(self) -> None:
        next_at = await self._store.next_wake_at()
        pause = timedelta(seconds=IDLE_SECONDS)
        if next_at is not None and not self._wakes.braked:
            pause = min(pause, next_at - self._clock.now())
        full = frozenset[asyncio.Task[None]]().union(
            *(each.in_flight_if_full for each in self._lanes)
        )
        if pause > timedelta():
            await self._store.wait_for_change(pause.total_seconds())
        elif full:
            await asyncio.wait(full, timeout=FULL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        else:  # another replica has it in hand
            await asyncio.sleep(0.01)
