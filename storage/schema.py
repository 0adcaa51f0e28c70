"""Which schema this version works with, and how a database gets there.

One history of migrations for both databases, forward only. SQLite is brought up to date when it is
opened; PostgreSQL by `usher migrate`, under a lock, so that replicas that start together migrate
once. The history is a part of the package and needs no file beside it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage.errors import SchemaOutdated

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"
"""The last revision in `migrations/versions`."""
_LOCK = 7_305_511_417
"""Any number of our own: what `pg_advisory_lock` is asked for."""


def revision_of(conn: Connection) -> str | None:
    """The revision the database is at; None when it is empty."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def check(conn: Connection) -> None:
    """Raise `SchemaOutdated` unless the database is at this version's revision."""
    found = revision_of(conn)
    if found == HEAD:
        return
    if found is None:
        raise SchemaOutdated("The database is empty; run `usher migrate` first.")
    if found < HEAD:
        raise SchemaOutdated(
            f"The database is at revision {found} and this version needs {HEAD}; "
            "run `usher migrate` first."
        )
    raise SchemaOutdated(
        f"The database is at revision {found}, which a newer version made; this one knows {HEAD}."
    )


def upgrade(conn: Connection) -> None:
    """Bring the database up to date. Raises `SchemaOutdated` if a newer version made it."""
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    found = revision_of(conn)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        check(conn)
    from alembic import command  # noqa: PLC0415 - only when there is something to migrate

    command.upgrade(alembic_config(conn), "head")


def alembic_config(conn: Connection) -> "Config":
    """Alembic's settings for a connection that is inside a transaction."""
    from alembic.config import Config  # noqa: PLC0415 - costs a start that needs none of it

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    return config
