"""Access reviews of many lines: pages, choices of lines, and many answers at once."""

import pytest

from playground.driver import Form, NotThere
from playground.driver_forms import FormRefused
from playground.seed import Person
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import READ, card, hold, presses, review, reviewed

OLGA = files.people("olga")
COLLEAGUES = [
    Person(
        name=f"holder{n:02d}",
        real_name=f"Holder {n:02d}",
        email=f"holder{n:02d}@contoso.com",
        fields=(("Department", "Sales"),),
    )
    for n in range(1, 24)
]


async def test_pages_of_ten_are_turned_and_nothing_jumps(company: Open) -> None:
    """A line answered under the filter Undecided stays until the page is turned."""
    async with company(reviewed(OLGA), people=COLLEAGUES) as contoso:
        await hold(contoso, *(one.name for one in COLLEAGUES))
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        form.sees("Holder 10")
        form.does_not_see("Holder 11")
        form.sees("10 lines on this page of 23, by name: Holder 01 to Holder 10.")
        form = await presses(form, "Keep", on="Holder 03")
        form.sees("Holder 03")
        form = await presses(form, "Next")
        form.sees("Holder 11")
        form.sees("Holder 20")
        form = await presses(form, "Next")
        form.sees("Holder 23")
        form.does_not_see("Holder 20")
        assert "Next" not in contoso.olga.buttons[: len(contoso.olga.buttons)]
        form = await presses(form, "Previous")
        form = await presses(form, "Previous")

        form.sees("Holder 01")
        form.does_not_see("Holder 03")


async def test_a_form_that_was_closed_opens_where_it_was_left(company: Open) -> None:
    """At the page and with the lines that were chosen; at the beginning in the next stage."""
    async with company(reviewed(OLGA), people=COLLEAGUES) as contoso:
        await hold(contoso, "rita", "ed", *(one.name for one in COLLEAGUES))
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        await form.choose("Which department", "Sales (23)")
        form = await presses(form, "Next")
        form = await presses(form, "Keep", on="Holder 13")
        form.sees("Holder 11")
        await form.close()
        form = await review(contoso, "olga")
        form.sees("Which department: Sales (23)")
        form.sees("Holder 11")
        form.does_not_see("Holder 10")
        form.does_not_see("Holder 13")
        form.sees("Holder 21")
        form = await presses(form, "Previous")
        form.sees("Holder 01")
        await form.close()
        (await review(contoso, "olga")).sees("Holder 01")


async def test_a_choice_with_nothing_left_is_not_come_back_to(company: Open) -> None:
    """Engineering is done: the next time all that is undecided is shown."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed", "ivan")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        await form.choose("Which department", "IT (1)")
        form = await presses(form, "Keep", on="Ivan Ilic")
        await form.close()
        form = await review(contoso, "olga")

        form.sees("Rita Romero")
        form.sees("Which department: All departments")


async def test_lines_are_chosen_by_answer_recommendation_and_department(company: Open) -> None:
    """Undecided, recommended to remove, all; and of one department."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed", "ivan")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        assert await form.options("Which lines") == [
            "Undecided (3)",
            "Recommended to remove (1)",
            "All (3)",
        ]
        assert await form.options("Which department") == [
            "All departments",
            "Engineering (2)",
            "IT (1)",
        ]
        with pytest.raises(NotThere, match="'Which lines' does not offer 'Mine', but Undecided"):
            await form.choose("Which lines", "Mine")
        await form.choose("Which lines", "Recommended to remove (1)")
        form.sees("Ivan Ilic")
        form.does_not_see("Rita Romero")
        await form.choose("Which department", "Engineering (2)")
        form.sees("No line fits this choice; 3 lines are undecided.")
        await form.choose("Which lines", "All (3)")
        form.sees("Rita Romero")
        form.does_not_see("Ivan Ilic")


async def test_all_recommended_are_kept_after_a_confirmation_that_says_how_many(
    company: Open,
) -> None:
    """What is recommended to be removed stays undecided."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed", "ivan")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        sure = await presses(form, "Keep all recommended (2)")
        sure.sees("2 lines that are recommended to be kept and undecided will say Keep")
        below = await sure.submit()

        assert isinstance(below, Form)
        below.sees("2 lines now say Keep; 1 line is still undecided.")
        below.sees("2 of 3 decided")
        below.sees("Ivan Ilic")
        below.does_not_see("Rita Romero")


async def test_of_a_chosen_department_only_its_recommended_lines_are_kept(company: Open) -> None:
    """The button counts what is chosen, and the others stay undecided."""
    async with company(reviewed(OLGA), people=COLLEAGUES[:5]) as contoso:
        await hold(contoso, "rita", "ed", *(one.name for one in COLLEAGUES[:5]))
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        assert "Keep all recommended (7)" in contoso.olga.buttons
        await form.choose("Which department", "Engineering (2)")
        sure = await presses(form, "Keep all recommended (2)")
        sure.sees("2 lines (Engineering) that are recommended to be kept")
        below = await sure.submit()

        assert isinstance(below, Form)
        below.sees("2 lines now say Keep; 5 lines are still undecided.")


async def test_a_reason_to_keep_is_not_offered_as_a_reason_to_remove(company: Open) -> None:
    """What Olga wrote of Rita stands in the field when she keeps Ed, not when he loses it."""
    async with company(reviewed(OLGA, reason="required")) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        why = await presses(await review(contoso, "olga"), "Keep", on="Rita Romero")
        await why.fill("Reason", "On the rota until June")
        form = await why.submit()
        assert isinstance(form, Form)
        removing = await presses(form, "Remove", on="Ed Eriksen")
        removing.does_not_see("On the rota until June")
        await removing.close()
        again = await presses(form, "Keep", on="Ed Eriksen")

        again.sees("On the rota until June")


async def test_everything_shown_is_decided_after_a_confirmation_that_says_how_many(
    company: Open,
) -> None:
    """Only the department that is shown; one of them had an answer, which is said."""
    async with company(reviewed(OLGA, reason="required")) as contoso:
        await hold(contoso, "rita", "ed", "ivan")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        why = await presses(form, "Keep", on="Rita Romero")
        await why.fill("Reason", "On the rota")
        form = await why.submit()
        assert isinstance(form, Form)
        await form.choose("Which lines", "All (3)")
        await form.choose("Which department", "Engineering (2)")
        sure = await presses(form, "Decide all shown (2)")
        sure.sees("Your answer goes to 2 lines (Engineering), on all pages.")
        sure.sees("1 of them has an answer that will be replaced.")
        await sure.choose("Answer", "Remove")
        with pytest.raises(FormRefused):
            await sure.submit()
        await sure.fill("Reason", "The project is over")
        below = await sure.submit()

        assert isinstance(below, Form)
        below.sees("2 of 3 decided")
        assert "2 to remove" in card(contoso, "olga")


async def test_more_lines_than_were_confirmed_are_asked_for_once_more(company: Open) -> None:
    """An administrator clears the answers while Olga reads the confirmation."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed", "ivan")
        started = await contoso.administers(f"review start {READ}")
        reference = started.text.split(": ")[1][:6]
        form = await presses(await review(contoso, "olga"), "Keep", on="Rita Romero")
        sure = await presses(form, "Decide all shown (2)")
        await sure.choose("Answer", "Keep")
        await contoso.administers(f"review reset {reference}")
        again = await sure.submit()

        assert isinstance(again, Form)
        again.sees("Meanwhile it is 3 lines. Please confirm once more.")
        await again.choose("Answer", "Keep")
        await again.submit()
        assert "3 of 3 decided" in card(contoso, "olga")
