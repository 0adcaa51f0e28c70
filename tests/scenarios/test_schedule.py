"""Access that starts later, and a request thought better of before it does."""

from datetime import UTC, date, datetime, time

import pytest

from playground.driver import Form
from playground.driver_forms import FormRefused
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"
CHOOSE = files.policy("All", requestor_may_shorten=True)
TEXT = files.file(files.package(READ, CHOOSE))


async def _form(contoso: Company, starts: datetime) -> Form:
    form = await contoso.opens("rita", READ)
    await _starts(form, starts)
    return form


async def _starts(form: Form, starts: datetime) -> None:
    await form.fill("Starts", int(starts.timestamp()))


async def test_a_request_for_next_week_is_approved_now_and_given_then(company: Open) -> None:
    """Rita has nothing until Monday, then everything for as long as she asked."""
    async with company(TEXT) as contoso:
        now = contoso.playground.clock.now()
        form = await _form(contoso, now.replace(day=11))
        await form.choose("For how long", "1 week")
        await form.submit()

        contoso.rita.sees("Starts\nJan 11, 2027")
        assert "rita" not in contoso.group("prod-readers")
        assert contoso.rita.messages[0].buttons == ("Cancel request",)
        mine = await contoso.says("rita", "/access mine")
        assert "You hold no access package at the moment" in mine, "it has not started"
        assert "Give back" not in mine
        assert "Access starts Jan 11, 2027" in mine

        await contoso.playground.days_pass(7.001)
        assert "rita" in contoso.group("prod-readers")
        contoso.rita.sees("lasts until Jan 18, 2027")
        await contoso.playground.days_pass(7.1)
        assert "rita" not in contoso.group("prod-readers")


async def test_a_scheduled_request_can_be_canceled_before_its_start(company: Open) -> None:
    """The card says canceled, and nothing happens at the start."""
    async with company(TEXT) as contoso:
        form = await _form(contoso, contoso.playground.clock.now().replace(day=11))
        await form.submit()
        await contoso.rita.presses("Cancel request")

        contoso.rita.sees("Canceled")
        await contoso.stays_quiet(30)
        assert "rita" not in contoso.group("prod-readers")
        await contoso.asks("rita", READ)
        assert "rita" in contoso.group("prod-readers"), "the next request is free to start"


async def test_a_canceled_request_leaves_its_approvers_nothing_to_press(
    contoso: Company,
) -> None:
    """Rita cancels while Mia is asked: Mia's card says so."""
    await contoso.asks("rita", READ, Justification="On call")
    asked = await contoso.rita.presses("Cancel request")
    asked.sees("Your request for Production read access is canceled")
    contoso.mia.sees("Canceled by @Rita Romero")
    assert contoso.mia.messages[0].buttons == ()
    assert len(contoso.mia.messages) == 1


async def test_a_start_in_the_past_is_refused_at_the_field(company: Open) -> None:
    """What was typed stays, and the sentence says what to do."""
    async with company(TEXT) as contoso:
        form = await _form(contoso, contoso.playground.clock.now().replace(hour=1))
        await form.fill("Justification", "Kept")
        with pytest.raises(FormRefused) as refused:
            await form.submit()
        assert "has passed" in refused.value.errors["Starts"]
        assert form.value("Justification") == "Kept"

        await _starts(form, datetime.combine(date(2027, 1, 4), time(9, 0), tzinfo=UTC))
        await form.submit()
        assert "rita" in contoso.group("prod-readers"), "this very minute is not the past"


async def test_a_start_more_than_a_year_away_is_refused_at_the_field(company: Open) -> None:
    """Nobody plans that far ahead."""
    async with company(TEXT) as contoso:
        form = await _form(contoso, contoso.playground.clock.now().replace(year=2028, month=2))
        with pytest.raises(FormRefused) as refused:
            await form.submit()
        assert "too far away" in refused.value.errors["Starts"]


async def test_a_time_past_the_policys_last_day_is_refused_at_the_field(company: Open) -> None:
    """The policy ends on a date; a month from next week would be beyond it."""
    policy = files.policy("All", requestor_may_shorten=True, expiration={"on": "2027-01-31"})
    async with company(files.file(files.package(READ, policy))) as contoso:
        form = await _form(contoso, contoso.playground.clock.now().replace(day=25))
        await form.choose("For how long", "2 weeks")
        with pytest.raises(FormRefused) as refused:
            await form.submit()
        assert "too long" in refused.value.errors["For how long"].lower()

        await form.choose("For how long", "3 days")
        await form.submit()
        contoso.rita.sees("Jan 25, 2027")


async def test_a_missing_justification_is_refused_at_the_field(contoso: Company) -> None:
    """Blanks are not a justification either."""
    form = await contoso.opens("rita", READ)
    with pytest.raises(FormRefused):
        await form.submit()
    await form.fill("Justification", "   ")
    with pytest.raises(FormRefused) as refused:
        await form.submit()
    assert "what you need it for" in refused.value.errors["Justification"]


async def test_approval_that_comes_after_the_wished_start_gives_access_at_once(
    company: Open,
) -> None:
    """Mia took three days; Rita wanted it from tomorrow, and now gets it from now."""
    policy = files.policy("All", files.stage("Mia", files.MANAGER), requestor_may_shorten=True)
    async with company(files.file(files.package(READ, policy))) as contoso:
        form = await _form(contoso, contoso.playground.clock.now().replace(day=5))
        await form.submit()
        await contoso.playground.days_pass(3)
        await contoso.mia.presses("Approve")
        assert "rita" in contoso.group("prod-readers")
        contoso.rita.sees("lasts until Feb 6, 2027")
