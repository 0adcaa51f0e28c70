"""A workspace with Usher's own manifest, and an environment that points at it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot import slack_checks
from bot.settings import AMBIENT, PROXIES, VARIABLES, OperatorSettings, load_for_operator
from playground.clock import Clock
from playground.seed import Channel, Person, Team, Usergroup
from playground.server import Playground

START = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)

PEOPLE = (
    Person(name="ada", real_name="Ada Byte", email="ada@contoso.com", is_admin=True),
    Person(name="olga", real_name="Olga Oak", email="olga@contoso.com"),
    Person(name="rita", real_name="Rita Ruiz", email="rita@contoso.com"),
)
CHANNELS = (
    Channel(name="general", members=("ada", "olga", "rita"), is_general=True),
    Channel(name="access-admin", members=("ada",), is_private=True),
)
USERGROUPS = (
    Usergroup(handle="prod-readers", name="Production readers", members=("olga",)),
    Usergroup(handle="it-leads", name="IT leads", members=("ada",)),
)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of the machine's reaches a test, and each has a working directory of its own."""
    for name in {*VARIABLES, *AMBIENT, *PROXIES}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def a_playground(*, team: Team | None = None, **manifest: object) -> Playground:
    """A local Slack where Usher is installed; parts of its manifest can be replaced."""
    return Playground(
        team=team or Team(),
        manifest={**slack_checks.read_manifest(), **manifest},
        people=PEOPLE,
        channels=CHANNELS,
        usergroups=USERGROUPS,
        clock=Clock(START, running=False),
    )


@pytest_asyncio.fixture
async def playground() -> AsyncIterator[Playground]:
    """It is started, and its clock stands."""
    made = a_playground()
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The session a client works with."""
    async with aiohttp.ClientSession(trust_env=False) as made:
        yield made


def environment(playground: Playground, **more: str) -> dict[str, str]:
    """Settings for an app of this workspace, over HTTP."""
    return {
        "SLACK_BOT_TOKEN": playground.bot_token,
        "SLACK_SIGNING_SECRET": playground.signing_secret,
        "SLACK_API_URL": f"{playground.url}/api/",
        "PORT": "0",
        **more,
    }


def settings_for(playground: Playground, **more: str) -> OperatorSettings:
    """The same, read."""
    return load_for_operator(environment(playground, **more), dotenv=None, terminal=False)
