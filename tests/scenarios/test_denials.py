"""No is an answer, too: who may say it, why, and what everybody sees then."""

import pytest

from playground.driver import Form
from playground.driver_forms import FormRefused
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"


async def test_a_denial_at_the_second_stage_ends_the_request_and_everybody_sees_it(
    contoso: Company,
) -> None:
    """Mia approved, Olga does not: Rita is told why, Mia's card says what became of it."""
    await contoso.asks("rita", READ, Justification="Curious")
    await contoso.mia.presses("Approve")
    await contoso.denies("olga", "Ask for the staging logs instead.")

    contoso.rita.sees("Denied")
    contoso.rita.sees("Ask for the staging logs instead.")
    assert "@Olga Orlova" in contoso.rita.messages[-1].text
    contoso.mia.sees("Approved by @Mia Moreau")
    contoso.mia.sees("Denied by @Olga Orlova")
    assert contoso.olga.messages[0].buttons == ()
    assert "rita" not in contoso.group("prod-readers")
    await contoso.stays_quiet(30)


async def test_denying_without_a_reason_is_refused_at_the_field(contoso: Company) -> None:
    """Slack itself wants the field; blanks are refused by Usher; then Mia changes her mind."""
    await contoso.asks("rita", READ, Justification="Curious")
    form = await contoso.mia.presses("Deny")
    assert isinstance(form, Form)

    with pytest.raises(FormRefused):
        await form.submit()
    await form.fill("Reason", "   ")
    with pytest.raises(FormRefused) as refused:
        await form.submit()

    assert "reason" in refused.value.errors["Reason"].lower()
    await form.close()
    contoso.mia.sees("Decide by")
    contoso.rita.sees("waiting for @Mia Moreau")


async def test_a_stage_that_wants_a_reason_for_everything_asks_before_approving(
    company: Open,
) -> None:
    """Approve opens the form with the reason, and the reason is on the next approver's card."""
    text = files.file(
        files.package(
            READ,
            files.policy(
                "All",
                files.stage("Manager", files.MANAGER, reason="required"),
                files.stage("Owner", files.OWNERS),
            ),
        )
    )
    async with company(text) as contoso:
        await contoso.asks("rita", READ)
        form = await contoso.mia.presses("Approve")
        assert isinstance(form, Form)
        await form.fill("Reason", "She is on call this week")
        await form.submit()

        contoso.olga.sees("She is on call this week")
        contoso.rita.sees("She is on call this week")


async def test_where_a_reason_is_optional_deny_still_opens_the_form(company: Open) -> None:
    """A denial can be thought better of, and sent without a word."""
    stage = files.stage("Manager", files.MANAGER, reason="optional")
    async with company(files.file(files.package(READ, files.policy("All", stage)))) as contoso:
        await contoso.asks("rita", READ)
        form = await contoso.mia.presses("Deny")
        assert isinstance(form, Form)
        contoso.rita.sees("waiting for @Mia Moreau")
        await form.submit()
        contoso.rita.sees("Denied by @Mia Moreau")
