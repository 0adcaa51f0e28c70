"""Finding the conversation a call means, with the rights the app has there."""

from __future__ import annotations

from playground.presenting import conversation_object
from playground.records import Conversation
from playground.web_api import Call
from playground.wire import Json, Refused
from playground.workspace import BOT_USER_ID, Workspace


def conversation_for(
    call: Call, wanted: str | None, *, posting: bool = False, member: bool = True
) -> Conversation:
    """The conversation by id, `#name` or user id (direct message).

    Raises `channel_not_found` for what is not there or hidden from the app, `not_in_channel` and,
    when posting, `is_archived` and `messages_tab_disabled`.
    """
    workspace = call.playground.workspace
    if not wanted:
        raise Refused("channel_not_found")
    found = workspace.place(wanted) if posting else workspace.conversations.get(wanted)
    if found is None or (found.is_private and BOT_USER_ID not in found.members):
        raise Refused("channel_not_found")
    if posting:
        _check_posting(workspace, found)
    if member:
        allowed = (
            posting and not found.is_private and workspace.manifest.grants("chat:write.public")
        )
        if not allowed:
            require_member(found)
    return found


def require_member(conversation: Conversation) -> None:
    """Raise `not_in_channel` unless the app is in it."""
    if BOT_USER_ID not in conversation.members:
        raise Refused("not_in_channel")


def read_scope(conversation: Conversation, what: str = "read") -> str:
    """The scope needed to look into this kind of conversation: `groups:read`, `im:history`, ..."""
    if conversation.is_im:
        return f"im:{what}"
    if conversation.is_mpim:
        return f"mpim:{what}"
    return f"groups:{what}" if conversation.is_private else f"channels:{what}"


def page(items: list[Json], call: Call, key: str, *, default: int, most: int) -> Json:
    """One page of a listing with Slack's cursor; raises `invalid_cursor` and `invalid_limit`."""
    limit = call.args.number("limit", default, most=most)
    if limit < 1:
        limit = default
    cursor = call.args.optional("cursor")
    start = 0
    if cursor is not None:
        if not cursor.startswith("next:") or not cursor[5:].isdigit():
            raise Refused("invalid_cursor")
        start = int(cursor[5:])
    rest = start + limit
    following = f"next:{rest}" if rest < len(items) else ""
    return {key: items[start:rest], "response_metadata": {"next_cursor": following}}


def shown(call: Call, conversation: Conversation) -> Json:
    """The conversation as the app sees it."""
    return conversation_object(call.playground.workspace, conversation)


def _check_posting(workspace: Workspace, conversation: Conversation) -> None:
    if conversation.is_archived:
        raise Refused("is_archived")
    if conversation.is_im:
        if not workspace.manifest.messages_tab:
            raise Refused("messages_tab_disabled")
        if any(workspace.users[one].deleted for one in conversation.members):
            raise Refused("is_archived")
