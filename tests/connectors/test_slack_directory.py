"""The mirror's source: everybody and every group of a local Slack, at any size and any pace."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from connectors.slack_directory import SlackDirectory
from engine.application.connectors import Refused, Retry
from engine.domain.ids import PersonId
from engine.domain.people import Person, PersonKind
from playground.seed import Channel
from playground.seed import Person as SlackPerson
from playground.server import Playground

pytestmark = pytest.mark.asyncio


class Recording(AsyncWebClient):
    """A client that notes what was called, and gives answers of other servers and plans."""

    def __init__(self, **arguments: Any) -> None:
        """Begin without notes."""
        super().__init__(**arguments)
        self.called: list[str] = []
        self.answers: Mapping[str, Mapping[str, object]] = {}

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        """Call, and answer what the test says where it says something."""
        self.called.append(api_method)
        response = await super().api_call(api_method, **arguments)
        if api_method in self.answers:
            response.data = dict(self.answers[api_method])
            return cast("AsyncSlackResponse", response.validate())  # type: ignore[no-untyped-call]
        return response


@pytest.fixture
def client(playground: Playground, session: aiohttp.ClientSession) -> Recording:
    """The app's client."""
    return Recording(token=playground.bot_token, base_url=f"{playground.url}/api/", session=session)


def directory(playground: Playground, client: AsyncWebClient, **more: Any) -> SlackDirectory:
    """The source, for this workspace."""
    return SlackDirectory(client, our_team_id=playground.workspace.team.id, **more)


def manage(playground: Playground, *names: str) -> None:
    """Make Boris the manager of these people, as a custom profile field."""
    field_id = playground.workspace.field_id("Manager")
    for name in names:
        boris = playground.workspace.person("boris").id
        playground.workspace.person(name).fields[field_id] = boris


def crowd(playground: Playground, count: int) -> Sequence[str]:
    """Add that many people, managed by Boris."""
    names = [f"p{place}" for place in range(count)]
    for name in names:
        playground.workspace.add_person(SlackPerson(name=name, real_name=name))
    manage(playground, *names)
    return names


async def everybody(source: SlackDirectory) -> dict[str, Person]:
    """All people, by name."""
    return {told.person.name: told.person async for told in source.people()}


async def read(source: SlackDirectory) -> dict[str, Person]:
    """All people whose custom fields can be read now, by name, in the order of the list."""
    waiting = [told.person async for told in source.people() if not told.with_fields]
    return {person.name: person for person in await source.with_fields(waiting)}


async def test_kinds_of_people_arrive_as_they_are(
    playground: Playground, client: Recording
) -> None:
    """Members, guests, bots and closed accounts; strangers are never in the list."""
    people = await everybody(directory(playground, client))

    assert people["Mia Member"].kind is PersonKind.MEMBER
    assert people["Mia Member"].email == "mia@contoso.com"
    assert people["Mia Member"].title == "Engineer"
    assert people["Gus Guest"].kind is PersonKind.GUEST
    assert people["Robo"].kind is PersonKind.BOT
    assert not people["Dora Departed"].active
    assert "Sam Stranger" not in people


async def test_a_stranger_is_known_when_asked_for(
    playground: Playground, client: Recording
) -> None:
    """Somebody from outside pressed a button."""
    sam = PersonId(playground.workspace.person("sam").id)

    told = await directory(playground, client).person(sam)

    assert told is not None
    assert told.person.kind is PersonKind.STRANGER
    assert told.person.email is None
    assert told.person.team_id != playground.workspace.team.id


async def test_nobody_of_an_unknown_id(playground: Playground, client: Recording) -> None:
    """None, not an error."""
    assert await directory(playground, client).person(PersonId("U0NOBODY")) is None


async def test_five_hundred_and_more_people_take_more_pages(
    playground: Playground, client: Recording
) -> None:
    """501 in the list are two pages, and nobody is missing."""
    already = sum(one.kind.value != "stranger" for one in playground.workspace.users.values())
    for place in range(501 - already):
        playground.workspace.add_person(SlackPerson(name=f"p{place}", real_name=f"p{place}"))

    people = await everybody(directory(playground, client))

    assert len(people) == 501
    assert client.called.count("users.list") == 2


