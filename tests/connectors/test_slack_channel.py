"""Private channels as resources, on a local Slack."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from connectors.conformance import conformance
from connectors.slack_channel import SlackChannel
from engine.application.connectors import Gone, Hold, HoldState, Refused, Retry, Target
from engine.domain.ids import PersonId
from engine.domain.people import Person, PersonKind
from playground.seed import Channel
from playground.seed import Person as SlackPerson
from playground.server import Playground

pytestmark = pytest.mark.asyncio

MISSING = Target(id="C0NOTHING", role="member", label="#nothing")


def channel(playground: Playground, name: str) -> Target:
    """The channel as a target."""
    return Target(id=playground.workspace.channel(name).id, role="member", label=f"#{name}")


def account(playground: Playground, name: str) -> str:
    """Somebody's Slack id."""
    return playground.workspace.person(name).id


def person(playground: Playground, name: str, kind: PersonKind) -> Person:
    """Somebody as the mirror knows them."""
    return Person(id=PersonId(account(playground, name)), name=name, kind=kind)


def is_in(playground: Playground, name: str, channel_name: str) -> bool:
    """Whether somebody really is in a channel."""
    return account(playground, name) in playground.workspace.channel(channel_name).members


async def listed(connector: SlackChannel, target: Target) -> list[str]:
    """Whom the connector lists."""
    return [hold.account async for hold in connector.holds(target)]


async def test_the_connector_keeps_the_contract(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The suite that is shipped for everybody's connectors."""
    await conformance(
        SlackChannel(client),
        target=channel(playground, "incidents"),
        other_target_missing=MISSING,
        person=person(playground, "mia", PersonKind.MEMBER),
        stranger=person(playground, "sam", PersonKind.STRANGER),
    )

    assert not is_in(playground, "mia", "incidents")


async def test_a_guest_may_be_let_in(playground: Playground, client: AsyncWebClient) -> None:
    """Channels take guests; user groups do not."""
    connector = SlackChannel(client)
    gus = await connector.find(person(playground, "gus", PersonKind.GUEST))
    assert gus is not None

    granted = await connector.grant(channel(playground, "incidents"), gus)

    assert granted.changed
    assert is_in(playground, "gus", "incidents")


async def test_the_app_is_not_listed_among_those_who_hold_the_channel(
    playground: Playground, client: AsyncWebClient
) -> None:
    """It is in every channel it looks after."""
    holding = await listed(SlackChannel(client), channel(playground, "incidents"))

    assert holding == [account(playground, "boris")]


async def test_a_channel_of_many_pages_is_listed_whole(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Two hundred and one people are two pages."""
    names = tuple(f"p{place}" for place in range(201))
    for name in names:
        playground.workspace.add_person(SlackPerson(name=name, real_name=name))
    playground.workspace.add_channel(Channel(name="crowd", members=names, is_private=True))

    holding = await listed(SlackChannel(client), channel(playground, "crowd"))

    assert holding == [account(playground, name) for name in names]


async def test_a_listing_that_breaks_off_names_nobody(
    playground: Playground, client: AsyncWebClient
) -> None:
    """All or nothing: throttled at the second page, not even the first is given."""
    names = tuple(f"p{place}" for place in range(201))
    for name in names:
        playground.workspace.add_person(SlackPerson(name=name, real_name=name))
    playground.workspace.add_channel(Channel(name="crowd", members=names, is_private=True))
    connector, seen = SlackChannel(client), list[str]()
    playground.rates.burst = 1.0
    for _ in range(99):
        await listed(connector, channel(playground, "incidents"))

    async def read_all() -> None:
        async for hold in connector.holds(channel(playground, "crowd")):
            seen.append(hold.account)

    with pytest.raises(Retry):
        await read_all()

    assert seen == []


async def test_a_channel_the_app_is_not_in_is_gone_when_asked_for(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Slack does not admit that it exists; the sentence says what to try."""
    with pytest.raises(Gone, match="invite the app"):
        await SlackChannel(client).grant(channel(playground, "secret"), account(playground, "mia"))


async def test_a_removal_from_a_channel_the_app_is_not_in_is_not_taken_for_done(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Whoever takes the app out of a channel must not keep everybody in it for good."""
    with pytest.raises(Refused, match="Invite the app"):
        await SlackChannel(client).revoke(
            channel(playground, "secret"), account(playground, "boris")
        )


async def test_a_removal_from_a_public_channel_the_app_is_not_in_is_not_taken_for_done(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Slack's answer, `not_in_channel`, might also be about the person."""
    playground.workspace.add_channel(Channel(name="lobby", members=("boris",), has_app=False))

    with pytest.raises(Refused, match="Invite the app"):
        await SlackChannel(client).revoke(
            channel(playground, "lobby"), account(playground, "boris")
        )


async def test_removing_an_account_that_does_not_exist_is_done(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A missing account has nothing to lose."""
    gone = await SlackChannel(client).revoke(channel(playground, "incidents"), "U0NOBODY")

    assert gone == Hold(account="U0NOBODY", state=HoldState.ABSENT)


async def test_letting_in_an_account_that_does_not_exist_is_gone(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The account, not the channel."""
    with pytest.raises(Gone) as caught:
        await SlackChannel(client).grant(channel(playground, "incidents"), "U0NOBODY")

    assert caught.value.what == "account"


async def test_a_closed_account_cannot_be_let_in(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Slack says only that it cannot."""
    with pytest.raises(Refused):
        await SlackChannel(client).grant(
            channel(playground, "incidents"), account(playground, "dora")
        )


@pytest.mark.parametrize(
    ("name", "words"),
    [("general", "is public"), ("old", "is archived")],
)
async def test_a_channel_that_is_no_access_is_refused_by_the_check(
    playground: Playground, client: AsyncWebClient, name: str, words: str
) -> None:
    """Anybody may join a public channel; nobody an archived one."""
    with pytest.raises(Refused, match=words):
        await SlackChannel(client).check(channel(playground, name))


async def test_a_channel_hidden_from_the_app_is_gone_for_the_check(
    playground: Playground, client: AsyncWebClient
) -> None:
    """With the advice to invite the app."""
    with pytest.raises(Gone, match="invite the app"):
        await SlackChannel(client).check(channel(playground, "secret"))


async def test_an_archived_channel_refuses_changes(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A removal too: the person would be back when it is unarchived."""
    connector, target = SlackChannel(client), channel(playground, "old")

    with pytest.raises(Refused, match="is archived"):
        await connector.grant(target, account(playground, "mia"))
    with pytest.raises(Refused, match="is archived"):
        await connector.revoke(target, account(playground, "boris"))


async def test_checks_pass_where_work_is_possible(
    playground: Playground, client: AsyncWebClient
) -> None:
    """At all, and on a private channel with the app in it."""
    connector = SlackChannel(client)

    await connector.check()
    await connector.check(channel(playground, "incidents"))


async def test_a_role_a_channel_does_not_have_is_refused(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A mistake in the configuration."""
    target = Target(id=channel(playground, "incidents").id, role="owner", label="#incidents")

    with pytest.raises(Refused, match="only the role member"):
        await SlackChannel(client).check(target)


async def test_a_missing_scope_is_found_before_anybody_asks_for_access(
    session: aiohttp.ClientSession,
) -> None:
    """The check names it."""
    slack = Playground(manifest={"oauth_config": {"scopes": {"bot": ["groups:read"]}}})
    await slack.start()
    client = AsyncWebClient(token=slack.bot_token, base_url=f"{slack.url}/api/", session=session)

    with pytest.raises(Refused, match="groups:write"):
        await SlackChannel(client).check()

    await slack.stop()
