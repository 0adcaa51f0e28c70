"""Reviews from their opening to their end, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.application import review_steps
from engine.application.commands import Actor, GiveBack, KeepReviewPlace
from engine.domain.assignment_requests import RequestType
from engine.domain.assignments import EndReason
from engine.domain.ids import PersonId
from engine.domain.people import CATALOG_OWNERS, members_of, the_manager, the_person
from engine.domain.refusals import (
    LineFellOut,
    NoReviews,
    NotAdministrator,
    NotAReviewer,
    NotFound,
    NotInAdminChannel,
    OwnAccess,
    ReasonMissing,
    ReviewNotOpen,
    ReviewOver,
    ReviewRunning,
)
from engine.domain.review_lines import ApplyResult, LineFilter, Recommendation, Why
from engine.domain.review_settings import (
    ONCE,
    QUARTERLY,
    MovesOn,
    NoResponse,
    Recurrence,
    ReviewReason,
)
from engine.domain.reviews import ReviewState
from tests.builders import (
    ADA,
    ADMIN_CHANNEL,
    ANN,
    BEN,
    CAT,
    DAN,
    DAY,
    EVE,
    HOUR,
    LEADS,
    MAX,
    MIA,
    OLGA,
    ROB,
    SECOND,
)
from tests.reviewing import (
    DONT_KNOW,
    KEEP,
    REMOVE,
    ReviewHouse,
    a_review_stage,
    everybody,
    review_house,
    settings,
)

S = ReviewState


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[ReviewHouse]:
    """A house over either database."""
    async with review_house(database_url) as made:
        yield made


async def opened(house: ReviewHouse, reviews: object, *holders: PersonId) -> None:
    """These hold the package, and a review of them is open."""
    await house.give(*holders)
    await house.configure(reviews)  # type: ignore[arg-type]
    await house.settle()
    assert (await house.run()).state is S.IN_PROGRESS


# Deciding, and what becomes of it ----------------------------------------------------------------


async def test_managers_review_and_the_last_answer_is_carried_out(house: ReviewHouse) -> None:
    """ARV-9, ARV-10: Max keeps Rob after all and removes Ann; after the close Ann is out."""
    await opened(house, settings(), ROB, ANN, BEN)
    assert await house.lines_of(MAX) == [ANN, ROB]
    assert await house.lines_of(MIA) == [BEN]
    assert await house.cards() == [MAX, MIA]

    assert (await house.decides(MAX, REMOVE, ROB)).undecided == 1
    changed = await house.decides(MAX, KEEP, ROB)
    assert (changed.lines, changed.changed) == (1, 1)
    done = await house.decides(MAX, REMOVE, ANN, reason="Left the project")
    assert (done.lines, done.changed, done.undecided) == (1, 0, 0)
    await house.check_counts()
    assert await house.holds(ANN)

    await house.passes(14 * DAY)
    run = await house.run()
    assert run.state is S.APPLIED
    assert [await house.holds(who) for who in (ROB, ANN, BEN)] == [True, False, True]
    results = await house.reviews.review_results(run.id)
    assert results is not None
    assert (results.kept, results.removed, results.to_remove) == (2, 1, 0)
    await house.check_counts()


async def test_the_holder_is_told_who_decided_and_why(house: ReviewHouse) -> None:
    """The removal goes through the ordinary door, as a request of the reviewer."""
    await opened(house, settings(), ANN)
    await house.decides(MAX, REMOVE, ANN, reason="Left the project")
    await house.passes(14 * DAY)

    assert await house.said("access_ended") == [(ANN, "reviewed")]
    held = await house.queries.assignment(house.given[ANN])
    assert held is not None
    assert held.assignment.end_reason is EndReason.REVIEWED
    assert held.assignment.removal_request_id is not None
    removal = await house.queries.request(held.assignment.removal_request_id)
    assert removal is not None
    assert (removal.request.request_type, removal.request.requestor_id) == (
        RequestType.ADMIN_REMOVE,
        MAX,
    )
    assert removal.request.justification == "Left the project"


@pytest.mark.parametrize(
    ("silence", "stays"),
    [
        (NoResponse.KEEP, {ROB, ANN, BEN}),
        (NoResponse.REMOVE, {BEN}),
        (NoResponse.TAKE_RECOMMENDATION, {ANN, BEN}),
    ],
)
async def test_silence_means_what_the_policy_says(
    house: ReviewHouse, silence: NoResponse, stays: set[PersonId]
) -> None:
    """ARV-5, ARV-8: Ben's manager does not know, which keeps; Rob alone of his department has it."""
    of = dict.fromkeys((ROB, CAT, DAN, EVE), "IT") | dict.fromkeys((ANN, BEN, MAX), "Sales")
    await house.people(everybody(of))
    await opened(house, settings(silence=silence), ROB, ANN, BEN)
    await house.decides(MIA, DONT_KNOW, BEN)
    await house.passes(14 * DAY)

    assert {who for who in (ROB, ANN, BEN) if await house.holds(who)} == stays
    if ROB not in stays:
        held = await house.queries.assignment(house.given[ROB])
        assert held is not None
        assert held.assignment.removal_request_id is not None
        removal = await house.queries.request(held.assignment.removal_request_id)
        assert removal is not None
        assert removal.request.request_type is RequestType.SYSTEM_REMOVE


