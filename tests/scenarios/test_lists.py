"""Lists of what is mine and what waits for me, in messages and on the Home tab."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playground.driver import Form, Reaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import hold, reviewed

READ = "Production read access"
MIA = files.stage("Mia", files.people("mia"))


def _open(number: int, *stages: files.Part) -> list[files.Part]:
    policy = files.policy("All", *stages)
    return [files.package(f"Package {count:02}", policy) for count in range(number)]


async def _ticks(contoso: Company, who: str, *names: str) -> None:
    """Somebody ticks requests in the newest list they see: on their Home tab, if that has one."""
    person, acts = contoso.playground.person(who), contoso.playground.acts
    home = contoso.playground.views.homes.get(person.id)
    shown = [(acts.press_in_view, home, home.payload)] if home is not None else []
    shown += [(acts.press_in_message, one, one.body) for one in reversed(person.visible())]
    for press, place, payload in shown:
        for block in payload.get("blocks") or []:
            for element in [
                block.get("accessory"),
                block.get("element"),
                *(block.get("elements") or []),
            ]:
                if (element or {}).get("type") != "checkboxes":
                    continue
                chosen = [
                    option
                    for option in element["options"]
                    if any(name in str(option) for name in names)
                ]
                value = {"type": "checkboxes", "selected_options": chosen}
                await press(person.user, place, block["block_id"], element["action_id"], value)
                return
    raise AssertionError(f"{who} sees nothing to tick")


async def test_what_is_mine_is_listed_with_its_buttons(contoso: Company) -> None:
    """What Rita has until when, and what she asked for; each with what can be done about it."""
    await contoso.asks("rita", "Meeting room display")
    await contoso.ivan.presses("Done")
    await contoso.asks("rita", READ, Justification="On call")

    told = await contoso.rita.types("/access mine")
    assert isinstance(told, Reaction)
    assert "Meeting room display" in told.ephemeral
    assert "2:00 PM" in told.ephemeral
    assert READ in told.ephemeral
    assert set(told.messages[-1].buttons) >= {"Extend", "Give back", "Cancel request"}

    canceled = await contoso.rita.presses("Cancel request", on="What you have")
    assert isinstance(canceled, Reaction)
    assert "is canceled" in canceled.ephemeral
    back = await contoso.rita.presses("Give back", on="What you have")
    assert isinstance(back, Reaction)
    assert "You gave Meeting room display back" in back.ephemeral
    contoso.mia.sees("Canceled")
    await contoso.ivan.presses("Done")


async def test_a_long_list_of_mine_is_turned_page_by_page(company: Open) -> None:
    """Forty packages: Next and Previous replace the list, and everything is on some page once."""
    names = {f"Package {count:02}" for count in range(40)}
    async with company(files.file(*_open(40))) as contoso:
        for name in sorted(names):
            await contoso.administers(f"assign @rita {name}")
        told = await contoso.rita.types("/access mine")
        assert isinstance(told, Reaction)
        before = len(contoso.rita.messages)
        seen: list[str] = []
        text = told.ephemeral
        for _ in range(20):
            seen += [name for name in sorted(names) if name in text]
            if "Next" not in contoso.rita.messages[-1].buttons:
                break
            turned = await contoso.rita.presses("Next", on="What you have")
            assert isinstance(turned, Reaction)
            text = contoso.rita.messages[-1].text
        assert sorted(seen) == sorted(names)
        assert len(contoso.rita.messages) == before, "pages replace one another"
        back = await contoso.rita.presses("Previous", on="What you have")
        assert isinstance(back, Reaction)


async def test_what_waits_is_listed_and_decided_in_place(company: Open) -> None:
    """Mia approves one from the list, with a word what came of it; her card shows it, too."""
    async with company(files.file(*_open(3, MIA))) as contoso:
        for count in range(3):
            await contoso.asks("rita", f"Package {count:02}")
        told = await contoso.mia.types("/access approvals")
        assert isinstance(told, Reaction)
        for count in range(3):
            assert f"Package {count:02}" in told.ephemeral

        done = await contoso.mia.presses("Approve", on="Package 01")
        assert isinstance(done, Reaction)
        assert "You approved the request for Package 01" in done.ephemeral
        card = next(one for one in contoso.mia.messages if "Package 01" in one.text)
        assert "Approved by @Mia Moreau" in card.text
        left = await contoso.says("mia", "/access approvals")
        assert "Package 01" not in left
        assert "Package 02" in left


async def test_several_are_approved_at_once(company: Open) -> None:
    """Mia ticks two of three and presses once; the third still waits."""
    async with company(files.file(*_open(3, MIA))) as contoso:
        for count in range(3):
            await contoso.asks("rita", f"Package {count:02}")
        await contoso.mia.types("/access approvals")
        nothing = await contoso.mia.presses("Approve selected")
        assert isinstance(nothing, Reaction)
        assert "Nothing is ticked" in nothing.ephemeral

        await _ticks(contoso, "mia", "Package 00", "Package 02")
        done = await contoso.mia.presses("Approve selected")
        assert isinstance(done, Reaction)
        assert "You approved 2 requests" in done.ephemeral
        left = await contoso.says("mia", "/access approvals")
        assert "Package 01" in left
        assert "Package 00" not in left


async def test_several_are_denied_at_once_with_one_reason(company: Open) -> None:
    """The form asks once; each of the two is told why. One was decided meanwhile, and is named."""
    leads = files.stage("Leads", files.people("mia", "olga"))
    async with company(files.file(*_open(3, leads))) as contoso:
        for count in range(3):
            await contoso.asks("rita", f"Package {count:02}")
        await contoso.mia.types("/access approvals")
        await _ticks(contoso, "mia", "Package 00", "Package 01")
        form = await contoso.mia.presses("Deny selected")
        assert isinstance(form, Form)
        await form.fill("Reason", "Not before the audit")
        await contoso.olga.presses("Approve", on="Package 01")
        done = await form.submit()

        assert isinstance(done, (Form, Reaction))
        contoso.mia.sees("You denied 1 request")
        contoso.mia.sees("@Olga Orlova approved this")
        contoso.mia.sees("before your answer came")
        contoso.rita.sees("Not before the audit")
        assert "rita" in contoso.group("prod-readers")


@asynccontextmanager
async def _one_of_two_ticked_wants_a_reason(company: Open) -> AsyncIterator[Company]:
    """On Mia's Home tab."""
    strict = files.stage("Mia", files.people("mia"), reason="required")
    packages = (
        files.package("Easy", files.policy("All", MIA)),
        files.package("Strict", files.policy("All", strict)),
    )
    async with company(files.file(*packages)) as contoso:
        await contoso.asks("rita", "Easy")
        await contoso.asks("rita", "Strict")
        await contoso.mia.opens_home()
        await _ticks(contoso, "mia", "Easy", "Strict")
        yield contoso


