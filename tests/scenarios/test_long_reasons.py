"""What somebody writes is kept whole up to the limit; past it they are asked to shorten it."""

from dataclasses import replace

import pytest

from engine.application.commands import Actor, AssignDirectly, CompleteTask, RemoveDirectly
from engine.domain.ids import ChannelId, PersonId
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import JustificationTooLong, ReasonTooLong
from tests.company import ADMIN_CHANNEL, Company
from tests.scenarios import files
from tests.scenarios.conftest import Open
from tests.scenarios.review_stories import READ, hold, reviewed

WHOLE, MORE = "x" * MAX_REASON, "x" * (MAX_REASON + 1)
VPN = files.file(files.package("VPN", gives=("vpn",)))


def _ada(contoso: Company) -> Actor:
    channel = contoso.playground.workspace.channel(ADMIN_CHANNEL.removeprefix("#"))
    return Actor(person_id=PersonId(contoso.ada.id), channel_id=ChannelId(channel.id))


async def _assigns(contoso: Company, why: str) -> None:
    command = AssignDirectly(
        target_id=PersonId(contoso.rita.id), package_id=await contoso.package("VPN"), why=why
    )
    await contoso.house.service.handle(command, _ada(contoso))
    await contoso.playground.settle()


async def test_why_an_administrator_gives_or_takes_away_has_a_limit(company: Open) -> None:
    """Nothing is given or taken away for a reason that nobody could read."""
    async with company(VPN) as contoso:
        with pytest.raises(JustificationTooLong):
            await _assigns(contoso, MORE)
        await _assigns(contoso, WHOLE)
        rita, package = PersonId(contoso.rita.id), await contoso.package("VPN")
        with pytest.raises(ReasonTooLong):
            await contoso.house.service.handle(
                RemoveDirectly(target_id=rita, package_id=package, why=MORE), _ada(contoso)
            )
        assert (await contoso.house.queries.held_by(rita)).total == 1
        await contoso.house.service.handle(
            RemoveDirectly(target_id=rita, package_id=package, why=f" {WHOLE} "), _ada(contoso)
        )
        page = await contoso.house.queries.requests(limit=1)
        assert page.rows[0].request.justification == WHOLE
        await contoso.playground.settle()


async def test_the_note_of_a_task_has_a_limit(company: Open) -> None:
    """One character more, and the task is still open; at the limit the audit has all of it."""
    async with company(VPN) as contoso:
        await _assigns(contoso, "")
        ivan = Actor(person_id=PersonId(contoso.ivan.id))
        [task] = (await contoso.house.queries.tasks_of(PersonId(contoso.ivan.id))).rows
        done = CompleteTask(holding_id=task.id, generation=task.generation, note=MORE)
        with pytest.raises(ReasonTooLong):
            await contoso.house.service.handle(done, ivan)
        await contoso.house.service.handle(replace(done, note=f" {WHOLE} "), ivan)
        story = await contoso.house.queries.audit_of(await contoso.the_request("rita", "VPN"))
        assert [entry.why for entry in story if entry.activity == "task.granted"] == [WHOLE]
        await contoso.playground.settle()


async def test_a_review_goes_on_until_why_it_is_stopped_can_be_read(company: Open) -> None:
    """Ada is asked to shorten what she typed."""
    async with company(reviewed({"manager": 1})) as contoso:
        await hold(contoso, "rita")
        await contoso.administers(f"review start {READ}")
        [row] = (await contoso.house.desk.reviews.reviews()).rows
        told = await contoso.administers(f"review stop {row.run.id} {MORE}")
        told.sees("Please shorten what you wrote to 1,000 characters.")
        stopped = await contoso.administers(f"review stop {row.run.id} {WHOLE}")
        stopped.sees("stopped")
