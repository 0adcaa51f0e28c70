"""What an answer of Slack means for us: try again, let a person act, or it does not exist.

The engine knows three families of failure (`engine.application.connectors`): `Retry`, `Refused`
and `Gone`. Slack knows some hundred error codes, HTTP statuses and ways to hang up. This module is
the one place where the second becomes the first, and the one place with the sentences that
administrators read about it: each says what is wrong and what to do.

Throttling is a `Retry` that carries Slack's own `Retry-After`. Nobody here sleeps: a sleeping call
would hold the lane of its target, and only the engine knows what else is waiting.

Sources: the error tables on the pages of the methods and "Rate limits" on docs.slack.dev. A code
that no table names is `Refused`, so that somebody looks at it instead of a loop.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal, assert_never

import aiohttp
from slack_sdk.errors import SlackApiError

from engine.application.connectors import ConnectorError, Gone, Refused, Retry


class Meaning(StrEnum):
    """What to do about an error code."""

    RETRY = "retry"
    REFUSED = "refused"
    TARGET_GONE = "target_gone"
    ACCOUNT_GONE = "account_gone"


@dataclass(frozen=True, slots=True)
class Entry:
    """An error code's meaning and sentence, with {thing}, {account} and {needed} to fill in."""

    meaning: Meaning
    sentence: str


_RETRY = Meaning.RETRY
_REFUSED = Meaning.REFUSED
_TARGET_GONE = Meaning.TARGET_GONE
_ACCOUNT_GONE = Meaning.ACCOUNT_GONE

_REINSTALL = "Install the app in the workspace again and give Usher the new token."
_NO_PLAN = (
    "User groups need a paid Slack plan. Upgrade the workspace, or use a private channel instead."
)
_GUEST = (
    "Slack does not take guests or apps into user groups. Make the account {account} a full"
    " member, or use a private channel instead."
)

