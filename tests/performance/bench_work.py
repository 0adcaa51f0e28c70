"""The engine alone: asking, deciding, being granted, and ending; each with everything it writes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import accumulate, chain

from engine.application.wakes import BATCH
from storage import StoreQueries
from tests.databases import StandingClock
from tests.performance import raw
from tests.performance.bench_house import (
    BenchHouse,
    counted,
    open_bench,
    package_id,
    person_id,
    recorded,
    reopen_bench,
)
from tests.performance.databases import Databases, file_of, migrated
from tests.performance.filling import fill, idle_lanes, notices
from tests.performance.rows import RIVALS, Doing, Row, Say, Spent, best, in_turns

PEER_MS = {"SQLite": 84.3, "PostgreSQL": 65.8}
"""The fastest open rival on a machine of this kind when it was quiet: create, approve and grant."""
PEER_PROCESSOR_MS = {"SQLite": 86.6, "PostgreSQL": 55.6}
PEER_STATEMENTS = 55
PEER_EXPIRY_MS = 11.3
WARM = 15
COUNTED = 5
"""Of those that warm up: so many stories' statements are counted, for counting takes time too."""
TOGETHER = 10
TRIES = 20


async def whole_story(databases: Databases, say: Say) -> None:
    """Create, approve and grant: milliseconds and statements."""
    count = TOGETHER * (TRIES + 1)
    url = await migrated(databases)
    house = await open_bench(url, people=WARM + count, packages=50)
    await house.store.close()
    copy = await databases.copy(url)

    house = await reopen_bench(await databases.copy(url))
    async with house.store:
        sent = [await _recorded_story(house, number) for number in range(count)]

    house = await reopen_bench(url)

    async def stories(numbers: range) -> None:
        for number in numbers:
            await _story(house, number)

    async with house.store, _alone(databases, copy, sent) as alone:
        await stories(range(count, count + WARM - COUNTED))
        with counted() as statements:
            await stories(range(count + WARM - COUNTED, count + WARM))
        spent = await in_turns(TRIES, TOGETHER, databases.watch, ours=stories, alone=alone)
        held = await StoreQueries(house.store).holder_counts()
        assert held[package_id(0)] == WARM + count, held
    each = spent["ours"]
    work = "create, approve and grant"
    say(
        Row(
            work=f"{work}: ms of processor",
            database=databases.name,
            ours=str(each),
            against=f"best open peer: {PEER_MS[databases.name]} ms, "
            f"{PEER_PROCESSOR_MS[databases.name]} of them processor",
            ratio=each.cpu * 1e3,
            demanded=16,
            by=RIVALS,
        )
    )
    say(_against_the_driver(databases, work, spent))
    each_count = statements.count / COUNTED
    framed = each_count + statements.frames / COUNTED
    say(
        Row(
            work=f"{work}: statements",
            database=databases.name,
            ours=f"{each_count:.1f}; {framed:.1f} with BEGIN and COMMIT",
            against=f"best open peer: {PEER_STATEMENTS}",
            ratio=each_count,
            demanded=20,
            by=RIVALS,
        )
    )


async def _story(house: BenchHouse, number: int) -> None:
    request_id = await house.submit(person_id(number), package_id(0))
    await house.approve(request_id)
    await house.grant()


async def _recorded_story(house: BenchHouse, number: int) -> list[raw.Command]:
    """What was sent to ask, to approve, and to grant; the last is two transactions of ours."""
    request_id, asked = await recorded(house.submit(person_id(number), package_id(0)))
    _, approved = await recorded(house.approve(request_id))
    _, granted = await recorded(house.grant())
    return [asked, approved, granted]


@asynccontextmanager
async def _alone(
    databases: Databases, copy: str, pieces: Sequence[Sequence[raw.Command]]
) -> AsyncIterator[Doing]:
    """The pieces of work with these numbers, sent again to a copy by the driver alone."""
    starts = [0, *accumulate(map(len, pieces))]
    commands = list(chain.from_iterable(pieces))
    if databases.server is None:
        driver = raw.by_sqlite3(file_of(copy), commands)
    else:
        driver = raw.by_asyncpg(databases.plain(copy), commands)
    async with driver as send:
        yield lambda numbers: send(range(starts[numbers.start], starts[numbers.stop]))


