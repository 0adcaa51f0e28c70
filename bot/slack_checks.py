"""What must be true of Slack before we start: reachable, the token taken, the scopes granted.

Slack names the scopes of a token in the header `x-oauth-scopes` of every answer (auth.test). They
are compared with those `manifest.yml` asks for: without a required one a start is refused, without
an optional one a sentence says what does not work. A server that names no scopes is believed.

`manifest.yml` stands in the package once it is installed and at the top of a checkout before.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import aiohttp
from ruamel.yaml import YAML
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings import OperatorSettings
from connectors.slack_calls import missing_scopes, scopes_in
from connectors.slack_errors import code_of, status_of

MANIFEST = "manifest.yml"
TIMEOUT_SECONDS = 10
CALL_TIMEOUT = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
"""Well under a lane's lease, so that a slow answer never outlives the right to wait for it."""

WITHOUT: Mapping[str, str] = MappingProxyType(
    {
        "usergroups:write": "User groups cannot be given as access (connector slack_usergroup).",
        "groups:write": "Private channels cannot be given as access (connector slack_channel).",
        "channels:history": (
            "After a crash a card in a public channel may appear a second time, because Usher"
            " cannot look whether it is there."
        ),
        "groups:history": (
            "After a crash a card in a private channel may appear a second time, because Usher"
            " cannot look whether it is there."
        ),
        "files:write": (
            "The results of access reviews come without their picture and their file of all lines."
        ),
    }
)
"""What an optional scope is for, as what does not work without it."""

_BOT = "SLACK_BOT_TOKEN"
_APP = "SLACK_APP_TOKEN"
_REFUSED = {
    "invalid_auth": "{name} is not a token Slack knows. Copy it again from the app's page {page}.",
    "not_authed": "{name} is not a token Slack knows. Copy it again from the app's page {page}.",
    "token_revoked": "{name} was revoked. Reinstall the app, and copy the token from {page}.",
    "token_expired": "{name} has expired. Reinstall the app, and copy the token from {page}.",
    "account_inactive": (
        "{name} belongs to an app that was removed from the workspace. Reinstall the app, and copy"
        " the token from {page}."
    ),
    "not_allowed_token_type": "{name} is a token of another kind. Copy the one from {page}.",
    "missing_scope": (
        "{name} lacks the scope connections:write. Make a new app-level token with it on {page}."
    ),
    "forbidden_team": "The workspace of {name} does not let this app use Socket Mode.",
    "ratelimited": "Slack asks us to wait before it looks at {name}. Start again in a minute.",
}
_PAGES = {_BOT: "OAuth & Permissions", _APP: "Basic Information, App-Level Tokens"}


class SlackFaults(Exception):
    """Slack cannot be used. `faults` has a sentence for every reason."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Keep the sentences."""
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """The bot scopes `manifest.yml` asks for."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are in Slack, and what we may do there."""

    team_id: str
    team_name: str
    url: str | None
    """Of the workspace, with a slash at its end; None: Slack did not say."""
    bot_user_id: str
    bot_id: str
    enterprise_id: str | None
    is_enterprise_install: bool
    scopes: frozenset[str] | None
    """None: Slack did not say."""
    notices: tuple[str, ...] = ()
    """What does not work for want of an optional scope."""


def web_session() -> aiohttp.ClientSession:
    """What calls go through; it bounds how long they take, which a client given one does not."""
    return aiohttp.ClientSession(timeout=CALL_TIMEOUT, trust_env=False)


