"""The life of a run, step by step, without lines or a database."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.domain import review_timers, reviewers, reviews
from engine.domain.ids import PackageId, PolicyId, ReviewRunId
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import ReasonTooLong, ReviewNotOpen, ReviewOver
from engine.domain.review_settings import ONCE, ReviewSettings, ReviewStage
from engine.domain.review_timers import ReviewStep, due_timers, next_step
from engine.domain.reviewers import Pools
from engine.domain.reviews import (
    APPLY_ATTEMPTS,
    TRANSITIONS,
    ReviewRun,
    ReviewState,
)
from tests.builders import ADA, ANN, BEN, CAT, DAY, HOUR, MAX, MINUTE, NOW, ROB, SECOND

S = ReviewState
POOLS: Pools = ((), (ANN, BEN), (), (), (ADA,))


def settings(*stages: ReviewStage) -> ReviewSettings:
    """Once, with these stages."""
    usual = ReviewStage(open_for=14 * DAY, remind=(3 * DAY, 7 * DAY))
    return ReviewSettings(every=ONCE, stages=stages or (usual,))


def scheduled(*stages: ReviewStage) -> ReviewRun:
    """A run whose moment has come."""
    return ReviewRun(
        id=ReviewRunId("run"),
        policy_id=PolicyId("policy"),
        package_id=PackageId("package"),
        package_name="Production",
        policy_name="Employees",
        settings=settings(*stages),
        opens_at=NOW,
    )


def opening(*stages: ReviewStage) -> ReviewRun:
    """A run that takes its snapshot."""
    run = scheduled(*stages)
    return reviews.open_run(run, run.settings, POOLS, now=NOW).run


def in_progress(*stages: ReviewStage) -> ReviewRun:
    """A run that is open, and whose reviewers were told."""
    run = reviews.snapshot_complete(opening(*stages), 3, now=NOW).run
    return reviews.told(run, None, now=NOW)


def applying(*stages: ReviewStage, now: datetime = NOW + 14 * DAY) -> ReviewRun:
    """A run that was closed."""
    return reviews.redrawn(
        reviews.close_stage(in_progress(*stages), (), now=now).run, None, now=now
    )


def steps_until(run: ReviewRun, moment: datetime) -> list[tuple[ReviewStep, timedelta]]:
    """What an open run does by itself, and how long after its opening."""
    done, now = [], NOW
    while now <= moment and not run.over and run.state is S.IN_PROGRESS:
        step = next_step(run, now=now)
        if step is None:
            now = min(at for at, _ in due_timers(run))
            continue
        done.append((step, now - NOW))
        match step:
            case ReviewStep.TELL:
                run = reviews.told(run, None, now=now)
            case ReviewStep.REMIND:
                run = reviews.remind(run, now=now).run
            case _:
                run = reviews.close_stage(run, (), now=now).run
    return done


def test_a_run_does_nothing_before_its_moment() -> None:
    """And is due exactly then."""
    run = scheduled()
    assert next_step(run, now=NOW - SECOND) is None
    assert next_step(run, now=NOW) is ReviewStep.OPEN
    assert due_timers(run) == ((NOW, "open"),)


def test_a_run_waits_for_the_one_that_is_open() -> None:
    """It looks again when that one should have closed, and may open as soon as it has."""
    run = reviews.wait_for(scheduled(), NOW + DAY)
    assert due_timers(run) == ((NOW + DAY, "open"),)
    assert next_step(run, now=NOW) is ReviewStep.OPEN


def test_a_run_waits_ten_minutes_at_most_to_hear_of_the_last_use() -> None:
    """Counted from when it was asked first; then it opens without."""
    asking = reviews.wait_for_uses(scheduled(), now=NOW)
    assert asking is not None
    assert due_timers(asking) == ((NOW + 10 * MINUTE, "open"),)
    again = reviews.wait_for_uses(asking, now=NOW + 9 * MINUTE)
    assert again == asking
    assert reviews.wait_for_uses(asking, now=NOW + 10 * MINUTE) is None


def test_opening_takes_the_settings_of_the_moment() -> None:
    """ARV-13: what was edited since it was planned counts, what is edited later does not."""
    edited = settings(ReviewStage(open_for=DAY))
    run = reviews.open_run(scheduled(), edited, POOLS, now=NOW).run
    assert (run.settings, run.opened_at, run.state) == (edited, NOW, S.OPENING)


def test_the_snapshot_goes_on_from_where_it_was() -> None:
    """Each step writes down how far it came."""
    run = reviews.snapshot_taken(opening(), "assignment-5000", now=NOW + SECOND)
    assert (run.cursor, next_step(run, now=NOW)) == ("assignment-5000", ReviewStep.SNAPSHOT)
    assert due_timers(run) == ((NOW + SECOND, "more of the snapshot"),)


def test_a_run_without_lines_is_closed_at_once() -> None:
    """Nobody holds the package: nobody is asked."""
    outcome = reviews.snapshot_complete(opening(), 0, now=NOW)
    assert (outcome.run.state, outcome.activities) == (S.APPLYING, ("review.closed",))


def test_an_open_run_tells_reminds_and_closes_in_this_order() -> None:
    """ARV-14, our choice: reminders at the policy's times."""
    run = reviews.snapshot_complete(opening(), 3, now=NOW).run
    assert steps_until(run, NOW + 15 * DAY) == [
        (ReviewStep.TELL, timedelta()),
        (ReviewStep.REMIND, 3 * DAY),
        (ReviewStep.TELL, 3 * DAY),
        (ReviewStep.REMIND, 7 * DAY),
        (ReviewStep.TELL, 7 * DAY),
        (ReviewStep.CLOSE, 14 * DAY),
    ]


