"""What somebody waits for in Slack: a list, a search, a form, a press; over HTTP, through Bolt."""

from collections.abc import Sequence

from sqlalchemy import text

from engine.application.ports import Transaction
from engine.domain.assignment_requests import RequestState
from engine.domain.ids import RequestId
from storage import StoreQueries
from tests.databases import StandingClock
from tests.performance import raw
from tests.performance.bench_house import (
    BOSS,
    BenchHouse,
    open_bench,
    package_id,
    person_id,
    recorded,
    reopen_bench,
)
from tests.performance.databases import Databases, file_of, migrated
from tests.performance.filling import analyze, fill
from tests.performance.rows import PARTS, RIVALS, Row, Say, in_turns
from tests.performance.slack_edge import (
    approve_pressed,
    form_sent,
    our_app,
    searched,
    served,
    served_nothing,
    typed,
)

TRIES = 20
AT_ONCE = 20
COUNT = (TRIES + 1) * AT_ONCE
PEER_SEARCH_MS = 21.3


async def mine(databases: Databases, say: Say, *, people: int, packages: int) -> None:
    """`/access mine` of somebody who holds that many packages, beside an empty app."""
    clock = StandingClock()
    house = await open_bench(
        await migrated(databases), people=people, packages=packages, clock=clock
    )
    async with house.store, our_app(house, clock) as app:
        await fill(house, people - 1)
        for number in range(1, packages):
            await house.store.write(_another_package, number)
        await house.store.write(analyze)
        held = await StoreQueries(house.store).held_by(person_id(1))
        assert held.total == packages, held.total
        some = [typed("mine", person_id(1 + n * 37 % (people - 1))) for n in range(COUNT)]
        async with (
            served(app, some) as ours,
            served_nothing(COUNT) as empty,
            served_nothing(COUNT, at_once=False) as slow,
        ):
            spent = await in_turns(
                TRIES, AT_ONCE, databases.watch, ours=ours, empty=empty, slow=slow
            )
    work = f"`/access mine`, {people:,} people, {people * packages:,} assignments"
    say(
        Row(
            work=f"{work} (processor)",
            database=databases.name,
            ours=str(spent["ours"]),
            against=f"an empty Bolt app that answers as ours does: {spent['empty']}",
            ratio=spent["ours"].cpu / spent["empty"].cpu,
            demanded=2,
            by=PARTS,
        )
    )
    say(
        Row(
            work=f"{work} (wall)",
            database=databases.name,
            ours=str(spent["ours"]),
            against="an empty Bolt app as Bolt comes, without process_before_response: "
            f"{spent['slow']}",
            ratio=spent["ours"].wall / spent["slow"].wall,
            demanded=2,
            by=PARTS,
        )
    )


def _another_package(tx: Transaction, number: int) -> None:
    """Everybody holds another package too."""
    names = {"new": str(package_id(number)), "old": str(package_id(0)), "part": f"-{number}"}
    conn = tx.conn  # type: ignore[attr-defined]
    for table in ("requests", "assignments"):
        columns = conn.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys()
        picked = {each: each for each in columns}
        picked["id"] = "id || :part"
        picked["package_id"] = ":new"
        if table == "assignments":
            picked["request_id"] = "request_id || :part"
        elif "assignment_id" in picked:
            picked["assignment_id"] = "assignment_id || :part"
        statement = (
            f"INSERT INTO {table} ({', '.join(picked)}) SELECT {', '.join(picked.values())} "
            f"FROM {table} WHERE package_id = :old"
        )
        conn.execute(text(statement), names)


async def search(databases: Databases, say: Say) -> None:
    """A search among 5,000 packages, as Slack asks for it while somebody types."""
    house = await open_bench(await migrated(databases), people=50, packages=5_000)
    words = ("engineering", "4321", "nothing like it", "package")
    some = [searched(words[number % len(words)], person_id(1)) for number in range(COUNT)]
    async with house.store, our_app(house) as app, served(app, some) as ours:
        spent = await in_turns(TRIES, AT_ONCE, databases.watch, ours=ours)
    say(
        Row(
            work="search among 5,000 packages, all of the request to Bolt: ms of processor",
            database=databases.name,
            ours=str(spent["ours"]),
            against=f"best open peer: {PEER_SEARCH_MS} ms",
            ratio=spent["ours"].cpu * 1e3,
            demanded=4,
            by=RIVALS,
        )
    )


async def submit_and_approve(databases: Databases, say: Say) -> None:
    """A form sent and **Approve** pressed, against the bare driver and an empty Bolt app."""
    people = [person_id(number) for number in range(COUNT)]
    url = await migrated(databases)
    house = await open_bench(url, people=len(people), packages=1)
    await house.store.close()

    house = await reopen_bench(await databases.copy(url))
    async with house.store:
        sent = [(await recorded(house.submit(person, package_id(0))))[1] for person in people]
    forms = [form_sent(package_id(0), person) for person in people]
    await _against_the_driver(databases, say, "the request form sent", url, forms, sent)

    house = await reopen_bench(url)
    async with house.store:
        asked = await _waiting(house, len(people))
    house = await reopen_bench(await databases.copy(url))
    async with house.store:
        sent = [(await recorded(house.approve(request_id)))[1] for request_id in asked]
    presses = [approve_pressed(request_id, BOSS) for request_id in asked]
    await _against_the_driver(databases, say, "**Approve** pressed", url, presses, sent)

    house = await reopen_bench(url)
    async with house.store:
        assert not await _waiting(house, 0)


async def _against_the_driver(
    databases: Databases,
    say: Say,
    work: str,
    url: str,
    requests: Sequence[bytes],
    sent: Sequence[raw.Command],
) -> None:
    """Through Bolt to the commit, against the same statements and an empty request."""
    copy = await databases.copy(url)
    house = await reopen_bench(url)
    if databases.server is None:
        driver, bare = "aiosqlite", raw.by_aiosqlite(file_of(copy), sent)
    else:
        driver, bare = "asyncpg", raw.by_asyncpg(databases.plain(copy), sent)
    async with (
        house.store,
        our_app(house) as app,
        served(app, requests) as ours,
        served_nothing(COUNT) as empty,
        bare as plain,
    ):
        spent = await in_turns(TRIES, AT_ONCE, databases.watch, ours=ours, plain=plain, empty=empty)
    both = spent["plain"].cpu + spent["empty"].cpu
    say(
        Row(
            work=f"{work}, committed (processor)",
            database=databases.name,
            ours=str(spent["ours"]),
            against=f"the same rows by {driver} and an empty Bolt request: "
            f"{spent['plain'].cpu * 1e3:.2f} and {spent['empty'].cpu * 1e3:.2f} ms",
            ratio=spent["ours"].cpu / both,
            demanded=3,
            by=PARTS,
        )
    )


async def _waiting(house: BenchHouse, count: int) -> list[RequestId]:
    queries = StoreQueries(house.store)
    found = await queries.requests(states=[RequestState.PENDING_APPROVAL], limit=100_000)
    assert found.total == count, found.total
    return [row.request.id for row in found.rows]
