"""The environment: every fault alone, all of them at once, and what is taken when it is right."""

import os
from pathlib import Path

import pytest

from bot.settings import (
    AMBIENT,
    PROXIES,
    VARIABLES,
    LogStyle,
    Settings,
    SettingsFaults,
    Transport,
    forget_ambient,
    load,
    load_for_operator,
)

BOT = "xoxb-1-abc"
APP = "xapp-1-def"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
RIGHT = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SECRET}


def settings(dotenv: Path | None = None, /, **environ: str) -> Settings:
    """Settings from a right environment with these changes."""
    return load(RIGHT | environ, dotenv=dotenv, terminal=False)


def faults(dotenv: Path | None = None, /, **environ: str) -> tuple[str, ...]:
    """What is said of a right environment with these changes."""
    with pytest.raises(SettingsFaults) as caught:
        settings(dotenv, **environ)
    return caught.value.faults


def test_bot_token_and_signing_secret_alone_are_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything else has the default of the published table."""
    monkeypatch.chdir(tmp_path)
    found = settings()

    assert found.transport is Transport.HTTP
    assert (found.slack_api_url, found.database_url) == (
        "https://slack.com/api/",
        "sqlite+aiosqlite:///usher.db",
    )
    assert (found.command, found.admin_command) == ("/access", "/access-admin")
    assert (found.host, found.port, found.log) == ("127.0.0.1", 3000, LogStyle.JSON)
    assert (found.config, found.people, found.slack_proxy) == (None, None, None)


def test_app_token_instead_means_socket_mode() -> None:
    """One of the two decides how Slack reaches us."""
    found = settings(SLACK_APP_TOKEN=APP, SLACK_SIGNING_SECRET="")

    assert (found.transport, found.app_token, found.signing_secret) == (
        Transport.SOCKET,
        APP,
        None,
    )


def test_at_a_terminal_the_log_is_for_people() -> None:
    """`USHER_LOG` is text on a terminal and json elsewhere, unless it says otherwise."""
    assert load(RIGHT, dotenv=None, terminal=True).log is LogStyle.TEXT
    assert load(RIGHT | {"USHER_LOG": "JSON"}, dotenv=None, terminal=True).log is LogStyle.JSON


ALONE = [
    ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set."),
    ({"SLACK_BOT_TOKEN": "  "}, "SLACK_BOT_TOKEN is not set."),
    ({"SLACK_BOT_TOKEN": "xoxp-1-abc"}, "SLACK_BOT_TOKEN must be a bot token"),
    ({"SLACK_BOT_TOKEN": "xoxb-"}, "SLACK_BOT_TOKEN must be a bot token"),
    ({"SLACK_BOT_TOKEN": "xoxb-1 2"}, "SLACK_BOT_TOKEN must be a bot token"),
    ({"SLACK_BOT_TOKEN": "xoxe.xoxb-1-abc"}, "SLACK_BOT_TOKEN is a token that expires"),
    (
        {"SLACK_APP_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": ""},
        "SLACK_APP_TOKEN must be an app-level token",
    ),
    ({"SLACK_SIGNING_SECRET": ""}, "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set."),
    ({"SLACK_APP_TOKEN": APP}, "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set"),
    ({"SLACK_SIGNING_SECRET": BOT}, "SLACK_SIGNING_SECRET is not a signing secret."),
    ({"SLACK_SIGNING_SECRET": "a b"}, "SLACK_SIGNING_SECRET is not a signing secret."),
    ({"SLACK_API_URL": "slack.com/api"}, "SLACK_API_URL must be an address"),
    ({"SLACK_API_URL": "ftp://slack.com/"}, "SLACK_API_URL must be an address"),
    ({"SLACK_API_URL": "https:///api/"}, "SLACK_API_URL must be an address"),
    ({"SLACK_API_URL": "https://h:99999/"}, "SLACK_API_URL must be an address"),
    ({"SLACK_API_URL": "https://h/?a=1"}, "SLACK_API_URL must be an address"),
    ({"DATABASE_URL": "usher.db"}, "DATABASE_URL is not the address of a database."),
    ({"DATABASE_URL": "mysql://h/d"}, "DATABASE_URL starts with mysql://"),
    ({"DATABASE_URL": "sqlite:///a.db"}, "DATABASE_URL must start with sqlite+aiosqlite://"),
    ({"DATABASE_URL": "postgres://h/d"}, "DATABASE_URL must start with postgresql+asyncpg://"),
    ({"DATABASE_URL": "postgresql+asyncpg://h"}, "DATABASE_URL names no database."),
    ({"DATABASE_URL": "sqlite+aiosqlite://a.db"}, "DATABASE_URL names no file"),
    ({"DATABASE_URL": "sqlite+aiosqlite:///:memory:"}, "DATABASE_URL names no file"),
    ({"DATABASE_URL": "sqlite+aiosqlite:///no/such/a.db"}, "DATABASE_URL names a file in the"),
    ({"DATABASE_URL": "sqlite+aiosqlite:///here"}, "DATABASE_URL names here, which is a folder."),
    ({"USHER_CONFIG": "none.yml"}, "USHER_CONFIG names none.yml, and there is no such file."),
    ({"USHER_CONFIG": "here"}, "USHER_CONFIG names here, which is not a file."),
    ({"USHER_CONFIG": "old.yml"}, "USHER_CONFIG names old.yml, which is not UTF-8 text."),
    ({"USHER_PEOPLE": "none.csv"}, "USHER_PEOPLE names none.csv, and there is no such file."),
    ({"USHER_COMMAND": "access"}, "USHER_COMMAND must be a slash and a word"),
    ({"USHER_COMMAND": "/"}, "USHER_COMMAND must be a slash and a word"),
    ({"USHER_COMMAND": "/Access"}, "USHER_COMMAND must be a slash and a word"),
    ({"USHER_COMMAND": "/give access"}, "USHER_COMMAND must be a slash and a word"),
    ({"USHER_COMMAND": "//access"}, "USHER_COMMAND must be a slash and a word"),
    ({"HOST": "not a host"}, "HOST must be an address to listen on"),
    ({"HOST": "http://0.0.0.0"}, "HOST must be an address to listen on"),
    ({"PORT": "-1"}, "PORT must be a number from 1 to 65535"),
    ({"PORT": "three"}, "PORT must be a number from 1 to 65535"),
    ({"PORT": "3000.0"}, "PORT must be a number from 1 to 65535"),
    ({"USHER_LOG": "xml"}, "USHER_LOG must be text or json"),
]


@pytest.mark.parametrize(("environ", "begins"), ALONE)
def test_one_wrong_variable_is_one_sentence(
    environ: dict[str, str], begins: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the variable, says what to do, and stands alone."""
    (tmp_path / "here").mkdir()
    (tmp_path / "old.yml").write_text("name: Crédit Agricole", encoding="latin-1")
    monkeypatch.chdir(tmp_path)
    (fault,) = faults(**environ)

    assert fault.startswith(begins)
    assert fault.endswith((".", "]'", "/usher.db"))


