"""What happens by itself: looking for what is due, doing it, and coming back after a stop."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it brings no types
from sqlalchemy import text

from engine.application.clock import SystemClock
from engine.domain.ids import RequestId
from tests.databases import StandingClock
from tests.performance import raw
from tests.performance.bench_house import (
    BenchHouse,
    open_bench,
    package_id,
    person_id,
    recorded,
    reopen_bench,
)
from tests.performance.databases import Databases, file_of, migrated
from tests.performance.filling import fill
from tests.performance.rows import PARTS, Doing, Row, Say, Spent, Stopwatch, in_turns, percentile

FEW = 10_000
BATCH = 50
DECIDED = 5
"""Tries of so many decisions."""
A_YEAR = timedelta(days=365)
WAKES = 100
POLL_SECONDS = 0.02
A_SECOND = 500
LATE = 1_500


async def looks(databases: Databases, say: Say, *, asleep: int) -> None:
    """A look when nothing is due, and one wake, with many and with few asleep."""
    clock = StandingClock()
    wakes = WAKES + 1
    few, many = [
        await open_bench(await migrated(databases), people=1, packages=1, clock=clock)
        for _ in range(2)
    ]
    async with few.store, many.store:
        for house, count in ((few, FEW), (many, asleep)):
            await fill(house, count, wake_at=clock.now() + A_YEAR, whole=wakes)
        spent = await in_turns(60, 5, databases.watch, few=_looking(few), many=_looking(many))
        look = "a look when nothing is due"
        say(_beside_few(databases, look, asleep, spent, demanded=2, by="storage 3"))
        for house in (few, many):
            await house.store.write(_one_each, clock.now(), wakes)

        async def among_few(_numbers: range) -> None:
            clock.pass_by(timedelta(seconds=1))
            assert await few.wakes.run_once() == 1

        async def among_many(_numbers: range) -> None:
            assert await many.wakes.run_once() == 1

        spent = await in_turns(WAKES, 1, databases.watch, few=among_few, many=among_many)
        say(_beside_few(databases, "one wake", asleep, spent, demanded=1.2, by=PARTS))


def _looking(house: BenchHouse) -> Doing:
    async def look(numbers: range) -> None:
        for _ in numbers:
            assert not await house.wakes.run_once()

    return look


def _one_each(tx: Any, now: datetime, count: int) -> None:
    """One is due after a second, one after two, and so on."""
    first = int(now.timestamp() * 1000)
    rows = [{"id": f"A{at:015}", "at": first + 1000 * at} for at in range(1, count + 1)]
    tx.conn.execute(text("UPDATE assignments SET wake_at = :at WHERE id = :id"), rows)


def _beside_few(
    databases: Databases,
    work: str,
    asleep: int,
    spent: dict[str, Spent],
    *,
    demanded: float,
    by: str,
) -> Row:
    return Row(
        work=f"{work}, {asleep:,} asleep (processor)",
        database=databases.name,
        ours=str(spent["many"]),
        against=f"{FEW:,} asleep: {spent['few']}",
        ratio=spent["many"].cpu / spent["few"].cpu,
        demanded=demanded,
        by=by,
    )


async def waking(databases: Databases, say: Say, *, count: int) -> None:
    """Warnings before the end, fifty in a commit; against decisions, bare SQL, and the same rows."""
    clock = StandingClock()
    url = await migrated(databases)
    people = count + BATCH * (DECIDED + 1) + 1
    house = await open_bench(url, people=people, packages=2, clock=clock)
    async with house.store:
        wakes_at = await fill(house, count)
        clock.pass_by(wakes_at - clock.now())
        asked = [await house.submit(person_id(n), package_id(1)) for n in range(count + 1, people)]
    copies = [await databases.copy(url) for _ in range(3)]

    house = await reopen_bench(copies[0], clock=clock)
    async with house.store:
        spent = await in_turns(
            DECIDED,
            BATCH,
            databases.watch,
            ours=_waking(house),
            decisions=_deciding(house, asked),
        )
        sent = []
        while (found := await recorded(house.wakes.run_once()))[0] == BATCH:
            sent.append(found[1])
    ours, decision = spent["ours"], spent["decisions"]
    say(
        Row(
            work="wakes per second of processor, with what they bring about, 50 in a commit",
            database=databases.name,
            ours=f"{1 / ours.cpu:.0f}/s",
            against=f"decisions: {1 / decision.cpu:.0f}/s",
            ratio=decision.cpu / ours.cpu,
            demanded=1.0 if databases.server else 1.2,
            at_least=True,
            by="storage 4",
        )
    )

    house = await reopen_bench(url, clock=clock)
    if databases.server is None:
        bare, same = _bare_sqlite(copies[1], clock.now()), raw.by_sqlite3(file_of(copies[2]), sent)
    else:
        plain = [databases.plain(each) for each in copies]
        bare, same = _bare_postgres(plain[1], clock.now()), raw.by_asyncpg(plain[2], sent)
    async with house.store, bare as only_rows, same as all_rows:
        spent = await in_turns(
            len(sent) - 1,
            BATCH,
            databases.watch,
            ours=_waking(house),
            bare=only_rows,
            same=_in_batches(all_rows),
        )
    for what, name, demanded in (
        ("the same rows by the bare driver", "same", 3),
        ("a bare SELECT and UPDATE of each, and nothing that follows", "bare", None),
    ):
        say(
            Row(
                work=f"waking {count:,} due assignments (processor)",
                database=databases.name,
                ours=f"{spent['ours'].cpu * 1e3:.3f} ms each",
                against=f"{what}: {spent[name].cpu * 1e3:.3f} ms",
                ratio=spent["ours"].cpu / spent[name].cpu,
                demanded=demanded,
                by=PARTS if demanded else "",
            )
        )


def _waking(house: BenchHouse) -> Doing:
    async def wake(_numbers: range) -> None:
        assert await house.wakes.run_once() == BATCH

    return wake


def _deciding(house: BenchHouse, asked: Sequence[RequestId]) -> Doing:
    async def decide(numbers: range) -> None:
        for request_id in asked[numbers.start : numbers.stop]:
            await house.approve(request_id)

    return decide


def _in_batches(send: Doing) -> Doing:
    """Fifty rows are one transaction."""
    return lambda numbers: send(range(numbers.start // BATCH, numbers.stop // BATCH))


_DUE = f"SELECT * FROM assignments WHERE wake_at <= {{}} ORDER BY wake_at LIMIT {BATCH}"
_LATER = "UPDATE assignments SET wake_at = {}, version = version + 1 WHERE id = {}"


@asynccontextmanager
async def _bare_postgres(address: str, now: datetime) -> AsyncIterator[Doing]:
    moment = int(now.timestamp() * 1000)
    conn = await asyncpg.connect(address)

    async def wake(_numbers: range) -> None:
        async with conn.transaction():
            rows = await conn.fetch(_DUE.format("$1") + " FOR UPDATE SKIP LOCKED", moment)
            later = [(moment + 10**9, row["id"]) for row in rows]
            await conn.executemany(_LATER.format("$1", "$2"), later)

    yield wake
    await conn.close()


@asynccontextmanager
async def _bare_sqlite(url: str, now: datetime) -> AsyncIterator[Doing]:
    moment = int(now.timestamp() * 1000)
    conn = sqlite3.connect(file_of(url), isolation_level=None)
    for pragma in raw.PRAGMAS:
        conn.execute(f"PRAGMA {pragma}")
    at = [each[1] for each in conn.execute("PRAGMA table_info(assignments)")].index("id")

    async def wake(_numbers: range) -> None:
        conn.execute("BEGIN IMMEDIATE")
        rows = conn.execute(_DUE.format("?"), (moment,)).fetchall()
        later = [(moment + 10**9, row[at]) for row in rows]
        conn.executemany(_LATER.format("?", "?"), later)
        conn.execute("COMMIT")

    yield wake
    conn.close()


async def lag(databases: Databases, say: Say, *, asleep: int) -> None:
    """How late a wake is at 500 a second, beside many that sleep; the best of three runs."""
    house = await open_bench(await migrated(databases), people=1, packages=1)
    async with house.store:
        await fill(house, asleep, wake_at=SystemClock().now() + A_YEAR, whole=LATE)
        runs = []
        for _ in range(3):
            start = SystemClock().now() + timedelta(seconds=1)
            await house.store.write(_soon, start)
            runs.append(await _lateness(house, start))
    p99, p50 = min((percentile(late, 0.99), percentile(late, 0.5)) for late in runs)
    say(
        Row(
            work=f"lateness at {A_SECOND} wakes a second, {asleep:,} asleep, p99 (wall)",
            database=databases.name,
            ours=f"p50 {p50 * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms",
            against=f"a look every {POLL_SECONDS * 1e3:.0f} ms",
            ratio=p99 / POLL_SECONDS,
            demanded=2.5,
            by="storage 5",
        )
    )


def _soon(tx: Any, start: datetime) -> None:
    """The first ones are due one after another."""
    first = int(start.timestamp() * 1000)
    rows = [{"id": f"A{1 + at:015}", "at": first + at * 1000 // A_SECOND} for at in range(LATE)]
    tx.conn.execute(text("UPDATE assignments SET wake_at = :at WHERE id = :id"), rows)


async def _lateness(house: BenchHouse, start: datetime) -> list[float]:
    """They are looked at in the order of their moments, so counting tells which they were."""
    late: list[float] = []
    clock = SystemClock()
    while len(late) < LATE:
        looked = await house.wakes.run_once()
        if not looked:
            await clock.sleep(POLL_SECONDS)
            continue
        passed = (clock.now() - start).total_seconds()
        late += [passed - number / A_SECOND for number in range(len(late), len(late) + looked)]
    return late


async def restart(databases: Databases, say: Say, *, asleep: int) -> None:
    """From opening the store to the first wake, with many asleep and one due."""
    clock = StandingClock()
    url = await migrated(databases)
    house = await open_bench(url, people=1, packages=1, clock=clock)
    async with house.store:
        await fill(house, asleep, wake_at=clock.now() + A_YEAR, whole=1)
        await house.store.write(_one_each, clock.now() - timedelta(seconds=1), 1)
    with Stopwatch() as watch:
        house = await reopen_bench(url, clock=clock)
        woken = await house.wakes.run_once()
    await house.store.close()
    assert woken == 1
    say(
        Row(
            work=f"from opening the database to the first wake, {asleep:,} asleep: s",
            database=databases.name,
            ours=f"{watch.spent.wall * 1e3:.0f} ms",
            against="1 s",
            ratio=watch.spent.wall,
            demanded=1,
            by="storage 12",
        )
    )