def test_reminders_that_were_missed_are_one() -> None:
    """After an outage nobody hears twice at once."""
    run = reviews.remind(in_progress(), now=NOW + 8 * DAY).run
    assert run.telling is not None
    assert (run.reminded, run.telling.reminder) == (2, 2)
    assert next_step(reviews.told(run, None, now=NOW), now=NOW + 8 * DAY) is None


def test_telling_many_reviewers_goes_on_from_the_last() -> None:
    """A card each, some hundreds at a time."""
    run = reviews.snapshot_complete(opening(), 3, now=NOW).run
    half = reviews.told(run, "max", now=NOW)
    assert half.telling is not None
    assert (half.telling.after, next_step(half, now=NOW)) == ("max", ReviewStep.TELL)


def test_of_resets_while_reviewers_are_told_something_they_are_told_afterwards() -> None:
    """One after the other, each for itself; the next stage begins with none."""
    telling = reviews.snapshot_complete(opening(), 3, now=NOW).run
    first = reviews.reset(telling, ADA, why="One", now=NOW).run
    second = reviews.reset(first, ADA, why="Two", now=NOW + SECOND).run
    assert second.telling == telling.telling

    said = []
    after = reviews.told(second, None, now=NOW)
    while after.telling is not None:
        assert after.telling.cleared is not None
        said.append(after.telling.cleared.why)
        after = reviews.told(after, None, now=NOW)
    assert said == ["One", "Two"]
    assert reviews.snapshot_complete(second, 3, now=NOW).run.cleared == ()


def test_answers_are_taken_until_the_close_and_never_after() -> None:
    """ARV-9: the last moment counts, the next does not, whether or not anybody has looked."""
    run = in_progress()
    reviews.check_open(run, now=NOW + 14 * DAY - SECOND)
    with pytest.raises(ReviewNotOpen):
        reviews.check_open(run, now=NOW + 14 * DAY)
    for other in (scheduled(), opening(), applying()):
        with pytest.raises(ReviewNotOpen):
            reviews.check_open(other, now=NOW)


def test_a_stage_is_followed_by_the_next_with_its_own_time() -> None:
    """ARV-19: the second stage's fortnight counts from its own opening."""
    stages = (ReviewStage(name="A", open_for=DAY), ReviewStage(name="B", open_for=2 * DAY))
    run = in_progress(*stages)
    assert review_timers.expected_end(run) == NOW + 3 * DAY
    moving = reviews.close_stage(run, ((CAT,),), now=NOW + DAY).run
    assert (moving.state, moving.stage, moving.pools) == (S.OPENING, 1, ((CAT,),))
    moving = reviews.redrawn(moving, None, now=NOW + DAY)
    second = reviews.snapshot_complete(moving, 1, now=NOW + DAY + HOUR).run
    assert second.stage_closes_at == NOW + 3 * DAY + HOUR
    assert reviews.close_stage(second, (), now=NOW + 4 * DAY).run.state is S.APPLYING


def test_a_stage_that_nothing_reaches_ends_the_run() -> None:
    """Everything was settled before it."""
    stages = (ReviewStage(name="A", open_for=DAY), ReviewStage(name="B", open_for=DAY))
    moving = reviews.close_stage(in_progress(*stages), (), now=NOW + DAY).run
    assert reviews.snapshot_complete(moving, 0, now=NOW + DAY).run.state is S.APPLYING


def test_what_could_not_be_removed_is_tried_again_with_growing_pauses() -> None:
    """And is given up after the last try, which is told."""
    run, pauses = applying(), []
    now = NOW + 14 * DAY
    while run.state is S.APPLYING:
        run = reviews.went_through(run, 1, now=now).run
        if run.retry_at is not None:
            pauses.append((run.retry_at - now).total_seconds() / 60)
            assert next_step(run, now=run.retry_at - SECOND) is None
            now = run.retry_at
    assert pauses == [5, 10, 20, 40]
    assert run.attempt + 1 == APPLY_ATTEMPTS
    assert run.state is S.APPLIED


