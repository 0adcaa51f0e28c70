"""The address of the database, as the operator wrote it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import DatabaseUnavailable

FAR_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "fuse.sshfs", "fuse.s3fs", "davfs"}
)
"""Where several machines may see one file: SQLite's shared memory does not work across them."""
_EXAMPLES = "write sqlite+aiosqlite:///usher.db or postgresql+asyncpg://user:password@host/name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the database is. `file` is None for PostgreSQL and for SQLite in memory."""

    url: URL
    postgres: bool
    file: Path | None

    @property
    def shown(self) -> str:
        """The address without its password."""
        return self.url.render_as_string(hide_password=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an operator wrote as an address, whether or not we can use it."""

    scheme: str
    database: str
    password: str | None
    shown: str
    """Without the password."""


def written(database_url: str) -> Written:
    """Its parts. Raises `ValueError` for what is no address at all."""
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise ValueError(database_url) from error
    return Written(
        scheme=url.drivername,
        database=url.database or "",
        password=url.password,
        shown=url.render_as_string(hide_password=True),
    )


def parse(database_url: str) -> Address:
    """Understand it, or raise `DatabaseUnavailable` with what to write instead."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnavailable(f"DATABASE_URL is no database address; {_EXAMPLES}.") from error
    match url.drivername:
        case "sqlite" | "sqlite+aiosqlite":
            return Address(url=url, postgres=False, file=_file(url))
        case "postgresql" | "postgres" | "postgresql+asyncpg":
            asyncpg = url.set(drivername="postgresql+asyncpg")
            return Address(url=asyncpg, postgres=True, file=None)
        case other:
            raise DatabaseUnavailable(
                f"DATABASE_URL names {other}, which Usher does not work with; {_EXAMPLES}."
            )


def _file(url: URL) -> Path | None:
    if url.host:
        raise DatabaseUnavailable(
            "DATABASE_URL has too few slashes: sqlite+aiosqlite:///usher.db is a file beside the "
            "process, sqlite+aiosqlite:////var/lib/usher.db one at that place."
        )
    if not url.database or url.database == ":memory:":
        return None
    return Path(url.database).absolute()


def file_system_of(path: Path, mounts: str) -> str | None:
    """The kind of file system a path lies on, from the text of `/proc/mounts`."""
    best, kind = -1, None
    for line in mounts.splitlines():
        _, mount_point, found, *_ = line.split()
        mount = Path(mount_point.replace("\\040", " "))
        if path.is_relative_to(mount) and len(mount.parts) > best:
            best, kind = len(mount.parts), found
    return kind


def refuse_far_file(path: Path) -> None:
    """Raise `DatabaseUnavailable` for a file on a network file system, where it can be known."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return
    kind = file_system_of(path.parent.resolve(), mounts.read_text(encoding="utf-8"))
    if kind in FAR_FILE_SYSTEMS:
        raise DatabaseUnavailable(
            f"{path} lies on a network file system ({kind}), where SQLite loses data; "
            "put it on a local disk or use PostgreSQL."
        )
