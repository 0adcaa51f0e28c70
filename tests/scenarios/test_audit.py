"""What is written down of a story: every step once, in order, with who and why."""

import re
from typing import Any

import pytest

from engine.application.commands import Actor, Command, CompleteTask, DecideRequest, GiveBack
from engine.domain.ids import PersonId
from engine.domain.refusals import AuthorityRefusal
from engine.domain.stages import Verdict
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"


async def _told(contoso: Company) -> list[tuple[str, str]]:
    """Every activity of the audit with who did it, by handle; reviews have stories of their own."""
    names = {user.id: user.name for user in contoso.playground.workspace.people()}
    return [
        (str(row["activity"]), names.get(str(row["actor"]), str(row["actor"])))
        for row in await contoso.audit()
        if not str(row["activity"]).startswith("review.")
    ]


async def test_the_happy_path_is_written_down_from_the_first_word_to_the_last(
    contoso: Company,
) -> None:
    """Asked, approved twice, delivered, warned, extended by nobody, ended, taken away."""
    await contoso.asks("rita", READ, Justification="Slow queries")
    await contoso.mia.presses("Approve")
    await contoso.olga.presses("Approve")
    await contoso.playground.days_pass(91)

    assert await _told(contoso) == [
        ("configuration.applied", "operator"),
        ("request.submitted", "rita"),
        ("stage.opened", "rita"),
        ("decision.approved", "mia"),
        ("stage.opened", "mia"),
        ("decision.approved", "olga"),
        ("request.approved", "olga"),
        ("access.granted", "system"),
        ("assignment.delivered", "system"),
        ("request.delivered", "system"),
        ("assignment.ending_soon", "system"),
        ("assignment.ending_soon", "system"),
        ("assignment.expired", "system"),
        ("access.removed", "system"),
        ("assignment.access_removed", "system"),
        ("request.delivered", "system"),
    ]


async def test_every_row_says_on_what_and_why(contoso: Company) -> None:
    """The words people wrote stand where they wrote them, and nowhere else."""
    await contoso.asks("rita", READ, Justification="Slow queries")
    await contoso.mia.presses("Approve")
    await contoso.denies("olga", "Use staging")

    rows = (await contoso.audit())[1:]
    request_id = await contoso.the_request("rita", READ)
    assert {row["request_id"] for row in rows} == {request_id}
    assert {row["target_id"] for row in rows} == {contoso.rita.id}
    assert {row["package_id"] for row in rows} == {await contoso.package(READ)}
    words = {str(row["activity"]): row["why"] for row in rows if row["why"]}
    assert words == {"request.submitted": "Slow queries", "decision.denied": "Use staging"}
    stages = [(row["activity"], row["stage"]) for row in rows if "decision" in str(row["activity"])]
    assert stages == [("decision.approved", 0), ("decision.denied", 1)]


async def test_reminder_escalation_and_expiry_are_written_down_once_each(
    contoso: Company,
) -> None:
    """Time acts in its own name."""
    await contoso.asks("rita", READ, Justification="Slow queries")
    await contoso.playground.days_pass(15)
    story = await contoso.story_of(await contoso.the_request("rita", READ))
    assert story == [
        "request.submitted",
        "stage.opened",
        "stage.reminded",
        "stage.escalated",
        "stage.reminded",
        "request.expired",
    ]


async def test_what_an_administrator_did_is_written_down_as_theirs(contoso: Company) -> None:
    """Assigned, removed and taken away."""
    await contoso.administers(f"assign @rita {READ}")
    await contoso.administers(f"remove @rita {READ}")
    assert [one for one in await _told(contoso) if one[1] == "ada"] == [
        ("request.submitted", "ada"),
        ("request.auto_approved", "ada"),
        ("assignment.removed", "ada"),
    ]


async def test_a_refusal_of_authority_is_written_down_and_one_of_form_is_not(
    company: Open,
) -> None:
    """Lena tries to administer; Ada merely mistyped."""
    async with company(files.file(files.package("Reports"))) as contoso:
        await contoso.administers("assign @rita Reports", who="lena")
        await contoso.administers("assign @rita Nothing of the kind")
        told = await _told(contoso)
        assert [one for one in told if one[0].startswith("refused")] == [
            ("refused.NotAdministrator", "lena")
        ]


