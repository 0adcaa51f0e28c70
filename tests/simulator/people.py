"""People: they ask, decide, withdraw, give back, do tasks, and press again when nothing answers.

Each act is one command at some process. If that process dies or freezes, the person presses again
elsewhere, without knowing whether the first press counted; a refusal that says so is an answer.
What was answered is remembered: it must be found in the audit.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, TypeVar

from sqlalchemy import select

from engine.application.commands import (
    Actor,
    AssignDirectly,
    CancelRequest,
    Command,
    CompleteTask,
    DecideRequest,
    GiveBack,
    RemoveDirectly,
    SubmitExtension,
    SubmitRequest,
)
from engine.application.mirror import people_are
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.eligibility import Wish
from engine.domain.ids import AssignmentId, HoldingId, PersonId, RequestId
from engine.domain.refusals import Refusal
from engine.domain.stages import Verdict
from storage import tables as t
from storage.reader import HOLDING, REQUEST, SqlReader
from tests.simulator import company
from tests.simulator.chaos import Processes
from tests.simulator.replica import Replica

PATIENCE = 4.0
"""Seconds after which somebody presses again."""
PRESSES = 400
BURSTS, BURST = 4, 15.0
"""How many bursts there are, and how many seconds one takes: traffic is what faults hide in."""
LEAVING_SHARE = 0.25
"""In how many of the histories somebody who asks and holds leaves."""
T = TypeVar("T")


@dataclass(frozen=True)
class Answered:
    """A command that came through, as the person was told."""

    command: Command[Any]
    actor: Actor
    result: object


@dataclass
class People:
    """Everybody, with what they were answered."""

    processes: Processes
    random: Random
    leaving: Random
    """Draws of its own, so that the histories without a leaver stay as they were."""
    answered: list[Answered] = field(default_factory=list)
    refused: int = 0
    pressed_again: int = 0
    left: int = 0
    faults: list[str] = field(default_factory=list)

    async def live(self, within: float, acts: int) -> None:
        """Do so many things in the next so many seconds, in bursts; approvers look now and then."""
        bursts = [self.random.random() * within for _ in range(BURSTS)]
        async with asyncio.TaskGroup() as group:
            for _ in range(acts):
                moment = self.random.choice(bursts) + self.random.random() * BURST
                group.create_task(self._act_at(moment))
            if self.leaving.random() < LEAVING_SHARE:
                moment = self.leaving.choice(bursts) + self.leaving.random() * 2 * BURST
                group.create_task(self._leaves_at(moment))
            for minute in range(30, int(within), 60):
                group.create_task(self._approvers_at(minute + self.random.random() * 60))

    async def press(self, command: Command[Any], actor: Actor) -> None:
        """Have it done, however often it takes."""
        for _ in range(PRESSES):
            replica = self.processes.any()
            if replica is None:
                await asyncio.sleep(1 + self.random.random())  # on the simulated clock
            elif await self._pressed(replica, command, actor):
                return
            else:
                self.pressed_again += 1
        self.faults.append(f"nobody answered {command}")

    async def _pressed(self, replica: Replica, command: Command[Any], actor: Actor) -> bool:
        trace = self.processes.world.trace
        trace(f"press {type(command).__name__} by {actor.audit_name}")
        task = replica.spawn(replica.service.handle(command, actor))
        await asyncio.wait({task, replica.died}, timeout=PATIENCE, return_when="FIRST_COMPLETED")
        if not task.done():
            return False
        try:
            self.answered.append(Answered(command, actor, task.result()))
        except Refusal as refusal:
            trace(f"refused {type(refusal).__name__}")
            self.refused += 1
        except Exception as fault:  # noqa: BLE001 - the simulation must report it
            self.faults.append(f"{command}: {fault!r}")
        return True

    # What they do

    async def _leaves_at(self, delay: float) -> None:
        """The directory says that an account is closed, again and again until it is written."""
        await asyncio.sleep(delay)
        who = self.leaving.choice(company.ASKING)
        closed = [replace(one, active=False) for one in company.people() if one.id == who]
        for _ in range(PRESSES):
            replica = self.processes.any()
            if replica is None:
                await asyncio.sleep(1 + self.leaving.random())  # on the simulated clock
                continue
            self.processes.world.trace(f"{who} leaves")
            writing = replica.spawn(replica.store.write(people_are, closed))
            await asyncio.wait(
                {writing, replica.died}, timeout=PATIENCE, return_when="FIRST_COMPLETED"
            )
            if writing.done():
                writing.result()
                self.left += 1
                return
        self.faults.append(f"nobody wrote that {who} left")

    async def _act_at(self, delay: float) -> None:
        await asyncio.sleep(delay)
        who = self.random.choice(company.ASKING)
        package = self.random.choice((*company.PACKAGES, company.KEEPER))
        draw = self.random.random()
        if draw < 0.5:
            wish = Wish(justification="because")
            await self.press(SubmitRequest(package_id=package, wish=wish), Actor(person_id=who))
        elif draw < 0.6:
            given = AssignDirectly(target_id=who, package_id=package, why="needed")
            await self.press(given, _ADA)
        elif draw < 0.68:
            taken = RemoveDirectly(target_id=who, package_id=package, why="not needed")
            await self.press(taken, _ADA)
        elif draw < 0.78:
            await self._withdraw()
        else:
            await self._end_or_extend()

    async def _withdraw(self) -> None:
        asked = [r for r in self._look(_open_requests) if r.requestor_id in company.ASKING]
        if asked:
            one = self.random.choice(asked)
            await self.press(CancelRequest(request_id=one.id), Actor(person_id=one.requestor_id))

    async def _end_or_extend(self) -> None:
        held = self._look(_held)
        if not held:
            return
        assignment_id, who = self.random.choice(held)
        command: Command[Any] = GiveBack(assignment_id=assignment_id)
        if self.random.random() < 0.5:
            command = SubmitExtension(assignment_id=assignment_id, justification="more")
        await self.press(command, Actor(person_id=who))

    async def _approvers_at(self, delay: float) -> None:
        """Whoever is asked decides some of what waits; sometimes two at the same moment."""
        await asyncio.sleep(delay)
        deciding = []
        for request_id, stage, who in self._look(_waiting):
            if self.random.random() < 0.3:
                verdict = Verdict.DENIED if self.random.random() < 0.2 else Verdict.APPROVED
                command = DecideRequest(
                    request_id=request_id, stage_number=stage, verdict=verdict, reason="so"
                )
                deciding.append(self.press(command, Actor(person_id=who)))
        deciding += [self._does(*task) for task in self._look(_tasks) if self.random.random() < 0.5]
        await asyncio.gather(*deciding)

    async def finish_tasks(self) -> int:
        """Ivan does whatever waits for him; answers how much that was."""
        tasks = self._look(_tasks)
        await asyncio.gather(*(self._does(*task) for task in tasks))
        return len(tasks)

    async def _does(self, holding_id: HoldingId, generation: int) -> None:
        done = CompleteTask(holding_id=holding_id, generation=generation)
        await self.press(done, Actor(person_id=company.IVAN))

    def _look(self, fn: Callable[[SqlReader], list[T]]) -> list[T]:
        return self.processes.world.look(fn)


_ADA = Actor(person_id=company.ADA, channel_id=company.ADMIN_CHANNEL)


def _open_requests(reader: SqlReader) -> list[AssignmentRequest]:
    open_ones = select(*REQUEST.columns).where(t.requests.c.is_open).order_by(t.requests.c.id)
    return list(REQUEST.all_from(reader.conn.execute(open_ones)))


def _held(reader: SqlReader) -> list[tuple[AssignmentId, PersonId]]:
    active = t.assignments.c.ended_at.is_(None)
    rows = reader.conn.execute(
        select(t.assignments.c.id, t.assignments.c.target_id)
        .where(active)
        .order_by(t.assignments.c.id)
    )
    return [(AssignmentId(row.id), PersonId(row.target_id)) for row in rows]


def _waiting(reader: SqlReader) -> list[tuple[RequestId, int, PersonId]]:
    asked = t.approvals.c
    rows = reader.conn.execute(
        select(asked.request_id, asked.stage_number, asked.person_id)
        .where(asked.is_open)
        .order_by(asked.request_id, asked.stage_number, asked.person_id)
    )
    return [(RequestId(row[0]), row[1], PersonId(row[2])) for row in rows]


def _tasks(reader: SqlReader) -> list[tuple[HoldingId, int]]:
    rows = reader.conn.execute(select(*HOLDING.columns).order_by(t.holdings.c.id))
    held = HOLDING.all_from(rows)
    return [(holding.id, holding.generation) for holding in held if holding.task_open]