async def test_of_several_on_the_home_tab_some_are_decided_and_some_ask_for_a_reason(
    company: Open,
) -> None:
    """One press opens one form: it says what was approved, and asks why for the other."""
    async with _one_of_two_ticked_wants_a_reason(company) as contoso:
        form = await contoso.mia.presses("Approve selected", where="home")

        assert isinstance(form, Form)
        form.sees("You approved 1 request.")
        await form.fill("Reason", "On call")
        await form.submit()
        contoso.mia.home.does_not_see("Waiting for your decision")


async def test_what_was_decided_is_told_also_if_the_form_for_the_rest_does_not_open(
    company: Open,
) -> None:
    """What is said of the one is no lie about the other."""
    async with _one_of_two_ticked_wants_a_reason(company) as contoso:
        contoso.breaks("error_5xx", "views.open", times=2)
        await contoso.mia.presses("Approve selected", where="home")

        contoso.mia.sees("You approved 1 request.")
        contoso.mia.sees("The form for the others did not open")
        contoso.mia.does_not_see("Nothing was changed")


async def test_a_long_list_of_what_waits_is_turned_page_by_page(company: Open) -> None:
    """Twenty-five requests; each is on exactly one page."""
    async with company(files.file(*_open(25, MIA))) as contoso:
        contoso.playground.rates.burst = float("inf")
        names = [f"Package {count:02}" for count in range(25)]
        for name in names:
            await contoso.asks("rita", name)
        told = await contoso.mia.types("/access approvals")
        assert isinstance(told, Reaction)
        seen: list[str] = []
        for _ in range(20):
            page = contoso.mia.messages[-1]
            seen += [name for name in names if name in page.text]
            if "Next" not in page.buttons:
                break
            await contoso.mia.presses("Next")
        assert sorted(seen) == names


