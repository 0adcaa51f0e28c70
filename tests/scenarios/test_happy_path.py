"""From `/access` to delivered, and to the end."""

from tests.company import Company


async def test_a_request_travels_from_access_to_delivered_and_ends(contoso: Company) -> None:
    """Rita asks, Mia and Olga approve, the group has her, she is warned, and it ends."""
    form = await contoso.rita.types("/access request production read")
    form.sees("Mia")
    await form.fill("Justification", "Looking into slow queries")
    await form.submit()

    contoso.rita.sees("Mia")
    await contoso.mia.presses("Approve")

    assert "rita" not in contoso.group("prod-readers")
    await contoso.olga.presses("Approve")

    assert "rita" in contoso.group("prod-readers")
    contoso.rita.sees("Delivered")
    contoso.mia.sees("Approved")

    await contoso.playground.days_pass(77)
    contoso.rita.sees("ends")

    await contoso.playground.days_pass(14)
    assert "rita" not in contoso.group("prod-readers")
