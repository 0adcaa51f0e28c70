"""Administrators on their Home tab: all that the command does, told in their channel."""

import pytest

import configuration
from playground.driver import Form, Reaction
from playground.driver_forms import FormRefused
from tests.company import ADMIN_CHANNEL, Company
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import hold, reviewed

READ = "Production read access"
MENU = {
    "Requests",
    "Packages",
    "Reviews",
    "Review results",
    "Assign a package",
    "Remove a package",
    "Start a review",
}


async def _opens(contoso: Company, label: str, who: str = "ada", where: str = "home") -> Form:
    person = contoso.playground.person(who)
    form = await person.presses(label, where=where)
    assert isinstance(form, Form), form.text
    return form


def _in_channel(contoso: Company) -> list[str]:
    """What everybody in the administrators' channel reads."""
    workspace = contoso.playground.workspace
    channel = workspace.channel(ADMIN_CHANNEL)
    lena = contoso.playground.person("lena")
    return [lena.seen(one).text for one in channel.messages if one.ephemeral_to is None]


async def test_only_administrators_have_the_menu(contoso: Company) -> None:
    """And those who were made one have it the next time they look."""
    ada = await contoso.ada.opens_home()
    assert set(ada.buttons) >= MENU
    lena = await contoso.lena.opens_home()
    assert not set(lena.buttons) & MENU
    lena.does_not_see("Administration")


async def test_a_package_is_assigned_and_taken_away_by_forms(contoso: Company) -> None:
    """Rita gets it, with Ada's reason, and loses it; the channel reads both."""
    await contoso.ada.opens_home()
    form = await _opens(contoso, "Assign a package")
    await form.choose("Person", "Rita Romero")
    assert await form.options("Package", "dashboards and logs") == [READ]
    await form.choose("Package", READ)
    await form.fill("Reason", "New on the rota")
    told = await form.submit()
    assert isinstance(told, Form)
    told.sees("@Rita Romero gets Production read access")
    assert "rita" in contoso.group("prod-readers")
    contoso.rita.sees("Assigned by @Ada Acheampong")
    assert "@Ada Acheampong assigned Production read access to @Rita Romero" in _last(contoso)
    assert "New on the rota" in _last(contoso)
    await told.close()

    form = await _opens(contoso, "Remove a package")
    await form.choose("Person", "Rita Romero")
    await form.choose("Package", READ)
    await form.fill("Reason", "Off the <rota>")
    told = await form.submit()
    assert isinstance(told, Form)
    told.sees("no longer has Production read access")
    contoso.rita.sees("An administrator ended your access")
    contoso.rita.sees("They wrote: Off the <rota>")
    assert "rita" not in contoso.group("prod-readers")
    assert "took Production read access away from @Rita Romero" in _last(contoso)


def _last(contoso: Company) -> str:
    return _in_channel(contoso)[-1]


async def test_what_cannot_be_is_said_at_its_field(contoso: Company) -> None:
    """About the person or about the package, and about them, not about whoever asks."""
    await contoso.administers(f"assign @rita {READ}")
    await contoso.asks("ed", READ, Justification="On call")
    await contoso.ada.opens_home()
    for person, package, label, words in (
        ("Rita Romero", READ, "Package", "They have this package already"),
        ("Ed Eriksen", READ, "Package", "still open"),
        ("Sara Silva", READ, "Package", "not offered to this person"),
        ("Ada Acheampong", READ, "Person", "Nobody assigns to themselves"),
    ):
        form = await _opens(contoso, "Assign a package")
        await form.choose("Person", person)
        await form.choose("Package", package)
        with pytest.raises(FormRefused) as refused:
            await form.submit()
        assert words in refused.value.errors[label]
        await form.dismiss()
    form = await _opens(contoso, "Remove a package")
    with pytest.raises(FormRefused):
        await form.submit()
    await form.choose("Person", "Mia Moreau")
    await form.choose("Package", READ)
    with pytest.raises(FormRefused) as refused:
        await form.submit()
    assert "does not have this package" in refused.value.errors["Package"]
    assert not _in_channel(contoso)


