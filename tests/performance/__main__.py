"""How fast Usher is, as ratios taken in one run: `python -m tests.performance`.

    --size N        how many sleep where that matters (100,000; five million take most of an hour)
    --times N       how often what takes milliseconds is done (100)
    --only WORD     only the measurements whose name has this word
    --on DATABASE   only SQLite, or only PostgreSQL

Figures go to docs/performance.md. Nothing here is a test: a machine that does something else
meanwhile shows in every figure. `test_statements.py` holds what can be held.
"""

import argparse
import asyncio
import functools
import logging
import sys
from collections.abc import Awaitable, Callable

from tests.performance import bench_bolt, bench_time, bench_work
from tests.performance.databases import Databases, databases
from tests.performance.rows import Row, table

Measure = Callable[[Databases, Callable[[Row], None]], Awaitable[None]]


def measurements(size: int, times: int) -> dict[str, Measure]:
    """Every measurement by its name, in the order of the report."""
    return {
        "story": functools.partial(bench_work.whole_story, times=times),
        "decisions": functools.partial(bench_work.decisions, times=times),
        "audit": functools.partial(bench_work.audit, times=times),
        "expiries": functools.partial(bench_work.expiries, count=max(size // 100, 500)),
        "search": bench_work.search,
        "deliveries": functools.partial(bench_work.deliveries, count=max(size // 200, 300)),
        "polls": functools.partial(bench_time.empty_polls, size=size),
        "firing": functools.partial(bench_time.firing, count=max(size // 10, 1_000), times=times),
        "lag": functools.partial(bench_time.lag, size=size),
        "restart": functools.partial(bench_time.restart, size=size),
        "replicas": functools.partial(bench_time.replicas, count=max(size // 20, 1_000)),
        "mine": functools.partial(
            bench_bolt.mine, people=max(size // 10, 100), assignments=max(size, 1_000)
        ),
        "starting": bench_bolt.starting,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance")
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--only", default="")
    parser.add_argument("--on", choices=["SQLite", "PostgreSQL"])
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    rows: list[Row] = []

    def say(row: Row) -> None:
        rows.append(row)
        print("  ".join(row.cells()), file=sys.stderr, flush=True)

    for which in [given.on] if given.on else ["SQLite", "PostgreSQL"]:
        with databases(which) as opened:
            for name, measure in measurements(given.size, given.times).items():
                alone = name == "replicas" and which == "SQLite"
                if given.only in name and not alone:
                    asyncio.run(_measured(measure, opened, say))
    print(table(rows))
    return 0


async def _measured(measure: Measure, opened: Databases, say: Callable[[Row], None]) -> None:
    await measure(opened, say)


if __name__ == "__main__":
    sys.exit(main())
