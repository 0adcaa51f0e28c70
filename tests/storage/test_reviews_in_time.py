"""Reviews, on both databases: when they open, remind and close, who runs them, and their stages."""

import pytest

from engine.domain.people import the_person
from engine.domain.refusals import (
    NoReviews,
    NotAdministrator,
    NotAReviewer,
    NotInAdminChannel,
    ReviewNotOpen,
    ReviewOver,
    ReviewRunning,
)
from engine.domain.review_settings import QUARTERLY, MovesOn, NoResponse, Recurrence
from engine.domain.reviews import ReviewState
from tests.builders import ADA, ADMIN_CHANNEL, ANN, BEN, DAY, MAX, MIA, OLGA, ROB, SECOND
from tests.reviewing import KEEP, REMOVE, ReviewHouse, a_review_stage, settings

S = ReviewState


# Time --------------------------------------------------------------------------------------------


async def test_reviews_open_every_quarter_for_a_year(house: ReviewHouse) -> None:
    """ARV-1: four runs, each of who holds it then."""
    await house.give(ROB)
    await house.configure(settings(every=QUARTERLY))
    for quarter in range(4):
        await house.settle()
        assert len(await house.runs()) == quarter + 1
        await house.passes(14 * DAY)
        assert (await house.run()).state is S.APPLIED
        planned = (await house.reviews.planned_reviews()).rows[0]
        house.clock.pass_by(planned.next_at - house.clock.now())
    occurrences = [run.occurrence for run in await house.runs() if run.occurrence]
    assert [at.date().isoformat() for at in occurrences] == [
        "2026-03-02",
        "2026-06-02",
        "2026-09-02",
        "2026-12-02",
    ]


async def test_applying_the_file_again_opens_no_second_review(house: ReviewHouse) -> None:
    """An occurrence has one run, whatever is edited on its day."""
    await house.opens(settings(), ROB)
    await house.configure(settings(silence=NoResponse.TAKE_RECOMMENDATION))
    await house.configure(None)
    await house.configure(settings())
    await house.settle()
    assert len(await house.runs()) == 1


async def test_only_those_with_undecided_lines_are_reminded_with_the_number(
    house: ReviewHouse,
) -> None:
    """ARV-14, our choice: Mia is done, Max has two."""
    stage = a_review_stage(remind=[3 * DAY, 7 * DAY])
    await house.opens(settings(stage), ROB, ANN, BEN)
    await house.decides(MIA, KEEP, BEN)
    await house.passes(3 * DAY)
    assert await house.said("review_reminder") == [(MAX, "2")]
    await house.decides(MAX, KEEP, ROB)
    await house.passes(4 * DAY)
    assert await house.said("review_reminder") == [(MAX, "2"), (MAX, "1")]


async def test_a_review_waits_while_another_of_the_policy_is_open(house: ReviewHouse) -> None:
    """Started by hand on the day before, so the planned one opens when that one has closed."""
    await house.give(ROB)
    tomorrow = (house.clock.now() + DAY).date()
    await house.configure(settings(every=Recurrence(months=1), starting=tomorrow))
    by_hand = await house.starts()
    await house.passes(2 * DAY)
    first, second = await house.runs()
    assert (first.id, first.state, second.state) == (by_hand.id, S.IN_PROGRESS, S.SCHEDULED)
    await house.passes(12 * DAY)
    assert [run.state for run in await house.runs()] == [S.APPLIED, S.IN_PROGRESS]


# Administration ----------------------------------------------------------------------------------


async def test_administrators_start_reviews_in_their_channel_only(house: ReviewHouse) -> None:
    """One at a time, and only of what has reviews."""
    await house.give(ROB)
    await house.configure(None)
    with pytest.raises(NoReviews):
        await house.starts()
    await house.configure(settings(starting=(house.clock.now() + DAY).date()))
    with pytest.raises(NotAdministrator):
        await house.starts(who=MAX)
    with pytest.raises(NotInAdminChannel):
        await house.starts(channel=ADMIN_CHANNEL.replace("admin", "other"))  # type: ignore[arg-type]
    run = await house.starts()
    assert (run.state, run.started_by, run.occurrence) == (S.IN_PROGRESS, ADA, None)
    with pytest.raises(ReviewRunning):
        await house.starts()


