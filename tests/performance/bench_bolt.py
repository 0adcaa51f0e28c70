"""Ours beside a Bolt app that does nothing: a command, the time to be ready, and memory."""

import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import psutil  # type: ignore[import-untyped]
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import text

import storage
from bot.desk import Desk
from bot.listeners import Listeners
from engine.application.directory import Told
from engine.application.jobs import Jobs
from engine.application.mirror import Mirror
from tests.acceptance.served import served
from tests.databases import StandingClock
from tests.performance.bench_house import open_bench, package_id, person_id
from tests.performance.databases import Databases, migrated
from tests.performance.filling import fill
from tests.performance.rows import Row, Say, Stopwatch

TIMES = 200
WARM = 20
SECRET = "a signing secret"


async def seconds_of_an_empty_request() -> float:
    """What Bolt takes for a command, over HTTP, with a listener that only acknowledges."""
    app = _app()

    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    app.command("/access")(acknowledge)
    return await _seconds_per_request(app, [str(person_id(1))])


def _app() -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_user_id="UBOT", bot_id="B1"
        )

    quiet = logging.getLogger("bench.bolt")
    quiet.setLevel(logging.CRITICAL)
    return AsyncApp(
        logger=quiet,
        client=AsyncWebClient(token="xoxb-1"),
        authorize=authorize,
        signing_secret=SECRET,
        process_before_response=True,
    )


def _command(words: str, person: str) -> bytes:
    """A signed `/access` command as it comes over the wire."""
    fields = {
        "command": "/access",
        "text": words,
        "user_id": person,
        "team_id": "T1",
        "channel_id": "C1",
        "trigger_id": "1.1.1",
    }
    body = urlencode(fields)
    signed = SignatureVerifier(SECRET)
    stamp = str(int(time.time()))
    signature = signed.generate_signature(timestamp=stamp, body=body)
    head = (
        "POST /slack/events HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"X-Slack-Request-Timestamp: {stamp}",
        f"X-Slack-Signature: {signature}",
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


async def _seconds_per_request(app: AsyncApp, people: Sequence[str]) -> float:
    """Processor seconds for `/access mine` of these people in turn, over one connection."""

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    server = web.Application()
    server.router.add_post("/slack/events", events)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
    try:
        for number in range(WARM):
            await _exchange(reader, writer, _command("mine", people[number % len(people)]))
        sent = [_command("mine", people[number % len(people)]) for number in range(TIMES)]
        with Stopwatch() as watch:
            for request in sent:
                await _exchange(reader, writer, request)
    finally:
        writer.close()
        await runner.cleanup()
    return watch.spent.cpu / TIMES


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


async def mine(databases: Databases, say: Say, *, people: int, assignments: int) -> None:
    """`/access mine` of somebody who holds ten packages, beside an empty app."""
    clock = StandingClock()
    packages = max(assignments // people, 1)
    house = await open_bench(
        await migrated(databases), people=people, packages=packages, clock=clock
    )
    async with house.store, aiohttp.ClientSession() as session:
        await fill(house, people - 1)
        for number in range(1, packages):
            await house.store.write(_another_package, number)
        queries = storage.StoreQueries(house.store)
        desk = Desk(
            service=house.service,
            store=house.store,
            queries=queries,
            reviews=storage.ReviewStoreQueries(house.store),
            mirror=Mirror(house.store, _NoDirectory()),  # type: ignore[arg-type]
            jobs=Jobs(house.store, clock, ()),
            client=AsyncWebClient(token="xoxb-1"),
            session=session,
            clock=clock,
            told_of=_told_of,
            command="/access",
            workspace_url=None,
        )
        app = _app()
        Listeners(desk).register(app)
        held = await queries.held_by(person_id(1))
        assert held.total == packages, held.total
        some = [str(person_id(1 + number * 37 % (people - 1))) for number in range(TIMES)]
        ours = await _seconds_per_request(app, some)
        await desk.drain()
    empty = await seconds_of_an_empty_request()
    say(
        Row(
            work=f"/access mine, {people:,} people, {people * packages:,} assignments",
            database=databases.name,
            ours=f"{ours * 1e3:.2f} ms processor, {held.total} packages held",
            against=f"an empty Bolt app: {empty * 1e3:.2f} ms processor",
            ratio=ours / empty,
            demanded=2,
        )
    )


def _another_package(tx: Any, number: int) -> None:
    names = {"new": str(package_id(number)), "old": str(package_id(0)), "part": f"-{number}"}
    conn = tx.conn
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
    conn.execute(text("ANALYZE"))


class _NoDirectory:
    """Nobody has to be looked up."""


def _told_of(_user: Mapping[str, Any]) -> Told:
    raise AssertionError("everybody is known")


async def starting(databases: Databases, say: Say) -> None:
    """`usher serve` from its start to being ready, and what it takes of memory, beside Bolt."""
    empty_seconds, empty_memory = await _started([sys.executable, "-c", _EMPTY_APP])
    with tempfile.TemporaryDirectory() as folder:
        url = await migrated(databases)
        path = Path(__file__).parents[2] / "configuration" / "sample.yml"
        async with served(Path(folder), path.read_text(), database_url=url) as world:
            began = time.perf_counter()
            process = await world.start()
            seconds = time.perf_counter() - began
            memory = _memory(process.pid)
    say(
        Row(
            work="ready to serve, seconds more than an empty Bolt app",
            database=databases.name,
            ours=f"{seconds:.2f} s",
            against=f"{empty_seconds:.2f} s",
            ratio=seconds - empty_seconds,
            demanded=1,
        )
    )
    say(
        Row(
            work="memory, MB more than an empty Bolt app",
            database=databases.name,
            ours=f"{memory:.0f} MB",
            against=f"{empty_memory:.0f} MB",
            ratio=memory - empty_memory,
            demanded=60,
        )
    )


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


async def _started(command: list[str]) -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}
    )
    assert process.stdout is not None
    line = await asyncio.to_thread(process.stdout.readline)
    seconds = time.perf_counter() - began
    assert line.strip() == b"ready"
    memory = _memory(process.pid)
    process.communicate(b"\n")
    return seconds, memory


def _memory(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1024**2
