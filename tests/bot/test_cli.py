"""The commands of an operator: what they answer, what they refuse, and how they end."""

import json
import sqlite3
from pathlib import Path

import click
import pytest

import storage
from bot import operations
from bot.cli_commands import usher
from bot.settings import DEFAULT_DATABASE_URL, VARIABLES, load_for_operator
from bot.still_held import STILL_HELD, WOULD_BE_REFUSED
from bot.views.wording.words import several
from engine.application.clock import SystemClock
from engine.application.commands import Actor, AssignDirectly
from engine.domain.ids import PersonId
from playground.server import Playground
from tests.bot.conftest import environment
from tests.bot.operator import FILE, invoke, invoke_beside

COMMANDS = (
    ("serve",),
    ("check-config",),
    ("plan",),
    ("apply",),
    ("export",),
    ("migrate",),
    ("doctor",),
    ("audit",),
    ("audit", "verify"),
    ("audit", "export"),
    ("playground",),
)
PUBLISHED = {command[0] for command in COMMANDS}


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A configuration file for the sample workspace."""
    path = tmp_path / "usher.yml"
    path.write_text(FILE)
    return str(path.name)


@pytest.fixture
async def applied(playground: Playground, file: str) -> dict[str, str]:
    """An environment whose database has the file applied."""
    environ = environment(playground)
    ran = await invoke_beside("apply", file, environ=environ)
    assert ran.code == 0, ran.err
    return environ


def test_the_commands_are_the_published_ones() -> None:
    """No more and no less than the README promises."""
    assert set(usher.commands) == PUBLISHED


@pytest.mark.parametrize("command", [(), *COMMANDS], ids=" ".join)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    """It tells what it does in a short first line, and how it is typed."""
    ran = invoke(*command, "--help")

    assert ran.code == 0
    assert ran.out.startswith(f"Usage: usher {' '.join(command)}".rstrip())
    assert "Example:\n    " in ran.out
    assert "..." not in invoke("--help").out.split("Commands:")[1].split("Example:")[0]


def test_a_command_that_does_not_exist_is_a_wrong_call() -> None:
    """2 tells scripts apart a wrong call from a fault."""
    ran = invoke("revoke")

    assert (ran.code, ran.out) == (2, "")
    assert "No such command 'revoke'" in ran.err
    assert invoke("plan").code == 2
    assert invoke("playground", "--port", "65536").code == 2
    assert invoke("--version").out.startswith("usher ")


def test_serve_tells_every_wrong_setting_at_once() -> None:
    """A sentence each, on standard error, before anything starts."""
    ran = invoke("serve", PORT="x", HOST="?", DATABASE_URL="my://u:geheim@h")

    assert (ran.code, ran.out) == (1, "")
    assert len(ran.complaints) == 5
    assert {line.split()[0] for line in ran.complaints} <= {*VARIABLES, "Neither"}
    assert "geheim" not in ran.err


@pytest.mark.parametrize("command", COMMANDS[2:7] + COMMANDS[8:10], ids=" ".join)
def test_every_command_tells_wrong_settings(command: tuple[str, ...], file: str) -> None:
    """Also those that can do without Slack; doctor tells them in its table."""
    takes_file = command[0] in ("plan", "apply")
    ran = invoke(*command, *([file] if takes_file else []), DATABASE_URL="usher.db", PORT="x")

    told = ran.out if command == ("doctor",) else ran.err
    assert ran.code == 1
    assert "DATABASE_URL is not the address of a database." in told
    assert "PORT must be a number" in told
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["check-config", "plan", "apply"])
def test_a_file_that_cannot_be_read_is_one_sentence(command: str, tmp_path: Path) -> None:
    """Missing, a folder, or no text."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "image").write_bytes(b"\xff\xfe\x00")
    missing, folder, image = (invoke(command, name) for name in ("none.yml", "folder", "image"))

    assert (missing.code, folder.code, image.code) == (1, 1, 1)
    assert missing.complaints == ["The file none.yml cannot be read (No such file or directory)."]
    assert folder.complaints == ["The file folder cannot be read (Is a directory)."]
    assert image.complaints == ["The file image is not UTF-8 text."]


def test_check_config_needs_neither_token_nor_database(file: str, tmp_path: Path) -> None:
    """It says that people were not looked up, and makes no database."""
    ran = invoke("check-config", file)

    assert (ran.code, ran.out) == (0, "usher.yml is well formed.\n")
    (note,) = ran.complaints
    assert note.startswith("Whether the people, groups and channels in it exist was not checked:")
    assert [path.name for path in tmp_path.iterdir()] == ["usher.yml"]


