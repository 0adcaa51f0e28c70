"""What has to be done about one right on one target system, answer by answer."""

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
    TASK_REMINDER,
    Failure,
    Holding,
    Level,
    Seen,
    Step,
)
from engine.domain.refusals import TaskNotOpen
from tests.builders import HOUR, MINUTE, NOW, SECOND, a_holding

LEASE_END = NOW + MINUTE


def begun(holding: Holding) -> Holding:
    """The present step is being tried."""
    return holdings.begin(holding, lease_ends_at=LEASE_END)


def given(holding: Holding | None = None, *, changed: bool = True) -> Holding:
    """The grant was tried and worked; `changed` False: it was there already."""
    return holdings.granted(
        begun(holding or a_holding()), account="U1", pending=False, changed=changed, now=NOW
    )


def released(holding: Holding, *, keep: bool = False) -> Holding:
    """The last assignment that gave it has ended."""
    return holdings.release(holding, keep_if_held_before=keep, now=NOW)


def wanted_again(holding: Holding) -> Holding:
    """Another assignment gives it."""
    return holdings.want(holding, now=NOW)


def taken(holding: Holding) -> Holding:
    """The removal was tried and worked."""
    return holdings.revoked(begun(holding), pending=False, now=NOW)


def task(holding: Holding | None = None) -> Holding:
    """The grant was tried, and now waits for somebody to do it."""
    return holdings.granted(
        begun(holding or a_holding(connector="manual")),
        account="Rob",
        pending=True,
        changed=True,
        now=NOW,
    )


def failed(
    holding: Holding,
    failure: Failure,
    *,
    step: Step = Step.GRANT,
    after: timedelta | None = None,
    jitter: float = 0.0,
) -> Holding:
    """The attempt was answered with a failure."""
    return holdings.failed(
        holding, step, failure, "It did not work.", after=after, jitter=jitter, now=NOW
    )


# The plain way -----------------------------------------------------------------------------------


def test_a_fresh_holding_is_to_be_granted() -> None:
    """What is wanted and was never seen is granted."""
    assert holdings.next_step(a_holding()) is Step.GRANT
    assert holdings.level(a_holding()) is Level.UNDERWAY


def test_a_granted_holding_needs_nothing_more() -> None:
    """The answer settles it and it sleeps."""
    holding = given()

    assert (holding.seen, holding.account, holding.next_at) == (Seen.PRESENT, "U1", None)
    assert holdings.next_step(holding) is None
    assert holdings.level(holding) is Level.REACHED


def test_a_released_holding_is_to_be_revoked_at_once() -> None:
    """The end of the last assignment starts the removal, without a pause."""
    holding = released(given())

    assert holdings.next_step(holding) is Step.REVOKE
    assert (holding.next_at, holding.attempts) == (NOW, 0)
    assert holdings.level(taken(holding)) is Level.REACHED


def test_what_was_never_tried_is_not_revoked() -> None:
    """An assignment canceled before anything was attempted leaves nothing to take away."""
    holding = released(a_holding())

    assert holdings.next_step(holding) is None
    assert holdings.level(holding) is Level.REACHED
    assert holding.next_at is None


def test_wanting_twice_and_releasing_twice_change_nothing() -> None:
    """Two packages giving one role are two claims on one holding (RES-9)."""
    holding = given()
    gone = released(holding)

    assert wanted_again(holding) == holding
    assert released(gone, keep=True) == gone


def test_nothing_to_do_rests() -> None:
    """A superfluous wake puts the holding to sleep."""
    assert holdings.rest(given()).next_at is None


# Answers that are lost ---------------------------------------------------------------------------


def test_a_grant_whose_answer_was_lost_is_revoked_when_released() -> None:
    """Nobody knows whether it worked, so it is taken away."""
    holding = released(begun(a_holding()))

    assert holdings.next_step(holding) is Step.REVOKE


def test_a_second_grant_whose_answer_was_lost_is_revoked_when_released() -> None:
    """That it was absent before the attempt says nothing about after it."""
    once_removed = wanted_again(taken(released(given())))
    holding = released(begun(once_removed))

    assert holdings.next_step(holding) is Step.REVOKE
    assert holdings.level(holding) is Level.UNDERWAY


