"""The form is drawn anew after each choice; this is about drawings that come late, or never."""

import asyncio

import pytest

from bot.views import review_form
from playground.driver import Form
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import hold, review, reviewed

READ = "Production read access"


async def test_of_two_choices_in_a_row_the_last_one_is_shown(contoso: Company) -> None:
    """The second was made while the form still showed what was there before the first."""
    terms = {READ: "2. Owner: @Olga Orlova", "Office VPN": "180 days from its start"}
    form = await contoso.opens("rita")
    await asyncio.gather(*(form.choose("Package", package) for package in terms))

    last = form.value("Package")
    form.sees(terms.pop(last))
    form.does_not_see(*terms.values())
    await form.fill("Justification", "On call")
    await form.submit()
    contoso.mia.sees(f"Rita Romero asks for {last}")


async def test_a_drawing_slack_was_too_busy_for_is_made_once_more(contoso: Company) -> None:
    """Nobody has to choose again."""
    form = await contoso.opens("rita")
    contoso.breaks("rate_limited", "views.update")
    await form.choose("Package", "Office VPN")

    form.sees("180 days from its start")


async def test_an_answer_of_a_review_shows_also_if_slack_was_too_busy_at_first(
    company: Open,
) -> None:
    """Olga works fast, and Slack asks her form to wait: it is drawn once more."""
    async with company(reviewed(files.people("olga"))) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        contoso.breaks("rate_limited", "views.update")
        await form.presses("Keep", on="Rita Romero")

        form.sees("✓ Keep by you")


async def test_an_answer_whose_page_cannot_be_drawn_is_answered(
    company: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored, and whoever gave it is told that the page is not what it should be."""
    async with company(reviewed(files.people("olga"))) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        with monkeypatch.context() as broken:
            broken.setattr(review_form, "build", _fails)
            told = await form.presses("Keep", on="Rita Romero")
        assert isinstance(told, Form)
        told.sees("What you did is kept")
        again = await review(contoso, "olga")

        again.sees("✓ Keep by you")


def _fails(*_: object) -> None:
    raise OSError("the disk went away")


async def test_answers_pressed_at_once_are_all_shown(company: Open) -> None:
    """Whichever is stored last: the form is drawn as things are when its turn comes."""
    async with company(reviewed(files.people("olga"))) as contoso:
        await hold(contoso, "rita", "ed", "ivan")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        everybody = ("Rita Romero", "Ed Eriksen", "Ivan Ilic")
        await asyncio.gather(*(form.presses("Keep", on=one) for one in everybody))

        assert form.text.count("✓ Keep by you") == len(everybody)


async def test_a_form_that_still_shows_another_package_is_drawn_anew_instead_of_taken(
    contoso: Company,
) -> None:
    """Its update was lost: Rita has not seen who will be asked. Then she has, and sends it."""
    form = await contoso.opens("rita", "office vpn")
    await form.fill("Justification", "On call")
    contoso.breaks("error_5xx", "views.update", times=2)
    await form.choose("Package", READ)
    form.does_not_see("2. Owner")

    shown = await form.submit()

    assert isinstance(shown, Form)
    shown.sees("The form still showed another package")
    shown.sees("2. Owner: @Olga Orlova")
    assert shown.value("Justification") == "On call"
    await shown.submit()
    contoso.mia.sees("Rita Romero asks for Production read access")


async def test_a_policy_nobody_was_asked_to_choose_is_asked_for(company: Open) -> None:
    """The very first update was lost, and with it the field: the form is sent, and comes back."""
    short = files.policy("A day", expiration={"after": "P1D"})
    long = files.policy("A month", files.stage("Mia", files.MANAGER))
    async with company(files.file(files.package(READ, short, long))) as contoso:
        form = await contoso.opens("rita")
        contoso.breaks("error_5xx", "views.update", times=2)
        await form.choose("Package", READ)
        assert "Policy" not in form.labels

        shown = await form.submit()

        assert isinstance(shown, Form)
        shown.sees("This package can be had in several ways")
        await shown.choose("Policy", "A day")
        await shown.submit()
        assert "rita" in contoso.group("prod-readers")
