"""Following the directory: who left unannounced, what could not be read, what is read later."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from connectors.slack_directory import SlackDirectory
from engine.application.directory import Told
from engine.application.mirror import Mirror
from engine.domain.ids import PersonId
from playground.seed import Person, PersonKind
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"
MANAGER = files.stage("Manager", files.MANAGER)
ROOM = files.package("Room", files.policy("Everybody"), gives=("incident-room",))
READS = files.package(READ, files.policy("All", MANAGER))


def _closes(contoso: Company, who: str) -> None:
    """The account is closed, and no event says so."""
    user = contoso.playground.workspace.person(who)
    user.kind, user.updated = PersonKind.DELETED, user.updated + 60


async def _night(contoso: Company) -> None:
    """The directory is read anew, by whichever job is due."""
    await contoso.playground.days_pass(1)
    await contoso.house.jobs.run_due()
    await contoso.playground.settle_after_act()


@pytest.mark.parametrize("trouble", ["usergroups.list", "conversations.list", "users.profile.get"])
async def test_whoever_left_loses_everything_though_the_rest_cannot_be_read(
    company: Open, trouble: str
) -> None:
    """Nothing that fails after the people were read makes them keep what they had."""
    async with company(files.file(ROOM, READS)) as contoso:
        await contoso.asks("rita", "Room")
        await contoso.asks("ed", READ)
        _closes(contoso, "rita")
        _closes(contoso, "mia")
        contoso.breaks("error_5xx", trouble, times=100)

        await _night(contoso)

        assert "rita" not in contoso.channel("incident-room")
        contoso.lena.sees("Ed Eriksen asks for Production read access")
        contoso.playground.faults.clear()


async def test_an_account_that_was_closed_as_somebody_asked_is_found_soon(
    contoso: Company,
) -> None:
    """Two transactions pass one another: the account is closed, and access is given."""
    await contoso.asks("rita", "Meeting room display")
    await contoso.ivan.presses("Done")
    rita = PersonId(contoso.rita.id)
    await contoso.house.store.write(lambda tx: tx.close_people([rita]))
    await contoso.playground.settle()
    assert (await contoso.house.queries.held_by(rita)).total == 1, "nobody has looked yet"

    await contoso.house.jobs.look("leavers")
    await contoso.playground.settle_after_act()

    assert (await contoso.house.queries.held_by(rita)).total == 0
    contoso.ivan.sees("please take access away")
    await contoso.ivan.presses("Done")


async def test_news_that_slack_repeats_late_opens_no_account_that_is_closed_by_now(
    contoso: Company,
) -> None:
    """What nobody took comes again a minute later, and is older than what is known by then."""
    contoso.breaks("error_5xx", "event", times=4)
    await contoso.playground.changes_profile("rita", title="Lead")
    await contoso.playground.time_passes(timedelta(seconds=30))
    await contoso.playground.user_leaves("rita")
    await contoso.playground.time_passes(timedelta(minutes=2))

    known = await contoso.house.queries.person(PersonId(contoso.rita.id))
    assert known is not None
    assert (known.active, known.title) == (False, "Lead")


class Interrupted(SlackDirectory):
    """A reading during which something happens: after the list has come, before it is written."""

    meanwhile: Callable[[], Awaitable[object]]

    async def people(self) -> AsyncIterator[Told]:
        """As the directory said before."""
        async for told in super().people():
            yield told
        await self.meanwhile()


async def _read_while(contoso: Company, meanwhile: Callable[[], Awaitable[object]]) -> None:
    team_id = contoso.playground.workspace.team.id
    source = Interrupted(contoso.house.client, our_team_id=team_id)
    source.meanwhile = meanwhile
    await Mirror(contoso.house.store, source).refresh_people()
    await contoso.playground.settle_after_act()


async def test_whoever_joins_while_the_directory_is_read_is_not_taken_for_gone(
    contoso: Company,
) -> None:
    """The list, begun before, does not name them."""
    nina = Person(name="nina", real_name="Nina Novak", email="nina@contoso.com")
    await _read_while(contoso, lambda: contoso.joins(nina))

    known = await contoso.house.queries.person_by_email("nina@contoso.com")
    assert known is not None
    assert known.active


async def test_whoever_leaves_while_the_directory_is_read_has_left(contoso: Company) -> None:
    """The list, begun before, names them as somebody whose account is open."""
    contoso.playground.clock.move(timedelta(seconds=30))
    await _read_while(contoso, lambda: contoso.playground.user_leaves("rita"))

    known = await contoso.house.queries.person(PersonId(contoso.rita.id))
    assert known is not None
    assert not known.active


async def test_groups_that_could_not_be_read_are_read_in_a_minute(company: Open) -> None:
    """Max joins those who decide while Slack has trouble; that it is to be read is not forgotten."""
    leads = files.stage("Leads", files.group("@it-leads"))
    async with company(files.file(files.package(READ, files.policy("All", leads)))) as contoso:
        await contoso.asks("rita", READ)
        contoso.breaks("error_5xx", "usergroups.list", times=100)
        await contoso.playground.joins_group("max", "@it-leads")
        contoso.playground.faults.clear()
        assert contoso.max.messages == []

        await contoso.playground.time_passes(timedelta(minutes=1))
        await contoso.house.jobs.run_due()
        await contoso.playground.settle_after_act()
        await contoso.max.presses("Approve")
        assert "rita" in contoso.group("prod-readers")


async def test_a_channel_is_found_by_its_new_name(contoso: Company) -> None:
    """The file may name it so from now on; that it is private stays known."""
    room = contoso.playground.workspace.channel("incident-room")
    room.name = "war-room"
    event = {"type": "group_rename", "channel": {"id": room.id, "name": "war-room", "created": 1}}
    contoso.playground.delivery.event("group_rename", event)
    await contoso.playground.settle()

    names = await contoso.house.store.read(lambda reader: reader.directory())
    found = names.channel_by_name("war-room")
    assert found is not None
    assert (found.id, found.is_private) == (room.id, True)
    room.name = "incident-room"


CROWD = 25


def _crowd() -> tuple[Person, ...]:
    return tuple(
        Person(name=f"p{number}", real_name=f"P {number}", email=f"p{number}@contoso.com")
        for number in range(CROWD)
    )


async def test_a_list_that_came_in_part_closes_no_account_and_goes_on_once_it_is_whole(
    company: Open,
) -> None:
    """More than a fifth of the people are not named: nobody loses anything, Ada is told."""
    async with company(files.file(ROOM), people=_crowd()) as contoso:
        await contoso.asks("p1", "Room")
        users = contoso.playground.workspace.users
        missing = {key: user for key, user in users.items() if user.name.startswith("p")}
        for key in missing:
            del users[key]
        await _night(contoso)
        contoso.ada.sees(f"names {CROWD} of {CROWD + 10} people no more")
        users |= missing
        assert "p1" in contoso.channel("incident-room")

        await contoso.playground.time_passes(timedelta(minutes=1))
        assert await contoso.house.jobs.look("directory")
        contoso.ada.does_not_see("p1")


async def test_when_so_many_have_really_left_an_administrator_says_so(company: Open) -> None:
    """Ada presses the button, the directory is read once more, and then they have nothing."""
    async with company(files.file(ROOM, READS), people=_crowd()) as contoso:
        await contoso.asks("p1", "Room")
        await contoso.joins(Person(name="nina", real_name="Nina Novak"))
        for number in range(CROWD):
            _closes(contoso, f"p{number}")
        _closes(contoso, "rita")
        nina = contoso.playground.workspace.person("nina")
        nina.real_name, nina.updated = "Nina Nagy", nina.updated + 60
        await _night(contoso)
        contoso.ada.sees("nobody has lost any access")
        assert "p1" in contoso.channel("incident-room")
        known = await contoso.house.queries.person(PersonId(nina.id))
        assert known is not None
        assert known.name == "Nina Nagy", "what else the directory says is followed"

        await contoso.ada.presses("Let them end")
        assert await contoso.house.jobs.look("directory")
        await contoso.playground.settle_after_act()
        assert "p1" not in contoso.channel("incident-room")


async def test_a_fifth_may_leave_in_one_night_unasked(company: Open) -> None:
    """At the limit: twenty people."""
    async with company(files.file(ROOM), people=_crowd()) as contoso:
        await contoso.asks("p1", "Room")
        for number in range(20):
            _closes(contoso, f"p{number}")
        await _night(contoso)
        assert "p1" not in contoso.channel("incident-room")
        contoso.ada.does_not_see("nobody has lost any access")