def test_a_removal_whose_answer_was_lost_is_granted_anew_when_wanted() -> None:
    """That it was present before the attempt says nothing about after it."""
    holding = wanted_again(begun(released(given())))

    assert holdings.next_step(holding) is Step.GRANT
    assert holdings.level(holding) is Level.UNDERWAY


def test_an_answer_that_comes_after_the_release_is_undone() -> None:
    """A grant that arrives while nobody wants it any more is followed by its removal."""
    late = released(begun(a_holding()))
    holding = holdings.granted(late, account="U1", pending=False, changed=True, now=NOW)

    assert holdings.next_step(holding) is Step.REVOKE
    assert holding.next_at == NOW


def test_a_refusal_that_comes_after_the_release_gives_nothing_up() -> None:
    """Only a grant that is still wanted can be given up."""
    late = replace(released(begun(a_holding())), attempts=GRANT_ATTEMPTS)
    holding = failed(late, Failure.REFUSED)

    assert not holding.given_up
    assert holdings.next_step(holding) is Step.REVOKE


# Held before -------------------------------------------------------------------------------------


def test_present_at_the_very_first_attempt_was_held_before() -> None:
    """The first grant ever that finds it there did not make it."""
    assert given(changed=False).held_before
    assert not given(changed=True).held_before


def test_held_before_is_kept_only_when_the_package_says_so() -> None:
    """RES-9: by default it ends with the assignment, though it was held before."""
    holding = given(changed=False)

    assert holdings.next_step(released(holding)) is Step.REVOKE
    assert holdings.next_step(released(holding, keep=True)) is None
    assert holdings.level(released(holding, keep=True)) is Level.REACHED
    assert released(holding, keep=True).keep


def test_what_we_granted_is_not_kept() -> None:
    """Keeping is for what was held before, not for what came with the package."""
    assert holdings.next_step(released(given(), keep=True)) is Step.REVOKE


def test_present_at_the_second_attempt_was_perhaps_ours() -> None:
    """The first attempt's answer was lost, so it may have been the one that granted."""
    holding = given(begun(a_holding()), changed=False)

    assert not holding.held_before


def test_present_after_release_and_return_was_perhaps_ours() -> None:
    """An attempt before the release may have granted it: counting starts anew, memory does not."""
    lost = wanted_again(released(begun(a_holding())))

    assert not given(lost, changed=False).held_before


def test_present_after_a_retry_by_hand_was_perhaps_ours() -> None:
    """Reprocessing forgets the failures, not that something was tried."""
    retried = holdings.retry_now(begun(a_holding()), now=NOW)

    assert not given(retried, changed=False).held_before


def test_never_tried_before_the_return_still_counts_as_the_first_attempt() -> None:
    """Released and wanted again before anything was attempted: nothing can have been ours."""
    holding = wanted_again(released(a_holding()))

    assert given(holding, changed=False).held_before


def test_held_before_ends_with_its_removal() -> None:
    """Removed by one package, granted by the next: now it is ours and goes with that."""
    removed = taken(released(given(changed=False)))
    holding = given(wanted_again(removed))

    assert not holding.held_before
    assert holdings.next_step(released(holding, keep=True)) is Step.REVOKE


def test_held_before_ends_with_the_attempt_to_remove_it() -> None:
    """The removal's answer was lost; what is found afterwards may be our own grant."""
    holding = wanted_again(begun(released(given(changed=False))))

    assert not given(holding, changed=False).held_before


def test_kept_access_wanted_again_is_still_held_before() -> None:
    """Kept, then given by another package: it can be kept a second time."""
    holding = wanted_again(released(given(changed=False), keep=True))

    assert holdings.next_step(holding) is None
    assert not holding.keep
    assert released(holding, keep=True).keep


@pytest.mark.parametrize("failure", [Failure.REFUSED, Failure.GONE])
def test_a_refused_first_grant_leaves_nothing_to_take_away(failure: Failure) -> None:
    """Nothing was changed, so nothing is removed, above all not what was held before."""
    holding = released(failed(begun(a_holding()), failure))

    assert holdings.next_step(holding) is None
    assert holdings.level(holding) is Level.REACHED


def test_refused_after_a_lost_answer_is_still_taken_away() -> None:
    """The attempt before the refused one may have granted it."""
    holding = released(failed(begun(begun(a_holding())), Failure.REFUSED))

    assert holdings.next_step(holding) is Step.REVOKE


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
