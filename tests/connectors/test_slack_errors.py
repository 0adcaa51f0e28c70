"""What every answer of Slack means: error codes, statuses and broken connections."""

import asyncio
from datetime import timedelta
from typing import Literal

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from connectors.slack_calls import ask, pages
from connectors.slack_errors import ENTRIES, Meaning, from_network, from_slack, raised
from engine.application.connectors import Gone, Refused, Retry

THING = "@prod-readers"


def answered(
    body: dict[str, object] | str, *, status: int = 200, headers: dict[str, str] | None = None
) -> SlackApiError:
    """The error the library raises for such an answer."""
    response = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="usergroups.users.update",
        req_args={},
        data=body,  # type: ignore[arg-type]  # the library itself passes text here
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("not ok", response)  # type: ignore[no-untyped-call]


RETRY = ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
REFUSED = (
    "missing_scope",
    "permission_denied",
    "plan_upgrade_required",
    "invalid_users",
    "user_is_restricted",
    "cant_kick_from_general",
    "is_archived",
    "restricted_action",
    "invalid_auth",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "not_authed",
    "no_users_provided",
    "single_channel_guests_cannot_be_added",
    "ura_max_channels",
    "org_user_not_in_team",
    "invitee_cant_see_channel",
    "external_channel_migrating",
    "not_in_channel",
    "unknown_method",
    "a_code_of_next_year",
)
GONE: tuple[tuple[str, Literal["target", "account"]], ...] = (
    ("channel_not_found", "target"),
    ("no_such_subteam", "target"),
    ("subteam_not_found", "target"),
    ("user_not_found", "account"),
    ("users_not_found", "account"),
    ("user_disabled", "account"),
)


@pytest.mark.parametrize("code", RETRY)
def test_a_busy_or_broken_slack_is_tried_again(code: str) -> None:
    """Nothing a person could mend."""
    error = from_slack(answered({"ok": False, "error": code}), thing=THING)

    assert isinstance(error, Retry)


@pytest.mark.parametrize("code", REFUSED)
def test_what_a_person_must_mend_is_refused(code: str) -> None:
    """Trying again would not help; a code we do not know is looked at, not looped on."""
    error = from_slack(answered({"ok": False, "error": code}), thing=THING, account="U1")

    assert isinstance(error, Refused)


@pytest.mark.parametrize(("code", "what"), GONE)
def test_what_does_not_exist_is_gone_and_says_which(
    code: str, what: Literal["target", "account"]
) -> None:
    """The engine treats a missing account and a missing target differently."""
    error = from_slack(answered({"ok": False, "error": code}), thing=THING, account="U1")

    assert isinstance(error, Gone)
    assert error.what == what


@pytest.mark.parametrize("code", sorted(ENTRIES))
def test_every_sentence_reads_whether_or_not_names_are_known(code: str) -> None:
    """No sentence shows a placeholder or ends in the middle."""
    full = from_slack(answered({"ok": False, "error": code}), thing=THING, account="U1").message
    bare = from_slack(answered({"ok": False, "error": code}), thing="").message

    assert "{" not in full + bare
    assert full.endswith(".")
    assert len(full) > 20


@pytest.mark.parametrize(("code", "entry"), sorted(ENTRIES.items()))
def test_the_table_agrees_with_what_is_raised(code: str, entry: object) -> None:
    """Entries are raised by hand too, with the same meaning."""
    by_hand = raised(ENTRIES[code], thing=THING, account="U1")
    by_answer = from_slack(answered({"ok": False, "error": code}), thing=THING, account="U1")

    assert entry is ENTRIES[code]
    assert type(by_hand) is type(by_answer)
    assert isinstance(by_hand, Retry) == (ENTRIES[code].meaning is Meaning.RETRY)


