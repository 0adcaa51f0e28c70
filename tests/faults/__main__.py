"""`python -m tests.faults --points all`: the happy path, killed at every step.

`--points N` takes a sample, `--seed` another one, `--database postgres` the other database.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.databases import running_postgres
from tests.faults.sampling import sampled
from tests.faults.story import killed, told


def main() -> int:
    """Answers 1 if any end was another one."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--points", default="50", help="a number, or all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    points = sys.maxsize if asked.points == "all" else int(asked.points)
    if asked.database == "sqlite":
        return asyncio.run(_run(points, asked.seed, None, lambda: None))
    with running_postgres() as server:
        return asyncio.run(_run(points, asked.seed, server.url_of("usher"), server.empty))


async def _run(points: int, seed: int, url: str | None, empty: Callable[[], None]) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="usher-faults-") as folder:
        undisturbed, steps = await told(_fresh(folder, "told"), url)
        chosen = sampled(steps, points, seed=seed)
        print(f"the story takes {steps} steps; dying at {len(chosen)} of them", flush=True)  # noqa: T201
        died = failed = 0
        for step in chosen:
            await asyncio.to_thread(empty)
            try:
                end, was_killed = await killed(_fresh(folder, str(step)), step, url)
            except AssertionError as never:
                found, was_killed = [str(never)], True
            else:
                found = end.differs_from(undisturbed)
            died += was_killed
            if found:
                failed += 1
                print(f"killed at step {step}:", *found, sep="\n  ", flush=True)  # noqa: T201
    spent = time.monotonic() - began
    print(f"{failed} of {len(chosen)} ended otherwise; {died} died; {spent:.0f} s")  # noqa: T201
    return min(failed, 1)


def _fresh(folder: str, name: str) -> Path:
    made = Path(folder) / name
    made.mkdir()
    return made


if __name__ == "__main__":
    sys.exit(main())
