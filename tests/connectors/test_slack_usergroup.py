"""User groups as resources, on a local Slack: the list is replaced, so care is needed."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from connectors.conformance import conformance
from connectors.slack_usergroup import MOST_LOOKED_UP, SlackUsergroup
from engine.application.connectors import Gone, Hold, HoldState, Refused, Retry, Target
from engine.domain.ids import PersonId
from engine.domain.people import Person, PersonKind
from playground.seed import Person as SlackPerson
from playground.seed import PersonKind as SlackKind
from playground.seed import Usergroup
from playground.server import Playground

pytestmark = pytest.mark.asyncio

MISSING = Target(id="S0NOTHING", role="member", label="@nothing")


def group(playground: Playground, handle: str) -> Target:
    """The user group as a target."""
    found = playground.workspace.usergroup(handle)
    return Target(id=found.id, role="member", label=f"@{found.handle}")


def account(playground: Playground, name: str) -> str:
    """Somebody's Slack id."""
    return playground.workspace.person(name).id


def members(playground: Playground, handle: str) -> set[str]:
    """Who is really in a group, by handle; nobody while it is disabled."""
    found = playground.workspace.usergroup(handle)
    names = {playground.workspace.users[one].name for one in found.users}
    return set() if found.deleted_at else names


def person(playground: Playground, name: str, kind: PersonKind, *, active: bool = True) -> Person:
    """Somebody as the mirror knows them."""
    return Person(id=PersonId(account(playground, name)), name=name, kind=kind, active=active)


async def listed(connector: SlackUsergroup, target: Target) -> list[str]:
    """Whom the connector lists."""
    return [hold.account async for hold in connector.holds(target)]


class Unlucky(AsyncWebClient):
    """A client on a bad network: Slack did it, and the answer never came."""

    lose: Mapping[str, BaseException]

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        """Call, and lose the answer if it is this method's turn."""
        response = await super().api_call(api_method, **arguments)
        if api_method in self.lose:
            error = self.lose[api_method]
            self.lose = {}
            raise error
        return response


class Together(AsyncWebClient):
    """A client whose readers all wait for one another before anybody writes."""

    barrier: asyncio.Barrier

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        """Read, then wait for the others."""
        response = await super().api_call(api_method, **arguments)
        if api_method == "usergroups.list":
            await self.barrier.wait()
        return response