def test_results_wait_for_systems_that_have_not_followed_for_an_hour_at_most() -> None:
    """ARV-17: what they say of each line is then true; what takes longer is said to."""
    now, run = NOW, reviews.went_through(applying(), 0, now=NOW).run
    run = replace(run, redraw=None)
    pauses = []
    while next_step(run, now=now) is ReviewStep.RESULTS:
        waiting = reviews.wait_for_systems(run, 3, now=now)
        if waiting is None:
            break
        assert waiting.results_at is not None
        assert due_timers(waiting) == ((waiting.results_at, "results"),)
        assert next_step(waiting, now=waiting.results_at - SECOND) is None
        pauses.append((waiting.results_at - now).total_seconds() / 60)
        run, now = waiting, waiting.results_at
    assert pauses == [1, 1, 2, 4, 8, 16, 28]
    assert reviews.wait_for_systems(run, 0, now=NOW) is None
    told = reviews.results_told(run, now=now)
    assert (due_timers(told), next_step(told, now=now + 900 * DAY)) == ((), None)


def test_a_stopped_run_does_nothing_more() -> None:
    """ARV-12: final, from any state but the last; only its cards are brought up to date."""
    for run in (scheduled(), opening(), in_progress(), applying()):
        stopped = reviews.stop(run, ADA, now=NOW).run
        assert next_step(stopped, now=NOW) is ReviewStep.REDRAW
        quiet = reviews.redrawn(stopped, None, now=NOW)
        assert (due_timers(quiet), next_step(quiet, now=NOW + 900 * DAY)) == ((), None)
        with pytest.raises(ReviewOver):
            reviews.stop(quiet, ADA, now=NOW)


def test_an_applied_run_cannot_be_stopped() -> None:
    """Its removals have happened."""
    done = reviews.went_through(applying(), 0, now=NOW).run
    with pytest.raises(ReviewOver):
        reviews.stop(done, ADA, now=NOW)


def test_only_an_open_run_can_be_reset() -> None:
    """Its time goes on."""
    run = in_progress()
    again = reviews.reset(run, ADA, now=NOW + DAY).run
    assert again.stage_closes_at == run.stage_closes_at
    with pytest.raises(ReviewNotOpen):
        reviews.reset(applying(), ADA, now=NOW)


def test_why_a_review_is_stopped_or_reset_has_a_limit() -> None:
    """As much as fits a card, and no more."""
    whole, more = "x" * MAX_REASON, "x" * (MAX_REASON + 1)
    assert reviews.stop(in_progress(), ADA, why=f" {whole} ", now=NOW).run.stopped_why == whole
    telling = reviews.reset(in_progress(), ADA, why=f" {whole} ", now=NOW).run.telling
    assert telling is not None
    assert telling.cleared is not None
    assert telling.cleared.why == whole
    for act in (reviews.stop, reviews.reset):
        with pytest.raises(ReasonTooLong):
            act(in_progress(), ADA, why=more, now=NOW)


def test_every_move_is_one_of_the_table() -> None:
    """The table is what the docs draw."""
    stages = (ReviewStage(name="A"), ReviewStage(name="B"))
    moves = [
        (scheduled(), opening()),
        (opening(), in_progress()),
        (opening(), reviews.snapshot_complete(opening(), 0, now=NOW).run),
        (in_progress(*stages), reviews.close_stage(in_progress(*stages), (), now=NOW).run),
        (in_progress(), applying()),
        (applying(), reviews.went_through(applying(), 0, now=NOW).run),
        *(
            (run, reviews.stop(run, ADA, now=NOW).run)
            for run in (scheduled(), opening(), in_progress(), applying())
        ),
    ]
    assert all(after.state in TRANSITIONS[before.state] for before, after in moves)
    drawn = {(state, to) for state, many in TRANSITIONS.items() for to in many}
    assert {(before.state, after.state) for before, after in moves} == drawn


@pytest.mark.parametrize(
    ("pools", "target", "expected"),
    [
        (((), (ANN, BEN), (), (), (ADA,)), ROB, 1),
        (((ANN,), (BEN,)), ROB, 0),
        (((ANN,), (BEN,)), ANN, 1),
        (((ANN, BEN), (CAT,)), ANN, 0),
        (((ANN,), (), (ANN,), (), (ADA,)), ANN, 4),
        ((), ROB, 0),
        (((ROB,),), ROB, 0),
    ],
)
def test_whoever_cannot_review_themselves_is_reviewed_by_the_next_pool(
    pools: Pools, target: object, expected: int
) -> None:
    """ARV-4 and nobody reviews their own access: the first pool with somebody else."""
    assert reviewers.pool_for(pools, target) == expected  # type: ignore[arg-type]


def test_who_left_is_in_no_pool() -> None:
    """The others stay."""
    assert reviewers.without(POOLS, frozenset({ANN, ADA})) == ((), (BEN,), (), (), ())


def test_a_person_reviews_by_name_and_by_pool() -> None:
    """In the running stage only."""
    run = replace(opening(), stage=0)
    assert reviews.asked_of(run, ANN) == {"0:ann", "0:#1"}
    assert reviews.asked_of(run, MAX) == {"0:max"}
    assert reviews.asked_of(replace(run, stage=1), MAX) == {"1:max"}
