"""Silence: reminders, more people, and at last the end of the time to decide."""

from playground.driver import Reaction
from tests.company import Company

READ = "Production read access"


async def test_after_a_reminder_and_an_escalation_the_first_approver_may_still_approve(
    contoso: Company,
) -> None:
    """Mia is reminded after two days, Max asked after three; Mia approves, Max's card shows it."""
    await contoso.asks("rita", READ, Justification="On call")

    await contoso.playground.days_pass(2)
    assert len(contoso.mia.messages) == 2
    assert contoso.max.messages == []

    await contoso.playground.days_pass(1)
    contoso.max.sees("Rita Romero asks for Production read access")
    contoso.max.sees("Decide by\nJan 18, 2027")
    contoso.rita.sees("@Max Mbeki")
    assert len(contoso.mia.messages) == 2, "the escalation is nothing new to Mia"

    await contoso.mia.presses("Approve", on="asks for Production read access")
    contoso.max.sees("Approved by @Mia Moreau")
    assert contoso.max.messages[0].buttons == ()
    contoso.olga.sees("Approve")


async def test_only_the_undecided_are_reminded_and_only_on_schedule(contoso: Company) -> None:
    """Of two who must agree one has: four hours later only the other one hears again."""
    await contoso.asks("ed", "Incident responder")
    await contoso.olga.presses("Approve")

    await contoso.playground.days_pass(0.5)

    assert len(contoso.olga.messages) == 1
    assert len(contoso.max.messages) == 2
    assert len(contoso.lena.messages) == 2


async def test_nobody_decides_and_the_request_expires_for_everybody(contoso: Company) -> None:
    """After fourteen days the request is over; Rita is told what to do, and no button is left."""
    await contoso.asks("rita", READ, Justification="On call")

    await contoso.playground.days_pass(14)

    contoso.rita.sees("Expired")
    assert "again" in contoso.rita.messages[-1].text
    for approver in (contoso.mia, contoso.max):
        approver.sees("Expired")
        assert "Approve" not in approver.messages[0].buttons
    again = await contoso.asks("rita", READ, Justification="Once more")
    assert isinstance(again, Reaction)


async def test_a_click_on_a_card_that_is_too_late_changes_nothing_and_says_so(
    contoso: Company,
) -> None:
    """Slack took no change of Mia's card; what she presses on it tells her why it is too late."""
    await contoso.asks("rita", READ, Justification="On call")
    await contoso.playground.days_pass(13.999)
    contoso.playground.faults.add("error_5xx", method="chat.update")
    await contoso.playground.days_pass(0.002)

    told = await contoso.mia.presses("Approve", on="asks for Production read access")

    assert isinstance(told, Reaction)
    assert "Too late" in told.ephemeral
    assert "expired" in told.ephemeral
    assert "rita" not in contoso.group("prod-readers")
    contoso.playground.faults.clear()
    await contoso.playground.days_pass(0.1)
