"""Administrators: in their channel, by command, and nobody else."""

from datetime import datetime

import pytest

from engine.application.commands import Actor, AssignDirectly, CancelRequest, ReprocessRequest
from engine.application.ports import Ids
from engine.domain.ids import ChannelId, PersonId
from engine.domain.refusals import (
    NotAdministrator,
    NotInAdminChannel,
    NotReprocessable,
    NotYours,
)
from playground.driver import Form, Reaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"
COMMANDS = (
    "help",
    "",
    "packages",
    "requests",
    f"assign @rita {READ}",
    f"remove @rita {READ}",
    "reprocess ABCDEF",
    "reassign ABCDEF @max",
    "audit ABCDEF",
    "nonsense",
)


async def test_an_administrator_gives_a_package_and_takes_it_away(contoso: Company) -> None:
    """Ada assigns: Rita has it at once, and is told by whom; Ada removes: it is gone."""
    done = await contoso.administers(f"assign @rita {READ}")
    assert "@Rita Romero gets Production read access" in done.ephemeral
    assert "rita" in contoso.group("prod-readers")
    contoso.rita.sees("Assigned by @Ada Acheampong")
    assert contoso.mia.messages == [], "an administrator's word is the approval"

    gone = await contoso.administers(f"remove rita@contoso.com {READ.upper()}")
    assert "no longer has Production read access" in gone.ephemeral
    listed = (await contoso.administers("requests")).ephemeral
    assert "Taken away" in listed, "a removal that is done is not told as a delivery"
    assert "rita" not in contoso.group("prod-readers")
    contoso.rita.sees("removed")

    again = await contoso.administers(f"remove @rita {READ}")
    assert "does not have this package" in again.ephemeral


@pytest.mark.parametrize("words", COMMANDS)
async def test_outside_the_channel_every_command_is_refused_with_where_to_go(
    contoso: Company, words: str
) -> None:
    """An administrator in the wrong place is told the right one, and nothing is done."""
    told = await contoso.says("ada", f"/access-admin {words}")
    assert told == "Administration happens in #access-admin only. Type the command again there."
    assert (await contoso.house.queries.requests()).total == 0


@pytest.mark.parametrize("words", COMMANDS)
async def test_others_are_refused_even_in_the_channel(contoso: Company, words: str) -> None:
    """Lena is in the channel and no administrator: one sentence, nothing done, nothing shown."""
    told = await contoso.administers(words, who="lena")
    assert told.ephemeral == "Only administrators can do that. Ask one of them if you need it."
    assert (await contoso.house.queries.requests()).total == 0


async def test_a_command_forged_outside_the_channel_is_refused_and_written_down(
    contoso: Company,
) -> None:
    """The rules ask again what the command line asked."""
    elsewhere = ChannelId(contoso.playground.workspace.channel("general").id)
    command = AssignDirectly(
        target_id=PersonId(contoso.rita.id), package_id=await contoso.package(READ)
    )
    actor = Actor(person_id=PersonId(contoso.ada.id), channel_id=elsewhere)
    with pytest.raises(NotInAdminChannel):
        await contoso.house.service.handle(command, actor)
    assert (await contoso.audit())[-1]["activity"] == "refused.NotInAdminChannel"


async def test_nobody_assigns_to_themselves(contoso: Company) -> None:
    """Not even an administrator."""
    told = await contoso.administers(f"assign @ada {READ}")
    assert "Nobody assigns to themselves" in told.ephemeral
    assert "ada" not in contoso.group("prod-readers")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (f"assign @nobody {READ}", "@nobody"),
        ("assign @rita Spaceship", "Spaceship"),
        ("assign @rita", "package"),
        ("assign", "person"),
        ("remove @rita Office VPN", "does not have"),
        ("reprocess ZZZZZZ", "ZZZZZZ"),
        ("audit", "request"),
        ("audit 12", "12"),
        ("frobnicate everything", "frobnicate"),
    ],
)
async def test_what_cannot_be_meant_is_answered_with_what_was_not_understood(
    contoso: Company, words: str, answer: str
) -> None:
    """No command does nothing without a word."""
    told = await contoso.administers(words)
    assert answer in told.ephemeral


