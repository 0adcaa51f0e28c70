"""Slack user groups as resources: a person who has the right is a member of the group.

Slack has no call to add or to remove one member, only `usergroups.users.update`, which replaces the
whole list. Three things follow.

**One change on a group at a time.** Twenty changes at once that each read, add one and write keep
one of twenty. So `serial` is True, the engine keeps one lane for each group, and the list is read
right before it is written. What people change by hand in the same tenth of a second can still be
lost; the nightly comparison with `holds` finds it.

**A group cannot be empty.** Slack refuses an empty list (`no_users_provided`). When the last member
loses the right, the group is disabled instead: a disabled group cannot be mentioned and gives
nobody anything. Slack remembers its list, though, and shows it again when the group is enabled. So
the list of a disabled group is never trusted: nobody holds it, and the next grant first writes the
new member as the whole list and only then enables the group. Whoever enables such a group by hand
brings its former last member back; the nightly comparison reports that too.

**A refusal may be about somebody else.** `invalid_users` does not say whom Slack means. So the
account in question is looked up: gone, a guest or an app is said as such. If it is not to blame,
the others are looked up, closed accounts are left out, and the list is written once more; otherwise
one forgotten leaver in a group would keep everybody else's access from ending.

Scopes: `usergroups:read`, `usergroups:write`; and the workspace must let everyone edit user groups,
or the token must be an administrator's (`permission_denied`). Guests and apps cannot be members.
Source: docs.slack.dev, methods usergroups.list, usergroups.users.update, usergroups.disable.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack_calls import Json, ask, part, parts, require_scopes, text, words
from connectors.slack_errors import (
    ENTRIES,
    NOT_FOR_USERGROUPS,
    ONLY_MEMBER,
    SYNCED_GROUP,
    raised,
)
from engine.application.connectors import Gone, Hold, HoldState, Target
from engine.domain.people import Person, PersonKind

_REFUSED_LISTS = frozenset(
    {"invalid_users", "failed_for_some_users", "single_channel_guests_cannot_be_added"}
)
MOST_LOOKED_UP = 80
"""Members looked up one by one after a refused list: `users.info` allows 100 a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """A user group as it is now; a disabled one counts as empty."""

    enabled: bool
    members: tuple[str, ...]
    synced: bool


class SlackUsergroup:
    """The connector `slack_usergroup`; the target's id is the user group's (`S0123ABC`)."""

    serial: bool = True

    def __init__(self, client: AsyncWebClient, *, team_id: str | None = None) -> None:
        """Keep the client; `team_id` only for an app installed on a whole organization."""
        self._client = client
        self._team_id = team_id

    async def find(self, person: Person) -> str | None:
        """The Slack user id of somebody of this workspace.

        Guests are found too, so that Slack's own refusal tells why they cannot be members; closed
        accounts too, so that what they still hold can be taken away.
        """
        return person.id if person.kind in (PersonKind.MEMBER, PersonKind.GUEST) else None

    async def grant(self, target: Target, account: str) -> Hold:
        """Put the account on the list; the first member of a disabled group enables it."""
        group = await self._read(target)
        if account in group.members:
            return Hold(account=account)
        await self._write(target, (*group.members, account), account)
        if not group.enabled:
            call = self._client.usergroups_enable(usergroup=target.id, team_id=self._team_id)
            await ask(call, thing=_name(target), accept=frozenset({"already_enabled"}))
        return Hold(account=account, changed=True)

    async def revoke(self, target: Target, account: str) -> Hold:
        """Take the account off the list; the last member's leaving disables the group."""
        group = await self._read(target)
        if account not in group.members:
            return Hold(account=account, state=HoldState.ABSENT)
        rest = tuple(one for one in group.members if one != account)
        await self._write(target, rest, account)
        return Hold(account=account, state=HoldState.ABSENT, changed=True)

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """The members; nobody if the group is disabled, `Gone` if there is none."""
        group = await self._read(target)
        for account in group.members:
            yield Hold(account=account)

    async def check(self, target: Target | None = None) -> None:
        """Raise if the token, the scopes or the plan would stop work, or this group would."""
        if target is None:
            await require_scopes(
                self._client, ("usergroups:read", "usergroups:write"), thing="user groups"
            )
            await ask(self._client.usergroups_list(team_id=self._team_id), thing="user groups")
            return
        if target.role != "member":
            raise raised(ONLY_MEMBER, thing=_name(target))
        if (await self._read(target)).synced:
            raise raised(SYNCED_GROUP, thing=_name(target))

    async def _read(self, target: Target) -> _Group:
        """The group now, in one call where Slack gives the members along with the group."""
        call = self._client.usergroups_list(
            include_disabled=True, include_users=True, team_id=self._team_id
        )
        listed = parts((await ask(call, thing=_name(target))).get("usergroups"))
        found = next((one for one in listed if one.get("id") == target.id), None)
        if found is None:
            raise raised(ENTRIES["no_such_subteam"], thing=_name(target))
        enabled = not found.get("date_delete")
        members: object = found.get("users")
        if enabled and not isinstance(members, list):
            members = await self._members(target)
        return _Group(
            enabled=enabled,
            members=words(members) if enabled else (),
            synced=bool(found.get("auto_type") or found.get("auto_provision")),
        )

    async def _members(self, target: Target) -> object:
        call = self._client.usergroups_users_list(usergroup=target.id, team_id=self._team_id)
        return (await ask(call, thing=_name(target))).get("users")

    async def _write(self, target: Target, members: tuple[str, ...], account: str) -> None:
        """Make these the members, because of a change for `account`; nobody disables the group."""
        code = await self._try_to_write(target, members)
        if code is None:
            return
        if account in members:
            await self._require_acceptable(target, account)
        open_accounts = await self._without_closed(target, members)
        if open_accounts != members:
            code = await self._try_to_write(target, open_accounts)
        if code is not None:
            raise raised(ENTRIES[code], thing=_name(target), account=account)

    async def _try_to_write(self, target: Target, members: tuple[str, ...]) -> str | None:
        """Replace the list; the error code if Slack does not accept somebody on it."""
        if not members:
            call = self._client.usergroups_disable(usergroup=target.id, team_id=self._team_id)
            await ask(call, thing=_name(target), accept=frozenset({"already_disabled"}))
            return None
        call = self._client.usergroups_users_update(
            usergroup=target.id, users=members, team_id=self._team_id
        )
        return text((await ask(call, thing=_name(target), accept=_REFUSED_LISTS)).get("error"))

    async def _require_acceptable(self, target: Target, account: str) -> None:
        """Raise if the account is one that cannot be in a user group."""
        user = await self._user(target, account)
        if user.get("deleted"):
            raise raised(ENTRIES["user_disabled"], thing=_name(target), account=account)
        if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_bot"):
            raise raised(NOT_FOR_USERGROUPS, thing=_name(target), account=account)

    async def _without_closed(self, target: Target, members: tuple[str, ...]) -> tuple[str, ...]:
        """These members without closed accounts; unchanged if there are too many to look up."""
        if len(members) > MOST_LOOKED_UP:
            return members
        still_open: list[str] = []
        for member in members:
            try:
                user = await self._user(target, member)
            except Gone:
                continue
            if not user.get("deleted"):
                still_open.append(member)
        return tuple(still_open)

    async def _user(self, target: Target, account: str) -> Json:
        call = self._client.users_info(user=account)
        return part((await ask(call, thing=_name(target), account=account)).get("user"))


def _name(target: Target) -> str:
    return target.label or target.id
