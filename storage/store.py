"""The store: transactions on either database, tried again where that helps, never cut short.

A transaction that was begun is finished, whatever becomes of the task that asked for it: cut off
half-way, a connection could come back to the pool with half a transaction in it. After a lost
connection nobody knows whether COMMIT arrived; so the function runs again, and the keys in the
database make the second time harmless. The same for two that wait for each other.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, Self, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, func, literal, select, union_all
from sqlalchemy.exc import DBAPIError

from engine.application.configured import Configured
from engine.application.lane_ports import LaneKind
from engine.application.ports import Clock, Conflict, Reader, Transaction
from engine.domain.refusals import Refusal
from storage import review_tables
from storage import tables as t
from storage.address import Address, parse
from storage.audit import START, base_of, export_audit, seal_audit, verify_audit
from storage.bound import Home
from storage.errors import Again, DatabaseUnavailable, was_overtaken
from storage.reader import SqlReader
from storage.sqlite import SqliteDatabase
from storage.transaction import SqlTransaction
from storage.types import WakeMillis
from storage.wakes import WAKING

if TYPE_CHECKING:
    from storage.postgres import PostgresDatabase

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

TRIES = 3


class Database(Protocol):
    """What the store needs from either database."""

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction."""
        ...

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a snapshot."""
        ...

    async def glance(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn`, which asks one thing."""
        ...

    async def close(self) -> None:
        """Wait for what runs and close."""
        ...


