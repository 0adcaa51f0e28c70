"""Who runs at the moment: processes are started, killed at any point, frozen, and started again.

Two kinds of house are played. *Several* replicas on one database, as on PostgreSQL: what a killed
one held is taken over when its lease ends, and what it had sent may still happen on the far side.
And a *lone* process, as on SQLite: it frees its own leases when it starts again, a second later or
more, when what its death cut off has happened or never will.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from storage.transaction import SqlTransaction
from tests.simulator.loop import Owner
from tests.simulator.replica import Replica, World

RESTART_AFTER = (1.0, 30.0)
FROZEN_FOR = (0.5, 5.0, 20.0, 58.0, 58.0, 60.3, 61.5, 100.0)
"""Seconds; a lease is 60."""
LEASE_AND_A_LOOK = 4.0
"""Some thaw when somebody else does something, so many seconds later at most."""


class Processes:
    """The processes that run, and what happens to them."""

    def __init__(self, world: World, random: Random, *, lone: bool, replicas: int) -> None:
        self.world = world
        self.lone = lone
        self._random = random
        self._names = [f"replica {number}" for number in range(1 if lone else replicas)]
        self.living: dict[str, Replica] = {}
        self.kills = 0
        self.freezes = 0
        self.calm = False

    async def start(self) -> None:
        """Start every one."""
        for name in self._names:
            await self._start(name)

    async def _start(self, name: str) -> None:
        replica = Replica(self.world, name)
        if self.lone:
            await self.world.database.write(
                lambda conn: SqlTransaction(conn, replica.store._home).free_leases()
            )
        self.world.trace(f"start {name}")
        self.living[name] = replica
        replica.start()

    def any(self) -> Replica | None:
        """One that lives, frozen or not; None when there is none just now."""
        return self._random.choice(list(self.living.values())) if self.living else None

    async def torment(self, kills: int, freezes: int, within: float) -> None:
        """So many kills and freezes, at any moment of the next so many seconds."""
        async with asyncio.TaskGroup() as group:
            for what in (*[self._kill] * kills, *[self._freeze] * freezes):
                group.create_task(self._later(what, self._random.random() * within))

    async def _later(self, what: Callable[[], Awaitable[None]], delay: float) -> None:
        await asyncio.sleep(delay)
        await what()

    async def _kill(self) -> None:
        replica = await self._somebody_busy()
        if replica is None:
            return
        name = replica.owner.name
        del self.living[name]
        replica.kill(connections_too=self.lone)
        self.kills += 1
        self.world.trace(f"kill {name}")
        await asyncio.sleep(self._random.uniform(*RESTART_AFTER))
        await self._start(name)

    async def _freeze(self) -> None:
        replica = await self._somebody_busy()
        if replica is None or replica.owner.frozen:
            return
        replica.owner.frozen = True
        self.freezes += 1
        self.world.trace(f"freeze {replica.owner.name}")
        await asyncio.sleep(self._random.choice(FROZEN_FOR))
        if self._random.random() < 0.5:
            await self._rings(self.world.network.bells, LEASE_AND_A_LOOK)
        if not replica.owner.dead:
            self.world.trace(f"thaw {replica.owner.name}")
            self.world.loop.thaw(replica.owner)

    async def _somebody_busy(self) -> Replica | None:
        """One that did something a few steps ago: between two moments nothing can happen.

        Some have just committed, sent, or been answered; mostly it is they who are hit.
        """
        network = self.world.network
        who = await self._rings(
            self._random.choice((self.world.database.bells, network.bells, network.answered)), 60.0
        )
        for _ in range(self._random.randrange(self._random.choice((3, 30)))):
            await asyncio.sleep(0)
        if self._random.random() < 0.3:
            await asyncio.sleep(self._random.random())
        if self._random.random() < 0.7:
            return next((one for one in self.living.values() if one.owner is who), None)
        return self.any()

    async def _rings(
        self, bells: list[Callable[[Owner | None], None]], within: float
    ) -> Owner | None:
        """Wait for a bell; answers who rang it."""
        rung: asyncio.Future[Owner | None] = self.world.loop.create_future()

        def ring(owner: Owner | None) -> None:
            if not rung.done():
                rung.set_result(owner)

        bells.append(ring)
        try:
            async with asyncio.timeout(within):
                return await rung
        except TimeoutError:
            return None
        finally:
            bells.remove(ring)
