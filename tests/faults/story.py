"""One story, told through real processes that die: asked, approved twice, delivered, done by hand.

A person who gets no answer presses again; whoever dies is started again. However often that
happens, the story has one end: the same messages once each, the same access, the same audit.
"""

import asyncio
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp
from sqlalchemy import select

import storage
from bot import playground_app
from bot.house import open_house
from bot.messenger import EVENT_TYPE
from engine.application.clock import SystemClock
from playground.acting import SlackSays
from playground.driver_forms import FormRefused
from playground.seen import NotThere
from storage import tables as t
from storage.reader import SqlReader
from tests import invariants
from tests.acceptance.served import Served, served
from tests.faults import forked

CONFIG = """
organization: {name: Contoso}
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
fallback_approvers: ["@it-leads"]
catalogs:
  - name: Engineering
    owners: [olga@contoso.com]
    resources:
      - {name: prod-readers, connector: slack_usergroup, id: "@prod-readers", roles: [member]}
      - {name: incidents, connector: slack_channel, id: "#incident-room", roles: [member]}
      - name: vpn
        connector: manual
        id: Office VPN
        fulfillers: [ivan@contoso.com]
        roles: [user]
    packages:
      - name: Production read access
        grants:
          - {resource: prod-readers, role: member}
          - {resource: incidents, role: member}
          - {resource: vpn, role: user}
        policies:
          - name: Employees
            requestors: {scope: all_members}
            approval:
              stages:
                - {name: Manager, approvers: [{manager: 1}]}
                - {name: Owner, approvers: [{catalog_owners: true}]}
            expiration: {after: P90D}
"""
TRIES = 10
SEEN_WITHIN, LOOKS = 8.0, 16
REST_WITHIN = 240.0
QUIET = 1.5
"""Seconds; an idle process looks at the database once in each."""
LEASE = 4.0
"""Seconds; as `dying_serve` shortens it, on PostgreSQL."""
DYING = "tests.faults.dying_serve"
NO_ANSWER = (SlackSays, NotThere, FormRefused, AssertionError, aiohttp.ClientError)


@dataclass
class Story:
    """The people and the processes."""

    world: Served
    lease: float | None = None
    restarts: int = 0
    armed: bool = True
    """Whether steps count from the start of a process on."""

    async def start(self, **environment: str) -> None:
        """Start one process and let its steps count."""
        if self.lease is not None:
            environment["USHER_LEASE"] = str(self.lease)
        process = await self.world.start(module=DYING, **environment)
        if self.armed:
            process.send_signal(signal.SIGUSR1)

    async def live(self) -> None:
        """The whole of it."""
        people = self.world.playground.person
        rita, mia, olga, ivan = people("rita"), people("mia"), people("olga"), people("ivan")

        async def ask() -> None:
            if rita.form is not None:
                await rita.form.dismiss()
            await rita.types("/access request production")
            await self.world.until(lambda: rita.form is not None, within=3)
            assert rita.form is not None
            await rita.form.fill("Justification", "Slow queries")
            await rita.form.submit()

        async def nothing() -> None:
            pass

        await self._until(lambda: "Approve" in mia.buttons, ask)
        await self._until(lambda: mia.sees("Approved by"), lambda: mia.presses("Approve"))
        await self._until(lambda: "Approve" in olga.buttons, nothing)
        await self._until(lambda: olga.sees("Approved by @Olga"), lambda: olga.presses("Approve"))
        await self._until(lambda: "Done" in ivan.buttons, nothing)
        await self._until(lambda: rita.sees("Delivered today"), lambda: ivan.presses("Done"))
        await self._until(lambda: rita.sees("You now have"), nothing)

    async def _until(
        self, goal: Callable[[], object], act: Callable[[], Awaitable[object]]
    ) -> None:
        """Do it, and again if nobody answered, until it is so."""
        trouble: Exception | None = None
        for _ in range(TRIES):
            await self._revive()
            try:
                await act()
            except NO_ANSWER as unanswered:
                trouble = unanswered
            if (not_yet := await self._seen(goal)) is None:
                return
            trouble = trouble or not_yet
        raise AssertionError(f"it never came, however often it was tried: {trouble}")

    async def _seen(self, goal: Callable[[], object]) -> AssertionError | None:
        """None once it is so; why not, if it does not come, or nobody lives who could do it."""
        for _ in range(LOOKS):
            try:
                await self.world.until(goal, within=SEEN_WITHIN / LOOKS)
            except AssertionError as not_yet:
                why = not_yet
            else:
                return None
            if not self._anybody_lives():
                break
        return why

    def _anybody_lives(self) -> bool:
        return any(process.poll() is None for process in self.world.processes)

    async def _revive(self) -> None:
        if not self._anybody_lives():
            self.restarts += 1
            await self.start()

    async def end(self) -> "End":
        """Come to rest, stop, and look at everything that is left."""
        await self._rest()
        self.world.stop()
        playground, url = self.world.playground, self.world.database_url
        async with open_house(playground_app.settings_for(playground, url)) as house:
            broken = await invariants.broken(playground, house)
            audit = await house.database.look(_activities)
        return End(tuple(broken), _messages(self.world), audit, _access(self.world))

    async def _rest(self) -> None:
        """Until somebody lives, nothing is left to do, no lane is held, and nothing more is said.

        Whoever waits takes steps too, so the one at which the process dies may be among them.
        """
        changed = asyncio.Event()
        leave = self.world.playground.workspace.subscribe(lambda _change: changed.set())
        try:
            async with asyncio.timeout(REST_WITHIN):
                while await self._said_more(changed) or not await self._resting():
                    await self._revive()
        finally:
            leave()

    async def _resting(self) -> bool:
        """What the database says beside those who write it, once a process lives to work on it."""
        clock = SystemClock()
        async with await storage.open_store(
            self.world.database_url, clock=clock, read_only=True
        ) as store:
            rests = await store.look(lambda reader: invariants.resting(reader, clock.now()))
        return rests and self._anybody_lives()

    async def _said_more(self, changed: asyncio.Event) -> bool:
        """Whether anything changes within the time in which a process looks again by itself."""
        changed.clear()
        try:
            async with asyncio.timeout(QUIET):
                return await changed.wait()
        except TimeoutError:
            return False


