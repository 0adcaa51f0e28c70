"""From `/access` to delivered, and to the end."""

from playground.driver import Form, Reaction
from tests.company import Company

READ = "Production read access"


def card(contoso: Company, who: str) -> str:
    """What the first message of somebody says now."""
    return contoso.playground.person(who).messages[0].text


def buttons(contoso: Company, who: str) -> list[str]:
    """The buttons of the same message."""
    return list(contoso.playground.person(who).messages[0].buttons)


async def test_the_form_says_who_decides_and_how_long_it_lasts_before_anything_is_sent(
    contoso: Company,
) -> None:
    """Rita opens the form with words that fit one package, and reads on before she sends."""
    form = await contoso.opens("rita", "production read")

    assert form.value("Package") == READ
    assert form.labels == ["Package", "Justification", "For how long", "Starts"]
    form.sees("1. Manager: @Mia Moreau, within 14 days")
    form.sees("2. Owner: @Olga Orlova, within 7 days")
    form.sees("90 days from its start")
    form.sees("@prod-readers (member)")


async def test_a_request_travels_from_access_to_delivered_and_ends(contoso: Company) -> None:
    """Rita asks, Mia and Olga approve, the group has her, she is warned, and it ends."""
    await contoso.asks("rita", READ, Justification="Looking into slow queries")

    waiting = card(contoso, "rita")
    assert "Waiting for approval, stage 1 of 2: Manager" in waiting
    assert "waiting for @Mia Moreau since Today at 10:00" in waiting
    assert "@Max Mbeki asked as well Jan 7" in waiting
    assert "Expires Jan 18" in waiting
    assert buttons(contoso, "rita") == ["Cancel request"]
    contoso.mia.sees("Rita Romero asks for Production read access")
    contoso.mia.sees("Looking into slow queries")
    assert buttons(contoso, "mia") == ["Approve", "Deny"]

    await contoso.mia.presses("Approve")

    assert "Approved by @Mia Moreau Today at 10:00" in card(contoso, "mia")
    assert buttons(contoso, "mia") == []
    assert "stage 2 of 2: Owner" in card(contoso, "rita")
    assert "waiting for @Olga Orlova" in card(contoso, "rita")
    assert "✓ Manager: Approved by @Mia Moreau" in card(contoso, "olga")
    assert "rita" not in contoso.group("prod-readers")

    await contoso.olga.presses("Approve")

    assert "rita" in contoso.group("prod-readers")
    assert "✓ @prod-readers (member): delivered" in card(contoso, "rita")
    assert "Delivered Today" in card(contoso, "rita")
    assert "lasts until Apr 4, 2027" in card(contoso, "rita")
    assert buttons(contoso, "rita") == ["Extend", "Give back"]
    assert "Delivered Today" in card(contoso, "mia")
    assert "Delivered Today" in card(contoso, "olga")
    assert len(contoso.mia.messages) == len(contoso.olga.messages) == 1

    await contoso.playground.days_pass(77)

    warned = contoso.rita.messages[-1]
    assert "ends Apr 4, 2027" in warned.text
    assert warned.buttons == ("Extend", "Give back")

    await contoso.playground.days_pass(14)

    assert "rita" not in contoso.group("prod-readers")
    assert "✓ @prod-readers (member): removed" in card(contoso, "rita")
    assert "its time was up" in card(contoso, "rita")
    assert buttons(contoso, "rita") == ["Request again"]
    assert [one.text.partition(" ")[0] for one in contoso.rita.messages[1:]] == [
        "You",
        "Your",
        "Your",
        "Your",
    ], "delivered, two warnings, ended"


async def test_what_has_ended_can_be_asked_for_again_with_the_button(contoso: Company) -> None:
    """Two days after the end Rita presses Request again and has the form for the same package."""
    await contoso.asks("rita", "Meeting room display")
    await contoso.ivan.presses("Done")
    await contoso.playground.days_pass(2)
    await contoso.ivan.presses("Done")

    again = await contoso.rita.presses("Request again")

    assert isinstance(again, Form)
    assert again.value("Package") == "Meeting room display"
    again.sees("Nobody needs to approve this")


async def test_the_menu_leads_to_everything(contoso: Company) -> None:
    """Whoever types only the command gets buttons for what the words would do."""
    menu = await contoso.rita.types("/access")
    assert isinstance(menu, Reaction)
    assert menu.messages[-1].ephemeral
    for button, words in (
        ("My access", "You hold no access package"),
        ("Waiting for me", "Nothing waits for your decision"),
        ("Help", "/access request [words]"),
    ):
        shown = await contoso.rita.presses(button, on="What would you like to do?")
        assert isinstance(shown, Reaction)
        shown.sees(words)

    form = await contoso.rita.presses("Request access", on="What would you like to do?")
    assert isinstance(form, Form)
    form.sees("Choose a package")
