"""More time: when it may be asked for, how much it is, and what it does to the warnings."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.domain import assignments
from engine.domain.assignments import AssignmentState
from engine.domain.conversation import NoticeKind
from engine.domain.ids import RequestId
from engine.domain.policies import MAX_DURATION, NEVER, NO_EXTENSION, Expiration
from engine.domain.refusals import (
    CannotExtendFurther,
    ExtensionNotAllowed,
    LifeRefusal,
    MayNotChooseTimes,
    NotHeld,
    NothingToExtend,
    Refusal,
    TooLong,
    TooShort,
)
from tests.builders import DAY, EXTENDABLE, NOW, SECOND, a_policy, an_assignment

MORE = RequestId("request-of-more-time")
ENDS_AT = NOW + 90 * DAY
FOR_90_DAYS = Expiration(after=90 * DAY)
TO_JUNE = Expiration(on=date(2026, 6, 30))
END_OF_JUNE = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expiration", "wished", "until"),
    [
        (FOR_90_DAYS, None, ENDS_AT + 90 * DAY),
        (FOR_90_DAYS, 7 * DAY, ENDS_AT + 7 * DAY),
        (FOR_90_DAYS, 90 * DAY, ENDS_AT + 90 * DAY),
        (TO_JUNE, None, END_OF_JUNE),
        (TO_JUNE, 7 * DAY, ENDS_AT + 7 * DAY),
        (TO_JUNE, END_OF_JUNE - ENDS_AT, END_OF_JUNE),
        (NEVER, None, None),
        (NEVER, 7 * DAY, ENDS_AT + 7 * DAY),
        (NEVER, MAX_DURATION, ENDS_AT + MAX_DURATION),
    ],
)
def test_the_new_end_counts_from_the_old_one(
    expiration: Expiration, wished: timedelta | None, until: datetime | None
) -> None:
    """LIF-7: the policy's length again, its date, or no end; or the shorter time that is wished."""
    policy = a_policy(expiration=expiration, may_shorten=True, extension=EXTENDABLE)

    assert assignments.extension_end(an_assignment(), policy, wished) == until


@pytest.mark.parametrize(
    ("expiration", "wished", "refusal"),
    [
        (FOR_90_DAYS, 90 * DAY + SECOND, TooLong),
        (TO_JUNE, END_OF_JUNE - ENDS_AT + SECOND, TooLong),
        (NEVER, MAX_DURATION + SECOND, TooLong),
        (NEVER, timedelta.max, TooLong),
        (FOR_90_DAYS, 0 * DAY, TooShort),
        (TO_JUNE, -DAY, TooShort),
        (Expiration(on=date(2026, 5, 30)), None, CannotExtendFurther),
        (Expiration(on=date(2026, 5, 1)), 7 * DAY, CannotExtendFurther),
    ],
)
def test_too_much_or_too_little_more_is_refused(
    expiration: Expiration, wished: timedelta | None, refusal: type[Refusal]
) -> None:
    """LIF-3, LIF-5: nothing is no time, and the policy's own end is never passed."""
    policy = a_policy(expiration=expiration, may_shorten=True, extension=EXTENDABLE)

    with pytest.raises(refusal):
        assignments.extension_end(an_assignment(), policy, wished)


@pytest.mark.parametrize("expiration", [FOR_90_DAYS, TO_JUNE, NEVER])
def test_choosing_how_much_more_is_refused_where_the_policy_fixes_it(
    expiration: Expiration,
) -> None:
    """REQ-7: whoever may not choose a length at first may not at the second time."""
    policy = a_policy(expiration=expiration, extension=EXTENDABLE)

    with pytest.raises(MayNotChooseTimes):
        assignments.extension_end(an_assignment(), policy, 7 * DAY)


def test_extension_is_refused_where_the_policy_has_none() -> None:
    """LIF-5: only if the policy allows it."""
    policy = a_policy(expiration=FOR_90_DAYS, extension=NO_EXTENSION)

    with pytest.raises(ExtensionNotAllowed):
        assignments.extension_end(an_assignment(), policy, None)


def test_what_never_ends_needs_no_extension() -> None:
    """LIF-5: there is nothing to ask for."""
    with pytest.raises(NothingToExtend):
        assignments.extension_end(an_assignment(lasting=None), a_policy(extension=EXTENDABLE), None)


def test_what_has_ended_cannot_be_extended() -> None:
    """LIF-6, our choice: a fresh request is always possible, more of the old one is not."""
    ended = replace(an_assignment(state=AssignmentState.EXPIRED), ended_at=NOW)
    policy = a_policy(expiration=FOR_90_DAYS, extension=EXTENDABLE)

    with pytest.raises(NotHeld):
        assignments.extension_end(ended, policy, None)
    with pytest.raises(LifeRefusal):
        assignments.extend(ended, ENDS_AT + DAY, MORE, now=NOW)


def test_it_can_be_extended_again_and_again() -> None:
    """LIF-7: without a limit, each time from the end that stands."""
    assignment = an_assignment()
    policy = a_policy(expiration=FOR_90_DAYS, extension=EXTENDABLE)
    for count in range(2, 6):
        until = assignments.extension_end(assignment, policy, None)
        assignment = assignments.extend(assignment, until, MORE, now=NOW).assignment

        assert assignment.ends_at == NOW + count * 90 * DAY


def test_an_edited_policy_moves_no_end_that_was_given() -> None:
    """LIF-10: only the extension itself does, by the policy it is asked under."""
    policy = a_policy(expiration=Expiration(after=7 * DAY), extension=EXTENDABLE)

    assert an_assignment().ends_at == ENDS_AT
    assert assignments.extension_end(an_assignment(), policy, None) == ENDS_AT + 7 * DAY


def test_an_extension_while_a_warning_is_due_takes_the_warning_along() -> None:
    """NOT-3: the old end's warnings are void, the new end's come in their time."""
    assignment = an_assignment(state=AssignmentState.DELIVERED)
    due = ENDS_AT - 14 * DAY
    extended = assignments.extend(assignment, ENDS_AT + 90 * DAY, MORE, now=due).assignment
    looked = assignments.look(replace(extended, delivered_at=NOW), (), now=due)

    assert looked.notices == ()
    assert min(assignments.due_timers(extended))[0] == ENDS_AT + 76 * DAY


def test_an_extension_shorter_than_a_lead_skips_that_warning() -> None:
    """NOT-3: extended by ten days on the last day, the fourteen-day warning is behind us."""
    assignment = an_assignment(state=AssignmentState.DELIVERED, lasting=90 * DAY)
    extended = assignments.extend(
        assignment, ENDS_AT + 10 * DAY, MORE, now=ENDS_AT - DAY
    ).assignment

    assert extended.leads_passed == 1
    assert min(assignments.due_timers(extended))[0] == ENDS_AT + 9 * DAY


def test_the_end_can_be_taken_away() -> None:
    """LIF-7: the policy never ends, so there is nothing left to warn of."""
    outcome = assignments.extend(an_assignment(), None, MORE, now=NOW)

    assert outcome.assignment.ends_at is None
    assert assignments.due_timers(outcome.assignment) == ()
    assert [notice.kind for notice in outcome.notices] == [NoticeKind.ACCESS_EXTENDED]


def test_the_holder_is_told_of_each_extension() -> None:
    """Each new end has a key of its own, so it is told once and each is told."""
    first = assignments.extend(an_assignment(), ENDS_AT + DAY, MORE, now=NOW)
    second = assignments.extend(first.assignment, ENDS_AT + 2 * DAY, MORE, now=NOW)

    assert len({notice.key for outcome in (first, second) for notice in outcome.notices}) == 2
