"""How fast Usher is, as ratios taken in one run: `python -m tests.performance`.

Everything but reviews (`bench_reviews.py`) and the playground (`bench_playground.py`), on SQLite and
on a PostgreSQL that is started for the run. Takes a quarter of an hour on two cores.

    --asleep N      how many sleep where that matters (100,000; five million take most of an hour)
    --only WORDS    only the measurements whose names have one of these words
    --on DATABASE   only SQLite, or only PostgreSQL
    --list          the names of the measurements, and what they measure

Processor time is that of this process and of the database server. Each figure is the best of many
short tries, for other programs on the machine can only add to it. Nothing here is a test: what is
printed is the part "Figures" of docs/performance.md, to be pasted there as it is, and
`test_statements.py` holds what can be held.
"""

import argparse
import asyncio
import functools
import logging
import os
import platform
import signal
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable

from engine.application.clock import SystemClock
from tests.performance import (
    bench_decisions,
    bench_replicas,
    bench_requests,
    bench_start,
    bench_time,
    bench_work,
)
from tests.performance.databases import Databases, databases
from tests.performance.rows import Row, Say, table

Measure = Callable[[Databases, Say], Awaitable[None]]


def measurements(asleep: int) -> dict[str, Measure]:
    """Every measurement by its name, in the order of the report."""
    of = functools.partial
    return {
        "story": bench_work.whole_story,
        "expiries": of(bench_work.expiries, count=2_000),
        "search": bench_requests.search,
        "mine": of(bench_requests.mine, people=10_000, packages=10),
        "requests": bench_requests.submit_and_approve,
        "waking": of(bench_time.waking, count=10_000),
        "looks": of(bench_time.looks, asleep=asleep),
        "lag": of(bench_time.lag, asleep=asleep),
        "restart": of(bench_time.restart, asleep=asleep),
        "replicas": of(bench_replicas.replicas, count=4_000),
        "starting": bench_start.starting,
        "decisions": bench_decisions.decisions,
        "audit": bench_decisions.audit,
        "backlog": of(bench_decisions.beside_a_backlog, count=5_000),
        "deliveries": of(bench_work.deliveries, count=480, idle=200_000),
    }


def main() -> int:
    """Measure and print."""
    given = _arguments()
    if given.list:
        for name, measure in measurements(given.asleep).items():
            what = getattr(measure, "func", measure)
            print(f"{name:12} {(what.__doc__ or '').splitlines()[0]}")
        return 0
    logging.disable(logging.ERROR)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the server ends with us
    load = os.getloadavg()[0]
    rows: list[Row] = []
    for which in [given.on] if given.on else ["SQLite", "PostgreSQL"]:
        with databases(which) as opened:
            for name, measure in measurements(given.asleep).items():
                if not given.only or any(word in name for word in given.only):
                    _measured(name, measure, opened, rows)
    print(
        f"Measured on {SystemClock().now():%Y-%m-%d}: {os.cpu_count()} cores, load {load:.1f} at the "
        f"start and {os.getloadavg()[0]:.1f} at the end, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}.\n"
    )
    print(table(rows))
    missed = sum(not row.met for row in rows)
    _say(f"{len(rows)} figures, {missed} of them less than demanded")
    return 0


def _measured(name: str, measure: Measure, opened: Databases, rows: list[Row]) -> None:
    began, before = time.monotonic(), len(rows)
    _say(f"{opened.name}: {name} ...")
    asyncio.run(_run(measure, opened, rows.append))
    for row in rows[before:]:
        _say("    " + "  ".join(row.cells()))
    _say(f"    ({time.monotonic() - began:.0f} s)")


async def _run(measure: Measure, opened: Databases, say: Say) -> None:
    await measure(opened, say)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.performance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--asleep", type=int, default=100_000, metavar="N")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD")
    parser.add_argument("--on", choices=["SQLite", "PostgreSQL"])
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