async def test_a_stopped_review_removes_nothing_and_cannot_go_on(house: ReviewHouse) -> None:
    """ARV-12: answers are kept, and nothing is done with them."""
    await house.opens(settings(silence=NoResponse.REMOVE), ROB, ANN)
    await house.decides(MAX, REMOVE, ROB)
    await house.stops()
    await house.passes(100 * DAY)
    assert (await house.run()).state is S.STOPPED
    assert [await house.holds(who) for who in (ROB, ANN)] == [True, True]
    with pytest.raises(ReviewOver):
        await house.stops()
    with pytest.raises(ReviewNotOpen):
        await house.decides(MAX, KEEP, ROB)


async def test_a_reset_makes_everything_undecided_and_is_remembered(house: ReviewHouse) -> None:
    """The time goes on; the history says what was cleared and by whom."""
    await house.opens(settings(), ROB, ANN)
    await house.decides(MAX, REMOVE, ROB)
    assert await house.resets() == 1
    await house.check_counts()
    reviewer = await house.reviews.reviewer((await house.run()).id, MAX)
    assert reviewer is not None
    assert reviewer.counts.undecided == 2
    history = await house.reviews.line_history((await house.run()).id, house.given[ROB])
    assert [(one.verdict, one.decided_by) for one in history] == [(REMOVE, MAX), (None, ADA)]
    await house.passes(14 * DAY)
    assert await house.holds(ROB)


async def test_only_those_whose_answers_were_cleared_are_told_each_time(
    house: ReviewHouse,
) -> None:
    """Max at the first reset, Mia at the second: he has not answered since."""
    await house.opens(settings(), ROB, ANN, BEN)
    await house.decides(MAX, REMOVE, ROB)
    await house.passes(DAY)
    await house.resets()
    assert await house.said("review_cleared") == [(MAX, "ada/Wrong list")]
    await house.passes(DAY)
    await house.decides(MIA, KEEP, BEN)
    await house.passes(DAY)
    await house.resets()
    assert await house.said("review_cleared") == [
        (MAX, "ada/Wrong list"),
        (MIA, "ada/Wrong list"),
    ]


async def test_whoever_had_answered_hears_of_a_reset_during_a_reminder(house: ReviewHouse) -> None:
    """Mia is being reminded just then; Max, who has answered, is told all the same."""
    await house.opens(settings(a_review_stage(remind=[DAY])), ROB, ANN, BEN)
    await house.decides(MAX, REMOVE)
    house.clock.pass_by(DAY)
    await house.store.write(house.step)
    telling = (await house.run()).telling
    assert telling is not None
    assert telling.reminder == 1
    await house.resets()
    assert await house.said("review_cleared") == [(MAX, "ada/Wrong list")]


async def test_the_audit_tells_the_whole_story(house: ReviewHouse) -> None:
    """From the schedule to the application, with every answer and its change."""
    await house.opens(settings(a_review_stage(remind=[DAY])), ROB)
    await house.decides(MAX, REMOVE, ROB)
    await house.decides(MAX, KEEP, ROB)
    await house.passes(DAY)
    await house.resets()
    await house.passes(13 * DAY)
    assert await house.story() == [
        "review.scheduled",
        "review.opened",
        "review.in_progress",
        "review.decided",
        "review.decision_changed",
        "review.reminded",
        "review.reset",
        "review.closed",
        "review.applied",
    ]
    run = (await house.run()).id
    story = await house.reviews.review_story(run, limit=100)
    assert story is not None
    assert [entry.activity for entry in story.entries] == await house.story()
    short = await house.reviews.review_story(run, limit=2)
    assert short is not None
    assert (len(short.entries), short.entries[-1].activity) == (2, "review.applied")
    assert short.total == len(story.entries)


