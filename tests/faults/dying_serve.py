"""`usher serve` that kills itself with SIGKILL at a chosen step, or counts its steps.

A step is a callback given to the event loop: every await that waits is one, so between any two
awaits there is a step at which the process dies. Steps count from SIGUSR1 on. `USHER_DIE_AT` is the
step; with `USHER_COUNT_INTO` the count is written into that file at the end instead.

`USHER_LEASE` shortens leases, and with them the time for calls, to so many seconds: a test that
waits for a killed process's leases to end need not wait a minute.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextvars import Context
from datetime import timedelta
from pathlib import Path
from typing import TypeVarTuple

from bot import main, settings
from engine.application import deliveries, lanes, messages

Ts = TypeVarTuple("Ts")


class CountingLoop(asyncio.SelectorEventLoop):
    """Counts its steps once armed, and dies at the chosen one."""

    armed = False
    steps = 0
    die_at = 0

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """One more step."""
        if self.armed:
            self.steps += 1
            if self.steps == self.die_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().call_soon(callback, *args, context=context)


def shorten_leases(seconds: float) -> None:
    """Everything of a lease in the same proportions."""
    share = seconds / lanes.LEASE.total_seconds()
    lanes.CALL_SECONDS *= share
    for module in (messages, deliveries):
        vars(module).update(LEASE=timedelta(seconds=seconds), FAR_SIDE=lanes.FAR_SIDE * share)


def run() -> int:
    """Serve until killed, by ourselves or by the test."""
    environment = dict(os.environ)
    loop = CountingLoop()
    loop.die_at = int(environment.pop("USHER_DIE_AT", "0"))
    if lease := environment.pop("USHER_LEASE", None):
        shorten_leases(float(lease))
    count_into = environment.pop("USHER_COUNT_INTO", None)
    asyncio.set_event_loop(loop)

    def arm() -> None:
        loop.armed = True

    loop.add_signal_handler(signal.SIGUSR1, arm)
    answer = loop.run_until_complete(main.serve(settings.load(environment, dotenv=None)))
    if count_into is not None:
        Path(count_into).write_text(str(loop.steps))
    return answer


if __name__ == "__main__":
    sys.exit(run())
