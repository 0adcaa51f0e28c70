"""What happens by itself: looking for what is due, firing it, and coming back after a stop."""

import asyncio
import sqlite3
import sys
from datetime import datetime, timedelta
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import text

from engine.application.clock import SystemClock
from tests.databases import StandingClock
from tests.performance.bench_house import (
    BenchHouse,
    open_bench,
    package_id,
    person_id,
    reopen_bench,
)
from tests.performance.databases import Databases, file_of, migrated
from tests.performance.filling import fill
from tests.performance.raw import PRAGMAS
from tests.performance.rows import Row, Say, Stopwatch, percentile

FEW = 10_000
BATCH = 50
POLL_SECONDS = 0.02
A_YEAR = timedelta(days=365)


async def empty_polls(databases: Databases, say: Say, *, size: int, times: int = 60) -> None:
    """A look at everything when nothing is due, with many and with few asleep.

    The lower quartile: what another program on the machine does can only make a look slower.
    """
    spent = {}
    for asleep in (FEW, size):
        clock = StandingClock()
        house = await open_bench(await migrated(databases), people=1, packages=1, clock=clock)
        async with house.store:
            await fill(house, asleep, wake_at=clock.now() + A_YEAR, whole=False)
            for _ in range(10):
                await house.wakes.run_once()
            each = []
            for _ in range(times):
                with Stopwatch() as watch:
                    await house.wakes.run_once()
                each.append(watch.spent.wall)
            spent[asleep] = percentile(each, 0.25)
    say(
        Row(
            work=f"a look when nothing is due, {size:,} asleep",
            database=databases.name,
            ours=f"{spent[size] * 1e3:.2f} ms",
            against=f"{FEW:,} asleep: {spent[FEW] * 1e3:.2f} ms",
            ratio=spent[size] / spent[FEW],
            demanded=1.2,
        )
    )


async def firing(databases: Databases, say: Say, *, count: int, times: int) -> None:
    """Warnings before the end, fired in batches; against decisions, and against bare SQL."""
    clock = StandingClock()
    url = await migrated(databases)
    house = await open_bench(url, people=count + times + 20, packages=2, clock=clock)
    async with house.store:
        wakes_at = await fill(house, count)
        asked = [
            await house.submit(person_id(count + 1 + n), package_id(1)) for n in range(times + 5)
        ]
        for request_id in asked[:5]:
            await house.approve(request_id)
        with databases.watch() as deciding:
            for request_id in asked[5:]:
                await house.approve(request_id)
        clock.pass_by(wakes_at - clock.now())
    copy = await databases.copy(url)
    house = await reopen_bench(url, clock=clock)
    async with house.store:
        fired = 0
        with databases.watch() as watch:
            while some := await house.wakes.run_once():
                fired += some
    bare = await _bare(databases, copy, clock.now())
    rate, decisions = fired / watch.spent.cpu, times / deciding.spent.cpu
    say(
        Row(
            work="firings per second of processor, real steps, 50 in a commit",
            database=databases.name,
            ours=f"{rate:.0f}/s",
            against=f"decisions: {decisions:.0f}/s",
            ratio=rate / decisions,
            demanded=1.0 if databases.server else 1.2,
            at_least=True,
        )
    )
    say(
        Row(
            work=f"waking {fired:,} due assignments (processor)",
            database=databases.name,
            ours=str(watch.spent.per(fired)),
            against=f"a bare SELECT and UPDATE of each: {bare / fired * 1e3:.2f} ms processor",
            ratio=watch.spent.cpu / bare,
            demanded=3,
        )
    )


_DUE = "SELECT * FROM assignments WHERE wake_at <= {} ORDER BY wake_at LIMIT 50"
_LATER = "UPDATE assignments SET wake_at = {}, version = version + 1 WHERE id = {}"


async def _bare(databases: Databases, url: str, now: datetime) -> float:
    moment = int(now.timestamp() * 1000)
    if databases.server is None:
        return await asyncio.to_thread(_bare_sqlite, url, moment)
    conn = await asyncpg.connect(databases.plain(url))
    with databases.watch() as watch:
        while True:
            async with conn.transaction():
                statement = _DUE.format("$1") + " FOR UPDATE SKIP LOCKED"
                rows = await conn.fetch(statement, moment)
                for row in rows:
                    await conn.execute(_LATER.format("$1", "$2"), moment + 10**9, row["id"])
            if not rows:
                break
    await conn.close()
    return watch.spent.cpu


def _bare_sqlite(url: str, moment: int) -> float:
    conn = sqlite3.connect(file_of(url), isolation_level=None)
    for pragma in PRAGMAS:
        conn.execute(f"PRAGMA {pragma}")
    at = [each[1] for each in conn.execute("PRAGMA table_info(assignments)")].index("id")
    with Stopwatch() as watch:
        while True:
            conn.execute("BEGIN IMMEDIATE")
            rows = conn.execute(_DUE.format("?"), (moment,)).fetchall()
            for row in rows:
                conn.execute(_LATER.format("?", "?"), (moment + 10**9, row[at]))
            conn.execute("COMMIT")
            if not rows:
                break
    conn.close()
    return watch.spent.cpu