def _against_the_driver(databases: Databases, work: str, spent: Mapping[str, Spent]) -> Row:
    ours, alone = spent["ours"], spent["alone"]
    return Row(
        work=f"{work} (processor)",
        database=databases.name,
        ours=f"{ours.cpu * 1e3:.2f} ms",
        against=f"the same statements by the driver alone: {alone.cpu * 1e3:.2f} ms",
        ratio=ours.cpu / alone.cpu,
    )


async def expiries(databases: Databases, say: Say, *, count: int) -> None:
    """Assignments that end: rows, removal request, holdings, notice, audit."""
    clock = StandingClock()
    url = await migrated(databases)
    house = await open_bench(url, people=count + 1, packages=1, clock=clock)
    async with house.store:
        await fill(house, count)
        clock.pass_by(timedelta(days=91))
        await house.store.write(lambda tx: tx.release_brake(clock.now() + timedelta(hours=1)))
    copy = await databases.copy(url)

    house = await reopen_bench(await databases.copy(url), clock=clock)
    sent = []
    async with house.store:
        while (found := await recorded(house.wakes.run_once()))[0] == BATCH:
            sent.append([found[1]])

    house = await reopen_bench(url, clock=clock)

    async def end(_numbers: range) -> None:
        assert await house.wakes.run_once() == BATCH

    async with house.store, _alone(databases, copy, sent) as alone:
        spent = await in_turns(
            len(sent) - 1,
            BATCH,
            databases.watch,
            ours=end,
            alone=lambda numbers: alone(range(numbers.start // BATCH, numbers.stop // BATCH)),
        )
        while await house.wakes.run_once():
            pass
        assert not await StoreQueries(house.store).holder_counts()
    each = spent["ours"]
    work = "end one assignment, fifty in a commit"
    say(
        Row(
            work=f"{work}: ms of processor",
            database=databases.name,
            ours=f"{each}, {len(sent[0][0]) / BATCH:.1f} statements",
            against=f"best open peer: {PEER_EXPIRY_MS} ms",
            ratio=each.cpu * 1e3,
            demanded=0.5,
            by=RIVALS,
        )
    )
    say(_against_the_driver(databases, work, spent))


async def deliveries(databases: Databases, say: Say, *, count: int, idle: int) -> None:
    """Holdings and messages that are due, against a far side that answers at once."""
    clock = StandingClock()
    house = await open_bench(await migrated(databases), people=1, packages=1, clock=clock)
    async with house.store:
        await fill(house, count, due_at=clock.now())
        spent = []
        while True:
            with databases.watch() as watch:
                begun = await house.deliveries.run_once()
                await house.deliveries.drain()
            if not begun:
                break
            spent.append(watch.spent.per(begun))
    say(_a_second(databases, "rights granted", best(spent)))
    alone = await _messages(databases, count, idle=0)
    beside = await _messages(databases, count, idle=idle)
    say(_a_second(databases, "messages shown", alone))
    say(
        Row(
            work=f"a message beside {idle:,} lanes that have nothing to do (processor)",
            database=databases.name,
            ours=f"{beside.cpu * 1e3:.2f} ms",
            against=f"without them: {alone.cpu * 1e3:.2f} ms",
            ratio=beside.cpu / alone.cpu,
            demanded=1.2,
            by="storage 9",
        )
    )


def _a_second(databases: Databases, work: str, each: Spent) -> Row:
    return Row(
        work=f"{work} per second by one process (wall), the far side answers at once",
        database=databases.name,
        ours=f"{1 / each.wall:.0f}/s, {each} each",
        against="300/s",
        ratio=1 / each.wall / 300,
        demanded=1,
        by="storage 9",
        at_least=True,
    )


async def _messages(databases: Databases, count: int, *, idle: int) -> Spent:
    """For one of so many messages, each in a conversation of its own."""
    house = await open_bench(await migrated(databases), people=1, packages=1)
    async with house.store:
        await house.store.write(idle_lanes, idle)
        await house.store.write(lambda tx: tx.add_notices(notices(count), tx.now()))
        spent: list[Spent] = []
        while True:
            with databases.watch() as watch:
                begun = await house.messages.run_once()
                await house.messages.drain()
            if not begun:
                return best(spent)
            spent.append(watch.spent.per(begun))
