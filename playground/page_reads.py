"""What the page reads: the state, a conversation as one person sees it, a thread, exchanges."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from playground.clock import epoch_of
from playground.elements import message_blocks, state_values
from playground.faults import FaultKind
from playground.presenting import message_object
from playground.records import Conversation, Message, User
from playground.seed import PersonKind
from playground.wire import Json
from playground.workspace import APP_ID, BOT_USER_ID, Workspace

if TYPE_CHECKING:
    from playground.server import Playground

PAGE = 60
"""Messages in one answer."""

COLOURS = (
    "#7048c6",
    "#b4471f",
    "#1f6fb4",
    "#a4336f",
    "#8a5a00",
    "#3f7d20",
    "#5b5f97",
    "#c03a2b",
    "#566573",
    "#0b7a75",
)
"""Of faces, in the order in which people come; white letters stand out on each."""

MOST_UNREAD = 100
"""More than these are not counted."""


def state(playground: Playground) -> Json:
    """Everything but messages."""
    workspace = playground.workspace
    rooms = _rooms(workspace)
    transport = "socket" if playground.sockets.connected else "http" if playground.http else "none"
    return {
        "team": {
            "id": workspace.team.id,
            "name": workspace.team.name,
            "domain": workspace.team.domain,
        },
        "app": {
            "id": APP_ID,
            "name": workspace.manifest.name,
            "bot_user_id": BOT_USER_ID,
            "commands": [
                {
                    "command": one.command,
                    "description": one.description,
                    "usage_hint": one.usage_hint,
                }
                for one in workspace.manifest.commands
            ],
            "connected": transport == "socket"
            or (transport == "http" and playground.delivery.reachable),
            "transport": transport,
        },
        "people": [
            _person(one, rooms.get(one.id, ()), COLOURS[number % len(COLOURS)])
            for number, one in enumerate(workspace.people())
        ],
        "channels": [
            {
                "id": one.id,
                "name": one.name,
                "is_private": one.is_private,
                "is_ext_shared": one.is_ext_shared,
                "members": list(one.members),
            }
            for one in workspace.conversations.values()
            if not one.is_im and not one.is_mpim
        ],
        "usergroups": [
            {"id": one.id, "handle": one.handle, "name": one.name}
            for one in workspace.usergroups.values()
        ],
        "clock": clock(playground),
        "faults": [one.as_json() for one in playground.faults.rules],
        "fault_kinds": [one.value for one in FaultKind],
        "story": playground.story.as_json(),
    }


def clock(playground: Playground) -> Json:
    """The clock's three facts, seconds since 1970 and seconds ahead of real time."""
    return {
        "now": epoch_of(playground.clock.now()),
        "running": playground.clock.running,
        "offset": playground.clock.offset.total_seconds(),
    }


def conversation(playground: Playground, user: User, place: str, before: str | None) -> Json:
    """One conversation as somebody sees it, newest page unless `before` a timestamp."""
    found = place_of(playground, user, place)
    latest = (
        one
        for one in reversed(found.messages)
        if visible(one, user) and not one.is_reply and (not before or one.ts < before)
    )
    shown = list(islice(latest, PAGE + 1))
    page = shown[PAGE - 1 :: -1]
    home = playground.views.homes.get(user.id)
    return {
        "channel": found.id,
        "messages": [_message(playground, user, one) for one in page],
        "has_more": len(shown) > len(page),
        "unread": unread(found, user),
        "home": playground.views.shown(home) if home is not None else None,
        "modal_stack": [
            {**playground.views.shown(one), "errors": one.errors}
            for one in playground.views.stack(user.id)
        ],
    }


def thread(playground: Playground, user: User, channel: str, ts: str) -> Json:
    """A thread, its first message first."""
    found = place_of(playground, user, channel)
    root = found.by_ts.get(ts)
    rows = [root, *found.replies.get(ts, [])] if root is not None else []
    return {"messages": [_message(playground, user, one) for one in rows if visible(one, user)]}


def exchanges(playground: Playground, after: int, limit: int, words: str) -> Json:
    """Exchanges after number `after` that contain the words, at most `limit`, oldest first."""
    wanted = words.casefold()
    found = [
        one.as_json()
        for one in playground.journal.exchanges
        if one.n > after and (not wanted or wanted in str(one.as_json()).casefold())
    ]
    return {"exchanges": found[-limit:]}


def place_of(playground: Playground, user: User, place: str) -> Conversation:
    """`app` or a channel id; KeyError when that is not somebody's to see."""
    workspace = playground.workspace
    if place == "app":
        return workspace.direct([user.id])
    found = workspace.conversations[place]
    if user.id not in found.members:
        raise KeyError(place)
    return found


def visible(message: Message, user: User) -> bool:
    """Whether somebody sees a message of a conversation they are in."""
    return message.ephemeral_to in (None, user.id)


def unread(found: Conversation, user: User, most: int = MOST_UNREAD) -> int:
    """How many messages of others somebody has not read there; counted up to `most`."""
    since = found.read_until.get(user.id, "0")
    count = 0
    for one in reversed(found.messages):
        if one.ts <= since:
            break
        if visible(one, user) and one.body.get("user") != user.id:
            count += 1
        if count >= most:
            break
    return count


def _unread_anywhere(rooms: Iterable[Conversation], user: User) -> int:
    """The same over several conversations; a hundred is the most in all."""
    count = 0
    for one in rooms:
        if count >= MOST_UNREAD:
            break
        count += unread(one, user, MOST_UNREAD - count)
    return count


def _rooms(workspace: Workspace) -> dict[str, list[Conversation]]:
    """Who is where, in one pass over all conversations."""
    found: dict[str, list[Conversation]] = {}
    for one in workspace.conversations.values():
        for member in one.members:
            found.setdefault(member, []).append(one)
    return found


def _message(playground: Playground, user: User, message: Message) -> Json:
    found = playground.workspace.conversations[message.channel]
    shown = message_object(playground.workspace, message, for_app=False)
    replies = [one for one in found.replies.get(message.ts, []) if visible(one, user)]
    shown["channel"] = message.channel
    shown["ephemeral"] = message.ephemeral_to is not None
    shown["thread"] = (
        {"count": len(replies), "latest": replies[-1].ts}
        if replies
        else {"count": 0, "latest": None}
    )
    typed = playground.acts.typed_in(user.id, message.ts)
    shown["state"] = {"values": state_values(message_blocks(message), typed)}
    return shown


def _person(user: User, rooms: Iterable[Conversation], colour: str) -> Json:
    kind = PersonKind.GUEST if user.is_guest else user.kind
    initials = "".join(part[0] for part in user.real_name.split()[:2]).upper()
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "email": user.email,
        "tz": user.tz,
        "kind": kind.value,
        "presence_note": user.presence_note,
        "unread": _unread_anywhere(rooms, user),
        "avatar": {"initials": initials, "color": colour},
    }