async def test_recommendations_come_with_their_reason(house: ReviewHouse) -> None:
    """Rob alone of four in IT, Ann with Ben in Sales, Max in a department of one, Olga in none."""
    of = dict.fromkeys((ROB, CAT, DAN, EVE), "IT") | dict.fromkeys((ANN, BEN, MIA), "Sales")
    await house.people(everybody(of | {MAX: "Board"}))
    stage = a_review_stage(the_person(ADA))
    await opened(house, settings(stage), ROB, ANN, BEN, MAX, OLGA)
    page = await house.reviews.review_lines((await house.run()).id, ADA)
    advice = {row.line.target_id: row.advice for row in page.rows}
    assert {who: one.why for who, one in advice.items()} == {
        ROB: Why.UNUSUAL,
        ANN: Why.USUAL,
        BEN: Why.USUAL,
        MAX: Why.SMALL_DEPARTMENT,
        OLGA: Why.NO_DEPARTMENT,
    }
    assert (advice[ROB].colleagues, advice[ROB].holding) == (3, 0)
    assert (advice[ANN].colleagues, advice[ANN].holding) == (2, 1)
    assert advice[ROB].recommendation is Recommendation.REMOVE
    assert advice[MAX].recommendation is None

    reviewer = await house.reviews.reviewer((await house.run()).id, ADA)
    assert reviewer is not None
    assert (reviewer.to_keep, reviewer.to_remove, reviewer.counts.undecided) == (2, 1, 5)
    names = [(one.department, one.counts.undecided) for one in reviewer.departments]
    assert names == [("Board", 1), ("IT", 1), ("Sales", 2), ("", 1)]


async def test_everything_that_is_shown_can_be_decided_at_once(house: ReviewHouse) -> None:
    """ARV-18: by filter, with the number known before, and only what is undecided."""
    of = dict.fromkeys((ROB, CAT, DAN, EVE), "IT") | dict.fromkeys((ANN, BEN, MIA), "Sales")
    await house.people(everybody(of))
    await opened(house, settings(a_review_stage(the_person(ADA))), ROB, ANN, BEN)
    run = (await house.run()).id
    sales = LineFilter(undecided=True, department="Sales")
    await house.decides(ADA, REMOVE, ANN)
    assert await house.reviews.count_review_lines(run, ADA, sales) == 1
    assert (await house.decides(ADA, KEEP, which=sales)).lines == 1
    recommended = LineFilter(undecided=True, recommendation=Recommendation.REMOVE)
    done = await house.decides(ADA, REMOVE, which=recommended)
    assert (done.lines, done.undecided) == (1, 0)
    everything = await house.decides(ADA, KEEP)
    assert (everything.lines, everything.changed) == (3, 2)
    await house.check_counts()
    history = await house.reviews.line_history(run, house.given[ANN])
    assert [one.verdict for one in history] == [REMOVE, KEEP]
    assert (await house.story())[-4:] == [
        "review.decided",
        "review.bulk_decided",
        "review.bulk_decided",
        "review.bulk_decided",
    ]


