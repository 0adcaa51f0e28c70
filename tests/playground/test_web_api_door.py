"""The Web API's front door: wire forms, tokens, scopes, rates (docs.slack.dev, Web API basics)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from playground.clock import Clock
from playground.server import Playground
from tests.playground.conftest import START
from tests.playground.sample import MANIFEST, PEOPLE


def bearer(token: str) -> dict[str, str]:
    """The usual header."""
    return {"Authorization": f"Bearer {token}"}


async def call(playground: Playground, method: str, token: str | None, **args: Any) -> Any:
    """POST JSON and read the answer."""
    headers = bearer(token) if token else {}
    async with (
        ClientSession() as session,
        session.post(f"{playground.url}/api/{method}", json=args, headers=headers) as response,
    ):
        return await response.json()


FORMS = ("get", "query", "form", "json", "multipart")


@pytest.mark.parametrize("form", FORMS)
async def test_arguments_are_read_from_every_wire_form(playground: Playground, form: str) -> None:
    """GET, POST with query, form, JSON and multipart all mean the same call."""
    args = {"user": playground.person("rita").id}
    url, headers = f"{playground.url}/api/users.info", bearer(playground.bot_token)
    async with ClientSession() as session:
        match form:
            case "get":
                sent = session.get(url, params=args, headers=headers)
            case "query":
                sent = session.post(url, params=args, headers=headers)
            case "form":
                sent = session.post(url, data=args, headers=headers)
            case "json":
                sent = session.post(url, json=args, headers=headers)
            case _:
                data = FormData(default_to_multipart=True)
                data.add_field("user", args["user"])
                sent = session.post(url, data=data, headers=headers)
        async with sent as response:
            answer = await response.json()
    assert answer["user"]["name"] == "rita"


async def test_token_may_come_in_the_form_and_blocks_as_text(playground: Playground) -> None:
    """Older clients put the token among the arguments and JSON into strings."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}]
    args = {
        "token": playground.bot_token,
        "channel": playground.workspace.channel("general").id,
        "blocks": json.dumps(blocks),
        "text": "hi",
    }
    async with (
        ClientSession() as session,
        session.post(f"{playground.url}/api/chat.postMessage", data=args) as response,
    ):
        answer = await response.json()
    assert answer["ok"]
    assert answer["message"]["blocks"][0]["block_id"]


async def test_beside_json_only_the_header_carries_the_token(playground: Playground) -> None:
    """docs.slack.dev, Web API: whoever sends JSON must use the Authorization header."""
    url, args = f"{playground.url}/api/auth.test", {"token": playground.bot_token}
    async with ClientSession() as session:
        async with session.post(url, json=args) as response:
            assert (await response.json())["error"] == "not_authed"
        async with session.get(url, params=args) as response:
            assert (await response.json())["ok"]


async def test_token_faults_have_slacks_words(playground: Playground) -> None:
    """No token, a wrong one, and the wrong kind of one are told apart."""
    app, bot = playground.app_token, playground.bot_token
    assert (await call(playground, "auth.test", None))["error"] == "not_authed"
    assert (await call(playground, "auth.test", "xoxb-no"))["error"] == "invalid_auth"
    assert (await call(playground, "auth.test", app))["error"] == "not_allowed_token_type"
    opened = await call(playground, "apps.connections.open", bot)
    assert opened["error"] == "not_allowed_token_type"
    assert (await call(playground, "apps.connections.open", app))["ok"]
    assert (await call(playground, "api.test", None))["ok"]
    assert (await call(playground, "api.test", None, error="oops"))["error"] == "oops"


async def test_unknown_method_says_so(playground: Playground) -> None:
    """What is not there answers `unknown_method` rather than pretending."""
    answer = await call(playground, "reminders.add", playground.bot_token)
    assert answer == {"ok": False, "error": "unknown_method", "req_method": "reminders.add"}


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"{", "invalid_json"), (b"[1]", "json_not_object"), (b'"x"', "json_not_object")],
)
async def test_broken_json_is_refused(playground: Playground, body: bytes, error: str) -> None:
    """Bodies that are no JSON object are refused before the method is looked at."""
    headers = {**bearer(playground.bot_token), "Content-Type": "application/json"}
    url = f"{playground.url}/api/auth.test"
    async with (
        ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        assert response.status == 200
        assert (await response.json())["error"] == error


async def test_scopes_come_from_the_manifest() -> None:
    """A method outside the manifest's scopes answers what is needed and what is provided."""
    manifest = {**MANIFEST, "oauth_config": {"scopes": {"bot": ["chat:write", "users:read"]}}}
    playground = Playground(manifest=manifest, people=PEOPLE)
    await playground.start()
    try:
        answer = await call(playground, "usergroups.list", playground.bot_token)
        assert answer == {
            "ok": False,
            "error": "missing_scope",
            "needed": "usergroups:read",
            "provided": "chat:write,users:read",
        }
        rita = playground.person("rita").id
        shown = await call(playground, "users.info", playground.bot_token, user=rita)
        assert "email" not in shown["user"]["profile"]
        async with (
            ClientSession() as session,
            session.post(
                f"{playground.url}/api/auth.test", headers=bearer(playground.bot_token)
            ) as response,
        ):
            assert response.headers["x-oauth-scopes"] == "chat:write,users:read"
    finally:
        await playground.stop()


async def strict() -> Playground:
    """A playground with exactly the published rates."""
    made = Playground(people=PEOPLE, clock=Clock(START, running=False), burst=1)
    await made.start()
    return made


async def status(playground: Playground, method: str, **args: Any) -> tuple[int, str | None]:
    """Status and Retry-After of one call."""
    url, headers = f"{playground.url}/api/{method}", bearer(playground.bot_token)
    async with (
        ClientSession() as session,
        session.post(url, json=args, headers=headers) as response,
    ):
        return response.status, response.headers.get("Retry-After")


async def test_tier_two_takes_twenty_a_minute_and_refuses_the_next() -> None:
    """The twentieth call passes, the twenty-first is asked to wait; waiting helps."""
    playground = await strict()
    try:
        for _ in range(20):
            assert await status(playground, "usergroups.list") == (200, None)
        assert await status(playground, "usergroups.list") == (429, "3")
        assert await status(playground, "users.list") == (200, None)
        playground.clock.move(timedelta(seconds=3))
        assert await status(playground, "usergroups.list") == (200, None)
    finally:
        await playground.stop()


async def test_a_channel_takes_one_message_a_second() -> None:
    """A second message within the second is refused, in another channel it is not."""
    playground = await strict()
    try:
        rita, mia = playground.person("rita").id, playground.person("mia").id
        assert await status(playground, "chat.postMessage", channel=rita, text="1") == (200, None)
        assert await status(playground, "chat.postMessage", channel=rita, text="2") == (429, "1")
        assert await status(playground, "chat.postMessage", channel=mia, text="1") == (200, None)
        playground.clock.move(timedelta(seconds=1))
        assert await status(playground, "chat.postMessage", channel=rita, text="2") == (200, None)
    finally:
        await playground.stop()


async def test_rate_limited_answer_has_slacks_body(playground: Playground) -> None:
    """The body says `ratelimited`."""
    playground.faults.add("rate_limited", method="auth.test", times=1, seconds=7)
    url, headers = f"{playground.url}/api/auth.test", bearer(playground.bot_token)
    async with ClientSession() as session, session.post(url, headers=headers) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
        assert await response.json() == {"ok": False, "error": "ratelimited"}