def web_client(settings: OperatorSettings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Slack's Web API with the bot token, everything given explicitly. The session stays yours."""
    client = AsyncWebClient(
        token=settings.bot_token,
        base_url=settings.slack_api_url,
        session=session,
        timeout=TIMEOUT_SECONDS,
        proxy=settings.slack_proxy,
        retry_handlers=[],  # the SDK's own would post again what may have arrived; the lanes look
    )
    client.proxy = settings.slack_proxy
    return client


@cache
def read_manifest() -> Mapping[str, object]:
    """`manifest.yml`, parsed once."""
    packaged = files("bot").joinpath(MANIFEST)
    beside = Path(__file__).resolve().parent.parent / MANIFEST
    text = (packaged if packaged.is_file() else beside).read_text(encoding="utf-8")
    parsed: object = YAML(typ="safe", pure=True).load(text)
    return _part(parsed)


def manifest_scopes() -> Scopes:
    """The scopes the manifest asks for; the optional ones stand in both of its lists."""
    scopes = _part(_part(read_manifest().get("oauth_config")).get("scopes"))
    optional = _words(scopes.get("bot_optional"))
    required = tuple(scope for scope in _words(scopes.get("bot")) if scope not in optional)
    return Scopes(required=required, optional=optional)


async def check(client: AsyncWebClient, settings: OperatorSettings) -> Identity:
    """Who we are. Raises `SlackFaults` with everything that keeps us from starting.

    With an app token, Socket Mode is tried too, as far as getting an address.
    """
    checks = [_identity(client)]
    if settings.app_token is not None:
        checks.append(_socket_mode(client, settings.app_token))
    results = await asyncio.gather(*checks, return_exceptions=True)
    faults: list[str] = []
    for result in results:
        if isinstance(result, SlackFaults):
            faults += result.faults
        elif isinstance(result, BaseException):
            raise result
    if faults:
        raise SlackFaults(list(dict.fromkeys(faults)))
    identity = results[0]
    assert isinstance(identity, Identity), "auth.test succeeded"
    return identity


async def _identity(client: AsyncWebClient) -> Identity | None:
    response = await _call(client, "auth.test", _BOT)
    granted = scopes_in(response.headers)
    missing, notices = compare(granted, manifest_scopes())
    if missing:
        raise SlackFaults([missing])
    return Identity(
        team_id=str(response.get("team_id") or ""),
        team_name=str(response.get("team") or ""),
        url=_workspace(response.get("url")),
        bot_user_id=str(response.get("user_id") or ""),
        bot_id=str(response.get("bot_id") or ""),
        enterprise_id=response.get("enterprise_id"),
        is_enterprise_install=bool(response.get("is_enterprise_install")),
        scopes=granted,
        notices=notices,
    )


async def _socket_mode(client: AsyncWebClient, app_token: str) -> None:
    await _call(client, "apps.connections.open", _APP, app_token)


def compare(granted: frozenset[str] | None, asked: Scopes) -> tuple[str | None, tuple[str, ...]]:
    """A fault if a required scope is missing, and a notice for each optional one."""
    missing = missing_scopes(granted, asked.required)
    notices = tuple(
        f"The app has not been given the scope {scope}. {WITHOUT.get(scope, '')}".rstrip()
        for scope in missing_scopes(granted, asked.optional)
    )
    if not missing:
        return None, notices
    word = "scope" if len(missing) == 1 else "scopes"
    fault = (
        f"The app lacks the {word} {', '.join(missing)}. Compare its page App Manifest with"
        f" {MANIFEST}, then reinstall the app."
    )
    return fault, notices


async def _call(
    client: AsyncWebClient, method: str, name: str, app_token: str | None = None
) -> AsyncSlackResponse:
    """The answer. Raises `SlackFaults` with one sentence about the token called `name`."""
    call = client.auth_test() if app_token is None else _open(client, app_token)
    try:
        response: AsyncSlackResponse = await call
    except SlackApiError as error:
        raise SlackFaults([_refused(error, method, name)]) from error
    except (aiohttp.ClientError, OSError) as error:
        slow = isinstance(error, TimeoutError)
        why = "it did not answer in time" if slow else _reason(error)
        sentence = (
            f"Slack cannot be reached at {client.base_url} ({why}). Check the network, the proxy"
            " and SLACK_API_URL."
        )
        raise SlackFaults([sentence]) from error
    return response


async def _open(client: AsyncWebClient, app_token: str) -> AsyncSlackResponse:
    return await client.apps_connections_open(app_token=app_token)


def _refused(error: SlackApiError, method: str, name: str) -> str:
    code = code_of(error)
    if code is not None and code in _REFUSED:
        return _REFUSED[code].format(name=name, page=_PAGES[name])
    said = f'"{code}"' if code is not None else f"status {status_of(error)}"
    return (
        f"Slack answered {said} to {method}, which checks {name}. Look at status.slack.com and at"
        " SLACK_API_URL, then start again."
    )


def _reason(error: Exception) -> str:
    inner = getattr(error, "os_error", None)
    text = getattr(inner, "strerror", None) or getattr(error, "strerror", None)
    return text if isinstance(text, str) and text else type(error).__name__


def _workspace(url: object) -> str | None:
    return f"{url.rstrip('/')}/" if isinstance(url, str) and url else None


def _part(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
