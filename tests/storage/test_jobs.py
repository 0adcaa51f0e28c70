"""Recurring jobs: one replica at a time, again soon after a failure, never lost with a process."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import pytest

import storage
from engine.application.connectors import Retry
from engine.application.jobs import FIRST_PAUSE, LONGEST_PAUSE, Job, Jobs, NotYet
from engine.application.ports import Transaction
from engine.application.upkeep_ports import JobState
from storage import DatabaseStore
from tests.builders import DAY, HOUR, MINUTE, SECOND
from tests.databases import StandingClock

WITHIN = 30 * MINUTE


def claim(tx: Transaction) -> datetime | None:
    """Claim the job of these tests, if it is due."""
    return tx.claim_job("refresh", tx.now(), every=DAY, within=WITHIN)


def end(tx: Transaction, claimed: datetime) -> None:
    """It came to its end."""
    tx.end_job("refresh", claimed, tx.now(), well=True)


def state(tx: Transaction) -> JobState:
    """How it stands."""
    return tx.job_state("refresh")


class Work:
    """A job that can be made to fail, or to take as long as a test likes."""

    def __init__(self, store: DatabaseStore, clock: StandingClock, **more: bool) -> None:
        self.done = 0
        self.trouble: Exception | None = None
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        job = Job(name="refresh", every=DAY, within=WITHIN, do=self._do, **more)
        self.jobs = Jobs(store, clock, (job,))

    async def _do(self) -> None:
        self.done += 1
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def work(store: DatabaseStore, clock: StandingClock) -> Work:
    """The job."""
    return Work(store, clock)


async def test_a_job_is_done_once_a_turn(work: Work, clock: StandingClock) -> None:
    """At once the first time, then when its turn comes round; missed turns collapse into one."""
    first = [await work.jobs.run_due(), await work.jobs.run_due()]
    clock.pass_by(DAY - SECOND / 1000)
    early = await work.jobs.run_due()
    clock.pass_by(SECOND / 1000)
    due = await work.jobs.run_due()
    clock.pass_by(10 * DAY)
    late = [await work.jobs.run_due(), await work.jobs.run_due()]

    assert (first, early, due, late) == ([1, 0], 0, 1, [1, 0])


@pytest.mark.parametrize(
    ("trouble", "traced"),
    [(RuntimeError("no"), True), (NotYet("not yet"), False), (Retry("Slow down."), False)],
)
async def test_only_a_fault_of_ours_is_logged_with_its_trace(
    work: Work, caplog: pytest.LogCaptureFixture, trouble: Exception, traced: bool
) -> None:
    """A Slack that asks to slow down is an ordinary day, in one line with its words."""
    work.trouble = trouble
    with caplog.at_level("INFO", logger="engine.application.jobs"):
        await work.jobs.run_due()

    [said] = caplog.records
    assert bool(said.exc_info) is traced
    assert traced or str(trouble) in said.getMessage()


@pytest.mark.parametrize("trouble", [RuntimeError("no"), NotYet("not yet")])
async def test_a_job_that_fails_is_tried_again_in_minutes_with_growing_pauses(
    work: Work, store: DatabaseStore, clock: StandingClock, trouble: Exception
) -> None:
    """Not a day later; and when it is done well, its turn is the next day's again."""
    work.trouble = trouble
    await work.jobs.run_due()
    tries = []
    for pause in (FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE):
        clock.pass_by(pause - SECOND)
        before = work.done
        await work.jobs.run_due()
        clock.pass_by(SECOND)
        await work.jobs.run_due()
        tries.append((before, work.done))
    failing = await store.write(state)
    work.trouble = None
    clock.pass_by(8 * FIRST_PAUSE)
    await work.jobs.run_due()

    assert tries == [(1, 2), (2, 3), (3, 4)]
    assert (failing.failures, failing.done_at) == (4, None)
    assert await store.write(state) == JobState(clock.now() + DAY, clock.now(), 0)


