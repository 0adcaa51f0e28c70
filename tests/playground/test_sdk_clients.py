"""Slack's own Python clients, synchronous and asynchronous, over every covered method."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from playground.records import FileRecord
from playground.server import Playground
from playground.web_api import METHODS
from tests.playground.sample import section, text

Args = dict[str, Any]


def channel(playground: Playground, name: str = "general") -> Args:
    """A channel argument."""
    return {"channel": playground.workspace.channel(name).id}


def posted(playground: Playground) -> Args:
    """Channel and timestamp of a message the app posted before."""
    conversation = playground.workspace.channel("general")
    message = playground.workspace.post(conversation, {"text": "before"}, by_app=True)
    return {"channel": conversation.id, "ts": message.ts}


def said(playground: Playground) -> Args:
    """Channel and timestamp of a person's message."""
    conversation = playground.workspace.channel("general")
    rita = playground.person("rita").user
    return {
        "channel": conversation.id,
        "ts": playground.acts.say(rita, conversation, "https://a.example").ts,
    }


def user(playground: Playground, name: str = "rita") -> Args:
    """A user argument."""
    return {"user": playground.person(name).id}


def group(playground: Playground, handle: str = "readers") -> Args:
    """A user group argument."""
    return {"usergroup": playground.workspace.usergroup(handle).id}


def trigger(playground: Playground, view_id: str | None = None) -> Args:
    """A fresh trigger and a modal."""
    rita = playground.person("rita").id
    return {"trigger_id": playground.views.issue_trigger(rita, view_id=view_id), "view": modal()}


def modal() -> Args:
    """A modal."""
    return {"type": "modal", "title": text("T"), "blocks": [section("s")]}


def opened(playground: Playground) -> str:
    """The id of a modal rita has open."""
    rita = playground.person("rita").id
    made = playground.views.open(
        playground.views.exchange(playground.views.issue_trigger(rita)), modal()
    )
    return made.id


def file(playground: Playground, *, complete: bool) -> str:
    """The id of an uploaded file."""
    made = playground.workspace.files["F1"] = FileRecord(
        id="F1", name="f", title="f", length=1, content=b"x", uploaded=True, complete=complete
    )
    return made.id


CALLS: dict[str, Callable[[Playground], Args]] = {
    "api.test": lambda _: {},
    "apps.connections.open": lambda playground: {"app_token": playground.app_token},
    "auth.test": lambda _: {},
    "blocks.validate": lambda _: {"blocks": [section("s")]},
    "bots.info": lambda _: {},
    "chat.delete": posted,
    "chat.getPermalink": lambda playground: {
        "channel": posted(playground)["channel"],
        "message_ts": posted(playground)["ts"],
    },
    "chat.postEphemeral": lambda p: {**channel(p), **user(p), "text": "x"},
    "chat.postMessage": lambda p: {**channel(p), "text": "x", "blocks": [section("s")]},
    "chat.unfurl": lambda p: {**said(p), "unfurls": {"https://a.example": {"text": "x"}}},
    "chat.update": lambda p: {**posted(p), "text": "after"},
    "conversations.archive": lambda p: channel(p, "fabrikam"),
    "conversations.create": lambda _: {"name": "fresh"},
    "conversations.history": channel,
    "conversations.info": channel,
    "conversations.invite": lambda p: {**channel(p), "users": [p.person("gus").id]},
    "conversations.join": lambda p: channel(p, "elsewhere"),
    "conversations.kick": lambda p: {**channel(p, "fabrikam"), **user(p, "mia")},
    "conversations.leave": lambda p: channel(p, "lobby"),
    "conversations.list": lambda _: {"types": ["public_channel", "im"], "limit": 2},
    "conversations.members": channel,
    "conversations.open": lambda p: {"users": [p.person("mia").id]},
    "conversations.replies": posted,
    "emoji.list": lambda _: {},
    "files.completeUploadExternal": lambda p: {
        "files": [{"id": file(p, complete=False), "title": "t"}]
    },
    "files.delete": lambda p: {"file": file(p, complete=True)},
    "files.getUploadURLExternal": lambda _: {"filename": "f", "length": 1},
    "files.info": lambda p: {"file": file(p, complete=True)},
    "oauth.v2.access": lambda p: {
        "client_id": p.oauth.client_id,
        "client_secret": p.oauth.client_secret,
        "code": p.oauth.issue_code(p.person("rita").id, "chat:write", "http://127.0.0.1/back"),
    },
    "team.info": lambda _: {},
    "team.profile.get": lambda _: {},
    "usergroups.create": lambda _: {"name": "Fresh"},
    "usergroups.disable": group,
    "usergroups.enable": lambda p: group(p, "idle"),
    "usergroups.list": lambda _: {"include_users": True},
    "usergroups.update": lambda p: {**group(p), "name": "Other"},
    "usergroups.users.list": group,
    "usergroups.users.update": lambda p: {**group(p), "users": [p.person("rita").id]},
    "users.conversations": lambda _: {},
    "users.getPresence": user,
    "users.info": user,
    "users.list": lambda _: {},
    "users.lookupByEmail": lambda _: {"email": "rita@contoso.com"},
    "users.profile.get": user,
    "views.open": trigger,
    "views.publish": lambda p: {
        "user_id": p.person("rita").id,
        "view": {"type": "home", "blocks": [section("s")]},
    },
    "views.push": lambda p: trigger(p, opened(p)),
    "views.update": lambda p: {"view_id": opened(p), "view": modal()},
}


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
@pytest.mark.parametrize("name", sorted(METHODS))
async def test_both_clients_reach_every_covered_method(
    playground: Playground, client: AsyncWebClient, name: str
) -> None:
    """Each puts its arguments on the wire its own way; the answers have the same keys."""
    attribute = name.replace(".", "_")
    blocking = WebClient(token=playground.bot_token, base_url=f"{playground.url}/api/")
    answers = []
    for one in (client, blocking):
        playground.workspace.conversations[channel(playground)["channel"]].replies.clear()
        args = CALLS[name](playground)
        called = getattr(one, attribute)
        if one is client:
            answers.append(dict((await called(**args)).data))
        else:
            if name in ONCE:
                undo(playground, name)
            answers.append(dict((await asyncio.to_thread(called, **args)).data))
    assert answers[0]["ok"] is answers[1]["ok"] is True
    assert set(answers[0]) - SOMETIMES == set(answers[1]) - SOMETIMES


ONCE = {
    "conversations.archive",
    "conversations.create",
    "conversations.invite",
    "conversations.kick",
    "usergroups.create",
    "usergroups.disable",
    "usergroups.enable",
}
SOMETIMES = {"no_op", "already_open", "warning", "not_in_channel"}


def undo(playground: Playground, name: str) -> None:
    """Take back what a call can do only once."""
    workspace = playground.workspace
    match name:
        case "conversations.archive":
            workspace.channel("fabrikam").is_archived = False
        case "conversations.create":
            del workspace.conversations[workspace.channel("fresh").id]
        case "conversations.invite":
            workspace.channel("general").members.remove(playground.person("gus").id)
        case "conversations.kick":
            workspace.channel("fabrikam").members.append(playground.person("mia").id)
        case "usergroups.create":
            del workspace.usergroups[workspace.usergroup("fresh").id]
        case "usergroups.disable":
            workspace.usergroup("readers").deleted_at = 0
        case _:
            workspace.usergroup("idle").deleted_at = 1


def test_no_covered_method_goes_uncalled() -> None:
    """The table has them all."""
    assert set(CALLS) == set(METHODS)
