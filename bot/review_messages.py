"""Draws cards and notices about reviews for the messenger, from the state at that moment."""

from bot.views import review_card, review_notices
from bot.views.blocks import Message
from engine.application.lane_ports import MessageWork
from engine.application.queries import HeldSummary, Queries
from engine.application.review_queries import ReviewLineSummary, ReviewQueries, ReviewResults
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.conversation import NoticeKind
from engine.domain.ids import PersonId, ReviewRunId
from engine.domain.reviews import ReviewRun


async def card(work: MessageWork, reviews: ReviewQueries) -> Message | None:
    """A reviewer's card of one stage."""
    review_id, viewer = ReviewRunId(work.subject_id), work.audience.person_id or PersonId("")
    summary = await reviews.reviewer(review_id, viewer)
    if summary is None:
        return None
    own = await own_line(reviews, summary.run, viewer, work.part)
    return review_card.render(summary, work.part, own=own)


async def own_line(
    reviews: ReviewQueries, run: ReviewRun, viewer: PersonId, stage: int
) -> ReviewLineSummary | None:
    """The line of somebody who is asked about their own access; None where others are asked."""
    stages = run.settings.stages
    if stage >= len(stages) or not stages[stage].self_review:
        return None
    return await reviews.own_review_line(run.id, viewer, stage)


async def notice(work: MessageWork, reviews: ReviewQueries, admin_command: str) -> Message | None:
    """One of `review_notices.KINDS`, but for the results."""
    review_id = ReviewRunId(work.subject_id)
    if work.kind in review_notices.TO_REVIEWERS:
        summary = await reviews.reviewer(review_id, work.audience.person_id or PersonId(""))
        if summary is None:
            return None
        if work.kind == NoticeKind.REVIEW_CLEARED:
            return review_notices.cleared(summary, work.detail)
        return review_notices.reminder(summary)
    found = await reviews.review(review_id)
    if found is None:
        return None
    if work.kind == NoticeKind.REVIEWERS_NOT_FOUND:
        return review_notices.reviewers_not_found(found.run, work.detail)
    return review_notices.not_applied(found.run, work.detail, admin_command)


async def removal_of(held: HeldSummary, queries: Queries) -> AssignmentRequest | None:
    """The request that records how this access ended."""
    removal_id = held.assignment.removal_request_id
    removal = await queries.request(removal_id) if removal_id is not None else None
    return removal.request if removal else None


async def results(work: MessageWork, reviews: ReviewQueries) -> ReviewResults | None:
    """What came of the run this notice is about."""
    return await reviews.review_results(ReviewRunId(work.subject_id))
