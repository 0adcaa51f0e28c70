"""Access reviews as reviewers see them: a card, a form of ten lines a page, answers of each kind."""

import pytest

from bot.desk import interaction
from bot.listeners.reviews import open_form
from engine.domain.refusals import NotAReviewer
from playground.driver import Form
from playground.driver_forms import FormRefused
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import (
    READ,
    card,
    hold,
    policy_with,
    presses,
    review,
    reviewed,
)

OLGA = files.people("olga")


async def test_a_reviewer_has_one_card_that_says_what_how_many_and_until_when(
    company: Open,
) -> None:
    """Three people hold it: Olga has one message, not three."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed", "ivan")
        before = len(contoso.olga.messages)
        await contoso.administers(f"review start {READ}")

        assert len(contoso.olga.messages) == before + 1
        shown = card(contoso, "olga")
        assert "Who holds Production read access under the policy Everybody" in shown
        assert "Lines for you\n3" in shown
        assert "Answer by\nJan 9, 2027" in shown
        assert "Without an answer access is kept." in shown
        assert "0 of 3 decided" in shown
        assert contoso.olga.messages[-1].buttons == ("Review now",)


async def test_a_line_says_who_since_when_why_and_what_is_recommended(company: Open) -> None:
    """Everything a decision needs stands in the line."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ivan")
        await contoso.administers("assign @ed Production read access")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")

        form.sees("@Rita Romero · Engineer, Engineering")
        form.sees("Since Jan 4, 2027, until Jan 4, 2028 · Last use not known · Needed no approval")
        form.sees("rita is on call")
        form.sees("Needed no approval")
        form.sees("Assigned by @Ada Acheampong")
        form.sees("Recommended: Keep. 1 of 4 colleagues in Engineering has it too")
        form.sees("Recommended: Remove. None of 2 colleagues in IT has it")


async def test_keep_remove_and_dont_know_are_saved_when_pressed(company: Open) -> None:
    """Closing the form loses nothing, and the next one begins where they left off."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed", "ivan", "mia")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        form = await presses(form, "Keep", on="Rita Romero")
        form.sees("✓ Keep by you today at")
        form = await presses(form, "Remove", on="Ed Eriksen")
        form.sees("✗ Remove by you today at")
        form = await presses(form, "Don't know", on="Ivan Ilic")
        form.sees("3 of 4 decided")
        await form.close()

        assert "3 of 4 decided" in card(contoso, "olga")
        assert "1 to keep, 1 to remove and 1 “don't know”" in card(contoso, "olga")
        assert "rita" in contoso.group("prod-readers")
        again = await review(contoso, "olga")
        again.sees("Mia Moreau")
        again.does_not_see("Rita Romero")


async def test_an_answer_can_be_changed_until_the_close(company: Open) -> None:
    """Olga says Remove, thinks again, and Ed keeps it."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "ed")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        await presses(form, "Remove", on="Ed Eriksen")
        await form.close()
        form = await review(contoso, "olga")
        form.sees("✗ Remove by you")
        form = await presses(form, "Keep", on="Ed Eriksen")
        form.sees("✓ Keep by you")
        await form.close()
        await contoso.playground.days_pass(6)

        assert "ed" in contoso.group("prod-readers")


async def test_what_was_removed_goes_at_the_close_and_its_holder_is_told_by_whom_and_why(
    company: Open,
) -> None:
    """Not a moment earlier."""
    async with company(reviewed(OLGA, reason="required")) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        why = await presses(form, "Remove", on="Ed Eriksen")
        why.sees("is taken from @Ed Eriksen at the end of the review")
        await why.fill("Reason", "Left the rota")
        await why.submit()
        await contoso.playground.days_pass(4.9)
        assert "ed" in contoso.group("prod-readers")
        await contoso.playground.days_pass(0.2)

        assert contoso.group("prod-readers") >= {"rita"}
        assert "ed" not in contoso.group("prod-readers")
        told = contoso.ed.messages[-1]
        assert "@Olga Orlova decided so in an access review" in told.text
        assert "Left the rota" in told.text
        assert told.buttons == ("Request again",)


