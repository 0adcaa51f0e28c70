"""More time, and less: extending, giving back."""

from datetime import timedelta

import pytest

from engine.application.commands import Actor, GiveBack, SubmitExtension
from engine.domain.ids import AssignmentId, PersonId
from engine.domain.refusals import NotYours
from playground.driver import Form, Reaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"


async def _has_it(contoso: Company) -> None:
    await contoso.asks("rita", READ, Justification="On call")
    await contoso.mia.presses("Approve")
    await contoso.olga.presses("Approve")


async def _extends(contoso: Company, **fields: str) -> Form | Reaction:
    form = await contoso.rita.presses("Extend")
    assert isinstance(form, Form), form.text
    for label, value in fields.items():
        if label == "For_how_long":
            await form.choose("For how long", value)
        else:
            await form.fill(label, value)
    return await form.submit()


async def _only_assignment(contoso: Company, who: str) -> AssignmentId:
    page = await contoso.house.queries.held_by(PersonId(contoso.playground.person(who).id))
    return page.rows[0].assignment.id


async def test_an_extension_goes_through_the_same_stages_and_moves_the_end(
    contoso: Company,
) -> None:
    """Rita is warned, asks for more time, both approve, and she keeps it ninety days longer."""
    await _has_it(contoso)
    await contoso.playground.days_pass(77)
    form = await contoso.rita.presses("Extend", on="ends Apr 4")
    assert isinstance(form, Form)
    form.sees("it lasts until Jul 3, 2027")
    form.sees("1. Manager: @Mia Moreau")
    await form.fill("Justification", "Still on call")
    await form.submit()

    contoso.mia.sees("Rita Romero asks to keep Production read access longer")
    await contoso.mia.presses("Approve")
    await contoso.olga.presses("Approve")

    contoso.rita.sees("lasts until Jul 3, 2027")
    await contoso.playground.days_pass(20)
    assert "rita" in contoso.group("prod-readers"), "the old end is behind us"
    await contoso.playground.days_pass(90)
    assert "rita" not in contoso.group("prod-readers")


async def test_an_extension_that_comes_to_nothing_is_not_said_to_be_withdrawn(
    contoso: Company,
) -> None:
    """Nobody decided before the end: Rita reads why her request is over, not that she did it."""
    await _has_it(contoso)
    await contoso.playground.days_pass(89)
    await _extends(contoso, Justification="More")
    await contoso.playground.days_pass(2)

    contoso.rita.sees("the access had ended; its time was up")
    assert all("Canceled by" not in message.text for message in contoso.rita.messages)
    assert "rita" not in contoso.group("prod-readers")


async def test_a_denied_extension_leaves_the_end_where_it_was(contoso: Company) -> None:
    """Mia says no to more time; what Rita has goes on until its day."""
    await _has_it(contoso)
    await _extends(contoso, Justification="More")
    await contoso.denies("mia", "Ninety days are enough")

    told = contoso.rita.messages[-1]
    assert "Your request to keep Production read access longer was denied by" in told.text
    assert "You have it until" in told.text
    assert "Ninety days are enough" in told.text
    assert told.buttons == (), "what it can still have is on the card of the access"
    assert "rita" in contoso.group("prod-readers")
    await contoso.playground.days_pass(90.1)
    assert "rita" not in contoso.group("prod-readers")


async def test_an_extension_nobody_decided_leaves_the_end_where_it_was(contoso: Company) -> None:
    """The request for more time expires; that it gave no access would be wrong to say."""
    await _has_it(contoso)
    await _extends(contoso, Justification="More")
    await contoso.playground.days_pass(15)

    told = contoso.rita.messages[-1]
    assert "Your request to keep Production read access longer has expired" in told.text
    assert "You have it until" in told.text
    assert told.buttons == ()
    contoso.rita.sees("Nobody decided in time, so the end of the access did not change")
    assert all("o access was given" not in message.text for message in contoso.rita.messages)
    assert "rita" in contoso.group("prod-readers")


async def test_an_extension_without_approval_moves_the_end_at_once(company: Open) -> None:
    """The policy wants approval for requests only: pressing Extend and sending is all."""
    mia = files.stage("Mia", files.MANAGER)
    policy = files.policy(
        "All", mia, required_for=["request"], extension={"allowed": True, "remind_before": ["P3D"]}
    )
    async with company(files.file(files.package(READ, policy))) as contoso:
        await contoso.asks("rita", READ)
        await contoso.mia.presses("Approve")
        form = await contoso.rita.presses("Extend")
        assert isinstance(form, Form)
        form.sees("Nobody needs to approve this")
        await form.submit()

        contoso.rita.sees("lasts until Mar 5, 2027")
        assert len(contoso.mia.messages) == 1, "nobody was asked again"
        await contoso.playground.days_pass(59)
        assert "rita" in contoso.group("prod-readers")
        contoso.rita.sees("ends tomorrow")
        await contoso.playground.days_pass(2)
        assert "rita" not in contoso.group("prod-readers")


