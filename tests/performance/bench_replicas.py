"""Two replicas on PostgreSQL against one."""

import asyncio
import sys
from datetime import timedelta

from engine.application.clock import SystemClock
from tests.performance.bench_house import open_bench
from tests.performance.databases import Databases, migrated
from tests.performance.filling import fill
from tests.performance.rows import PARTS, Row, Say

FAR_SIDE_SECONDS = 0.25
TRIES = 3


async def replicas(databases: Databases, say: Say, *, count: int) -> None:
    """How much more two processes do than one, of what needs processors and of what waits."""
    if databases.server is None:
        return
    fired = [await _done(databases, "wakes", processes, count) for processes in (1, 2)]
    say(
        Row(
            work="wakes per second (wall) by two replicas, beside the database on one machine",
            database=databases.name,
            ours=f"{fired[1].rate:.0f}/s",
            against=f"by one: {fired[0].rate:.0f}/s",
            ratio=fired[1].rate / fired[0].rate,
            demanded=1.8,
            by=PARTS,
            at_least=True,
        )
    )
    say(
        Row(
            work="processor time of a wake, database included, by two replicas",
            database=databases.name,
            ours=f"{fired[1].cpu * 1e3:.2f} ms",
            against=f"by one: {fired[0].cpu * 1e3:.2f} ms",
            ratio=fired[1].cpu / fired[0].cpu,
            demanded=round(2 / 1.8, 2),
            by=PARTS,
        )
    )
    few = min(count, 480)
    done = [await _done(databases, "rights", processes, few) for processes in (1, 2)]
    say(
        Row(
            work="rights granted per second (wall) by two replicas, "
            f"the far side takes {FAR_SIDE_SECONDS} s",
            database=databases.name,
            ours=f"{done[1].rate:.0f}/s",
            against=f"by one: {done[0].rate:.0f}/s",
            ratio=done[1].rate / done[0].rate,
            demanded=1.8,
            by=PARTS,
            at_least=True,
        )
    )


class _Done:
    """So much was done in so long."""

    def __init__(self, count: int, wall: float, cpu: float) -> None:
        self.rate = count / wall
        self.cpu = cpu / count


async def _done(databases: Databases, what: str, processes: int, count: int) -> _Done:
    """At its best of a few tries."""
    tries = [await _once(databases, what, processes, count) for _ in range(TRIES)]
    best = max(tries, key=lambda done: done.rate)
    best.cpu = min(done.cpu for done in tries)
    return best


async def _once(databases: Databases, what: str, processes: int, count: int) -> _Done:
    url = await migrated(databases)
    house = await open_bench(url, people=count + 1, packages=1)
    async with house.store:
        now = SystemClock().now()
        if what == "wakes":
            await fill(house, count, wake_at=now - timedelta(minutes=1))
        else:
            await fill(house, count, due_at=now)
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.performance.replica",
            url,
            what,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    for process in running:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"ready"
    with databases.watch() as watch:
        answers = await asyncio.gather(*(process.communicate(b"go\n") for process in running))
    said = [out.split() for out, _ in answers]
    done = sum(int(words[0]) for words in said)
    assert done >= count, f"{done} of {count} were done"
    wall = max(float(words[1]) for words in said)
    return _Done(count, wall, sum(float(words[2]) for words in said) + watch.spent.cpu)