async def test_a_reason_is_asked_where_the_policy_wants_one_and_offered_again(
    company: Open,
) -> None:
    """The second line has the first one's words in its field."""
    async with company(reviewed(OLGA, reason="required")) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        why = await presses(form, "Keep", on="Ed Eriksen")
        assert why.labels == ["Reason"]
        with pytest.raises(FormRefused):
            await why.submit()
        await why.fill("Reason", "On the rota")
        below = await why.submit()
        assert isinstance(below, Form)
        below.sees("✓ Keep by you")
        below.sees("On the rota")
        again = await presses(below, "Keep", on="Rita Romero")

        assert again.value("Reason") == "On the rota"
        await again.submit()
        assert "2 of 2 decided" in card(contoso, "olga")


async def test_a_reason_can_be_added_where_none_is_wanted(company: Open) -> None:
    """Beside an answer stands the button for it."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "ed")
        await contoso.administers(f"review start {READ}")
        form = await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        why = await presses(form, "Add a reason", on="Ed Eriksen")
        await why.fill("Reason", "Moved to sales")
        below = await why.submit()

        assert isinstance(below, Form)
        below.sees("Moved to sales")
        assert "Change the reason" in contoso.olga.buttons


async def test_several_reviewers_see_what_the_other_said_and_the_last_counts(
    company: Open,
) -> None:
    """Max says Remove, Olga sees it and says Keep, Max sees that."""
    async with company(reviewed(files.people("olga", "max"))) as contoso:
        await hold(contoso, "ed")
        await contoso.administers(f"review start {READ}")
        assert "Also asked: @Max Mbeki" in card(contoso, "olga")
        his = await review(contoso, "max")
        his = await presses(his, "Remove", on="Ed Eriksen")
        assert "1 of 1 decided" in card(contoso, "olga")
        hers = await review(contoso, "olga")
        hers.sees("✗ Remove by @Max Mbeki")
        hers = await presses(hers, "Keep", on="Ed Eriksen")
        hers.sees("✓ Keep by you")
        hers.sees("Before: Remove by @Max Mbeki")
        await his.close()
        again = await review(contoso, "max")
        again.sees("✓ Keep by @Olga Orlova")
        again.sees("Before: Remove by you")
        await contoso.playground.days_pass(6)

        assert "ed" in contoso.group("prod-readers")


async def test_nobody_reviews_their_own_access(company: Open) -> None:
    """Olga holds it herself: her line is Max's alone."""
    async with company(reviewed(files.people("olga", "max"))) as contoso:
        await hold(contoso, "olga", "ed")
        await contoso.administers(f"review start {READ}")
        hers = await review(contoso, "olga")
        hers.does_not_see("Olga Orlova ·")
        his = await review(contoso, "max")
        his.sees("@Olga Orlova ·")


async def test_reviews_stand_beside_approvals_and_on_the_home_tab(company: Open) -> None:
    """From either the form is one press away."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        menu = await contoso.says("olga", "/access")
        assert "Waiting for me (1)" in menu
        listed = await contoso.says("olga", "/access approvals")
        assert "Reviews waiting for you" in listed
        assert "0 of 2 decided" in listed
        form = await review(contoso, "olga")
        form.sees("Rita Romero")
        await form.close()
        home = await contoso.olga.opens_home()
        assert "Reviews waiting for you" in home.text
        form = await contoso.olga.presses("Review now", where="home")
        assert isinstance(form, Form)
        form.sees("Rita Romero")


async def test_whoever_is_no_reviewer_is_told_so(company: Open) -> None:
    """Rita presses a button that was never shown to her, as a forged payload would."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        assert "Review now" not in contoso.rita.buttons
        assert "Reviews" not in await contoso.says("rita", "/access approvals")
        page = await contoso.house.desk.reviews.reviews(limit=1)
        body = {"user": {"id": contoso.rita.id}, "trigger_id": "T1"}
        with pytest.raises(NotAReviewer):
            await open_form(contoso.house.desk, interaction(body), page.rows[0].run.id)


