"""`python -m tests.simulator --seeds 20000`: long runs, for nights; a failing seed is said at once.

`--from` begins at another seed, `--jobs` uses so many processes, `--plant` puts a fault in, and
`--trace` prints one seed's history.
"""

import argparse
import logging
import os
import sys
import time
from collections import Counter
from contextlib import nullcontext
from functools import partial
from multiprocessing import Pool

from tests.simulator.plants import PLANTS
from tests.simulator.run import Verdict, simulate


def main() -> int:
    """Run the seeds; answers 1 if any found something."""
    asked = _arguments().parse_args()
    logging.disable(logging.CRITICAL)
    if asked.trace is not None:
        return _say(simulate(asked.trace, on_trace=print))
    began = time.monotonic()
    seeds = range(asked.first, asked.first + asked.seeds)
    totals: Counter[str] = Counter()
    failing = 0
    with Pool(asked.jobs) as pool:
        for verdict in pool.imap_unordered(partial(_one, plant=asked.plant), seeds, chunksize=4):
            totals.update(verdict.figures)
            failing += _say(verdict)
    print(f"{failing} of {asked.seeds} seeds failed, in {time.monotonic() - began:.0f} s")  # noqa: T201
    print(", ".join(f"{count} {what}" for what, count in totals.items()))  # noqa: T201
    return min(failing, 1)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--plant", choices=sorted(PLANTS))
    parser.add_argument("--trace", type=int, metavar="SEED")
    return parser


def _one(seed: int, *, plant: str | None) -> Verdict:
    logging.disable(logging.CRITICAL)
    with PLANTS[plant]() if plant else nullcontext():
        return simulate(seed)


def _say(verdict: Verdict) -> int:
    for sentence in verdict.found:
        print(f"seed {verdict.seed}: {sentence}")  # noqa: T201
    if verdict.found:
        print(f"  again: python -m tests.simulator --trace {verdict.seed}", flush=True)  # noqa: T201
    return int(bool(verdict.found))


if __name__ == "__main__":
    sys.exit(main())