@dataclass(frozen=True)
class End:
    """How the story ended, without what differs from telling to telling."""

    broken: tuple[str, ...]
    messages: Counter[str]
    audit: Counter[str]
    access: tuple[int, int]
    """How often Rita is in the group and in the channel."""

    def differs_from(self, other: "End") -> list[str]:
        """What is otherwise than there, and what is broken."""
        found = list(self.broken)
        for what, mine, theirs in (
            ("message", self.messages, other.messages),
            ("audit", self.audit, other.audit),
        ):
            found += [
                f"{what} {key}: {mine[key]} times, not {theirs[key]}"
                for key in sorted(mine.keys() | theirs.keys())
                if mine[key] != theirs[key]
            ]
        if self.access != other.access:
            found.append(f"access: {self.access}, not {other.access}")
        return found


def _activities(reader: SqlReader) -> Counter[str]:
    """Who did what, how often; refusals left out: pressing again is refused, and written down."""
    rows = reader.conn.execute(select(t.audit.c.actor, t.audit.c.activity))
    return Counter(
        f"{row.activity} by {row.actor}" for row in rows if not row.activity.startswith("refused")
    )


_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")


def _messages(world: Served) -> Counter[str]:
    """What was said, by its key, ids made alike."""
    keys: Counter[str] = Counter()
    for conversation in world.playground.workspace.conversations.values():
        for message in conversation.messages:
            metadata = message.metadata or {}
            if metadata.get("event_type") == EVENT_TYPE:
                keys[_ID.sub("…", str(metadata["event_payload"]["key"]))] += 1
    return keys


def _access(world: Served) -> tuple[int, int]:
    workspace = world.playground.workspace
    rita = world.playground.person("rita").id
    members = list(workspace.channel("incident-room").members)
    return workspace.usergroup("prod-readers").users.count(rita), members.count(rita)


S = TypeVar("S", bound=Story)


@asynccontextmanager
async def story(
    folder: Path,
    database_url: str | None = None,
    *,
    cls: type[S],
    config: str = CONFIG,
    armed: bool = True,
) -> AsyncIterator[S]:
    """A workspace and nobody serving it yet."""
    async with served(folder, config, database_url=database_url, starts=forked.start) as world:
        world.playground.rates.burst = float("inf")
        yield cls(world=world, lease=LEASE if database_url else None, armed=armed)


async def told(folder: Path, database_url: str | None = None) -> tuple[End, int]:
    """The story undisturbed: its end, and how many steps it takes."""
    async with story(folder, database_url, cls=Story) as undisturbed:
        await undisturbed.start(USHER_COUNT_INTO=str(folder / "steps"))
        await undisturbed.live()
        end = await undisturbed.end()
    return end, int((folder / "steps").read_text())


async def killed(folder: Path, step: int, database_url: str | None = None) -> tuple[End, bool]:
    """The story with a process that dies at that step: its end, and whether it died at all."""
    async with story(folder, database_url, cls=Story) as disturbed:
        await disturbed.start(USHER_DIE_AT=str(step))
        doomed = disturbed.world.processes[0]
        await disturbed.live()
        end = await disturbed.end()
        return end, doomed.returncode == -signal.SIGKILL
