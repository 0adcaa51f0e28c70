"""How many must agree, who is found when nobody is, and that nobody decides for themselves."""

import pytest

from engine.application.commands import Actor, DecideRequest
from engine.domain.assignment_requests import RequestState
from engine.domain.ids import PersonId
from engine.domain.refusals import NotAnApprover, OwnRequest
from engine.domain.stages import Verdict
from playground.driver import Form
from playground.seed import Person, Usergroup
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"
NEWCOMER = Person(name="nora", real_name="Nora Novak", email="nora@contoso.com")
EMPTY = Usergroup(handle="nobody-home", name="Nobody", members=())


def _file(
    stage: files.Part, *, owners: tuple[str, ...] = ("olga",), fallback: str = "@it-leads"
) -> str:
    policy = files.policy("All", stage)
    return files.file(files.package(READ, policy), owners=owners, fallback=(fallback,))


async def test_two_of_three_must_agree(contoso: Company) -> None:
    """The first approval waits for a second one, and the third is not needed."""
    await contoso.asks("ed", "Incident responder")
    await contoso.max.presses("Approve")
    contoso.ed.sees("1 of 2")
    assert "Approve" not in contoso.max.messages[0].buttons
    assert "ed" not in contoso.group("prod-readers")

    await contoso.lena.presses("Approve")
    assert "ed" in contoso.group("prod-readers")
    contoso.olga.sees("Approved")
    assert contoso.olga.messages[0].buttons == ()


async def test_whoever_comes_third_where_two_agreed_is_not_told_that_one_was_first(
    contoso: Company,
) -> None:
    """Max was, and Lena's was the answer that settled it: she is named, with when."""
    await contoso.asks("ed", "Incident responder")
    form = await contoso.olga.presses("Deny")
    assert isinstance(form, Form)
    await contoso.max.presses("Approve")
    await contoso.lena.presses("Approve")
    await form.fill("Reason", "Not this week")
    told = await form.submit()

    assert "@Lena Lind approved this" in told.text
    assert "before your answer came. It was not needed and changed nothing." in told.text
    assert "was first" not in told.text


async def test_one_of_two_agreed_and_the_request_expires_for_want_of_the_other(
    contoso: Company,
) -> None:
    """Somebody did decide in time: Ed is not told that nobody did, on his card or beside it."""
    await contoso.asks("ed", "Incident responder")
    await contoso.max.presses("Approve")
    await contoso.playground.days_pass(40)

    contoso.ed.sees("has expired, because too few people approved in time")
    contoso.ed.sees("Too few people approved in time, so no access was given")
    assert "ed" not in contoso.group("prod-readers")
    await contoso.asks("rita", "Incident responder")
    await contoso.playground.days_pass(40)
    contoso.rita.sees("has expired, because nobody decided in time")


async def test_one_denial_is_enough_where_two_must_agree(contoso: Company) -> None:
    """One said yes, one says no: it is over."""
    await contoso.asks("ed", "Incident responder")
    await contoso.max.presses("Approve")
    await contoso.denies("lena", "Not this week")
    contoso.ed.sees("Denied")
    contoso.max.sees("Denied by @Lena Lind")
    assert contoso.olga.messages[0].buttons == ()


async def test_everybody_must_agree_and_each_says_why(contoso: Company) -> None:
    """Olga and Lena both have to; each gives a reason, and Rita reads both."""
    await contoso.asks("rita", "Build server administration", Justification="Upgrade")
    for name, reason in (("olga", "Upgrade is planned"), ("lena", "Fine with IT")):
        assert "rita" not in contoso.group("prod-readers")
        form = await contoso.playground.person(name).presses("Approve")
        assert isinstance(form, Form)
        await form.fill("Reason", reason)
        await form.submit()
    contoso.rita.sees("Upgrade is planned")
    contoso.rita.sees("Fine with IT")
    contoso.ivan.sees("please give access")
    await contoso.ivan.presses("Done")
    contoso.rita.sees("Delivered")


async def test_somebody_without_a_manager_is_decided_on_by_the_fallback_of_the_stage(
    company: Open,
) -> None:
    """APR-14: Nora has no manager; the stage names Max for that."""
    stage = files.stage("Manager", files.MANAGER, fallback_approvers=["max@contoso.com"])
    async with company(_file(stage), people=[NEWCOMER]) as contoso:
        await contoso.asks("nora", READ)
        contoso.max.sees("Nora Novak asks")
        assert contoso.lena.messages == []
        await contoso.max.presses("Approve")
        assert "nora" in contoso.group("prod-readers")


async def test_then_the_organizations_fallback_is_asked(company: Open) -> None:
    """No fallback in the stage: IT leads."""
    async with company(_file(files.stage("Manager", files.MANAGER)), people=[NEWCOMER]) as contoso:
        await contoso.asks("nora", READ)
        contoso.lena.sees("Nora Novak asks")
        await contoso.lena.presses("Approve")
        assert "nora" in contoso.group("prod-readers")


