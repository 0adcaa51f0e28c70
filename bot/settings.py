"""The environment, read once into one value; every fault of it told at once.

Nothing else in Usher looks at environment variables, and the libraries that would do so silently
are given everything explicitly. A `.env` file completes the environment: what is really set wins,
and a variable set to nothing counts as not set (so a line of `.env` can be switched off). Values
are taken literally, without `${...}`, because passwords have dollar signs in them.

Two kinds of callers: `usher serve` needs everything (`load`), the commands of an operator need the
database and take Slack's tokens if they are there (`load_for_operator`). Faults are sentences and
never repeat a value that could be a secret.
"""

import sys
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from types import MappingProxyType

from dotenv.parser import parse_stream

from bot import settings_values as values
from storage import address

DEFAULT_DATABASE_URL = "sqlite+aiosqlite:///usher.db"
DEFAULT_SLACK_API_URL = "https://slack.com/api/"
DEFAULT_COMMAND = "/access"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 3000

VARIABLES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API_URL",
    "DATABASE_URL",
    "USHER_CONFIG",
    "USHER_PEOPLE",
    "USHER_COMMAND",
    "HOST",
    "PORT",
    "USHER_LOG",
)
"""Every variable there is."""


AMBIENT = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
"""Variables that Slack's libraries would read by themselves; taken away once we have read them."""
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
"""The same, where Slack is to be reached without a proxy; the libraries know no NO_PROXY."""


class Transport(StrEnum):
    """How Slack reaches us."""

    SOCKET = "socket"
    HTTP = "http"


class LogStyle(StrEnum):
    """For people, or for whatever collects logs."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    """What the commands of an operator need. Secrets do not appear in `repr`."""

    bot_token: str | None = field(repr=False)
    app_token: str | None = field(repr=False)
    signing_secret: str | None = field(repr=False)
    slack_api_url: str
    """Ends with a slash."""
    slack_proxy: str | None = field(repr=False)
    """The HTTP proxy to reach Slack through, from HTTPS_PROXY or HTTP_PROXY, if NO_PROXY lets."""
    database_url: str = field(repr=False)
    config: Path | None
    people: Path | None
    command: str
    """Slash included."""
    host: str
    port: int
    """0: any free one, for tests."""
    log: LogStyle
    environment: Mapping[str, str] = field(repr=False)
    """Everything, `.env` included: where connectors find their own settings."""

    @property
    def admin_command(self) -> str:
        """The administrators' slash command."""
        return self.command + values.ADMIN_SUFFIX

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed."""
        password = address.written(self.database_url).password
        found = (self.bot_token, self.app_token, self.signing_secret, password)
        return tuple(secret for secret in found if secret)

    @property
    def database_name(self) -> str:
        """The database's address without its password."""
        return address.written(self.database_url).shown


class SettingsFaults(Exception):
    """The settings cannot be used. `faults` has a sentence for every reason."""

    def __init__(
        self, faults: tuple[str, ...], right: OperatorSettings, wrong: frozenset[str]
    ) -> None:
        """Keep the sentences, the variables they are about, and what is right so far.

        In `right` each variable that is `wrong` stands as if it were not set.
        """
        super().__init__("\n".join(faults))
        self.faults = faults
        self.right = right
        self.wrong = wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(OperatorSettings):
    """What `usher serve` needs: a bot token, and exactly one of app token and signing secret."""

    bot_token: str = field(repr=False)

    @property
    def transport(self) -> Transport:
        """How Slack reaches us."""
        return Transport.SOCKET if self.app_token is not None else Transport.HTTP


Installed = Callable[[str], bool]
"""Whether a Python package is there."""


def is_installed(package: str) -> bool:
    """Whether this Python has the package."""
    return find_spec(package) is not None


