"""A small Bolt app and a small workspace for it, as tests of the playground need them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from playground.seed import Channel, Person, PersonKind, Usergroup
from playground.server import Playground

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Gate"},
    "features": {
        "bot_user": {"display_name": "gate"},
        "unfurl_domains": ["example.com"],
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/access", "description": "Ask for access", "should_escape": True},
            {"command": "/raw", "description": "Unescaped"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "im:write",
                "im:history",
                "im:read",
                "mpim:write",
                "mpim:read",
                "emoji:read",
                "users:read",
                "users:read.email",
                "users.profile:read",
                "team:read",
                "channels:read",
                "channels:manage",
                "channels:history",
                "channels:join",
                "groups:read",
                "groups:write",
                "groups:history",
                "usergroups:read",
                "usergroups:write",
                "files:write",
                "files:read",
                "links:write",
                "links:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "message.im",
                "message.channels",
                "team_join",
                "user_change",
                "subteam_updated",
                "subteam_created",
                "subteam_members_changed",
                "member_joined_channel",
                "member_left_channel",
                "link_shared",
                "app_mention",
                "app_uninstalled",
            ]
        }
    },
}

PEOPLE = (
    Person(name="rita", real_name="Rita Ruiz", email="rita@contoso.com", title="Engineer"),
    Person(
        name="mia",
        real_name="Mia Torres",
        email="mia@contoso.com",
        fields=(("Department", "Platform"),),
    ),
    Person(name="ada", real_name="Ada Byte", email="ada@contoso.com", is_admin=True),
    Person(name="gus", real_name="Gus Guest", email="gus@else.com", kind=PersonKind.GUEST),
    Person(
        name="solo",
        real_name="Solo Guest",
        email="solo@else.com",
        kind=PersonKind.SINGLE_CHANNEL_GUEST,
    ),
    Person(name="ed", real_name="Ed Outside", email="ed@fabrikam.com", kind=PersonKind.STRANGER),
    Person(name="dan", real_name="Dan Gone", email="dan@contoso.com", kind=PersonKind.DELETED),
    Person(name="robo", real_name="Robo", kind=PersonKind.BOT),
)

CHANNELS = (
    Channel(name="general", members=("rita", "mia", "ada"), is_general=True),
    Channel(name="admins", members=("ada",), is_private=True),
    Channel(name="secret", members=("ada",), is_private=True, has_app=False),
    Channel(name="elsewhere", members=("mia",), has_app=False),
    Channel(name="fabrikam", members=("mia", "ed"), is_ext_shared=True),
    Channel(name="lobby", members=("solo",)),
    Channel(name="old", members=("mia",), is_archived=True),
)

USERGROUPS = (
    Usergroup(handle="readers", name="Readers", members=("mia",)),
    Usergroup(handle="idle", name="Idle", members=("ada",), enabled=False),
)

PACKAGES = ("Production read access", "Payments release")


def text(words: str) -> dict[str, Any]:
    """A plain text object."""
    return {"type": "plain_text", "text": words}


def section(words: str, **more: Any) -> dict[str, Any]:
    """A section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def actions(*labels: str, value: str = "v1") -> dict[str, Any]:
    """An actions block with buttons."""
    return {
        "type": "actions",
        "elements": [
            {"type": "button", "text": text(one), "action_id": one.lower(), "value": value}
            for one in labels
        ],
    }


def request_form() -> dict[str, Any]:
    """The sample app's modal."""
    return {
        "type": "modal",
        "callback_id": "request",
        "title": text("Request access"),
        "submit": text("Send"),
        "blocks": [
            {
                "type": "input",
                "block_id": "package",
                "label": text("Package"),
                "element": {
                    "type": "external_select",
                    "action_id": "package",
                    "min_query_length": 0,
                    "placeholder": text("Which one"),
                },
            },
            {
                "type": "input",
                "block_id": "why",
                "label": text("Justification"),
                "element": {"type": "plain_text_input", "action_id": "why"},
            },
        ],
    }


@dataclass
class Received:
    """What the sample app got, newest last."""

    events: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Stage:
    """A playground with the sample app in it."""

    playground: Playground
    client: AsyncWebClient
    app: AsyncApp
    received: Received


def build_app(client: AsyncWebClient, secret: str, received: Received, mia_id: str) -> AsyncApp:
    """The sample app: a form, a card with two buttons, a Home tab."""
    app = AsyncApp(client=client, signing_secret=secret, process_before_response=True)

    @app.command("/access")
    async def access(ack: Any, command: Any, client: AsyncWebClient) -> None:
        received.commands.append(command)
        if not command["text"].startswith("request"):
            await ack("Usage: /access request")
            return
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=request_form())

    @app.command("/raw")
    async def raw(ack: Any, command: Any) -> None:
        received.commands.append(command)
        await ack()

    @app.options("package")
    async def packages(ack: Any, payload: Any) -> None:
        found = [one for one in PACKAGES if payload["value"].lower() in one.lower()]
        await ack(options=[{"text": text(one), "value": one} for one in found])

    @app.view("request")
    async def submitted(ack: Any, view: Any, body: Any, client: AsyncWebClient) -> None:
        values = view["state"]["values"]
        if len(values["why"]["why"]["value"]) < 3:
            await ack(response_action="errors", errors={"why": "Say a little more"})
            return
        await ack()
        package = values["package"]["package"]["selected_option"]["value"]
        words = f"<@{body['user']['id']}> asks for *{package}*"
        blocks = [section(words), actions("Approve", "Deny")]
        await client.chat_postMessage(channel=mia_id, text=words, blocks=blocks)

    @app.view_closed("request")
    async def closed(ack: Any, body: Any) -> None:
        received.closed.append(body)
        await ack()

    @app.action("approve")
    async def approve(ack: Any, body: Any, client: AsyncWebClient) -> None:
        received.actions.append(body)
        await ack()
        words = f"Approved by <@{body['user']['id']}>"
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=words,
            blocks=[section(words)],
        )

    async def anything(ack: Any, body: Any) -> None:
        received.actions.append(body)
        await ack()

    app.action({"type": "block_actions", "action_id": "deny"})(anything)

    async def event(event: Any, body: Any, request: Any) -> None:
        received.events.append(body)
        received.headers.append(dict(request.headers))

    for one in MANIFEST["settings"]["event_subscriptions"]["bot_events"]:
        app.event("message" if one.startswith("message.") else one)(event)
    return app


async def serve_http(app: AsyncApp) -> tuple[web.AppRunner, str]:
    """Serve the app's request URL on a free port."""
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"


async def open_stage(playground: Playground, transport: str) -> tuple[Stage, Any]:
    """Connect the sample app; returns the stage and the coroutine function that ends it."""
    session = ClientSession(trust_env=False)
    client = AsyncWebClient(
        token=playground.bot_token, base_url=f"{playground.url}/api/", session=session
    )
    received = Received()
    mia_id = playground.person("mia").id
    app = build_app(client, playground.signing_secret, received, mia_id)
    stage = Stage(playground=playground, client=client, app=app, received=received)
    if transport == "http":
        runner, url = await serve_http(app)
        playground.connect_http(url)

        async def end_http() -> None:
            await runner.cleanup()
            await session.close()

        return stage, end_http
    handler = AsyncSocketModeHandler(app, playground.app_token)
    await handler.connect_async()
    await playground.sockets.wait_connected()

    async def end_socket() -> None:
        await handler.close_async()
        await session.close()

    return stage, end_socket