async def test_the_home_tab_has_for_everybody_what_is_theirs(contoso: Company) -> None:
    """Rita: what she asked for; Mia: what waits; Ivan: his task; Ada: how things stand."""
    await contoso.asks("rita", READ, Justification="On call")
    await contoso.asks("ed", "Meeting room display")

    rita = await contoso.rita.opens_home()
    rita.sees(READ)
    assert {"Request access", "Cancel request"} <= set(rita.buttons)
    mia = await contoso.mia.opens_home()
    mia.sees("Rita Romero")
    assert {"Approve", "Deny"} <= set(mia.buttons)
    ivan = await contoso.ivan.opens_home()
    ivan.sees("Display of the large meeting room")
    assert "Done" in ivan.buttons
    ada = await contoso.ada.opens_home()
    ada.sees("1")
    assert ada.text != (await contoso.lena.opens_home()).text
    sara = await contoso.sara.opens_home()
    assert "Request access" in sara.buttons


async def test_what_is_pressed_on_the_home_tab_is_done_and_drawn_anew(contoso: Company) -> None:
    """Mia approves there, Ivan is done there, Rita gives back there; the tab follows each."""
    await contoso.asks("rita", READ, Justification="On call")
    await contoso.asks("rita", "Meeting room display")
    await contoso.mia.opens_home()
    await contoso.mia.presses("Approve", where="home")
    contoso.mia.home.does_not_see(READ)
    contoso.olga.sees("Approve")

    await contoso.ivan.opens_home()
    told = await contoso.ivan.presses("Done", where="home")
    assert isinstance(told, Form)
    told.sees("Display of the large meeting room is noted as done")
    await told.close()
    assert "Done" not in contoso.ivan.home.buttons

    await contoso.rita.opens_home()
    await contoso.rita.presses("Give back", where="home")
    contoso.rita.home.does_not_see("Give back")
    contoso.ivan.sees("please take access away")
    form = await contoso.rita.presses("Request access", where="home")
    assert isinstance(form, Form)
    await form.dismiss()
    form = await contoso.mia.presses("Request access", where="home")
    assert isinstance(form, Form)
    await form.dismiss()
    await contoso.ivan.presses("Done", where="messages")


async def test_a_denial_from_the_home_tab_asks_for_the_reason_and_the_tab_follows(
    contoso: Company,
) -> None:
    """The form opens over the tab."""
    await contoso.asks("rita", READ, Justification="On call")
    await contoso.mia.opens_home()
    form = await contoso.mia.presses("Deny", where="home")
    assert isinstance(form, Form)
    await form.fill("Reason", "Not needed")
    await form.submit()
    contoso.rita.sees("Not needed")
    contoso.mia.home.does_not_see(READ)


async def test_what_was_decided_in_a_form_over_the_home_tab_shows_once_the_form_is_closed(
    company: Open,
) -> None:
    """Mia keeps a line of her review there; the tab below counts anew when she closes the form."""
    async with company(reviewed(files.people("mia"))) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        home = await contoso.mia.opens_home()
        home.sees("0 of 2 decided")
        form = await contoso.mia.presses("Review now", where="home")
        assert isinstance(form, Form)
        await form.presses("Keep", on="Rita Romero")
        contoso.mia.home.sees("0 of 2 decided")
        await form.close()
        contoso.mia.home.sees("1 of 2 decided")
