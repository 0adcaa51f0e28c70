"""Whatever the target system does, a holding ends up as wanted, and nothing of ours is kept."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from engine.domain import holdings
from engine.domain.holdings import Failure, Holding, Level, Seen, Step
from engine.domain.refusals import TaskNotOpen
from tests.builders import MINUTE, NOW, SECOND, a_holding

BOUND = 4
"""Answers a willing target system needs at most to be brought level."""


class FarSide:
    """A target system that has the right or not, and remembers who gave it."""

    def __init__(self, *, held: bool) -> None:
        """Somebody else may have given the right before us."""
        self.there = held
        self.ours = False

    def do(self, step: Step) -> bool:
        """Carry out a call; whether it changed anything."""
        changed = self.there is not (step is Step.GRANT)
        self.ours = step is Step.GRANT and (self.ours or changed)
        self.there = step is Step.GRANT
        return changed


class Turn(StrEnum):
    """What becomes of the assignments that give the right."""

    NOTHING = "nothing"
    WANT = "want"
    RELEASE = "release"
    RELEASE_AND_KEEP = "release and keep"
    RETRY = "retry by hand"
    TO_AND_FRO = "to and fro"


class Answer(StrEnum):
    """How a call ends."""

    WORKED = "worked"
    LOST = "lost, not done"
    LOST_BUT_DONE = "lost, but done"
    RETRY = "retry, not done"
    RETRY_BUT_DONE = "retry, but done"
    REFUSED = "refused"
    GONE = "gone"
    FAULT = "fault"


class HoldingLife(RuleBasedStateMachine):
    """Assignments come and go, calls work, fail and are lost, in every order."""

    def __init__(self) -> None:
        """Start at NOW with a right that has just become wanted."""
        super().__init__()
        self.now: datetime = NOW
        self.holding: Holding = a_holding()
        self.far = FarSide(held=False)
        self.manual = False

    @initialize(held=st.booleans(), manual=st.booleans())
    def meet(self, *, held: bool, manual: bool) -> None:
        """The right may have been held before, and may be given by a person."""
        self.far = FarSide(held=held)
        self.manual = manual

    @rule(
        event=st.sampled_from(("turn", "turn", "work", "work", "work", "act", "act silently")),
        turn=st.sampled_from(Turn),
        meanwhile=st.sampled_from((*Turn, *(Turn.NOTHING,) * 6)),
        answer=st.sampled_from((*Answer, *(Answer.WORKED,) * 8)),
    )
    def happen(self, *, event: str, turn: Turn, meanwhile: Turn, answer: Answer) -> None:
        """One thing after another."""
        match event:
            case "turn":
                self.turn(turn)
            case "work":
                self.work(answer, meanwhile)
            case _:
                self.do_the_task(says_so=event == "act")

    def turn(self, turn: Turn) -> None:
        """Assignments that give it come and go, and somebody presses Reprocess."""
        self.now += SECOND
        match turn:
            case Turn.NOTHING:
                return
            case Turn.WANT:
                self.holding = holdings.want(self.holding, now=self.now)
            case Turn.RELEASE | Turn.RELEASE_AND_KEEP:
                keep = turn is Turn.RELEASE_AND_KEEP
                self.holding = holdings.release(
                    self.holding, keep_if_held_before=keep, now=self.now
                )
            case Turn.RETRY:
                self.holding = holdings.retry_now(self.holding, now=self.now)
            case Turn.TO_AND_FRO:
                self.turn(Turn.RELEASE)
                self.turn(Turn.WANT)
            case _:
                assert_never(turn)

    def work(self, answer: Answer, meanwhile: Turn) -> None:
        """The attempt is written down, something happens meanwhile, the call ends."""
        step = holdings.next_step(self.holding)
        if step is None:
            return
        self.holding = holdings.begin(self.holding, lease_ends_at=self.now + MINUTE)
        self.turn(meanwhile)
        done = answer in {Answer.LOST_BUT_DONE, Answer.RETRY_BUT_DONE, Answer.FAULT}
        if done and not self.manual:
            self.far.do(step)
        match answer:
            case Answer.WORKED:
                self.settle(step)
            case Answer.LOST | Answer.LOST_BUT_DONE:
                return
            case Answer.RETRY | Answer.RETRY_BUT_DONE:
                self.fail(step, Failure.RETRY)
            case Answer.REFUSED:
                self.fail(step, Failure.REFUSED)
            case Answer.GONE:
                self.fail(step, Failure.REFUSED if self.far.there else Failure.GONE)
            case Answer.FAULT:
                self.fail(step, Failure.FAULT)
            case _:
                assert_never(answer)

    def do_the_task(self, *, says_so: bool) -> None:
        """The fulfiller does it, and says so or forgets to; an older card settles nothing."""
        generation = self.holding.generation
        with pytest.raises(TaskNotOpen):
            holdings.done(self.holding, generation=generation - 1, now=self.now)
        if not self.holding.task_open:
            return
        self.far.do(Step.GRANT if self.holding.wanted else Step.REVOKE)
        if says_so:
            self.holding = holdings.done(self.holding, generation=generation, now=self.now)

    # What always holds

    @invariant()
    def reached_is_true(self) -> None:
        """Nothing is called reached that is not."""
        if holdings.level(self.holding) is not Level.REACHED:
            return
        if self.holding.wanted:
            assert self.far.there
        else:
            assert not (self.far.there and self.far.ours)

    @invariant()
    def ours_is_never_kept(self) -> None:
        """Held before means: somebody else gave it."""
        if self.holding.held_before or self.holding.keep:
            assert not self.far.ours

    @invariant()
    def removals_are_never_given_up(self) -> None:
        """Only grants are."""
        assert self.holding.wanted or not self.holding.given_up

    @invariant()
    def work_is_never_forgotten(self) -> None:
        """Whatever has a next step has a moment for it; whatever failed does not."""
        if holdings.next_step(self.holding) is not None or self.holding.task_open:
            assert self.holding.next_at is not None
        if self.holding.given_up:
            assert self.holding.next_at is None

    @invariant()
    def a_willing_far_side_brings_it_level(self) -> None:
        """From here, a few answers make the world as wanted; the present is left untouched."""
        kept = self.holding, self.far.there, self.far.ours
        for _ in range(BOUND):
            step = holdings.next_step(self.holding)
            if step is None and not self.holding.task_open:
                break
            if step is None:
                self.do_the_task(says_so=True)
            else:
                self.holding = holdings.begin(self.holding, lease_ends_at=self.now)
                self.settle(step)
        level = holdings.level(self.holding)
        if self.holding.wanted:
            assert level is Level.FAILED or (level is Level.REACHED and self.far.there)
        else:
            assert level is Level.REACHED
            assert not self.far.there or not self.far.ours
        self.holding, self.far.there, self.far.ours = kept

    # Helpers

    def fail(self, step: Step, failure: Failure) -> None:
        """The far side says that it did not work."""
        self.holding = holdings.failed(
            self.holding, step, failure, "No.", after=None, jitter=0.0, now=self.now
        )

    def settle(self, step: Step) -> None:
        """The far side does what it is told and says so; a manual one asks a person."""
        changed = self.manual or self.far.do(step)
        if step is Step.GRANT:
            self.holding = holdings.granted(
                self.holding, account="U1", pending=self.manual, changed=changed, now=self.now
            )
        else:
            self.holding = holdings.revoked(self.holding, pending=self.manual, now=self.now)


HoldingLife.TestCase.settings = settings(
    max_examples=200, stateful_step_count=30, deadline=None, derandomize=True
)
TestHoldingLife = HoldingLife.TestCase


Story = tuple[Holding, bool, bool, Step | None]
"""A holding; whether the right is there; whether we gave it; the call without an answer yet."""


@pytest.mark.parametrize("held", [False, True])
def test_every_story_of_keeping_is_safe(*, held: bool) -> None:
    """RES-9: every order of the moves that matter, eight deep, and ours is never kept."""
    told: set[Story] = {(a_holding(), held, False, None)}
    newest = told
    for _ in range(8):
        newest = {then for story in newest for then in _next_chapters(story)} - told
        told |= newest

    for holding, there, ours, _calling in told:
        assert not (ours and (holding.held_before or holding.keep))
        if holdings.level(holding) is Level.REACHED:
            assert there if holding.wanted else not ours


def _next_chapters(story: Story) -> list[Story]:
    """Everything that can happen next."""
    holding, there, ours, calling = story
    told = [
        (holdings.want(holding, now=NOW), there, ours, calling),
        (holdings.release(holding, keep_if_held_before=True, now=NOW), there, ours, calling),
        (holdings.release(holding, keep_if_held_before=False, now=NOW), there, ours, calling),
        (holdings.retry_now(holding, now=NOW), there, ours, calling),
    ]
    if (step := holdings.next_step(holding)) is not None:
        told.append((holdings.begin(holding, lease_ends_at=NOW), there, ours, step))
    if calling is not None:
        far = FarSide(held=there)
        far.ours = ours
        changed = far.do(calling)
        told.append((holding, far.there, far.ours, None))
        if calling is Step.GRANT:
            answered = holdings.granted(
                holding, account="U1", pending=False, changed=changed, now=NOW
            )
        else:
            answered = holdings.revoked(holding, pending=False, now=NOW)
        told.append((answered, far.there, far.ours, None))
        refused = holdings.failed(
            holding, calling, Failure.REFUSED, "No.", after=None, jitter=0.0, now=NOW
        )
        told.append((refused, there, ours, None))
    return told


def test_an_unknown_far_side_is_never_called_level() -> None:
    """While an attempt is out, what is wanted has not been reached."""
    granting = holdings.begin(a_holding(), lease_ends_at=NOW)
    settled = holdings.granted(granting, account="U1", pending=False, changed=True, now=NOW)
    revoking = holdings.begin(
        holdings.release(settled, keep_if_held_before=False, now=NOW), lease_ends_at=NOW
    )

    for out in (granting, revoking, replace(revoking, wanted=True)):
        assert out.seen is Seen.UNKNOWN
        assert holdings.level(out) is Level.UNDERWAY