async def test_managers_come_from_a_profile_field(
    playground: Playground, client: Recording
) -> None:
    """The list leaves it out, so it is fetched, for open accounts of people only."""
    manage(playground, "mia", "gus", "dora")
    source = directory(playground, client)

    told = {one.person.name: one async for one in source.people()}
    waiting = [one.person for one in told.values() if not one.with_fields and one.person.active]
    people = {one.name: one for one in await source.with_fields(waiting)}

    boris = playground.workspace.person("boris").id
    assert people["Mia Member"].manager_id == boris
    assert people["Gus Guest"].manager_id == boris
    assert told["Robo"].with_fields, "an app has no manager"
    assert not told["Dora Departed"].with_fields, "what was known of her stays"
    assert client.called.count("users.profile.get") == 4


async def test_fields_in_the_list_are_not_fetched_again(
    playground: Playground, client: Recording
) -> None:
    """Should a server send them along."""
    field_id = playground.workspace.field_id("Manager")
    mia = {"id": "U1", "real_name": "Mia", "profile": {"fields": {field_id: {"value": "U2"}}}}
    client.answers = {"users.list": {"ok": True, "members": [mia]}}

    people = await everybody(directory(playground, client))

    assert people["Mia"].manager_id == "U2"
    assert "users.profile.get" not in client.called


async def test_a_workspace_without_such_fields_fetches_no_profile(
    playground: Playground, client: Recording
) -> None:
    """One call a person is saved."""
    await everybody(directory(playground, client))

    assert "users.profile.get" not in client.called


async def test_one_person_comes_with_their_manager(
    playground: Playground, client: Recording
) -> None:
    """For somebody the mirror has not seen yet."""
    manage(playground, "mia")
    mia = PersonId(playground.workspace.person("mia").id)

    told = await directory(playground, client).person(mia)

    assert told is not None
    assert told.with_fields
    assert told.person.manager_id == playground.workspace.person("boris").id


async def test_an_event_brings_the_fields_along(playground: Playground, client: Recording) -> None:
    """`user_change` carries the profile; nothing has to be fetched."""
    field_id = playground.workspace.field_id("Manager")
    source = directory(playground, client)
    nia = {
        "id": "U77",
        "name": "nia",
        "updated": 12,
        "profile": {"fields": {field_id: {"value": "U78"}}},
    }
    early = source.told_of(nia)
    await source.profile_fields()
    told = source.told_of(nia)

    assert (told.person.manager_id, told.with_fields, told.version) == ("U78", True, 12)
    assert (early.person.manager_id, early.with_fields) == (None, False), "they are read later"
    assert client.called == ["team.profile.get"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"ok": False, "error": "missing_scope", "needed": "users.profile:read"}, "users.profile"),
        ({"ok": False, "error": "unknown_method"}, "does not know this call"),
    ],
)
@pytest.mark.parametrize("method", ["team.profile.get", "users.profile.get"])
async def test_profile_fields_that_cannot_be_read_stop_nothing(
    playground: Playground, client: Recording, method: str, answer: Mapping[str, object], why: str
) -> None:
    """People arrive without managers, and the administrators can read why."""
    manage(playground, "mia")
    client.answers = {method: answer}
    source = directory(playground, client)

    people = await everybody(source)

    assert people["Mia Member"].manager_id is None
    assert len(people) == 7
    assert await read(source) == {}
    assert len(source.notices) == 1
    assert why in source.notices[0]
    assert "USHER_PEOPLE" in source.notices[0]


async def test_a_list_reads_no_profile(playground: Playground, client: Recording) -> None:
    """A start does not wait for ten thousand calls."""
    names = crowd(playground, 20)

    people = await everybody(directory(playground, client))

    assert set(names) <= set(people)
    assert "users.profile.get" not in client.called


