"""Two people press at the same moment: one of them was first, and everybody agrees who."""

import asyncio
from datetime import timedelta

import pytest

from engine.application.commands import Actor, SubmitRequest
from engine.domain.assignment_requests import RequestState
from engine.domain.eligibility import Wish
from engine.domain.ids import PersonId, RequestId
from playground.driver import PersonDriver
from playground.driver_forms import Form, FormRefused
from playground.seed import Person
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

ROUNDS, AT_ONCE = 20, 10
LEADS = files.stage("Leads", files.people("mia", "olga"))
ONE = files.file(files.package("Reports", files.policy("Everybody", LEADS)))


def _approver(name: str) -> Person:
    return Person(name=name, real_name=name.title(), email=f"{name}@contoso.com")


NAMES = [f"{says}{number}" for number in range(AT_ONCE) for says in ("yes", "no")]


def _reports(number: int) -> files.Part:
    leads = files.stage("Leads", files.people(f"yes{number}", f"no{number}"))
    policy = files.policy("Everybody", leads, expiration={"after": "PT1H"})
    return files.package(f"Reports {number}", policy)


MANY = files.file(*(_reports(number) for number in range(AT_ONCE)))


async def _opens_denial(person: PersonDriver) -> Form:
    form = await person.presses("Deny", on="asks for Reports", where="messages")
    assert isinstance(form, Form), form.text
    await form.fill("Reason", "No")
    return form


async def _approves(person: PersonDriver) -> str:
    """What only they were told."""
    done = await person.presses("Approve", on="asks for Reports", where="messages")
    return done.text if isinstance(done, Form) else done.ephemeral


async def _denies(form: Form) -> str:
    """What only they were told, in place of the form or in a message."""
    done = await form.submit()
    return done.text if isinstance(done, Form) else done.ephemeral


async def _state(contoso: Company, request_id: RequestId) -> RequestState:
    summary = await contoso.house.queries.request(request_id)
    assert summary is not None
    return summary.request.state


async def _one_was_first(contoso: Company, number: int, told: dict[str, str]) -> str:
    """Who it was; the other one has been told, and only one decision is written down."""
    request_id = await contoso.the_request("rita", f"Reports {number}")
    state = await _state(contoso, request_id)
    assert state in {RequestState.DELIVERED, RequestState.DENIED}
    story = await contoso.story_of(request_id)
    assert len([activity for activity in story if "decision" in activity]) == 1
    winner, loser = ("yes", "no") if state is RequestState.DELIVERED else ("no", "yes")
    assert f"@{winner.title()}{number} was first" in told[f"{loser}{number}"]
    assert told[f"{winner}{number}"].count("was first") == 0
    return winner


async def _turn(contoso: Company, turn: int) -> list[str]:
    """Ten requests, each approved by one and denied by another, all in one breath."""
    rita = Actor(person_id=PersonId(contoso.rita.id))
    for number in range(AT_ONCE):
        package_id = await contoso.package(f"Reports {number}")
        await contoso.house.service.handle(SubmitRequest(package_id=package_id, wish=Wish()), rita)
    await contoso.playground.settle_after_act()
    everybody = {name: contoso.playground.person(name) for name in NAMES}
    against = [everybody[name] for name in NAMES if "no" in name]
    forms = dict(
        zip(
            [form_of.user.name for form_of in against],
            await asyncio.gather(*map(_opens_denial, against)),
            strict=True,
        )
    )
    order = NAMES if turn % 2 else NAMES[::-1]
    presses = [
        _denies(forms[name]) if name in forms else _approves(everybody[name]) for name in order
    ]
    told = dict(zip(order, await asyncio.gather(*presses), strict=True))
    first = [await _one_was_first(contoso, number, told) for number in range(AT_ONCE)]
    for form in forms.values():
        if form.is_open:
            await form.close()
    await contoso.playground.time_passes(timedelta(hours=2))
    assert "rita" not in contoso.group("prod-readers")
    return first


@pytest.mark.slow
@pytest.mark.long
async def test_two_hundred_times_approve_against_deny_has_exactly_one_winner(
    company: Open,
) -> None:
    """Ten times two approvers disagree in the same breath, twenty times over: one is first."""
    winners: list[str] = []
    async with company(MANY, people=map(_approver, NAMES)) as contoso:
        contoso.playground.rates.burst = float("inf")
        for turn in range(ROUNDS):
            winners += await _turn(contoso, turn)
    assert {"yes", "no"} == set(winners), "both can be first"
    assert len(winners) == 200


async def test_cancel_against_approve_has_exactly_one_winner(company: Open) -> None:
    """Rita cancels while Mia approves: either she has the access, or nobody gave her any."""
    async with company(ONE) as contoso:
        contoso.playground.rates.burst = float("inf")
        for race in range(10):
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
    async with company(ONE) as contoso:
        await contoso.asks("rita", "Reports")
        contoso.playground.faults.add("deliver_twice", method="block_actions", times=1)
        await contoso.mia.presses("Approve")

        story = await contoso.story_of(await contoso.the_request("rita", "Reports"))
        assert story.count("decision.approved") == 1
        assert len(contoso.mia.messages) <= 2, "the card, and perhaps why the second did nothing"
        assert "rita" in contoso.group("prod-readers")


async def test_the_form_sent_twice_asks_once(company: Open) -> None:
    """Slack sends Rita's form a second time: she is told it is open already, and one card shows it."""
    async with company(ONE) as contoso:
        form = await contoso.opens("rita", "Reports")
        contoso.playground.faults.add("deliver_twice", method="view_submission", times=1)
        with pytest.raises(FormRefused, match="asked for this already"):
            await form.submit()

        page = await contoso.house.queries.requests()
        assert page.total == 1
        assert len(contoso.mia.messages) == 1
