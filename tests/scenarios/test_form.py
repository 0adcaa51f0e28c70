"""The form: what is offered to whom, what follows from a choice, and every no at its field."""

from dataclasses import replace

import pytest

from engine.application.commands import OPERATOR, Actor, ApplyConfiguration, SubmitRequest
from engine.domain.eligibility import Wish
from engine.domain.ids import PackageId, PersonId, PolicyId
from engine.domain.refusals import AccountClosed
from playground.acts import SlackSays
from playground.driver import Reaction
from playground.driver_forms import FormRefused
from playground.seed import Channel, Person, PersonKind
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"
VISITOR = Person(
    name="vera", real_name="Vera Vos", email="vera@elsewhere.example", kind=PersonKind.STRANGER
)
SHARED = Channel(name="with-elsewhere", members=("rita", "vera"), is_ext_shared=True)


async def _grows_to(contoso: Company, number: int) -> None:
    """The operator applies so many packages like the only one; the file itself is another story."""
    configured = await contoso.house.queries.configured()
    assert configured is not None
    (package,), (policy,) = configured.configuration.packages, configured.configuration.policies
    packages, policies = [package], [policy]
    for count in range(1, number + 1):
        package_id = PackageId(f"{count:032}")
        packages.append(replace(package, id=package_id, name=f"System {count:04}"))
        policies.append(replace(policy, id=PolicyId(f"{count:032}"), package_id=package_id))
    grown = replace(configured.configuration, packages=tuple(packages), policies=tuple(policies))
    await contoso.house.service.handle(ApplyConfiguration(configuration=grown), OPERATOR)


async def test_only_what_somebody_may_ask_for_is_offered(contoso: Company) -> None:
    """Rita sees the engineers' packages, Ada does not; hidden ones are in nobody's list."""
    ritas = await (await contoso.opens("rita")).options("Package")
    adas = await (await contoso.opens("ada")).options("Package")

    assert ritas == ["Incident responder", "Meeting room display", "Office VPN", READ]
    assert adas == ["Meeting room display", "Office VPN", READ]


async def test_a_guest_is_offered_what_is_for_everybody_and_under_the_policy_for_guests(
    contoso: Company,
) -> None:
    """Sara, a guest, has to ask the owner where members ask their manager."""
    form = await contoso.opens("sara")
    assert await form.options("Package") == ["Meeting room display", "Office VPN"]
    await form.choose("Package", "Office VPN")
    form.sees("1. Workplace owner: @Mia Moreau")
    form.sees("14 days from its start")

    members = await contoso.opens("rita", "office vpn")
    members.sees("1. Manager: @Mia Moreau")
    members.sees("180 days from its start")
    assert "Policy" not in members.labels, "POL-4: one policy is best, and taken silently"


async def test_a_stranger_from_another_workspace_can_neither_ask_nor_do_tasks(
    company: Open,
) -> None:
    """Vera shares a channel with us; Slack keeps commands from her, and a task there is not hers."""
    text = files.file(
        files.package("VPN", gives=("vpn",)),
        resources=[
            {**one, "fulfillers": ["#with-elsewhere"]} if one["name"] == "vpn" else one
            for one in files.RESOURCES
        ],
    )
    async with company(text, people=[VISITOR], channels=[SHARED]) as contoso:
        with pytest.raises(SlackSays):
            await contoso.vera.types("/access", channel="#with-elsewhere")
        await contoso.asks("rita", "VPN")
        told = await contoso.vera.presses("Done")
        assert isinstance(told, Reaction)
        assert "only for open accounts of this workspace" in told.ephemeral
        contoso.rita.sees("to do it by hand")


async def test_a_stranger_whose_request_is_forged_is_refused(company: Open) -> None:
    """Whatever reaches the door: somebody of another workspace gets nothing."""
    async with company(files.file(files.package("Logs")), people=[VISITOR]) as contoso:
        actor = Actor(person_id=PersonId(contoso.vera.id))
        command = SubmitRequest(package_id=await contoso.package("Logs"), wish=Wish())
        with pytest.raises(AccountClosed):
            await contoso.house.service.handle(command, actor)


async def test_a_hidden_package_is_found_by_its_whole_name_only(contoso: Company) -> None:
    """PKG-2: part of the name finds nothing, the whole name, in any case, does."""
    form = await contoso.opens("rita")
    assert await form.options("Package", "build server") == []
    whole = await form.options("Package", "build SERVER administration")
    assert whole == ["Build server administration"]
    by_words = await contoso.opens("rita", "Build server administration")
    assert by_words.value("Package") == "Build server administration"


async def test_words_that_fit_several_packages_open_the_form_and_name_them(
    contoso: Company,
) -> None:
    """Nothing is chosen for somebody who was not clear."""
    form = await contoso.opens("rita", "o")
    assert "More than one package fits" in form.text
    assert READ in form.text
    assert not form.value("Package")


