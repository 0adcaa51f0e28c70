"""What a transaction promises: all or nothing, nobody's update lost, finished once begun."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.util import await_only

import storage
from engine.application.clock import SystemClock
from engine.application.ports import Conflict, Reader, Transaction
from engine.domain.ids import PersonId, RequestId
from storage import DatabaseStore
from storage import tables as t
from storage.errors import Again
from storage.transaction import SqlTransaction
from tests.builders import MINUTE, NOW, SECOND, a_person
from tests.databases import StandingClock
from tests.storage import acts


def _conn(tx: Reader) -> Any:
    assert hasattr(tx, "conn")
    return tx.conn


async def test_forty_read_then_write_at_once_lose_no_update(store: DatabaseStore) -> None:
    """Every one of forty concurrent additions counts."""
    await acts.store_request(store, acts.request())

    def add_one(tx: Transaction) -> None:
        tx.lock_request(RequestId("request-0001"))
        found = _conn(tx).execute(select(t.requests.c.wake_errors)).scalar_one()
        _conn(tx).execute(update(t.requests).values(wake_errors=found + 1))

    await asyncio.gather(*(store.write(add_one) for _ in range(40)))

    counted = await store.look(
        lambda reader: reader.conn.execute(select(t.requests.c.wake_errors)).scalar_one()
    )
    assert counted == 40


async def test_an_exception_undoes_everything(store: DatabaseStore) -> None:
    """Nothing of a transaction that failed is there."""

    def fail(tx: Transaction) -> None:
        tx.add_request(acts.request(), None)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.write(fail)

    assert await store.read(lambda tx: tx.request(RequestId("request-0001"))) is None


async def test_a_savepoint_undoes_only_what_was_done_inside(store: DatabaseStore) -> None:
    """Rows, cards, notices and audit of a failed part vanish; the rest stays."""

    def half(tx: Transaction) -> None:
        tx.add_request(acts.request("request-0001"), None)
        tx.show_cards([acts.card("request-0001")], NOW)
        with pytest.raises(RuntimeError):
            fail_inside(tx)

    def fail_inside(tx: Transaction) -> None:
        with tx.savepoint():
            tx.add_request(acts.request("request-0002", package="other"), None)
            tx.show_cards([acts.card("request-0002")], NOW)
            raise RuntimeError

    await store.write(half)

    def there(tx: Reader) -> tuple[list[str], list[str]]:
        rows = _conn(tx).execute(select(t.requests.c.id)).scalars().all()
        subjects = _conn(tx).execute(select(t.messages.c.subject_id)).scalars().all()
        return list(rows), list(subjects)

    assert await store.read(there) == (["request-0001"], ["request-0001"])


async def test_a_conflict_inside_a_savepoint_leaves_the_transaction_usable(
    store: DatabaseStore,
) -> None:
    """On PostgreSQL too: the savepoint takes the failed statement away."""
    await acts.store_request(store, acts.request("request-0001"))

    def twice(tx: Transaction) -> None:
        with pytest.raises(Conflict), tx.savepoint():
            tx.add_request(acts.request("request-0002"), None)
        tx.add_request(acts.request("request-0003", package="other"), None)

    await store.write(twice)

    assert await store.read(lambda tx: tx.request(RequestId("request-0003"))) is not None


async def test_a_cancelled_caller_does_not_cut_the_transaction_short(
    store: DatabaseStore,
) -> None:
    """What was begun is committed, and the store goes on working."""
    writing = asyncio.ensure_future(store.write(lambda tx: tx.add_request(acts.request(), None)))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    await store.write(lambda tx: tx.put_people([a_person("ann")]))
    await store.close()
    assert writing.cancelled()


async def test_closing_waits_for_what_runs(database_url: str, clock: StandingClock) -> None:
    """A commit under way when the store is closed is there afterwards."""
    closing = await storage.open_store(database_url, clock=clock)
    writing = asyncio.ensure_future(closing.write(lambda tx: tx.add_request(acts.request(), None)))
    await asyncio.sleep(0)
    await closing.close()
    await writing

    async with await storage.open_store(database_url, clock=clock) as again:
        found = await again.read(lambda tx: tx.request(RequestId("request-0001")))
        assert found == acts.request()


async def test_a_read_sees_one_moment(store: DatabaseStore) -> None:
    """What is committed during a read is not seen by it."""
    await store.write(lambda tx: tx.put_people([a_person("ann")]))
    loop = asyncio.get_running_loop()
    begun, written = asyncio.Event(), asyncio.Event()

    def look(tx: Reader) -> tuple[bool, bool]:
        before = tx.person(PersonId("ben")) is not None
        if not store.postgres:
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(written.wait(), loop).result(10)
        return before, tx.person(PersonId("ben")) is not None

    if store.postgres:
        begun.set()
    reading = asyncio.ensure_future(store.read(look))
    await begun.wait()
    await store.write(lambda tx: tx.put_people([a_person("ben")]))
    written.set()

    before, after = await reading
    assert before == after


async def test_a_read_cannot_write(store: DatabaseStore) -> None:
    """Neither database lets a read change anything."""

    def sneak(tx: Reader) -> None:
        _conn(tx).execute(insert(t.jobs).values(name="x", wake_at=NOW))

    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await store.read(sneak)


async def test_a_naive_moment_is_refused(store: DatabaseStore) -> None:
    """No moment without a time zone reaches the database."""
    naive = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001

    with pytest.raises((ValueError, StatementError), match="without a time zone"):
        await store.write(lambda tx: tx.add_request(acts.request(), naive))


async def test_foreign_keys_are_enforced(store: DatabaseStore) -> None:
    """An assignment of a request that does not exist is refused."""
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: tx.add_assignment(acts.assignment(), None))


async def test_an_error_of_the_database_does_not_tell_what_was_written(
    store: DatabaseStore,
) -> None:
    """It ends up in logs; justifications and reasons never do."""
    secret = acts.request(justification="my salary is wrong")
    await acts.store_request(store, secret)

    with pytest.raises(Conflict) as taken:
        await acts.store_request(store, secret)
    assert "salary" not in f"{taken.value} {taken.value.__cause__}"


async def test_now_is_cut_to_the_millisecond_and_stands_still(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """What is stored is what was decided with."""
    clock.pass_by(SECOND / 1_000_000 * 1234)

    def moments(tx: Transaction) -> tuple[datetime, datetime]:
        first = tx.now()
        clock.pass_by(MINUTE)
        return first, tx.now()

    first, second = await store.write(moments)

    assert first == second == NOW + SECOND / 1000


async def test_the_database_tells_the_time_when_the_clock_cannot_be_moved(
    postgres_url: str,
) -> None:
    """Replicas on PostgreSQL need not agree about the time."""

    class WrongClock(SystemClock):
        def now(self) -> datetime:
            return NOW

    async with await storage.open_store(postgres_url, clock=WrongClock()) as opened:
        moment = await opened.write(lambda tx: tx.now())

    assert abs(moment - SystemClock().now()) < MINUTE


async def test_a_lost_connection_is_tried_again(postgres_url: str, clock: StandingClock) -> None:
    """The function runs again on a fresh connection and the caller notices nothing."""
    runs: list[int] = []

    def cut_once(tx: Transaction) -> None:
        runs.append(1)
        tx.add_request(acts.request(), None)
        if len(runs) == 1:
            _conn(tx).execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async with await storage.open_store(postgres_url, clock=clock) as opened:
        await opened.write(cut_once)
        found = await opened.read(lambda tx: tx.request(RequestId("request-0001")))

    assert len(runs) == 2
    assert found == acts.request()


async def test_a_connection_lost_three_times_is_a_database_away(
    postgres_url: str, clock: StandingClock
) -> None:
    """The third time is the last, and the fault is said in a sentence."""
    runs: list[int] = []

    def cut(tx: Transaction) -> None:
        runs.append(1)
        _conn(tx).execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async with await storage.open_store(postgres_url, clock=clock) as opened:
        with pytest.raises(storage.DatabaseUnavailable, match="The database is away"):
            await opened.write(cut)

    assert len(runs) == 3


@pytest.mark.parametrize("aside", [True, False])
async def test_two_that_wait_for_each_other_both_succeed(
    two_stores: tuple[DatabaseStore, DatabaseStore], aside: bool
) -> None:
    """PostgreSQL ends one of them, and it is tried again: who puts faulty rows aside sees nothing."""
    one, other = two_stores
    await acts.store_request(one, acts.request("request-0001"))
    await acts.store_request(one, acts.request("request-0002", package="other"))
    locked = {"request-0001": asyncio.Event(), "request-0002": asyncio.Event()}
    runs: list[str] = []
    put_aside: list[Exception] = []

    def lock(tx: Transaction, first: str, second: str) -> None:
        runs.append(first)
        tx.lock_request(RequestId(first))
        locked[first].set()
        await_only(locked[second].wait())
        if not aside:
            tx.lock_request(RequestId(second))
            return
        try:
            with tx.savepoint():
                tx.lock_request(RequestId(second))
        except Exception as fault:  # noqa: BLE001 - as those do who look at many
            put_aside.append(fault)

    await asyncio.gather(
        one.write(lock, "request-0001", "request-0002"),
        other.write(lock, "request-0002", "request-0001"),
    )

    assert len(runs) == 3
    assert not put_aside


async def test_who_is_overtaken_each_time_is_in_conflict(store: DatabaseStore) -> None:
    """Whoever sent the command may send it again; a worker looks later."""
    runs: list[int] = []

    def overtaken(_tx: Transaction) -> None:
        runs.append(1)
        raise Again

    with pytest.raises(Conflict):
        await store.write(overtaken)

    assert len(runs) == 3


async def test_a_commit_that_makes_something_due_wakes_the_waiting(store: DatabaseStore) -> None:
    """The workers of this process look at once; no poll is needed."""
    waiting = asyncio.ensure_future(store.wait_for_change(1.0))
    await asyncio.sleep(0)
    await acts.store_request(store, acts.request(), NOW)

    await asyncio.wait_for(waiting, 5)


async def test_a_change_before_the_wait_is_not_missed(store: DatabaseStore) -> None:
    """Between a look and a wait nothing falls through."""
    await acts.store_request(store, acts.request(), NOW)

    await asyncio.wait_for(store.wait_for_change(1.0), 5)


async def test_a_commit_that_makes_nothing_due_lets_sleep(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Only the clock ends that wait."""
    waiting = asyncio.ensure_future(store.wait_for_change(1.0))
    await acts.store_request(store, acts.request(), NOW + MINUTE)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()
    clock.pass_by(SECOND)

    await asyncio.wait_for(waiting, 5)


def test_a_transaction_is_the_whole_port() -> None:
    """Nothing of the port is missing, as mypy sees."""
    port: type[Transaction] = SqlTransaction

    assert port is SqlTransaction