async def test_a_shorter_extension_can_be_chosen_where_the_policy_lets_requestors_choose(
    contoso: Company,
) -> None:
    """Rita asks for a week more, not for ninety days."""
    await _has_it(contoso)
    await _extends(contoso, Justification="One week", For_how_long="1 week")
    contoso.mia.sees("7 days")
    await contoso.mia.presses("Approve")
    await contoso.olga.presses("Approve")
    contoso.rita.sees("lasts until Apr 11, 2027")


async def test_whoever_left_the_scope_meanwhile_gets_no_more_time(company: Open) -> None:
    """Ed is no engineer any more: what he has stays to its end, but is not extended."""
    policy = files.policy(
        "Engineers",
        requestors={"scope": "specific", "groups": ["@it-desk"]},
        extension={"allowed": True, "remind_before": ["P3D"]},
    )
    async with company(files.file(files.package(READ, policy))) as contoso:
        await contoso.asks("ivan", READ)
        await contoso.playground.leaves_group("ivan", "@it-desk")
        assert "ivan" in contoso.group("prod-readers"), "POL-9: leaving the scope takes nothing"

        told = await contoso.ivan.presses("Extend")
        assert isinstance(told, Reaction)
        assert "not offered to you" in told.ephemeral
        await contoso.playground.days_pass(30.1)
        assert "ivan" not in contoso.group("prod-readers")


async def test_what_ends_on_the_policys_last_day_cannot_be_extended_past_it(company: Open) -> None:
    """The policy ends on a date, Rita has it until then; there is no more to be had."""
    policy = files.policy(
        "Project",
        expiration={"on": "2027-02-28"},
        extension={"allowed": True, "remind_before": ["P3D"]},
    )
    async with company(files.file(files.package(READ, policy))) as contoso:
        await contoso.asks("rita", READ)
        contoso.rita.sees("lasts until Mar 1, 2027 at 1:00 AM")
        assert "Extend" not in contoso.rita.buttons

        await contoso.playground.days_pass(60)
        assert "rita" not in contoso.group("prod-readers")


async def test_a_policy_without_extension_offers_none(company: Open) -> None:
    """No button on the card, and none in the warning."""
    policy = files.policy("All", extension={"allowed": False, "remind_before": ["P3D"]})
    async with company(files.file(files.package(READ, policy))) as contoso:
        await contoso.asks("rita", READ)
        await contoso.playground.days_pass(28)
        contoso.rita.sees("ends Feb 3")
        assert "Extend" not in contoso.rita.buttons


async def test_the_end_comes_while_more_time_is_being_decided(contoso: Company) -> None:
    """Nobody decided in time: the access ends, and whoever was asked sees that it is over."""
    await _has_it(contoso)
    await contoso.playground.days_pass(89)
    await _extends(contoso, Justification="More")
    contoso.mia.sees("asks to keep")

    await contoso.playground.days_pass(1)

    assert "rita" not in contoso.group("prod-readers")
    contoso.mia.sees("Canceled")
    contoso.mia.sees("its time was up")
    late = [one for one in contoso.mia.messages if "Approve" in one.buttons]
    assert late == []


async def test_a_second_extension_while_one_is_being_decided_is_refused(
    contoso: Company,
) -> None:
    """There is one open request at a time; the card shows where it stands."""
    await _has_it(contoso)
    await contoso.playground.days_pass(80)
    await contoso.rita.types("/access mine")
    warning = await contoso.rita.presses("Extend", on="ends Apr 4")
    assert isinstance(warning, Form)
    await warning.fill("Justification", "More")
    await warning.submit()

    contoso.rita.sees("You have asked for more time; that is not decided yet.")
    again = await contoso.rita.presses("Extend", on="What you have")
    assert isinstance(again, Reaction)
    assert "still open" in again.ephemeral
    assert "See where it stands" in again.ephemeral
    await contoso.playground.days_pass(1)


async def test_giving_back_asks_whether_it_is_meant_and_takes_it_at_once(
    contoso: Company,
) -> None:
    """Rita thinks better of it once; then she gives it back, and her card says so."""
    await _has_it(contoso)
    asked = await contoso.rita.presses("Give back", confirm=False)
    assert isinstance(asked, Reaction)
    assert READ in asked.asked
    assert "rita" in contoso.group("prod-readers")

    done = await contoso.rita.presses("Give back")
    assert isinstance(done, Reaction)
    done.sees("You gave Production read access back")
    assert "rita" not in contoso.group("prod-readers")
    assert "given back" in contoso.rita.messages[0].text.lower()
    assert "Give back" not in contoso.rita.messages[0].buttons
    await contoso.stays_quiet(100)


