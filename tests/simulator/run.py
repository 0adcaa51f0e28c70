"""One simulation: a seed in, a verdict out.

First everything goes wrong for a while: people act, the network fails, processes are killed and
frozen. Then it heals: nothing fails any more, everybody runs, what was refused is mended and
reprocessed, tasks are done, and time passes until nothing is left to do. Then every promise is
looked at (`rules`); some are looked at after every commit.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from sqlalchemy import select

from engine.application.commands import OPERATOR, Actor, ApplyConfiguration, ReprocessRequest
from engine.domain.assignment_requests import RequestState
from engine.domain.ids import RequestId
from storage import tables as t
from storage.reader import SqlReader
from tests import invariants
from tests.simulator import company
from tests.simulator.chaos import Processes
from tests.simulator.loop import Stuck
from tests.simulator.people import People
from tests.simulator.replica import Replica, World
from tests.simulator.rules import Ledger, Watcher, broken

TROUBLE = 1500.0
"""Seconds of trouble; a life in the company takes about as long."""
ROUND, ROUNDS = 150.0, 120
"""Seconds between two looks while it heals, and how many looks there are at most."""
MOST_STEPS = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a seed."""

    seed: int
    found: tuple[str, ...]
    """Every broken promise, as a sentence."""
    trace_hash: str
    figures: dict[str, int]


def simulate(seed: int, *, on_trace: Callable[[str], None] | None = None) -> Verdict:
    """Run one seed from the empty database to its end."""
    world = World(seed)
    world.on_trace = on_trace
    leaving = Random(f"leaving {seed}")
    simulation = Simulation(world, Random(world.random.random()), leaving)
    try:
        found = world.loop.run(simulation.run(), most_steps=MOST_STEPS)
    except Stuck as stuck:
        found = [f"it does not come to rest: {stuck}"]
    return Verdict(
        seed=seed,
        found=tuple(dict.fromkeys([*found, *world.loop.faults])),
        trace_hash=world.trace_hash,
        figures=simulation.figures(),
    )


class Simulation:
    """The course of one seed."""

    def __init__(self, world: World, random: Random, leaving: Random) -> None:
        self._world = world
        self._random = random
        lone = random.random() < 0.3
        self._processes = Processes(
            world, Random(random.random()), lone=lone, replicas=random.choice((2, 2, 3))
        )
        self._people = People(self._processes, Random(random.random()), leaving)
        self._watcher = Watcher(world)

    async def run(self) -> list[str]:
        """Trouble, healing, and every broken promise."""
        ledger = await self._found()
        await self._processes.start()
        self._world.database.watchers.append(self._watcher)
        self._world.network.trouble = self._random.choice((0.15, 0.3, 0.6))
        kills, freezes = self._random.choice((1, 5, 10)), self._random.choice((1, 4, 12))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._processes.torment(kills, freezes, TROUBLE))
            group.create_task(self._people.live(TROUBLE, self._random.randrange(6, 13)))
        await self._heal()
        found = [*self._watcher.found, *self._people.faults, *self._world.network.overlaps]
        answered = self._people.answered
        return found + await broken(self._world, self._any(), ledger, self._watcher, answered)

    async def _found(self) -> Ledger:
        """A configured company, where some have access already that nobody gave them."""
        first = Replica(self._world, "first")
        await first.store.write(lambda tx: tx.put_people(company.people()))
        applied = ApplyConfiguration(configuration=company.configuration())
        await first.service.handle(applied, OPERATOR)
        group = [str(company.OLGA)]
        for who in company.ASKING:
            right = (company.ACCOUNT, f"account-{who}")
            if self._random.random() < 0.3:
                group.append(str(who))
            if self._random.random() < 0.3:
                self._world.accounts.rights.add(right)
            if self._random.random() < 0.15:
                self._world.accounts.refused.add(right)
            if self._random.random() < 0.3:
                self._world.accounts.stubborn.add(right)
        self._world.slack.groups[company.GROUP] = group
        return Ledger.of(self._world)

    async def _heal(self) -> None:
        """Nothing fails any more; in some seeds the target system stays stubborn for hours."""
        self._world.network.trouble = 0.0
        self._world.trace("healing")
        stubborn_for = self._random.choice((*[0] * 7, 60))
        if stubborn_for:
            accounts = self._world.accounts
            accounts.stubborn |= {(company.ACCOUNT, f"account-{who}") for who in company.ASKING}
        for number in range(ROUNDS):
            await asyncio.sleep(ROUND)
            self._world.accounts.refused.clear()
            if number >= stubborn_for:
                self._world.accounts.stubborn.clear()
            await self._people.finish_tasks()
            for request_id in self._world.look(_failed):
                again = ReprocessRequest(request_id=request_id)
                await self._people.press(again, Actor(person_id=company.OLGA))
            resting = partial(invariants.resting, now=self._world.clock.now())
            if self._world.look(resting):
                return

    def _any(self) -> Replica:
        replica = self._processes.any()
        assert replica is not None, "everybody runs again"
        return replica

    def figures(self) -> dict[str, int]:
        """How much happened."""
        return {
            "kills": self._processes.kills,
            "freezes": self._processes.freezes,
            "commits": self._world.database.commits,
            "steps": self._world.loop.steps,
            "virtual seconds": int(self._world.loop.time()),
            "commands": len(self._people.answered),
            "refusals": self._people.refused,
            "pressed again": self._people.pressed_again,
            "leavers": self._people.left,
            "messages": sum(len(said) for said in self._world.slack.conversations.values()),
            "calls": sum(self._world.network.happened.values()),
            "calls gone wrong": sum(self._world.network.happened.values())
            - self._world.network.happened["well"],
        }


def _failed(reader: SqlReader) -> list[RequestId]:
    states = (RequestState.PARTIALLY_DELIVERED, RequestState.DELIVERY_FAILED)
    found = select(t.requests.c.id).where(t.requests.c.state.in_(states)).order_by(t.requests.c.id)
    return [RequestId(one) for one in reader.conn.execute(found).scalars()]
