"""PostgreSQL: asyncpg, READ COMMITTED with row locks for writing, a snapshot for reading.

The pool gives each transaction a connection; the transaction itself is a synchronous function, run
beside the event loop's other work by `greenlet_spawn`, from BEGIN to COMMIT in one go. SQLAlchemy's
own `AsyncEngine` does the same in four, and brings its ORM. A forgotten transaction would keep dead
rows from being cleaned and slow every look for what is due, so the server ends it after a minute.
"""

import socket
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

from storage import schema
from storage.address import Address
from storage.errors import DatabaseUnavailable

T = TypeVar("T")

CONNECTIONS = 10
CONNECT_SECONDS = 5
SILENT_SECONDS = 30
_SILENCE = {
    "TCP_USER_TIMEOUT": SILENT_SECONDS * 1000,
    "TCP_KEEPIDLE": SILENT_SECONDS,
    "TCP_KEEPINTVL": 10,
    "TCP_KEEPCNT": 3,
}
"""As far as this machine knows them."""
_SETTINGS = {
    "application_name": "usher",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
}


class PostgresDatabase:
    """One PostgreSQL database."""

    def __init__(self, address: Address) -> None:
        """Nothing is connected before `open`. Raises `DatabaseUnavailable` without the driver."""
        self._address = address
        self._writing = _engine(address)
        self._reading = self._writing.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._glancing = self._writing.execution_options(isolation_level="AUTOCOMMIT")
        from asyncpg import (  # type: ignore[import-untyped]  # noqa: PLC0415 - an optional part
            InterfaceError,
            PostgresError,
        )

        self._refusals: tuple[type[Exception], ...] = (OSError, InterfaceError, PostgresError)
        """What connecting raises; what a statement raises is wrapped by SQLAlchemy."""

    async def open(self) -> None:
        """Connect and check the schema. Raises `DatabaseFault`."""
        try:
            await self.read(schema.check)
        except DBAPIError as error:
            await self.close()
            raise self._unreachable(error.orig or error) from error
        except BaseException:
            await self.close()
            raise

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction."""
        return await self._run(self._writing, fn)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a snapshot."""
        return await self._run(self._reading, fn)

    async def glance(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn`, which asks one thing, without a transaction's two further turns."""
        return await self._run(self._glancing, fn)

    async def _run(self, engine: Engine, fn: Callable[[Connection], T]) -> T:
        def transaction() -> T:
            with engine.begin() as connection:
                return fn(connection)

        try:
            return await greenlet_spawn(transaction)
        except self._refusals as error:
            raise self._unreachable(error) from error

    async def migrate(self) -> None:
        """Bring the schema up to date, alone."""
        await self.write(schema.upgrade)

    async def close(self) -> None:
        """Close every connection."""
        await greenlet_spawn(self._writing.dispose)

    def _unreachable(self, error: BaseException) -> DatabaseUnavailable:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        return DatabaseUnavailable(
            f"The database {self._address.shown} cannot be used: {reason}. "
            "Check DATABASE_URL, and that the server runs."
        )


def _engine(address: Address) -> Engine:
    try:
        engine = create_engine(
            address.url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            hide_parameters=True,
            json_serializer=_as_it_is,
            connect_args={"timeout": CONNECT_SECONDS, "server_settings": _SETTINGS},
        )
    except ModuleNotFoundError as error:
        raise DatabaseUnavailable(
            "PostgreSQL needs a part that is not installed: pip install '.[postgres]'."
        ) from error
    event.listen(engine, "connect", _read_bodies_as_text)
    event.listen(engine, "connect", _notice_silence)
    return engine


def _as_it_is(body: str) -> str:
    """Bodies are JSON text already."""
    return body


def _read_bodies_as_text(connection: Any, _record: object) -> None:
    """Take JSONB as the text it is; `codec` makes the value of it."""
    connection.run_async(
        lambda driver: driver.set_type_codec(
            "jsonb",
            schema="pg_catalog",
            format="binary",
            encoder=lambda body: b"\1" + body.encode(),
            decoder=lambda raw: raw[1:].decode(),
        )
    )


def _notice_silence(connection: Any, _record: object) -> None:
    """Miss a server that went without a word, as at a failover; a slow answer is waited for.

    Left alone, the system would send again for a quarter of an hour, and wait for ever for the
    answer to what arrived.
    """
    transport = connection.driver_connection._transport  # noqa: SLF001 - there is no other way to it
    ours = transport.get_extra_info("socket")
    if ours.family == socket.AF_UNIX:
        return
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _SILENCE.items():
        if hasattr(socket, name):
            ours.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
