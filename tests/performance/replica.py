"""A process that works until nothing is due: `python -m tests.performance.replica URL WHAT`.

WHAT is `wakes`, or `rights`, which are granted by a far side that takes its time.
"""

import asyncio
import sys

from engine.application.connectors import Hold, Target
from tests.performance.bench_house import BenchHouse, InstantConnector, reopen_bench
from tests.performance.bench_replicas import FAR_SIDE_SECONDS
from tests.performance.rows import Stopwatch


class SlowConnector(InstantConnector):
    """Grants after a while."""

    async def grant(self, target: Target, account: str) -> Hold:
        """Done."""
        await asyncio.sleep(FAR_SIDE_SECONDS)
        return await super().grant(target, account)


async def main(url: str, what: str) -> None:
    """Say that it is ready, wait for a line, work, say how much was done in how long."""
    house = await reopen_bench(url, connector=SlowConnector())
    async with house.store:
        await house.store.read(lambda reader: reader.configured())
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        with Stopwatch() as watch:
            done = await (_wakes(house) if what == "wakes" else _rights(house))
    print(done, watch.spent.wall, watch.spent.cpu)


async def _wakes(house: BenchHouse) -> int:
    done = 0
    while some := await house.wakes.run_once():
        done += some
    return done


async def _rights(house: BenchHouse) -> int:
    done = 0
    while True:
        begun = await house.deliveries.run_once()
        done += begun
        if house.deliveries.busy:
            await house.deliveries.wait()
        elif not begun:
            return done


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