async def test_then_the_catalogs_owners_are_asked(company: Open) -> None:
    """The fallback group is empty: Olga, who owns the catalog."""
    text = _file(files.stage("Manager", files.MANAGER), fallback="@nobody-home")
    async with company(text, people=[NEWCOMER], usergroups=[EMPTY]) as contoso:
        await contoso.asks("nora", READ)
        contoso.olga.sees("Nora Novak asks")
        await contoso.olga.presses("Approve")
        assert "nora" in contoso.group("prod-readers")


async def test_then_the_administrators_are_told_and_nothing_is_approved_by_itself(
    company: Open,
) -> None:
    """APR-20: the only owner asks herself; Ada reads what to do, and hands it to Max."""
    text = _file(files.stage("Manager", files.MANAGER), owners=("nora",), fallback="@nobody-home")
    async with company(text, people=[NEWCOMER], usergroups=[EMPTY]) as contoso:
        await contoso.asks("nora", READ)
        contoso.ada.sees("Nora Novak")
        contoso.ada.sees("reassign")
        contoso.nora.sees("nobody")
        await contoso.playground.days_pass(3)
        assert "nora" not in contoso.group("prod-readers")

        short = (await contoso.the_request("nora", READ))[-6:]
        await contoso.administers(f"reassign {short} @max")
        await contoso.max.presses("Approve")
        assert "nora" in contoso.group("prod-readers")


async def test_nobody_found_and_nobody_named_ends_in_expiry(company: Open) -> None:
    """Silence is never a yes."""
    text = _file(files.stage("Manager", files.MANAGER), owners=("nora",), fallback="@nobody-home")
    async with company(text, people=[NEWCOMER], usergroups=[EMPTY]) as contoso:
        await contoso.asks("nora", READ)
        await contoso.playground.days_pass(8)
        contoso.nora.sees("Expired")
        assert "nora" not in contoso.group("prod-readers")


async def test_too_few_to_reach_the_number_are_completed_by_fallbacks(company: Open) -> None:
    """Two must agree and Max has left: IT leads come to Mia's aid."""
    stage = files.stage("Two", files.people("mia", "max"), needed=2)
    async with company(_file(stage)) as contoso:
        await contoso.playground.user_leaves("max")
        await contoso.asks("rita", READ)
        await contoso.mia.presses("Approve")
        assert "rita" not in contoso.group("prod-readers")
        await contoso.lena.presses("Approve")
        assert "rita" in contoso.group("prod-readers")


async def test_an_approver_never_decides_on_their_own_request(company: Open) -> None:
    """APR-8: Olga is one of two named; on her own request only Mia is asked, and a forged press fails."""
    async with company(_file(files.stage("Leads", files.people("mia", "olga")))) as contoso:
        await contoso.asks("olga", READ)
        assert all("Approve" not in one.buttons for one in contoso.olga.messages)
        request_id = await contoso.the_request("olga", READ)
        forged = DecideRequest(request_id=request_id, stage_number=0, verdict=Verdict.APPROVED)
        with pytest.raises(OwnRequest):
            await contoso.house.service.handle(forged, Actor(person_id=PersonId(contoso.olga.id)))
        with pytest.raises(NotAnApprover):
            await contoso.house.service.handle(forged, Actor(person_id=PersonId(contoso.ed.id)))
        refused = [str(row["activity"]) for row in await contoso.audit()][-2:]
        assert refused == ["refused.OwnRequest", "refused.NotAnApprover"]
        await contoso.mia.presses("Approve")
        contoso.olga.sees("Delivered")


async def test_whoever_is_their_own_manager_is_decided_on_by_others(company: Open) -> None:
    """The directory says that Max reports to Max; he is not asked about himself."""
    async with company(_file(files.stage("Manager", files.MANAGER))) as contoso:
        await contoso.playground.changes_profile("max", Manager="max")
        await contoso.asks("max", READ)
        assert all("Approve" not in one.buttons for one in contoso.max.messages)
        contoso.lena.sees("Max Mbeki asks")
        await contoso.lena.presses("Approve")
        contoso.max.sees("Delivered")


async def test_only_one_may_decide_and_it_is_the_requestor_so_others_are_found(
    company: Open,
) -> None:
    """Olga owns the catalog alone and asks for its package: the organization's fallback decides."""
    async with company(_file(files.stage("Owner", files.OWNERS))) as contoso:
        await contoso.asks("olga", READ)
        contoso.lena.sees("Olga Orlova asks")
        await contoso.lena.presses("Approve")
        summary = await contoso.house.queries.request(await contoso.the_request("olga", READ))
        assert summary is not None
        assert summary.request.state is RequestState.DELIVERED
