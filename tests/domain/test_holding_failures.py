"""Grants that fail, removals that must not, and tasks that wait for people."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.domain import holdings
from engine.domain.holdings import (
    ALARM_AFTER,
    FAULT_ATTEMPTS,
    FIRST_PAUSE,
    GRANT_ATTEMPTS,
    LONGEST_PAUSE,
    TASK_ALARM_AFTER,
    TASK_REMINDER,
    Failure,
    Level,
    Seen,
    Step,
)
from engine.domain.refusals import TaskNotOpen
from tests.builders import HOUR, NOW, SECOND, a_holding
from tests.domain.holding_acts import begun, failed, given, released, task, wanted_again

# Failures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "attempts", "given_up"),
    [
        (Failure.RETRY, GRANT_ATTEMPTS - 1, False),
        (Failure.RETRY, GRANT_ATTEMPTS, True),
        (Failure.FAULT, FAULT_ATTEMPTS - 1, False),
        (Failure.FAULT, FAULT_ATTEMPTS, True),
        (Failure.REFUSED, 1, True),
        (Failure.GONE, 1, True),
    ],
)
def test_a_grant_is_given_up_at_its_limit(failure: Failure, attempts: int, given_up: bool) -> None:
    """DLV-1: twelve tries for the far side's reasons, five for ours, one when it says no."""
    holding = failed(replace(begun(a_holding()), attempts=attempts), failure)

    assert holding.given_up is given_up
    assert (holding.next_at is None) is given_up
    assert holdings.level(holding) is (Level.FAILED if given_up else Level.UNDERWAY)


@pytest.mark.parametrize("failure", [Failure.RETRY, Failure.FAULT, Failure.REFUSED])
def test_a_removal_is_never_given_up(failure: Failure) -> None:
    """Access that should be gone is tried for ever."""
    leaving = replace(begun(released(given())), attempts=10_000)
    holding = failed(leaving, failure, step=Step.REVOKE)

    assert not holding.given_up
    assert holding.next_at == NOW + LONGEST_PAUSE
    assert holdings.next_step(holding) is Step.REVOKE


def test_a_removal_from_a_target_that_is_gone_succeeded() -> None:
    """Nobody holds anything there."""
    holding = failed(begun(released(given())), Failure.GONE, step=Step.REVOKE)

    assert holdings.level(holding) is Level.REACHED


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [(1, FIRST_PAUSE), (2, 2 * FIRST_PAUSE), (8, 128 * FIRST_PAUSE), (9, LONGEST_PAUSE)],
)
def test_pauses_double_up_to_an_hour(attempts: int, pause: timedelta) -> None:
    """Fifteen seconds, then twice as long each time, never more than an hour."""
    holding = failed(replace(begun(a_holding()), attempts=attempts), Failure.RETRY)

    assert holding.next_at == NOW + pause


def test_the_far_sides_own_pause_counts() -> None:
    """Whoever asks to be left alone for so long is."""
    holding = failed(begun(a_holding()), Failure.RETRY, after=7 * SECOND, jitter=0.2)

    assert holding.next_at == NOW + 7 * SECOND


def test_jitter_spreads_the_pauses() -> None:
    """Many that failed together do not come back together."""
    early = failed(begun(a_holding()), Failure.RETRY, jitter=-0.2)
    late = failed(begun(a_holding()), Failure.RETRY, jitter=0.2)

    assert early.next_at == NOW + 0.8 * FIRST_PAUSE
    assert late.next_at == NOW + 1.2 * FIRST_PAUSE


def test_a_retry_by_hand_starts_afresh() -> None:
    """DLV-2: somebody mended the cause."""
    holding = holdings.retry_now(failed(begun(a_holding()), Failure.REFUSED), now=NOW)

    assert holdings.next_step(holding) is Step.GRANT
    assert (holding.attempts, holding.problem, holding.next_at) == (0, None, NOW)


def test_a_retry_of_what_is_there_or_waits_for_somebody_does_nothing() -> None:
    """There is nothing to try."""
    assert holdings.retry_now(given(), now=NOW) == given()
    assert holdings.retry_now(task(), now=NOW) == task()


