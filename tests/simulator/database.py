"""The real SQL on SQLite in memory, run at once in the loop: a store no thread takes part in.

`storage.DatabaseStore` asks two things of a database: run this function in a transaction, or on a
snapshot. Here both happen between two steps of the simulated loop, so a transaction has happened
or it has not; before and after it anything may happen to whoever asked. Every replica has a store
of its own over the same database, as several processes have over one PostgreSQL.

There is one connection per process: the statements SQLAlchemy compiled stay compiled, and each
simulation begins with a copy of the same migrated, empty database.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

from storage import schema

T = TypeVar("T")
Watch = Callable[[Connection], None]
SLOWEST = 0.03
"""Seconds a transaction waits at most on each side."""


class InlineDatabase:
    """`storage.store.Database` without threads."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.connection, self._raw = _the_connection()
        _template().backup(self._raw)
        self.commits = 0
        self.watchers: list[Watch] = []
        """Called inside each writing transaction, at its end."""
        self.bells: list[Callable[[], None]] = []
        """Called after each commit that changed something."""

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction, some time from now; the answer takes time too."""
        await self._some_time()
        before = self._raw.total_changes
        with self.connection.begin():
            result = fn(self.connection)
            if self._raw.total_changes != before:
                for watch in self.watchers:
                    watch(self.connection)
        if self._raw.total_changes != before:
            self.commits += 1
            for bell in list(self.bells):
                bell()
        await self._some_time()
        return result

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a snapshot."""
        await self._some_time()
        with self.connection.begin():
            return fn(self.connection)

    async def close(self) -> None:
        """There is nothing to close."""

    async def _some_time(self) -> None:
        if self._random.random() < 0.3:
            await asyncio.sleep(self._random.random() * SLOWEST)


def _open() -> tuple[Connection, sqlite3.Connection]:
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        connect_args={"isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(raw: Any, _record: object) -> None:
        raw.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    connection = engine.connect()
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return connection, raw


@cache
def _the_connection() -> tuple[Connection, sqlite3.Connection]:
    return _open()


@cache
def _template() -> sqlite3.Connection:
    connection, raw = _open()
    with connection.begin():
        schema.upgrade(connection)
    return raw