async def test_several_reviewers_see_what_the_other_said_and_the_last_one_counts(
    house: ReviewHouse,
) -> None:
    """ARV-9: Cat removes, Dan keeps; both cards are brought up to date."""
    await opened(house, settings(a_review_stage(members_of(LEADS))), ROB, ANN)
    assert await house.cards() == [CAT, DAN]
    await house.decides(CAT, REMOVE, ROB, reason="Who is that?")
    page = await house.reviews.review_lines((await house.run()).id, DAN)
    line = next(row.line for row in page.rows if row.line.target_id == ROB)
    assert (line.verdict, line.decided_by, line.reason) == (REMOVE, CAT, "Who is that?")
    assert (await house.decides(DAN, KEEP, ROB)).changed == 1
    await house.passes(14 * DAY)
    assert await house.holds(ROB)
    assert "review.decision_changed" in await house.story()


async def test_answers_after_the_close_are_refused(house: ReviewHouse) -> None:
    """ARV-9: changeable until the close, and never after."""
    await opened(house, settings(), ROB)
    await house.decides(MAX, KEEP, ROB)
    house.clock.pass_by(14 * DAY)
    with pytest.raises(ReviewNotOpen):
        await house.decides(MAX, REMOVE, ROB)
    await house.settle()
    with pytest.raises(ReviewNotOpen):
        await house.decides(MAX, REMOVE, ROB)
    assert await house.holds(ROB)


async def test_a_reason_is_wanted_where_the_policy_says_so(house: ReviewHouse) -> None:
    """ARV-6: for every answer."""
    await opened(house, settings(reason=ReviewReason.REQUIRED), ROB)
    with pytest.raises(ReasonMissing):
        await house.decides(MAX, KEEP, ROB)
    await house.decides(MAX, KEEP, ROB, reason="On call")


# Who reviews -------------------------------------------------------------------------------------


async def test_only_reviewers_may_answer_and_never_about_themselves(house: ReviewHouse) -> None:
    """Olga owns the catalog and reviews everybody but herself; that is left to the leads."""
    await opened(house, settings(a_review_stage(CATALOG_OWNERS)), ROB, OLGA)
    assert await house.lines_of(OLGA) == [ROB]
    assert await house.lines_of(CAT) == [OLGA]
    with pytest.raises(NotAReviewer):
        await house.decides(OLGA, KEEP, OLGA)
    with pytest.raises(NotAReviewer):
        await house.decides(EVE, KEEP, ROB)
    with pytest.raises(NotAReviewer):
        await house.decides(EVE, KEEP)
    assert (await house.decides(OLGA, KEEP)).lines == 1


async def test_a_member_of_a_pool_is_reviewed_by_the_others(house: ReviewHouse) -> None:
    """Cat and Dan review; Cat's own line is Dan's to answer, and not counted for Cat."""
    await opened(house, settings(a_review_stage(members_of(LEADS))), ROB, CAT)
    assert await house.lines_of(CAT) == [ROB]
    assert await house.lines_of(DAN) == [CAT, ROB]
    with pytest.raises(OwnAccess):
        await house.decides(CAT, KEEP, CAT)
    done = await house.decides(CAT, KEEP)
    assert (done.lines, done.undecided) == (1, 0)
    summary = await house.reviews.reviewer((await house.run()).id, CAT)
    assert summary is not None
    assert (summary.counts.total, summary.counts.undecided) == (1, 0)
    await house.decides(DAN, REMOVE, CAT)
    await house.check_counts()