async def test_the_connector_keeps_the_contract(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The suite that is shipped for everybody's connectors."""
    await conformance(
        SlackUsergroup(client),
        target=group(playground, "readers"),
        other_target_missing=MISSING,
        person=person(playground, "mia", PersonKind.MEMBER),
        stranger=person(playground, "sam", PersonKind.STRANGER),
    )

    assert members(playground, "readers") == {"boris", "olga"}


async def test_the_contract_holds_for_a_group_that_begins_disabled(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Enabled by the grant and disabled again by the removal of its only member."""
    await conformance(
        SlackUsergroup(client),
        target=group(playground, "retired"),
        other_target_missing=MISSING,
        person=person(playground, "mia", PersonKind.MEMBER),
        stranger=person(playground, "robo", PersonKind.BOT),
    )

    assert playground.workspace.usergroup("retired").deleted_at


@pytest.mark.parametrize(
    ("kind", "active", "found"),
    [
        (PersonKind.MEMBER, True, True),
        (PersonKind.GUEST, True, True),
        (PersonKind.MEMBER, False, True),
        (PersonKind.STRANGER, True, False),
        (PersonKind.BOT, True, False),
    ],
)
async def test_people_of_the_workspace_are_found(
    kind: PersonKind, active: bool, found: bool
) -> None:
    """No call is needed: the account is the person's Slack id."""
    somebody = Person(id=PersonId("U1"), name="Mia", kind=kind, active=active)

    assert await SlackUsergroup(AsyncWebClient()).find(somebody) == ("U1" if found else None)


async def test_twenty_grants_one_after_another_keep_twenty(
    playground: Playground, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """What `serial` asks of the engine: one change on a target at a time. Without, one is kept."""
    names = [f"p{place}" for place in range(20)]
    for name in names:
        playground.workspace.add_person(SlackPerson(name=name, real_name=name))
    target = group(playground, "lone")
    together = Together(
        token=playground.bot_token, base_url=f"{playground.url}/api/", session=session
    )
    together.barrier = asyncio.Barrier(20)
    unserialized = SlackUsergroup(together)
    await asyncio.gather(*(unserialized.grant(target, account(playground, n)) for n in names))
    kept_without = members(playground, "lone") - {"boris"}
    connector, lane = SlackUsergroup(client), asyncio.Lock()

    async def in_lane(name: str) -> None:
        async with lane:
            await connector.grant(target, account(playground, name))

    await asyncio.gather(*(in_lane(name) for name in names))

    assert connector.serial
    assert len(kept_without) == 1
    assert members(playground, "lone") == {"boris", *names}


async def test_a_grant_whose_answer_was_lost_is_already_so_the_next_time(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """The engine wrote down that it tried, so "already" is not taken for "was there before"."""
    unlucky = Unlucky(
        token=playground.bot_token, base_url=f"{playground.url}/api/", session=session
    )
    unlucky.lose = {"usergroups.users.update": TimeoutError()}
    connector, target = SlackUsergroup(unlucky), group(playground, "readers")
    mia = account(playground, "mia")

    with pytest.raises(Retry):
        await connector.grant(target, mia)

    assert await connector.grant(target, mia) == Hold(account=mia, changed=False)
    assert members(playground, "readers") == {"boris", "olga", "mia"}


async def test_a_removal_of_the_last_whose_answer_was_lost_is_already_so_the_next_time(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """Disabled is what nobody holding it looks like."""
    unlucky = Unlucky(
        token=playground.bot_token, base_url=f"{playground.url}/api/", session=session
    )
    unlucky.lose = {"usergroups.disable": aiohttp.ClientPayloadError()}
    connector, target = SlackUsergroup(unlucky), group(playground, "lone")
    boris = account(playground, "boris")

    with pytest.raises(Retry):
        await connector.revoke(target, boris)

    assert await connector.revoke(target, boris) == Hold(account=boris, state=HoldState.ABSENT)


async def test_a_first_grant_cut_off_before_the_group_is_enabled_is_finished_by_the_next(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """The list is written first, so nobody old comes back in between."""
    unlucky = Unlucky(
        token=playground.bot_token, base_url=f"{playground.url}/api/", session=session
    )
    unlucky.lose = {"usergroups.users.update": TimeoutError()}
    connector, target = SlackUsergroup(unlucky), group(playground, "retired")
    mia = account(playground, "mia")

    with pytest.raises(Retry):
        await connector.grant(target, mia)
    between = members(playground, "retired")
    again = await connector.grant(target, mia)

    assert between == set()
    assert again.changed
    assert members(playground, "retired") == {"mia"}


async def test_the_last_member_leaving_disables_the_group(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Slack takes no empty list, so nobody is left by nobody having it."""
    connector, target = SlackUsergroup(client), group(playground, "lone")

    gone = await connector.revoke(target, account(playground, "boris"))

    assert gone.changed
    assert playground.workspace.usergroup("lone").deleted_at
    assert await listed(connector, target) == []


async def test_the_next_grant_enables_the_group_for_the_new_member_only(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Slack remembers the former members of a disabled group; we do not trust that list."""
    connector, target = SlackUsergroup(client), group(playground, "retired")

    granted = await connector.grant(target, account(playground, "mia"))

    assert granted.changed
    assert members(playground, "retired") == {"mia"}
    assert await listed(connector, target) == [account(playground, "mia")]


async def test_a_former_member_of_a_disabled_group_gets_it_anew(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Being on the remembered list is not holding it."""
    connector, target = SlackUsergroup(client), group(playground, "retired")

    granted = await connector.grant(target, account(playground, "boris"))

    assert granted.changed
    assert members(playground, "retired") == {"boris"}


async def test_a_former_member_of_a_disabled_group_has_nothing_to_lose(
    playground: Playground, client: AsyncWebClient
) -> None:
    """And the group stays disabled."""
    connector, target = SlackUsergroup(client), group(playground, "retired")

    gone = await connector.revoke(target, account(playground, "boris"))

    assert gone == Hold(account=account(playground, "boris"), state=HoldState.ABSENT)
    assert playground.workspace.usergroup("retired").deleted_at


async def test_a_group_that_does_not_exist_is_gone_and_never_empty(
    client: AsyncWebClient,
) -> None:
    """An empty list would read as "everybody lost access"."""
    with pytest.raises(Gone) as caught:
        await listed(SlackUsergroup(client), MISSING)

    assert caught.value.what == "target"


@pytest.mark.parametrize("name", ["dora", "robo", "sam"])
async def test_an_account_slack_refuses_is_told_apart(
    playground: Playground, client: AsyncWebClient, name: str
) -> None:
    """`invalid_users` names nobody, so the account is looked up."""
    with pytest.raises((Gone, Refused)) as caught:
        await SlackUsergroup(client).grant(group(playground, "readers"), account(playground, name))

    expected: dict[str, tuple[type[Exception], str]] = {
        "dora": (Gone, "deactivated"),
        "robo": (Refused, "guests or apps"),
        "sam": (Refused, "list of people for @readers"),
    }
    kind, words = expected[name]
    assert isinstance(caught.value, kind)
    assert words in caught.value.message


async def test_an_account_that_never_was_is_gone(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The account, not the group."""
    with pytest.raises(Gone) as caught:
        await SlackUsergroup(client).grant(group(playground, "readers"), "U0NOBODY")

    assert caught.value.what == "account"


async def test_somebody_else_who_left_does_not_keep_a_removal_from_happening(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A closed account still on the list makes Slack refuse the list; it is left out."""
    playground.workspace.person("boris").kind = SlackKind.DELETED
    target = group(playground, "readers")
    playground.workspace.usergroup("readers").users.append(account(playground, "mia"))

    gone = await SlackUsergroup(client).revoke(target, account(playground, "olga"))

    assert gone.changed
    assert members(playground, "readers") == {"mia"}


async def test_only_people_who_left_remaining_disables_the_group(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Nobody who could use it is left."""
    playground.workspace.person("boris").kind = SlackKind.DELETED

    await SlackUsergroup(client).revoke(group(playground, "readers"), account(playground, "olga"))

    assert playground.workspace.usergroup("readers").deleted_at


@pytest.mark.parametrize(("others", "done"), [(MOST_LOOKED_UP, True), (MOST_LOOKED_UP + 1, False)])
async def test_a_refused_list_is_looked_through_up_to_a_limit(
    playground: Playground, client: AsyncWebClient, others: int, done: bool
) -> None:
    """At the limit of what Slack lets us look up, and one past it."""
    names = [f"p{place}" for place in range(others)]
    for name in names:
        kind = SlackKind.DELETED if name == "p7" else SlackKind.MEMBER
        playground.workspace.add_person(SlackPerson(name=name, real_name=name, kind=kind))
    playground.workspace.add_usergroup(
        Usergroup(handle="large", name="Large", members=("mia", *names))
    )
    connector, target = SlackUsergroup(client), group(playground, "large")

    if done:
        await connector.revoke(target, account(playground, "mia"))
    else:
        with pytest.raises(Refused, match="closed accounts"):
            await connector.revoke(target, account(playground, "mia"))

    assert ("mia" in members(playground, "large")) is not done


async def test_a_throttled_call_carries_the_wait(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Nobody sleeps here; the engine knows what else is waiting."""
    playground.rates.burst = 1.0
    connector, target = SlackUsergroup(client), group(playground, "readers")
    for _ in range(20):
        await listed(connector, target)

    with pytest.raises(Retry) as caught:
        await listed(connector, target)

    assert caught.value.after is not None
    assert 1 <= caught.value.after.total_seconds() <= 60
