"""What happens to people outside the app: leaving, joining groups, changing their profile.

Each raises the events Slack would, and returns once the app has taken them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.records import User
from playground.seed import Person, PersonKind
from playground.workspace import BOT_USER_ID

if TYPE_CHECKING:
    from playground.driver import PersonDriver
    from playground.server import Playground

PLAIN = ("real_name", "display_name", "email", "title", "tz", "tz_offset", "locale", "is_admin")


class Changes:
    """Things an administrator of the workspace, or life, does to people."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    async def joins(self, person: Person) -> PersonDriver:
        """Somebody new comes into the workspace."""
        workspace = self._playground.workspace
        user = workspace.add_person(person)
        workspace.link_people_fields()
        self._playground.events.team_joined(user)
        workspace.tell("app", user=user.id)
        await self._playground.settle_after_act()
        return self._playground.person(user.id)

    async def leaves(self, who: str) -> None:
        """Somebody is deactivated: out of every user group and channel, and may not act."""
        workspace = self._playground.workspace
        user = workspace.person(who)
        user.kind = PersonKind.DELETED
        for group in workspace.usergroups.values():
            if user.id in group.users:
                before = list(group.users)
                group.users.remove(user.id)
                self._playground.events.group_members_changed(group, before)
        for conversation in workspace.visible_to(user.id):
            if not conversation.is_im:
                workspace.leave(conversation, user.id)
        self._playground.views.close_all(user.id)
        await self._changed(user)

    async def returns(self, who: str) -> None:
        """Somebody is activated again."""
        user = self._playground.workspace.person(who)
        user.kind = PersonKind.MEMBER
        await self._changed(user)

    async def changes_profile(self, who: str, **changes: object) -> None:
        """Change parts of a user: `title="..."`, `email="..."`, or custom fields by label.

        `kind` changes the standing (guest, member), `deleted` switches between member and
        deactivated without leaving groups and channels (see `leaves`). Any other name is a custom
        profile field, its label written with underscores or blanks; None takes the value away.
        """
        workspace = self._playground.workspace
        user = workspace.person(who)
        for name, value in changes.items():
            if name == "kind":
                user.kind = PersonKind(str(value))
            elif name == "deleted":
                user.kind = PersonKind.DELETED if value else PersonKind.MEMBER
            elif name in PLAIN:
                setattr(user, name, value)
            else:
                self._set_field(user, name, value)
        workspace.link_people_fields()
        await self._changed(user)

    async def joins_group(self, who: str, handle: str) -> None:
        """An administrator puts somebody into a user group."""
        workspace = self._playground.workspace
        group, user = workspace.usergroup(handle), workspace.person(who)
        if user.id not in group.users:
            before = list(group.users)
            group.users.append(user.id)
            group.updated_at = workspace.seconds()
            self._playground.events.group_members_changed(group, before)
        await self._playground.settle_after_act()

    async def leaves_group(self, who: str, handle: str) -> None:
        """An administrator takes somebody out of a user group."""
        workspace = self._playground.workspace
        group, user = workspace.usergroup(handle), workspace.person(who)
        if user.id in group.users:
            before = list(group.users)
            group.users.remove(user.id)
            group.updated_at = workspace.seconds()
            self._playground.events.group_members_changed(group, before)
        await self._playground.settle_after_act()

    async def joins_channel(self, who: str, channel: str) -> None:
        """Somebody comes into a channel."""
        workspace = self._playground.workspace
        conversation, user = workspace.channel(channel), workspace.person(who)
        if user.id not in conversation.members:
            workspace.join(conversation, user.id)
        await self._playground.settle_after_act()

    async def leaves_channel(self, who: str, channel: str) -> None:
        """Somebody leaves a channel."""
        workspace = self._playground.workspace
        conversation, user = workspace.channel(channel), workspace.person(who)
        if user.id in conversation.members:
            workspace.leave(conversation, user.id)
        await self._playground.settle_after_act()

    async def app_leaves_channel(self, channel: str) -> None:
        """Somebody removes the app from a channel."""
        workspace = self._playground.workspace
        conversation = workspace.channel(channel)
        if BOT_USER_ID in conversation.members:
            workspace.leave(conversation, BOT_USER_ID)
        await self._playground.settle_after_act()

    def _set_field(self, user: User, name: str, value: object) -> None:
        workspace = self._playground.workspace
        wanted = name.replace("_", " ").casefold()
        known = [label for label in workspace.profile_fields.values() if label.casefold() == wanted]
        field_id = workspace.field_id(known[0] if known else name.replace("_", " "))
        if value is None:
            user.fields.pop(field_id, None)
        else:
            user.fields[field_id] = str(value)

    async def _changed(self, user: User) -> None:
        self._playground.events.user_changed(user)
        await self._playground.settle_after_act()
