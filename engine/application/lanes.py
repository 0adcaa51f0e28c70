"""Lanes: where what should be true outside is made true, in order, one thing at a time.

A lane is a conversation, or a connector with its account or target. Whoever leases it has the
right to work on it until the lease ends; the lease's number is a fence, so that a worker who was
frozen past its lease cannot record anything. The work is written down as begun before the request
leaves and settled after the answer; who finds work begun and not settled looks before doing it
again.

Time budget: a call is cut off `CALL_SECONDS` after its lane was leased, and what had left by then
takes effect within `FAR_SIDE` or never; both together are less than the lease. So whoever has the
next lease sees everything that the last one did. Two rules keep it so. Whoever was not running for
a while, a frozen process, must not begin a call late: `refuse_when_late` is asked right before a
request leaves. And after a call that was not answered in time the lane rests for `FAR_SIDE`, even
for its own holder.
"""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
CALL_SECONDS = 30.0
FAR_SIDE = timedelta(seconds=20)
"""How long the far side may take with a request that has left, whether or not anybody waits."""
LANES_AT_ONCE = 16
PACE = timedelta(seconds=1)
"""Slack takes about one post a second in a conversation."""

W = TypeVar("W")
_until: ContextVar[float] = ContextVar("until")
"""The moment, by the loop's clock, at which the present work's time for calls is over."""


def calls_until() -> float:
    """When the time for calls of the work at hand is over, by the loop's clock."""
    return _until.get(asyncio.get_running_loop().time() + CALL_SECONDS)


def refuse_when_late() -> None:
    """Raise `TimeoutError` if the time for calls is over: the lane may be another's by now."""
    if asyncio.get_running_loop().time() >= calls_until():
        raise TimeoutError


class LaneWork(Protocol[W]):
    """What a kind of lane carries: how to take work, and how to do and settle one piece."""

    async def take(self, limit: int) -> Sequence[W]:
        """Lease up to `limit` due lanes and write their first work down as begun."""
        ...

    async def do(self, work: W) -> None:
        """Do it, settle it, give the lane back. Raises nothing that is expected."""
        ...


class LaneWorker(Generic[W]):
    """Works on up to `LANES_AT_ONCE` lanes of one kind at the same time."""

    def __init__(self, name: str, kind: LaneWork[W]) -> None:
        """The name is for the log."""
        self._name = name
        self._kind = kind
        self._running: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        """Whether anything is in flight."""
        return bool(self._running)

    @property
    def in_flight_if_full(self) -> frozenset[asyncio.Task[None]]:
        """What must end before anything else can begin; nothing while there is room."""
        return frozenset(self._running if len(self._running) >= LANES_AT_ONCE else ())

    async def run_once(self) -> int:
        """Start work on what is due, as far as there is room; answers how much was started."""
        room = LANES_AT_ONCE - len(self._running)
        if room <= 0:
            return 0
        until = asyncio.get_running_loop().time() + CALL_SECONDS
        works = await self._kind.take(room)
        for work in works:
            task = asyncio.create_task(self._guarded(work, until), name=f"{self._name} lane")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(works)

    async def wait(self) -> None:
        """Until something in flight is done."""
        if self._running:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def drain(self) -> None:
        """Until nothing is in flight."""
        while self._running:
            await asyncio.wait(self._running)

    async def give_up(self, seconds: float) -> None:
        """End what is in flight, which is looked for again when its lease ends."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    async def _guarded(self, work: W, until: float) -> None:
        _until.set(until)
        try:
            await self._kind.do(work)
        except Exception:  # the lease ends and somebody looks again; the fault must be seen
            log.exception("work on a lane failed", extra={"lanes": self._name})


def holder_name() -> str:
    """A name for this process's leases."""
    return secrets.token_hex(8)