async def test_requests_are_listed_and_acted_upon(contoso: Company) -> None:
    """Reassigned, canceled after a question, and followed in their story; the list follows."""
    for who in ("rita", "ed"):
        await contoso.asks(who, READ, Justification="On call")
    await contoso.ada.opens_home()
    listed = await _opens(contoso, "Requests")
    listed.sees("@Rita Romero")

    form = await contoso.ada.presses("Reassign", on="@Rita Romero")
    assert isinstance(form, Form)
    await form.choose("Person", "Max Mbeki")
    told = await form.submit()
    assert isinstance(told, Form)
    told.sees("@Max Mbeki has been asked to decide")
    assert "@Ada Acheampong asked @Max Mbeki to decide: @Rita Romero asks" in _last(contoso)
    contoso.max.sees("Approve")
    await told.close()

    told = await contoso.ada.presses("Cancel request", on="@Ed Eriksen")
    assert isinstance(told, Form)
    told.sees("is canceled")
    assert "canceled the request of @Ed Eriksen" in _last(contoso)
    await told.close()
    assert contoso.ada.form is not None
    contoso.ada.form.sees("Canceled")

    story = await contoso.ada.presses("Story", on="@Rita Romero")
    assert isinstance(story, Form)
    story.sees("stage 1 was handed to @Max Mbeki")
    await story.presses("Cancel request")
    story = contoso.ada.form
    assert story is not None
    story.sees("The request for Production read access is canceled")
    assert "Cancel request" not in contoso.ada.buttons[:2]
    contoso.rita.sees("Canceled by @Ada Acheampong")


async def test_a_failed_delivery_is_tried_again_from_the_list(company: Open) -> None:
    """The counts on the tab below follow."""
    room = files.package("Room", gives=("incident-room",))
    async with company(files.file(room)) as contoso:
        await contoso.playground.changes.app_leaves_channel("incident-room")
        await contoso.asks("rita", "Room")
        home = await contoso.ada.opens_home()
        home.sees("1 delivery has failed")
        workspace = contoso.playground.workspace
        workspace.channel("incident-room").members.append(workspace.bot.id)
        await _opens(contoso, "Requests")
        told = await contoso.ada.presses("Reprocess", where="modal")
        assert isinstance(told, Form)
        told.sees("is being tried again")
        assert "rita" in contoso.channel("incident-room")
        assert "had the delivery of Room to @Rita Romero tried again" in _in_channel(contoso)[-1]
        contoso.ada.home.sees("no delivery has failed")


async def test_lists_are_turned_page_by_page_in_their_form(company: Open) -> None:
    """Thirty packages: Next shows the others in the same form."""
    packages = [files.package(f"Package {number:02}") for number in range(30)]
    async with company(files.file(*packages)) as contoso:
        await contoso.ada.opens_home()
        listed = await _opens(contoso, "Packages")
        listed.sees("Package 00")
        for last in ("Package 19", "Package 29"):
            await listed.presses("Next")
            listed.sees(last)
        await listed.presses("Previous")
        listed.sees("Package 10")


async def test_a_review_is_started_watched_and_stopped(company: Open) -> None:
    """From the menu; each of it is told in the channel, and its results come there."""
    async with company(reviewed({"manager": 1})) as contoso:
        await hold(contoso, "rita")
        await contoso.ada.opens_home()
        form = await _opens(contoso, "Start a review")
        await form.choose("Package", READ)
        told = await form.submit()
        assert isinstance(told, Form)
        told.sees(READ)
        started = f"@Ada Acheampong started an access review of {READ}"
        assert started in "".join(_in_channel(contoso))
        await told.close()
        await _opens(contoso, "Reviews")
        story = await contoso.ada.presses("Story", where="modal")
        assert isinstance(story, Form)
        story.sees("The story of a review")
        await story.close()
        told = await contoso.ada.presses("Stop", where="modal")
        assert isinstance(told, Form)
        assert f"stopped the access review of {READ}" in "".join(_in_channel(contoso))
        await told.dismiss()
        results = await _opens(contoso, "Review results")
        results.sees("No review")


