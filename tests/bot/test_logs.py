"""The log: fields are shown, secrets never, and a line is one line."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

import storage
from bot import logs
from bot.settings import LogStyle

SECRETS = [
    "xoxb-1234567890-abcDEF",
    "xoxp-1-2-3-abc",
    "xoxa-2-abc",
    "xoxs-1-abc",
    "xoxr-1-abc",
    "xoxe-1-abc",
    "xoxe.xoxb-1-abc",
    "xoxe.xoxp-1-abc",
    "xapp-1-A012-345-abc",
    "https://hooks.slack.com/commands/T1/2/abc",
    "wss://wss-primary.slack.com/link/?ticket=abc-123&app_id=1",
    "http://127.0.0.1:8080/respond/abc123",
    "postgresql+asyncpg://usher:hunter22@db/usher",
]
TELLTALE = ("abc", "hunter22")


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """What the log wrote; the log of pytest is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.mark.parametrize("style", list(LogStyle))
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_wherever_it_stands(
    style: LogStyle, secret: str, out: io.StringIO
) -> None:
    """In the message, its arguments, a field, a nested field, a traceback."""
    logs.setup(style, stream=out)
    log = logging.getLogger("usher.test")
    log.info("got %s", secret)
    log.info(f"got {secret}")  # noqa: G004 - as careless callers do
    log.info("got", extra={"field": secret, "deep": {"list": [secret], secret: 1}})
    try:
        raise ValueError(secret)  # noqa: TRY301 - what is logged is the point
    except ValueError:
        log.exception("failed")

    text = out.getvalue()
    assert not [word for word in TELLTALE if word in text]
    assert text.count(logs.HIDDEN) >= 4


@pytest.mark.parametrize("style", list(LogStyle))
def test_the_secrets_of_the_settings_are_hidden_too(style: LogStyle, out: io.StringIO) -> None:
    """A signing secret looks like nothing in particular; quotes and backslashes do not save it."""
    secrets = ["0f742231b10e8888", 'pass"word\\1', "", "short"]
    logs.setup(style, secrets=secrets, stream=out)
    logging.getLogger().warning("%s and %s, in short", secrets[0], secrets[1], extra={"f": secrets})

    assert "0f742231" not in out.getvalue()
    assert "word" not in out.getvalue()
    assert "in short" in out.getvalue()


def test_text_is_one_line_with_its_fields(out: io.StringIO) -> None:
    """Time, level, logger, sentence, fields."""
    logs.setup(LogStyle.TEXT, stream=out)
    logging.getLogger("usher.test").warning("two %s", "things", extra={"request": "R1", "n": 2})

    line = out.getvalue()
    assert line[2] == line[5] == ":"
    assert line[8:].rstrip("\n") == " WARNING usher.test: two things  request=R1  n=2"


def test_a_text_from_outside_cannot_pretend_to_be_another_line(out: io.StringIO) -> None:
    """Line ends and control signs are written out."""
    logs.setup(LogStyle.TEXT, stream=out)
    logging.getLogger("usher").info(
        "said: a\n12:00:00 INFO    x: forged", extra={"f": "b\x1b[2J\n"}
    )

    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()


def test_json_is_one_object_a_line(out: io.StringIO) -> None:
    """At, level, logger, message, the fields with their types, the traceback."""
    logs.setup(LogStyle.JSON, stream=out)
    log = logging.getLogger("usher.test")
    log.info("ready", extra={"seconds": 1.5, "ok": True, "who": None, "ids": ("a", "b")})
    try:
        raise KeyError("x")  # noqa: TRY301 - what is logged is the point
    except KeyError:
        log.exception("failed\nbadly")
    first, second = (json.loads(line) for line in out.getvalue().splitlines())

    assert first | {"at": ""} == {
        "at": "",
        "level": "info",
        "logger": "usher.test",
        "message": "ready",
        "seconds": 1.5,
        "ok": True,
        "who": None,
        "ids": ["a", "b"],
    }
    assert first["at"].endswith("Z")
    assert second["message"] == "failed\nbadly"
    assert second["traceback"].endswith("KeyError: 'x'")


def test_libraries_are_heard_only_when_something_is_wrong(out: io.StringIO) -> None:
    """No line for each request, each connection, each migration."""
    logs.setup(LogStyle.TEXT, stream=out)
    for name in ("aiohttp.access", "slack_sdk.socket_mode.aiohttp", "alembic.runtime"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")

    assert "chatter" not in out.getvalue()
    assert out.getvalue().count("trouble") == 3


def test_without_a_stream_the_log_goes_to_standard_error(
    out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard output belongs to what a command answers."""
    monkeypatch.setattr(sys, "stderr", out)
    logs.setup(LogStyle.TEXT)
    logs.setup(LogStyle.TEXT)
    logging.getLogger("usher").info("once")

    assert out.getvalue().count("once") == 1


@pytest.mark.parametrize("style", list(LogStyle))
def test_a_database_that_is_away_is_told_in_a_line(style: LogStyle, out: io.StringIO) -> None:
    """An outage is met by everything at once and again: a sentence each, and no traceback.

    Whatever else goes wrong beside it has its traceback.
    """
    logs.setup(style, stream=out)
    log = logging.getLogger("usher.test")
    away = storage.DatabaseUnavailable("The database does not answer.")
    for error in (away, ExceptionGroup("several", [away, away])):
        log.error("could not look", exc_info=error)
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert all("The database does not answer." in line for line in lines)

    log.error("could not look", exc_info=ExceptionGroup("two", [away, ValueError("odd")]))
    assert "ValueError: odd" in out.getvalue()
