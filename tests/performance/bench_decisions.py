"""Decisions by the engine alone, against the same statements by the drivers; and their audit."""

import asyncio
import statistics
from collections.abc import Iterator, Sequence

from engine.domain.ids import RequestId
from storage.transaction import SqlTransaction
from tests.databases import StandingClock
from tests.performance import raw
from tests.performance.bench_house import (
    BenchHouse,
    engine_on,
    open_bench,
    package_id,
    person_id,
    recorded,
    reopen_bench,
)
from tests.performance.databases import Databases, file_of, migrated
from tests.performance.filling import fill, many_audit_rows
from tests.performance.rows import Doing, Row, Say, Spent, Stopwatch, in_turns, percentile

TRIES = 15
TOGETHER = 40
COUNT = (TRIES + 1) * TOGETHER
AT_ONCE = 8
SOME = 40
"""Decisions beside a backlog, at least, to speak of the slowest."""
DECISION_ROWS = 2
"""Of the audit: the decision, and the request approved."""


async def decisions(databases: Databases, say: Say) -> None:
    """One decision, alone and eight at once."""
    url = await migrated(databases)
    house = await open_bench(url, people=COUNT, packages=1)
    async with house.store:
        asked = [await house.submit(person_id(n), package_id(0)) for n in range(COUNT)]
    house = await reopen_bench(await databases.copy(url))
    async with house.store:
        sent = [(await recorded(house.approve(request_id)))[1] for request_id in asked]
    if databases.server is None:
        await _on_sqlite(databases, say, url, asked, sent)
    else:
        await _on_postgres(databases, say, url, asked, sent)


async def _on_sqlite(
    databases: Databases,
    say: Say,
    url: str,
    asked: Sequence[RequestId],
    sent: Sequence[raw.Command],
) -> None:
    copies = [file_of(await databases.copy(url)) for _ in range(2)]
    house = await reopen_bench(url)
    async with (
        house.store,
        raw.by_sqlite3(copies[0], sent) as plain,
        raw.over_aiosqlite(copies[1]) as awaited,
    ):
        spent = await in_turns(
            TRIES,
            TOGETHER,
            databases.watch,
            ours=_deciding(house, asked),
            plain=plain,
            awaited=_deciding(engine_on(awaited), asked),
        )
    for what, name, demanded in (
        ("the same statements by sqlite3", "plain", 0.30),
        ("all of ours, but each statement awaited over aiosqlite", "awaited", 4),
    ):
        for row in _rows(databases, "decisions per second", what, spent, name, demanded):
            say(row)


async def _on_postgres(
    databases: Databases,
    say: Say,
    url: str,
    asked: Sequence[RequestId],
    sent: Sequence[raw.Command],
) -> None:
    copies = [databases.plain(await databases.copy(url)) for _ in range(2)]
    house = await reopen_bench(url)
    async with (
        house.store,
        raw.by_asyncpg(copies[0], sent, at_once=AT_ONCE) as plain,
        raw.by_one_call(copies[1], sent, at_once=AT_ONCE) as single,
    ):
        spent = await in_turns(
            TRIES,
            TOGETHER,
            databases.watch,
            ours=_deciding(house, asked, at_once=AT_ONCE),
            plain=plain,
            single=single,
        )
    for what, name, demanded in (
        ("the same statements by asyncpg", "plain", 0.50),
        ("all of them in a function of the database", "single", 0.25),
    ):
        work = "decisions per second, eight at once"
        for row in _rows(databases, work, what, spent, name, demanded):
            say(row)


def _rows(
    databases: Databases, work: str, what: str, spent: dict[str, Spent], name: str, demanded: float
) -> Iterator[Row]:
    """By the clock, as it is demanded, each commit waiting for the disk; and by processor."""
    ours, theirs = spent["ours"], spent[name]
    for clock, mine, other in (
        ("wall", ours.wall, theirs.wall),
        ("processor", ours.cpu, theirs.cpu),
    ):
        yield Row(
            work=f"{work} ({clock})",
            database=databases.name,
            ours=f"{1 / mine:.0f}/s",
            against=f"{what}: {1 / other:.0f}/s",
            ratio=other / mine,
            demanded=demanded if clock == "wall" else None,
            at_least=True,
            by=("storage 2" if databases.server else "storage 1") if clock == "wall" else "",
        )