async def test_help_opens_in_front_of_the_tab(contoso: Company) -> None:
    """The administrators' help beside everybody's."""
    await contoso.ada.opens_home()
    told = await contoso.ada.presses("Help", on="Assign a package", where="home")
    assert isinstance(told, Form)
    told.sees("/access-admin assign @person PACKAGE")


async def test_the_command_alone_has_the_same_menu(contoso: Company) -> None:
    """Above its usage; lists come as messages there, forms as everywhere."""
    told = await contoso.administers("")
    assert set(told.messages[-1].buttons) >= MENU
    listed = await contoso.ada.presses("Packages", where="messages")
    assert isinstance(listed, Reaction)
    assert READ in listed.ephemeral
    form = await _opens(contoso, "Assign a package", where="messages")
    await form.choose("Person", "Rita Romero")
    await form.choose("Package", READ)
    told_ = await form.submit()
    assert isinstance(told_, Form)
    assert "rita" in contoso.group("prod-readers")
    assert "assigned Production read access to @Rita Romero" in _last(contoso)


async def test_an_administrator_outside_the_channel_is_told_where_they_belong(
    contoso: Company,
) -> None:
    """Ada was taken out of the channel: whatever she presses changes nothing, and is written down."""
    await contoso.ada.opens_home()
    form = await _opens(contoso, "Assign a package")
    await form.choose("Person", "Rita Romero")
    await form.choose("Package", READ)
    contoso.playground.workspace.channel(ADMIN_CHANNEL).members.remove(contoso.ada.id)
    told = await form.submit()
    assert isinstance(told, Form)
    told.sees("you are not in #access-admin")
    await told.dismiss()
    for label in sorted(MENU):
        told = await _opens(contoso, label)
        told.sees("you are not in #access-admin")
        await told.dismiss()
    assert "rita" not in contoso.group("prod-readers")
    assert (await contoso.audit())[-1]["activity"] == "refused.OutsideAdminChannel"


async def test_whoever_administers_no_more_finds_the_buttons_dead(contoso: Company) -> None:
    """The tab is drawn anew without them."""
    await contoso.ada.opens_home()
    text = configuration.sample_text()
    await contoso.applies(text.replace("administrators: [ada@", "administrators: [lena@"))
    told = await _opens(contoso, "Requests")
    told.sees("Only administrators can do that")
    assert not set(contoso.ada.home.buttons) & MENU


async def test_a_story_is_told_to_administrators_only_whatever_its_buttons_still_do(
    contoso: Company,
) -> None:
    """Ada could cancel her own request anywhere; that shows her no audit once she is nobody."""
    await contoso.asks("ada", READ, Justification="On call")
    short = (await contoso.the_request("ada", READ))[-4:]
    await contoso.administers(f"audit {short}")
    text = configuration.sample_text()
    await contoso.applies(text.replace("administrators: [ada@", "administrators: [lena@"))
    told = await contoso.ada.presses("Cancel request", where="messages")
    assert isinstance(told, Reaction)
    assert "Only administrators can do that" in told.ephemeral


async def test_a_slow_slack_does_not_keep_an_administrator_waiting(contoso: Company) -> None:
    """Whether Ada is in the channel is not learnt in time: nothing is done, and she is told."""
    await contoso.ada.opens_home()
    contoso.house.desk.patience = 0.01
    contoso.playground.faults.add("slow", method="conversations.members", times=1, seconds=0.3)
    told = await _opens(contoso, "Requests")
    told.sees("Slack did not answer me in time")
