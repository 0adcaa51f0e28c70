"""Whenever the wakes come and whatever the workers reach, an assignment keeps its times."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import assert_never

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.domain import assignments, request_transitions
from engine.domain.assignment_requests import (
    OPEN,
    AssignmentRequest,
    DeliveryChanged,
    FollowUp,
    Reprocess,
    RequestState,
)
from engine.domain.assignments import (
    REPORTED,
    TRANSITIONS,
    Assignment,
    AssignmentOutcome,
    AssignmentState,
    EndReason,
)
from engine.domain.conversation import NoticeKind
from engine.domain.holdings import Level
from engine.domain.ids import AssignmentId, RequestId
from engine.domain.policies import Expiration, ExtensionRule
from engine.domain.refusals import NotHeld, Refusal
from tests.builders import ADA, HOUR, NOW, SECOND, a_policy, a_request, facts

MORE = RequestId("request-of-more-time")
TINY = timedelta(microseconds=1)
DELIVERIES = tuple(REPORTED.values())


class Event(StrEnum):
    """What may happen next."""

    TIME_PASSES = "time passes, and the wake comes"
    WAKE_IS_LATE = "time passes, and no wake comes"
    WAKE_TWICE = "the same wake is delivered twice"
    WORKERS = "the workers reach something, or give it up"
    EXTEND = "the holder is given more time"
    END = "it is given back, removed, or its holder leaves"
    REPROCESS = "somebody has a failed delivery tried again"


EVENTS = (*Event, *(Event.TIME_PASSES,) * 3, *(Event.WORKERS,) * 3, Event.EXTEND)


class AssignmentLife(RuleBasedStateMachine):
    """A package held from its start to its end, with the request that shows how it stands."""

    def __init__(self) -> None:
        """Start with nothing but a request."""
        super().__init__()
        self.now: datetime = NOW
        self.levels: tuple[Level, ...] = (Level.UNDERWAY,)
        self.assignment: Assignment
        self.request: AssignmentRequest
        self.warned: dict[datetime, int] = {}
        self.keys: set[str] = set()

    @initialize(seed=st.integers(min_value=0, max_value=2**32))
    def approve(self, *, seed: int) -> None:
        """A policy of any length with any warnings, now or later."""
        dice = Random(seed)
        leads = (hours * HOUR for hours in dice.sample(range(1, 30), dice.choice([0, 1, 2, 3])))
        policy = a_policy(
            expiration=Expiration(after=dice.choice([None, HOUR, 10 * HOUR, 25 * HOUR])),
            extension=ExtensionRule(allowed=True, remind_before=tuple(leads)),
            may_shorten=True,
        )
        request = a_request(
            policy=policy,
            starts_at=dice.choice([None, NOW + 3 * HOUR]),
            duration=dice.choice([None, None, SECOND, 5 * HOUR]),
        )
        self.request = request_transitions.begin(request, facts(), now=self.now).request
        self.assignment = assignments.assign(AssignmentId("a"), self.request, now=self.now)

    @rule(event=st.sampled_from(EVENTS), choice=st.integers(min_value=0, max_value=11))
    def happen(self, *, event: Event, choice: int) -> None:
        """One thing after another, never two in one moment."""
        self.now += timedelta(milliseconds=1)
        match event:
            case Event.TIME_PASSES | Event.WAKE_IS_LATE:
                self.now += [HOUR, HOUR, 2 * HOUR, HOUR / 2, SECOND, 9 * HOUR][choice % 6]
                if event is Event.TIME_PASSES:
                    self.look()
            case Event.WAKE_TWICE:
                self.look()
                again = assignments.look(self.assignment, self.levels, now=self.now)
                assert again == AssignmentOutcome(assignment=self.assignment)
            case Event.WORKERS:
                self.work(Random(choice))
            case Event.EXTEND:
                self.extend([None, HOUR, 10 * HOUR][choice % 3])
            case Event.END:
                if choice < 2:
                    self.end([EndReason.GIVEN_BACK, EndReason.LEFT][choice])
            case Event.REPROCESS:
                self.reprocess()
            case _:
                assert_never(event)

    # What always holds

    @invariant()
    def it_is_wanted_only_between_start_and_end(self) -> None:
        """Once somebody has looked."""
        found = assignments.look(self.assignment, self.levels, now=self.now).assignment
        if found.wanted:
            assert found.starts_at <= self.now
            assert found.ends_at is None or self.now < found.ends_at

    @invariant()
    def the_request_tells_how_it_stands(self) -> None:
        """While it runs both say the same; after its end nothing stays open."""
        if self.assignment.active:
            assert self.request.state is REPORTED[self.assignment.state]
        else:
            assert self.request.state not in OPEN

    @invariant()
    def the_next_wake_is_early_enough(self) -> None:
        """Until then time alone changes nothing; then it does, and the next one is later."""
        fresh = self.settled(self.assignment, self.now)
        timers = assignments.due_timers(fresh)
        if not timers:
            assert not fresh.active or fresh.ends_at is None
            return
        wake_at = min(timers)[0]
        assert wake_at > self.now
        for moment in (self.now + (wake_at - self.now) / 2, wake_at - TINY):
            early = assignments.look(fresh, self.levels, now=moment)
            assert early == AssignmentOutcome(assignment=fresh)
        then = self.settled(fresh, wake_at)
        assert then != fresh
        assert all(moment > wake_at for moment, _ in assignments.due_timers(then))

    @invariant()
    def warnings_are_few(self) -> None:
        """At most one for each lead before each end."""
        leads = self.assignment.extension.remind_before
        for count in self.warned.values():
            assert count <= max(len(leads), 1 if leads else 0)

    # Helpers

    def settled(self, assignment: Assignment, now: datetime) -> Assignment:
        """Look until nothing changes; a start is one look, what follows from it the next."""
        for _ in range(3):
            outcome = assignments.look(assignment, self.levels, now=now)
            if outcome.assignment == assignment:
                return assignment
            assignment = outcome.assignment
        raise AssertionError("it never settles")

    def look(self) -> None:
        """A wake comes; a start is looked at again at once, as the service does."""
        started = self.assignment.state is AssignmentState.SCHEDULED
        self.take(assignments.look(self.assignment, self.levels, now=self.now))
        if started and self.assignment.wanted:
            self.take(assignments.look(self.assignment, self.levels, now=self.now))

    def work(self, dice: Random) -> None:
        """The workers report, and the assignment is woken."""
        number = dice.choice([0, 1, 2, 2, 3])
        self.levels = tuple(dice.choice(tuple(Level)) for _ in range(number))
        if not self.assignment.active:
            self.levels = tuple(level for level in self.levels if level is not Level.FAILED)
        self.look()

    def extend(self, duration: timedelta | None) -> None:
        """The policy's time again, or an hour."""
        assert self.request.policy is not None
        try:
            until = assignments.extension_end(self.assignment, self.request.policy, duration)
        except Refusal:
            return
        before = self.assignment
        self.take(assignments.extend(before, until, MORE, now=self.now))
        if until is not None:
            assert before.ends_at is not None
            assert until > before.ends_at

    def end(self, reason: EndReason) -> None:
        """Once, and never again."""
        try:
            outcome = assignments.end(self.assignment, reason, now=self.now)
        except NotHeld:
            assert not self.assignment.active
            return
        self.take(outcome)

    def reprocess(self) -> None:
        """Only what failed, and only while it is held."""
        if not self.assignment.active:
            return
        try:
            asked = request_transitions.transition(
                self.request, Reprocess(by=ADA), facts(), now=self.now
            )
        except Refusal:
            return
        assert asked.follow_up is FollowUp.REDELIVER
        self.request = asked.request
        self.take(assignments.redeliver(self.assignment))

    def take(self, outcome: AssignmentOutcome) -> None:
        """Check one move, make it, and report it."""
        before, after = self.assignment, outcome.assignment
        if after.state is not before.state:
            assert after.state in TRANSITIONS[before.state]
            assert outcome.activities
        if not before.active:
            assert replace(after, level=before.level) == before
        assert before.delivered_at in {None, after.delivered_at}
        for notice in outcome.notices:
            assert notice.key not in self.keys
            self.keys.add(notice.key)
            if notice.kind is NoticeKind.ACCESS_ENDING:
                assert after.ends_at is not None
                assert self.now < after.ends_at
                self.warned[after.ends_at] = self.warned.get(after.ends_at, 0) + 1
        self.assignment = after
        if outcome.report is not None and after.active:
            assert outcome.report in DELIVERIES
            self.report(outcome.report)
        if before.active and not after.active:
            self.report(RequestState.CANCELED)

    def report(self, state: RequestState) -> None:
        """The request hears how delivery stands."""
        heard = DeliveryChanged(state=state)
        self.request = request_transitions.transition(
            self.request, heard, facts(), now=self.now
        ).request


AssignmentLife.TestCase.settings = settings(
    max_examples=100, stateful_step_count=25, deadline=None, derandomize=True
)
TestAssignmentLife = AssignmentLife.TestCase