async def test_holders_can_be_asked_themselves(house: ReviewHouse) -> None:
    """ARV-3: one line each, their own."""
    await opened(house, settings(a_review_stage(self_review=True)), ROB, ANN)
    assert await house.lines_of(ROB) == [ROB]
    assert await house.cards() == [ANN, ROB]
    await house.decides(ROB, REMOVE, ROB)
    with pytest.raises(NotAReviewer):
        await house.decides(ROB, REMOVE, ANN)
    await house.passes(14 * DAY)
    assert [await house.holds(who) for who in (ROB, ANN)] == [False, True]


async def test_fallback_reviewers_are_asked_at_once_where_there_is_no_manager(
    house: ReviewHouse,
) -> None:
    """ARV-4: Eve has none, so the stage's fallback reviews her, and nobody waits."""
    stage = a_review_stage(fallback=[the_person(OLGA)])
    await opened(house, settings(stage), ROB, EVE)
    assert await house.lines_of(OLGA) == [EVE]
    assert await house.lines_of(MAX) == [ROB]
    assert await house.said("reviewers_not_found") == []


async def test_after_the_stages_fallback_comes_the_organizations_and_administrators_hear(
    house: ReviewHouse,
) -> None:
    """ARV-4: nobody named, so the leads review Eve, and the administrators' channel is told."""
    await opened(house, settings(), ROB, EVE)
    assert await house.lines_of(CAT) == [EVE]
    assert await house.said("reviewers_not_found") == [(ADMIN_CHANNEL, "1")]


async def test_the_managers_manager_can_be_asked(house: ReviewHouse) -> None:
    """Mia is above Max, who is above Rob; nobody is above Ben's Mia."""
    await opened(house, settings(a_review_stage(the_manager(2))), ROB, BEN)
    assert await house.lines_of(MIA) == [ROB]
    assert await house.lines_of(DAN) == [BEN]


async def test_the_lines_of_a_reviewer_who_leaves_go_to_the_fallback(house: ReviewHouse) -> None:
    """What was answered stays; what is undecided is answered by the leads."""
    await opened(house, settings(silence=NoResponse.REMOVE), ROB, ANN)
    await house.decides(MAX, KEEP, ANN)
    await house.leaves(MAX)
    assert await house.lines_of(CAT) == [ANN, ROB]
    await house.check_counts()
    assert (await house.decides(DAN, KEEP, which=LineFilter(undecided=True))).lines == 1
    with pytest.raises(NotAReviewer):
        await house.decides(MAX, REMOVE, ANN)
    await house.passes(14 * DAY)
    assert [await house.holds(who) for who in (ROB, ANN)] == [True, True]
    assert "review.handed_over" in await house.story()


async def test_a_pool_that_empties_is_followed_by_the_next(house: ReviewHouse) -> None:
    """The only named reviewer leaves, then one of the leads; the other goes on."""
    await opened(house, settings(a_review_stage(the_person(EVE))), ROB)
    await house.leaves(EVE)
    assert await house.lines_of(CAT) == [ROB]
    await house.leaves(CAT)
    assert await house.lines_of(DAN) == [ROB]
    assert await house.lines_of(EVE) == []
    await house.check_counts()


# Who is reviewed ---------------------------------------------------------------------------------


async def test_somebody_who_loses_the_access_falls_out_with_a_note(house: ReviewHouse) -> None:
    """ARV-13: Rob gives it back while Max looks at his line."""
    await opened(house, settings(silence=NoResponse.REMOVE), ROB, ANN)
    await house.do(GiveBack(assignment_id=house.given[ROB]), Actor(person_id=ROB))
    with pytest.raises(LineFellOut):
        await house.decides(MAX, KEEP, ROB)
    reviewer = await house.reviews.reviewer((await house.run()).id, MAX)
    assert reviewer is not None
    assert (reviewer.counts.total, reviewer.counts.gone) == (1, 1)
    row = await house.reviews.review_line((await house.run()).id, house.given[ROB])
    assert row is not None
    assert row.line.gone is EndReason.GIVEN_BACK
    await house.decides(MAX, KEEP)
    await house.check_counts()
    await house.passes(14 * DAY)
    assert await house.said("access_ended") == [(ROB, "given_back")]


