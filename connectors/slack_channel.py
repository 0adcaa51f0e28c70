"""Slack channels as resources: a person who has the right is a member of the private channel.

Only private channels are access: anybody may join a public one, so `check` refuses those. The app
itself must be in the channel, which only a person can arrange; Slack does not even admit that a
private channel exists to an app that is not in it (`channel_not_found`).

Slack answers "already" and "not a member" itself, so a change is one call. One answer is ambiguous:
`not_in_channel` to a removal says that the person is not in the channel, or that the app is not.
The first is success and the second must not be taken for it, so the channel is then looked at.
For the same reason a removal never says `Gone` for a channel that the app does not see: whoever
takes the app out of the channel would otherwise keep everybody in it for good.

Scopes for private channels: `groups:read`, `groups:write`. Source: docs.slack.dev, methods
conversations.invite, conversations.kick, conversations.members, conversations.info.
"""

from collections.abc import AsyncIterator

from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack_calls import (
    PAGE_LENGTH,
    Json,
    ask,
    pages,
    part,
    require_scopes,
    text,
    words,
)
from connectors.slack_errors import ENTRIES, NOT_PRIVATE, NOT_SEEN, ONLY_MEMBER, raised
from engine.application.connectors import Hold, HoldState, Target
from engine.domain.people import Person, PersonKind

_ALREADY = frozenset({"already_in_channel"})
_NOT_THERE = frozenset({"not_in_channel", "user_not_found"})
_NOT_SEEN = frozenset({"channel_not_found"})


class SlackChannel:
    """The connector `slack_channel`; the target's id is the channel's (`C0123ABC`)."""

    serial: bool = False

    def __init__(self, client: AsyncWebClient) -> None:
        """Keep the client."""
        self._client = client
        self._app_account: str | None = None

    async def find(self, person: Person) -> str | None:
        """The Slack user id of a member or guest; a closed account still has one to take away from.

        People of other workspaces come in by Slack Connect invitations, not by this connector.
        """
        return person.id if person.kind in (PersonKind.MEMBER, PersonKind.GUEST) else None

    async def grant(self, target: Target, account: str) -> Hold:
        """Invite the account; being in the channel already is success."""
        call = self._client.conversations_invite(channel=target.id, users=account)
        answer = await ask(call, thing=_name(target), account=account, accept=_ALREADY)
        return Hold(account=account, changed=answer.get("error") is None)

    async def revoke(self, target: Target, account: str) -> Hold:
        """Remove the account; not being in the channel, or not being at all, is success."""
        call = self._client.conversations_kick(channel=target.id, user=account)
        answer = await ask(
            call, thing=_name(target), account=account, accept=_NOT_THERE | _NOT_SEEN
        )
        code = answer.get("error")
        if code == "channel_not_found":
            raise raised(NOT_SEEN, thing=_name(target), account=account)
        if code == "not_in_channel":
            self._require_app_in(await self._read(target), target)
        return Hold(account=account, state=HoldState.ABSENT, changed=code is None)

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """The members, without the app itself; all pages are read before the first is given."""
        app_account = await self._own_account()
        members: list[str] = []
        async for page in pages(
            lambda cursor: self._client.conversations_members(
                channel=target.id, cursor=cursor, limit=PAGE_LENGTH
            ),
            key="members",
            thing=_name(target),
        ):
            members.extend(words(page))
        for account in dict.fromkeys(members):
            if account != app_account:
                yield Hold(account=account)

    async def check(self, target: Target | None = None) -> None:
        """Raise if the token or the scopes would stop work, or this channel would."""
        if target is None:
            await require_scopes(
                self._client, ("groups:read", "groups:write"), thing="private channels"
            )
            return
        name = _name(target)
        if target.role != "member":
            raise raised(ONLY_MEMBER, thing=name)
        channel = await self._read(target)
        if channel.get("is_im") or channel.get("is_mpim"):
            raise raised(ENTRIES["method_not_supported_for_channel_type"], thing=name)
        if channel.get("is_archived"):
            raise raised(ENTRIES["is_archived"], thing=name)
        if not channel.get("is_private"):
            raise raised(NOT_PRIVATE, thing=name)
        self._require_app_in(channel, target)

    async def _read(self, target: Target) -> Json:
        call = self._client.conversations_info(channel=target.id)
        return part((await ask(call, thing=_name(target))).get("channel"))

    def _require_app_in(self, channel: Json, target: Target) -> None:
        """Raise if Slack says that the app is not in the channel; silence means that it is."""
        if channel.get("is_member") is False:
            raise raised(ENTRIES["not_in_channel"], thing=_name(target))

    async def _own_account(self) -> str | None:
        """The app's own user id: it is in every channel and holds nothing by that."""
        if self._app_account is None:
            answer = await ask(self._client.auth_test(), thing="the app")
            self._app_account = text(answer.get("user_id"))
        return self._app_account


def _name(target: Target) -> str:
    return target.label or target.id
