"""What no connector can do, a person does: tasks with Done."""

import pytest

from engine.application.commands import Actor, CompleteTask
from engine.domain.ids import ChannelId, PersonId
from engine.domain.refusals import NotFulfiller
from playground.driver import Reaction
from playground.seed import Usergroup
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

DISPLAY = "Meeting room display"


async def test_a_manual_task_is_done_with_a_note_and_another_one_ends_it(
    contoso: Company,
) -> None:
    """Ivan gives the access, writes what he did; four hours later he is asked to take it away."""
    await contoso.asks("rita", DISPLAY)
    contoso.rita.sees("waiting since today at 10:00 AM for @Ivan Ilic to do it by hand")
    contoso.ivan.sees("Display of the large meeting room for Rita Romero: please give access")
    contoso.ivan.sees("Package Meeting room display For how long Until today at 2:00 PM")

    await _note(contoso, "ivan", "Code 4711 handed over")
    await contoso.ivan.presses("Done")

    contoso.ivan.sees(
        "✓ Done by @Ivan Ilic today at 10:00 AM: @Rita Romero has Display of the large meeting room"
    )
    contoso.rita.sees("✓ Display of the large meeting room (user): delivered")
    story = await contoso.house.queries.audit_of(await contoso.the_request("rita", DISPLAY))
    done = next(entry for entry in story if entry.activity == "task.granted")
    assert (done.actor, done.why) == (contoso.ivan.id, "Code 4711 handed over")

    await contoso.playground.days_pass(0.2)
    contoso.ivan.sees("please take access away")
    contoso.rita.sees("for @Ivan Ilic to remove it by hand")
    await contoso.ivan.presses("Done")
    contoso.rita.sees("✓ Display of the large meeting room (user): removed")
    heard = len(contoso.ivan.messages)
    await contoso.playground.days_pass(10)
    assert len(contoso.ivan.messages) == heard, "nobody is reminded of what is done"


async def _note(contoso: Company, who: str, words: str) -> None:
    """Somebody types into the note of their newest task."""
    person = contoso.playground.person(who)
    for message in reversed(person.visible()):
        for block in message.body.get("blocks") or []:
            element = block.get("element") or {}
            if block.get("type") == "input" and element.get("type") == "plain_text_input":
                state = {"type": "plain_text_input", "value": words}
                typed = contoso.playground.acts._typed_in_messages
                values = typed.setdefault((person.id, message.ts), {})
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
                return
    raise AssertionError(f"{who} has no task with a note")


async def test_a_task_nobody_does_is_reminded_of_every_day(contoso: Company) -> None:
    """After a day Ivan hears again, and after another; the request says for whom it waits."""
    await contoso.administers("assign @rita Office VPN")
    assert len(contoso.ivan.messages) == 1
    await contoso.playground.days_pass(1.1)
    assert len(contoso.ivan.messages) == 2
    await contoso.playground.days_pass(1)
    assert len(contoso.ivan.messages) == 3
    contoso.rita.sees("to do it by hand")

    await contoso.ivan.presses("Done", on="please give access")
    await contoso.playground.days_pass(5)
    assert len(contoso.ivan.messages) == 3


async def test_of_a_removal_nobody_does_the_administrators_hear_once(contoso: Company) -> None:
    """With the third reminder; Ivan is reminded further, and they are not told again."""
    await contoso.administers("assign @rita Office VPN")
    await contoso.ivan.presses("Done")
    await contoso.administers("remove @rita Office VPN")
    await contoso.playground.days_pass(2.9)
    assert _waiting_told(contoso) == 0
    await contoso.playground.days_pass(0.2)
    contoso.ada.sees("Office VPN (user) should have been taken from @Rita Romero by hand")
    contoso.ada.sees("for @it-desk to do it")
    heard = len(contoso.ivan.messages)
    await contoso.playground.days_pass(5)
    assert _waiting_told(contoso) == 1
    assert len(contoso.ivan.messages) == heard + 5
    await contoso.ivan.presses("Done", on="please take access away")


def _waiting_told(contoso: Company) -> int:
    """How often the administrators read that something waits to be taken away."""
    return sum("by hand. It has been waiting" in one.text for one in contoso.ada.messages)


async def test_administrators_who_have_the_task_themselves_are_only_reminded(
    company: Open,
) -> None:
    """Nobody is left at the desk, so they have its card and hear of it every day."""
    vpn = files.package("VPN", gives=("vpn",))
    async with company(files.file(vpn)) as contoso:
        await contoso.administers("assign @rita VPN")
        await contoso.ivan.presses("Done")
        await contoso.playground.user_leaves("ivan")
        await contoso.administers("remove @rita VPN")
        await contoso.playground.days_pass(5)
        contoso.ada.sees("Office VPN for Rita Romero: please take access away")
        assert _waiting_told(contoso) == 0
        await contoso.ada.presses("Done")