def _deciding(house: BenchHouse, asked: Sequence[RequestId], *, at_once: int = 1) -> Doing:
    async def work(waiting: list[RequestId]) -> None:
        while waiting:
            await house.approve(waiting.pop())

    async def decide(numbers: range) -> None:
        waiting = list(reversed(asked[numbers.start : numbers.stop]))
        await asyncio.gather(*(work(waiting) for _ in range(at_once)))

    return decide


async def audit(databases: Databases, say: Say, *, times: int = 200) -> None:
    """What the audit costs whoever decides, and how fast it is sealed."""
    people = 2 * times
    house = await open_bench(await migrated(databases), people=people, packages=1)
    written = SqlTransaction.audit
    spent: dict[bool, list[float]] = {True: [], False: []}
    async with house.store:
        asked = [await house.submit(person_id(n), package_id(0)) for n in range(people)]
        for number, request_id in enumerate(asked):
            with_audit = bool(number % 2)
            SqlTransaction.audit = written if with_audit else _nothing  # type: ignore[assignment,method-assign]
            with databases.watch() as watch:
                await house.approve(request_id)
            SqlTransaction.audit = written  # type: ignore[method-assign]
            spent[with_audit].append(watch.spent.cpu)
        ours, without = (statistics.median(spent[each]) for each in (True, False))
        await house.store.seal_audit()
        rows = await house.store.write(many_audit_rows, 20_000)
        with databases.watch() as watch:
            assert await house.store.seal_audit() == rows
    say(
        Row(
            work="what the audit costs a decision (processor, median)",
            database=databases.name,
            ours=f"{ours * 1e3:.2f} ms",
            against=f"without: {without * 1e3:.2f} ms",
            ratio=ours / without,
            demanded=1.05,
            by="storage 8",
        )
    )
    sealed, appended = rows / watch.spent.cpu, DECISION_ROWS / ours
    say(
        Row(
            work="rows of the audit sealed per second of processor",
            database=databases.name,
            ours=f"{sealed:.0f}/s",
            against=f"as fast as decisions append them: {appended:.0f}/s",
            ratio=sealed / appended,
            demanded=20,
            by="storage 8",
            at_least=True,
        )
    )


def _nothing(_tx: object, _entries: object) -> None:
    """No audit."""


async def beside_a_backlog(databases: Databases, say: Say, *, count: int) -> None:
    """How long a press waits while so many due assignments are worked off."""
    clock = StandingClock()
    times = 150
    url = await migrated(databases)
    house = await open_bench(url, people=count + times + 1, packages=3, clock=clock)
    people = [person_id(count + 1 + number) for number in range(times)]
    async with house.store:
        wakes_at = await fill(house, count)
        idle = await _waits(house, [await house.submit(who, package_id(1)) for who in people])
        clock.pass_by(wakes_at - clock.now())
        asked = [await house.submit(who, package_id(2)) for who in people]
        draining = asyncio.create_task(_drained(house))
        busy = await _waits(house, asked, meanwhile=draining)
        assert len(busy) >= SOME, f"the backlog was worked off after {len(busy)} decisions"
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
    p99, alone = percentile(busy, 0.99), percentile(idle, 0.99)
    say(
        Row(
            work=f"a decision while {count:,} wakes are worked off, p99 (wall), ms",
            database=databases.name,
            ours=f"{p99 * 1e3:.1f} ms, median {percentile(busy, 0.5) * 1e3:.1f}",
            against=f"50 ms and three times that of an idle house: {alone * 1e3:.1f} ms",
            ratio=p99 * 1e3,
            demanded=round(50 + 3e3 * alone, 1),
            by="storage 6",
        )
    )


async def _waits(
    house: BenchHouse, asked: Sequence[RequestId], meanwhile: asyncio.Task[None] | None = None
) -> list[float]:
    waits: list[float] = []
    for request_id in asked:
        if meanwhile is not None and meanwhile.done():
            break
        with Stopwatch() as watch:
            await house.approve(request_id)
        waits.append(watch.spent.wall)
    return waits


async def _drained(house: BenchHouse) -> None:
    while await house.wakes.run_once():
        pass