ENTRIES: Mapping[str, Entry] = {
    # The far side is busy or broken: by itself, later.
    "ratelimited": Entry(_RETRY, "Slack asks Usher to slow down."),
    "rate_limited": Entry(_RETRY, "Slack asks Usher to slow down."),
    "internal_error": Entry(_RETRY, "Slack had an internal error."),
    "fatal_error": Entry(_RETRY, "Slack had an internal error."),
    "service_unavailable": Entry(_RETRY, "Slack is not available at the moment."),
    "request_timeout": Entry(_RETRY, "Slack received only a part of the call."),
    "fetch_members_failed": Entry(_RETRY, "Slack could not list the members of {thing}."),
    "invalid_cursor": Entry(_RETRY, "Slack lost its place in a long list of {thing}."),
    "team_added_to_org": Entry(_RETRY, "Slack is moving the workspace into an organization."),
    # The token.
    "not_authed": Entry(_REFUSED, "The call had no token. Set SLACK_BOT_TOKEN."),
    "invalid_auth": Entry(_REFUSED, "Slack does not accept the token. " + _REINSTALL),
    "token_revoked": Entry(_REFUSED, "The token was revoked. " + _REINSTALL),
    "token_expired": Entry(_REFUSED, "The token has expired. " + _REINSTALL),
    "account_inactive": Entry(
        _REFUSED, "The app or its workspace is switched off in Slack. " + _REINSTALL
    ),
    "not_allowed_token_type": Entry(
        _REFUSED, "Slack wants another kind of token for this. Use the bot token (xoxb-...)."
    ),
    "team_access_not_granted": Entry(
        _REFUSED, "The app is not added to this workspace. Add it on the organization's app page."
    ),
    "enterprise_is_restricted": Entry(
        _REFUSED, "The organization does not allow this call. Ask an owner of the organization."
    ),
    "org_login_required": Entry(
        _RETRY, "The workspace is being moved to another organization; Slack refuses calls so long."
    ),
    "ekm_access_denied": Entry(
        _REFUSED, "The organization's key management refuses access. Ask its Slack administrators."
    ),
    "access_denied": Entry(
        _REFUSED, "Slack refuses the app access to {thing}. Ask a workspace administrator."
    ),
    "no_permission": Entry(
        _REFUSED, "The app may not do this to {thing}. Check its scopes and install it again."
    ),
    "missing_scope": Entry(
        _REFUSED,
        "The app lacks the scope {needed}. Add it under OAuth & Permissions and install the app"
        " again.",
    ),
    "unknown_method": Entry(
        _REFUSED, "The server at SLACK_API_URL does not know this call. Check SLACK_API_URL."
    ),
    "target_team_must_be_specified_in_org_context": Entry(
        _REFUSED,
        "The app is installed for the whole organization, so Slack needs to know the workspace of"
        " {thing}. Install the app in that workspace.",
    ),
    "target_team_not_on_org": Entry(
        _REFUSED, "The workspace of {thing} is not part of the app's organization."
    ),
    # User groups.
    "no_such_subteam": Entry(_TARGET_GONE, "There is no user group {thing} in Slack."),
    "subteam_not_found": Entry(_TARGET_GONE, "There is no user group {thing} in Slack."),
    "subteam_disabled": Entry(_RETRY, "{thing} was disabled while Usher looked at it."),
    "plan_upgrade_required": Entry(_REFUSED, _NO_PLAN),
    "paid_teams_only": Entry(_REFUSED, _NO_PLAN),
    "permission_denied": Entry(
        _REFUSED,
        "The app may not change {thing}. In Slack's settings under Permissions, User groups, let"
        " everyone edit user groups, or install the app by an administrator.",
    ),
    "no_users_provided": Entry(
        _REFUSED, "Slack does not take an empty list for {thing}. Disable the group by hand."
    ),
    "invalid_users": Entry(
        _REFUSED,
        "Slack does not accept the list of people for {thing}. Look in Slack for guests, apps or"
        " closed accounts in the group and remove them.",
    ),
    "failed_for_some_users": Entry(
        _REFUSED,
        "Somebody in {thing} is not in the workspace of the group. Add them to the workspace or"
        " remove them from the group.",
    ),
    "single_channel_guests_cannot_be_added": Entry(_REFUSED, _GUEST),
    "subteam_max_users_exceeded": Entry(
        _REFUSED, "{thing} has as many people as Slack allows. Remove some or use a second group."
    ),
    # Channels.
    "channel_not_found": Entry(
        _TARGET_GONE,
        "Slack knows no channel {thing}, or it is private and the app is not in it. If it exists,"
        " invite the app there.",
    ),
    "not_in_channel": Entry(
        _REFUSED, "The app is not in {thing}. Invite the app there: /invite @Usher."
    ),
    "is_archived": Entry(_REFUSED, "{thing} is archived. Unarchive it, or take it out of use."),
    "cant_kick_from_general": Entry(
        _REFUSED, "Nobody can be removed from {thing}: Slack keeps every member there."
    ),
    "cant_kick_self": Entry(_REFUSED, "The app cannot remove itself from {thing}."),
    "cant_invite_self": Entry(_REFUSED, "The app cannot invite itself to {thing}."),
    "cant_invite": Entry(
        _REFUSED,
        "Slack does not let the account {account} into {thing}. Add the person by hand to see why.",
    ),
    "app_cannot_join_channel": Entry(_REFUSED, "Slack does not let this app into {thing}."),
    "user_is_restricted": Entry(
        _REFUSED,
        "The account {account} is a guest's and may not be in {thing}. Change it in Slack.",
    ),
    "ura_max_channels": Entry(
        _REFUSED,
        "The account {account} is a single-channel guest's and already in a channel. Make it a"
        " multi-channel guest.",
    ),
    "restricted_action": Entry(
        _REFUSED,
        "A setting of the workspace forbids the app to change who is in {thing}. Change it under"
        " Permissions, Channel management.",
    ),
    "external_channel_migrating": Entry(
        _REFUSED, "{thing} is being moved to another workspace. Press Reprocess once that is done."
    ),
    "no_external_invite_permission": Entry(
        _REFUSED, "The app may not invite people of other organizations to {thing}."
    ),
    "org_user_not_in_team": Entry(
        _REFUSED,
        "The account {account} is in the organization but not in the workspace of {thing}. Add the"
        " person to the workspace.",
    ),
    "invitee_cant_see_channel": Entry(
        _REFUSED,
        "{thing} is not shared with any workspace of the account {account}. Share the channel with"
        " one, or add the person to one that has it.",
    ),
    "user_team_not_in_channel": Entry(
        _REFUSED,
        "The workspace of the account {account} has no part in {thing}. Share the channel with it.",
    ),
    "method_not_supported_for_channel_type": Entry(
        _REFUSED, "{thing} is a direct message, not a channel. Name a private channel."
    ),
    "not_supported": Entry(
        _REFUSED, "Slack does not do this with the account {account} in {thing}. Do it by hand."
    ),
    # People.
    "user_not_found": Entry(_ACCOUNT_GONE, "The account {account} does not exist in Slack."),
    "users_not_found": Entry(_ACCOUNT_GONE, "The account {account} does not exist in Slack."),
    "user_not_visible": Entry(_ACCOUNT_GONE, "The account {account} is not visible to the app."),
    "user_disabled": Entry(_ACCOUNT_GONE, "The account {account} is deactivated."),
}
"""Every error code we know."""

