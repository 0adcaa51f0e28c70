"""Opening a database: one sentence for each thing that can be wrong, one process for each file."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import storage
from engine.domain.ids import PersonId
from storage.address import FAR_FILE_SYSTEMS, file_system_of, parse
from storage.reader import SqlReader
from tests.builders import NOW, a_person
from tests.databases import StandingClock
from tests.storage import acts


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("usher.db", "DATABASE_URL is no database address"),
        ("", "DATABASE_URL is no database address"),
        ("mysql://localhost/x", "DATABASE_URL names mysql, which Usher does not work with"),
        ("postgresql+psycopg://localhost/x", "names postgresql\\+psycopg, which"),
        ("sqlite+aiosqlite://usher.db", "DATABASE_URL has too few slashes"),
        ("sqlite+aiosqlite:////no/such/folder/usher.db", "/no/such/folder does not exist"),
        ("postgresql+asyncpg://u:secret@127.0.0.1:1/x", "127.0.0.1:1/x cannot be used"),
    ],
)
async def test_an_address_that_cannot_be_used_is_explained(
    clock: StandingClock, url: str, sentence: str
) -> None:
    """In one sentence, without the password."""
    with pytest.raises(storage.DatabaseUnavailable, match=sentence) as refused:
        await storage.open_store(url, clock=clock)

    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_a_database_that_postgresql_does_not_have_is_explained(
    postgres_url: str, clock: StandingClock
) -> None:
    """As is a password it does not take: what the server said, in our sentence."""
    with pytest.raises(storage.DatabaseUnavailable, match='database "nothing" does not exist'):
        await storage.open_store(postgres_url.replace("/usher?", "/nothing?"), clock=clock)


@pytest.mark.parametrize(
    ("url", "postgres"),
    [
        ("sqlite+aiosqlite:///usher.db", False),
        ("sqlite:///usher.db", False),
        ("postgresql+asyncpg://host/name", True),
        ("postgresql://host/name", True),
        ("postgres://host/name", True),
    ],
)
def test_addresses_may_be_written_as_people_write_them(url: str, *, postgres: bool) -> None:
    """With the driver or without."""
    address = parse(url)

    assert address.postgres is postgres
    assert address.file == (None if postgres else Path("usher.db").absolute())


async def test_a_second_process_on_one_file_is_refused(
    sqlite_url: str, clock: StandingClock
) -> None:
    """With one sentence that names the file and the process; after the first has gone it may."""
    path = sqlite_url.removeprefix("sqlite+aiosqlite:///")
    second = f"""
import asyncio, storage
from engine.application.clock import SystemClock
async def main():
    store = await storage.open_store({sqlite_url!r}, clock=SystemClock())
    await store.close()
try:
    asyncio.run(main())
except storage.DatabaseBusy as busy:
    print(busy)
"""

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-c", second], capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout.strip()

    async with await storage.open_store(sqlite_url, clock=clock):
        while_open = run()
    afterwards = run()

    assert while_open.startswith(f"{path} is in use by another Usher process (number ")
    assert while_open.endswith("stop that one first, or use PostgreSQL to run several.")
    assert afterwards == ""


async def test_a_file_in_use_can_be_read_by_another(sqlite_url: str, clock: StandingClock) -> None:
    """For export, plan and the audit; writing is refused there."""
    async with await storage.open_store(sqlite_url, clock=clock) as store:
        await store.write(lambda tx: tx.put_people([a_person("ann")]))
        async with await storage.open_store(sqlite_url, clock=clock, read_only=True) as reader:
            found = await reader.read(lambda tx: tx.person(PersonId("ann")))
            with pytest.raises(storage.DatabaseUnavailable, match="for reading only"):
                await reader.write(lambda tx: tx.put_people([a_person("ben")]))

    assert found == a_person("ann")


async def test_a_file_that_is_not_there_is_not_made_by_reading(
    tmp_path: Path, clock: StandingClock
) -> None:
    """A misspelt path must not look like an empty database."""
    path = tmp_path / "usher.db"
    with pytest.raises(storage.DatabaseUnavailable, match="There is no database"):
        await storage.open_store(f"sqlite:///{path}", clock=clock, read_only=True)

    assert not path.exists()


async def test_a_file_that_is_no_database_is_explained(
    tmp_path: Path, clock: StandingClock
) -> None:
    """And given free again."""
    path = tmp_path / "usher.db"
    path.write_text("This is a text of some length, and no database at all.\n" * 20)
    for _ in range(2):
        with pytest.raises(storage.DatabaseUnavailable, match="file is not a database"):
            await storage.open_store(f"sqlite:///{path}", clock=clock)


def _modes(folder: Path) -> set[str]:
    return {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()}


async def test_a_fresh_file_is_made_and_found_again(tmp_path: Path, clock: StandingClock) -> None:
    """The default needs no preparation at all, and nobody else of the machine reads it."""
    url = f"sqlite+aiosqlite:///{tmp_path}/new.db"
    async with await storage.open_store(url, clock=clock) as store:
        await acts.store_request(store, acts.request(), NOW)
        assert _modes(tmp_path) == {"0o600"}
    async with await storage.open_store(url, clock=clock) as store:
        assert await store.next_wake_at() == NOW


async def test_a_database_in_memory_serves_tests(clock: StandingClock) -> None:
    """Reads see what was written: there is one connection for both."""
    async with await storage.open_store("sqlite+aiosqlite://", clock=clock) as store:
        await acts.store_request(store, acts.request())
        found = await store.read(lambda tx: tx.request(acts.request().id))

    assert found == acts.request()


MOUNTS = """\
/dev/vda / ext4 rw,relatime 0 0
server:/home /home nfs4 rw 0 0
/dev/vdb /home/usher/disk\\040one xfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind", "far"),
    [
        ("/var/lib", "ext4", False),
        ("/home/usher", "nfs4", True),
        ("/home/usher/disk one/data", "xfs", False),
        ("/homestead", "ext4", False),
    ],
)
def test_a_network_file_system_is_known_by_its_mount(path: str, kind: str, *, far: bool) -> None:
    """The longest mount point above the file counts."""
    assert file_system_of(Path(path), MOUNTS) == kind
    assert (kind in FAR_FILE_SYSTEMS) is far


@asynccontextmanager
async def by_tcp(url: str) -> AsyncIterator[str]:
    """The server of the tests, which listens on a Unix socket, behind a TCP port."""
    folder = parse_qs(urlsplit(url).query)["host"][0]

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(65536):
            writer.write(part)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"{url.partition('?')[0].replace('@/', f'@{host}:{port}/')}"


async def test_a_postgresql_that_went_without_a_word_is_missed_in_half_a_minute(
    postgres_url: str, clock: StandingClock
) -> None:
    """Not after a quarter of an hour, or never, as the system would have it."""

    def asked_for(reader: SqlReader) -> list[int]:
        transport = reader.conn.connection.driver_connection._transport
        ours = transport.get_extra_info("socket")
        return [
            ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
            ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
        ]

    async with (
        by_tcp(postgres_url) as url,
        await storage.open_store(url, clock=clock) as store,
    ):
        assert await store.look(asked_for) == [1, 30, 30_000]