async def test_a_task_for_a_channel_is_done_by_whoever_is_there(company: Open) -> None:
    """The card stands in the channel once; Olga, who is in it, presses Done, and all see it."""
    resources = [
        {**one, "fulfillers": ["#incident-room"]} if one["name"] == "vpn" else one
        for one in files.RESOURCES
    ]
    text = files.file(files.package("VPN", gives=("vpn",)), resources=resources)
    async with company(text) as contoso:
        await contoso.asks("rita", "VPN")
        contoso.ed.sees("Office VPN for Rita Romero: please give access")
        assert contoso.olga.messages[-1].channel == contoso.ed.messages[-1].channel
        await contoso.olga.presses("Done")
        contoso.ed.sees("@Rita Romero has Office VPN")
        assert "Done" not in contoso.ed.buttons
        contoso.rita.sees("Delivered")


async def test_several_fulfillers_have_a_card_each_and_one_of_them_is_enough(
    company: Open,
) -> None:
    """Lena does it; Ivan's card says so, and pressing a stale one tells him."""
    resources = [
        {**one, "fulfillers": ["@it-desk", "lena@contoso.com"]} if one["name"] == "vpn" else one
        for one in files.RESOURCES
    ]
    text = files.file(files.package("VPN", gives=("vpn",)), resources=resources)
    async with company(text) as contoso:
        await contoso.asks("rita", "VPN")
        contoso.breaks("error_5xx", "chat.update", times=30, person="ivan")
        await contoso.lena.presses("Done")

        late = await contoso.ivan.presses("Done")
        assert isinstance(late, Reaction)
        assert "done already" in late.ephemeral
        contoso.playground.faults.clear()
        await contoso.playground.days_pass(0.1)
        contoso.ivan.sees("@Rita Romero has Office VPN")


async def test_somebody_else_cannot_say_that_a_task_is_done(contoso: Company) -> None:
    """A forged press is refused in one sentence and stands in the audit; nothing is delivered."""
    await contoso.asks("rita", DISPLAY)
    page = await contoso.house.queries.tasks_of(PersonId(contoso.ivan.id))
    task = page.rows[0]
    forged = CompleteTask(holding_id=task.id, generation=task.generation)
    elsewhere = ChannelId(contoso.playground.workspace.channel("general").id)
    for actor in (
        Actor(person_id=PersonId(contoso.rita.id)),
        Actor(person_id=PersonId(contoso.ed.id), channel_id=elsewhere),
    ):
        with pytest.raises(NotFulfiller):
            await contoso.house.service.handle(forged, actor)
    contoso.rita.sees("to do it by hand")


async def test_a_task_is_void_once_the_access_is_given_back(contoso: Company) -> None:
    """Rita gave it back before Ivan did it: his card is closed, and he takes it away to be sure."""
    await contoso.asks("rita", DISPLAY)
    await contoso.rita.presses("Give back")

    assert contoso.ivan.messages[0].buttons == ()
    assert "Closed" in contoso.ivan.messages[0].text
    contoso.ivan.sees("please take access away")
    await contoso.ivan.presses("Done")
    assert "Done" not in contoso.ivan.buttons
    contoso.rita.sees("✓ Display of the large meeting room (user): removed")


async def test_a_task_that_was_done_says_so_for_good(contoso: Company) -> None:
    """The removal has a card of its own; the first one still says who gave the access, and when."""
    await contoso.asks("rita", DISPLAY)
    await contoso.ivan.presses("Done")
    assert "@Rita Romero has Display of the large" in contoso.ivan.messages[0].text
    await contoso.rita.presses("Give back")
    await contoso.ivan.presses("Done")
    await contoso.asks("rita", DISPLAY)

    given, taken, again = contoso.ivan.messages
    assert "Done by @Ivan Ilic" in given.text
    assert "@Rita Romero was given Display of the large meeting room (user)" in given.text
    assert "Display of the large meeting room (user) was taken from @Rita Romero" in taken.text
    assert "Done" in again.buttons


async def test_a_task_that_nobody_can_be_found_for_goes_to_the_administrators(
    company: Open,
) -> None:
    """The user group is empty: the administrators' channel has the card, and may do it."""
    resources = [
        {**one, "fulfillers": ["@nobody-home"]} if one["name"] == "vpn" else one
        for one in files.RESOURCES
    ]
    text = files.file(files.package("VPN", gives=("vpn",)), resources=resources)
    empty = Usergroup(handle="nobody-home", name="Nobody", members=())
    async with company(text, usergroups=[empty]) as contoso:
        await contoso.asks("rita", "VPN")
        contoso.ada.sees("Office VPN for Rita Romero: please give access")
        await contoso.ada.presses("Done")
        contoso.rita.sees("Delivered")


async def test_somebody_new_at_the_desk_hears_of_open_tasks_with_the_next_reminder(
    contoso: Company,
) -> None:
    """Ed joins the desk: within a day he has the card, too, and may press Done."""
    await contoso.administers("assign @rita Office VPN")
    await contoso.playground.joins_group("ed", "@it-desk")
    await contoso.playground.days_pass(1.1)
    await contoso.ed.presses("Done", on="please give access")
    contoso.rita.sees("delivered")
    contoso.ivan.sees("@Rita Romero has Office VPN")
