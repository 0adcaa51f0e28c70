"""`/access-admin review ...`, `reviews`, `report reviews`: starting, ending, looking, results.

In the administrators' channel only; what changes something is refused by the rules as well.
"""

from bot.desk import Desk, Interaction
from bot.listeners import administration, typed
from bot.listeners.acks import NOTHING, Ack
from bot.views import admin, review_lists
from bot.views.action_ids import ListName, parse_id
from bot.views.blocks import Message
from engine.application.commands import ResetReview, SendReviewResults, StartReview, StopReview
from engine.application.queries import Page
from engine.application.review_queries import PlannedReview, ReviewSummary
from engine.domain.ids import ReviewRunId
from engine.domain.refusals import NotFound
from engine.domain.reviews import ReviewState

CLOSED = (ReviewState.APPLIED,)


async def review(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`review start PACKAGE`, `review stop ID [why]`, `review reset ID [why]`."""
    await administration.check(desk, doing)
    verb, _, rest = words.strip().partition(" ")
    match verb.lower():
        case "start" if rest.strip():
            return await _start(desk, doing, rest)
        case "stop" if rest.strip():
            return await _stop(desk, doing, rest)
        case "reset" if rest.strip():
            return await _reset(desk, doing, rest)
        case "start" | "stop" | "reset":
            return await administration.incomplete(desk, doing, f"review {verb}")
        case _:
            return await administration.usage(desk, doing, f"review {words}".strip())


async def _start(desk: Desk, doing: Interaction, words: str) -> Ack:
    package = await administration.package_named(desk, words)
    started = await desk.service.handle(StartReview(package_id=package.id), await desk.actor(doing))
    ids = tuple(ReviewRunId(str(review_id)) for review_id in started)
    held = (await desk.queries.holder_counts()).get(package.id, 0) > 0
    return dict(review_lists.started(package.name, ids, held=held).payload())


async def _stop(desk: Desk, doing: Interaction, words: str) -> Ack:
    reference, _, why = words.strip().partition(" ")
    return dict((await _stopped(desk, doing, await _review(desk, reference), why)).payload())


async def _reset(desk: Desk, doing: Interaction, words: str) -> Ack:
    reference, _, why = words.strip().partition(" ")
    return dict((await _cleared(desk, doing, await _review(desk, reference), why)).payload())


async def press_stop(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Stop** beside an open review, confirmed in a dialog."""
    review_id = ReviewRunId(parse_id(value))
    desk.answer(doing, await _stopped(desk, doing, review_id))
    desk.replace(doing, await page(desk, doing, ListName.ADMIN_REVIEWS, 0))
    return NOTHING


async def press_reset(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Clear answers** beside an open review, confirmed in a dialog."""
    review_id = ReviewRunId(parse_id(value))
    desk.answer(doing, await _cleared(desk, doing, review_id))
    desk.replace(doing, await page(desk, doing, ListName.ADMIN_REVIEWS, 0))
    return NOTHING


async def _stopped(
    desk: Desk, doing: Interaction, review_id: ReviewRunId, why: str = ""
) -> Message:
    command = StopReview(review_id=review_id, why=await typed.in_words(desk, why.strip()))
    await desk.service.handle(command, await desk.actor(doing))
    results = await desk.reviews.review_results(review_id)
    assert results is not None, "it was stopped a moment ago, and runs are never deleted"
    return review_lists.stopped(results)


async def _cleared(
    desk: Desk, doing: Interaction, review_id: ReviewRunId, why: str = ""
) -> Message:
    command = ResetReview(review_id=review_id, why=await typed.in_words(desk, why.strip()))
    cleared = await desk.service.handle(command, await desk.actor(doing))
    return review_lists.reset((await _summary(desk, review_id)).run, cleared)


# Lists ------------------------------------------------------------------------------------------


async def overview(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`reviews`: every run with its progress, and what is planned."""
    return dict((await page(desk, doing, ListName.ADMIN_REVIEWS, 0)).payload())


async def page(desk: Desk, doing: Interaction, name: ListName, offset: int) -> Message:
    """A page of one of the lists of reviews."""
    await administration.check(desk, doing)
    if name is ListName.REPORT_REVIEWS:
        return review_lists.report(await _closed(desk, offset))
    found = await desk.reviews.reviews(offset=offset, limit=review_lists.ADMIN_PAGE_SIZE)
    planned: Page[PlannedReview] = await desk.reviews.planned_reviews(
        limit=review_lists.PLANNED_SHOWN
    )
    ahead = planned.rows if not offset else ()
    return review_lists.overview(found, ahead, await desk.known())


async def _closed(desk: Desk, offset: int) -> Page[ReviewSummary]:
    return await desk.reviews.reviews(
        states=CLOSED, offset=offset, limit=review_lists.ADMIN_PAGE_SIZE
    )


# The story -------------------------------------------------------------------------------------


async def audit(desk: Desk, doing: Interaction, words: str) -> Ack | Message:
    """`audit ID`: the story of a request, or of a review."""
    await administration.check(desk, doing)
    reference = typed.reference(words)
    if reference and not await desk.queries.find_requests(reference):
        found = await desk.reviews.find_reviews(reference)
        if len(found) == 1:
            story = await desk.reviews.review_story(found[0], limit=admin.STORY_ROWS)
            assert story is not None, "it was found a moment ago, and runs are never deleted"
            return review_lists.story(story)
    return await administration.audit(desk, doing, words)


# Results ----------------------------------------------------------------------------------------


async def report(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`report reviews [ID]`: the results of that review, or of the one that closed last."""
    await administration.check(desk, doing)
    name, _, reference = words.strip().partition(" ")
    if name.lower() != "reviews":
        return await administration.usage(desk, doing, f"report {words}".strip())
    if reference.strip():
        return dict((await _sent(desk, doing, await _review(desk, reference))).payload())
    closed = await _closed(desk, 0)
    newest = next((row.run for row in closed.rows if row.run.lines), None)
    if newest is not None:
        await _sent(desk, doing, newest.id)
    return dict(review_lists.report(closed, sending=newest).payload())


async def press_send_results(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Send results** beside a closed review."""
    desk.answer(doing, await _sent(desk, doing, ReviewRunId(parse_id(value))))
    return NOTHING


async def _sent(desk: Desk, doing: Interaction, review_id: ReviewRunId) -> Message:
    assert doing.trigger_id is not None, "a command has one, and so has a button"
    command = SendReviewResults(review_id=review_id, occasion=doing.trigger_id)
    sent = await desk.service.handle(command, await desk.actor(doing))
    run = (await _summary(desk, review_id)).run
    return review_lists.results_sent(run) if sent else review_lists.no_results(run)


# Parts ------------------------------------------------------------------------------------------


async def _review(desk: Desk, words: str) -> ReviewRunId:
    """The review of this id, or of an id that ends so."""
    reference = typed.reference(words)
    found = await desk.reviews.find_reviews(reference) if reference else ()
    if len(found) != 1:
        raise NotFound("review", words.strip())
    return found[0]


async def _summary(desk: Desk, review_id: ReviewRunId) -> ReviewSummary:
    found = await desk.reviews.review(review_id)
    if found is None:
        raise NotFound("review", review_id)
    return found
