"""Recurring work: mirroring the directory, sealing the audit, forgetting what is old.

A job is a row that becomes due again; whichever replica claims the row does the work. Missing a
turn does no harm, doing one twice neither.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from engine.application.ports import Clock, Store, Transaction

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something done every so often by one of the replicas."""

    name: str
    every: timedelta
    do: Callable[[], Awaitable[object]]


class Jobs:
    """The recurring jobs of a process."""

    def __init__(self, store: Store, clock: Clock, jobs: tuple[Job, ...]) -> None:
        """Nothing runs before `run` or `run_due`."""
        self._store = store
        self._clock = clock
        self._jobs = jobs

    async def run(self) -> None:
        """Look for due jobs until cancelled."""
        while True:
            await self._clock.sleep(LOOK_EVERY_SECONDS)
            await self.run_due()

    async def run_due(self) -> int:
        """Do what is due and ours; a job that fails is logged and comes round again."""
        done = 0
        for job in self._jobs:
            try:
                if await self._store.write(_claim, job.name, job.every):
                    await job.do()
                    done += 1
            except asyncio.CancelledError:
                raise
            except Exception:  # one failing job must not stop the others; it is due again later
                log.exception("a recurring job failed", extra={"job": job.name})
        return done


def _claim(tx: Transaction, name: str, every: timedelta) -> bool:
    return tx.claim_job(name, every, tx.now())
