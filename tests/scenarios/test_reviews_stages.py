"""Reviews in several stages, as each stage's reviewers see them."""

from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.files import Part
from tests.scenarios.review_stories import READ, card, hold, presses, review

OLGA = files.people("olga")


def staged(first: Part, second: Part) -> str:
    """Two stages of three days each."""
    reviews: Part = {
        "every": "quarterly",
        "starting": "2027-04-01",
        "reason": "optional",
        "stages": [{"open_for": "P3D", **first}, {"open_for": "P3D", **second}],
    }
    policy = files.policy("Everybody", expiration={"after": "P365D"}, reviews=reviews)
    return files.file(files.package(READ, policy))


async def test_the_second_stage_sees_what_the_first_said_and_counts(company: Open) -> None:
    """Mia removes, Olga keeps: the last stage reached decides, and Mia's card says it goes on."""
    managers: Part = {"name": "Managers", "reviewers": [{"manager": 1}]}
    owner: Part = {"name": "Owner", "reviewers": [OLGA]}
    async with company(staged(managers, owner)) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        assert "Stage 1 of 2: Managers" in card(contoso, "mia")
        form = await presses(await review(contoso, "mia"), "Remove", on="Ed Eriksen")
        await form.close()
        await contoso.playground.days_pass(3.1)

        assert "This stage is over" in card(contoso, "mia")
        assert "goes on with stage 2 of 2: Owner" in card(contoso, "mia")
        assert "Stage 2 of 2: Owner" in card(contoso, "olga")
        form = await review(contoso, "olga")
        form.sees("Stage 1: Remove by @Mia Moreau")
        form = await presses(form, "Keep", on="Ed Eriksen")
        await form.close()
        await contoso.playground.days_pass(3.1)
        assert {"rita", "ed"} <= contoso.group("prod-readers")
        contoso.olga.sees("Closed today at")


async def test_earlier_answers_are_hidden_where_the_stage_wants_it(company: Open) -> None:
    """Only what was removed moves on, and Olga does not see who said so."""
    managers: Part = {"name": "Managers", "reviewers": [{"manager": 1}], "moves_on": ["removed"]}
    owner: Part = {"name": "Owner", "reviewers": [OLGA], "earlier_answers": "hidden"}
    async with company(staged(managers, owner)) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        form = await presses(await review(contoso, "mia"), "Remove", on="Ed Eriksen")
        await presses(form, "Keep", on="Rita Romero")
        await contoso.playground.days_pass(3.1)

        form = await review(contoso, "olga")
        form.sees("Ed Eriksen")
        form.does_not_see("Rita Romero")
        form.does_not_see("Mia Moreau")


async def test_a_question_of_an_earlier_stage_can_no_longer_be_answered(company: Open) -> None:
    """The holders were asked first; afterwards their message has no buttons."""
    themselves: Part = {"name": "Holders", "reviewers": [{"self": True}]}
    owner: Part = {"name": "Owner", "reviewers": [OLGA]}
    async with company(staged(themselves, owner)) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        await contoso.rita.presses("Remove")
        await contoso.playground.days_pass(3.1)

        assert contoso.rita.messages[-1].buttons == ()
        assert "goes on with stage 2 of 2: Owner" in contoso.rita.messages[-1].text
        form = await review(contoso, "olga")
        form.sees("Stage 1: Remove by @Rita Romero")
        await presses(form, "Keep", on="Rita Romero")
        await contoso.playground.days_pass(3.1)
        assert "rita" in contoso.group("prod-readers")


async def test_who_was_asked_first_and_no_further_reads_what_came_of_their_answer(
    company: Open,
) -> None:
    """Ed gives it back and goes no further; Rita's answer goes on to Olga, who decides."""
    themselves: Part = {
        "name": "Holders",
        "reviewers": [{"self": True}],
        "moves_on": ["kept", "undecided"],
    }
    owner: Part = {"name": "Owner", "reviewers": [OLGA]}
    async with company(staged(themselves, owner)) as contoso:
        await hold(contoso, "rita", "ed")
        await contoso.administers(f"review start {READ}")
        await contoso.rita.presses("Keep")
        await contoso.ed.presses("Remove")
        await contoso.playground.days_pass(3.1)
        form = await review(contoso, "olga")
        form.does_not_see("Ed Eriksen")
        await presses(form, "Keep", on="Rita Romero")
        await contoso.playground.days_pass(3.1)

        contoso.ed.sees("you answered Remove, so the access is taken away.")
        contoso.ed.sees("as you answered in the access review.")
        assert "Do you still need Production read access?\nThis stage is over." in "\n".join(
            message.text for message in contoso.rita.messages
        )
        assert contoso.group("prod-readers") == {"olga", "rita"}
