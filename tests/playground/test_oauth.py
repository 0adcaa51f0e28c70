"""Installing by OAuth v2 (docs.slack.dev, installing with OAuth, token rotation, org-wide apps)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import Clock
from playground.seed import Team
from playground.server import Playground, Tokens
from tests.playground.conftest import START
from tests.playground.sample import MANIFEST, PEOPLE
from tests.playground.test_messages import refused

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
"""The SDK's own client still uses it."""

BACK = "http://127.0.0.1:9/oauth/back"


async def browser(playground: Playground, **more: str) -> tuple[int, str, str]:
    """Open the consent page; status, text and where it leads."""
    query = {
        "client_id": playground.oauth.client_id,
        "scope": "chat:write,commands",
        "redirect_uri": BACK,
        "state": "s<1>",
        **more,
    }
    url = f"{playground.url}/oauth/v2/authorize"
    async with (
        ClientSession() as session,
        session.get(url, params=query, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text(), answer.headers.get("Location", "")


async def access(playground: Playground, **args: str) -> Any:
    """Exchange something for tokens."""
    client = AsyncWebClient(base_url=f"{playground.url}/api/")
    own = {
        "client_id": playground.oauth.client_id,
        "client_secret": playground.oauth.client_secret,
    }
    return await client.oauth_v2_access(**{**own, **args})


async def test_a_code_becomes_a_token_that_works(playground: Playground) -> None:
    """Consent, back with code and state, exchange, first call; the code is worth nothing twice."""
    status, page, _ = await browser(playground)
    assert status == 200
    assert "Allow as Rita Ruiz" in page
    assert "Gus Guest" not in page
    rita = playground.person("rita").id
    status, _, location = await browser(playground, **{"as": rita, "press": "allow"})
    assert status == 302
    back = {key: one for key, [one] in parse_qs(urlsplit(location).query).items()}
    assert back["state"] == "s<1>"
    installed = await access(playground, code=back["code"], redirect_uri=BACK)
    assert installed["authed_user"] == {"id": rita}
    assert installed["team"]["id"] == playground.workspace.team.id
    assert "refresh_token" not in installed.data
    client = AsyncWebClient(token=installed["access_token"], base_url=f"{playground.url}/api/")
    assert (await client.auth_test())["ok"]
    assert await refused(access(playground, code=back["code"])) == "invalid_code"
    assert installed["access_token"] not in str(
        [one.response for one in playground.journal.exchanges]
    )


async def test_codes_and_secrets_are_checked(playground: Playground) -> None:
    """Denied, wrong client, wrong secret, other address, ten minutes and past them."""
    _, _, location = await browser(playground, press="deny")
    assert "error=access_denied" in location
    assert (await browser(playground, client_id="x"))[0] == 400
    assert (await browser(playground, redirect_uri="https://evil.example"))[0] == 400
    assert (await browser(playground, press="allow"))[0] == 400

    def code() -> str:
        return playground.oauth.issue_code("U1", "chat:write", BACK)

    assert await refused(access(playground, code=code(), client_id="x")) == "invalid_client_id"
    assert await refused(access(playground, code=code(), client_secret="x")) == "bad_client_secret"
    elsewhere = access(playground, code=code(), redirect_uri="http://127.0.0.1/x")
    assert await refused(elsewhere) == "bad_redirect_uri"
    just, late = code(), code()
    playground.clock.move(timedelta(minutes=10))
    assert (await access(playground, code=just))["ok"]
    playground.clock.move(timedelta(milliseconds=1))
    assert await refused(access(playground, code=late)) == "invalid_code"


async def installed_playground(
    *, rotates: bool = False, enterprise: str | None = None
) -> Playground:
    """A playground whose app may rotate tokens or be installed on an organization."""
    settings = {**MANIFEST["settings"], "token_rotation_enabled": rotates}
    made = Playground(
        manifest={**MANIFEST, "settings": settings},
        people=PEOPLE,
        team=Team(enterprise_id=enterprise),
        clock=Clock(START, running=False),
        tokens=Tokens(client_secret="known"),
    )
    await made.start()
    return made


async def test_rotating_tokens_end_and_are_refreshed_once() -> None:
    """Just under twelve hours it works, then `token_expired`; a refresh token works once."""
    playground = await installed_playground(rotates=True)
    first = await access(playground, code=playground.oauth.issue_code("U1", "chat:write", BACK))
    client = AsyncWebClient(token=first["access_token"], base_url=f"{playground.url}/api/")
    playground.clock.move(timedelta(hours=12) - timedelta(milliseconds=1))
    assert (await client.auth_test())["ok"]
    playground.clock.move(timedelta(milliseconds=1))
    assert await refused(client.auth_test()) == "token_expired"
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await access(playground, **again)
    assert second["scope"] == "chat:write"
    fresh = AsyncWebClient(token=second["access_token"], base_url=f"{playground.url}/api/")
    assert (await fresh.auth_test())["ok"]
    assert await refused(access(playground, **again)) == "invalid_refresh_token"
    await playground.stop()


async def test_an_org_wide_install_names_no_team() -> None:
    """`team` is null, `enterprise` is there, and users belong to it."""
    playground = await installed_playground(enterprise="E0PLAY")
    done = await access(playground, code=playground.oauth.issue_code("U1", "users:read", BACK))
    assert (done["is_enterprise_install"], done["team"]) == (True, None)
    assert done["enterprise"]["id"] == "E0PLAY"
    client = AsyncWebClient(token=done["access_token"], base_url=f"{playground.url}/api/")
    assert (await client.auth_test())["enterprise_id"] == "E0PLAY"
    user = (await client.users_info(user=playground.person("rita").id))["user"]
    assert user["enterprise_user"]["enterprise_id"] == "E0PLAY"
    await playground.stop()


async def test_a_broken_basic_header_is_a_wrong_client(playground: Playground) -> None:
    """Not an exception."""
    url = f"{playground.url}/api/oauth.v2.access"
    async with (
        ClientSession() as session,
        session.post(url, headers={"Authorization": "Basic !!"}) as answer,
    ):
        assert (await answer.json())["error"] == "invalid_client_id"


@pytest.mark.parametrize("token", ["xoxb-other", "xoxp-other", ""])
async def test_tokens_of_others_are_worth_nothing(playground: Playground, token: str) -> None:
    """Only those given out here count."""
    client = AsyncWebClient(token=token, base_url=f"{playground.url}/api/")
    assert await refused(client.auth_test()) in ("invalid_auth", "not_authed")
