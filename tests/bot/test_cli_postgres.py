"""The commands on PostgreSQL, where several processes work at once."""

from pathlib import Path

from playground.server import Playground
from tests.bot.conftest import environment
from tests.bot.operator import FILE, invoke, invoke_beside
from tests.databases import empty_postgres_url, postgres, postgres_url

__all__ = ["empty_postgres_url", "postgres", "postgres_url"]


def test_an_empty_database_is_refused_until_it_is_migrated(empty_postgres_url: str) -> None:
    """A start never changes the tables of a database that others may be using."""
    environ = {"DATABASE_URL": empty_postgres_url}
    before = invoke("export", **environ)
    first, second = invoke("migrate", **environ), invoke("migrate", **environ)
    after = invoke("export", **environ)

    assert (before.code, first.code, second.code, after.code) == (1, 0, 0, 1)
    assert "run `usher migrate` first" in before.err
    assert first.out.startswith("The database was brought to revision ")
    assert second.out.startswith("The database is up to date: revision ")
    assert after.err.startswith("Nothing is stored yet.")


async def test_a_file_is_applied_exported_and_planned(
    playground: Playground, postgres_url: str, tmp_path: Path
) -> None:
    """As on SQLite, and the doctor finds all well."""
    (tmp_path / "usher.yml").write_text(FILE)
    environ = environment(playground, DATABASE_URL=postgres_url)
    applied = await invoke_beside("apply", "usher.yml", environ=environ)
    exported = await invoke_beside("export", environ=environ)
    (tmp_path / "again.yml").write_text(exported.out)
    planned = await invoke_beside("plan", "again.yml", environ=environ)
    examined = await invoke_beside("doctor", environ=environ)
    verified = await invoke_beside("audit", "verify", environ=environ)

    assert applied.code == 0, applied.err
    assert planned.out == "No changes: what is stored stays unchanged.\n"
    assert (examined.code, verified.code) == (0, 0), examined.out


async def test_a_file_is_checked_against_slack_before_the_first_migration(
    playground: Playground, empty_postgres_url: str, tmp_path: Path
) -> None:
    """Checking needs no database: with a token, people and channels are looked up all the same."""
    (tmp_path / "usher.yml").write_text(FILE.replace("olga@contoso.com", "olgo@contoso.com"))
    environ = environment(playground, DATABASE_URL=empty_postgres_url)
    ran = await invoke_beside("check-config", "usher.yml", environ=environ)

    assert ran.code == 1
    assert "Did you mean olga@contoso.com?" in ran.err


def test_an_unreachable_server_is_one_sentence() -> None:
    """Nothing listens there; the password is not repeated."""
    ran = invoke("export", DATABASE_URL="postgresql+asyncpg://usher:geheim@127.0.0.1:9/usher")

    assert (ran.code, ran.out, len(ran.complaints)) == (1, "", 1)
    assert "127.0.0.1" in ran.err
    assert "geheim" not in ran.err
