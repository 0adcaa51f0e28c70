"""The product as it is installed: `usher serve`, a real database, Slack's protocol, real time."""

import signal
from pathlib import Path

import aiohttp
import pytest

from playground.driver import SlackSays
from tests.acceptance.served import READY_WITHIN, served

HANGING = "tests.acceptance.hanging_serve"

SECONDS = """
organization: {name: Contoso, domains: [contoso.com]}
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
fallback_approvers: ["@it-leads"]
catalogs:
  - name: Engineering
    owners: [olga@contoso.com]
    resources:
      - {name: prod-readers, connector: slack_usergroup, id: "@prod-readers", roles: [member]}
    packages:
      - name: Production read access
        description: Dashboards and logs
        grants: [{resource: prod-readers, role: member}]
        policies:
          - name: Employees
            requestors: {scope: all_members}
            justification: required
            approval:
              stages:
                - name: Manager
                  approvers: [{manager: 1}]
                  decide_within: PT30S
                  remind: [PT1S]
                  escalate: [{after: PT2S, to: [{manager: 2}]}]
            expiration: {after: PT9S}
            extension: {allowed: true, remind_before: [PT3S]}
"""


@pytest.mark.long
@pytest.mark.parametrize("socket_mode", [False, True], ids=["HTTP", "Socket Mode"])
async def test_a_whole_life_in_seconds(tmp_path: Path, socket_mode: bool) -> None:
    """Reminder, escalation, approval, delivery, warning and end, without anybody's help."""
    async with served(tmp_path, SECONDS, socket_mode=socket_mode) as world:
        await world.start()
        rita, mia, max_ = (world.playground.person(name) for name in ("rita", "mia", "max"))
        await rita.types("/access request production")
        await world.until(lambda: rita.form is not None)
        form = rita.form
        assert form is not None
        await form.fill("Justification", "Slow queries")
        await form.submit()

        await world.until(lambda: mia.sees("Slow queries"))
        await world.until(lambda: mia.sees("A reminder"))
        await world.until(lambda: max_.sees("Slow queries"))
        await mia.presses("Approve")
        await world.until(lambda: rita.sees("Delivered today"))
        group = world.playground.workspace.usergroup("prod-readers")
        assert rita.id in group.users
        await world.until(lambda: max_.sees("Approved"))

        await world.until(lambda: rita.sees("Extend"))
        await world.until(lambda: rita.id not in group.users or bool(group.deleted_at))


async def test_sigterm_drains_and_exits_well(tmp_path: Path) -> None:
    """An operator stops it; it ends by itself with 0."""
    async with served(tmp_path, SECONDS) as world:
        process = await world.start()
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("socket_mode", [False, True], ids=["HTTP", "Socket Mode"])
async def test_sigterm_ends_it_in_time_although_everything_in_hand_hangs(
    tmp_path: Path, socket_mode: bool
) -> None:
    """A command, a message on its way and a Home tab never end: one deadline is for all of them."""
    async with served(tmp_path, SECONDS, socket_mode=socket_mode) as world:
        process = await world.start(module=HANGING)
        rita = world.playground.person("rita")
        await rita.types("/access request production")
        await world.until(lambda: rita.form is not None)
        assert rita.form is not None
        await rita.form.fill("Justification", "Slow queries")
        await rita.form.submit()
        await rita.opens_home()
        with pytest.raises(SlackSays):
            await rita.types("/access")
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0


@pytest.mark.slow
@pytest.mark.long
async def test_sigterm_ends_it_in_time_although_something_heeds_nothing(tmp_path: Path) -> None:
    """Whatever would not be given up ends with the process; the exit code tells."""
    async with served(tmp_path, SECONDS) as world:
        process = await world.start(module=HANGING, USHER_HEEDLESS="1")
        await world.playground.person("rita").opens_home()
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 1


@pytest.mark.slow
@pytest.mark.long
async def test_sigterm_gives_up_what_slack_does_not_answer_in_time(tmp_path: Path) -> None:
    """The card is on its way for a minute: the process ends, without a fault of its own."""
    async with served(tmp_path, SECONDS) as world:
        process = await world.start()
        rita = world.playground.person("rita")
        await rita.types("/access request production")
        await world.until(lambda: rita.form is not None)
        assert rita.form is not None
        await rita.form.fill("Justification", "Slow queries")
        world.playground.faults.add("slow", method="chat.postMessage", times=9, seconds=60)
        await rita.form.submit()
        await world.until(lambda: world.playground.faults.rules[-1].times <= 8)
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0
        assert "Traceback" not in world.log.read_text()


async def test_sigterm_ends_it_while_it_still_reads_the_directory(tmp_path: Path) -> None:
    """It is not ready yet, and stops as well."""
    async with served(tmp_path, SECONDS) as world:
        world.playground.faults.add("slow", method="users.list", times=1, seconds=60)
        process = world.begin()
        await world.until(lambda: not world.playground.faults.rules, within=READY_WITHIN)
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0


async def test_an_app_that_was_removed_says_so_and_stops_asking_slack(tmp_path: Path) -> None:
    """It is not ready, and why stands there and in the log, once; SIGTERM ends it as ever."""
    async with served(tmp_path, SECONDS) as world:
        process = await world.start()
        await world.playground.remove_app()
        async with aiohttp.ClientSession() as session, session.get(f"{world.url}/readyz") as answer:
            assert answer.status == 503
            assert "was removed from the Slack workspace" in await answer.text()
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0
        assert world.log.read_text().count("was removed from the Slack workspace") == 1
