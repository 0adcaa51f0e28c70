"""conversations.*: channels and direct messages. Source: docs.slack.dev, conversations.* pages."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice

from playground.arguments import Arguments
from playground.methods.places import conversation_for, page, read_scope, require_member, shown
from playground.methods.users import kind_of
from playground.presenting import message_object
from playground.records import Conversation, Message, User
from playground.seed import Channel, PersonKind
from playground.web_api import Call, method
from playground.wire import Json, Refused
from playground.workspace import BOT_USER_ID

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
INVITE = ("channels:manage", "channels:write.invites", "groups:write", "groups:write.invites")
MANAGE = ("channels:manage", "groups:write", "im:write", "mpim:write")
MOST_IN_GROUP_MESSAGE = 8
MOST_INVITED = 100
MOST_LISTED = 999
CURSOR = "ts:"
TS = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)
KINDS = ("public_channel", "private_channel", "mpim", "im")


@method(
    "conversations.open",
    tier=3,
    scopes=("im:write", "mpim:write", "channels:manage", "groups:write"),
)
async def conversations_open(call: Call) -> Json:
    """Open the direct message with one person or a group message with up to eight."""
    workspace = call.playground.workspace
    if "channel" in call.args:
        found = workspace.conversations.get(call.args.text("channel"))
        if found is None or not (found.is_im or found.is_mpim):
            raise Refused("channel_not_found")
        return {"channel": {"id": found.id}}
    ids = call.args.names("users")
    if not ids:
        raise Refused("users_list_not_supplied")
    if len(ids) > MOST_IN_GROUP_MESSAGE:
        raise Refused("too_many_users")
    call.need("im:write" if len(ids) == 1 else "mpim:write")
    for one in ids:
        user = workspace.users.get(one)
        if user is None:
            raise Refused("user_not_found")
        if user.deleted:
            raise Refused("user_disabled")
        if user.kind is PersonKind.BOT:
            raise Refused("cannot_dm_bot")
    before = len(workspace.conversations)
    conversation = workspace.direct(ids)
    answer: Json = {"channel": {"id": conversation.id}}
    if call.args.flag("return_im"):
        answer["channel"] = shown(call, conversation)
    if len(workspace.conversations) == before:
        answer |= {"no_op": True, "already_open": True}
    return answer


@method("conversations.list", tier=2, scopes=READ)
async def conversations_list(call: Call) -> Json:
    """Conversations the app may see, by kind."""
    workspace = call.playground.workspace
    kinds = call.args.names("types") or ["public_channel"]
    if any(one not in KINDS for one in kinds):
        raise Refused("invalid_types")
    needed = {"public_channel": "channels", "private_channel": "groups", "mpim": "mpim", "im": "im"}
    for kind in kinds:
        call.need(f"{needed[kind]}:read")
    without_archived = call.args.flag("exclude_archived")
    found = [
        shown(call, one)
        for one in workspace.conversations.values()
        if kind_of(one.is_im, one.is_mpim, one.is_private) in kinds
        and not (without_archived and one.is_archived)
        and (not (one.is_private or one.is_im) or BOT_USER_ID in one.members)
    ]
    return page(found, call, "channels", default=100, most=1000)


@method("conversations.info", tier=3, scopes=READ)
async def conversations_info(call: Call) -> Json:
    """One conversation."""
    conversation = conversation_for(call, call.args.text("channel"), member=False)
    call.need(read_scope(conversation))
    answer = shown(call, conversation)
    if not call.args.flag("include_num_members"):
        answer.pop("num_members", None)
    return {"channel": answer}


@method("conversations.members", tier=4, scopes=READ)
async def conversations_members(call: Call) -> Json:
    """Ids of the people in a conversation."""
    conversation = conversation_for(call, call.args.text("channel"), member=False)
    call.need(read_scope(conversation))
    listing = page(
        [{"id": one} for one in conversation.members], call, "members", default=100, most=1000
    )
    return {**listing, "members": [one["id"] for one in listing["members"]]}


@method("conversations.history", tier=3, scopes=HISTORY)
async def conversations_history(call: Call) -> Json:
    """Messages of a conversation, newest first, without replies in threads."""
    conversation = conversation_for(call, call.args.text("channel"))
    call.need(read_scope(conversation, "history"))
    return _listing(call, conversation.messages, newest_first=True)


@method("conversations.replies", tier=3, scopes=HISTORY)
async def conversations_replies(call: Call) -> Json:
    """A thread, its first message included, oldest first."""
    conversation = conversation_for(call, call.args.text("channel"))
    call.need(read_scope(conversation, "history"))
    first = conversation.by_ts.get(call.args.text("ts"))
    if first is None or first.ephemeral_to is not None:
        raise Refused("thread_not_found")
    root = conversation.by_ts.get(first.thread_ts or first.ts, first)
    return _listing(call, [root, *conversation.replies.get(root.ts, [])], newest_first=False)


@method("conversations.invite", tier=3, scopes=INVITE)
async def conversations_invite(call: Call) -> Json:
    """Bring people into a channel the app is in."""
    workspace = call.playground.workspace
    conversation = _channel_to_change(call, "invite")
    ids = call.args.names("users")
    if not ids:
        raise Refused("no_user")
    if len(ids) > MOST_INVITED:
        raise Refused("too_many_users")
    errors = [
        {"user": one, "ok": False, "error": why}
        for one in ids
        if (why := _no_invite(call, conversation, one))
    ]
    if errors and (len(ids) == 1 or not call.args.flag("force")):
        raise Refused(str(errors[0]["error"]), errors=errors)
    refused = {one["user"] for one in errors}
    for one in ids:
        if one not in refused:
            workspace.join(conversation, one, inviter=BOT_USER_ID)
    answer: Json = {"channel": shown(call, conversation)}
    return {**answer, "errors": errors} if errors else answer


@method("conversations.kick", tier=3, scopes=("channels:manage", "groups:write"))
async def conversations_kick(call: Call) -> Json:
    """Remove somebody from a channel."""
    conversation = _channel_to_change(call, "kick")
    user = call.playground.workspace.user(call.args.text("user"))
    if user.id == BOT_USER_ID:
        raise Refused("cant_kick_self")
    if conversation.is_general:
        raise Refused("cant_kick_from_general")
    if user.id not in conversation.members:
        raise Refused("not_in_channel")
    call.playground.workspace.leave(conversation, user.id)
    return {"errors": {}}


@method("conversations.create", tier=2, scopes=("channels:manage", "groups:write"))
async def conversations_create(call: Call) -> Json:
    """Make a channel with the app in it."""
    workspace = call.playground.workspace
    private = call.args.flag("is_private")
    call.need("groups:write" if private else "channels:manage")
    name = call.args.text("name", "")
    if not name:
        raise Refused("invalid_name_required")
    if len(name) > 80:
        raise Refused("invalid_name_maxlength")
    if not re.fullmatch(r"[^\W A-Z]+(?:[-_\w]*)", name) or name != name.lower():
        raise Refused("invalid_name_specials")
    if any(one.name == name for one in workspace.conversations.values()):
        raise Refused("name_taken")
    conversation = workspace.add_channel(Channel(name=name, is_private=private))
    workspace.tell("app", channel=conversation.id)
    return {"channel": shown(call, conversation)}


@method("conversations.join", tier=3, scopes=("channels:join",))
async def conversations_join(call: Call) -> Json:
    """The app comes into a public channel."""
    conversation = conversation_for(call, call.args.text("channel"), member=False)
    if conversation.is_private or conversation.is_im:
        raise Refused("method_not_supported_for_channel_type")
    if conversation.is_archived:
        raise Refused("is_archived")
    answer: Json = {}
    if BOT_USER_ID in conversation.members:
        answer["warning"] = "already_in_channel"
    else:
        call.playground.workspace.join(conversation, BOT_USER_ID)
    return {"channel": shown(call, conversation), **answer}


@method("conversations.leave", tier=3, scopes=MANAGE)
async def conversations_leave(call: Call) -> Json:
    """The app leaves a channel."""
    conversation = conversation_for(call, call.args.text("channel"), member=False)
    if conversation.is_general:
        raise Refused("cant_leave_general")
    if BOT_USER_ID not in conversation.members:
        return {"not_in_channel": True}
    call.playground.workspace.leave(conversation, BOT_USER_ID)
    return {}


@method("conversations.archive", tier=2, scopes=MANAGE)
async def conversations_archive(call: Call) -> Json:
    """Close a channel for good."""
    conversation = conversation_for(call, call.args.text("channel"))
    if conversation.is_archived:
        raise Refused("already_archived")
    if conversation.is_general:
        raise Refused("cant_archive_general")
    conversation.is_archived = True
    return {}


# -- parts


def _channel_to_change(call: Call, what: str) -> Conversation:
    conversation = conversation_for(call, call.args.text("channel"), member=False)
    require_member(conversation)
    if conversation.is_im or conversation.is_mpim:
        raise Refused("method_not_supported_for_channel_type")
    if conversation.is_archived:
        raise Refused("is_archived")
    kind = ("groups:write",) if conversation.is_private else ("channels:manage",)
    invites = "groups:write.invites" if conversation.is_private else "channels:write.invites"
    call.need(*(kind if what == "kick" else (*kind, invites)))
    return conversation


def _no_invite(call: Call, conversation: Conversation, user_id: str) -> str | None:
    """Why this person cannot be invited, in Slack's word, or None."""
    workspace = call.playground.workspace
    user = workspace.users.get(user_id)
    if user is None:
        return "user_not_found"
    if user.id == BOT_USER_ID:
        return "cant_invite_self"
    if user.deleted:
        return "cant_invite"
    if user.id in conversation.members:
        return "already_in_channel"
    return _no_invite_for_kind(workspace.visible_to(user.id), conversation, user)