async def test_a_job_that_may_wait_has_its_first_turn_after_the_first_pause(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """A house that is new has nothing to compare yet."""
    work = Work(store, clock, first_later=True)
    first = await work.jobs.run_due()
    clock.pass_by(DAY)

    assert (first, await work.jobs.run_due()) == (0, 1)


async def test_what_each_process_does_for_itself_is_claimed_by_none(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """What a process keeps in mind it must look up itself; its loop asks when the time has come."""
    works = [Work(store, clock, everywhere=True) for _ in range(2)]

    assert [await work.jobs.look("refresh") for work in works] == [True, True]
    assert [await work.jobs.run_due() for work in works] == [0, 0]
    assert (await store.write(state)) == JobState()


async def test_the_pauses_grow_to_an_hour(work: Work, clock: StandingClock) -> None:
    """However often it fails."""
    work.trouble = RuntimeError("no")
    for _ in range(20):
        await work.jobs.run_due()
        clock.pass_by(LONGEST_PAUSE)

    assert work.done == 20


async def test_the_job_of_a_process_that_died_is_done_by_another_once_its_claim_has_passed(
    store: DatabaseStore, clock: StandingClock, work: Work
) -> None:
    """Not at its next turn only; until then it may still be at work."""
    await store.write(claim)
    clock.pass_by(WITHIN - SECOND)
    early = await work.jobs.run_due()
    clock.pass_by(SECOND)

    assert (early, await work.jobs.run_due()) == (0, 1)


async def test_whoever_took_too_long_does_not_end_the_claim_of_another(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """A third would begin beside the second."""
    slow = await store.write(claim)
    clock.pass_by(WITHIN)
    second = await store.write(claim)
    assert slow is not None
    assert second is not None
    await store.write(end, slow)
    between = await store.write(state)
    await store.write(end, second)

    assert between.done_at is None
    assert (await store.write(state)).done_at == clock.now()


async def test_a_process_that_starts_anew_takes_up_its_jobs_at_once(
    tmp_path: Path, clock: StandingClock
) -> None:
    """SQLite has one process: whoever had a job before is dead."""
    url = f"sqlite+aiosqlite:///{tmp_path}/usher.db"
    async with await storage.open_store(url, clock=clock) as dying:
        await dying.write(claim)
    async with await storage.open_store(url, clock=clock) as opened:
        assert await Work(opened, clock).jobs.run_due() == 1


async def test_a_job_that_is_stopped_is_due_at_once(
    work: Work, store: DatabaseStore, clock: StandingClock
) -> None:
    """Another replica goes on with it."""
    begun = asyncio.Event()

    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    work.meanwhile = forever
    task = asyncio.create_task(work.jobs.run_due())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert (await store.write(state)).done_at is None
    assert await work.jobs.run_due() == 1


async def test_a_job_hurried_while_it_is_being_done_is_done_once_more(
    work: Work, store: DatabaseStore
) -> None:
    """What was heard after it began may have been missed."""
    work.meanwhile = lambda: work.jobs.hurry("refresh")
    await work.jobs.hurry("refresh")
    await work.jobs.settle()

    assert work.done == 2
    assert not await work.jobs.run_due()


async def test_a_job_hurried_by_whoever_died_is_done_by_another(
    work: Work, store: DatabaseStore
) -> None:
    """It is due in the database before anything else happens."""
    await work.jobs.run_due()
    await store.write(lambda tx: tx.hurry_job("refresh", tx.now()))

    assert await work.jobs.run_due() == 1


async def test_a_start_catches_up_unless_another_has_just_done_it(
    work: Work, clock: StandingClock
) -> None:
    """The second replica of several that start does nothing; one that starts later does."""
    await work.jobs.catch_up("refresh", unless_within=5 * MINUTE)
    clock.pass_by(5 * MINUTE - SECOND)
    await work.jobs.catch_up("refresh", unless_within=5 * MINUTE)
    soon = work.done
    clock.pass_by(SECOND)
    await work.jobs.catch_up("refresh", unless_within=5 * MINUTE)

    assert (soon, work.done) == (1, 2)


async def test_a_start_is_told_what_failed_and_the_job_comes_round_again(
    work: Work, clock: StandingClock
) -> None:
    """Whoever starts says so and stops; the next one does not think it done."""
    work.trouble = RuntimeError("no")
    with pytest.raises(RuntimeError):
        await work.jobs.catch_up("refresh", unless_within=HOUR)
    work.trouble = None
    await work.jobs.catch_up("refresh", unless_within=HOUR)

    assert work.done == 2


async def test_a_job_due_is_claimed_by_one_of_two_replicas(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """However often both ask at once."""
    one, other = two_stores
    claims = await asyncio.gather(*(store.write(claim) for store in (one, other) * 5))

    assert sum(each is not None for each in claims) == 1


async def test_what_was_remembered_last_is_known_again(store: DatabaseStore) -> None:
    """By its name; nothing before."""
    before = await store.read(lambda tx: tx.remembered("workspace"))
    for value in ("T1", "T2"):
        await store.write(lambda tx, said=value: tx.remember("workspace", said))

    assert (before, await store.read(lambda tx: tx.remembered("workspace"))) == (None, "T2")