async def lag(databases: Databases, say: Say, *, size: int, count: int = 1_500) -> None:
    """How late a wake is at 500 a second, beside many that sleep."""
    house = await open_bench(await migrated(databases), people=count + 1, packages=1)
    spaced = 2
    async with house.store:
        await fill(house, size, wake_at=SystemClock().now() + A_YEAR, whole=False)
        start = SystemClock().now() + timedelta(seconds=2)
        names = await house.store.write(lambda tx: _soon(tx, start, spaced, count))
        late = await _lateness(house, start, spaced, names)
    p50, p99 = percentile(late, 0.5), percentile(late, 0.99)
    say(
        Row(
            work=f"lateness at 500 wakes a second, {size:,} asleep, p99",
            database=databases.name,
            ours=f"p50 {p50 * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms",
            against=f"a look every {POLL_SECONDS * 1e3:.0f} ms",
            ratio=p99 / POLL_SECONDS,
            demanded=2.5,
        )
    )


def _soon(tx: Any, start: datetime, spaced: int, count: int) -> dict[str, int]:
    found = tx.conn.execute(
        text("SELECT id FROM assignments ORDER BY id LIMIT :most"), {"most": count}
    )
    ids = list(found.scalars())
    first = int(start.timestamp() * 1000)
    rows = [{"id": each, "at": first + at * spaced} for at, each in enumerate(ids)]
    tx.conn.execute(text("UPDATE assignments SET wake_at = :at WHERE id = :id"), rows)
    return {each: at for at, each in enumerate(ids)}


async def _lateness(
    house: BenchHouse, start: datetime, spaced: int, names: dict[str, int]
) -> list[float]:
    left = set(names)
    late: list[float] = []
    clock = SystemClock()
    while left:
        if not await house.wakes.run_once():
            await clock.sleep(POLL_SECONDS)
            continue
        now = clock.now()
        still = await house.store.look(_asleep_soon(start + timedelta(days=1)))
        done = {each for each in left if each not in still}
        late += [
            (now - start - timedelta(milliseconds=names[each] * spaced)).total_seconds()
            for each in done
        ]
        left -= done
    return late


def _asleep_soon(before: datetime) -> Any:
    moment = int(before.timestamp() * 1000)
    statement = text("SELECT id FROM assignments WHERE wake_at <= :at")
    return lambda reader: set(reader.conn.execute(statement, {"at": moment}).scalars())


async def restart(databases: Databases, say: Say, *, size: int) -> None:
    """From opening the store to the first wake, with many asleep and one due."""
    clock = StandingClock()
    url = await migrated(databases)
    house = await open_bench(url, people=1, packages=1, clock=clock)
    async with house.store:
        await fill(house, size, wake_at=clock.now() + A_YEAR, whole=False)
        due = text("UPDATE assignments SET wake_at = 1 WHERE id = 'A000000000000001'")
        await house.store.write(lambda tx: tx.conn.execute(due) and None)  # type: ignore[attr-defined]
    with Stopwatch() as watch:
        house = await reopen_bench(url, clock=clock)
        fired = await house.wakes.run_once()
    await house.store.close()
    assert fired == 1
    say(
        Row(
            work=f"restart to the first wake, {size:,} asleep",
            database=databases.name,
            ours=f"{watch.spent.wall * 1e3:.0f} ms",
            against="1 s",
            ratio=watch.spent.wall,
            demanded=1,
        )
    )


async def replicas(databases: Databases, say: Say, *, count: int) -> None:
    """How much faster two processes fire what is due than one."""
    rates = []
    for processes in (1, 2):
        url = await migrated(databases)
        house = await open_bench(url, people=count + 1, packages=1)
        async with house.store:
            await fill(house, count, wake_at=SystemClock().now() - timedelta(minutes=1))
        rates.append(await _fired_by(url, processes, count))
    say(
        Row(
            work="firings per second by two replicas",
            database=databases.name,
            ours=f"{rates[1]:.0f}/s",
            against=f"by one: {rates[0]:.0f}/s",
            ratio=rates[1] / rates[0],
            demanded=1.8,
            at_least=True,
        )
    )


async def _fired_by(url: str, processes: int, count: int) -> float:
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.performance.replica",
            url,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    for process in running:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"ready"
    with Stopwatch() as watch:
        answers = await asyncio.gather(*(process.communicate(b"go\n") for process in running))
    fired = sum(int(out) for out, _ in answers)
    assert fired >= count, f"{fired} of {count} were fired"
    return count / watch.spent.wall