async def test_a_holder_who_leaves_falls_out(house: ReviewHouse) -> None:
    """And a new holder waits for the next review."""
    await opened(house, settings(), ROB, ANN)
    await house.leaves(ROB)
    await house.give(BEN, at=house.clock.now())
    assert await house.lines_of(MIA) == []
    assert (await house.decides(MAX, KEEP)).lines == 1
    await house.check_counts()


async def test_a_review_nobody_is_in_is_over_at_once(house: ReviewHouse) -> None:
    """No card, no results."""
    await house.configure(settings())
    await house.settle()
    assert (await house.run()).state is S.APPLIED
    assert await house.cards() == []
    assert await house.said("review_applied") == []


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
    await opened(house, settings(), ROB)
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
    await opened(house, settings(stage), ROB, ANN, BEN)
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
    await opened(house, settings(silence=NoResponse.REMOVE), ROB, ANN)
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
    await opened(house, settings(), ROB, ANN)
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


async def test_the_audit_tells_the_whole_story(house: ReviewHouse) -> None:
    """From the schedule to the application, with every answer and its change."""
    await opened(house, settings(a_review_stage(remind=[DAY])), ROB)
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
    await opened(house, settings(), ROB)
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
    await opened(house, settings(), ROB)
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
    await opened(house, settings(*stages), ROB, ANN, BEN)
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
    await opened(house, settings(*stages), ROB)
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
    await opened(house, settings(*stages), ROB)
    await house.decides(MAX, KEEP, ROB)
    await house.passes(DAY)
    assert (await house.run()).state is S.APPLIED
    assert await house.said("review_applied") == [(ADMIN_CHANNEL, ""), (OLGA, "")]


# Many lines, and things that go wrong ------------------------------------------------------------


async def many(house: ReviewHouse, count: int) -> list[PersonId]:
    """So many people hold the package, all managed by Max."""
    people = [
        replace(everybody()[0], id=PersonId(f"p{n:03}"), name=f"Person {n:03}", manager_id=MAX)
        for n in range(count)
    ]
    await house.people(people)
    await house.give(*(person.id for person in people))
    return [person.id for person in people]


