"""What lies between us and the far side: calls that are slow, cut off, refused, late, or lost.

A call *leaves*, takes *effect* on the far side some time later, or never, and is *answered* some
time after that, or never. The far side may take up to `FAR_SIDE` with what has left, whether or
not anybody still waits; who was killed or frozen meanwhile changes nothing about it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextvars import Context
from random import Random
from typing import Any, TypeVar

from tests.simulator.loop import OWNER, Owner, SimulatedLoop

T = TypeVar("T")
HTTP_TIMEOUT = 10.0
"""As `bot.slack_checks.CALL_TIMEOUT`."""
FAR_SIDE = 19.9
"""Seconds from leaving to effect, at most."""
DYING = 0.8
"""When a lone process dies, what it had sent takes effect within so many seconds, or never."""


class Throttled(Exception):
    """Not done: wait so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class ServerError(Exception):
    """A status of 503, whatever happened."""


class Pending:
    """A call that has left and may still take effect."""

    def __init__(self, what: str, where: str, owner: Owner | None) -> None:
        self.what = what
        self.where = where
        self.owner = owner
        self.timer: asyncio.TimerHandle | None = None
        self.effect: Callable[[], None] = lambda: None


class Network:
    """Every call of every process passes here."""

    def __init__(self, loop: SimulatedLoop, random: Random, trace: Callable[[str], None]) -> None:
        self._loop = loop
        self._random = random
        self._trace = trace
        self._world = Context()
        self._pending: list[Pending] = []
        self.bells: list[Callable[[Owner | None], None]] = []
        """Called with whoever called, when a call has left."""
        self.answered: list[Callable[[Owner | None], None]] = []
        """Called with whoever called, when the answer has come."""
        self.trouble = 0.3
        """The share of calls with which something goes wrong."""
        self.happened: Counter[str] = Counter()
        self.overlaps: list[str] = []
        """Two calls that change the same place under way at once."""

    async def call(self, what: str, where: str | None, effect: Callable[[], T]) -> T:
        """Do it there. `where` names what is changed; None changes nothing."""
        await asyncio.sleep(self._random.random() * 0.05)
        fate = self._fate()
        self.happened[fate] += 1
        self._trace(f"{what} {where or ''} {fate}")
        if fate == "throttled":
            raise Throttled(self._random.choice((1, 3, 10, 30)))
        if fate in ("reset before", "error before"):
            raise _lost(fate)
        answer: asyncio.Future[T] = self._loop.create_future()
        self._leave(what, where, effect, fate, answer)
        for bell in list(self.bells):
            bell(OWNER.get())
        async with asyncio.timeout(HTTP_TIMEOUT):
            return await answer

    def _fate(self) -> str:
        if self._random.random() >= self.trouble:
            return "well"
        return self._random.choice(
            (
                "slow",
                "throttled",
                "reset before",
                "reset after",
                "error before",
                "error after",
                "lost answer",
                "lost answer",
                "late",
                "late",
            )
        )

    def _leave(
        self,
        what: str,
        where: str | None,
        effect: Callable[[], T],
        fate: str,
        answer: "asyncio.Future[T]",
    ) -> None:
        draw = self._random.random()
        delays = {"slow": 1 + 8 * draw, "late": HTTP_TIMEOUT + (FAR_SIDE - HTTP_TIMEOUT) * draw}
        pending = Pending(what, where or "", OWNER.get())
        back = self._random.random() * 0.2

        def happen() -> None:
            if pending in self._pending:
                self._pending.remove(pending)
            self._trace(f"{what} {where or ''} happens")
            try:
                result = effect()
            except Exception as refused:  # noqa: BLE001 - it is the far side's answer
                self._answer(pending, answer, back, fault=refused)
                return
            if fate in ("reset after", "error after"):
                self._answer(pending, answer, back, fault=_lost(fate))
            elif fate not in ("lost answer", "late"):
                self._answer(pending, answer, back, result=result)

        pending.effect = happen
        delay = delays.get(fate, 0.02 + 0.5 * draw)
        pending.timer = self._loop.call_later(delay, happen, context=self._world)
        if where is not None:
            self._refuse_overlap(pending)
            self._pending.append(pending)

    def _answer(
        self,
        pending: Pending,
        answer: "asyncio.Future[Any]",
        delay: float,
        *,
        result: object = None,
        fault: Exception | None = None,
    ) -> None:
        def arrive() -> None:
            if answer.done():
                return
            if fault is not None:
                answer.set_exception(fault)
            else:
                answer.set_result(result)
            for bell in list(self.answered):
                bell(pending.owner)

        self._loop.call_later(delay, arrive, context=self._world)

    def _refuse_overlap(self, fresh: Pending) -> None:
        for other in self._pending:
            if other.where == fresh.where:
                self.overlaps.append(
                    f"at {self._loop.time():.1f} s {fresh.what} and {other.what} at once"
                    f" in {fresh.where}"
                )

    def sender_died(self, owner: Owner) -> None:
        """A lone process is gone, and its connections: what it sent happens soon or never."""
        for pending in [one for one in self._pending if one.owner is owner]:
            assert pending.timer is not None
            pending.timer.cancel()
            if self._random.random() < 0.5:
                self._pending.remove(pending)
            else:
                soon = self._random.random() * DYING
                pending.timer = self._loop.call_later(soon, pending.effect, context=self._world)


def _lost(fate: str) -> Exception:
    return ServerError() if fate.startswith("error") else ConnectionResetError("reset by peer")