async def test_a_refusal_says_what_it_was_about(company: Open) -> None:
    """Whose access, which request and stage, whose task; of a typed command, its words."""
    mia = files.stage("Mia", files.people("mia"))
    vpn = files.package("VPN", files.policy("All", mia), gives=("vpn",))
    async with company(files.file(vpn)) as contoso:
        await contoso.asks("rita", "VPN")
        request_id = await contoso.the_request("rita", "VPN")
        ed = Actor(person_id=PersonId(contoso.ed.id))

        async def tries(command: Command[Any]) -> dict[str, object]:
            with pytest.raises(AuthorityRefusal):
                await contoso.house.service.handle(command, ed)
            return (await contoso.audit())[-1]

        approving = DecideRequest(request_id=request_id, stage_number=0, verdict=Verdict.APPROVED)
        decided = await tries(approving)
        await contoso.mia.presses("Approve")
        (held,) = (await contoso.house.queries.held_by(PersonId(contoso.rita.id))).rows
        (task,) = (await contoso.house.queries.tasks_of(PersonId(contoso.ivan.id))).rows
        given_back = await tries(GiveBack(assignment_id=held.assignment.id))
        done = await tries(CompleteTask(holding_id=task.id, generation=1))
        await contoso.administers("assign @rita VPN", who="lena")
        typed = (await contoso.audit())[-1]
        await contoso.ivan.presses("Done")

        package, policy = held.assignment.package_id, held.assignment.policy_id
        of_rita = {"package_id": package, "policy_id": policy, "target_id": contoso.rita.id}
        assert decided.items() >= {"request_id": request_id, "stage": 0, **of_rita}.items()
        assert given_back.items() >= {"assignment_id": held.assignment.id, **of_rita}.items()
        assert done["target_id"] == contoso.rita.id
        assert done["details"] == {
            "command": "CompleteTask",
            "connector": "manual",
            "target": "Office VPN",
            "role": "user",
        }
        assert typed["why"] == f"<@{contoso.rita.id}> VPN"


async def test_a_refusal_is_written_down_in_few_words_whatever_was_typed(contoso: Company) -> None:
    """Lena types a word of two thousand characters, again and again if she likes."""
    await contoso.administers("x" * 2000, who="lena")
    row = (await contoso.audit())[-1]
    assert row["activity"] == "refused.NotAdministrator"
    assert len(str(row["details"])) + len(str(row["why"])) < 500


async def test_a_story_says_who_assigned_and_who_took_away_and_not_that_they_asked(
    company: Open,
) -> None:
    """Its head and its first row, of each of the two."""
    async with company(files.file(files.package("Room"))) as contoso:
        await contoso.administers("assign @rita Room")
        await contoso.administers("remove @rita Room")
        listed = (await contoso.administers("requests")).ephemeral
        taken, given = re.findall(r"· (\w{6})$", listed, re.MULTILINE)
        story = (await contoso.administers(f"audit {given}")).ephemeral
        assert f"@Ada Acheampong assigned Room to @Rita Romero. Request {given}" in story
        assert "· @Ada Acheampong · assigned it to @Rita Romero" in story
        story = (await contoso.administers(f"audit {taken}")).ephemeral
        assert f"@Ada Acheampong took Room away from @Rita Romero. Request {taken}" in story
        assert "asks for" not in story

        await contoso.asks("ed", "Room")
        await contoso.ed.presses("Give back")
        listed = (await contoso.administers("requests @ed")).ephemeral
        back = re.findall(r"given back .* · (\w{6})$", listed, re.MULTILINE)[0]
        story = (await contoso.administers(f"audit {back}")).ephemeral
        assert f"@Ed Eriksen gave Room back. Request {back}" in story


async def test_what_ended_by_itself_has_a_story_that_says_so(company: Open) -> None:
    """Nobody asked for the end."""
    async with company(files.file(files.package("Room"))) as contoso:
        await contoso.asks("rita", "Room")
        await contoso.playground.days_pass(31)
        listed = (await contoso.administers("requests")).ephemeral
        ended = re.findall(r"· ended .* · (\w{6})$", listed, re.MULTILINE)[0]
        story = (await contoso.administers(f"audit {ended}")).ephemeral
        assert f"The access of @Rita Romero to Room ended. Request {ended}" in story
