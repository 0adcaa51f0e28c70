"""What people type after a command: Slack escapes `&`, `<` and `>`, and names have them too."""

from playground.driver import Form, Reaction
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import policy_with

ODD = "R&D <lab> access"


async def test_a_package_with_an_ampersand_in_its_name_is_found_by_every_command(
    company: Open,
) -> None:
    """Asked for, explained, assigned, reviewed and taken away by the name on the screen."""
    reviewed = policy_with(files.people("olga")) | {"name": ODD}
    async with company(files.file(reviewed)) as contoso:
        form = await contoso.rita.types(f"/access request {ODD}")
        assert isinstance(form, Form)
        assert form.value("Package") == ODD
        await form.close()
        why = await contoso.rita.types(f"/access why {ODD}")
        assert isinstance(why, Reaction)
        why.sees("Everybody")
        (await contoso.administers(f"assign @ed {ODD}")).sees(f"@Ed Eriksen gets {ODD}")
        (await contoso.administers(f"review start {ODD}")).sees(f"The review of {ODD} begins now")
        (await contoso.administers(f"remove @ed {ODD}")).sees(ODD)

        assert "ed" not in contoso.group("prod-readers")


async def test_what_is_not_understood_is_repeated_as_it_was_typed(company: Open) -> None:
    """Not as entities, and not as markup either."""
    async with company() as contoso:
        assert "I do not understand R&D" in await contoso.says("rita", "/access R&D")
        (await contoso.administers("review start <nothing> & more")).sees(
            "I found no package <nothing> & more"
        )