async def test_with_several_policies_the_answer_says_which_one_it_follows(company: Open) -> None:
    """Ada sees under which terms Rita has it, and until when; with one policy only the latter."""
    both = files.package(
        "Both",
        files.policy("Short", expiration={"after": "P7D"}),
        files.policy("Long", scope="all_users"),
    )
    async with company(files.file(both, files.package("Plain"))) as contoso:
        done = await contoso.administers("assign @rita Both")
        assert "gets Both under its policy Short until Jan 11" in done.ephemeral
        plain = await contoso.administers("assign @ed Plain")
        assert "@Ed Eriksen gets Plain until Feb 3" in plain.ephemeral
        await contoso.ada.opens_home()
        form = await contoso.ada.presses("Assign a package")
        assert isinstance(form, Form)
        await form.dismiss()


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        ("review", ("review start PACKAGE", "review stop ID", "review reset ID")),
        ("review start", ("review start PACKAGE",)),
        ("review STOP", ("review stop ID",)),
        ("review frobnicate", ("review start PACKAGE", "review reset ID")),
        ("report", ("report reviews [ID]",)),
        ("report nonsense", ("report reviews [ID]",)),
        ("assign @rita", ("assign @person PACKAGE",)),
    ],
)
async def test_what_is_half_typed_is_answered_with_its_own_usage(
    contoso: Company, words: str, usage: tuple[str, ...]
) -> None:
    """Not with all that the command can do; what an id is only where one is wanted."""
    told = (await contoso.administers(words)).ephemeral
    assert all(one in told for one in usage)
    assert "packages" not in told
    assert ("last four characters" in told) == any("ID" in one for one in usage)


async def test_a_guest_cannot_be_given_what_is_for_members(contoso: Company) -> None:
    """POL-12: an assignment follows a policy, and none serves Sara."""
    told = await contoso.administers(f"assign @sara {READ}")
    assert "not offered" in told.ephemeral
    assert "sara" not in contoso.group("prod-readers")


async def test_a_command_without_whom_or_what_is_answered_with_its_own_usage(
    contoso: Company,
) -> None:
    """One line, not all that the command can do."""
    told = await contoso.administers("reprocess")
    assert "reprocess ID" in told.ephemeral
    assert "reassign" not in told.ephemeral


async def test_a_package_for_administrators_only_is_assigned_and_never_offered(
    company: Open,
) -> None:
    """Scope nobody: it is in no list, and Ada gives it."""
    text = files.file(files.package("Break glass", files.policy("Admins", scope="nobody")))
    async with company(text) as contoso:
        form = await contoso.opens("rita")
        form.sees("There is nothing you can ask for")
        await contoso.administers("assign @rita Break glass")
        assert "rita" in contoso.group("prod-readers")


async def test_a_request_is_handed_to_somebody_else(contoso: Company) -> None:
    """Mia is away: Max is asked in her place; her card has no buttons any more."""
    await contoso.asks("rita", READ, Justification="On call")
    short = (await contoso.the_request("rita", READ))[-6:]

    done = await contoso.administers(f"reassign {short} @max")
    assert "@Max Mbeki has been asked to decide" in done.ephemeral
    story = (await contoso.administers(f"audit {short}")).ephemeral
    assert "@Ada Acheampong · stage 1 was handed to @Max Mbeki" in story
    assert contoso.mia.messages[0].buttons == ()
    contoso.rita.sees("@Max Mbeki")
    await contoso.max.presses("Approve")
    contoso.olga.sees("✓ Manager: Approved by @Max Mbeki")


async def test_a_request_is_not_handed_to_whoever_asked(contoso: Company) -> None:
    """Nor can one be handed on that waits for nobody."""
    await contoso.asks("rita", READ, Justification="On call")
    short = (await contoso.the_request("rita", READ))[-6:]
    own = await contoso.administers(f"reassign {short} @rita")
    assert "it is their own" in own.ephemeral
    contoso.mia.sees("Approve")

    await contoso.rita.presses("Cancel request")
    late = await contoso.administers(f"reassign {short} @max")
    assert "Nobody is asked to decide this request" in late.ephemeral


async def test_a_request_whose_access_has_ended_is_listed_so(contoso: Company) -> None:
    """Ada reads who has it, not who once had it; what ended is not tried again either."""
    await contoso.administers(f"assign @rita {READ}")
    held = (await contoso.administers("requests")).ephemeral
    assert "Delivered ·" in held
    await contoso.administers(f"remove @rita {READ}")
    ended = (await contoso.administers("requests")).ephemeral
    assert "Delivered, ended Today" in ended
    assert "Delivered ·" not in ended


async def test_packages_and_requests_are_listed_page_by_page(company: Open) -> None:
    """Thirty packages, and a request for each: Next shows the rest in place of the first."""
    packages = [files.package(f"Package {number:02}") for number in range(30)]
    async with company(files.file(*packages)) as contoso:
        for number in range(12):
            await contoso.administers(f"assign @rita Package {number:02}")
        for what, last in (("packages", "Package 29"), ("requests", "Package 00")):
            first = await contoso.administers(what)
            seen = first.ephemeral
            for _ in range(9):
                if last in seen:
                    break
                turned = await contoso.ada.presses(
                    "Next", on=first.messages[-1].text.split("\n")[0]
                )
                assert isinstance(turned, Reaction)
                seen = turned.ephemeral or contoso.ada.messages[-1].text
            assert last in seen, seen


