"""What has to be done about one right on one target system, answer by answer."""

from dataclasses import replace

import pytest

from engine.domain import holdings
from engine.domain.holdings import (
    GRANT_ATTEMPTS,
    Failure,
    Level,
    Seen,
    Step,
)
from tests.builders import NOW, a_holding
from tests.domain.holding_acts import begun, failed, given, released, taken, wanted_again

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
