"""A process that works on reviews until nothing is due, or kills itself at a chosen statement.

    python -m tests.faults.reviewing_process URL DAYS DIE_AT

Nothing of Slack: the door, the wakes and the database. It is so many days after the beginning of the
story; `DIE_AT` counts statements and commits, and 0 lives to the end.
"""

import asyncio
import os
import signal
import sys
from itertools import count
from typing import Any

from sqlalchemy import Engine, event

from engine.application import review_steps
from tests.builders import DAY
from tests.reviewing import review_house


def die_at(number: int) -> None:
    """Before the statement or commit with this number, die as by kill -9."""
    counted = count(1)

    def step(*_: Any, **__: Any) -> None:
        if next(counted) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", step)
    event.listen(Engine, "commit", step)


async def run(url: str, days: int, number: int) -> None:
    """Everything that is due at that moment, in steps small enough to have many of them."""
    review_steps.LINES_AT_ONCE = 15
    review_steps.CARDS_AT_ONCE = 3
    review_steps.REMOVALS_AT_ONCE = 2
    async with review_house(url, begins=False) as house:
        house.clock.pass_by(days * DAY)
        if number:
            die_at(number)
        await house.settle()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
