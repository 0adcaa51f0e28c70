"""The real SQL on SQLite in memory, run at once in the loop: a store no thread takes part in.

`storage.DatabaseStore` asks of a database: run this function in a transaction, or on a snapshot.
Here both happen between two steps of the simulated loop, so a transaction has happened or it has
not; before and after it anything may happen to whoever asked. Every replica has a store of its own
over the same database, as several processes have over one PostgreSQL.

It is the product's own `SqliteDatabase`, opened once per process, so that the statements SQLAlchemy
compiled stay compiled; each simulation begins with a copy of the same migrated, empty database.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import cache, partial
from random import Random
from typing import TypeVar

from sqlalchemy import Connection

from storage.address import parse
from storage.sqlite import SqliteDatabase
from tests.simulator.loop import OWNER, Owner

T = TypeVar("T")
Watch = Callable[[Connection], None]
SLOWEST = 0.03
"""Seconds a transaction waits at most on each side."""


class InlineDatabase:
    """`storage.store.Database` without threads."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._database, self._raw, empty = _the_database()
        empty.backup(self._raw)
        self.commits = 0
        self.watchers: list[Watch] = []
        """Called inside each writing transaction, at its end."""
        self.bells: list[Callable[[Owner | None], None]] = []
        """Called after each commit that changed something, with whoever asked for it."""

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction, some time from now; the answer takes time too."""
        await self._some_time()
        before = self._raw.total_changes
        result = self.run(partial(self._watched, fn))
        if self._raw.total_changes != before:
            self.commits += 1
            for bell in list(self.bells):
                bell(OWNER.get())
        await self._some_time()
        return result

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a snapshot."""
        await self._some_time()
        return self.run(fn)

    async def glance(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn`, which asks one thing."""
        return await self.read(fn)

    def run(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in a transaction, now."""
        return self._database._run(fn)

    def _watched(self, fn: Callable[[Connection], T], connection: Connection) -> T:
        before = self._raw.total_changes
        result = fn(connection)
        if self._raw.total_changes != before:
            for watch in self.watchers:
                watch(connection)
        return result

    async def close(self) -> None:
        """There is nothing to close."""

    async def _some_time(self) -> None:
        if self._random.random() < 0.3:
            await asyncio.sleep(self._random.random() * SLOWEST)


@cache
def _the_database() -> tuple[SqliteDatabase, sqlite3.Connection, sqlite3.Connection]:
    """The product's own, with its one connection, and what it holds when it is empty."""
    database = SqliteDatabase(parse("sqlite+aiosqlite://"), read_only=False)
    database._open_writer()
    raw = database._connections[0].connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    empty = sqlite3.connect(":memory:")
    raw.backup(empty)
    return database, raw, empty
