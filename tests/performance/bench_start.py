"""`usher serve` from its start to being ready, and the memory it takes, beside an empty Bolt app."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from tests.acceptance.served import served
from tests.performance.databases import Databases, migrated
from tests.performance.rows import PARTS, Row, Say

TRIES = 5
SAMPLE = Path(__file__).parents[2] / "configuration" / "sample.yml"


@dataclass(frozen=True)
class Started:
    """A process that is ready."""

    seconds: float
    processor: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.processor:.2f} processor), {self.megabytes:.0f} MB"


async def starting(databases: Databases, say: Say) -> None:
    """From nothing to ready, with the sample configuration stored already."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = {"PYTHONPYCACHEPREFIX": f"{folder}/compiled", "PYTHONDONTWRITEBYTECODE": ""}
        """As any installed package is, whatever is said of the checkout this runs from."""

        async def nothing() -> Started:
            return await _an_empty_app({**os.environ, **compiled})

        help_asked = [sys.executable, "-m", "bot.cli", "--help"]
        await asyncio.to_thread(
            subprocess.run,
            help_asked,
            env={**os.environ, **compiled},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        empty = await _best_of(nothing)
        url = await migrated(databases)
        async with served(Path(folder), SAMPLE.read_text(), database_url=url) as world:

            async def ours() -> Started:
                began = time.perf_counter()
                process = await world.start(**compiled)
                started = _started(process, began)
                world.stop()
                return started

            await ours()
            usher = await _best_of(ours)
    for work, more, demanded in (
        ("ready to serve, seconds more (wall)", usher.seconds - empty.seconds, 1),
        ("ready to serve, seconds more (processor)", usher.processor - empty.processor, 1),
        ("memory when ready, MB more", usher.megabytes - empty.megabytes, 60),
    ):
        say(
            Row(
                work=work,
                database=databases.name,
                ours=str(usher),
                against=f"an empty Bolt app: {empty}",
                ratio=more,
                demanded=demanded,
                by=PARTS,
            )
        )


async def _best_of(start: Callable[[], Awaitable[Started]]) -> Started:
    tries = [await start() for _ in range(TRIES)]
    return Started(
        min(each.seconds for each in tries),
        min(each.processor for each in tries),
        min(each.megabytes for each in tries),
    )


async def _an_empty_app(environment: Mapping[str, str]) -> Started:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _EMPTY_APP],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await asyncio.to_thread(process.stdout.readline)
    assert line.strip() == b"ready"
    started = _started(process, began)
    process.communicate(b"\n")
    return started


def _started(process: subprocess.Popen[bytes], began: float) -> Started:
    seconds = time.perf_counter() - began
    known = psutil.Process(process.pid)
    times = known.cpu_times()
    return Started(seconds, times.user + times.system, known.memory_info().rss / 1024**2)


_EMPTY_APP = """
import asyncio, sys
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
async def authorize():
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")
app = AsyncApp(authorize=authorize, signing_secret="s", process_before_response=True)
@app.command("/access")
async def access(ack):
    await ack()
async def events(request):
    return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))
async def main():
    server = web.Application()
    server.router.add_post("/slack/events", events)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
asyncio.run(main())
"""