async def test_a_line_that_fell_out_says_so_when_it_is_pressed(company: Open) -> None:
    """Ed gives it back while Olga has the form open."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        await contoso.ed.presses("Give back")
        told = await form.presses("Remove", on="Ed Eriksen")

        assert isinstance(told, Form)
        told.sees("This access ended")
        assert "1 line fell out" in card(contoso, "olga")


async def test_a_late_press_gets_one_sentence(company: Open) -> None:
    """The form was open over the close: the press changes nothing and says why."""
    async with company(reviewed(OLGA)) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        form = await review(contoso, "olga")
        await contoso.playground.days_pass(6)
        told = await form.presses("Remove", on="Ed Eriksen")

        assert isinstance(told, Form)
        told.sees("This review is not open for answers: it was closed")
        told.sees("Nothing was changed.")
        assert "ed" in contoso.group("prod-readers")
        contoso.olga.sees("Closed yesterday at")


async def test_a_late_reason_gets_one_sentence(company: Open) -> None:
    """The same for the small form with the reason."""
    async with company(reviewed(OLGA, reason="required")) as contoso:
        await hold(contoso, "ed")
        await contoso.administers(f"review start {READ}")
        why = await presses(await review(contoso, "olga"), "Remove", on="Ed Eriksen")
        await why.fill("Reason", "Too late")
        await contoso.playground.days_pass(6)
        told = await why.submit()

        assert isinstance(told, Form)
        told.sees("This review is not open for answers")
        assert "ed" in contoso.group("prod-readers")


async def test_reminders_say_how_many_lines_and_go_only_to_those_who_have_some(
    company: Open,
) -> None:
    """Max's only line is Olga's own access; it is answered, and he hears nothing more."""
    managers = reviewed({"manager": 1}, remind=["P2D"])
    async with company(managers) as contoso:
        await hold(contoso, "rita", "ed", "olga")
        await contoso.administers(f"review start {READ}")
        his = await review(contoso, "max")
        await presses(his, "Keep", on="Olga Orlova")
        hers = await review(contoso, "mia")
        await presses(hers, "Keep", on="Rita Romero")
        before = len(contoso.max.messages)
        await contoso.playground.days_pass(3)

        told = contoso.mia.messages[-1]
        assert "1 of 2 lines in the review of Production read access waits" in told.text
        assert told.buttons == ("Review now",)
        assert len(contoso.max.messages) == before


async def test_a_reviewer_leaves_and_the_fallback_reviewer_has_the_lines(company: Open) -> None:
    """Mia is gone: Lena has a card, and her answers count."""
    managers = reviewed({"manager": 1}, fallback_reviewers=["@it-leads"])
    async with company(managers) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        await contoso.playground.user_leaves("mia")

        assert "Lines for you\n2" in card(contoso, "lena")
        form = await review(contoso, "lena")
        await presses(form, "Remove", on="Ed Eriksen")
        await form.close()
        await contoso.playground.days_pass(6)
        assert "ed" not in contoso.group("prod-readers")
        assert "rita" in contoso.group("prod-readers")


async def test_who_could_have_been_found_but_has_no_line_is_not_told_of_as_asked(
    company: Open,
) -> None:
    """Lena's line goes to Olga alone; Mia owns the catalog too, but nobody asked its owners."""
    settings = policy_with({"manager": 1}, fallback_reviewers=["olga@contoso.com"])
    async with company(files.file(settings, owners=("olga", "mia"))) as contoso:
        await hold(contoso, "lena")
        await contoso.administers(f"review start {READ}")

        assert "Lines for you\n1" in card(contoso, "olga")
        assert "Also asked" not in card(contoso, "olga")


async def test_who_reviews_the_same_lines_is_told_of(company: Open) -> None:
    """Either of the two owners can answer."""
    async with company(reviewed(files.people("olga", "max"))) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")

        assert "Also asked: @Max" in card(contoso, "olga")