async def test_a_snapshot_in_chunks_has_every_line_once(
    house: ReviewHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted after each step, and gone on with by another process, it comes out the same."""
    monkeypatch.setattr(review_steps, "LINES_AT_ONCE", 7)
    people = await many(house, 20)
    await house.configure(settings())
    for _ in range(50):
        run = (await house.runs() or (None,))[-1]
        if run is not None and run.state is S.IN_PROGRESS:
            break
        with pytest.raises(Killed):
            await house.store.write(_then_killed, house)
        await house.check_counts()
        await house.store.write(house.step)
    await house.check_counts()
    summary = await house.reviews.review((await house.run()).id)
    assert summary is not None
    assert (summary.counts.undecided, summary.run.lines) == (20, 20)
    assert sorted(await house.lines_of(MAX)) == sorted(people)


class Killed(Exception):
    """The process ended before its commit."""


def _then_killed(tx: object, house: ReviewHouse) -> None:
    house.step(tx)  # type: ignore[arg-type]
    raise Killed


async def test_removals_in_chunks_happen_once_each_though_interrupted(house: ReviewHouse) -> None:
    """Killed after every step of applying: everybody is told once, and nobody is forgotten."""
    people = await many(house, 45)
    await house.configure(settings(silence=NoResponse.REMOVE))
    await house.settle()
    house.clock.pass_by(14 * DAY)
    while (await house.run()).state is not S.APPLIED:
        with pytest.raises(Killed):
            await house.store.write(_then_killed, house)
        await house.store.write(house.step)
    assert not any([await house.holds(who) for who in people])
    assert len(await house.said("access_ended")) == 45
    results = await house.reviews.review_results((await house.run()).id)
    assert results is not None
    assert (results.removed, results.to_remove) == (45, 0)


async def test_a_stop_half_way_through_the_removals_leaves_the_rest_their_access(
    house: ReviewHouse,
) -> None:
    """Twenty had lost it by then, and are counted so; nobody else follows."""
    people = await many(house, 45)
    await house.configure(settings(silence=NoResponse.REMOVE))
    await house.settle()
    house.clock.pass_by(14 * DAY)
    while (await house.run()).cursor == "":
        await house.store.write(house.step)
    await house.stops()
    await house.passes(DAY)
    results = await house.reviews.review_results((await house.run()).id)
    assert results is not None
    assert (results.run.state, results.removed, results.kept) == (S.STOPPED, 20, 25)
    assert results.to_remove == 0
    assert sum([await house.holds(who) for who in people]) == 25


async def test_what_ended_before_it_was_removed_is_noted(house: ReviewHouse) -> None:
    """ARV-17: between the close and its turn Rob gave it back himself."""
    await opened(house, settings(silence=NoResponse.REMOVE), ROB)
    house.clock.pass_by(14 * DAY)
    await house.store.write(house.step)
    assert (await house.run()).state is S.APPLYING
    await house.do(GiveBack(assignment_id=house.given[ROB]), Actor(person_id=ROB))
    await house.settle()
    results = await house.reviews.review_results((await house.run()).id)
    assert results is not None
    assert (results.removed, results.not_found) == (0, 1)


async def test_what_cannot_be_removed_is_tried_again_and_reported(
    house: ReviewHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rob's removal fails every time; Ann's is not held up, and administrators hear."""
    await opened(house, settings(silence=NoResponse.REMOVE), ROB, ANN)
    ordinary = review_steps._remove

    def failing(unit: object, line: object) -> ApplyResult:
        if line.target_id == ROB:  # type: ignore[attr-defined]
            raise RuntimeError("no")
        return ordinary(unit, line)  # type: ignore[arg-type]

    monkeypatch.setattr(review_steps, "_remove", failing)
    await house.passes(14 * DAY)
    assert (await house.run()).state is S.APPLYING
    assert [await house.holds(who) for who in (ROB, ANN)] == [True, False]
    for _ in range(4):
        await house.passes(timedelta(hours=2))
    run = await house.run()
    assert run.state is S.APPLIED
    assert await house.said("review_not_applied") == [(ADMIN_CHANNEL, "1")]
    results = await house.reviews.review_results(run.id)
    assert results is not None
    assert (results.removed, results.to_remove) == (1, 1)
    row = await house.reviews.review_line(run.id, house.given[ROB])
    assert row is not None
    assert (row.line.apply_result, row.line.problem) == (ApplyResult.FAILED, "RuntimeError: no")


async def test_a_retry_that_works_leaves_nothing_to_report(
    house: ReviewHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time it goes."""
    await opened(house, settings(silence=NoResponse.REMOVE), ROB)
    with monkeypatch.context() as broken:
        broken.setattr(review_steps, "_remove", _fails)
        await house.passes(14 * DAY)
    await house.passes(HOUR)
    assert (await house.run()).state is S.APPLIED
    assert not await house.holds(ROB)
    assert await house.said("review_not_applied") == []


def _fails(*_: object) -> None:
    raise RuntimeError("no")


async def test_pages_go_forth_and_back_by_place(house: ReviewHouse) -> None:
    """Ten by ten by name; what is decided meanwhile pushes nothing out of sight."""
    people = await many(house, 25)
    await house.configure(settings())
    await house.settle()
    run = (await house.run()).id
    first = await house.reviews.review_lines(run, MAX)
    second = await house.reviews.review_lines(run, MAX, after=first.after)
    third = await house.reviews.review_lines(run, MAX, after=second.after)
    seen = [row.line.target_id for page in (first, second, third) for row in page.rows]
    assert seen == people
    assert (first.before, third.after) == (None, None)
    back = await house.reviews.review_lines(run, MAX, before=third.before)
    assert back.rows == second.rows
    start = await house.reviews.review_lines(run, MAX, before=back.before)
    assert (start.rows, start.before) == (first.rows, None)

    undecided = LineFilter(undecided=True)
    page = await house.reviews.review_lines(run, MAX, which=undecided)
    await house.decides(MAX, KEEP, *(row.line.target_id for row in page.rows))
    page = await house.reviews.review_lines(run, MAX, which=undecided, after=page.after)
    assert [row.line.target_id for row in page.rows] == people[10:20]
    assert [
        row.line.target_id
        for row in (await house.reviews.review_lines(run, MAX, which=undecided)).rows
    ] == people[10:20]


async def test_places_of_the_form_are_kept_for_each_reviewer_until_the_stage_closes(
    house: ReviewHouse,
) -> None:
    """The last one counts; nobody keeps a place in a review that is over."""
    await opened(house, settings(), ROB)
    run = (await house.run()).id
    assert await house.reviews.review_place(run, MAX) is None
    for who, place in ((MAX, "page 1"), (MIA, "elsewhere"), (MAX, "page 2")):
        await house.do(KeepReviewPlace(review_id=run, place=place), Actor(person_id=who))
    assert await house.reviews.review_place(run, MAX) == "page 2"
    assert await house.reviews.review_place(run, MIA) == "elsewhere"
    await house.do(KeepReviewPlace(review_id=run, place="x" * 1001), Actor(person_id=MAX))
    assert await house.reviews.review_place(run, MAX) == "page 2"
    await house.passes(14 * DAY)
    await house.do(KeepReviewPlace(review_id=run, place="page 3"), Actor(person_id=MAX))
    assert await house.reviews.review_place(run, MAX) is None


async def test_a_file_of_a_run_has_every_line(house: ReviewHouse) -> None:
    """Page after page, with what became of each."""
    people = await many(house, 25)
    await house.configure(settings(silence=NoResponse.REMOVE))
    await house.settle()
    await house.decides(MAX, KEEP, *people[:5])
    await house.passes(14 * DAY)
    run, after, rows = (await house.run()).id, None, []
    while True:
        page = await house.reviews.all_review_lines(run, after=after, limit=10)
        rows += page.rows
        if page.after is None:
            break
        after = page.after
    assert sorted(row.line.target_id for row in rows) == people
    assert sum(row.final is Recommendation.REMOVE for row in rows) == 20
    assert sum(row.line.apply_result is ApplyResult.REMOVED for row in rows) == 20


async def test_lists_show_runs_what_waits_and_what_is_planned(house: ReviewHouse) -> None:
    """For administrators and for reviewers."""
    await house.give(ROB)
    await house.configure(settings(every=QUARTERLY))
    await house.settle()
    run = await house.run()
    page = await house.reviews.reviews(states=[S.IN_PROGRESS])
    assert [(row.run.id, row.counts.undecided) for row in page.rows] == [(run.id, 1)]
    assert (await house.reviews.reviews(states=[S.APPLIED])).total == 0
    waiting = await house.reviews.reviews_waiting_for(MAX)
    assert [(row.run.id, row.counts.undecided) for row in waiting.rows] == [(run.id, 1)]
    assert (await house.reviews.reviews_waiting_for(CAT)).total == 0
    assert await house.reviews.find_reviews(run.id[-5:]) == (run.id,)
    assert await house.reviews.find_reviews("zzzz") == ()
    planned = await house.reviews.planned_reviews()
    assert [row.next_at.date().isoformat() for row in planned.rows] == ["2026-06-02"]
    reviewers = await house.reviews.reviewers_of(run.id)
    assert [(row.person_id, row.counts.undecided) for row in reviewers.rows] == [(MAX, 1)]


async def test_unknown_runs_and_lines_are_refused(house: ReviewHouse) -> None:
    """With a sentence, not a fault."""
    await opened(house, settings(every=ONCE), ROB)
    with pytest.raises(NotFound):
        await house.decides(MAX, KEEP, ROB, run="nothing")  # type: ignore[arg-type]
    house.given[ANN] = house.given[ROB].replace("rob", "ann")  # type: ignore[assignment]
    with pytest.raises(NotFound):
        await house.decides(MAX, KEEP, ANN)
