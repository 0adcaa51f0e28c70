"""The methods of the outsider's Slack: each answers the least that Slack's page promises.

People have no `team_id` and no time zone, lists no cursor, `auth.test` four fields.
"""

import time
from collections.abc import Callable
from typing import Any

from tests.acceptance.outsider.standin import BOT, TEAM, Modal, Payload, Refused, Slack

_last = 0.0


def _auth_test(slack: Slack, given: Payload) -> Payload:
    return {"url": "https://outsider.slack.example/", "team_id": TEAM, "user_id": BOT}


def _users_list(slack: Slack, given: Payload) -> Payload:
    return {"members": list(slack.users.values())}


def _users_info(slack: Slack, given: Payload) -> Payload:
    if given.get("user") not in slack.users:
        raise Refused("user_not_found")
    return {"user": slack.users[given["user"]]}


def _groups(slack: Slack, given: Payload) -> Payload:
    return {"usergroups": list(slack.groups.values())}


def _group_members(slack: Slack, given: Payload) -> Payload:
    if given.get("usergroup") not in slack.groups:
        raise Refused("no_such_subteam")
    return {"users": list(slack.group_members[given["usergroup"]])}


def _set_group_members(slack: Slack, given: Payload) -> Payload:
    group, users = given.get("usergroup"), given.get("users") or ""
    people = users if isinstance(users, list) else [one for one in users.split(",") if one]
    if group not in slack.groups:
        raise Refused("no_such_subteam")
    if not people:
        raise Refused("no_users_provided")
    slack.group_members[group] = people
    return {"usergroup": slack.groups[group]}


def _channel(slack: Slack, given: Payload) -> str:
    channel = str(given.get("channel"))
    if channel in slack.users:
        return slack.direct(channel)
    if channel not in slack.channels:
        raise Refused("channel_not_found")
    return channel


def _channels(slack: Slack, given: Payload) -> Payload:
    kinds = given.get("types", "public_channel").split(",")
    return {
        "channels": [
            channel
            for channel in slack.channels.values()
            if "is_im" not in channel
            and ("private_channel" if channel["is_private"] else "public_channel") in kinds
        ]
    }


def _channel_info(slack: Slack, given: Payload) -> Payload:
    return {"channel": slack.channels[_channel(slack, given)]}


def _channel_members(slack: Slack, given: Payload) -> Payload:
    return {"members": list(slack.members[_channel(slack, given)])}


def _invite(slack: Slack, given: Payload) -> Payload:
    channel = _channel(slack, given)
    for user in given.get("users", "").split(","):
        if user in slack.members[channel]:
            raise Refused("already_in_channel")
        slack.members[channel].append(user)
    return {"channel": slack.channels[channel]}


def _kick(slack: Slack, given: Payload) -> Payload:
    channel, user = _channel(slack, given), given.get("user")
    if user not in slack.members[channel]:
        raise Refused("not_in_channel")
    slack.members[channel].remove(user)
    return {}


def _open(slack: Slack, given: Payload) -> Payload:
    if given.get("users") not in slack.users:
        raise Refused("user_not_found")
    return {"channel": {"id": slack.direct(given["users"])}}


def _history(slack: Slack, given: Payload) -> Payload:
    oldest, latest = float(given.get("oldest") or 0), float(given.get("latest") or 1e12)
    found = [
        message
        for message in slack.messages[_channel(slack, given)]
        if oldest <= float(message["ts"]) <= latest
    ]
    return {"messages": found[::-1], "has_more": False}


def _post(slack: Slack, given: Payload) -> Payload:
    global _last  # noqa: PLW0603 - no two messages of one moment
    channel = _channel(slack, given)
    if not given.get("text") and not given.get("blocks"):
        raise Refused("no_text")
    _last = max(time.time(), _last + 0.00001)
    message = {"type": "message", "user": BOT, "ts": f"{_last:.6f}", **_content(given)}
    if "thread_ts" in given:
        message["thread_ts"] = given["thread_ts"]
    slack.messages[channel].append(message)
    slack.happen("message", channel, message)
    return {"channel": channel, "ts": message["ts"], "message": message}


