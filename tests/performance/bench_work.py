"""What a person waits for: asking, deciding, being granted; and the same by the bare driver."""

import asyncio
import statistics
from collections.abc import Sequence
from datetime import timedelta

from engine.domain.ids import RequestId
from storage import StoreQueries
from storage.transaction import SqlTransaction
from tests.databases import StandingClock
from tests.performance import raw
from tests.performance.bench_bolt import seconds_of_an_empty_request
from tests.performance.bench_house import (
    BenchHouse,
    counted,
    open_bench,
    package_id,
    person_id,
    reopen_bench,
)
from tests.performance.databases import Databases, file_of, migrated
from tests.performance.filling import fill
from tests.performance.rows import Row, Say, Spent, Stopwatch, median, percentile

PEER_MS = {"SQLite": 84.0, "PostgreSQL": 66.0}
"""The fastest open rival on a machine of the same kind: create, approve and grant."""
PEER_STATEMENTS = 55
PEER_EXPIRY_MS = 11.3
PEER_SEARCH_MS = 21.3
WARM = 15
TOGETHER = 10
"""Measured at a time: processor time is counted in hundredths of a second elsewhere."""


async def whole_story(databases: Databases, say: Say, *, times: int) -> None:
    """Create, approve and grant: milliseconds and statements."""
    house = await open_bench(await migrated(databases), people=2_000, packages=50)
    async with house.store:
        await _stories(house, range(WARM))
        with counted() as statements:
            spent = []
            for number in range(WARM, WARM + times, TOGETHER):
                with databases.watch() as watch:
                    await _stories(house, range(number, number + TOGETHER))
                spent.append(watch.spent.per(TOGETHER))
        sent = statements.count / len(spent) / TOGETHER
    each = median(spent)
    peer = PEER_MS[databases.name]
    say(
        Row(
            work="create, approve and grant, ms of processor",
            database=databases.name,
            ours=str(each),
            against=f"best open peer: {peer:.0f} ms",
            ratio=each.cpu * 1e3,
            demanded=16,
        )
    )
    say(
        Row(
            work="statements for it, without BEGIN and COMMIT",
            database=databases.name,
            ours=f"{sent:.1f}",
            against=f"best open peer: {PEER_STATEMENTS}",
            ratio=sent,
            demanded=20,
        )
    )


async def _stories(house: BenchHouse, numbers: Sequence[int] | range) -> None:
    for number in numbers:
        await house.approve(await house.submit(person_id(number), package_id(0)))
        await house.grant()


async def decisions(databases: Databases, say: Say, *, times: int) -> None:
    """A decision against the same statements by the bare driver, one by one and eight at once."""
    url = await migrated(databases)
    house = await open_bench(url, people=2_000, packages=4)
    async with house.store:
        asked = [await house.submit(person_id(n), package_id(0)) for n in range(WARM + 2 * times)]
    before = await databases.copy(url)
    crowded = await databases.copy(url)
    house = await reopen_bench(url)
    async with house.store:
        for request_id in asked[:WARM]:
            await house.approve(request_id)
        ours, waits, sent = await _one_by_one(databases, house, asked[WARM : WARM + times])
    if databases.server is None:
        await _against_sqlite(databases, say, before, ours, waits, sent)
        return
    plain = await raw.with_asyncpg(databases.plain(before), sent, watch=databases.watch())
    empty = await seconds_of_an_empty_request()
    say(_decision(databases, "asyncpg", ours, plain, times, empty))
    await _eight_at_once(databases, say, crowded, asked[WARM:], times)


async def _one_by_one(
    databases: Databases, house: BenchHouse, asked: list[RequestId]
) -> tuple[Spent, list[float], list[list[raw.Sent]]]:
    waits: list[float] = []
    sent: list[list[raw.Sent]] = []
    with counted() as statements, databases.watch() as whole:
        for request_id in asked:
            statements.sent = []
            with Stopwatch() as one:
                await house.approve(request_id)
            waits.append(one.spent.wall)
            sent.append(statements.sent)
    return whole.spent, waits, sent


async def _against_sqlite(
    databases: Databases,
    say: Say,
    before: str,
    ours: Spent,
    waits: list[float],
    sent: list[list[raw.Sent]],
) -> None:
    again = await databases.copy(before)
    plain = await asyncio.to_thread(raw.with_sqlite3, file_of(before), sent)
    awaited = await raw.with_aiosqlite(file_of(again), sent)
    times = len(sent)
    empty = await seconds_of_an_empty_request()
    say(_decision(databases, "aiosqlite", ours, awaited, times, empty))
    say(
        Row(
            work="decisions per second of processor",
            database=databases.name,
            ours=f"{times / ours.cpu:.0f}/s; wall p99 {percentile(waits, 0.99) * 1e3:.1f} ms",
            against=f"the same statements, sqlite3: {times / plain.cpu:.0f}/s",
            ratio=plain.cpu / ours.cpu,
            demanded=0.30,
            at_least=True,
        )
    )


def _decision(
    databases: Databases, driver: str, ours: Spent, plain: Spent, times: int, empty: float
) -> Row:
    both = plain.cpu / times + empty
    return Row(
        work="approve, committed (processor)",
        database=databases.name,
        ours=str(ours.per(times)),
        against=f"{driver} and an empty Bolt request: {both * 1e3:.2f} ms processor",
        ratio=ours.cpu / times / both,
        demanded=3,
    )


