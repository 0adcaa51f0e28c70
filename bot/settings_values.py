"""What each variable may say. Pure but for looking whether a file can be read.

Every parser takes the text without blanks around it and answers the value or raises `Wrong`, whose
message goes on after the variable's name: "PORT" + "must be a number from 1 to 65535." Messages
repeat what was written only where it cannot be a secret.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from storage import address

T = TypeVar("T")

ADMIN_SUFFIX = "-admin"
LONGEST_COMMAND = 32
"""Slack's limit, slash included (app manifest reference)."""
HIGHEST_PORT = 65535

UNSET_BOT = (
    "SLACK_BOT_TOKEN is not set. Copy the Bot User OAuth Token from the app's page OAuth &"
    " Permissions."
)
NO_TRANSPORT = (
    "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set. Set the first for Socket Mode or the"
    " second for HTTP."
)
BOTH_TRANSPORTS = (
    "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set, and each means another way for Slack to"
    " reach Usher. Keep the first for Socket Mode or the second for HTTP."
)

_SQLITE = "sqlite+aiosqlite"
_POSTGRES = "postgresql+asyncpg"
_TOKEN = re.compile(r"[A-Za-z0-9-]+")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


class Wrong(Exception):
    """What a variable must be and is not; goes on after its name."""


def bot_token(text: str) -> str:
    """A token of the app's bot user."""
    if text.startswith("xoxe."):
        raise Wrong(
            "is a token that expires after hours. Turn token rotation off for the app (manifest.yml"
            " does), reinstall it, and copy the Bot User OAuth Token."
        )
    return _token(
        text,
        "xoxb-",
        "must be a bot token, which starts with xoxb-. Copy the Bot User OAuth Token from the app's"
        " page OAuth & Permissions.",
    )


def app_token(text: str) -> str:
    """An app-level token."""
    return _token(
        text,
        "xapp-",
        "must be an app-level token, which starts with xapp-. Make one on the app's page Basic"
        " Information, with the scope connections:write.",
    )


def _token(text: str, prefix: str, otherwise: str) -> str:
    rest = text.removeprefix(prefix)
    if rest in ("", text) or not _TOKEN.fullmatch(rest):
        raise Wrong(otherwise)
    return text


def signing_secret(text: str) -> str:
    """What Slack signs its requests with."""
    token = text.startswith(("xoxb-", "xoxp-", "xapp-"))
    if token or not text.isascii() or any(character.isspace() for character in text):
        raise Wrong(
            "is not a signing secret. Copy the Signing Secret from the app's page Basic"
            " Information."
        )
    return text


def api_url(text: str) -> str:
    """The base of the Web API, with the slash it needs at its end."""
    try:
        parts = urlsplit(text)
        usable = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or any(c.isspace() for c in text):
        raise Wrong("must be an address such as https://slack.com/api/, without ? or #.")
    return text if text.endswith("/") else f"{text}/"


def host_of(url: str) -> str:
    """The host of a URL that `api_url` has let pass."""
    return urlsplit(url).hostname or ""


def is_loopback(host: str) -> bool:
    """Whether this is the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def matches_no_proxy(host: str, no_proxy: str) -> bool:
    """Whether NO_PROXY (names with their subdomains, separated by commas, or *) has this host."""
    names = [name.strip().lower().lstrip(".") for name in no_proxy.split(",")]
    return "*" in names or any(f".{host}".endswith(f".{name}") for name in names if name)


def database_url(text: str, installed: Callable[[str], bool]) -> str:
    """A database we can use, whose driver is there."""
    try:
        url = address.written(text)
    except ValueError:
        raise Wrong(
            f"is not the address of a database. Write {_SQLITE}:///usher.db or"
            f" {_POSTGRES}://user:password@host/name; a password with signs such as @ or / in it is"
            " written percent-encoded."
        ) from None
    match url.scheme:
        case "sqlite+aiosqlite":
            _sqlite(url)
        case "postgresql+asyncpg":
            if not url.database:
                raise Wrong(f"names no database. Write {_POSTGRES}://user:password@host/name.")
            if not installed("asyncpg"):
                raise Wrong("needs the driver asyncpg. Install it: pip install '.[postgres]'")
        case scheme:
            raise Wrong(_other_database(scheme))
    return text


def _sqlite(url: address.Written) -> None:
    if not url.database or url.database == ":memory:":
        raise Wrong(
            "names no file, so everything would be forgotten. Write"
            f" {_SQLITE}:///usher.db, with three slashes."
        )
    folder = Path(url.database).parent
    if not folder.is_dir():
        raise Wrong(f"names a file in the folder {folder}, which does not exist. Make it first.")
    if Path(url.database).is_dir():
        raise Wrong(f"names {url.database}, which is a folder. Name a file in it.")


def _other_database(scheme: str) -> str:
    kind = scheme.split("+", 1)[0]
    if kind == "sqlite":
        return f"must start with {_SQLITE}://, not with {scheme}://."
    if kind in ("postgresql", "postgres"):
        return f"must start with {_POSTGRES}://, not with {scheme}://."
    return (
        f"starts with {scheme}://, and Usher keeps its data in SQLite ({_SQLITE}://) or PostgreSQL"
        f" ({_POSTGRES}://)."
    )


def readable_file(text: str) -> Path:
    """A file that can be read; relative ones are looked for in the working directory."""
    path = Path(text)
    if not path.exists():
        raise Wrong(f"names {text}, and there is no such file.")
    if not path.is_file():
        raise Wrong(f"names {text}, which is not a file.")
    if not os.access(path, os.R_OK):
        raise Wrong(f"names {text}, which Usher may not read. Change the file's permissions.")
    return path


def text_file(text: str) -> Path:
    """The same, of UTF-8 text."""
    path = readable_file(text)
    try:
        path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"names {text}, which {unreadable(error)}") from error
    return path


def unreadable(error: Exception) -> str:
    """Why a file could not be read, after its name."""
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8 text."
    reason = error.strerror if isinstance(error, OSError) else None
    return f"cannot be read ({reason or type(error).__name__})."


def command(text: str) -> str:
    """A slash command that leaves room for the administrators' one."""
    most = LONGEST_COMMAND - len(ADMIN_SUFFIX)
    name = text.removeprefix("/")
    plain = name.isprintable() and not any(c.isspace() or c == "/" for c in name)
    if name in ("", text) or not plain or name != name.lower():
        raise Wrong(f"must be a slash and a word in small letters, such as /access, not {text!r}.")
    if len(text) > most:
        raise Wrong(
            f"has {len(text)} signs. Slack takes {LONGEST_COMMAND}, and {ADMIN_SUFFIX} is added for"
            f" administrators, so {most} are left."
        )
    return text


def host(text: str) -> str:
    """An address to listen on."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        if not _HOST_NAME.fullmatch(text):
            raise Wrong(
                f"must be an address to listen on, such as 127.0.0.1 or 0.0.0.0, not {text!r}."
            ) from None
    return text


def port(text: str) -> int:
    """A port to listen on; 0 lets the system choose."""
    if not (text.isascii() and text.isdigit()) or int(text) > HIGHEST_PORT:
        raise Wrong(f"must be a number from 1 to {HIGHEST_PORT}, not {text!r}.")
    return int(text)


def one_of(text: str, choices: Sequence[str]) -> str:
    """One of a few words, in any case of letters."""
    if text.lower() not in choices:
        raise Wrong(f"must be {' or '.join(choices)}, not {text!r}.")
    return text.lower()