class DatabaseStore:
    """`engine.application.ports.Store` over a database that is open."""

    def __init__(self, database: Database, home: Home) -> None:
        """Use `open_store`."""
        self._database = database
        self._home = home
        self._running: set[asyncio.Task[Any]] = set()
        self._changes = 0
        self._changed = asyncio.Event()
        self._seen: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()

    @property
    def postgres(self) -> bool:
        """Whether it is PostgreSQL, where several processes may work at once."""
        return self._home.postgres

    @property
    def configuration_known(self) -> Configured | None:
        """The stored configuration, if nobody else can have stored another meanwhile."""
        return self._home.configured if self._home.only_writer else None

    async def write(
        self, fn: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(tx, ...)` in one transaction and commit; any exception rolls back.

        Raises `Conflict` when a key was taken, `DatabaseUnavailable` when the database is away.
        """
        return await self._finished(self._write(fn, args, kwargs))

    async def read(
        self, fn: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(reader, ...)` on a consistent snapshot; never waits for a writer."""
        return await self.look(lambda reader: fn(reader, *args, **kwargs))

    async def look(self, fn: Callable[[SqlReader], T]) -> T:
        """Run `fn` on a consistent snapshot, with its connection: for this package's own reads."""
        return await self._finished(
            _tried(self._database.read, lambda conn: fn(SqlReader(conn, self._home)))
        )

    async def glance(self, fn: Callable[[SqlReader], T]) -> T:
        """The same for what asks one thing; what it asks besides may be of another moment."""
        return await self._finished(
            _tried(self._database.glance, lambda conn: fn(SqlReader(conn, self._home)))
        )

    async def next_wake_at(self) -> datetime | None:
        """The earliest moment at which anything (aggregate or lane) is due."""
        return await self.glance(_next_wake_at)

    async def wait_for_change(self, seconds: float) -> None:
        """Return after a local commit that made something due, or after so long by the clock.

        A change since the calling task last returned from here counts: none is missed.
        """
        task = asyncio.current_task()
        assert task is not None, "only tasks wait"
        if self._seen.get(task, 0) == self._changes:
            await self._wait(seconds)
        self._seen[task] = self._changes

    # The audit

    async def seal_audit(self) -> int:
        """Seal what was written since the last seal; answers how many rows."""
        sealed = 0
        while some := await self.write(_seal):
            sealed += some
        return sealed

    async def verify_audit(self) -> str | None:
        """The first thing that is wrong with the audit, as a sentence; None when nothing is."""
        return await self.look(lambda reader: verify_audit(reader.conn))

    async def export_audit(self) -> AsyncIterator[dict[str, object]]:
        """Every entry in the order of its commit, ready for JSON lines."""
        cursor = START
        while page := await self.look(partial(export_audit, cursor=cursor)):
            for _, entry in page:
                yield entry
            cursor = page[-1][0]

    async def close(self) -> None:
        """Finish what runs, then close every connection."""
        if self._running:
            await asyncio.wait(self._running)
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def _wait(self, seconds: float) -> None:
        waits = {
            asyncio.ensure_future(self._changed.wait()),
            asyncio.ensure_future(self._home.clock.sleep(seconds)),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _write(self, fn: Callable[..., T], args: Any, kwargs: Any) -> T:
        def run(conn: Connection) -> tuple[T, SqlTransaction]:
            tx = SqlTransaction(conn, self._home)
            tx.assuming = True
            try:
                result = fn(tx, *args, **kwargs)
            except Refusal:
                tx.confirm()
                raise
            tx.confirm()
            tx.finish()
            return result, tx

        result, tx = await _tried(self._database.write, run)
        if tx.added is not None:
            self._home.configured = tx.added
        if tx.wakes_now:
            self._changes += 1
            self._changed.set()
            self._changed = asyncio.Event()
        return result

    async def _finished(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result; should the caller be cancelled, the work still goes on to its end."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()


async def open_store(database_url: str, *, clock: Clock, read_only: bool = False) -> DatabaseStore:
    """Open the database at this address. Raises `DatabaseFault` with one sentence why not.

    SQLite is brought up to date, kept from other processes, and freed of the leases of a process
    that died. PostgreSQL must have been migrated before. `read_only` opens a SQLite file beside
    the process that writes it.
    """
    address = parse(database_url)
    alone = not address.postgres and not read_only
    home = Home(clock=clock, postgres=address.postgres, only_writer=alone)
    if address.postgres:
        postgres = _postgres(address)
        await postgres.open()
        home.audit_base = await postgres.read(base_of)
        return DatabaseStore(postgres, home)
    sqlite = SqliteDatabase(address, read_only=read_only)
    await sqlite.open()
    if not read_only:
        await sqlite.write(lambda conn: SqlTransaction(conn, home).free_leases())
    return DatabaseStore(sqlite, home)


async def migrate(database_url: str, *, clock: Clock) -> None:
    """Bring a database up to date, whichever it is. Raises `DatabaseFault`."""
    address = parse(database_url)
    if not address.postgres:
        await (await open_store(database_url, clock=clock)).close()
        return
    postgres = _postgres(address)
    try:
        await postgres.migrate()
    finally:
        await postgres.close()


async def check_schema(database_url: str, *, clock: Clock) -> None:
    """Raise `SchemaOutdated` unless the database is at this version's revision."""
    await (await open_store(database_url, clock=clock, read_only=True)).close()


def _postgres(address: Address) -> "PostgresDatabase":
    from storage.postgres import (  # noqa: PLC0415 - SQLite starts without it
        PostgresDatabase,
    )

    return PostgresDatabase(address)


def _seal(tx: Transaction) -> int:
    assert isinstance(tx, SqlTransaction), "the store makes its transactions itself"
    return seal_audit(tx, tx.now())


async def _tried(
    run: Callable[[Callable[[Connection], T]], Coroutine[Any, Any, T]],
    fn: Callable[[Connection], T],
) -> T:
    for _ in range(TRIES - 1):
        try:
            return await run(fn)
        except Again:
            log.info("something changed meanwhile, looking again")
        except DBAPIError as error:
            if not (error.connection_invalidated or was_overtaken(error)):
                raise
            log.warning("the database gave up a transaction, trying again: %s", error.orig)
    try:
        return await run(fn)
    except Again as overtaken:
        raise Conflict("somebody was faster each time") from overtaken
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable(f"The database is away: {error.orig}.") from error
        if was_overtaken(error):
            raise Conflict("somebody was faster each time") from error
        raise


def _next_wake_at(reader: SqlReader) -> datetime | None:
    found: datetime | None = reader.conn.execute(_NEXT_WAKE).scalar_one()
    return found


_MOMENTS = union_all(
    *(select(func.min(table.c.wake_at).label("at")) for table in WAKING.values()),
    *(
        select(func.min(t.lanes.c.wake_at)).where(t.lanes.c.kind == literal(str(kind)))
        for kind in LaneKind
    ),
    select(func.min(review_tables.use_listings.c.wake_at)),
).subquery()
_NEXT_WAKE = select(func.min(_MOMENTS.c.at, type_=WakeMillis()))