async def test_the_story_of_a_review_is_its_own(house: ReviewHouse) -> None:
    """Another one of the same policy has another story."""
    await house.opens(settings(), ROB)
    await house.stops()
    house.clock.pass_by(SECOND)
    await house.starts()
    first, second = await house.runs()
    stories = [await house.reviews.review_story(run.id, limit=9) for run in (first, second)]
    told = [[entry.activity for entry in one.entries] for one in stories if one is not None]
    assert told == [
        ["review.scheduled", "review.opened", "review.in_progress", "review.stopped"],
        ["review.started", "review.opened", "review.in_progress"],
    ]


async def test_results_are_told_to_administrators_and_owners(house: ReviewHouse) -> None:
    """Once each."""
    await house.opens(settings(), ROB)
    await house.passes(14 * DAY)
    assert await house.said("review_applied") == [(ADMIN_CHANNEL, ""), (OLGA, "")]


# Several stages ----------------------------------------------------------------------------------


async def test_the_last_stage_a_line_reached_counts(house: ReviewHouse) -> None:
    """ARV-19: what holders give back goes no further; of the rest managers decide."""
    stages = (
        a_review_stage(
            self_review=True, open_for=7 * DAY, moves_on=(MovesOn.KEPT, MovesOn.UNDECIDED)
        ),
        a_review_stage(open_for=7 * DAY),
    )
    await house.opens(settings(*stages), ROB, ANN, BEN)
    await house.decides(ROB, KEEP, ROB, reason="I need it")
    await house.decides(ANN, REMOVE, ANN)
    await house.passes(7 * DAY)
    run = await house.run()
    assert (run.state, run.stage) == (S.IN_PROGRESS, 1)
    assert await house.lines_of(MAX) == [ROB]
    assert await house.lines_of(MIA) == [BEN]
    await house.check_counts()

    page = await house.reviews.review_lines(run.id, MAX)
    assert [(one.stage, one.verdict, one.reason) for one in page.rows[0].earlier] == [
        (0, KEEP, "I need it")
    ]
    with pytest.raises(NotAReviewer):
        await house.decides(ROB, KEEP, ROB)
    await house.decides(MAX, REMOVE, ROB)
    found = await house.reviews.review(run.id)
    assert found is not None
    assert (found.counts.total, found.in_stage.total, found.in_stage.decided) == (3, 2, 1)
    await house.passes(7 * DAY)
    assert [await house.holds(who) for who in (ROB, ANN, BEN)] == [False, False, True]
    await house.check_counts()


async def test_earlier_answers_can_be_hidden(house: ReviewHouse) -> None:
    """ARV-19: the second stage judges for itself."""
    stages = (
        a_review_stage(self_review=True, open_for=DAY),
        a_review_stage(open_for=DAY, shows_earlier=False),
    )
    await house.opens(settings(*stages), ROB)
    await house.decides(ROB, KEEP, ROB)
    await house.passes(DAY)
    page = await house.reviews.review_lines((await house.run()).id, MAX)
    assert page.rows[0].earlier == ()


async def test_a_stage_that_nothing_reaches_ends_the_review(house: ReviewHouse) -> None:
    """Everybody kept, and only removals go on."""
    stages = (
        a_review_stage(open_for=DAY, moves_on=(MovesOn.REMOVED,)),
        a_review_stage(the_person(ADA), open_for=DAY),
    )
    await house.opens(settings(*stages), ROB)
    await house.decides(MAX, KEEP, ROB)
    await house.passes(DAY)
    assert (await house.run()).state is S.APPLIED
    assert await house.said("review_applied") == [(ADMIN_CHANNEL, ""), (OLGA, "")]
