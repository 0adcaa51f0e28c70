"""The engine alone: asking, deciding, being granted, and ending; each with everything it writes."""

from datetime import timedelta

from storage import StoreQueries
from tests.databases import StandingClock
from tests.performance.bench_house import counted, open_bench, package_id, person_id
from tests.performance.databases import Databases, migrated
from tests.performance.filling import fill, idle_lanes, notices
from tests.performance.rows import RIVALS, Row, Say, Spent, best, in_turns

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
    house = await open_bench(await migrated(databases), people=WARM + count, packages=50)

    async def stories(numbers: range) -> None:
        for number in numbers:
            request_id = await house.submit(person_id(WARM + number), package_id(0))
            await house.approve(request_id)
            await house.grant()

    async with house.store:
        await stories(range(-WARM, -COUNTED))
        with counted() as statements:
            await stories(range(-COUNTED, 0))
        spent = await in_turns(TRIES, TOGETHER, databases.watch, ours=stories)
        held = await StoreQueries(house.store).holder_counts()
        assert held[package_id(0)] == WARM + count, held
    each = spent["ours"]
    say(
        Row(
            work="create, approve and grant: ms of processor",
            database=databases.name,
            ours=str(each),
            against=f"best open peer: {PEER_MS[databases.name]} ms, "
            f"{PEER_PROCESSOR_MS[databases.name]} of them processor",
            ratio=each.cpu * 1e3,
            demanded=16,
            by=RIVALS,
        )
    )
    each_count = statements.count / COUNTED
    framed = each_count + statements.frames / COUNTED
    say(
        Row(
            work="create, approve and grant: statements",
            database=databases.name,
            ours=f"{each_count:.1f}; {framed:.1f} with BEGIN and COMMIT",
            against=f"best open peer: {PEER_STATEMENTS}",
            ratio=each_count,
            demanded=20,
            by=RIVALS,
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
        with counted() as statements:
            counted_ends = await house.wakes.run_once()
        spent = []
        while True:
            with databases.watch() as watch:
                ended = await house.wakes.run_once()
            if not ended:
                break
            spent.append(watch.spent.per(ended))
        assert not await StoreQueries(house.store).holder_counts()
    each = best(spent)
    say(
        Row(
            work="end one assignment, fifty in a commit: ms of processor",
            database=databases.name,
            ours=f"{each}, {statements.count / counted_ends:.1f} statements",
            against=f"best open peer: {PEER_EXPIRY_MS} ms",
            ratio=each.cpu * 1e3,
            demanded=0.5,
            by=RIVALS,
        )
    )


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
