"""A local Slack with a few people, and a client of it."""

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import Clock
from playground.seed import Channel, Person, PersonKind, Team, Usergroup
from playground.server import Playground

SCOPES = (
    "users:read",
    "users:read.email",
    "users.profile:read",
    "usergroups:read",
    "usergroups:write",
    "channels:read",
    "groups:read",
    "groups:write",
)
PEOPLE = (
    Person(name="mia", real_name="Mia Member", email="mia@contoso.com", title="Engineer"),
    Person(name="boris", real_name="Boris Boss", email="boris@contoso.com"),
    Person(name="olga", real_name="Olga Owner", email="olga@contoso.com"),
    Person(name="gus", real_name="Gus Guest", email="gus@partner.com", kind=PersonKind.GUEST),
    Person(name="dora", real_name="Dora Departed", kind=PersonKind.DELETED),
    Person(name="sam", real_name="Sam Stranger", kind=PersonKind.STRANGER),
    Person(name="robo", real_name="Robo", kind=PersonKind.BOT),
)
CHANNELS = (
    Channel(name="general", members=("mia", "boris"), is_general=True),
    Channel(name="incidents", members=("boris",), is_private=True),
    Channel(name="secret", members=("boris",), is_private=True, has_app=False),
    Channel(name="old", members=("boris",), is_private=True, is_archived=True),
)
USERGROUPS = (
    Usergroup(handle="readers", name="Readers", members=("boris", "olga")),
    Usergroup(handle="lone", name="Lone", members=("boris",)),
    Usergroup(handle="retired", name="Retired", members=("boris", "olga"), enabled=False),
)


@pytest_asyncio.fixture
async def playground() -> AsyncIterator[Playground]:
    """A workspace whose clock stands still and which does not throttle."""
    slack = Playground(
        manifest={
            "display_information": {"name": "Usher"},
            "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        },
        people=PEOPLE,
        channels=CHANNELS,
        usergroups=USERGROUPS,
        team=Team(profile_fields=()),
        clock=Clock(datetime(2027, 1, 4, 9, tzinfo=UTC), running=False),
        burst=math.inf,
    )
    await slack.start()
    yield slack
    await slack.stop()


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """One HTTP session for all clients of a test."""
    async with aiohttp.ClientSession() as one:
        yield one


@pytest_asyncio.fixture
async def client(playground: Playground, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The app's client."""
    return AsyncWebClient(
        token=playground.bot_token, base_url=f"{playground.url}/api/", session=session
    )