async def _eight_at_once(
    databases: Databases, say: Say, url: str, asked: list[RequestId], times: int
) -> None:
    before = await databases.copy(url)
    house = await reopen_bench(url)
    waiting = list(reversed(asked[times:]))

    async def work() -> None:
        while waiting:
            await house.approve(waiting.pop())

    async with house.store:
        for request_id in asked[:times]:
            await house.approve(request_id)
        with databases.watch() as watch:
            await asyncio.gather(*(work() for _ in range(8)))
    recorder = await reopen_bench(await databases.copy(before))
    async with recorder.store:
        _, _, sent = await _one_by_one(databases, recorder, asked[times:])
    plain = await raw.with_asyncpg(
        databases.plain(before), sent, at_once=8, watch=databases.watch()
    )
    say(
        Row(
            work="decisions per second of processor, eight at once",
            database=databases.name,
            ours=f"{times / watch.spent.cpu:.0f}/s",
            against=f"the same statements, asyncpg: {times / plain.cpu:.0f}/s",
            ratio=plain.cpu / watch.spent.cpu,
            demanded=0.50,
            at_least=True,
        )
    )


async def audit(databases: Databases, say: Say, *, times: int) -> None:
    """What the audit costs whoever decides: the same stories with and without."""
    house = await open_bench(await migrated(databases), people=2_000, packages=8)
    written = SqlTransaction.audit
    spent: dict[bool, list[float]] = {True: [], False: []}
    async with house.store:
        await _stories(house, range(WARM))
        for number in range(times):
            for with_audit in (True, False) if number % 2 else (False, True):
                person, package = person_id(WARM + number), package_id(1 + with_audit)
                request_id = await house.submit(person, package)
                SqlTransaction.audit = written if with_audit else _nothing  # type: ignore[assignment,method-assign]
                with Stopwatch() as watch:
                    await house.approve(request_id)
                SqlTransaction.audit = written  # type: ignore[method-assign]
                spent[with_audit].append(watch.spent.cpu or watch.spent.wall)
    ours, without = (statistics.median(spent[each]) for each in (True, False))
    say(
        Row(
            work="what the audit costs a decision (processor)",
            database=databases.name,
            ours=f"{ours * 1e3:.2f} ms",
            against=f"without audit: {without * 1e3:.2f} ms",
            ratio=ours / without,
            demanded=1.05,
        )
    )


def _nothing(_tx: object, _entries: object) -> None:
    """No audit."""


async def deliveries(databases: Databases, say: Say, *, count: int) -> None:
    """Holdings that are due, against a far side that answers at once."""
    clock = StandingClock()
    house = await open_bench(await migrated(databases), people=1, packages=1, clock=clock)
    async with house.store:
        await fill(house, count, due_at=clock.now())
        with databases.watch() as watch, counted() as statements:
            while await house.deliveries.run_once() or house.deliveries.busy:
                await house.deliveries.wait()
    rate = count / watch.spent.cpu
    assert statements.count > count, "everything was delivered"
    say(
        Row(
            work="deliveries per second of processor, the far side answers at once",
            database=databases.name,
            ours=f"{rate:.0f}/s, {watch.spent.per(count)} each",
            against="300/s",
            ratio=rate / 300,
            demanded=1,
            at_least=True,
        )
    )


async def expiries(databases: Databases, say: Say, *, count: int) -> None:
    """Assignments that end: rows, removal request, holdings, notice, audit."""
    clock = StandingClock()
    house = await open_bench(await migrated(databases), people=count + 1, packages=1, clock=clock)
    async with house.store:
        await fill(house, count)
        clock.pass_by(timedelta(days=91))
        await house.store.write(lambda tx: tx.release_brake(clock.now() + timedelta(hours=1)))
        with databases.watch() as watch, counted() as statements:
            while await house.wakes.run_once():
                pass
    each = watch.spent.per(count)
    say(
        Row(
            work="expire one assignment, ms of processor (50 in a commit)",
            database=databases.name,
            ours=f"{each}, {statements.count / count:.1f} statements",
            against=f"best open peer: {PEER_EXPIRY_MS} ms",
            ratio=each.cpu * 1e3,
            demanded=0.5,
        )
    )


async def search(databases: Databases, say: Say, *, times: int = 50) -> None:
    """One search among 5,000 packages, with everything the form's list asks the database."""
    house = await open_bench(await migrated(databases), people=50, packages=5_000)
    async with house.store:
        queries = StoreQueries(house.store)

        async def look(words: str) -> int:
            person = await queries.person(person_id(1))
            configured = await queries.configured()
            assert person is not None
            assert configured is not None
            groups = await queries.groups_of(person.id)
            found = []
            for package in configured.requestable(person, groups, words):
                found.append(package)
                if len(found) == 100:
                    break
            return len(found)

        await look("package")
        spent = []
        for _ in range(times):
            with databases.watch() as watch:
                for words in ("engineering", "4321", "nothing like it"):
                    await look(words)
            spent.append(watch.spent.per(3))
    each = median(spent)
    say(
        Row(
            work="search among 5,000 packages, ms of processor",
            database=databases.name,
            ours=str(each),
            against=f"best open peer: {PEER_SEARCH_MS} ms",
            ratio=each.cpu * 1e3,
            demanded=4,
        )
    )