NOT_FOR_USERGROUPS = Entry(_REFUSED, _GUEST)
NOT_SEEN = Entry(
    _REFUSED,
    "Slack does not show {thing} to the app, so Usher cannot tell whether the account {account} is"
    " still in it. Invite the app there (/invite @Usher), or remove the person by hand.",
)
NOT_PRIVATE = Entry(
    _REFUSED,
    "{thing} is public, and anyone may join a public channel. Make it private, or use a private"
    " channel.",
)
SYNCED_GROUP = Entry(
    _REFUSED,
    "The people in {thing} are kept by Slack or by the identity provider, so a change here would"
    " not last. Name a group that is managed by hand.",
)
ONLY_MEMBER = Entry(
    _REFUSED, "{thing} has only the role member. Write `roles: [member]` for this resource."
)
UNREACHABLE = Entry(_RETRY, "Slack cannot be reached.")
SLOW = Entry(_RETRY, "Slack took too long to answer.")
BROKEN = Entry(_RETRY, "Slack answered with an error of its own servers.")

_RETRY_STATUSES = frozenset({408, 423, 425, 429})


def raised(entry: Entry, *, thing: str, account: str = "", needed: str = "") -> ConnectorError:
    """The error to raise for an entry of the tables above, with its sentence filled in."""
    return _make(entry.meaning, _fill(entry.sentence, thing, account, needed), after=None)


def from_slack(error: SlackApiError, *, thing: str, account: str = "") -> ConnectorError:
    """What an answer that is not `ok` means.

    `thing` is what the call was about, in words for people (`@prod-readers`); `account` is the
    Slack id of whom it was about. The error code decides, except that a status of 429 or 5xx is
    always a `Retry`, whatever a proxy in between wrote into the body.
    """
    status = status_of(error)
    body = _body_of(error)
    code = code_of(error)
    needed = body.get("needed")
    if status in _RETRY_STATUSES or status >= 500:
        known = ENTRIES["ratelimited"] if status == 429 else BROKEN
        return _make(_RETRY, known.sentence, after=retry_after(error))
    entry = ENTRIES.get(code or "")
    if entry is None:
        said = f'"{code}"' if code else f"HTTP status {status}"
        return Refused(
            f"Slack answered {said} when asked about {thing}. Look the answer up on"
            " docs.slack.dev, mend it, and press Reprocess."
        )
    scope = needed if isinstance(needed, str) else ""
    sentence = _fill(entry.sentence, thing, account, scope)
    return _make(entry.meaning, sentence, after=retry_after(error))


def from_network(error: aiohttp.ClientError | OSError) -> Retry:
    """What a broken or missing connection means; the outcome of the call is unknown.

    A `TimeoutError` is an `OSError`, so it belongs here too.
    """
    return Retry(SLOW.sentence if isinstance(error, TimeoutError) else UNREACHABLE.sentence)


def code_of(error: SlackApiError) -> str | None:
    """Slack's own error code, if the answer has one."""
    code = _body_of(error).get("error")
    return code if isinstance(code, str) and code else None


def _body_of(error: SlackApiError) -> Mapping[str, object]:
    """The answer's JSON; the library also raises with a bare HTTP response or with text."""
    response: object = error.response
    body: object = response if isinstance(response, Mapping) else getattr(response, "data", None)
    return body if isinstance(body, Mapping) else {}


def status_of(error: SlackApiError) -> int:
    """The HTTP status, under the name of whichever class of response the library gave."""
    for name in ("status_code", "status"):
        status: object = getattr(error.response, name, None)
        if isinstance(status, int):
            return status
    return 200


def retry_after(error: SlackApiError) -> timedelta | None:
    """How long Slack asks to wait, an hour at most; None if it does not say it in whole seconds."""
    headers: object = getattr(error.response, "headers", None)
    if not isinstance(headers, Mapping):
        return None
    for name, value in headers.items():
        if str(name).lower() == "retry-after" and str(value).isascii() and str(value).isdigit():
            return timedelta(seconds=min(int(value), _LONGEST_WAIT_SECONDS))
    return None


_LONGEST_WAIT_SECONDS = 3600
"""No broken header makes us wait longer than an hour."""


def _fill(sentence: str, thing: str, account: str, needed: str) -> str:
    """Put the names into a sentence; where one is not known the sentence still reads."""
    return sentence.format(
        thing=thing, account=account or "of this person", needed=needed or "it needs for this"
    )


def _make(meaning: Meaning, sentence: str, *, after: timedelta | None) -> ConnectorError:
    what: Literal["target", "account"]
    match meaning:
        case Meaning.RETRY:
            return Retry(sentence, after=after)
        case Meaning.REFUSED:
            return Refused(sentence)
        case Meaning.TARGET_GONE:
            what = "target"
        case Meaning.ACCOUNT_GONE:
            what = "account"
        case _:
            assert_never(meaning)
    return Gone(sentence, what=what)
