"""Events the workspace raises when people or the app change something.

Source: docs.slack.dev/reference/events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.presenting import message_object, user_object, usergroup_object
from playground.records import Conversation, Message, User, UserGroupRecord
from playground.wire import Json
from playground.workspace import BOT_USER_ID

if TYPE_CHECKING:
    from playground.server import Playground


class Events:
    """Builds events and hands them to the delivery."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    def home_opened(self, user_id: str) -> None:
        """Somebody opens the app's Home tab."""
        playground = self._playground
        event: Json = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": playground.workspace.direct([user_id]).id,
            "tab": "home",
        }
        home = playground.views.homes.get(user_id)
        if home is not None:
            event["view"] = playground.views.shown(home)
        playground.delivery.event("app_home_opened", event)

    def message_posted(self, conversation: Conversation, message: Message) -> None:
        """A message appears in a conversation the app is in; its own ones are echoed too."""
        if BOT_USER_ID not in conversation.members:
            return
        workspace = self._playground.workspace
        body = message_object(workspace, message, all_metadata=False)
        body.pop("metadata", None)
        event: Json = {**body, "channel": conversation.id, "event_ts": message.ts}
        event["channel_type"] = channel_type(conversation)
        self._playground.delivery.event(_subscription(conversation), event)
        if f"<@{BOT_USER_ID}>" in str(body.get("text")) and not message.by_app:
            mention = {**event, "type": "app_mention"}
            mention.pop("channel_type")
            self._playground.delivery.event("app_mention", mention)

    def message_changed(self, conversation: Conversation, message: Message) -> None:
        """A message was edited."""
        workspace = self._playground.workspace
        ts = workspace.new_ts()
        event: Json = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": conversation.id,
            "channel_type": channel_type(conversation),
            "message": message_object(workspace, message),
            "ts": ts,
            "event_ts": ts,
        }
        self._playground.delivery.event(_subscription(conversation), event)

    def message_deleted(self, conversation: Conversation, message: Message) -> None:
        """A message was taken away."""
        ts = self._playground.workspace.new_ts()
        event: Json = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "channel": conversation.id,
            "channel_type": channel_type(conversation),
            "deleted_ts": message.ts,
            "previous_message": message.body,
            "ts": ts,
            "event_ts": ts,
        }
        self._playground.delivery.event(_subscription(conversation), event)

    def links_shared(self, conversation: Conversation, message: Message, urls: list[str]) -> None:
        """Somebody posts links of a domain the app unfurls."""
        links = [{"url": one, "domain": one.split("/")[2]} for one in urls]
        event: Json = {
            "type": "link_shared",
            "channel": conversation.id,
            "is_bot_user_member": BOT_USER_ID in conversation.members,
            "user": message.body.get("user"),
            "message_ts": message.ts,
            "links": links,
            "source": "conversations_history",
        }
        self._playground.delivery.event("link_shared", event)

    def team_joined(self, user: User) -> None:
        """Somebody new is in the workspace."""
        event = {"type": "team_join", "user": user_object(self._playground.workspace, user)}
        self._playground.delivery.event("team_join", event)

    def user_changed(self, user: User) -> None:
        """A profile, a standing or a deactivation changed."""
        workspace = self._playground.workspace
        user.updated = workspace.seconds()
        shown = user_object(workspace, user, locale=True)
        self._playground.delivery.event(
            "user_change", {"type": "user_change", "user": shown, "cache_ts": user.updated}
        )
        self._playground.delivery.event(
            "user_profile_changed",
            {"type": "user_profile_changed", "user": shown, "cache_ts": user.updated},
        )
        workspace.tell("app", user=user.id)

    def group_created(self, group: UserGroupRecord) -> None:
        """A user group was made."""
        self._group("subteam_created", group)

    def group_updated(self, group: UserGroupRecord) -> None:
        """A user group was renamed, enabled or disabled."""
        self._group("subteam_updated", group)

    def group_members_changed(self, group: UserGroupRecord, before: list[str]) -> None:
        """People came into a user group or left it."""
        self._group("subteam_updated", group)
        added = [one for one in group.users if one not in before]
        removed = [one for one in before if one not in group.users]
        event: Json = {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": self._playground.workspace.team.id,
            "date_previous_update": group.updated_at,
            "date_update": group.updated_at,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
        }
        self._playground.delivery.event("subteam_members_changed", event)

    def _group(self, kind: str, group: UserGroupRecord) -> None:
        shown = usergroup_object(self._playground.workspace, group, users=True)
        self._playground.delivery.event(kind, {"type": kind, "subteam": shown})


def channel_type(conversation: Conversation) -> str:
    """`channel_type` of message events."""
    if conversation.is_im:
        return "im"
    if conversation.is_mpim:
        return "mpim"
    return "group" if conversation.is_private else "channel"


def _subscription(conversation: Conversation) -> str:
    kind = channel_type(conversation)
    return "message." + {"channel": "channels", "group": "groups"}.get(kind, kind)
