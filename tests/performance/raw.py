"""The same statements by the bare driver: what the database alone takes for them.

What our engine sent for some commands is kept, and sent again to a copy of the database as it was
before, without SQLAlchemy, without rules, without mapping. So both write the same rows.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg  # type: ignore[import-untyped]

from storage.leaving import SQLITE_SETUP
from tests.performance.rows import Spent, Stopwatch

Sent = tuple[str, Any, bool]
"""A statement, its parameters, and whether there are many sets of them."""

PRAGMAS = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL")


def copy_sqlite(file: Path, to: Path) -> None:
    """The file as it is now, although somebody has it open."""
    with sqlite3.connect(file) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()


def with_sqlite3(file: Path, commands: Sequence[list[Sent]]) -> Spent:
    """Each command in a transaction, in this thread."""
    conn = sqlite3.connect(file, isolation_level=None)
    for pragma in PRAGMAS:
        conn.execute(f"PRAGMA {pragma}")
    for statement in SQLITE_SETUP:
        conn.execute(statement)
    with Stopwatch() as watch:
        for command in commands:
            conn.execute("BEGIN IMMEDIATE")
            for statement, given, many in command:
                if many:
                    conn.executemany(statement, given)
                else:
                    conn.execute(statement, given).fetchall()
            conn.execute("COMMIT")
    conn.close()
    return watch.spent


async def with_aiosqlite(file: Path, commands: Sequence[list[Sent]]) -> Spent:
    """The same, awaiting each statement."""
    async with aiosqlite.connect(file, isolation_level=None) as conn:
        for pragma in PRAGMAS:
            await conn.execute(f"PRAGMA {pragma}")
        for statement in SQLITE_SETUP:
            await conn.execute(statement)
        with Stopwatch() as watch:
            for command in commands:
                await conn.execute("BEGIN IMMEDIATE")
                for statement, given, many in command:
                    if many:
                        await conn.executemany(statement, given)
                    else:
                        await conn.execute_fetchall(statement, given)
                await conn.execute("COMMIT")
    return watch.spent


async def with_asyncpg(
    address: str, commands: Sequence[list[Sent]], *, at_once: int = 1, watch: Stopwatch
) -> Spent:
    """Each command in a transaction, so many at once."""
    pool = await asyncpg.create_pool(
        address, min_size=at_once, max_size=at_once, init=_bodies_as_text
    )
    waiting = list(reversed(commands))

    async def work() -> None:
        async with pool.acquire() as conn:
            while waiting:
                command = waiting.pop()
                async with conn.transaction():
                    for statement, given, many in command:
                        if many:
                            await conn.executemany(statement, given)
                        else:
                            await conn.fetch(statement, *given)

    with watch:
        await asyncio.gather(*(work() for _ in range(at_once)))
    await pool.close()
    return watch.spent


async def _bodies_as_text(conn: Any) -> None:
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda body: b"\1" + body.encode(),
        decoder=lambda raw: raw[1:].decode(),
    )
