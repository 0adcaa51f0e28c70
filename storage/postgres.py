"""PostgreSQL: asyncpg, READ COMMITTED with row locks for writing, a snapshot for reading.

The pool gives each transaction a connection; the transaction itself is a synchronous function, run
beside the event loop's other work by `run_sync`. A forgotten transaction would keep dead rows from
being cleaned and slow every look for what is due, so the server ends it after a minute.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import schema
from storage.address import Address
from storage.errors import DatabaseUnavailable

T = TypeVar("T")

CONNECTIONS = 10
CONNECT_SECONDS = 5
_SETTINGS = {
    "application_name": "usher",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
    "timezone": "UTC",
}


class PostgresDatabase:
    """One PostgreSQL database."""

    def __init__(self, address: Address) -> None:
        """Nothing is connected before `open`."""
        self._address = address
        self._writing = _engine(address)
        self._reading = self._writing.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    async def open(self) -> None:
        """Connect and check the schema. Raises `DatabaseFault`."""
        try:
            await self.read(schema.check)
        except BaseException:
            await self.close()
            raise

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction."""
        try:
            async with self._writing.begin() as connection:
                return await connection.run_sync(fn)
        except OSError as error:
            raise _unreachable(self._address, error) from error

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a snapshot."""
        try:
            async with self._reading.begin() as connection:
                return await connection.run_sync(fn)
        except OSError as error:
            raise _unreachable(self._address, error) from error

    async def migrate(self) -> None:
        """Bring the schema up to date, alone."""
        await self.write(schema.upgrade)

    async def close(self) -> None:
        """Close every connection."""
        await self._writing.dispose()


def _engine(address: Address) -> AsyncEngine:
    try:
        return create_async_engine(
            address.url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            json_serializer=_as_it_is,
            json_deserializer=_as_it_is,
            connect_args={"timeout": CONNECT_SECONDS, "server_settings": _SETTINGS},
        )
    except ModuleNotFoundError as error:
        raise DatabaseUnavailable(
            "PostgreSQL needs a part that is not installed: pip install '.[postgres]'."
        ) from error


def _as_it_is(body: str) -> str:
    """Bodies are JSON text already."""
    return body


def _unreachable(address: Address, error: Exception) -> DatabaseUnavailable:
    return DatabaseUnavailable(f"The database {address.shown} cannot be reached: {error}.")