async def test_a_warning_has_no_buttons_once_the_access_has_ended(contoso: Company) -> None:
    """It says instead what became of it: nobody presses Extend on what is gone."""
    await _has_it(contoso)
    await contoso.playground.days_pass(77)
    (warning,) = [one for one in contoso.rita.messages if "If you need it for longer" in one.text]
    assert warning.buttons == ("Extend", "Give back")
    await contoso.playground.days_pass(14)
    over = [one for one in contoso.rita.messages if "was about to end" in one.text]
    assert len(over) == 2, "fourteen days before, and one day before"
    assert all("It ended" in one.text and not one.buttons for one in over)


async def test_a_warning_follows_an_extension(contoso: Company) -> None:
    """More time was given: the same message says until when, and offers more later."""
    await _has_it(contoso)
    await contoso.playground.days_pass(77)
    form = await contoso.rita.presses("Extend", on="If you need it for longer")
    assert isinstance(form, Form)
    await form.fill("Justification", "More")
    await form.submit()
    await contoso.mia.presses("Approve")
    await contoso.olga.presses("Approve")
    (warning,) = [one for one in contoso.rita.messages if "If you need it for longer" in one.text]
    assert "ends Jul 3" in warning.text


async def test_every_card_of_what_was_extended_says_that_it_has_ended(contoso: Company) -> None:
    """Those of the request for more time as well: nobody is told that it lasts when it is gone."""
    await _has_it(contoso)
    await _extends(contoso, Justification="More")
    await contoso.mia.presses("Approve")
    await contoso.olga.presses("Approve")
    contoso.rita.sees("The access now lasts until")
    await contoso.rita.presses("Give back", on="now lasts until")
    for person in (contoso.rita, contoso.mia, contoso.olga):
        person.does_not_see("lasts until")
        assert person.buttons.count("Extend") == 0


async def test_more_time_that_was_denied_leaves_the_access_to_its_own_card(
    contoso: Company,
) -> None:
    """The denied request for more time has nothing to press; the access has, until it ends."""
    await _has_it(contoso)
    await _extends(contoso, Justification="More")
    await contoso.denies("mia", "Not needed")
    denied = contoso.rita.messages[-2]
    assert "More time" in denied.text
    assert denied.buttons == ()
    assert "Extend" in contoso.rita.messages[0].buttons
    await contoso.playground.days_pass(91)


async def test_giving_back_from_an_old_list_says_that_it_has_ended(contoso: Company) -> None:
    """A list that only Rita sees is never drawn again; its buttons answer in one sentence."""
    await _has_it(contoso)
    await contoso.rita.types("/access mine")
    await contoso.rita.presses("Give back", on="Delivered")
    for button in ("Give back", "Extend"):
        told = await contoso.rita.presses(button, on="What you have")
        words = told.ephemeral if isinstance(told, Reaction) else told.text
        assert "This access ended" in words, words
        if isinstance(told, Form):
            await told.dismiss()


async def test_nobody_else_can_give_back_or_extend_what_is_mine(contoso: Company) -> None:
    """A forged press is refused, changes nothing, and stands in the audit."""
    await _has_it(contoso)
    mine = await _only_assignment(contoso, "rita")
    ed = Actor(person_id=PersonId(contoso.ed.id))
    for command in (
        GiveBack(assignment_id=mine),
        SubmitExtension(assignment_id=mine, duration=timedelta(days=1)),
    ):
        with pytest.raises(NotYours):
            await contoso.house.service.handle(command, ed)
    assert "rita" in contoso.group("prod-readers")


async def test_giving_back_while_more_time_is_being_decided_ends_both(contoso: Company) -> None:
    """Rita no longer needs it: nobody has to decide about more of it."""
    await _has_it(contoso)
    await _extends(contoso, Justification="More")
    await contoso.rita.presses("Give back", on="Delivered")
    assert "rita" not in contoso.group("prod-readers")
    assert all("Approve" not in one.buttons for one in contoso.mia.messages)
    contoso.mia.sees("Canceled")
    contoso.mia.sees("it was given back")


async def test_an_extension_can_be_canceled_and_the_access_stays(contoso: Company) -> None:
    """Only the request for more time is withdrawn."""
    await _has_it(contoso)
    await _extends(contoso, Justification="More")
    await contoso.rita.presses("Cancel request")
    contoso.mia.sees("Canceled by @Rita Romero")
    assert "rita" in contoso.group("prod-readers")
    again = await contoso.rita.presses("Extend", on="Delivered")
    assert isinstance(again, Form)
    await again.dismiss()


async def test_an_administrator_removes_while_more_time_is_being_decided(
    contoso: Company,
) -> None:
    """The approver's card says that there is nothing to decide any more."""
    await _has_it(contoso)
    await _extends(contoso, Justification="More")
    await contoso.administers(f"remove @rita {READ}")
    assert "rita" not in contoso.group("prod-readers")
    contoso.mia.sees("Canceled")
