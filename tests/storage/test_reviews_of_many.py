"""Reviews of many lines, on both databases: in chunks, interrupted, retried, and read page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.util import await_only

from engine.application import life, review_steps
from engine.application.commands import Actor, GiveBack, KeepReviewPlace
from engine.application.ports import Transaction
from engine.domain import assignments
from engine.domain.assignments import EndReason
from engine.domain.ids import PersonId
from engine.domain.refusals import NotFound
from engine.domain.review_lines import ApplyResult, LineFilter, Recommendation
from engine.domain.review_settings import ONCE, QUARTERLY, NoResponse
from engine.domain.reviews import ReviewState
from tests.builders import ADMIN_CHANNEL, ANN, CAT, DAY, HOUR, MAX, MIA, ROB
from tests.reviewing import KEEP, ReviewHouse, everybody, review_house, settings

S = ReviewState


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
    await house.opens(settings(silence=NoResponse.REMOVE), ROB)
    house.clock.pass_by(14 * DAY)
    await house.store.write(house.step)
    assert (await house.run()).state is S.APPLYING
    await house.do(GiveBack(assignment_id=house.given[ROB]), Actor(person_id=ROB))
    await house.settle()
    results = await house.reviews.review_results((await house.run()).id)
    assert results is not None
    assert (results.removed, results.not_found) == (0, 1)


async def test_what_ended_unseen_while_the_lines_were_written_fell_out(
    house: ReviewHouse,
) -> None:
    """ARV-13: neither saw the other; nobody is told that it was to be removed and not found."""
    await house.opens(settings(silence=NoResponse.REMOVE), ROB, ANN)

    def ends_unseen(tx: Transaction) -> None:
        held = tx.lock_assignment(house.given[ROB])
        assert held is not None
        ended = assignments.end(held, EndReason.GIVEN_BACK, now=tx.now()).assignment
        tx.save_assignment(ended, None)

    await house.store.write(ends_unseen)
    await house.passes(14 * DAY)
    results = await house.reviews.review_results((await house.run()).id)
    assert results is not None
    assert (results.removed, results.not_found, results.counts.gone) == (1, 0, 1)
    await house.check_counts()


async def test_what_ends_while_its_review_opens_is_not_in_it(postgres_url: str) -> None:
    """ARV-13: the opening waits for an end that has begun, and then sees it."""
    async with review_house(postgres_url) as house:
        await house.give(ROB, ANN)
        await house.configure(settings())
        await house.store.write(house.step)
        assert (await house.run()).state is S.SCHEDULED

        def gives_back(tx: Transaction) -> None:
            unit = house.service.unit(tx, Actor(person_id=ROB))
            life.give_back(unit, GiveBack(assignment_id=house.given[ROB]))
            await_only(house.settle())

        await house.store.write(gives_back)
        await house.settle()
        assert await house.lines_of(MAX) == [ANN]


async def test_what_cannot_be_removed_is_tried_again_and_reported(
    house: ReviewHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rob's removal fails every time; Ann's is not held up, and administrators hear.

    The file that says so goes to the catalog's owners too: they read what kind of fault it was.
    """
    await house.opens(settings(silence=NoResponse.REMOVE), ROB, ANN)
    ordinary = review_steps._remove

    def failing(unit: object, line: object) -> ApplyResult:
        if line.target_id == ROB:  # type: ignore[attr-defined]
            raise RuntimeError("host=db.internal user=usher")
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
    assert (row.line.apply_result, row.line.problem) == (ApplyResult.FAILED, "RuntimeError")


async def test_a_retry_that_works_leaves_nothing_to_report(
    house: ReviewHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time it goes."""
    await house.opens(settings(silence=NoResponse.REMOVE), ROB)
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
    await house.opens(settings(), ROB)
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


async def test_unknown_runs_and_lines_are_refused(house: ReviewHouse) -> None:
    """With a sentence, not a fault."""
    await house.opens(settings(every=ONCE), ROB)
    with pytest.raises(NotFound):
        await house.decides(MAX, KEEP, ROB, run="nothing")  # type: ignore[arg-type]
    house.given[ANN] = house.given[ROB].replace("rob", "ann")  # type: ignore[assignment]
    with pytest.raises(NotFound):
        await house.decides(MAX, KEEP, ANN)
