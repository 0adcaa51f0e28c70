"""The only door for writes.

`handle` takes a command and whoever gives it, opens one transaction, lets the rules decide, and
commits the state together with everything that follows from it. Nothing slow happens inside; what
should then be true outside is made true by the workers. A refusal is raised to the caller; one of
authority is written to the audit first.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from engine.application import configurations, life, requests, reviews
from engine.application.audit import AuditEntry
from engine.application.commands import (
    Actor,
    ApplyConfiguration,
    AssignDirectly,
    CancelRequest,
    Command,
    CompleteTask,
    DecideRequest,
    DecideReviewLines,
    GiveBack,
    KeepReviewPlace,
    ReassignRequest,
    ReleaseBrake,
    RemoveDirectly,
    ReprocessRequest,
    ResetReview,
    SendReviewResults,
    StartReview,
    StopReview,
    SubmitExtension,
    SubmitRequest,
)
from engine.application.ports import Conflict, Ids, LaneNames, Store, Transaction
from engine.application.unit import Unit
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.refusals import AuthorityRefusal

log = logging.getLogger(__name__)

A = TypeVar("A")
TRIES = 5
"""How often a command is tried again when somebody else was faster with the same key."""


HANDLERS: dict[type[Command[Any]], Callable[[Unit, Any], Any]] = {
    SubmitRequest: requests.submit,
    SubmitExtension: requests.submit_extension,
    AssignDirectly: requests.assign_directly,
    DecideRequest: requests.decide,
    CancelRequest: requests.cancel,
    ReassignRequest: requests.reassign,
    ReprocessRequest: requests.reprocess,
    GiveBack: life.give_back,
    RemoveDirectly: life.remove_directly,
    CompleteTask: life.complete_task,
    ReleaseBrake: life.release_brake,
    ApplyConfiguration: configurations.apply,
    StartReview: reviews.start,
    StopReview: reviews.stop,
    ResetReview: reviews.reset,
    SendReviewResults: reviews.send_results,
    DecideReviewLines: reviews.decide,
    KeepReviewPlace: reviews.keep_place,
}
"""The table of contents of what can be done; a test asserts that no command is missing."""


class Entitlements:
    """Requests, assignments and configuration, behind one door."""

    def __init__(
        self,
        store: Store,
        *,
        ids: Ids,
        serial: LaneNames,
        telling: frozenset[str] = frozenset(),
    ) -> None:
        """Serial says of each connector whether its targets are changed one at a time.

        Those in `telling` tell when access was last used.
        """
        self._store = store
        self._ids = ids
        self._serial = serial
        self._telling = telling

    async def handle(self, command: Command[A], actor: Actor) -> A:
        """Do it and answer what came of it, or raise the refusal that says why not.

        A command that loses the race for a unique key runs again and then sees the winner.
        """
        try:
            return await self._decided(command, actor)
        except AuthorityRefusal as refusal:
            await self.record(refusal, actor, type(command).__name__, command=command)
            raise

    async def record(
        self,
        refusal: AuthorityRefusal,
        actor: Actor,
        attempted: str,
        *,
        command: object = None,
        typed: str = "",
    ) -> None:
        """Write a refusal of authority to the audit, once; `attempted` names what was refused.

        What it was about is read from the `command`, or was `typed`.
        """
        if not refusal.recorded:
            await self._store.write(_record, refusal, actor, attempted, command, typed)
            refusal.recorded = True

    async def _decided(self, command: Command[A], actor: Actor) -> A:
        for _ in range(TRIES - 1):
            try:
                return await self._store.write(self._run, command, actor)
            except Conflict:
                log.info("somebody was faster, looking again")
        return await self._store.write(self._run, command, actor)

    def unit(self, tx: Transaction, actor: Actor) -> Unit:
        """A unit of work inside a transaction of the caller's."""
        return Unit(tx, actor, ids=self._ids, serial=self._serial, telling=self._telling)

    def _run(self, tx: Transaction, command: Command[A], actor: Actor) -> A:
        answer: A = HANDLERS[type(command)](self.unit(tx, actor), command)
        return answer


def _record(
    tx: Transaction,
    refusal: AuthorityRefusal,
    actor: Actor,
    attempted: str,
    command: object,
    typed: str,
) -> None:
    def named(name: str) -> Any:
        return getattr(command, name, None)

    request_id, assignment_id = named("request_id"), named("assignment_id")
    subject: AssignmentRequest | Assignment | None = None
    if request_id is not None:
        subject = tx.request(request_id)
    elif assignment_id is not None:
        subject = tx.assignment(assignment_id)
    holding = tx.holding(named("holding_id")) if named("holding_id") is not None else None
    entry = AuditEntry(
        at=tx.now(),
        actor=actor.audit_name,
        activity=f"refused.{type(refusal).__name__}",
        request_id=request_id,
        assignment_id=assignment_id,
        package_id=subject.package_id if subject else named("package_id"),
        policy_id=subject.policy_id if subject else None,
        target_id=subject.target_id if subject else named("target_id"),
        stage=named("stage_number"),
        why=typed,
        details={"command": attempted},
    )
    if holding is not None:
        right = {"connector": holding.connector, "target": holding.target, "role": holding.role}
        entry = replace(entry, target_id=holding.person_id, details={"command": attempted, **right})
    tx.audit([entry])
