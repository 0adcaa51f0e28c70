"""Escalation and reminders: more people, and a nudge, on time and once."""

from datetime import timedelta

import pytest

from engine.domain import stages
from engine.domain.ids import PersonId
from engine.domain.people import the_manager, the_person
from engine.domain.stages import (
    StageResult,
)
from tests.builders import (
    ANN,
    BEN,
    CAT,
    DAY,
    MAX,
    MIA,
    MINUTE,
    NOW,
    ROB,
    SECOND,
    a_stage,
    approver_facts,
    escalating,
)
from tests.domain.stage_acts import approved, later, names, opened, reminded

# Escalation ----------------------------------------------------------------------------------------

ESCALATING = a_stage(ANN, escalate=[escalating(3 * DAY, MIA)])


@pytest.mark.parametrize(
    ("after", "expected"),
    [(3 * DAY - SECOND, [ANN]), (3 * DAY, [ANN, MIA]), (13 * DAY, [ANN, MIA])],
    ids=["before", "at", "late"],
)
def test_escalation_adds_people_on_time(after: timedelta, expected: list[PersonId]) -> None:
    """APR-15, ESC-4: added, not exchanged, however late the wake comes."""
    assert names(later(opened(ESCALATING), ESCALATING, after)) == expected


def test_the_first_asked_may_still_decide_after_escalation() -> None:
    """APR-15: primaries can still decide."""
    run = later(opened(ESCALATING), ESCALATING, 3 * DAY)

    assert stages.may_decide(run, ANN)
    assert stages.may_decide(run, MIA)


def test_escalation_does_not_move_the_end() -> None:
    """ESC-4: the time to decide is not extended."""
    run = later(opened(ESCALATING), ESCALATING, 3 * DAY)

    assert stages.deadline(run, ESCALATING) == NOW + 14 * DAY


def test_escalation_happens_once() -> None:
    """ESC-4: a second look adds nobody and is no news."""
    run = later(opened(ESCALATING), ESCALATING, 3 * DAY)
    again = stages.advance(run, ESCALATING, approver_facts(), now=NOW + 4 * DAY)

    assert again.run == run
    assert not again.escalated


def test_escalation_works_at_any_length_of_stage() -> None:
    """ESC-1 to ESC-3, our choice: durations are free, so a test may use seconds."""
    stage = a_stage(ANN, decide_within=5 * SECOND, escalate=[escalating(2 * SECOND, MIA)])

    assert names(later(opened(stage), stage, 2 * SECOND)) == [ANN, MIA]
    assert names(later(opened(stage), stage, SECOND)) == [ANN]


def test_a_ladder_escalates_step_by_step() -> None:
    """ESC-6, and beyond ESC-4: any stage may escalate, and more than once."""
    stage = a_stage(ANN, escalate=[escalating(DAY, BEN), escalating(2 * DAY, CAT)])
    run = opened(stage)

    assert names(later(run, stage, DAY)) == [ANN, BEN]
    assert names(later(run, stage, 2 * DAY)) == [ANN, BEN, CAT]
    assert names(later(later(run, stage, DAY), stage, 2 * DAY)) == [ANN, BEN, CAT]


def test_an_escalation_target_that_is_missing_is_replaced() -> None:
    """APR-16, APR-18: no manager's manager, so the escalation's own fallback is asked."""
    stage = a_stage(ANN, escalate=[escalating(DAY, the_manager(2), fallback=[the_person(CAT)])])

    assert names(later(opened(stage), stage, DAY, approver_facts(managers=[MAX]))) == [ANN, CAT]


def test_escalating_to_somebody_already_asked_changes_nothing() -> None:
    """APR-19 is a recommendation: the same person keeps the first reason and the first moment."""
    stage = a_stage(ANN, BEN, needed=None, escalate=[escalating(DAY, ANN)])
    run = later(opened(stage), stage, DAY)

    assert run.approvers == opened(stage).approvers
    assert stages.settled(approved(run, ANN), stage) is None


def test_escalating_to_the_requestor_asks_nobody_new() -> None:
    """APR-8: not through the back door either."""
    stage = a_stage(ANN, escalate=[escalating(DAY, ROB)])

    assert names(later(opened(stage), stage, DAY)) == [ANN]


