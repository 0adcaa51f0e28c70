"""What would stop work on user groups is found before anybody asks for access."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack_usergroup import SlackUsergroup
from engine.application.connectors import Refused, Retry, Target
from playground.server import Playground

pytestmark = pytest.mark.asyncio


def group(playground: Playground, handle: str) -> Target:
    """The user group as a target."""
    found = playground.workspace.usergroup(handle)
    return Target(id=found.id, role="member", label=f"@{found.handle}")


async def test_checks_pass_where_work_is_possible(
    playground: Playground, client: AsyncWebClient
) -> None:
    """At all, and on a group; a disabled one is a group nobody holds."""
    connector = SlackUsergroup(client)

    await connector.check()
    await connector.check(group(playground, "readers"))
    await connector.check(group(playground, "retired"))


async def test_a_role_a_group_does_not_have_is_refused(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A mistake in the configuration."""
    target = Target(id=group(playground, "readers").id, role="owner", label="@readers")

    with pytest.raises(Refused, match="only the role member"):
        await SlackUsergroup(client).check(target)


async def test_a_missing_scope_is_found_before_anybody_asks_for_access(
    session: aiohttp.ClientSession,
) -> None:
    """The check names it."""
    manifest: dict[str, Any] = {"oauth_config": {"scopes": {"bot": ["usergroups:read"]}}}
    slack = Playground(manifest=manifest)
    await slack.start()
    client = AsyncWebClient(token=slack.bot_token, base_url=f"{slack.url}/api/", session=session)

    with pytest.raises(Refused, match="usergroups:write"):
        await SlackUsergroup(client).check()

    await slack.stop()


async def test_a_revoked_token_stops_the_check(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """With a sentence about the token."""
    client = AsyncWebClient(
        token="xoxb-of-yesterday", base_url=f"{playground.url}/api/", session=session
    )

    with pytest.raises(Refused, match="token"):
        await SlackUsergroup(client).check()


async def test_an_unreachable_slack_is_tried_again(session: aiohttp.ClientSession) -> None:
    """Nothing listens there."""
    client = AsyncWebClient(token="x", base_url="http://127.0.0.1:9/api/", session=session)

    with pytest.raises(Retry, match="cannot be reached"):
        await SlackUsergroup(client).check()