def _update(slack: Slack, given: Payload) -> Payload:
    channel = _channel(slack, given)
    for message in slack.messages[channel]:
        if message["ts"] == given.get("ts"):
            message.update(_content(given))
            slack.happen("message", channel, message)
            return {"channel": channel, "ts": message["ts"], "text": message.get("text", "")}
    raise Refused("message_not_found")


def _content(given: Payload) -> Payload:
    return {name: given[name] for name in ("text", "blocks", "metadata") if name in given}


def _ephemeral(slack: Slack, given: Payload) -> Payload:
    _channel(slack, given)
    if given.get("user") not in slack.users:
        raise Refused("user_not_in_channel")
    slack.happen("answer", given["user"], given)
    return {"message_ts": f"{time.time():.6f}"}


def _shown(slack: Slack, given: Payload, old: Payload | None = None) -> Payload:
    known = old or {"id": slack.number("V"), "team_id": TEAM}
    view: Payload = given["view"]
    return view | {"id": known["id"], "team_id": TEAM, "hash": slack.number("h")}


def _view_open(slack: Slack, given: Payload) -> Payload:
    user = slack.triggers.pop(given.get("trigger_id", ""), None)
    if user is None:
        raise Refused("invalid_trigger_id")
    screen = slack.screens[user]
    screen.append(Modal(user=user, view=_shown(slack, given)))
    screen[-1].view["root_view_id"] = screen[0].view["id"]
    slack.happen("view", user, screen[-1].view)
    return {"view": screen[-1].view}


def _view_update(slack: Slack, given: Payload) -> Payload:
    for modal in [modal for screen in slack.screens.values() for modal in screen]:
        view = modal.view
        named = given.get("external_id") or "-"
        if given.get("view_id") == view["id"] or view.get("external_id") == named:
            if given.get("hash") not in (None, view["hash"]):
                raise Refused("hash_conflict")
            show(slack, modal, given["view"])
            return {"view": modal.view}
    raise Refused("not_found")


def show(slack: Slack, modal: Modal, view: Payload) -> None:
    """Another content for an open view: what was written stays where the same field remains."""
    modal.view = _shown(slack, {"view": view}, modal.view) | {
        "root_view_id": modal.view.get("root_view_id")
    }
    there = {
        (block.get("block_id"), element.get("action_id"))
        for block in view["blocks"]
        for element in (block.get("element"), block.get("accessory"), *block.get("elements", ()))
        if isinstance(element, dict)
    }
    for block_id, fields in list(modal.state.items()):
        for action_id in list(fields):
            if (block_id, action_id) not in there:
                del fields[action_id]
    slack.happen("view", modal.user, modal.view)


def _publish(slack: Slack, given: Payload) -> Payload:
    if given.get("user_id") not in slack.users:
        raise Refused("user_not_found")
    view = _shown(slack, given, slack.homes.get(given["user_id"]))
    slack.homes[given["user_id"]] = view
    slack.happen("home", given["user_id"], view)
    return {"view": view}


METHODS: dict[str, Callable[[Slack, Payload], dict[str, Any]]] = {
    "auth.test": _auth_test,
    "chat.postEphemeral": _ephemeral,
    "chat.postMessage": _post,
    "chat.update": _update,
    "conversations.history": _history,
    "conversations.info": _channel_info,
    "conversations.invite": _invite,
    "conversations.kick": _kick,
    "conversations.list": _channels,
    "conversations.members": _channel_members,
    "conversations.open": _open,
    "usergroups.list": _groups,
    "usergroups.users.list": _group_members,
    "usergroups.users.update": _set_group_members,
    "users.info": _users_info,
    "users.list": _users_list,
    "views.open": _view_open,
    "views.publish": _publish,
    "views.push": _view_open,
    "views.update": _view_update,
}
