"""What commands do to what people hold: give back, remove, complete a task, let it end."""

from datetime import datetime, timedelta

from engine.application import facts
from engine.application.commands import (
    CompleteTask,
    GiveBack,
    ReleaseBrake,
    RemoveDirectly,
)
from engine.application.mirror import PEOPLE_JOB
from engine.application.requests import acting_person, require_administrator
from engine.application.unit import Unit
from engine.domain import assignments, eligibility, holdings, reasons
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.assignments import Assignment, EndReason
from engine.domain.conversation import NoticeKind
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId
from engine.domain.refusals import NotFound, NotFulfiller, NotHeld, NotYours

BRAKE_RELEASED_FOR = timedelta(hours=1)


def give_back(unit: Unit, command: GiveBack) -> Assignment:
    """End one's own assignment."""
    person_id = acting_person(unit)
    assignment, origin = _locked(unit, command.assignment_id)
    if assignment.target_id != person_id:
        raise NotYours
    outcome = assignments.end(assignment, EndReason.GIVEN_BACK, now=unit.now)
    return unit.end_assignment(assignment, outcome, origin, RequestType.USER_REMOVE, person_id)


def remove_directly(unit: Unit, command: RemoveDirectly) -> Assignment:
    """An administrator takes a package away."""
    administrator = require_administrator(unit)
    why = reasons.kept(command.why)
    found = unit.tx.active_assignment_of(command.target_id, command.package_id)
    if found is None:
        raise NotHeld(None)
    assignment, origin = _locked(unit, found.id)
    outcome = assignments.end(assignment, EndReason.REMOVED, now=unit.now)
    ended = unit.end_assignment(
        assignment, outcome, origin, RequestType.ADMIN_REMOVE, administrator, why
    )
    assert ended.removal_request_id is not None, "an end is recorded as a request"
    unit.tell_administrators(NoticeKind.ADMINISTERED_REQUEST, ended.removal_request_id, "removed")
    return ended


def complete_task(unit: Unit, command: CompleteTask) -> Holding:
    """A fulfiller says a manual task is done; the assignments it belongs to look again."""
    person_id = acting_person(unit)
    holding = unit.tx.holding(command.holding_id)
    if holding is None:
        raise NotFound("task", command.holding_id)
    asked = facts.task_audiences(unit.tx, unit.configured, holding)
    in_person = any(audience.person_id == person_id for audience in asked)
    in_channel = any(audience.channel_id == unit.actor.channel_id for audience in asked)
    if not in_person and not (in_channel and unit.actor.channel_id):
        raise NotFulfiller
    eligibility.check_account(facts.known_person(unit.tx, person_id))
    note = reasons.kept(command.note)
    unit.tx.wake_assignments(unit.now, holdings=[holding.id])
    locked = unit.tx.lock_holding(holding.id)
    assert locked is not None, "a holding is never deleted"
    after = holdings.done(locked, by=person_id, generation=command.generation, now=unit.now)
    unit.save_holdings([after])
    unit.tx.touch_cards([after.id], unit.now)
    activity = "task.granted" if after.wanted else "task.removed"
    unit.audit_holding(activity, after, why=note)
    return after


def release_brake(unit: Unit, _command: ReleaseBrake) -> datetime:
    """Let happen what the brake stopped, endings or leaving; answers until when that holds."""
    require_administrator(unit)
    until = unit.now + BRAKE_RELEASED_FOR
    unit.tx.release_brake(until)
    unit.tx.hurry_job(PEOPLE_JOB, unit.now)
    unit.audit("brake.released")
    return until


def _locked(unit: Unit, assignment_id: AssignmentId) -> tuple[Assignment, AssignmentRequest | None]:
    """An assignment and the request that made it, locked in the house's order."""
    known = unit.tx.assignment(assignment_id)
    if known is None:
        raise NotFound("assignment", assignment_id)
    origin = unit.tx.lock_request(known.request_id)
    assignment = unit.tx.lock_assignment(assignment_id)
    assert assignment is not None, "an assignment is never deleted"
    return assignment, origin