async def test_throttled_profiles_are_as_many_as_can_be_read_now(
    playground: Playground, client: Recording
) -> None:
    """The others are read at another time, whoever reads them."""
    names = crowd(playground, 20)
    source = directory(playground, client)
    await everybody(source)
    playground.rates.burst = 0.1

    some = await read(source)
    playground.rates.burst = math.inf
    everyone = await read(directory(playground, client))

    boris = playground.workspace.person("boris").id
    assert 0 < len(some) < 20
    assert all(everyone[name].manager_id == boris for name in names)


async def test_a_throttled_list_waits_on_the_callers_clock_and_goes_on(
    playground: Playground, client: Recording
) -> None:
    """Nobody is read twice and nobody is missing."""
    for place in range(500):
        playground.workspace.add_person(SlackPerson(name=f"p{place}", real_name=f"p{place}"))
    waited: list[timedelta] = []

    async def wait(so_long: timedelta) -> None:
        waited.append(so_long)
        playground.clock.move(so_long)

    source = directory(playground, client, wait=wait)
    playground.rates.burst = 0.05

    seen = [told.person.id async for told in source.people()]

    assert waited
    assert len(seen) == len(set(seen)) == 507


async def test_a_throttled_list_without_a_way_to_wait_raises(
    playground: Playground, client: Recording
) -> None:
    """The caller repeats it when it likes."""
    source = directory(playground, client)
    playground.rates.burst = 0.05
    await everybody(source)

    with pytest.raises(Retry):
        await everybody(source)


async def test_groups_come_with_their_members(playground: Playground, client: Recording) -> None:
    """Disabled ones too, without members: they have nothing by it."""
    groups = {group.handle: group async for group in directory(playground, client).groups()}

    boris, olga = (playground.workspace.person(one).id for one in ("boris", "olga"))
    assert groups["readers"].members == {boris, olga}
    assert groups["readers"].active
    assert not groups["retired"].active
    assert groups["retired"].members == frozenset()


async def test_groups_listed_without_members_are_asked_for_apart(
    playground: Playground, client: Recording
) -> None:
    """A server may leave them out of the list."""
    readers = playground.workspace.usergroup("readers")
    client.answers = {
        "usergroups.list": {
            "ok": True,
            "usergroups": [{"id": readers.id, "handle": "readers", "name": "Readers"}],
        }
    }

    groups = [group async for group in directory(playground, client).groups()]

    assert [group.members for group in groups] == [set(readers.users)]


async def test_a_plan_without_user_groups_has_none(
    playground: Playground, client: Recording
) -> None:
    """A free workspace can start; the administrators can read why groups are missing."""
    client.answers = {"usergroups.list": {"ok": False, "error": "plan_upgrade_required"}}
    source = directory(playground, client)

    assert [group async for group in source.groups()] == []
    assert "paid Slack plan" in source.notices[0]


async def test_a_missing_scope_for_groups_is_refused(
    playground: Playground, client: Recording
) -> None:
    """That is a mistake, not a plan."""
    client.answers = {
        "usergroups.list": {"ok": False, "error": "missing_scope", "needed": "usergroups:read"}
    }

    with pytest.raises(Refused, match="usergroups:read"):
        [group async for group in directory(playground, client).groups()]


async def test_channels_the_app_can_see_arrive(playground: Playground, client: Recording) -> None:
    """Public ones, and private ones it is in; archived ones are marked."""
    channels = {one.name: one async for one in directory(playground, client).channels()}

    assert not channels["general"].is_private
    assert channels["incidents"].is_private
    assert channels["old"].is_archived
    assert "secret" not in channels


async def test_a_thousand_channels_take_more_pages(
    playground: Playground, client: Recording
) -> None:
    """Slack gives at most 999 at once."""
    for place in range(1000):
        playground.workspace.add_channel(Channel(name=f"c{place}"))

    names = {one.name async for one in directory(playground, client).channels()}

    assert len(names) == 1003
    assert client.called.count("conversations.list") == 2