def test_throttled_carries_the_wait_slack_asks_for() -> None:
    """`Retry-After` is passed on, under any spelling of the header."""
    error = from_slack(
        answered({"ok": False, "error": "ratelimited"}, status=429, headers={"retry-after": "30"}),
        thing=THING,
    )

    assert isinstance(error, Retry)
    assert error.after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("0", timedelta(0)),
        ("3600", timedelta(hours=1)),
        ("3601", timedelta(hours=1)),
        ("-5", None),
        ("soon", None),
        ("²", None),
    ],
)
def test_an_odd_retry_after_does_no_harm(header: str, after: timedelta | None) -> None:
    """Only whole seconds count, and never more than an hour."""
    error = from_slack(answered("slow", status=429, headers={"Retry-After": header}), thing=THING)

    assert isinstance(error, Retry)
    assert error.after == after


@pytest.mark.parametrize("status", [408, 423, 429, 500, 502, 503, 504])
def test_a_status_of_trouble_is_tried_again_whatever_the_body(status: int) -> None:
    """A proxy's error page is no verdict, even if it carries words of Slack."""
    text = from_slack(answered("<html>bad gateway</html>", status=status), thing=THING)
    json = from_slack(answered({"ok": False, "error": "invalid_auth"}, status=status), thing=THING)

    assert isinstance(text, Retry)
    assert isinstance(json, Retry)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_another_status_without_a_code_is_refused_and_named(status: int) -> None:
    """Nothing says that it would get better by itself."""
    error = from_slack(answered("no", status=status), thing=THING)

    assert isinstance(error, Refused)
    assert str(status) in error.message


def test_a_missing_scope_is_named() -> None:
    """The sentence says which scope to add."""
    body: dict[str, object] = {
        "ok": False,
        "error": "missing_scope",
        "needed": "usergroups:write",
        "provided": "chat:write",
    }
    error = from_slack(answered(body), thing=THING)

    assert "usergroups:write" in error.message
    assert "install the app" in error.message


def test_an_unknown_code_is_quoted() -> None:
    """Whoever reads it can look it up."""
    error = from_slack(answered({"ok": False, "error": "moon_is_full"}), thing=THING)

    assert '"moon_is_full"' in error.message
    assert THING in error.message


def test_an_error_without_any_response_object_is_still_an_error() -> None:
    """The library also raises with a plain mapping."""
    bare = SlackApiError("x", {"ok": False, "error": "invalid_auth"})  # type: ignore[no-untyped-call]

    error = from_slack(bare, thing=THING)

    assert isinstance(error, Refused)


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ClientConnectionError(),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ServerTimeoutError(),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
def test_a_broken_connection_is_tried_again(error: aiohttp.ClientError | OSError) -> None:
    """Whether the call arrived is unknown, and the engine may repeat it."""
    assert isinstance(from_network(error), Retry)


async def _raise(error: BaseException) -> AsyncSlackResponse:
    raise error


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [TimeoutError(), aiohttp.ClientOSError()])
async def test_a_call_that_gets_no_answer_raises_retry(error: Exception) -> None:
    """Every call goes through one door."""
    with pytest.raises(Retry):
        await ask(_raise(error), thing=THING)


@pytest.mark.asyncio
async def test_a_cancelled_call_stays_cancelled() -> None:
    """The engine cuts calls off; that is not Slack's failure."""
    with pytest.raises(asyncio.CancelledError):
        await ask(_raise(asyncio.CancelledError()), thing=THING)


@pytest.mark.asyncio
async def test_an_accepted_code_is_an_answer() -> None:
    """What a caller foresees it gets back instead of an exception."""
    error = answered({"ok": False, "error": "already_in_channel"})

    answer = await ask(_raise(error), thing=THING, accept=frozenset({"already_in_channel"}))

    assert answer == {"ok": False, "error": "already_in_channel"}


@pytest.mark.asyncio
async def test_a_list_that_repeats_its_page_ends_with_retry() -> None:
    """A server that returns one cursor for ever does not keep us for ever."""

    async def same_page(cursor: str | None) -> AsyncSlackResponse:
        response = answered({"ok": True}).response
        assert isinstance(response, AsyncSlackResponse)
        response.data = {
            "ok": True,
            "members": [cursor],
            "response_metadata": {"next_cursor": "again"},
        }
        return response

    seen: list[object] = []

    async def read_all() -> None:
        async for page in pages(same_page, key="members", thing=THING):
            seen.extend(page)

    with pytest.raises(Retry):
        await read_all()

    assert seen == [None, "again"]
