"""Self-reviews: one question to the holder, with two buttons, in the message."""

from playground.driver import Form, Reaction
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import (
    READ,
    hold,
    reviewed,
)


async def test_a_self_review_is_one_question_with_two_buttons(company: Open) -> None:
    """Rita keeps it, Ed gives it up, both in the message itself."""
    async with company(reviewed({"self": True})) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        asked = contoso.rita.messages[-1]
        assert "Do you still need Production read access?" in asked.text
        assert "rita is on call" in asked.text
        assert asked.buttons == ("Keep", "Remove")
        assert asked.notification.count("Please answer by") == 1, "a phone reads this aloud"
        await contoso.rita.presses("Keep")
        assert "Please answer by" not in contoso.rita.messages[-1].notification
        await contoso.ed.presses("Remove")
        contoso.rita.sees("You answered Keep today at")
        await contoso.ed.presses("Keep")
        await contoso.ed.presses("Remove")
        assert "ed" in contoso.group("prod-readers")
        await contoso.playground.days_pass(6)

        contoso.rita.sees("you answered Keep, so you keep it")
        contoso.ed.sees("you answered Remove, so the access is taken away")
        assert "rita" in contoso.group("prod-readers")
        assert "ed" not in contoso.group("prod-readers")


async def test_a_self_review_that_wants_a_reason_asks_for_it(company: Open) -> None:
    """Keep opens the small form; the answer is on the card afterwards."""
    async with company(reviewed({"self": True}, reason="required")) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        why = await contoso.rita.presses("Keep")
        assert isinstance(why, Form)
        await why.fill("Reason", "Still on call")
        await why.submit()

        contoso.rita.sees("You answered Keep")
        contoso.rita.sees("Still on call")


async def test_a_self_review_is_answered_from_the_list_too(company: Open) -> None:
    """In `/access approvals` the question has its two buttons, and the answer is confirmed."""
    async with company(reviewed({"self": True})) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        await contoso.says("rita", "/access approvals")
        told = await contoso.rita.presses("Remove", on="Your answer is missing")

        assert isinstance(told, Reaction)
        told.sees("You answered Remove for Production read access.")


async def test_an_unanswered_self_review_is_reminded_of(company: Open) -> None:
    """And what silence means is on the card."""
    async with company(
        reviewed({"self": True}, remind=["P1D"], on_no_response="remove", confirm=True)
    ) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        contoso.rita.sees("Without an answer it is taken away")
        await contoso.playground.days_pass(2)
        contoso.rita.sees("A reminder: 1 question waits for you.")
        await contoso.playground.days_pass(4)

        assert "rita" not in contoso.group("prod-readers")
        contoso.rita.sees("it was under review and nobody answered")
