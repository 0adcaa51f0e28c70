"""Somebody leaves while processes die: whatever became of them, closed accounts hold nothing.

What a closed account means is written in the transaction that closes it. So the reading of the
directory may die after any of its transactions, and nothing it still had in mind is missed.
"""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors.slack_directory import SlackDirectory
from engine.application.mirror import Mirror
from engine.domain.ids import PersonId
from playground.seed import PersonKind
from storage import DatabaseStore, DatabaseUnavailable
from storage import tables as t
from storage.reader import SqlReader
from tests import invariants
from tests.company import Company
from tests.faults.sampling import sampled
from tests.faults.story import Story, story
from tests.scenarios import files
from tests.scenarios.conftest import Open

COMMITS = 3
"""How many transactions it takes to read the people of a small directory."""
ASKING = 1
"""The first only asks whether unusually many would leave."""
ROOM = files.package("Room", files.policy("Everybody"), gives=("incident-room",))
READS = files.package("Reads", files.policy("All", files.stage("Manager", files.MANAGER)))
VPN = files.package("VPN", files.policy("All", files.stage("Rita", files.people("rita"))))
AT_ONCE = 2
"""Slack repeats an event at once, before it waits a minute; and tells of a person by two events."""
THREE = files.file(ROOM, READS, VPN)


class Died(Exception):
    """The process is gone."""


class DyingStore:
    """A database that this process can reach so many times more."""

    def __init__(self, store: DatabaseStore, commits: int) -> None:
        self._store = store
        self._left = commits

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """One commit."""
        if not self._left:
            raise Died
        self._left -= 1
        return await self._store.write(fn, *args, **kwargs)

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Reading costs nothing."""
        return await self._store.read(fn, *args, **kwargs)


def leaves_unannounced(company: Company, who: str) -> None:
    """The account is closed, and no event says so."""
    user = company.playground.workspace.person(who)
    user.kind = PersonKind.DELETED
    user.updated += 60


async def _read_until_it_dies(company: Company, commits: int) -> bool:
    """Read the directory; whether it came to its end."""
    dying: Any = DyingStore(company.house.database, commits)
    team_id = company.playground.workspace.team.id
    source = SlackDirectory(company.house.client, our_team_id=team_id)
    try:
        await Mirror(dying, source).refresh_people()
    except Died:
        return False
    return True


@pytest.mark.parametrize("commits", range(COMMITS + 1))
async def test_a_reading_that_dies_after_any_commit_leaves_nobody_with_access(
    company: Open, commits: int
) -> None:
    """Rita holds one thing, has asked for another and is asked for a third; then she is gone."""
    async with company(THREE) as contoso:
        await contoso.asks("rita", "Room")
        await contoso.asks("rita", "Reads")
        await contoso.asks("ed", "VPN")
        leaves_unannounced(contoso, "rita")

        whole = await _read_until_it_dies(contoso, commits)
        await contoso.playground.settle()

        assert whole is (commits == COMMITS)
        assert await invariants.broken(contoso.playground, contoso.house) == []
        is_known = bool(await contoso.house.database.look(_closed))
        assert ("rita" in contoso.channel("incident-room")) is not is_known
        assert is_known is (commits > ASKING)
        if is_known:
            contoso.lena.sees("Ed Eriksen asks for VPN")
            contoso.mia.sees("Canceled")


def _closed(reader: SqlReader) -> list[str]:
    return list(reader.conn.execute(select(t.people.c.id).where(~t.people.c.active)).scalars())


class AwayStore(DyingStore):
    """A database that is away for so many transactions."""

    async def write(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """In vain, or one commit."""
        if self._left:
            self._left -= 1
            raise DatabaseUnavailable("The database is away.")
        return await self._store.write(fn, *args, **kwargs)


async def test_news_that_could_not_be_written_comes_again(company: Open) -> None:
    """Nothing was acknowledged, at once and when Slack repeated it; a minute later it counts."""
    async with company(THREE) as contoso:
        await contoso.asks("rita", "Room")
        away: Any = AwayStore(contoso.house.database, 2 * AT_ONCE)
        contoso.house.mirror._store = away
        await contoso.playground.user_leaves("rita")
        assert (await contoso.house.queries.held_by(PersonId(contoso.rita.id))).total == 1

        await contoso.playground.time_passes(timedelta(minutes=1))
        assert (await contoso.house.queries.held_by(PersonId(contoso.rita.id))).total == 0


CONFIG = """
organization: {name: Contoso}
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
fallback_approvers: ["@it-leads"]
catalogs:
  - name: Engineering
    owners: [olga@contoso.com]
    resources:
      - {name: incidents, connector: slack_channel, id: "#incident-room", roles: [member]}
    packages:
      - name: Incidents
        grants: [{resource: incidents, role: member}]
        policies:
          - name: Employees
            requestors: {scope: all_members}
            justification: optional
            expiration: {after: P90D}
"""


@dataclass
class Leaving(Story):
    """Rita has a package, and her account is closed while the process may die."""

    async def live(self) -> None:
        """Steps count from the moment she leaves."""
        playground = self.world.playground
        rita, room = playground.person("rita"), playground.workspace.channel("incident-room")

        async def ask() -> None:
            if rita.form is not None:
                await rita.form.dismiss()
            await rita.types("/access request incidents")
            await self.world.until(lambda: rita.form is not None, within=3)
            assert rita.form is not None
            await rita.form.submit()

        async def nothing() -> None:
            pass

        await self._until(lambda: rita.id in room.members, ask)
        await self._until(lambda: rita.sees("You now have"), nothing)
        self.world.processes[0].send_signal(signal.SIGUSR1)
        user = playground.workspace.person("rita")
        user.kind, user.updated = PersonKind.DELETED, user.updated + 60
        playground.events.user_changed(user)
        await self._until(lambda: rita.id not in room.members, nothing)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(600)
async def test_killed_anywhere_while_somebody_leaves_it_ends_with_them_holding_nothing(
    tmp_path: Path,
) -> None:
    """The event, the transaction, the removal: the process dies at any step in between."""
    steps = await _left(tmp_path, None)
    for step in sampled(steps, 8):
        await _left(tmp_path, step)


async def _left(folder: Path, step: int | None) -> int:
    """How many steps it takes; with `step` the process dies there, and another goes on."""
    here = folder / str(step)
    await asyncio.to_thread(here.mkdir)
    environment = {"USHER_COUNT_INTO": str(here / "steps")}
    if step is not None:
        environment = {"USHER_DIE_AT": str(step)}
    async with story(here, config=CONFIG, cls=Leaving, armed=False) as told:
        await told.start(**environment)
        await told.live()
        end = await told.end()
    assert end.broken == (), f"killed at step {step}"
    assert end.access == (0, 0)
    return int((here / "steps").read_text()) if step is None else 0
