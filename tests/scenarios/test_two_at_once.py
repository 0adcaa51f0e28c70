"""Two people press at the same moment: one of them was first, and everybody agrees who."""

import asyncio

from engine.domain.assignment_requests import RequestState
from engine.domain.ids import RequestId
from playground.driver import PersonDriver
from playground.driver_forms import Form
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

RACES = 200
LEADS = files.stage("Leads", files.people("mia", "olga"), reason="optional")
TEXT = files.file(files.package("Reports", files.policy("Everybody", LEADS)))


async def _presses(person: PersonDriver, label: str) -> str:
    """What came of pressing; a form is sent with a reason. Answers what only they were told."""
    done = await person.presses(label, on="asks for Reports", where="messages")
    if isinstance(done, Form):
        if "Reason" in done.labels:
            await done.fill("Reason", "No")
        done_then = await done.submit()
        return "" if isinstance(done_then, Form) else done_then.ephemeral
    return done.ephemeral


async def _state(contoso: Company, request_id: RequestId) -> RequestState:
    summary = await contoso.house.queries.request(request_id)
    assert summary is not None
    return summary.request.state


async def test_two_hundred_times_approve_against_deny_has_exactly_one_winner(
    company: Open,
) -> None:
    """Mia approves and Olga denies in the same breath; one of them decides, the other is told."""
    winners = {"mia": 0, "olga": 0}
    async with company(TEXT) as contoso:
        contoso.playground.rates.burst = float("inf")
        for race in range(RACES):
            await contoso.asks("rita", "Reports")
            request_id = await contoso.the_request("rita", "Reports")
            presses = [_presses(contoso.mia, "Approve"), _presses(contoso.olga, "Deny")]
            told = await asyncio.gather(*(presses if race % 2 else reversed(presses)))
            state = await _state(contoso, request_id)

            winner, loser = ("mia", "olga") if state is RequestState.DELIVERED else ("olga", "mia")
            assert state in {RequestState.DELIVERED, RequestState.DENIED}
            winners[winner] += 1
            decisions = [a for a in await contoso.story_of(request_id) if "decision" in a]
            assert len(decisions) == 1
            name = contoso.playground.person(winner).user.name
            assert sum("was first" in words for words in told) == 1, (loser, told, name)
            await contoso.check()
            if state is RequestState.DELIVERED:
                await contoso.administers("remove @rita Reports")
    assert all(winners.values()), f"both can be first: {winners}"


async def test_cancel_against_approve_has_exactly_one_winner(company: Open) -> None:
    """Rita cancels while Mia approves: either she has the access, or nobody gave her any."""
    async with company(TEXT) as contoso:
        contoso.playground.rates.burst = float("inf")
        for race in range(20):
            await contoso.asks("rita", "Reports")
            request_id = await contoso.the_request("rita", "Reports")
            presses = [
                contoso.rita.presses("Cancel request", where="messages"),
                contoso.mia.presses("Approve", where="messages"),
            ]
            await asyncio.gather(*(presses if race % 2 else reversed(presses)))

            state = await _state(contoso, request_id)
            has_it = "rita" in contoso.group("prod-readers")
            assert has_it == (state is RequestState.DELIVERED), state
            assert state in {RequestState.DELIVERED, RequestState.CANCELED}
            if has_it:
                await contoso.administers("remove @rita Reports")
            await contoso.check()


async def test_the_same_press_delivered_twice_decides_once(company: Open) -> None:
    """Slack sends Mia's press a second time: one decision, and no second message to anybody."""
    async with company(TEXT) as contoso:
        await contoso.asks("rita", "Reports")
        contoso.playground.faults.add("deliver_twice", method="block_actions", times=1)
        await contoso.mia.presses("Approve")

        story = await contoso.story_of(await contoso.the_request("rita", "Reports"))
        assert story.count("decision.approved") == 1
        assert len(contoso.mia.messages) <= 2, "the card, and perhaps why the second did nothing"
        assert "rita" in contoso.group("prod-readers")


async def test_the_form_sent_twice_asks_once(company: Open) -> None:
    """Slack sends Rita's form a second time: one request is open, and one card shows it."""
    async with company(TEXT) as contoso:
        form = await contoso.opens("rita", "Reports")
        contoso.playground.faults.add("deliver_twice", method="view_submission", times=1)
        await form.submit()

        page = await contoso.house.queries.requests()
        assert page.total == 1
        assert len(contoso.mia.messages) == 1