def load(
    environ: Mapping[str, str],
    *,
    dotenv: Path | None,
    terminal: bool | None = None,
    installed: Installed = is_installed,
) -> Settings:
    """What `usher serve` needs. Raises `SettingsFaults` with everything that is wrong.

    `dotenv` is read if it exists; `terminal` says whether a person reads the log (None: look).
    """
    reading = _Reading(environ, dotenv, installed)
    if not reading.is_set("SLACK_BOT_TOKEN"):
        reading.fault(values.UNSET_BOT)
    transports = [reading.is_set(name) for name in ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")]
    if all(transports):
        reading.fault(values.BOTH_TRANSPORTS)
    elif not any(transports):
        reading.fault(values.NO_TRANSPORT)
    common = _common(reading, terminal)
    reading.raise_faults(common)
    assert common.bot_token is not None, "its absence is a fault"
    return Settings(
        bot_token=common.bot_token,
        app_token=common.app_token,
        signing_secret=common.signing_secret,
        slack_api_url=common.slack_api_url,
        slack_proxy=common.slack_proxy,
        database_url=common.database_url,
        config=common.config,
        people=common.people,
        command=common.command,
        host=common.host,
        port=common.port,
        log=common.log,
        environment=common.environment,
    )


def load_for_operator(
    environ: Mapping[str, str],
    *,
    dotenv: Path | None,
    terminal: bool | None = None,
) -> OperatorSettings:
    """The same without demanding Slack's tokens; what is set must still be right.

    Both an app token and a signing secret may be there: nothing is served.
    """
    reading = _Reading(environ, dotenv, is_installed)
    settings = _common(reading, terminal)
    reading.raise_faults(settings)
    return settings


def _common(reading: "_Reading", terminal: bool | None) -> OperatorSettings:
    slack_api_url = reading.take("SLACK_API_URL", values.api_url, DEFAULT_SLACK_API_URL)
    return OperatorSettings(
        bot_token=reading.take("SLACK_BOT_TOKEN", values.bot_token, None),
        app_token=reading.take("SLACK_APP_TOKEN", values.app_token, None),
        signing_secret=reading.take("SLACK_SIGNING_SECRET", values.signing_secret, None),
        slack_api_url=slack_api_url,
        slack_proxy=_proxy(slack_api_url, reading.values),
        database_url=reading.take(
            "DATABASE_URL",
            lambda text: values.database_url(text, reading.installed),
            DEFAULT_DATABASE_URL,
        ),
        config=reading.take("USHER_CONFIG", values.text_file, None),
        people=reading.take("USHER_PEOPLE", values.readable_file, None),
        command=reading.take("USHER_COMMAND", values.command, DEFAULT_COMMAND),
        host=reading.take("HOST", values.host, DEFAULT_HOST),
        port=reading.take("PORT", values.port, DEFAULT_PORT),
        log=_log_style(reading, terminal),
        environment=MappingProxyType(dict(reading.values)),
    )


def _log_style(reading: "_Reading", terminal: bool | None) -> LogStyle:
    by_itself = sys.stderr.isatty() if terminal is None else terminal
    default = LogStyle.TEXT if by_itself else LogStyle.JSON
    styles = tuple(style.value for style in LogStyle)
    chosen = reading.take("USHER_LOG", lambda text: values.one_of(text, styles), default.value)
    return LogStyle(chosen)


def _proxy(url: str, environment: Mapping[str, str]) -> str | None:
    """The proxy for this URL, by the usual variables; none for this machine itself."""
    lower = {name.lower(): value.strip() for name, value in environment.items()}
    host = values.host_of(url)
    if values.is_loopback(host) or values.matches_no_proxy(host, lower.get("no_proxy", "")):
        return None
    scheme = url.split(":", 1)[0]
    return lower.get(f"{scheme}_proxy") or lower.get("http_proxy") or None


def forget_ambient(settings: OperatorSettings, environ: MutableMapping[str, str]) -> None:
    """Take from the process's environment what libraries would silently act upon."""
    for name in AMBIENT if settings.slack_proxy is not None else AMBIENT + PROXIES:
        environ.pop(name, None)


class _Reading:
    """Takes values by name and collects what is wrong with them."""

    def __init__(
        self, environ: Mapping[str, str], dotenv: Path | None, installed: Installed
    ) -> None:
        self.installed = installed
        self._faults: list[str] = []
        self._wrong: set[str] = set()
        self.values = {**self._dotenv(dotenv), **environ}

    def is_set(self, name: str) -> bool:
        """Whether the variable has a value other than blanks."""
        return bool(self.values.get(name, "").strip())

    def take(self, name: str, parse: Callable[[str], values.T], default: values.T) -> values.T:
        """The parsed value; the default if it is not set, or is wrong, which is noted."""
        if not self.is_set(name):
            return default
        try:
            return parse(self.values[name].strip())
        except values.Wrong as wrong:
            self.fault(f"{name} {wrong}")
            self._wrong.add(name)
            return default

    def fault(self, sentence: str) -> None:
        """Note a fault."""
        self._faults.append(sentence)

    def raise_faults(self, right: OperatorSettings) -> None:
        """Raise everything noted."""
        if self._faults:
            raise SettingsFaults(tuple(self._faults), right, frozenset(self._wrong))

    def _dotenv(self, path: Path | None) -> dict[str, str]:
        if path is None or not path.exists():
            return {}
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            self.fault(f"The file {path.name} {values.unreadable(error)}")
            return {}
        found: dict[str, str] = {}
        for binding in parse_stream(StringIO(text)):
            if binding.error:
                line = binding.original.line
                self.fault(f"Line {line} of {path.name} is not NAME=value.")
            elif binding.key is not None and binding.value is not None:
                found[binding.key] = binding.value
        return found
