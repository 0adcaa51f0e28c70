"""Killed with SIGKILL at steps all along the way, started again: the same end, nothing twice."""

import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from bot.messenger import EVENT_TYPE
from playground.acting import SlackSays
from playground.driver_forms import FormRefused
from playground.seen import NotThere
from tests.acceptance.served import Served, served

pytestmark = pytest.mark.slow

CONFIG = """
organization: {name: Contoso}
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
catalogs:
  - name: Engineering
    owners: [olga@contoso.com]
    resources:
      - {name: prod-readers, connector: slack_usergroup, id: "@prod-readers", roles: [member]}
      - name: vpn
        connector: manual
        id: Office VPN
        fulfillers: [ivan@contoso.com]
        roles: [user]
    packages:
      - name: Production read access
        grants: [{resource: prod-readers, role: member}, {resource: vpn, role: user}]
        policies:
          - name: Employees
            requestors: {scope: all_members}
            approval:
              stages: [{name: Manager, approvers: [{manager: 1}]}]
            expiration: {after: P90D}
"""
TRIES = 8
NO_ANSWER = (SlackSays, NotThere, FormRefused, AssertionError, aiohttp.ClientError)


async def _reach(
    world: Served, goal: Callable[[], object], act: Callable[[], Awaitable[object]]
) -> None:
    """Do what a person does who gets no answer: try again, until it is so."""
    trouble: Exception | None = None
    for _ in range(TRIES):
        if all(process.poll() is not None for process in world.processes):
            await world.start()
        try:
            await act()
        except NO_ANSWER as unanswered:
            trouble = unanswered  # pressed in vain, or before: what counts is whether it is so
        try:
            await world.until(goal, within=5)
        except AssertionError:
            continue
        return
    seen = {name: world.playground.person(name).buttons for name in ("rita", "mia", "ivan")}
    raise AssertionError(f"it never came, however often it was tried: {seen} {trouble}")


async def _live(world: Served) -> None:
    people = world.playground.person
    rita, mia, ivan = people("rita"), people("mia"), people("ivan")
    group = world.playground.workspace.usergroup("prod-readers")

    async def ask() -> None:
        await rita.types("/access request production")
        await world.until(lambda: rita.form is not None, within=3)
        assert rita.form is not None
        await rita.form.fill("Justification", "Slow queries")
        await rita.form.submit()

    await _reach(world, lambda: "Approve" in mia.buttons, ask)
    await _reach(world, lambda: mia.sees("Approved by"), lambda: mia.presses("Approve"))
    await _reach(world, lambda: "Done" in ivan.buttons, lambda: rita.types("/access help"))
    await _reach(world, lambda: rita.sees("Delivered today"), lambda: ivan.presses("Done"))
    assert group.users.count(rita.id) == 1


def _messages_by_key(world: Served) -> Counter[str]:
    keys: Counter[str] = Counter()
    for conversation in world.playground.workspace.conversations.values():
        for message in conversation.messages:
            metadata = message.metadata or {}
            if metadata.get("event_type") == EVENT_TYPE:
                keys[str(metadata["event_payload"]["key"])] += 1
    return keys


@pytest.mark.parametrize("step", [40, 160, 330])
async def test_killed_at_a_step_it_ends_as_if_it_had_not_been(tmp_path: Path, step: int) -> None:
    """Whatever was lost is done again; whatever had been done is not."""
    async with served(tmp_path, CONFIG) as world:
        doomed = await world.start(
            module="tests.acceptance.dying_serve", USHER_TEST_DIE_AT=str(step)
        )
        doomed.send_signal(signal.SIGUSR1)
        await _live(world)

        twice = [key for key, count in _messages_by_key(world).items() if count > 1]
        assert not twice
        assert doomed.poll() == -signal.SIGKILL, "the step was never reached"
