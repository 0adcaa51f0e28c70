"""What a person holds on a target system, and what has to be done about it now.

Theory of operation
-------------------
One holding per (connector, target, role, person). It is *wanted* while some assignment gives it;
two packages giving the same role are two claims on one holding, which goes only with the last
(RES-9). Nobody queues "grant" or "revoke": `next_step` compares what is wanted with what was last
seen, so a crash, a replay, a retry and an overlap are all the same case.

Before a connector is called, the attempt is written down (`begin`); afterwards its answer is
(`granted`, `revoked`, `failed`), onto the holding as it is by then. In between nobody knows what
the target system holds, and an answer that is lost leaves it so: the attempt may have worked.

A holding found present by the very first attempt was *held before*: whether it survives the last
assignment is the package's choice, made when it is released. If an earlier attempt may have
granted it, or a removal was tried since, it does not count as held before: access that we gave is
never kept by mistake.

A grant that fails for the far side's own reasons is tried again with growing pauses, twelve times;
one that is refused, or whose target is gone, is given up at once. A removal is never given up: it
is tried, or whoever must do it is reminded, until it is done; administrators are told when it takes
long.

`pending` is the answer of a connector that needs somebody to act: the manual one. The person who
did it says so (`done`), which carries the generation the task was shown with.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.ids import HoldingId, PersonId, ResourceId
from engine.domain.refusals import TaskNotOpen

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
GRANT_ATTEMPTS = 12
"""With the pauses above, about four hours (DLV-1: "several hours")."""
FAULT_ATTEMPTS = 5
"""For failures the connector did not foresee."""
TASK_REMINDER = timedelta(days=1)
TASKS_KEPT = 10
ALARM_AFTER = timedelta(hours=1)
"""A removal that has been failing this long is told to the administrators."""
TASK_ALARM_AFTER = timedelta(days=3)
"""So is one that people were asked for this long ago, and have not said they did."""


class Seen(StrEnum):
    """What the target system last said."""

    UNKNOWN = "unknown"
    ABSENT = "absent"
    PENDING = "pending"
    PRESENT = "present"


class Step(StrEnum):
    """What to do about a holding."""

    GRANT = "grant"
    REVOKE = "revoke"


class Level(StrEnum):
    """How far what is wanted has been reached."""

    REACHED = "reached"
    UNDERWAY = "underway"
    FAILED = "failed"


class Failure(StrEnum):
    """Why a call did not do it."""

    RETRY = "retry"
    REFUSED = "refused"
    GONE = "gone"
    FAULT = "fault"
    """Something the connector did not foresee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone:
    """A manual task that somebody said they did; its card goes on saying so."""

    generation: int
    granted: bool
    by: PersonId | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One right of one person on one target."""

    id: HoldingId
    connector: str
    target: str
    role: str
    person_id: PersonId
    resource_id: ResourceId
    """The resource that names the target; for labels and fulfillers."""
    account: str | None = None
    """The target system's id of the person, once known."""
    wanted: bool = True
    keep: bool = False
    """Released, but left in place: it was held before and the package says to keep it."""
    seen: Seen = Seen.UNKNOWN
    held_before: bool = False
    generation: int = 1
    """Counts the fresh starts since the first attempt; a task card belongs to one of them."""
    tried: bool = False
    """Whether any grant was ever attempted that may have left something to take away."""
    attempts: int = 0
    """Failed or unanswered attempts at the present step."""
    next_at: datetime | None = None
    """When the present step is to be tried (again), or its task reminded of; None: not at all."""
    problem: str | None = None
    """A sentence for administrators about the last failure."""
    given_up: bool = False
    failing_since: datetime | None = None
    done_by: PersonId | None = None
    """Who said that the last manual task was done."""
    tasks_done: tuple[TaskDone, ...] = ()
    """The last few of them, oldest first."""
    changed_at: datetime

    @property
    def task_open(self) -> bool:
        """Somebody has been asked to act and has not said that it is done."""
        return self.seen is Seen.PENDING and not self.given_up


def next_step(holding: Holding) -> Step | None:
    """What would bring the world level with what is wanted; None when it is, or cannot be."""
    if holding.given_up or holding.seen is Seen.PENDING:
        return None
    if holding.wanted:
        return None if holding.seen is Seen.PRESENT else Step.GRANT
    if holding.keep or holding.seen is Seen.ABSENT or not holding.tried:
        return None
    return Step.REVOKE


def level(holding: Holding) -> Level:
    """How far this holding has got."""
    if holding.given_up:
        return Level.FAILED
    if holding.wanted:
        return Level.REACHED if holding.seen is Seen.PRESENT else Level.UNDERWAY
    settled = holding.keep or holding.seen is Seen.ABSENT or not holding.tried
    return Level.REACHED if settled else Level.UNDERWAY


def want(holding: Holding, *, now: datetime) -> Holding:
    """Some assignment gives it (again)."""
    if holding.wanted:
        return holding
    return _redirected(replace(holding, wanted=True, keep=False), now)


def release(holding: Holding, *, keep_if_held_before: bool, now: datetime) -> Holding:
    """The last assignment that gave it is gone."""
    if not holding.wanted:
        return holding
    keep = keep_if_held_before and holding.held_before
    return _redirected(replace(holding, wanted=False, keep=keep), now)


