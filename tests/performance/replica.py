"""A process that fires what is due until nothing is: `python -m tests.performance.replica URL`."""

import asyncio
import sys

from tests.performance.bench_house import reopen_bench


async def main(url: str) -> None:
    """Say that it is ready, wait for a line, work, say how much was done."""
    house = await reopen_bench(url)
    async with house.store:
        await house.store.read(lambda reader: reader.configured())
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        fired = 0
        while some := await house.wakes.run_once():
            fired += some
    print(fired)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
