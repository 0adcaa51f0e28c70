"""Starting: what is wrong is said at once, in sentences, and what is right is served."""

import re
from pathlib import Path

import pytest

from tests.acceptance.outsider.company import MANAGER, READERS, VPN, file, founded, package, policy
from tests.acceptance.outsider.conftest import Serve
from tests.acceptance.outsider.persona import SECRET, Wire
from tests.acceptance.outsider.served import free_port, run
from tests.acceptance.outsider.standin import BOT_TOKEN, Slack

pytestmark = pytest.mark.slow
PLAIN = file(
    package("Production read access", READERS, policy(MANAGER)),
    package("Office VPN", VPN, policy(MANAGER)),
)


@pytest.fixture
def settings(slack: Slack, tmp_path: Path) -> dict[str, str]:
    """What a working installation needs; the workspace has its people."""
    founded(slack, Wire(url=""))
    (tmp_path / "usher.yml").write_text(PLAIN)
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{slack.url}/api/",
        "USHER_CONFIG": "usher.yml",
        "PORT": str(free_port()),
    }


def test_without_settings_every_missing_one_is_named(tmp_path: Path) -> None:
    """At once, on stderr, before anything starts."""
    done = run("serve", folder=tmp_path)
    assert done.returncode != 0
    assert "SLACK_BOT_TOKEN" in done.stderr
    assert "SLACK_APP_TOKEN" in done.stderr
    assert "SLACK_SIGNING_SECRET" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.db"))


def test_all_malformed_settings_are_named_at_once(tmp_path: Path) -> None:
    """One sentence for each."""
    done = run(
        "serve",
        folder=tmp_path,
        SLACK_BOT_TOKEN="xapp-wrong",
        SLACK_SIGNING_SECRET=SECRET,
        DATABASE_URL="mysql://nowhere/usher",
        PORT="many",
        USHER_LOG="loud",
        USHER_CONFIG="missing.yml",
        USHER_PEOPLE="missing.csv",
        USHER_COMMAND="no slash",
        SLACK_API_URL="not an address",
    )
    assert done.returncode != 0
    for name in (
        "SLACK_BOT_TOKEN",
        "DATABASE_URL",
        "PORT",
        "USHER_LOG",
        "missing.yml",
        "missing.csv",
        "USHER_COMMAND",
        "SLACK_API_URL",
    ):
        assert name in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_a_refused_token_is_said_in_a_sentence(settings: dict[str, str], tmp_path: Path) -> None:
    """What Slack said, and what to do."""
    done = run("serve", folder=tmp_path, **{**settings, "SLACK_BOT_TOKEN": "xoxb-other"})
    assert done.returncode != 0
    assert "SLACK_BOT_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_scope_is_said_at_start(
    slack: Slack, settings: dict[str, str], tmp_path: Path
) -> None:
    """Named, before anything starts."""
    slack.scopes = "commands,chat:write,im:write,im:history,users:read"
    done = run("serve", folder=tmp_path, **settings)
    assert done.returncode != 0
    assert "users:read.email" in done.stderr
    assert "usergroups:read" in done.stderr


def test_an_unreachable_database_is_said_in_a_sentence(
    settings: dict[str, str], tmp_path: Path
) -> None:
    """With its address, without its password."""
    url = f"postgresql+asyncpg://usher:secret@127.0.0.1:{free_port()}/usher"
    done = run("serve", folder=tmp_path, **{**settings, "DATABASE_URL": url})
    assert done.returncode != 0
    assert "127.0.0.1" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


BROKEN = (
    PLAIN.replace("olga@contoso.com", "olgo@contoso.com", 1)
    .replace('"#access-admin"', '"#acces-admin"')
    .replace('"@it-leads"', '"@it-lead"', 1)
    .replace("{manager: 1}", "{manajer: 1}", 1)
    .replace("resource: vpn", "resource: vpm")
)


def test_every_fault_of_the_file_stops_the_start_at_once(
    settings: dict[str, str], tmp_path: Path
) -> None:
    """File, line, and what was probably meant."""
    (tmp_path / "usher.yml").write_text(BROKEN)
    done = run("serve", folder=tmp_path, **settings)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    faults = [line for line in done.stderr.splitlines() if re.match(r".*usher\.yml:\d+", line)]
    assert len(faults) >= 1, done.stderr
    assert "manajer" in done.stderr


