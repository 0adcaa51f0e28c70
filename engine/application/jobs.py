"""Recurring work: mirroring the directory, sealing the audit, looking after whoever has left.

A job is a row that becomes due again; whichever replica claims the row does the work, and no other
beside it. A claim ends by itself, so that the job of a process that died is taken up by another. A
job that fails is due again in minutes, with growing pauses, and never later than its next turn.
Missing a turn does no harm, doing one twice neither.

A job may also be hurried, by what happens outside: that it is due is remembered before anything
else, so whatever then becomes of this process, it will be done.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.application.connectors import Retry
from engine.application.ports import Clock, Reader, Store, Transaction
from engine.application.upkeep_ports import JobState

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 5.0
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something done every so often by one of the replicas."""

    name: str
    every: timedelta
    do: Callable[[], Awaitable[object]]
    within: timedelta = timedelta(minutes=5)
    """If it has not ended by then, whoever did it has died, and another may begin."""
    first_later: bool = False
    """Whether a house that is new has its first turn only after `every`."""
    everywhere: bool = False
    """Done by each process for itself, not by one for all."""


class NotYet(Exception):
    """What a job raises that did not come to its end and is to be tried again: no fault."""


class Jobs:
    """The recurring jobs of a process."""

    def __init__(self, store: Store, clock: Clock, jobs: tuple[Job, ...]) -> None:
        """Nothing runs before it is asked for."""
        self._store = store
        self._clock = clock
        self._jobs = {job.name: job for job in jobs}
        self._hurried: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look for due jobs until cancelled; a long one keeps none of the others waiting."""
        async with asyncio.TaskGroup() as group:
            for name in self._jobs:
                group.create_task(self._repeat(name), name=f"usher job {name}")

    async def run_due(self) -> int:
        """Do what is due and ours; answers how many that were."""
        shared = [name for name, job in self._jobs.items() if not job.everywhere]
        return sum([await self.look(name) for name in shared])

    async def look(self, name: str) -> bool:
        """Do this job if it is due and ours; failing is logged and remembered."""
        try:
            return await self._done(self._jobs[name], anyway=False)
        except NotYet as why:
            log.info("a recurring job is tried again: %s", why, extra={"job": name})
        except Retry as why:  # the far side's trouble, and no fault of ours to be traced
            log.warning("a recurring job is tried again: %s", why, extra={"job": name})
        except Exception:  # one failing job must not stop the others; it is due again soon
            log.exception("a recurring job failed", extra={"job": name})
        return False

    async def catch_up(self, name: str, *, unless_within: timedelta) -> None:
        """Do this job now, unless it was done well so short a time ago. Raises what it raises."""
        state = await self._store.read(_state, name)
        if state.done_at is None or state.done_at <= self._clock.now() - unless_within:
            await self._done(self._jobs[name], anyway=True)

    async def hurry(self, name: str) -> None:
        """Have it done now, here or, should we die, elsewhere; returns once that is certain."""
        await self._store.write(_hurry, name)
        task = asyncio.create_task(self._at_once(name), name=f"usher job {name}, hurried")
        self._hurried.add(task)
        task.add_done_callback(self._hurried.discard)

    @property
    def idle(self) -> bool:
        """Whether nothing that was hurried is still being done here."""
        return not self._hurried

    async def settle(self) -> None:
        """Until everything hurried is done."""
        while self._hurried:
            await asyncio.wait(self._hurried)

    async def stop(self) -> None:
        """Leave what was hurried to whoever looks next."""
        for task in self._hurried:
            task.cancel()
        await asyncio.gather(*self._hurried, return_exceptions=True)

    async def _repeat(self, name: str) -> None:
        job = self._jobs[name]
        pause = job.every.total_seconds() if job.everywhere else LOOK_EVERY_SECONDS
        while True:
            await self._clock.sleep(pause)
            await self.look(name)

    async def _at_once(self, name: str) -> None:
        """Until it is not due any more: what hurried it meanwhile found it being done."""
        while await self.look(name):
            pass

    async def _done(self, job: Job, *, anyway: bool) -> bool:
        if job.everywhere:
            await job.do()
            return True
        claim = await self._store.write(_claim, job, anyway)
        if claim is None:
            return False
        try:
            await job.do()
        except asyncio.CancelledError:  # we are being stopped
            await self._store.write(_put_back, job, claim)
            raise
        except Exception:
            await self._store.write(_failed, job, claim)
            raise
        await self._store.write(_done_well, job, claim)
        return True


def _claim(tx: Transaction, job: Job, anyway: bool) -> datetime | None:
    if job.first_later and not anyway and tx.job_state(job.name).due_at is None:
        tx.hurry_job(job.name, tx.now() + job.every)
    return tx.claim_job(job.name, tx.now(), every=job.every, within=job.within, anyway=anyway)


def _done_well(tx: Transaction, job: Job, claim: datetime) -> None:
    tx.end_job(job.name, claim, tx.now(), well=True)


def _failed(tx: Transaction, job: Job, claim: datetime) -> None:
    failures = tx.job_state(job.name).failures + 1
    pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    again_at = tx.now() + pause
    tx.end_job(job.name, claim, tx.now(), well=False, failures=failures, again_at=again_at)


def _put_back(tx: Transaction, job: Job, claim: datetime) -> None:
    failures = tx.job_state(job.name).failures
    tx.end_job(job.name, claim, tx.now(), well=False, failures=failures, again_at=tx.now())


def _hurry(tx: Transaction, name: str) -> None:
    tx.hurry_job(name, tx.now())


def _state(tx: Reader, name: str) -> JobState:
    return tx.job_state(name)