async def test_words_that_fit_no_package_open_the_form_and_say_so(contoso: Company) -> None:
    """One sentence, and a way to look through all of them."""
    form = await contoso.opens("rita", "spaceship")
    assert "spaceship" in form.text
    assert READ in await form.options("Package")


async def test_of_five_thousand_packages_any_is_found_by_typing(company: Open) -> None:
    """Slack shows a hundred; the 101st and the last come with a few letters."""
    async with company(files.file(files.package("Zebra"))) as contoso:
        await _grows_to(contoso, 5000)
        form = await contoso.opens("rita")
        first = await form.options("Package")
        assert first == [f"System {number:04}" for number in range(1, 101)]
        for name in ("System 0101", "System 5000"):
            assert await form.options("Package", name.removeprefix("System ")) == [name]
            await form.choose("Package", name)
            assert form.value("Package") == name
        await form.submit()
        contoso.rita.sees("System 5000")


async def test_choosing_a_package_updates_the_form_and_keeps_what_was_typed(
    contoso: Company,
) -> None:
    """Rita wrote her reason first, and then looked at another package."""
    form = await contoso.opens("rita", "office vpn")
    await form.fill("Justification", "Working from home")
    await form.choose("Package", READ)
    form.sees("2. Owner: @Olga Orlova")
    form.does_not_see("180 days")
    assert form.value("Justification") == "Working from home"

    await form.choose("Package", "Office VPN")
    form.does_not_see("2. Owner")
    assert form.value("Justification") == "Working from home"


async def test_of_several_policies_that_fit_alike_the_requestor_picks_one(
    company: Open,
) -> None:
    """POL-4: the short way without approval, the long way with Mia; the form follows the choice."""
    short = files.policy("A day", expiration={"after": "P1D"})
    long = files.policy("A month", files.stage("Mia", files.MANAGER))
    async with company(files.file(files.package(READ, short, long))) as contoso:
        form = await contoso.opens("rita", READ)
        assert await form.options("Policy") == ["A day", "A month"]
        with pytest.raises(FormRefused):
            await form.submit()

        await form.choose("Policy", "A month")
        form.sees("1. Mia: @Mia Moreau")
        await form.choose("Policy", "A day")
        form.sees("Nobody needs to approve this")
        await form.submit()
        assert "rita" in contoso.group("prod-readers")
        contoso.rita.sees("lasts until tomorrow")


async def test_what_is_held_already_is_refused_and_points_to_extend(contoso: Company) -> None:
    """The form for it says so at once, whatever would be filled in."""
    await contoso.asks("rita", "Meeting room display")
    await contoso.ivan.presses("Done")
    form = await contoso.opens("rita", "meeting room")
    form.sees("You have this access already until today at 2:00 PM")
    form.sees("press Extend")


async def test_what_is_held_for_as_long_as_can_be_is_not_offered_longer(company: Open) -> None:
    """LIF-5: the policy ends on a day, and so does the access; there is nothing to press."""
    until = files.policy("All", expiration={"on": "2027-06-30"}, extension={"allowed": True})
    async with company(files.file(files.package(READ, until))) as contoso:
        await contoso.asks("rita", READ)
        form = await contoso.opens("rita", READ)

        form.sees("You have this access already until")
        form.does_not_see("Extend")


async def test_what_is_pending_already_is_refused_with_a_link_to_its_card(
    contoso: Company,
) -> None:
    """Rita forgot that she asked: the form says so, and leads her to the card."""
    await contoso.asks("rita", READ, Justification="First")
    form = await contoso.opens("rita", READ)
    form.sees("You have asked for this already")
    form.sees("See where it stands")
    assert len(contoso.mia.messages) == 1


async def test_what_may_not_go_together_is_refused_naming_what_is_in_the_way(
    contoso: Company,
) -> None:
    """SOD-2: Rita administers build servers, so she may not read production."""
    await contoso.administers("assign @rita Build server administration")
    form = await contoso.opens("rita", READ)
    form.sees("may not be held together")
    form.sees("Build server administration")


async def test_an_unpublished_catalog_offers_nothing(company: Open) -> None:
    """CAT-4: neither in the list nor by name."""
    async with company(files.file(files.package(READ), state="unpublished")) as contoso:
        form = await contoso.opens("rita")
        form.sees("There is nothing you can ask for at the moment")
        form = await contoso.opens("rita", READ)
        form.sees("There is nothing you can ask for at the moment")


async def test_the_form_without_anything_chosen_says_so_at_the_field(contoso: Company) -> None:
    """Sending an empty form is answered under Package."""
    form = await contoso.opens("rita")
    with pytest.raises(FormRefused) as refused:
        await form.submit()
    assert "Package" in refused.value.errors