def test_check_config_checks_the_file_even_when_the_settings_are_wrong(file: str) -> None:
    """They are why nobody was looked up."""
    ran = invoke("check-config", file, DATABASE_URL="usher.db")

    assert ran.code == 0
    assert "DATABASE_URL is not the address of a database." in ran.err


def test_check_config_tells_every_fault_with_its_line(tmp_path: Path) -> None:
    """And exits 1."""
    text = FILE.replace("P90D", "90 days").replace("role: user", "role: member")
    (tmp_path / "usher.yml").write_text(text)
    ran = invoke("check-config", "usher.yml")

    assert (ran.code, ran.out) == (1, "")
    assert [line for line in ran.complaints if line.startswith("usher.yml:")] == sorted(
        line for line in ran.complaints if line.startswith("usher.yml:")
    )
    assert sum(line.startswith("usher.yml:") for line in ran.complaints) == 2


async def test_check_config_looks_people_up_where_the_directory_is_known(
    applied: dict[str, str], tmp_path: Path
) -> None:
    """Once it has been read, somebody unknown is a fault."""
    fine = await invoke_beside("check-config", "usher.yml", environ=applied)
    (tmp_path / "usher.yml").write_text(FILE.replace("olga@", "olaf@"))
    wrong = await invoke_beside("check-config", "usher.yml", environ=applied)

    assert (fine.code, fine.out, fine.err) == (0, "usher.yml can be applied.\n", "")
    assert wrong.code == 1
    assert "olaf@contoso.com" in wrong.err


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_without_a_directory_a_file_cannot_be_compared(command: str, file: str) -> None:
    """The sentence says how the directory gets there."""
    ran = invoke(command, file)

    assert (ran.code, ran.out) == (1, "")
    assert "The directory has not been read from Slack yet" in ran.err
    assert "SLACK_BOT_TOKEN" in ran.err


def test_export_without_a_database_says_so(tmp_path: Path) -> None:
    """And makes none."""
    ran = invoke("export")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "There is no database usher.db yet; `usher serve` makes it.\n"
    assert not (tmp_path / "usher.db").exists()


def test_export_of_nothing_says_what_to_do() -> None:
    """The database is there, and empty."""
    invoke("migrate")
    ran = invoke("export")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Nothing is stored yet.")


def test_migrate_says_what_it_did() -> None:
    """The second time nothing."""
    first, second = invoke("migrate"), invoke("migrate")

    assert (first.code, second.code) == (0, 0)
    assert first.out.startswith("The database was brought to revision ")
    assert second.out.startswith("The database is up to date: revision ")


def test_a_database_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """Some other file of that name."""
    (tmp_path / "usher.db").write_bytes(b"not a database" * 100)
    for command in ("export", "migrate", "audit verify"):
        ran = invoke(*command.split())

        assert (ran.code, ran.out, len(ran.complaints)) == (1, "", 1)


async def test_apply_reads_the_directory_first_and_again_changes_nothing(
    playground: Playground, file: str
) -> None:
    """On a fresh database a bot token is enough; the second time no token is needed."""
    first = await invoke_beside("apply", file, environ=environment(playground))
    second = await invoke_beside("apply", file, environ={})

    assert (first.code, second.code) == (0, 0)
    assert "+ package Engineering / Production read access" in first.out
    assert first.complaints[0].startswith("Read ")
    assert second.out == "No changes: what is stored stays unchanged.\n"


async def test_apply_with_a_refused_token_changes_nothing(
    playground: Playground, file: str
) -> None:
    """One sentence, and nothing stored."""
    environ = environment(playground, SLACK_BOT_TOKEN="xoxb-wrong")
    ran = await invoke_beside("apply", file, environ=environ)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("SLACK_BOT_TOKEN is not a token Slack knows.")
    assert invoke("export").code == 1


async def test_what_is_exported_is_planned_as_unchanged(
    applied: dict[str, str], tmp_path: Path
) -> None:
    """Export, plan and apply agree, without any token."""
    exported = invoke("export")
    (tmp_path / "again.yml").write_text(exported.out)
    planned, again = invoke("plan", "again.yml"), invoke("apply", "again.yml")

    assert (exported.code, planned.code, again.code) == (0, 0, 0)
    assert planned.out == again.out == "No changes: what is stored stays unchanged.\n"


