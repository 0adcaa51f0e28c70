"""`usher serve` in which what is begun never ends: a press, an answer, a message on its way.

With `USHER_HEEDLESS` one thing does not even heed being given up.
"""

import asyncio
import os
import sys
from typing import Never

from bot import cli, listeners
from bot.listeners import home
from engine.application.messages import Messages


async def never(*_: object) -> Never:
    """Neither done nor failed."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets the event")


async def heedless(*_: object) -> Never:
    """The same, whoever wants to cancel it."""
    while True:
        try:
            await never()
        except asyncio.CancelledError:
            continue


def hang() -> None:
    """Break what the process is told to do next."""
    listeners.COMMANDS[""] = never
    home._tab = heedless if os.environ.pop("USHER_HEEDLESS", "") else never
    Messages.do = never


if __name__ == "__main__":
    hang()
    sys.exit(cli.main())