def test_an_escalation_approver_answers_for_the_silent() -> None:
    """All of two were to approve; after the silence one of the added people is enough."""
    stage = a_stage(ANN, BEN, needed=None, escalate=[escalating(DAY, MIA)])
    run = later(opened(stage), stage, DAY)

    assert stages.settled(approved(run, ANN), stage) is None
    assert stages.settled(approved(run, MIA), stage) is StageResult.APPROVED


def test_an_escalation_approver_is_one_of_the_number() -> None:
    """With a number, an added person counts as one."""
    stage = a_stage(ANN, BEN, needed=2, escalate=[escalating(DAY, MIA)])
    run = later(opened(stage), stage, DAY)

    assert stages.settled(approved(run, MIA), stage) is None
    assert stages.settled(approved(run, MIA, BEN), stage) is StageResult.APPROVED


# Reminders -----------------------------------------------------------------------------------------

REMINDING = a_stage(ANN, BEN, needed=2, remind=[2 * DAY, 7 * DAY])


@pytest.mark.parametrize(
    ("after", "expected"), [(2 * DAY - SECOND, []), (2 * DAY, [ANN, BEN]), (6 * DAY, [ANN, BEN])]
)
def test_reminders_come_on_schedule(after: timedelta, expected: list[PersonId]) -> None:
    """Not before, at the moment, and late if the wake is late."""
    assert reminded(opened(REMINDING), REMINDING, after) == expected


def test_only_the_undecided_are_reminded() -> None:
    """Who has answered is left in peace."""
    assert reminded(approved(opened(REMINDING), ANN), REMINDING, 2 * DAY) == [BEN]


def test_a_reminder_is_sent_once() -> None:
    """Looking again at the same moment or later reminds nobody again."""
    run = later(opened(REMINDING), REMINDING, 2 * DAY)

    assert reminded(run, REMINDING, 2 * DAY) == []
    assert reminded(run, REMINDING, 6 * DAY) == []
    assert reminded(run, REMINDING, 7 * DAY) == [ANN, BEN]


def test_a_late_wake_reminds_once_for_all_it_missed() -> None:
    """Two reminders came due in the dark; people get one."""
    run = later(opened(REMINDING), REMINDING, 8 * DAY)

    assert run.reminders_sent == 2
    assert reminded(opened(REMINDING), REMINDING, 8 * DAY) == [ANN, BEN]


def test_who_is_asked_at_the_moment_of_the_reminder_is_not_reminded() -> None:
    """Reminder and escalation at one instant: Mia gets her card, Ann the reminder."""
    stage = a_stage(ANN, remind=[DAY], escalate=[escalating(DAY, MIA)])
    step = stages.advance(opened(stage), stage, approver_facts(), now=NOW + DAY)

    assert step.escalated
    assert [approver.person_id for approver in step.reminded] == [ANN]


def test_who_is_asked_by_a_late_wake_is_not_reminded_of_the_past() -> None:
    """The escalation of day one and the reminder of day two are both noticed on day three."""
    stage = a_stage(ANN, remind=[2 * DAY], escalate=[escalating(DAY, MIA)])

    assert reminded(opened(stage), stage, 3 * DAY) == [ANN]


def test_an_escalation_approver_is_reminded_later_like_everybody() -> None:
    """They were asked before the reminder's moment, and are undecided."""
    stage = a_stage(ANN, remind=[2 * DAY], escalate=[escalating(DAY, MIA)])
    run = later(opened(stage), stage, DAY)

    assert reminded(run, stage, 2 * DAY) == [ANN, MIA]


# Time ----------------------------------------------------------------------------------------------


def test_the_timers_are_all_moments_that_change_something() -> None:
    """Reminders, escalations and the end, counted from the opening (APR-13)."""
    stage = a_stage(ANN, remind=[2 * DAY], escalate=[escalating(3 * DAY, MIA)])

    assert dict(stages.due_timers(opened(stage), stage)) == {
        NOW + 2 * DAY: "reminder",
        NOW + 3 * DAY: "escalation",
        NOW + 14 * DAY: "time-out",
    }


def test_what_has_happened_is_no_timer_any_more() -> None:
    """After the reminder and the escalation only the end is left."""
    stage = a_stage(ANN, remind=[2 * DAY], escalate=[escalating(3 * DAY, MIA)])
    run = later(opened(stage), stage, 3 * DAY + MINUTE)

    assert stages.due_timers(run, stage) == ((NOW + 14 * DAY, "time-out"),)