@pytest.mark.parametrize(
    ("late_by", "alarming"), [(-SECOND, False), (0 * SECOND, True)], ids=["before", "at"]
)
def test_a_removal_that_fails_for_an_hour_alarms(late_by: timedelta, alarming: bool) -> None:
    """Administrators are told of access that should be gone."""
    holding = failed(begun(released(given())), Failure.RETRY, step=Step.REVOKE)

    assert holdings.alarming(holding, now=NOW + ALARM_AFTER + late_by) is alarming


def test_a_grant_that_fails_for_hours_does_not_alarm() -> None:
    """The request itself says so."""
    holding = failed(begun(a_holding()), Failure.RETRY)

    assert not holdings.alarming(holding, now=NOW + 5 * HOUR)


# Tasks for people --------------------------------------------------------------------------------


def test_a_task_waits_and_is_reminded_of_daily() -> None:
    """Nothing is tried again while somebody has been asked."""
    holding = task()

    assert holding.task_open
    assert holdings.next_step(holding) is None
    assert holding.next_at == NOW + TASK_REMINDER
    assert holdings.reminded(holding, now=NOW + HOUR).next_at == NOW + HOUR + TASK_REMINDER


@pytest.mark.parametrize(
    ("late_by", "alarming"), [(-SECOND, False), (0 * SECOND, True)], ids=["before", "at"]
)
def test_a_removal_that_waits_for_somebody_for_days_alarms(
    late_by: timedelta, alarming: bool
) -> None:
    """Reminding the same people for ever takes nothing away."""
    removal = holdings.revoked(begun(released(task())), pending=True, now=NOW)

    assert holdings.alarming(removal, now=NOW + TASK_ALARM_AFTER + late_by) is alarming


def test_a_grant_that_waits_for_somebody_for_days_does_not_alarm() -> None:
    """Whoever asked reads on their card for whom it waits."""
    assert not holdings.alarming(task(), now=NOW + 5 * TASK_ALARM_AFTER)


def test_done_settles_the_task() -> None:
    """The fulfiller's word is the answer the connector could not give."""
    holding = holdings.done(task(), generation=1, now=NOW)

    assert holdings.level(holding) is Level.REACHED
    assert not holding.task_open


def test_done_twice_is_refused() -> None:
    """The second press finds no open task."""
    holding = holdings.done(task(), generation=1, now=NOW)

    with pytest.raises(TaskNotOpen):
        holdings.done(holding, generation=1, now=NOW)


def test_a_released_task_is_void_and_its_removal_is_asked_for() -> None:
    """It may have been done without a word, so somebody is asked to undo it."""
    holding = released(task())

    with pytest.raises(TaskNotOpen):
        holdings.done(holding, generation=1, now=NOW)
    assert holdings.next_step(holding) is Step.REVOKE


def test_the_removal_task_is_another_task() -> None:
    """Done on the old card does not count for it."""
    removal = holdings.revoked(begun(released(task())), pending=True, now=NOW)

    with pytest.raises(TaskNotOpen):
        holdings.done(removal, generation=1, now=NOW)
    settled = holdings.done(removal, generation=removal.generation, now=NOW)
    assert settled.seen is Seen.ABSENT
    assert holdings.level(settled) is Level.REACHED


def test_a_task_asked_for_too_late_is_not_mistaken_for_the_other_direction() -> None:
    """The pending answer of a grant that nobody wants any more leads to the removal."""
    late = released(begun(a_holding(connector="manual")))
    holding = holdings.granted(late, account="Rob", pending=True, changed=True, now=NOW)

    assert not holding.task_open
    assert holdings.next_step(holding) is Step.REVOKE
    assert holding.next_at == NOW


def test_a_removal_task_asked_for_too_late_leads_to_the_grant() -> None:
    """The pending answer of a removal that nobody wants any more leads to the grant."""
    late = wanted_again(begun(released(given())))
    holding = holdings.revoked(late, pending=True, now=NOW)

    assert not holding.task_open
    assert holdings.next_step(holding) is Step.GRANT