async def test_the_story_of_a_request_is_told_in_order(contoso: Company) -> None:
    """Who did what, and why; found by the last characters of the id."""
    await contoso.asks("rita", READ, Justification="Slow queries")
    await contoso.mia.presses("Approve")
    await contoso.denies("olga", "Use staging")
    short = (await contoso.the_request("rita", READ))[-4:]

    told = (await contoso.administers(f"audit {short.lower()}")).ephemeral

    order = [
        "asked",
        "Slow queries",
        "@Mia Moreau · approved",
        "@Olga Orlova · denied",
        "Use staging",
    ]
    places = [told.index(words) for words in order]
    assert places == sorted(places)


class OneEnding:
    """Ids that all end alike, as two of a million may."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    def new(self, now: datetime) -> str:
        return f"{self._ids.new(now)[:-4]}ABCD"


async def test_of_two_requests_whose_ids_end_alike_the_longer_end_is_asked_for(
    contoso: Company,
) -> None:
    """Neither is touched; both are named with their whole ids, one of which then does."""
    contoso.house.service._ids = OneEnding(contoso.house.service._ids)
    for who in ("rita", "ed"):
        await contoso.asks(who, READ, Justification="On call")
    request_id = await contoso.the_request("ed", READ)
    for words in ("audit abcd", "reprocess ABCD", "reassign ABCD @max"):
        told = (await contoso.administers(words)).ephemeral
        assert "More than one request ends with ABCD" in told
        assert request_id in told
        assert "@Rita Romero asks for" in told
        assert "@Ed Eriksen asks for" in told
    told = (await contoso.administers(f"reassign `{request_id}` @max")).ephemeral
    assert "@Max Mbeki has been asked to decide: @Ed Eriksen" in told


async def test_an_administrator_cancels_a_request_from_its_story(contoso: Company) -> None:
    """Asked first; the story then says so, and so do the cards of everybody concerned."""
    await contoso.asks("rita", READ, Justification="On call")
    short = (await contoso.the_request("rita", READ))[-4:]
    await contoso.administers(f"audit {short}")
    done = await contoso.ada.presses("Cancel request")
    assert isinstance(done, Reaction)
    assert "Rita Romero will not get Production read access" in done.asked
    done.sees("The request for Production read access is canceled")
    done.sees("@Ada Acheampong · canceled the request")
    assert "Cancel request" not in contoso.ada.buttons
    contoso.rita.sees("Canceled by @Ada Acheampong")
    contoso.mia.sees("Canceled by @Ada Acheampong")


async def test_administrators_cancel_and_reprocess_in_their_channel_only(company: Open) -> None:
    """The rules ask for the place; whoever asked, and an owner of the catalog, need none."""
    only = files.package("Room", files.policy("All", files.stage("Mia", files.people("mia"))))
    async with company(files.file(only)) as contoso:
        await contoso.asks("rita", "Room")
        request_id = await contoso.the_request("rita", "Room")
        elsewhere = Actor(person_id=PersonId(contoso.ada.id))
        for command in (
            CancelRequest(request_id=request_id),
            ReprocessRequest(request_id=request_id),
        ):
            with pytest.raises(NotInAdminChannel):
                await contoso.house.service.handle(command, elsewhere)
            with pytest.raises((NotYours, NotAdministrator)):
                await contoso.house.service.handle(
                    command, Actor(person_id=PersonId(contoso.ed.id))
                )
        with pytest.raises(NotReprocessable):
            await contoso.house.service.handle(
                ReprocessRequest(request_id=request_id), Actor(person_id=PersonId(contoso.olga.id))
            )
        await contoso.rita.presses("Cancel request")
        contoso.rita.sees("Canceled")


async def test_help_names_every_command(contoso: Company) -> None:
    """And whoever types nothing gets it, too."""
    for words in ("help", ""):
        told = (await contoso.administers(words)).ephemeral
        for name in ("packages", "requests", "assign", "remove", "reprocess", "reassign", "audit"):
            assert f"/access-admin {name}" in told
    unknown = await contoso.says("rita", "/access please")
    assert "I do not understand please" in unknown
    assert "/access request [words]" in unknown


async def test_what_somebody_has_asked_for_already_is_not_assigned_beside_it(
    contoso: Company,
) -> None:
    """There is one open request for a package; the administrator is told of it."""
    await contoso.asks("rita", READ, Justification="On call")
    told = await contoso.administers(f"assign @rita {READ}")
    assert "still open" in told.ephemeral
    assert "rita" not in contoso.group("prod-readers")


async def test_what_somebody_has_already_is_not_assigned_again(contoso: Company) -> None:
    """The second time changes nothing."""
    await contoso.administers(f"assign @rita {READ}")
    told = await contoso.administers(f"assign @rita {READ}")
    assert "already" in told.ephemeral
    assert len((await contoso.house.queries.requests()).rows) == 1


async def test_what_excludes_one_another_is_not_assigned_either(contoso: Company) -> None:
    """SOD-2: a direct assignment is refused, too."""
    await contoso.administers("assign @rita Build server administration")
    told = await contoso.administers(f"assign @rita {READ}")
    assert "may not be held together" in told.ephemeral
    assert "rita" not in contoso.group("prod-readers")