def _no_invite_for_kind(
    present: list[Conversation], wanted: Conversation, user: User
) -> str | None:
    if user.kind is PersonKind.STRANGER:
        return None if wanted.is_ext_shared else "org_user_not_in_team"
    if user.kind is PersonKind.SINGLE_CHANNEL_GUEST:
        return "ura_max_channels" if any(not one.is_im for one in present) else None
    return None


def _listing(call: Call, found: list[Message], *, newest_first: bool) -> Json:
    """One page of messages; the cursor is the timestamp of the last one given."""
    args = call.args
    limit = max(1, args.number("limit", 100, most=MOST_LISTED))
    rows = list(islice(_within(args, found, newest_first=newest_first), limit + 1))
    more = len(rows) > limit
    rows = rows[:limit]
    workspace = call.playground.workspace
    metadata = args.flag("include_all_metadata")
    answer: Json = {
        "messages": [message_object(workspace, one, all_metadata=metadata) for one in rows],
        "has_more": more,
    }
    if newest_first:
        answer["pin_count"] = 0
    if more:
        answer["response_metadata"] = {"next_cursor": f"{CURSOR}{rows[-1].ts}"}
    return answer


def _within(args: Arguments, found: list[Message], *, newest_first: bool) -> Iterator[Message]:
    """Messages everybody sees within the bounds of time, without looking at those outside."""
    oldest, latest = _ts(args, "oldest", "0"), _ts(args, "latest", "9999999999")
    inclusive = args.flag("inclusive")
    first = _place(found, oldest, after=not inclusive and "oldest" in args)
    last = _place(found, latest, after=inclusive)
    cursor = args.optional("cursor")
    if cursor is not None:
        at = cursor.removeprefix(CURSOR)
        if at == cursor or not TS.fullmatch(at):
            raise Refused("invalid_cursor")
        if newest_first:
            last = min(last, _place(found, at, after=False))
        else:
            first = max(first, _place(found, at, after=True))
    places = range(last - 1, first - 1, -1) if newest_first else range(first, last)
    for place in places:
        message = found[place]
        if message.ephemeral_to is None and not (newest_first and message.is_reply):
            yield message


def _ts(args: Arguments, name: str, default: str) -> str:
    """A timestamp argument; whole seconds will do."""
    given = args.text(name, default)
    if not TS.fullmatch(given):
        raise Refused(f"invalid_ts_{name}")
    return given


def _place(found: list[Message], ts: str, *, after: bool) -> int:
    """Where a timestamp stands among messages in order."""
    find = bisect_right if after else bisect_left
    return find(found, float(ts), key=lambda one: float(one.ts))
