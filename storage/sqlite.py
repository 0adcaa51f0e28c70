"""SQLite: one connection writes, in one thread; a few others only read.

Each transaction is one hop to a thread and runs there from BEGIN to COMMIT, for a hop costs more
than a statement. BEGIN IMMEDIATE, always: a transaction that reads first and then wants to write
would fail when somebody wrote between. WAL, so that readers never wait; `synchronous=FULL`, so that
a power cut loses nothing that was answered. Exactly one connection of one process writes and
checkpoints: SQLite before 3.51.3 can damage a file that two do at the same instant, and two
processes would not see each other's wakes; so a lock file keeps a second process out.
"""

import asyncio
import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from storage import schema
from storage.address import Address, refuse_far_file
from storage.errors import DatabaseBusy, DatabaseUnavailable
from storage.leaving import SQLITE_SETUP

log = logging.getLogger(__name__)
T = TypeVar("T")

READERS = 4
_EVERYWHERE = ("PRAGMA foreign_keys=ON", "PRAGMA busy_timeout=5000")
_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA journal_size_limit=67108864",
)
_READER = ("PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0")


class FileLock:
    """The right to write one SQLite file, held for as long as the process lives."""

    def __init__(self, database: Path) -> None:
        """Take it, or raise `DatabaseBusy`."""
        self._path = database.with_name(database.name + ".lock")
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._fd, 20).decode(errors="replace").strip() or "unknown"
            os.close(self._fd)
            raise DatabaseBusy(
                f"{database} is in use by another Usher process (number {holder}); "
                "stop that one first, or use PostgreSQL to run several."
            ) from error
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the next process write."""
        os.close(self._fd)


class SqliteDatabase:
    """One SQLite database, in a file or, for tests, in memory."""

    def __init__(self, address: Address, *, read_only: bool) -> None:
        """Nothing is opened before `open`."""
        self._address = address
        self._read_only = read_only
        self._lock: FileLock | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="usher-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="usher-reader")
        self._local = threading.local()
        self._connections: list[Connection] = []

    async def open(self) -> None:
        """Lock the file, open it and bring its schema up to date. Raises `DatabaseFault`."""
        file = self._address.file
        if file is not None:
            _check_place(file, must_exist=self._read_only)
            if not self._read_only:
                self._lock = FileLock(file)
                _keep_private(file)
        try:
            await self._in(self._writer, self._open_writer)
        except (DBAPIError, sqlite3.Error) as error:
            await self.close()
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise DatabaseUnavailable(f"{file} cannot be used: {reason}.") from error
        except BaseException:
            await self.close()
            raise

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction."""
        if self._read_only:
            raise DatabaseUnavailable("The database was opened for reading only.")
        return await self._in(self._writer, self._run, fn)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a snapshot, beside the writer; in memory there is only the writer."""
        if self._address.file is None or self._read_only:
            return await self._in(self._writer, self._run, fn)
        return await self._in(self._readers, self._run, fn)

    async def glance(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn`, which asks one thing: as any read, since beginning costs little here."""
        return await self.read(fn)

    async def close(self) -> None:
        """Wait for what runs, close everything, give the file free. Closing twice is closing."""
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    async def _in(self, pool: ThreadPoolExecutor, fn: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, fn, *args)

    # In the threads

    def _run(self, fn: Callable[[Connection], T]) -> T:
        if not hasattr(self._local, "connection"):
            self._connect(_READER, "BEGIN")
        with self._transaction() as connection:
            return fn(connection)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """On this thread's connection.

        BEGIN is said here: if a listener said it, SQLAlchemy would look for more at each statement.
        """
        connection: Connection = self._local.connection
        with connection.begin():
            connection.exec_driver_sql(self._local.begin)
            yield connection

    def _open_writer(self) -> None:
        log.info("SQLite %s", sqlite3.sqlite_version)
        if self._read_only:
            self._connect(_READER, "BEGIN")
            with self._transaction() as connection:
                schema.check(connection)
            return
        connection = self._connect(_WRITER, "BEGIN IMMEDIATE")
        if self._address.file is not None:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            connection.rollback()
            if mode != "wal":
                raise DatabaseUnavailable(
                    f"{self._address.file} lies where SQLite cannot share memory between threads; "
                    "put it on a local disk or use PostgreSQL."
                )
        with self._transaction():
            schema.upgrade(connection)
            for statement in SQLITE_SETUP:
                connection.exec_driver_sql(statement)

    def _connect(self, pragmas: tuple[str, ...], begin: str) -> Connection:
        _opening.file = self._address.file or ":memory:"
        connection = _engine().connect()
        self._connections.append(connection)
        raw: Any = connection.connection.driver_connection
        for pragma in (*_EVERYWHERE, *pragmas):
            raw.execute(pragma)
        self._local.connection, self._local.begin = connection, begin
        return connection

    def _close(self) -> None:
        """The writer's connection was opened first and is closed last: it checkpoints."""
        self._readers.shutdown()
        self._writer.shutdown()
        while self._connections:
            self._connections.pop().close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


_opening = threading.local()


@cache
def _engine() -> Engine:
    """Of every connection, so that a statement is compiled once: not in each thread, for each file.

    Which file is opened is said by the thread that opens it.
    """
    return create_engine("sqlite://", poolclass=NullPool, hide_parameters=True, creator=_opened)


def _opened() -> sqlite3.Connection:
    return sqlite3.connect(_opening.file, isolation_level=None, check_same_thread=False)


def _keep_private(file: Path) -> None:
    """Make the file, if it is not there, so that only this user reads it; as will be its WAL."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _check_place(file: Path, *, must_exist: bool) -> None:
    if not file.parent.is_dir():
        raise DatabaseUnavailable(f"{file.parent} does not exist; make that folder first.")
    if must_exist and not file.exists():
        raise DatabaseUnavailable(f"There is no database {file} yet.")
    refuse_far_file(file)
    writable = os.access(file if file.exists() else file.parent, os.R_OK | os.W_OK)
    if not writable:
        raise DatabaseUnavailable(f"{file} may not be written by this user.")