def test_all_wrong_variables_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to start ten times to learn of ten faults."""
    monkeypatch.chdir(tmp_path)
    wrong = {
        "SLACK_BOT_TOKEN": "x",
        "SLACK_APP_TOKEN": "y",
        "SLACK_SIGNING_SECRET": "a b",
        "SLACK_API_URL": "nowhere",
        "DATABASE_URL": "oracle://h",
        "USHER_CONFIG": "none.yml",
        "USHER_PEOPLE": "none.csv",
        "USHER_COMMAND": "access",
        "HOST": "?",
        "PORT": "65536",
        "USHER_LOG": "xml",
    }
    told = faults(**wrong)

    assert set(wrong) == set(VARIABLES)
    for name in wrong:
        assert any(fault.startswith(f"{name} ") for fault in told), name
    assert any("are both set" in fault for fault in told)
    assert len(told) == len(wrong) + 1


def test_postgresql_without_its_driver_says_what_to_install() -> None:
    """`pip install .` alone brings SQLite only."""
    environ = RIGHT | {"DATABASE_URL": "postgresql+asyncpg://u:p@h/d"}
    with pytest.raises(SettingsFaults) as caught:
        load(environ, dotenv=None, terminal=False, installed=lambda _package: False)

    assert caught.value.faults == (
        "DATABASE_URL needs the driver asyncpg. Install it: pip install '.[postgres]'",
    )
    assert load(environ, dotenv=None, installed=lambda _package: True).database_url.endswith("h/d")


@pytest.mark.parametrize("port", ["0", "1", "65535"])
def test_ports_up_to_the_highest_are_taken(port: str) -> None:
    """0 lets the system choose, for tests."""
    assert settings(PORT=port).port == int(port)


@pytest.mark.parametrize("port", ["65536", "99999999999999999999"])
def test_ports_past_the_highest_are_refused(port: str) -> None:
    """One more than there are."""
    assert faults(PORT=port)


def test_a_command_may_be_as_long_as_leaves_room_for_admin() -> None:
    """Slack takes 32 signs, and -admin is six of them: 26 fit, 27 do not."""
    longest = "/" + "a" * 25

    assert settings(USHER_COMMAND=longest).admin_command == f"{longest}-admin"
    assert len(f"{longest}-admin") == 32
    assert "has 27 signs" in faults(USHER_COMMAND=longest + "a")[0]


def test_the_api_address_gets_the_slash_it_needs() -> None:
    """Without it the library would drop the last part of the path."""
    assert settings(SLACK_API_URL="http://127.0.0.1:8080/api").slack_api_url.endswith("/api/")
    assert settings(SLACK_API_URL="http://127.0.0.1:8080/api/").slack_api_url.endswith("/api/")


def test_files_that_are_there_are_taken(tmp_path: Path) -> None:
    """Both are paths, not texts."""
    file = tmp_path / "usher.yml"
    file.write_text("")
    found = settings(USHER_CONFIG=str(file), USHER_PEOPLE=f" {file} ")

    assert (found.config, found.people) == (file, file)


def test_a_secret_is_in_no_repr_and_in_no_fault(tmp_path: Path) -> None:
    """Settings may be logged by mistake; a password in an address is a secret too."""
    url = "postgresql+asyncpg://usher:hunter22@db/usher"
    found = settings(DATABASE_URL=url)

    for secret in (BOT, SECRET, "hunter22"):
        assert secret not in repr(found)
        assert secret in found.secrets
    assert found.database_name == "postgresql+asyncpg://usher:***@db/usher"
    told = faults(
        SLACK_BOT_TOKEN="xoxp-secret",
        SLACK_APP_TOKEN="wrong-secret",
        DATABASE_URL="my://u:secret@h",
    )
    assert "secret" not in " ".join(told).replace("signing secret", "")


def test_a_dotenv_file_completes_the_environment(tmp_path: Path) -> None:
    """What is really set wins, and an empty variable switches a line off."""
    file = tmp_path / ".env"
    file.write_text(
        "# settings\n"
        f"SLACK_APP_TOKEN='{APP}'\n"
        "export PORT=4000\n"
        "HOST=0.0.0.0\n"
        "USHER_COMMAND=/ask  # ours\n"
        "DATABASE_URL=postgresql+asyncpg://u:pa$$w${HOME}rd@h/d\n"
    )
    found = settings(file, PORT="5000", SLACK_APP_TOKEN="")

    assert (found.port, found.host, found.command) == (5000, "0.0.0.0", "/ask")
    assert found.transport is Transport.HTTP
    assert "pa$$w${HOME}rd" in found.database_url


def test_a_dotenv_file_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    """Most installations have none."""
    assert settings(tmp_path / ".env").port == 3000


def test_a_broken_line_of_the_dotenv_file_is_a_fault_with_its_number(tmp_path: Path) -> None:
    """A line that is ignored silently would be searched for long."""
    file = tmp_path / ".env"
    file.write_text("PORT=4000\n'broken\n")

    assert faults(file) == ("Line 2 of .env is not NAME=value.",)


def test_a_dotenv_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """A folder of that name, or text that is not UTF-8."""
    (tmp_path / ".env").mkdir()
    other = tmp_path / "other.env"
    other.write_bytes(b"PORT=\xff\n")

    assert faults(tmp_path / ".env") == ("The file .env cannot be read (Is a directory).",)
    assert faults(other) == ("The file other.env is not UTF-8 text.",)


def test_an_operator_needs_no_tokens_but_wrong_ones_are_told() -> None:
    """Export and audit work from the database alone."""
    found = load_for_operator({}, dotenv=None, terminal=False)

    assert (found.bot_token, found.app_token, found.signing_secret) == (None, None, None)
    assert found.secrets == ()
    both = load_for_operator(RIGHT | {"SLACK_APP_TOKEN": APP}, dotenv=None)
    assert both.app_token == APP
    with pytest.raises(SettingsFaults):
        load_for_operator({"SLACK_BOT_TOKEN": "x"}, dotenv=None)


PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({"HTTPS_PROXY": PROXY}, PROXY),
        ({"http_proxy": PROXY}, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "example.org, .slack.com"}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "notslack.com"}, PROXY),
        ({"HTTPS_PROXY": PROXY, "no_proxy": "*"}, None),
        ({"HTTPS_PROXY": PROXY, "SLACK_API_URL": "http://127.0.0.1:8080/api/"}, None),
        ({"HTTPS_PROXY": PROXY, "SLACK_API_URL": "http://localhost:8080/api/"}, None),
        ({"HTTPS_PROXY": ""}, None),
    ],
)
def test_slack_is_reached_through_the_proxy_unless_told_otherwise(
    environ: dict[str, str], proxy: str | None
) -> None:
    """The libraries know no NO_PROXY and would send a local stand-in's calls to the proxy."""
    assert settings(**environ).slack_proxy == proxy


def test_what_libraries_would_read_by_themselves_is_taken_away() -> None:
    """Bolt acts upon its own variables; without a proxy for Slack those go too."""
    environ = {**RIGHT, "SLACK_CLIENT_ID": "1", "HTTP_PROXY": PROXY, "PATH": os.defpath}
    through = settings(HTTP_PROXY=PROXY)
    direct = settings(HTTP_PROXY=PROXY, NO_PROXY="*")
    kept, freed = dict(environ), dict(environ)
    forget_ambient(through, kept)
    forget_ambient(direct, freed)

    assert kept == {"HTTP_PROXY": PROXY, "PATH": os.defpath}
    assert freed == {"PATH": os.defpath}
    assert not set(AMBIENT) & set(PROXIES)
