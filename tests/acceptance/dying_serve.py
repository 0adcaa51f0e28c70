"""`usher serve` that kills itself with SIGKILL at its n-th step after it was armed.

A step is a callback given to the event loop: every await that suspends gives one, so between any
two awaits there is a number at which the process dies. It is armed by SIGUSR1; the number comes
from the environment.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextvars import Context
from typing import Any

from bot import main, settings

DIE_AT = int(os.environ["USHER_TEST_DIE_AT"])


class DyingLoop(asyncio.SelectorEventLoop):
    """Counts its steps once armed, and dies at the chosen one."""

    armed = False
    steps = 0

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """One more step."""
        if self.armed:
            self.steps += 1
            if self.steps == DIE_AT:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().call_soon(callback, *args, context=context)


def run() -> int:
    """Serve until killed, by ourselves or by the test."""
    loop = DyingLoop()
    asyncio.set_event_loop(loop)

    def arm() -> None:
        loop.armed = True

    loop.add_signal_handler(signal.SIGUSR1, arm)
    return loop.run_until_complete(main.serve(settings.load(os.environ, dotenv=None)))


if __name__ == "__main__":
    sys.exit(run())
