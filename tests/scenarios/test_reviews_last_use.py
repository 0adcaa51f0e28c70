"""A system that remembers who used what: reviewers see it, and recommendations follow it."""

from bot import sample_reports
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import card, presses, review

REPORTS = "Sales reports"


async def test_lines_say_when_the_access_was_last_used(company: Open) -> None:
    """Rita comes back every day, Ed looked once, Ivan never did, of Lena nobody knows."""
    async with company(sample_reports.sample_configuration()) as contoso:
        for name in ("rita", "ed", "ivan", "lena"):
            await contoso.asks(name, REPORTS)
        await contoso.playground.days_pass(40)
        await contoso.administers(f"review start {REPORTS}")
        assert "0 of 4 decided" in card(contoso, "mia")
        form = await review(contoso, "mia")

        form.sees("Since Jan 4, 2027, until Jan 4, 2028 · Last used Feb 13, 2027")
        form.sees("Recommended: Keep. It was used in the 30 days before the review")
        form.sees("Since Jan 4, 2027, until Jan 4, 2028 · Last used Jan 4, 2027")
        form.sees("Since Jan 4, 2027, until Jan 4, 2028 · Never used")
        form.sees("Recommended: Remove. It was not used in the 30 days before the review")
        form.sees("Since Jan 4, 2027, until Jan 4, 2028 · Last use not known")
        form.sees("Recommended: Keep. 1 of 2 colleagues in IT has it too")
        await form.choose("Which lines", "Recommended to remove (2)")


async def test_nobody_answers_and_what_is_not_used_is_taken_away(company: Open) -> None:
    """The policy follows the recommendation: at the close Ed and Ivan lose it, and hear why."""
    async with company(sample_reports.sample_configuration()) as contoso:
        for name in ("rita", "ed", "ivan"):
            await contoso.asks(name, REPORTS)
        await contoso.playground.days_pass(40)
        await contoso.administers(f"review start {REPORTS}")
        form = await review(contoso, "mia")
        await presses(form, "Keep", on="Ivan Ilic")
        await contoso.playground.days_pass(15)

        contoso.ed.sees("Your access to Sales reports ended")
        contoso.ivan.does_not_see("Your access to Sales reports ended")
        contoso.rita.does_not_see("Your access to Sales reports ended")