def retry_now(holding: Holding, *, now: datetime) -> Holding:
    """Somebody mended the cause: forget the failure and try at once (DLV-2)."""
    if level(holding) is Level.REACHED or holding.seen is Seen.PENDING:
        return holding
    return replace(_afresh(holding), next_at=now)


def rest(holding: Holding) -> Holding:
    """There is nothing to do after all."""
    return replace(holding, next_at=None)


def begin(holding: Holding, *, lease_ends_at: datetime) -> Holding:
    """Write down that the present step is being tried, before the call leaves."""
    granting = next_step(holding) is Step.GRANT
    return replace(
        holding,
        seen=Seen.UNKNOWN,
        held_before=holding.held_before and granting,
        tried=holding.tried or granting,
        attempts=holding.attempts + 1,
        next_at=lease_ends_at,
    )


def granted(
    holding: Holding, *, account: str, pending: bool, changed: bool, now: datetime
) -> Holding:
    """The grant's answer: there, or waiting for somebody. `changed`: it was not there before."""
    seen = Seen.PRESENT
    if pending:
        seen = Seen.PENDING if holding.wanted else Seen.UNKNOWN
    held_before = _first_attempt(holding) and not pending and not changed
    return _answered(replace(holding, account=account, seen=seen, held_before=held_before), now=now)


def revoked(holding: Holding, *, pending: bool, now: datetime) -> Holding:
    """The removal's answer: gone, or waiting for somebody."""
    seen = Seen.ABSENT
    if pending:
        seen = Seen.UNKNOWN if holding.wanted else Seen.PENDING
    return _answered(replace(holding, seen=seen), now=now)


def done(
    holding: Holding, *, by: PersonId | None = None, generation: int, now: datetime
) -> Holding:
    """Somebody says they did the manual task they were shown; raises `TaskNotOpen` if it is not.

    Their word is the answer the connector could not give.
    """
    if not holding.task_open or holding.generation != generation:
        raise TaskNotOpen
    seen = Seen.PRESENT if holding.wanted else Seen.ABSENT
    did = TaskDone(generation=generation, granted=holding.wanted, by=by, at=now)
    tasks_done = (*holding.tasks_done, did)[-TASKS_KEPT:]
    return _answered(replace(holding, seen=seen, done_by=by, tasks_done=tasks_done), now=now)


def failed(
    holding: Holding,
    step: Step,
    failure: Failure,
    problem: str,
    *,
    after: timedelta | None,
    jitter: float,
    now: datetime,
) -> Holding:
    """The call did not do it. `jitter` in -0.2..0.2 spreads the pauses; `after` is the far side's.

    A removal whose account or target is gone is a removal that succeeded. A very first grant that
    was refused, or found no target, changed nothing and leaves nothing to take away.
    """
    if step is Step.REVOKE and failure is Failure.GONE:
        return revoked(holding, pending=False, now=now)
    allowed = {Failure.RETRY: GRANT_ATTEMPTS, Failure.FAULT: FAULT_ATTEMPTS}.get(failure, 1)
    give_up = step is Step.GRANT and holding.wanted and holding.attempts >= allowed
    untouched = failure in {Failure.REFUSED, Failure.GONE} and _first_attempt(holding)
    doubled = FIRST_PAUSE * 2 ** min(holding.attempts - 1, 10)
    pause = after or min(doubled, LONGEST_PAUSE) * (1 + jitter)
    return replace(
        holding,
        tried=holding.tried and not untouched,
        problem=problem,
        given_up=give_up,
        next_at=None if give_up else now + pause,
        failing_since=holding.failing_since or now,
        changed_at=now,
    )


def alarming(holding: Holding, *, now: datetime) -> bool:
    """Whether administrators should know: a removal has been failing, or waiting, for long."""
    if holding.wanted:
        return False
    if holding.task_open:
        return now - holding.changed_at >= TASK_ALARM_AFTER
    since = holding.failing_since
    return since is not None and now - since >= ALARM_AFTER


def reminded(holding: Holding, *, now: datetime) -> Holding:
    """The open task's reminder has been sent; the next is a day later."""
    return replace(holding, next_at=now + TASK_REMINDER)


def _redirected(holding: Holding, now: datetime) -> Holding:
    """What is wanted changed: an open task is void, and the new direction starts afresh.

    A task that was open may have been done without a word, so its answer counts as unknown.
    """
    seen = Seen.UNKNOWN if holding.seen is Seen.PENDING else holding.seen
    turned = replace(_afresh(holding), seen=seen, changed_at=now)
    return replace(turned, next_at=now if next_step(turned) else None)


def _afresh(holding: Holding) -> Holding:
    """Forget what failed. Whatever was tried before belongs to an earlier generation."""
    return replace(
        holding,
        generation=holding.generation + (1 if holding.tried else 0),
        attempts=0,
        problem=None,
        given_up=False,
        failing_since=None,
        done_by=None,
    )


def _first_attempt(holding: Holding) -> bool:
    """Whether the attempt now answered is the first that ever could have changed anything."""
    return holding.generation == 1 and holding.attempts == 1


def _answered(holding: Holding, *, now: datetime) -> Holding:
    settled = replace(
        holding, attempts=0, problem=None, given_up=False, failing_since=None, changed_at=now
    )
    if settled.seen is Seen.PENDING:
        return replace(settled, next_at=now + TASK_REMINDER)
    return replace(settled, next_at=now if next_step(settled) else None)