async def test_plan_says_what_would_change_and_changes_nothing(
    applied: dict[str, str], tmp_path: Path
) -> None:
    """Before and after, by the names of the file."""
    (tmp_path / "other.yml").write_text(FILE.replace("P90D", "P30D"))
    planned = invoke("plan", "other.yml")

    assert planned.code == 0
    assert "after P90D -> after P30D" in planned.out
    assert invoke("plan", "usher.yml").out == "No changes: what is stored stays unchanged.\n"


async def test_apply_of_a_faulty_file_changes_nothing(
    applied: dict[str, str], tmp_path: Path
) -> None:
    """Every fault with its line."""
    (tmp_path / "wrong.yml").write_text(FILE.replace("olga@", "olaf@"))
    before = invoke("export").out
    ran = invoke("apply", "wrong.yml")

    assert (ran.code, ran.out) == (1, "")
    assert all(line.startswith("wrong.yml:") for line in ran.complaints)
    assert invoke("export").out == before


async def test_the_audit_is_exported_and_verified(applied: dict[str, str]) -> None:
    """A JSON object a line, oldest first; from a day on, if asked."""
    exported = invoke("audit", "export")
    rows = [json.loads(line) for line in exported.out.splitlines()]

    assert exported.code == 0
    assert rows
    assert all({"at", "actor", "activity"} <= set(row) for row in rows)
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert invoke("audit", "export", "--since", "2000-01-01").out == exported.out
    assert invoke("audit", "export", "--since", "2999-01-01T00:00:00+02:00").out == ""
    assert invoke("audit", "export", "--since", "yesterday").code == 2
    verified = invoke("audit", "verify")
    assert (verified.code, verified.err) == (0, "")
    assert verified.out == f"The audit is whole: {several(len(rows), 'row')}, 0 of them sealed.\n"


async def test_the_last_seal_of_the_audit_is_told(applied: dict[str, str]) -> None:
    """Kept elsewhere, it shows what even the database's owner cannot hide."""
    store = await storage.open_store(DEFAULT_DATABASE_URL, clock=SystemClock())
    sealed = await store.seal_audit()
    await store.close()
    verified = invoke("audit", "verify")

    assert f"{several(sealed, 'row')}, {sealed} of them sealed.\nLast seal: " in verified.out
    assert len(verified.out.split()[-1]) == 64


async def test_an_audit_that_was_tampered_with_is_told(
    applied: dict[str, str], tmp_path: Path
) -> None:
    """Somebody with the file at hand changed who did it."""
    with sqlite3.connect(tmp_path / "usher.db") as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE audit SET actor = 'nobody'")
    database.close()
    ran = invoke("audit", "verify")

    assert (ran.code, ran.out) == (1, "")
    assert "audit" in ran.complaints[0]


async def test_what_is_still_held_is_not_removed(
    applied: dict[str, str], playground: Playground, tmp_path: Path
) -> None:
    """It says who holds it, by name, and what to do; nothing is changed (PKG-6)."""
    ada, rita = (PersonId(playground.person(name).id) for name in ("ada", "rita"))
    settings = load_for_operator(applied, dotenv=None)
    async with operations.open_database(settings, write=True) as database:
        configured = await database.queries.configured()
        assert configured is not None
        package = configured.package_named["production read access"]
        actor = Actor(person_id=ada, channel_id=configured.organization.admin_channel)
        await database.service.handle(AssignDirectly(target_id=rita, package_id=package.id), actor)
    (tmp_path / "less.yml").write_text(FILE[: FILE.index("    packages:")])
    planned, ran = invoke("plan", "less.yml"), invoke("apply", "less.yml")

    assert planned.code == 1
    assert "- package" in planned.out
    assert planned.complaints[0] == WOULD_BE_REFUSED, "not only when it is too late"
    assert any("Rita Ruiz" in line for line in planned.complaints)
    assert (ran.code, ran.out) == (1, "")
    assert ran.complaints[0] == STILL_HELD
    assert any("Production read access" in line and "Rita Ruiz" in line for line in ran.complaints)
    assert invoke("plan", "usher.yml").out == "No changes: what is stored stays unchanged.\n"


def test_commands_stand_in_the_order_in_which_an_operator_meets_them() -> None:
    """Not by the alphabet."""
    names = usher.list_commands(click.Context(usher))

    assert names[0] == "serve"
    assert names.index("check-config") < names.index("plan") < names.index("apply")


def test_the_example_of_the_environment_names_every_variable() -> None:
    """`.env.example` is complete, and every value in it is commented out but the tokens."""
    text = (Path(__file__).resolve().parents[2] / ".env.example").read_text()

    assert all(f"{name}=" in text for name in VARIABLES)
    live = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line.split("=")[0] for line in live] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
