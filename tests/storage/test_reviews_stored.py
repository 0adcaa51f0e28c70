"""Reviews, on both databases: who is reviewed by whom, what they answer, and what becomes of it."""

import pytest

from engine.application.commands import Actor, GiveBack
from engine.domain.assignment_requests import RequestType
from engine.domain.assignments import EndReason
from engine.domain.ids import PersonId
from engine.domain.people import CATALOG_OWNERS, members_of, the_manager, the_person
from engine.domain.refusals import (
    LineFellOut,
    NotAReviewer,
    OwnAccess,
    ReasonMissing,
    ReviewNotOpen,
)
from engine.domain.review_lines import LineFilter, Recommendation, Why
from engine.domain.review_settings import NoResponse, ReviewReason
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
    LEADS,
    MAX,
    MIA,
    OLGA,
    ROB,
)
from tests.reviewing import (
    DONT_KNOW,
    KEEP,
    REMOVE,
    ReviewHouse,
    a_review_stage,
    everybody,
    settings,
)

S = ReviewState


# Deciding, and what becomes of it ----------------------------------------------------------------


async def test_managers_review_and_the_last_answer_is_carried_out(house: ReviewHouse) -> None:
    """ARV-9, ARV-10: Max keeps Rob after all and removes Ann; after the close Ann is out."""
    await house.opens(settings(), ROB, ANN, BEN)
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
    await house.opens(settings(), ANN)
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
    await house.opens(settings(silence=silence), ROB, ANN, BEN)
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
    await house.opens(settings(stage), ROB, ANN, BEN, MAX, OLGA)
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
    await house.opens(settings(a_review_stage(the_person(ADA))), ROB, ANN, BEN)
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
    await house.opens(settings(a_review_stage(members_of(LEADS))), ROB, ANN)
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
    await house.opens(settings(), ROB)
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
    await house.opens(settings(reason=ReviewReason.REQUIRED), ROB)
    with pytest.raises(ReasonMissing):
        await house.decides(MAX, KEEP, ROB)
    await house.decides(MAX, KEEP, ROB, reason="On call")


# Who reviews -------------------------------------------------------------------------------------


async def test_only_reviewers_may_answer_and_never_about_themselves(house: ReviewHouse) -> None:
    """Olga owns the catalog and reviews everybody but herself; that is left to the leads."""
    await house.opens(settings(a_review_stage(CATALOG_OWNERS)), ROB, OLGA)
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
    await house.opens(settings(a_review_stage(members_of(LEADS))), ROB, CAT)
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
    await house.opens(settings(a_review_stage(self_review=True)), ROB, ANN)
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
    await house.opens(settings(stage), ROB, EVE)
    assert await house.lines_of(OLGA) == [EVE]
    assert await house.lines_of(MAX) == [ROB]
    assert await house.said("reviewers_not_found") == []


async def test_after_the_stages_fallback_comes_the_organizations_and_administrators_hear(
    house: ReviewHouse,
) -> None:
    """ARV-4: nobody named, so the leads review Eve, and the administrators' channel is told."""
    await house.opens(settings(), ROB, EVE)
    assert await house.lines_of(CAT) == [EVE]
    assert await house.said("reviewers_not_found") == [(ADMIN_CHANNEL, "1")]


async def test_the_managers_manager_can_be_asked(house: ReviewHouse) -> None:
    """Mia is above Max, who is above Rob; nobody is above Ben's Mia."""
    await house.opens(settings(a_review_stage(the_manager(2))), ROB, BEN)
    assert await house.lines_of(MIA) == [ROB]
    assert await house.lines_of(DAN) == [BEN]


async def test_the_lines_of_a_reviewer_who_leaves_go_to_the_fallback(house: ReviewHouse) -> None:
    """What was answered stays; what is undecided is answered by the leads."""
    await house.opens(settings(silence=NoResponse.REMOVE), ROB, ANN)
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
    await house.opens(settings(a_review_stage(the_person(EVE))), ROB)
    await house.leaves(EVE)
    assert await house.lines_of(CAT) == [ROB]
    await house.leaves(CAT)
    assert await house.lines_of(DAN) == [ROB]
    assert await house.lines_of(EVE) == []
    await house.check_counts()


# Who is reviewed ---------------------------------------------------------------------------------


async def test_somebody_who_loses_the_access_falls_out_with_a_note(house: ReviewHouse) -> None:
    """ARV-13: Rob gives it back while Max looks at his line."""
    await house.opens(settings(silence=NoResponse.REMOVE), ROB, ANN)
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
    await house.opens(settings(), ROB, ANN)
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
