"""People come and go while requests wait and access is held."""

from engine.domain.ids import PersonId
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"
MANAGER = files.stage("Manager", files.MANAGER)


async def test_the_approver_leaves_and_the_fallback_is_asked_at_once(contoso: Company) -> None:
    """Mia's account is closed before she decided: IT leads have a card, and may decide."""
    await contoso.asks("rita", READ, Justification="On call")
    await contoso.playground.user_leaves("mia")

    contoso.lena.sees("Rita Romero asks for Production read access")
    contoso.rita.sees("@Lena Lind")
    await contoso.lena.presses("Approve")
    contoso.olga.sees("✓ Manager: Approved by @Lena Lind")
    await contoso.olga.presses("Approve")
    assert "rita" in contoso.group("prod-readers")


async def test_one_of_several_approvers_leaves_and_the_others_go_on(company: Open) -> None:
    """Two of three must agree and one leaves: the two who stay are enough."""
    leads = files.stage("Leads", files.people("mia", "olga", "max"), needed=2)
    async with company(files.file(files.package(READ, files.policy("All", leads)))) as contoso:
        await contoso.asks("rita", READ)
        await contoso.playground.user_leaves("max")
        await contoso.mia.presses("Approve")
        await contoso.olga.presses("Approve")
        assert "rita" in contoso.group("prod-readers")


async def test_with_all_needed_whoever_leaves_is_no_longer_waited_for(company: Open) -> None:
    """Mia approved, Max did not and is gone: the stage is settled without him."""
    leads = files.stage("Leads", files.people("mia", "max"), needed="all")
    async with company(files.file(files.package(READ, files.policy("All", leads)))) as contoso:
        await contoso.asks("rita", READ)
        await contoso.mia.presses("Approve")
        assert "rita" not in contoso.group("prod-readers")
        await contoso.playground.user_leaves("max")
        assert "rita" in contoso.group("prod-readers")


async def test_what_somebody_decided_counts_although_they_left(company: Open) -> None:
    """Mia approved and left; with Olga the two are complete."""
    leads = files.stage("Leads", files.people("mia", "olga"), needed=2)
    async with company(files.file(files.package(READ, files.policy("All", leads)))) as contoso:
        await contoso.asks("rita", READ)
        await contoso.mia.presses("Approve")
        await contoso.playground.user_leaves("mia")
        await contoso.olga.presses("Approve")
        assert "rita" in contoso.group("prod-readers")


async def test_somebody_joins_the_approving_group_and_may_decide_what_waits(
    company: Open,
) -> None:
    """Max comes to the IT leads after the stage opened; he gets a card at once, and approves."""
    leads = files.stage("Leads", files.group("@it-leads"))
    async with company(files.file(files.package(READ, files.policy("All", leads)))) as contoso:
        await contoso.asks("rita", READ)
        await contoso.playground.joins_group("max", "@it-leads")
        await contoso.max.presses("Approve")
        contoso.lena.sees("Approved by @Max")
        assert "rita" in contoso.group("prod-readers")


async def test_somebody_joins_a_group_that_decides_nothing_and_nobody_hears_of_it(
    company: Open,
) -> None:
    """The engineers are no approvers: what waits goes on waiting for Mia alone."""
    async with company(files.file(files.package(READ, files.policy("All", MANAGER)))) as contoso:
        await contoso.asks("rita", READ)
        await contoso.playground.joins_group("max", "@engineers")
        assert contoso.max.messages == []
        contoso.mia.sees("Rita Romero asks")


async def test_the_policy_finds_nobody_and_the_administrators_know_who_stands_in(
    company: Open,
) -> None:
    """APR-20: Mia leaves, the organization's IT leads are asked, the administrators are told."""
    async with company(files.file(files.package(READ, files.policy("All", MANAGER)))) as contoso:
        await contoso.asks("rita", READ)
        await contoso.playground.user_leaves("mia")
        contoso.ada.sees("Asked in their place: @Lena Lind")
        await contoso.lena.presses("Approve")
        assert "rita" in contoso.group("prod-readers")


async def test_the_requestor_leaves_and_nobody_is_asked_any_more(contoso: Company) -> None:
    """Rita's account is closed: her request is canceled, and Mia's card says so."""
    await contoso.asks("rita", READ, Justification="On call")
    request_id = await contoso.the_request("rita", READ)
    await contoso.playground.user_leaves("rita")

    contoso.mia.sees("Canceled")
    contoso.mia.sees("the account was closed")
    assert contoso.mia.messages[0].buttons == ()
    assert "request.canceled" in await contoso.story_of(request_id)
    await contoso.stays_quiet(30)


async def test_the_holder_leaves_and_loses_everything_at_once(contoso: Company) -> None:
    """Slack takes Ed out of its groups itself; the rest is taken by Usher, tasks included."""
    await contoso.asks("ed", "Office VPN", Justification="Working from home")
    await contoso.mia.presses("Approve")
    await contoso.ivan.presses("Done")
    await contoso.administers("assign @ed Incident responder")
    assert {"ed"} <= contoso.group("prod-readers")

    await contoso.playground.user_leaves("ed")

    assert "ed" not in contoso.group("prod-readers")
    assert "ed" not in contoso.channel("incident-room")
    contoso.ivan.sees("please take access away")
    held = await contoso.house.queries.held_by(PersonId(contoso.ed.id))
    assert held.total == 0
    await contoso.ivan.presses("Done")


async def test_somebody_who_comes_back_starts_with_nothing(contoso: Company) -> None:
    """Rita's account is opened again: she holds nothing, and may ask."""
    await contoso.asks("rita", "Meeting room display")
    await contoso.ivan.presses("Done")
    await contoso.playground.user_leaves("rita")
    await contoso.ivan.presses("Done")
    await contoso.playground.changes.returns("rita")

    assert "You hold no access package" in await contoso.says("rita", "/access mine")
    await contoso.asks("rita", "Meeting room display")
    contoso.ivan.sees("please give access")


async def test_an_approver_who_comes_back_is_asked_what_waits_by_then(company: Open) -> None:
    """Rita asked while Mia's account was closed: the stand-in was asked, and now Mia is."""
    named = files.stage("Lead", files.people("mia"))
    async with company(files.file(files.package(READ, files.policy("All", named)))) as contoso:
        await contoso.playground.user_leaves("mia")
        await contoso.asks("rita", READ)
        contoso.lena.sees("Rita Romero asks")
        await contoso.playground.changes.returns("mia")

        contoso.lena.sees("It now waits for @Mia")
        await contoso.mia.presses("Approve")
        assert "rita" in contoso.group("prod-readers")
