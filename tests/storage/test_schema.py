"""The schema: the history of migrations leads to the tables, on both databases, with data in it."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

import storage
from storage import DatabaseStore, schema
from storage import tables as t
from storage.address import parse
from storage.postgres import PostgresDatabase
from tests.builders import NOW
from tests.databases import StandingClock
from tests.storage import acts


def _differences(conn: Connection) -> list[object]:
    context = MigrationContext.configure(conn, opts={"compare_type": True})
    return list(compare_metadata(context, t.metadata))


async def test_the_migrations_lead_to_the_tables(store: DatabaseStore) -> None:
    """Columns, types, indexes: autogenerate finds nothing to do."""
    assert await store.look(lambda reader: _differences(reader.conn)) == []


async def test_every_condition_of_the_tables_is_in_the_database(store: DatabaseStore) -> None:
    """Checks, partial indexes and triggers, which autogenerate does not compare."""
    wanted = {index.name for table in t.metadata.tables.values() for index in table.indexes}
    where = {
        index.name: str(index.dialect_options["sqlite"]["where"])
        for table in t.metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    catalog = (
        "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public'"
        if store.postgres
        else "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    )
    found = await store.look(
        lambda reader: {row.name: row.sql for row in reader.conn.execute(text(catalog))}
    )

    assert wanted <= set(found)
    for name, condition in where.items():
        last_word = condition.split()[-1].strip("'")
        assert "WHERE" in found[name], name
        assert last_word in found[name], name


def test_the_head_is_the_last_migration() -> None:
    """The constant that start compares with, without reading the history."""
    script = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))

    assert script.get_current_head() == schema.HEAD


async def test_an_empty_postgresql_is_refused_until_it_is_migrated(
    empty_postgres_url: str, clock: StandingClock
) -> None:
    """`usher migrate` does it; start only says so."""
    with pytest.raises(storage.SchemaOutdated, match="The database is empty; run `usher migrate`"):
        await storage.open_store(empty_postgres_url, clock=clock)
    await storage.migrate(empty_postgres_url, clock=clock)
    await storage.check_schema(empty_postgres_url, clock=clock)

    async with await storage.open_store(empty_postgres_url, clock=clock) as store:
        assert await store.look(lambda reader: _differences(reader.conn)) == []


async def test_replicas_that_migrate_at_once_migrate_once(
    empty_postgres_url: str, clock: StandingClock
) -> None:
    """The others wait and find it done."""
    await asyncio.gather(*(storage.migrate(empty_postgres_url, clock=clock) for _ in range(3)))

    await storage.check_schema(empty_postgres_url, clock=clock)


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [("0000", "run `usher migrate` first"), ("9999", "which a newer version made")],
)
async def test_another_versions_schema_is_refused(
    empty_postgres_url: str, clock: StandingClock, revision: str, sentence: str
) -> None:
    """Older ones can be migrated, newer ones cannot be worked with."""
    await storage.migrate(empty_postgres_url, clock=clock)
    database = PostgresDatabase(parse(empty_postgres_url))
    changed = text(f"UPDATE alembic_version SET version_num = '{revision}'")
    await database.write(lambda conn: conn.execute(changed))
    await database.close()

    with pytest.raises(storage.SchemaOutdated, match=sentence):
        await storage.check_schema(empty_postgres_url, clock=clock)


async def test_a_newer_sqlite_file_is_refused_and_left_alone(
    sqlite_url: str, clock: StandingClock
) -> None:
    """Going back a version does not damage what the newer one wrote."""
    async with await storage.open_store(sqlite_url, clock=clock) as store:
        newer = text("UPDATE alembic_version SET version_num = '9999'")
        await store.write(lambda tx: tx.conn.execute(newer) and None)  # type: ignore[attr-defined]

    with pytest.raises(storage.SchemaOutdated, match="which a newer version made"):
        await storage.open_store(sqlite_url, clock=clock)


async def test_migrating_again_leaves_the_data_alone(
    database_url: str, clock: StandingClock
) -> None:
    """Every start does it on SQLite."""
    async with await storage.open_store(database_url, clock=clock) as store:
        await acts.store_request(store, acts.request())
    await storage.migrate(database_url, clock=clock)

    async with await storage.open_store(database_url, clock=clock) as store:
        found = await store.read(lambda tx: tx.request(acts.request().id))
        assert found == acts.request()


_OLD_ROWS = (
    """
    INSERT INTO people (id, name, kind, active, email_key, body)
    VALUES ('rob', 'Rob', 'member', true, 'rob@contoso.test', '{"email": "rob@contoso.test"}')
    """,
    """
    INSERT INTO requests (id, request_type, state, package_id, package_name, policy_id,
        requestor_id, target_id, submitted_at, runs, body, is_open, reference, wake_at)
    VALUES ('request-0001', 'user_add', 'pending_approval', 'production', 'Production',
        'production/employees', 'rob', 'rob', 1772442000000, '[]', '{}', true, '0001',
        1772442000000)
    """,
    """
    INSERT INTO audit (xid, at, actor, activity, request_id, entry)
    VALUES (0, 1772442000000, 'rob', 'request.submitted', 'request-0001',
        '{"at": "2026-03-02T09:00:00Z", "actor": "rob", "activity": "request.submitted",
          "request_id": "request-0001"}')
    """,
)
"""As the first released schema held them."""


def _first_schema_with_rows(conn: Connection) -> None:
    command.upgrade(schema.alembic_config(conn), "0001")
    for statement in _OLD_ROWS:
        conn.execute(text(statement))


async def test_rows_of_the_first_schema_are_there_after_the_upgrade(
    empty_database_url: str, clock: StandingClock
) -> None:
    """Read, woken and verified as if they had been written today."""
    address = parse(empty_database_url)
    if address.postgres:
        database = PostgresDatabase(address)
        await database.write(_first_schema_with_rows)
        await database.close()
    else:
        old = create_engine(f"sqlite:///{address.file}")
        with old.begin() as conn:
            _first_schema_with_rows(conn)
        old.dispose()
    await storage.migrate(empty_database_url, clock=clock)

    async with await storage.open_store(empty_database_url, clock=clock) as store:
        found = await store.read(lambda tx: tx.request(acts.request().id))
        assert found is not None
        assert (found.submitted_at, found.runs) == (NOW, ())
        assert await store.next_wake_at() == NOW
        assert await store.read(lambda tx: tx.person_by_email("Rob@contoso.test")) is not None
        assert await store.verify_audit() is None
        assert await store.look(lambda reader: _differences(reader.conn)) == []
