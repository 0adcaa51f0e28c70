"""An assignment from its start to its end, and what people are told on the way."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.domain import assignments
from engine.domain.assignment_requests import RequestState
from engine.domain.assignments import Assignment, AssignmentOutcome, AssignmentState, EndReason
from engine.domain.conversation import NoticeKind
from engine.domain.holdings import Level
from engine.domain.policies import NEVER, Expiration, ExtensionRule
from engine.domain.refusals import NotHeld
from tests.builders import DAY, HOUR, NOW, SECOND, a_policy, an_assignment, assigned

A = AssignmentState
REACHED, UNDERWAY, FAILED = Level.REACHED, Level.UNDERWAY, Level.FAILED
MAY = date(2026, 5, 31)
END_OF_MAY = datetime(2026, 6, 1, tzinfo=UTC)


def looked(assignment: Assignment, after: timedelta, *levels: Level) -> AssignmentOutcome:
    """A wake comes so long after NOW; everything is there unless said otherwise."""
    return assignments.look(assignment, levels or (REACHED,), now=NOW + after)


def delivered() -> Assignment:
    """Everything has been there since the start."""
    return an_assignment(state=A.DELIVERED, delivered_at=NOW)


def kinds(outcome: AssignmentOutcome) -> list[NoticeKind]:
    """What people are told."""
    return [notice.kind for notice in outcome.notices]


# Start and end -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expiration", "duration", "ends_at"),
    [
        (NEVER, None, None),
        (Expiration(after=90 * DAY), None, NOW + 90 * DAY),
        (Expiration(after=5 * SECOND), None, NOW + 5 * SECOND),
        (Expiration(on=MAY), None, END_OF_MAY),
        (NEVER, 7 * DAY, NOW + 7 * DAY),
        (Expiration(after=90 * DAY), 7 * DAY, NOW + 7 * DAY),
        (Expiration(after=90 * DAY), 91 * DAY, NOW + 90 * DAY),
        (Expiration(on=MAY), 300 * DAY, END_OF_MAY),
    ],
)
def test_the_end_is_fixed_when_access_is_approved(
    expiration: Expiration, duration: timedelta | None, ends_at: datetime | None
) -> None:
    """LIF-1, LIF-2, LIF-4: the kinds of end, and a chosen length that never exceeds them."""
    assert assigned(a_policy(expiration=expiration), duration=duration).ends_at == ends_at


def test_time_counts_from_the_approval_and_not_from_the_submit() -> None:
    """LIF-2: a week of waiting takes no week of access."""
    policy = a_policy(expiration=Expiration(after=90 * DAY))

    assert assigned(policy, now=NOW + 7 * DAY).ends_at == NOW + 97 * DAY


def test_time_counts_from_the_start_that_was_chosen() -> None:
    """LIF-2, REQ-7: access that starts later ends later."""
    policy = a_policy(expiration=Expiration(after=90 * DAY))
    assignment = assigned(policy, starts_at=NOW + 10 * DAY)

    assert assignment.state is A.SCHEDULED
    assert assignment.starts_at == NOW + 10 * DAY
    assert assignment.ends_at == NOW + 100 * DAY


def test_a_start_that_has_passed_is_now() -> None:
    """REQ-7: approval took longer than the wait."""
    assignment = assigned(a_policy(), starts_at=NOW, now=NOW + DAY)

    assert assignment.state is A.DELIVERING
    assert assignment.starts_at == NOW + DAY


@pytest.mark.parametrize(
    ("after", "wanted"), [(DAY - SECOND, False), (DAY, True), (90 * DAY, True), (91 * DAY, False)]
)
def test_nothing_is_wanted_before_the_start_or_after_the_end(
    after: timedelta, *, wanted: bool
) -> None:
    """REQ-7, LIF-1: at the start it is wanted, at the end no more."""
    scheduled = replace(an_assignment(state=A.SCHEDULED, starts_at=NOW + DAY))
    assert scheduled.ends_at == NOW + 91 * DAY

    assert looked(scheduled, after).assignment.wanted is wanted


def test_a_wake_that_comes_after_both_start_and_end_gives_nothing() -> None:
    """It was never wanted, so there is nothing to take away."""
    outcome = looked(an_assignment(state=A.SCHEDULED, starts_at=NOW + DAY), 99 * DAY)

    assert outcome.assignment.state is A.EXPIRED
    assert not outcome.assignment.wanted


@pytest.mark.parametrize(
    ("after", "state"), [(90 * DAY - SECOND, A.DELIVERED), (90 * DAY, A.EXPIRED)]
)
def test_it_ends_on_time(after: timedelta, state: AssignmentState) -> None:
    """LIF-1: not a second early, and exactly then."""
    assert looked(delivered(), after).assignment.state is state


def test_the_holder_is_told_at_the_end() -> None:
    """LIF-13: and only once."""
    outcome = looked(delivered(), 90 * DAY)

    assert kinds(outcome) == [NoticeKind.ACCESS_ENDED]
    assert outcome.assignment.end_reason is EndReason.EXPIRED
    assert looked(outcome.assignment, 91 * DAY, UNDERWAY).notices == ()


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (EndReason.GIVEN_BACK, True),
        (EndReason.REMOVED, True),
        (EndReason.EXPIRED, True),
        (EndReason.LEFT, False),
        (EndReason.CANCELED, False),
    ],
)
def test_every_end_is_final_and_told_where_somebody_listens(
    reason: EndReason, *, told: bool
) -> None:
    """LIF-13: given back, removed, expired; who left or canceled needs no message."""
    outcome = assignments.end(delivered(), reason, now=NOW + DAY)

    assert outcome.assignment.state is A.EXPIRED
    assert outcome.assignment.ended_at == NOW + DAY
    assert bool(outcome.notices) is told
    with pytest.raises(NotHeld):
        assignments.end(outcome.assignment, EndReason.REMOVED, now=NOW + 2 * DAY)


def test_giving_back_while_delivering_ends_it() -> None:
    """LIF-13: what has not arrived is given back, too, and nothing is wanted any more."""
    outcome = assignments.end(an_assignment(), EndReason.GIVEN_BACK, now=NOW)

    assert not outcome.assignment.wanted
    assert not outcome.assignment.level


def test_the_end_is_level_when_nothing_is_left() -> None:
    """ST-2: the removal is delivered when the last resource role is gone, and said once."""
    ended = assignments.end(delivered(), EndReason.REMOVED, now=NOW).assignment
    waiting = looked(ended, HOUR, REACHED, UNDERWAY)
    gone = looked(ended, HOUR, REACHED, REACHED)

    assert waiting == AssignmentOutcome(assignment=ended)
    assert gone.report is RequestState.DELIVERED
    assert gone.assignment.level
    assert looked(gone.assignment, DAY, REACHED) == AssignmentOutcome(assignment=gone.assignment)


def test_losing_the_policys_scope_does_not_end_it() -> None:
    """POL-9, LIF-10: an assignment knows its end, and neither scope nor policy."""
    assignment = assigned(a_policy(expiration=Expiration(after=90 * DAY)))
    a_policy(expiration=Expiration(after=DAY))

    assert looked(assignment, 50 * DAY).assignment.active


# Delivery ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "state", "told"),
    [
        ([REACHED, REACHED], A.DELIVERED, NoticeKind.ACCESS_DELIVERED),
        ([REACHED, UNDERWAY], A.DELIVERING, None),
        ([FAILED, UNDERWAY], A.DELIVERING, None),
        ([REACHED, FAILED], A.PARTIALLY_DELIVERED, NoticeKind.ACCESS_PARTIALLY_DELIVERED),
        ([FAILED, FAILED], A.DELIVERY_FAILED, NoticeKind.DELIVERY_FAILED),
        ([], A.DELIVERED, NoticeKind.ACCESS_DELIVERED),
    ],
)
def test_what_has_been_reached_decides_the_state(
    levels: list[Level], state: AssignmentState, told: NoticeKind | None
) -> None:
    """DLV-1: all, still under way, some, none; a package of nothing is delivered at once."""
    outcome = assignments.look(an_assignment(), levels, now=NOW)

    assert outcome.assignment.state is state
    assert kinds(outcome) == ([told] if told else [])
    assert outcome.report == (None if state is A.DELIVERING else RequestState(state))


def test_a_role_added_to_the_package_leaves_the_assignment_delivered() -> None:
    """RES-7: people keep what they have while the new role is on its way."""
    outcome = looked(delivered(), DAY, REACHED, UNDERWAY)

    assert outcome == AssignmentOutcome(assignment=delivered())


def test_a_role_added_to_the_package_that_fails_is_told() -> None:
    """RES-7: the request follows into partially delivered, where it can be reprocessed."""
    outcome = looked(delivered(), DAY, REACHED, FAILED)

    assert outcome.assignment.state is A.PARTIALLY_DELIVERED
    assert outcome.report is RequestState.PARTIALLY_DELIVERED


def test_delivered_is_told_once() -> None:
    """A repair is no second arrival."""
    partly = looked(delivered(), DAY, REACHED, FAILED).assignment
    outcome = looked(partly, 2 * DAY, REACHED, REACHED)

    assert outcome.assignment.state is A.DELIVERED
    assert outcome.assignment.delivered_at == NOW
    assert outcome.notices == ()


@pytest.mark.parametrize("state", [A.PARTIALLY_DELIVERED, A.DELIVERY_FAILED])
def test_reprocessing_puts_it_on_its_way_again(state: AssignmentState) -> None:
    """DLV-2: it may fail a second time, however fast, and its request follows."""
    outcome = assignments.redeliver(an_assignment(state=state))

    assert outcome.report is RequestState.DELIVERING
    assert looked(outcome.assignment, HOUR, FAILED).report is RequestState.DELIVERY_FAILED


def test_a_failure_is_told_once_until_everything_is_there_again() -> None:
    """DLV-2: tried again in vain it is no news; after a repair, what fails is."""
    failed = looked(delivered(), DAY, REACHED, FAILED)
    again = assignments.redeliver(failed.assignment).assignment
    in_vain = looked(again, DAY + HOUR, REACHED, FAILED)
    repaired = looked(in_vain.assignment, 2 * DAY, REACHED, REACHED).assignment
    later = looked(repaired, 3 * DAY, REACHED, FAILED)

    assert [notice.kind for notice in failed.notices] == [NoticeKind.ACCESS_PARTIALLY_DELIVERED]
    assert in_vain.notices == ()
    assert [notice.kind for notice in later.notices] == [NoticeKind.ACCESS_PARTIALLY_DELIVERED]
    assert later.notices[0].key != failed.notices[0].key


@pytest.mark.parametrize("state", [A.SCHEDULED, A.DELIVERING, A.DELIVERED])
def test_reprocessing_what_did_not_fail_changes_nothing(state: AssignmentState) -> None:
    """DLV-2: there is nothing to try again."""
    assignment = an_assignment(state=state)

    assert assignments.redeliver(assignment) == AssignmentOutcome(assignment=assignment)


def test_reprocessing_after_the_end_is_refused() -> None:
    """DLV-2: nothing is wanted any more."""
    with pytest.raises(NotHeld):
        assignments.redeliver(replace(an_assignment(state=A.EXPIRED), ended_at=NOW))


# Warnings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lasting", "wanted", "expected"),
    [
        (90 * DAY, [14 * DAY, DAY], [14 * DAY, DAY]),
        (90 * DAY, [DAY, 14 * DAY], [14 * DAY, DAY]),
        (14 * DAY, [14 * DAY, DAY], [DAY]),
        (14 * DAY + SECOND, [14 * DAY, DAY], [14 * DAY, DAY]),
        (DAY, [14 * DAY, DAY], [DAY / 2]),
        (8 * HOUR, [14 * DAY, DAY], [4 * HOUR]),
        (4 * SECOND, [14 * DAY, DAY], [2 * SECOND]),
        (90 * DAY, [], []),
        (None, [14 * DAY, DAY], []),
    ],
)
def test_warnings_fit_the_assignment(
    lasting: timedelta | None, wanted: list[timedelta], expected: list[timedelta]
) -> None:
    """NOT-3, NOT-4: as the policy says, longest first; too long ones are left out; never none."""
    rule = ExtensionRule(remind_before=tuple(wanted))
    assignment = an_assignment(lasting=lasting, extension=rule)

    assert list(assignments.leads(assignment)) == expected


@pytest.mark.parametrize(
    ("after", "warned"), [(76 * DAY - SECOND, False), (76 * DAY, True), (80 * DAY, True)]
)
def test_the_holder_is_warned_on_time(after: timedelta, *, warned: bool) -> None:
    """NOT-3: fourteen days before the end, late if the wake is late, extension or not."""
    assert (kinds(looked(delivered(), after)) == [NoticeKind.ACCESS_ENDING]) is warned


def test_each_warning_comes_once() -> None:
    """NOT-3: fourteen days and one day before; looking again says nothing."""
    first = looked(delivered(), 76 * DAY)
    again = looked(first.assignment, 76 * DAY)
    second = looked(first.assignment, 89 * DAY)

    assert again.notices == ()
    assert kinds(second) == [NoticeKind.ACCESS_ENDING]
    assert first.notices[0].key != second.notices[0].key


def test_a_late_wake_warns_once_for_all_it_missed() -> None:
    """NOT-3: both leads passed in the dark; people get one message."""
    outcome = looked(delivered(), 89 * DAY + HOUR)

    assert kinds(outcome) == [NoticeKind.ACCESS_ENDING]
    assert outcome.assignment.leads_passed == 2


def test_a_wake_at_the_end_does_not_warn_of_it() -> None:
    """NOT-3: whoever has lost it need not hear that they will."""
    assert kinds(looked(delivered(), 90 * DAY)) == [NoticeKind.ACCESS_ENDED]


def test_delivery_and_warning_may_come_together() -> None:
    """A slow delivery arrives when the end is near: both are true, both are told."""
    outcome = looked(an_assignment(), 76 * DAY)

    assert kinds(outcome) == [NoticeKind.ACCESS_DELIVERED, NoticeKind.ACCESS_ENDING]
    assert outcome.report is RequestState.DELIVERED


# Timers ------------------------------------------------------------------------------------------


def test_the_timers_of_a_scheduled_assignment_are_its_start_and_its_end() -> None:
    """Warnings count from the start on."""
    assignment = an_assignment(state=A.SCHEDULED, starts_at=NOW + DAY)

    assert assignments.due_timers(assignment) == (
        (NOW + DAY, "start"),
        (NOW + 91 * DAY, "end"),
    )


def test_the_timers_of_a_running_assignment_are_its_warnings_and_its_end() -> None:
    """What has been said is no timer any more."""
    warned = looked(delivered(), 76 * DAY).assignment

    assert [moment for moment, _ in assignments.due_timers(delivered())] == [
        NOW + 90 * DAY,
        NOW + 76 * DAY,
        NOW + 89 * DAY,
    ]
    assert [moment for moment, _ in assignments.due_timers(warned)] == [
        NOW + 90 * DAY,
        NOW + 89 * DAY,
    ]


def test_an_endless_assignment_never_wakes_by_itself() -> None:
    """LIF-1: never is never."""
    assert assignments.due_timers(an_assignment(state=A.DELIVERED, lasting=None)) == ()


def test_an_ended_assignment_never_wakes_by_itself() -> None:
    """The workers wake it when its access is gone."""
    ended = assignments.end(delivered(), EndReason.REMOVED, now=NOW).assignment

    assert assignments.due_timers(ended) == ()
