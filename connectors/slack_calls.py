"""How Slack is asked: one call, a list of many pages, and what the app may do at all.

Every call of this package goes through `ask`, so that every failure comes out as one of the
engine's three families with a sentence (`slack_errors`). The client is handed in and shared;
nothing here makes one.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from connectors.slack_errors import ENTRIES, code_of, from_network, from_slack, raised
from engine.application.connectors import Refused, Retry

Json = Mapping[str, object]
Wait = Callable[[timedelta], Awaitable[None]]
"""Waits on the caller's clock."""

PAGE_LENGTH = 200
"""Items a page: what Slack recommends at most (docs.slack.dev, Pagination)."""
MOST_PAGES = 10_000
"""A list with more pages than this never ends."""
EVERY_SCOPE = "*"
"""How a local stand-in without a manifest says that an app may do everything."""
MOST_WAITS = 1_000
"""Throttled answers while reading one list; at 20 calls a minute this is most of an hour."""


async def ask(
    call: Awaitable[AsyncSlackResponse],
    *,
    thing: str,
    account: str = "",
    accept: frozenset[str] = frozenset(),
) -> Json:
    """The answer to one call.

    An error code in `accept` is an answer too: it comes back under the key "error". Everything
    else that is not `ok` is raised as `Retry`, `Refused` or `Gone`, about `thing` and `account`.
    """
    try:
        response = await call
    except SlackApiError as error:
        code = code_of(error)
        if code in accept:
            return {"ok": False, "error": code}
        raise from_slack(error, thing=thing, account=account) from error
    except (aiohttp.ClientError, OSError) as error:
        raise from_network(error) from error
    data: object = response.data
    return data if isinstance(data, Mapping) else {}


async def pages(
    call: Callable[[str | None], Awaitable[AsyncSlackResponse]],
    *,
    key: str,
    thing: str,
    wait: Wait | None = None,
) -> AsyncIterator[list[object]]:
    """Each page of a long list, found in the answers under `key`.

    `call` asks for the page at a cursor, the first at None. Throttled, it waits and goes on at the
    same page if the caller gave a `wait`, else raises `Retry` as every other call does.
    """
    cursor: str | None = None
    waits = 0
    for _ in range(MOST_PAGES):
        while True:
            try:
                answer = await ask(call(cursor), thing=thing)
                break
            except Retry as error:
                waits += 1
                if wait is None or error.after is None or waits > MOST_WAITS:
                    raise
                await wait(error.after)
        items = answer.get(key)
        yield items if isinstance(items, list) else []
        following = _next_cursor(answer)
        if following is None:
            return
        if following == cursor:
            break
        cursor = following
    raise raised(ENTRIES["invalid_cursor"], thing=thing)


async def require_scopes(client: AsyncWebClient, needed: Sequence[str], *, thing: str) -> None:
    """Raise `Refused` if the token does not work, or lacks a scope and Slack says which it has.

    A server that does not say is believed.
    """
    try:
        response = await client.auth_test()
    except SlackApiError as error:
        raise from_slack(error, thing=thing) from error
    except (aiohttp.ClientError, OSError) as error:
        raise from_network(error) from error
    if missing := missing_scopes(scopes_in(response.headers), needed):
        raise Refused(
            raised(ENTRIES["missing_scope"], thing=thing, needed=", ".join(missing)).message
        )


def scopes_in(headers: Mapping[str, str]) -> frozenset[str] | None:
    """The scopes of the token, as Slack lists them in `x-oauth-scopes` of every answer.

    None: this answer does not say (docs.slack.dev, auth.test).
    """
    for name, listed in headers.items():
        if name.lower() == "x-oauth-scopes":
            return frozenset(scope.strip() for scope in listed.split(",") if scope.strip())
    return None


def missing_scopes(granted: frozenset[str] | None, needed: Sequence[str]) -> list[str]:
    """What is needed and was not granted; nothing where that is not known."""
    if granted is None or EVERY_SCOPE in granted:
        return []
    return [scope for scope in needed if scope not in granted]


def text(value: object) -> str | None:
    """A value that should be text, without blanks around it; None if it is not or is empty."""
    return value.strip() or None if isinstance(value, str) else None


def part(value: object) -> Json:
    """A part of an answer that should be an object, empty if it is not."""
    return value if isinstance(value, Mapping) else {}


def parts(value: object) -> Sequence[Json]:
    """The objects in a part of an answer that should be a list of them."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def words(value: object) -> tuple[str, ...]:
    """The texts in a part of an answer that should be a list of ids; each once, in order."""
    found = (
        [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []
    )
    return tuple(dict.fromkeys(found))


def _next_cursor(answer: Json) -> str | None:
    return text(part(answer.get("response_metadata")).get("next_cursor"))
