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
    done = "approved" if winner == "yes" else "denied"
    assert f"@{winner.title()}{number} {done} this" in told[f"{loser}{number}"]
    assert "before your answer came" in told[f"{loser}{number}"]
    assert "before your answer came" not in told[f"{winner}{number}"]
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


@pytest.mark.parametrize("package", ["Reports", "Free"])
async def test_the_form_sent_twice_asks_once(company: Open, package: str) -> None:
    """Slack sends Rita's form a second time: it closes, and one card shows the one request.

    Whether somebody must decide, or she has it at once.
    """
    parts = (files.package("Free"), files.package("Reports", files.policy("Everybody", LEADS)))
    async with company(files.file(*parts)) as contoso:
        form = await contoso.opens("rita", package)
        contoso.playground.faults.add("deliver_twice", method="view_submission", times=1)
        await form.submit()

        assert not form.is_open
        page = await contoso.house.queries.requests()
        assert page.total == 1
        assert len(contoso.mia.messages) == (1 if package == "Reports" else 0)


async def test_another_form_with_the_same_words_is_another_asking(company: Open) -> None:
    """Rita has sent one elsewhere; this one tells her that she has asked already."""
    async with company(ONE) as contoso:
        form = await contoso.opens("rita", "Reports")
        elsewhere = SubmitRequest(
            package_id=await contoso.package("Reports"), wish=Wish(), form_id="V1"
        )
        await contoso.house.service.handle(elsewhere, Actor(person_id=PersonId(contoso.rita.id)))
        with pytest.raises(FormRefused, match="asked for this already"):
            await form.submit()
        assert (await contoso.house.queries.requests()).total == 1


@pytest.mark.parametrize("stages", [(), (LEADS,)])
async def test_the_form_for_more_time_sent_twice_extends_once(
    company: Open, stages: tuple[files.Part, ...]
) -> None:
    """Whether somebody must decide, or the end moves at once."""
    policy = files.policy("Everybody", *stages, extension={"allowed": True})
    async with company(files.file(files.package("Reports", policy))) as contoso:
        await contoso.administers("assign @rita Reports")
        form = await contoso.rita.presses("Extend")
        assert isinstance(form, Form)
        contoso.playground.faults.add("deliver_twice", method="view_submission", times=1)
        await form.submit()
        if stages:
            await contoso.mia.presses("Approve")
        held = await contoso.house.queries.held_by(PersonId(contoso.rita.id))
        assert len(held.rows[0].assignment.extended_by) == 1
        assert (await contoso.house.queries.requests()).total == 2


async def test_two_copies_of_a_form_at_the_same_moment_ask_once(company: Open) -> None:
    """Ten arrive together; each is answered with the same request."""
    async with company(ONE) as contoso:
        rita = Actor(person_id=PersonId(contoso.rita.id))
        command = SubmitRequest(
            package_id=await contoso.package("Reports"), wish=Wish(), form_id="V1"
        )
        copies = [contoso.house.service.handle(command, rita) for _ in range(AT_ONCE)]
        assert len(set(await asyncio.gather(*copies))) == 1
        assert (await contoso.house.queries.requests()).total == 1