def test_faults_of_meaning_are_told_together(settings: dict[str, str], tmp_path: Path) -> None:
    """A person, a channel, a group and a resource that do not exist."""
    (tmp_path / "usher.yml").write_text(BROKEN.replace("manajer", "manager"))
    for command in ("serve", "check-config usher.yml"):
        done = run(*command.split(), folder=tmp_path, **settings)
        assert done.returncode != 0, command
        for word in ("olgo@contoso.com", "#acces-admin", "@it-lead", "vpm", "usher.yml:"):
            assert word in done.stderr, (command, done.stderr)
        for meant in ("olga@contoso.com", "#access-admin", "@it-leads", "vpn"):
            assert meant in done.stderr, (command, done.stderr)


def test_what_nobody_knows_is_refused(settings: dict[str, str], tmp_path: Path) -> None:
    """Rather than ignored; each at its line."""
    (tmp_path / "usher.yml").write_text(f"colour: blue\n{PLAIN}shape: round\n")
    done = run("check-config", "usher.yml", folder=tmp_path, **settings)
    assert done.returncode != 0
    for word in ("colour", "shape", "usher.yml:1", f"usher.yml:{PLAIN.count(chr(10)) + 2}"):
        assert word in done.stderr, done.stderr


def test_the_file_is_planned_applied_and_exported(settings: dict[str, str], tmp_path: Path) -> None:
    """Applied twice it changes nothing; what is exported, plan calls unchanged."""
    without = {name: value for name, value in settings.items() if name != "USHER_CONFIG"}
    for words in (["plan", "usher.yml"], ["apply", "usher.yml"]):
        done = run(*words, folder=tmp_path, **without)
        assert done.returncode == 0, done.stderr
    again = run("apply", "usher.yml", folder=tmp_path, **without)
    assert again.returncode == 0
    exported = run("export", folder=tmp_path, **without)
    assert "Production read access" in exported.stdout
    (tmp_path / "again.yml").write_text(exported.stdout)
    planned = run("plan", "again.yml", folder=tmp_path, **without)
    assert planned.returncode == 0
    assert "unchanged" in planned.stdout


def test_check_config_works_without_a_token(tmp_path: Path) -> None:
    """As far as the file itself goes."""
    (tmp_path / "usher.yml").write_text(PLAIN)
    done = run("check-config", "usher.yml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "bad.yml").write_text(PLAIN.replace("P1D", "1 day"))
    bad = run("check-config", "bad.yml", folder=tmp_path)
    assert bad.returncode != 0
    assert "bad.yml:" in bad.stderr


def test_doctor_tells_the_truth(slack: Slack, settings: dict[str, str], tmp_path: Path) -> None:
    """0 when all is well, 1 and what to do when a scope is missing."""
    well = run("doctor", folder=tmp_path, **settings)
    assert well.returncode == 0, well.stdout + well.stderr
    slack.scopes = "commands,chat:write"
    ill = run("doctor", folder=tmp_path, **settings)
    assert ill.returncode == 1
    assert "users:read" in ill.stdout + ill.stderr


@pytest.mark.parametrize("words", ["serve", "audit export", "playground"])
def test_commands_have_help(words: str, tmp_path: Path) -> None:
    """And need nothing for it."""
    done = run(*words.split(), "--help", folder=tmp_path)
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_another_word_for_the_command(serve: Serve) -> None:
    """`USHER_COMMAND=/zugang` and what is typed in answers."""
    company, _ = serve(PLAIN, USHER_COMMAND="/zugang")
    rita, ada = company.person("rita"), company.person("ada")
    said = rita.type("help", command="/zugang").text
    assert "/zugang request" in said
    assert "/access" not in said
    said = ada.type("help", company.admin_channel, command="/zugang-admin").text
    assert "/zugang-admin packages" in said


def test_settings_come_from_a_file_env(
    slack: Slack, settings: dict[str, str], tmp_path: Path
) -> None:
    """`.env` in the working directory; the environment wins."""
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    assert run("doctor", folder=tmp_path).returncode == 0
    assert run("doctor", folder=tmp_path, SLACK_BOT_TOKEN="xoxb-other").returncode == 1
