"""The same statements by the bare driver: what the database alone takes for them.

What our engine sent for some commands is kept, and sent again to a copy of the database as it was
before, without SQLAlchemy, without rules, without mapping. So both write the same rows. Each of
these opens a database and yields what sends the commands of some numbers.
"""

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import asyncpg  # type: ignore[import-untyped]  # it brings no types
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import create_async_engine

import storage
from engine.application.clock import SystemClock
from storage.bound import Home
from storage.leaving import SQLITE_SETUP
from tests.performance.rows import Doing

T = TypeVar("T")
Sent = tuple[str, Any, bool]
"""A statement, its parameters, and whether there are many sets of them."""
Command = list[Sent]
"""What was sent in one transaction."""

PRAGMAS = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL")
_SETUP = (*(f"PRAGMA {pragma}" for pragma in PRAGMAS), *SQLITE_SETUP)
_SETTINGS = {"jit": "off"}
"""As ours."""


def copy_sqlite(file: Path, to: Path) -> None:
    """The file as it is now, although somebody has it open."""
    with sqlite3.connect(file) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()


@asynccontextmanager
async def by_sqlite3(file: Path, commands: Sequence[Command]) -> AsyncIterator[Doing]:
    """Each command in a transaction, in a thread that does them all in one turn."""
    with ThreadPoolExecutor(1) as thread:
        conn = await _in(thread, lambda: sqlite3.connect(file, isolation_level=None))
        await _in(thread, lambda: [conn.execute(statement) for statement in _SETUP])

        def send(numbers: range) -> None:
            for command in commands[numbers.start : numbers.stop]:
                conn.execute("BEGIN IMMEDIATE")
                for statement, given, many in command:
                    if many:
                        conn.executemany(statement, given)
                    else:
                        conn.execute(statement, given).fetchall()
                conn.execute("COMMIT")

        async def sent(numbers: range) -> None:
            await _in(thread, lambda: send(numbers))

        yield sent
        await _in(thread, conn.close)


async def _in(thread: ThreadPoolExecutor, work: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(thread, work)


@asynccontextmanager
async def by_aiosqlite(file: Path, commands: Sequence[Command]) -> AsyncIterator[Doing]:
    """Each command in a transaction, awaiting each statement."""
    async with aiosqlite.connect(file, isolation_level=None) as conn:
        for statement in _SETUP:
            await conn.execute(statement)

        async def send(numbers: range) -> None:
            for command in commands[numbers.start : numbers.stop]:
                await conn.execute("BEGIN IMMEDIATE")
                for statement, given, many in command:
                    if many:
                        await conn.executemany(statement, given)
                    else:
                        await conn.execute_fetchall(statement, given)
                await conn.execute("COMMIT")

        yield send


class _Awaited:
    """SQLite as SQLAlchemy has it for asyncio: a hop to another thread for each statement."""

    def __init__(self, file: Path) -> None:
        self._engine = create_async_engine(
            f"sqlite+aiosqlite:///{file}", connect_args={"isolation_level": None}
        )

        @event.listens_for(self._engine.sync_engine, "connect")
        def prepare(raw: Any, _record: object) -> None:
            for statement in _SETUP:
                raw.execute(statement)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        def transaction(conn: Connection) -> T:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            return fn(conn)

        async with self._engine.begin() as conn:
            return await conn.run_sync(transaction)

    read = glance = write

    async def close(self) -> None:
        await self._engine.dispose()


@asynccontextmanager
async def over_aiosqlite(file: Path) -> AsyncIterator[storage.DatabaseStore]:
    """Our store, but over aiosqlite, whose every statement is awaited."""
    home = Home(clock=SystemClock(), postgres=False, only_writer=True)
    async with storage.DatabaseStore(_Awaited(file), home) as store:
        yield store


@asynccontextmanager
async def by_asyncpg(
    address: str, commands: Sequence[Command], *, at_once: int = 1
) -> AsyncIterator[Doing]:
    """Each command in a transaction, so many at once."""
    pool = await asyncpg.create_pool(
        address,
        min_size=at_once,
        max_size=at_once,
        init=_bodies_as_text,
        server_settings=_SETTINGS,
    )

    async def work(waiting: list[Command]) -> None:
        async with pool.acquire() as conn:
            while waiting:
                command = waiting.pop()
                async with conn.transaction():
                    for statement, given, many in command:
                        if many:
                            await conn.executemany(statement, given)
                        else:
                            await conn.fetch(statement, *given)

    async def send(numbers: range) -> None:
        waiting = list(reversed(commands[numbers.start : numbers.stop]))
        await asyncio.gather(*(work(waiting) for _ in range(at_once)))

    yield send
    await pool.close()


@asynccontextmanager
async def by_one_call(
    address: str, commands: Sequence[Command], *, at_once: int
) -> AsyncIterator[Doing]:
    """Each command in a single statement: a function of the database that does it all.

    The few that were sent with other statements than most are left out.
    """
    (known, _), *_ = Counter(map(_signature, commands)).most_common()
    same = [command for command in commands if _signature(command) == known]
    conn = await asyncpg.connect(address)
    await conn.execute(_function(same))
    await conn.close()
    places = sum(len(given) for _, given, _ in same[0])
    call = f"SELECT bench({', '.join(f'${place}' for place in range(1, places + 1))})"
    calls = [
        [(call, tuple(value for _, given, _ in command for value in given), False)]
        for command in same
    ]
    async with by_asyncpg(address, calls, at_once=at_once) as send:
        yield send


def _signature(command: Command) -> tuple[tuple[str, int], ...]:
    assert not any(many for _, _, many in command)
    return tuple((statement, len(given)) for statement, given, _ in command)


def _function(commands: Sequence[Command]) -> str:
    """All statements of a command as one function of all their parameters; it keeps their plans."""
    body, before = [], 0
    for statement, given, _ in commands[0]:
        moved = _moved(statement, before)
        answers = "RETURNING" in moved or moved.lstrip().startswith(("SELECT", "WITH"))
        body.append(f"FOR found IN {moved} LOOP END LOOP;" if answers else f"{moved};")
        before += len(given)
    values = zip(*([v for _, given, _ in each for v in given] for each in commands), strict=True)
    types = ", ".join(_type_of(some) for some in values)
    return f"""
CREATE FUNCTION bench({types}) RETURNS void LANGUAGE plpgsql AS
$$ DECLARE found record; BEGIN {" ".join(body)} END $$"""


def _moved(statement: str, by: int) -> str:
    """The statement with its parameters in later places."""
    return re.sub(r"\$(\d+)", lambda found: f"${int(found[1]) + by}", statement)


def _type_of(values: Sequence[Any]) -> str:
    known = next((value for value in values if value is not None), "")
    match known:
        case bool():
            return "boolean"
        case int():
            return "bigint"
        case list():
            return "text[]"
        case _:
            return "text"


async def _bodies_as_text(conn: Any) -> None:
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda body: b"\1" + body.encode(),
        decoder=lambda raw: raw[1:].decode(),
    )
