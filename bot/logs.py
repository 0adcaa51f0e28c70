"""The log: one line for each thing that happened, a sentence and its fields.

`text` is for a person at a terminal, `json` for whatever collects logs; both show what is given in
`extra`. Nothing secret leaves: the finished line is searched for Slack's tokens, one-time addresses
and the secrets of the settings, wherever they came from (a message, a field, a traceback, a library
at debug level). Requests are not logged one by one; `/metrics` counts them.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO

import storage
from bot.settings import LogStyle

HIDDEN = "[hidden]"
_SECRETS = re.compile(
    r"""
    xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]+              # bot, user, rotating and refresh tokens
    | xapp-[A-Za-z0-9-]+                               # app-level tokens
    | (?<=://hooks\.slack\.com/)[^\s"'<>\\]+           # response_url: whoever has it may post
    | (?<=/respond/)[^\s"'<>\\]+                       # the same of a local stand-in
    | (?<=[?&]ticket=)[^\s"'&<>\\]+                    # the key of a Socket Mode address
    | (?<=://)[^\s/:@"']*:[^\s/@"']+(?=@)              # user and password in an address
    """,
    re.VERBOSE,
)
_SHORTEST_SECRET = 6
"""A shorter secret of the settings is not looked for: it would hide half of the log."""

_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUIET = ("aiohttp", "alembic", "asyncio", "slack_bolt", "slack_sdk", "sqlalchemy", "sqlite3")
"""Libraries that are heard only when something is wrong."""


class Redaction:
    """Hides what must not be seen in a log."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """`secrets` are hidden besides everything that looks like a token of Slack's."""
        long_enough = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
        written = {form for secret in long_enough for form in _forms(secret)}
        literal = sorted(written, key=len, reverse=True)
        self._literal = re.compile("|".join(map(re.escape, literal))) if literal else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._literal is not None:
            text = self._literal.sub(HIDDEN, text)
        return _SECRETS.sub(HIDDEN, text)


def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, and as Python and JSON write it inside of a list."""
    return secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]


class TextFormatter(logging.Formatter):
    """`16:05:09 WARNING usher.bot: what happened  field=value`, times UTC."""

    def __init__(self, redact: Redaction) -> None:
        """Every line goes through `redact`."""
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it if there is one."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        line = f"{at} {record.levelname:<7} {record.name}: {_one_line(record.getMessage())}"
        fields = "  ".join(
            f"{name}={_one_line(str(value))}" for name, value in _fields(record).items()
        )
        parts = [f"{line}  {fields}" if fields else line, *_trace(self, record)]
        return self._redact("\n".join(parts))


class JsonFormatter(logging.Formatter):
    """A JSON object on one line: at, level, logger, message, the fields, traceback."""

    def __init__(self, redact: Redaction) -> None:
        """Every text goes through `redact`."""
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        trace = "\n".join(_trace(self, record))
        if trace:
            line["traceback"] = trace
        # Texts are searched before they are quoted: a secret with a quote in it is found too.
        return json.dumps(self._hidden(line), ensure_ascii=False)

    def _hidden(self, value: object) -> object:
        match value:
            case None | bool() | int() | float():
                return value
            case Mapping():
                return {self._redact(str(key)): self._hidden(each) for key, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._hidden(each) for each in value]
            case _:
                return self._redact(str(value))


def setup(
    style: LogStyle,
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send the log of the whole process to `stream` (standard error), replacing what was there."""
    redact = Redaction(secrets)
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(TextFormatter(redact) if style is LogStyle.TEXT else JsonFormatter(redact))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """What the caller gave in `extra`, and why, where a sentence says it all."""
    given = {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS}
    why = _outage(record.exc_info[1]) if record.exc_info else None
    return given if why is None else {**given, "why": why}


def _outage(error: BaseException | None) -> str | None:
    """The sentence, if nothing but a database that is away was met: no traceback helps then."""
    if isinstance(error, BaseExceptionGroup):
        told = {_outage(one) for one in error.exceptions}
        return told.pop() if len(told) == 1 else None
    return str(error) if isinstance(error, storage.DatabaseUnavailable) else None


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    parts = []
    told = record.exc_info and _outage(record.exc_info[1]) is not None
    if record.exc_info and record.exc_info[0] is not None and not told:
        parts.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        parts.append(formatter.formatStack(record.stack_info))
    return parts


def _one_line(text: str) -> str:
    """A text from outside cannot pretend to be another line of the log."""
    return "".join(
        character if character.isprintable() else _escaped(character) for character in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
