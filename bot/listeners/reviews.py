"""Reviewing: the form of ten lines a page, answers one by one and many at once, self-reviews.

An answer is stored when it is pressed; the form is redrawn afterwards, with the lines it had, so
that nothing moves under the finger (`review_pages`).
"""

from functools import partial

from bot import review_messages
from bot.desk import Desk, Interaction
from bot.listeners import review_pages
from bot.listeners.acks import NOTHING, Ack, errors, instead
from bot.views import review_form, review_reasons
from bot.views.action_ids import parse_id, parse_part
from bot.views.blocks import View, say
from bot.views.review_reasons import ReasonFormData, SeveralFormData
from bot.views.review_state import (
    FormState,
    Show,
    chosen_counts,
    department_of,
    recommended_lines,
    which,
)
from bot.views.wording import review_form as wording
from bot.views.wording.reviews import STALE_OWN
from engine.application.commands import DecideReviewLines, KeepReviewPlace
from engine.application.review_queries import ReviewerSummary, ReviewLineSummary
from engine.domain.ids import ReviewRunId
from engine.domain.refusals import (
    LineFellOut,
    NotAReviewer,
    ReasonMissing,
    ReasonTooLong,
)
from engine.domain.review_lines import LineFilter, ReviewVerdict

# The form ---------------------------------------------------------------------------------------


async def open_form(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Review now**: the form, where they left off."""
    person = await desk.person(doing)
    review_id = ReviewRunId(parse_id(value))
    summary = await review_pages.open_review(desk, review_id, person.id)
    if not summary.counts.total and not summary.counts.gone:
        raise NotAReviewer
    state, after = await review_pages.left_off(desk, summary)
    placed, rows = await review_pages.lines_at(desk, state, summary, after=after)
    desk.open_form(doing, await review_pages.form_of(desk, placed, summary, rows))
    return NOTHING


async def chosen(desk: Desk, doing: Interaction) -> Ack:
    """Other lines were chosen: their first page."""
    return await _turn(desk, doing, review_form.chosen(doing.state, review_pages.state_of(doing)))


async def lines_before(desk: Desk, doing: Interaction, value: str) -> Ack:
    """The page before."""
    state = review_pages.state_of(doing)
    return await _turn(desk, doing, state, before=state.before)


async def lines_after(desk: Desk, doing: Interaction, value: str) -> Ack:
    """The page after."""
    state = review_pages.state_of(doing)
    return await _turn(desk, doing, state, after=state.after)


async def _turn(
    desk: Desk,
    doing: Interaction,
    state: FormState,
    *,
    before: str | None = None,
    after: str | None = None,
) -> Ack:
    person = await desk.person(doing)
    summary = await review_pages.open_review(desk, state.review_id, person.id)
    placed, _ = await review_pages.lines_at(desk, state, summary, before=before, after=after)
    keeping = KeepReviewPlace(review_id=state.review_id, place=placed.place())
    await desk.service.handle(keeping, doing.actor)
    _redraw(desk, doing, placed)
    return NOTHING


def _redraw(
    desk: Desk, doing: Interaction, state: FormState, *, view_id: str | None = None
) -> None:
    """Show the lines of this page as they are now."""
    same = partial(review_pages.same_page, desk, state, doing.person_id)
    review_pages.redraw(desk, doing, same, view_id=view_id)


async def _count(
    desk: Desk, review_id: ReviewRunId, summary: ReviewerSummary, filter_: LineFilter
) -> int:
    return await desk.reviews.count_review_lines(review_id, summary.person_id, filter_)


# One line ---------------------------------------------------------------------------------------


async def keep(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Keep** on a line."""
    return await _pressed(desk, doing, value, ReviewVerdict.KEEP)


async def remove(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Remove** on a line."""
    return await _pressed(desk, doing, value, ReviewVerdict.REMOVE)


async def dont_know(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Don't know** on a line."""
    return await _pressed(desk, doing, value, ReviewVerdict.DONT_KNOW)


async def line_reason(desk: Desk, doing: Interaction, value: str) -> Ack:
    """The reason of an answer, added or changed."""
    person = await desk.person(doing)
    state = review_pages.state_of(doing)
    summary = await review_pages.open_review(desk, state.review_id, person.id)
    row = await review_pages.row_of(desk, state.review_id, value)
    if row.line.verdict is None:
        _redraw(desk, doing, state)
        return NOTHING
    _ask_why(desk, doing, summary, row, row.line.verdict, state)
    return NOTHING


async def _pressed(desk: Desk, doing: Interaction, value: str, verdict: ReviewVerdict) -> Ack:
    """An answer: stored at once, or after the reason where the review wants one."""
    actor = await desk.actor(doing)
    state = review_pages.state_of(doing)
    summary = await review_pages.open_review(desk, state.review_id, doing.person_id)
    row = await review_pages.row_of(desk, state.review_id, value)
    if review_form.needs_reason(summary):
        _ask_why(desk, doing, summary, row, verdict, state)
        return NOTHING
    reason = row.line.reason if row.line.verdict is verdict else ""
    command = DecideReviewLines(
        review_id=state.review_id, verdict=verdict, reason=reason, lines=(row.line.assignment_id,)
    )
    await desk.service.handle(command, actor)
    _redraw(desk, doing, state)
    return NOTHING


def _ask_why(
    desk: Desk,
    doing: Interaction,
    summary: ReviewerSummary,
    row: ReviewLineSummary,
    verdict: ReviewVerdict,
    state: FormState,
    *,
    own: bool = False,
) -> None:
    if row.line.gone is not None:
        raise LineFellOut(row.line.assignment_id, row.line.gone_at)
    known = row.line.verdict is verdict
    said = row.line.reason if known else state.reason_to_offer(verdict)
    form = ReasonFormData(
        run=summary.run,
        verdict=verdict,
        assignment_id=row.line.assignment_id,
        target_id=row.line.target_id,
        required=review_form.needs_reason(summary),
        reason=said,
        state=state,
        own=own,
    )
    desk.open_form(doing, review_reasons.reason_form(form))


async def submit_reason(desk: Desk, doing: Interaction) -> Ack:
    """The reason was written: the answer is stored with it."""
    assert doing.view is not None
    parsed = review_reasons.parse_reason(doing.state, review_pages.kept(doing))
    actor = await desk.actor(doing)
    command = DecideReviewLines(
        review_id=parsed.state.review_id,
        verdict=parsed.verdict,
        reason=parsed.reason,
        lines=(parsed.assignment_id,),
    )
    try:
        await desk.service.handle(command, actor)
    except (ReasonMissing, ReasonTooLong) as refusal:
        return await _at_reason(desk, doing, refusal)
    below = doing.view.get("previous_view_id")
    if below and not parsed.own:
        _redraw(desk, doing, parsed.state, view_id=str(below))
    return NOTHING


async def _at_reason(desk: Desk, doing: Interaction, refusal: ReasonMissing | ReasonTooLong) -> Ack:
    at_fields = review_reasons.errors_for(refusal, await desk.known(), doing.state)
    if at_fields is None:
        raise refusal
    return errors(at_fields)


# Many lines -------------------------------------------------------------------------------------


async def keep_recommended(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Keep all recommended**: the confirmation with the number."""
    return await _ask_several(desk, doing, recommended=True)


async def decide_shown(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Decide all shown**: which answer, and the confirmation with the number."""
    return await _ask_several(desk, doing, recommended=False)


async def _ask_several(desk: Desk, doing: Interaction, *, recommended: bool) -> Ack:
    person = await desk.person(doing)
    state = review_pages.state_of(doing)
    summary = await review_pages.open_review(desk, state.review_id, person.id)
    filter_ = _meant(state, summary, recommended=recommended)
    number = await _count(desk, state.review_id, summary, filter_)
    if not number:
        first = partial(review_pages.first_page, desk, state, person.id)
        review_pages.redraw(desk, doing, first)
        return NOTHING
    desk.open_form(doing, _several_form(state, summary, number, recommended=recommended))
    return NOTHING


def _meant(state: FormState, summary: ReviewerSummary, *, recommended: bool) -> LineFilter:
    return recommended_lines(state, summary) if recommended else which(state, summary)


def _several_form(
    state: FormState,
    summary: ReviewerSummary,
    number: int,
    *,
    recommended: bool,
    again: bool = False,
) -> View:
    decided = 0
    if not recommended and state.show is Show.ALL:
        decided = chosen_counts(state, summary).counts.decided
    show = "" if recommended else state.show.value
    form = SeveralFormData(
        run=summary.run,
        state=state,
        number=number,
        decided=decided,
        recommended=recommended,
        filters=wording.filters(show, department_of(state, summary)),
        required=review_form.needs_reason(summary),
        again=again,
    )
    return review_reasons.several_form(form)


async def submit_several(desk: Desk, doing: Interaction) -> Ack:
    """Many lines are answered at once; more than were confirmed only after another yes."""
    assert doing.view is not None
    parsed = review_reasons.parse_several(doing.state, review_pages.kept(doing))
    if isinstance(parsed, dict):
        return errors(parsed)
    actor, state = await desk.actor(doing), parsed.state
    summary = await review_pages.open_review(desk, state.review_id, doing.person_id)
    filter_ = _meant(state, summary, recommended=parsed.recommended)
    number = await _count(desk, state.review_id, summary, filter_)
    if number > parsed.number:
        form = _several_form(state, summary, number, recommended=parsed.recommended, again=True)
        return instead(form)
    command = DecideReviewLines(
        review_id=state.review_id, verdict=parsed.verdict, reason=parsed.reason, which=filter_
    )
    try:
        decided = await desk.service.handle(command, actor)
    except (ReasonMissing, ReasonTooLong) as refusal:
        return await _at_reason(desk, doing, refusal)
    if below := doing.view.get("previous_view_id"):
        note = wording.several_decided(parsed.verdict, decided.lines, decided.undecided)
        first = partial(review_pages.first_page, desk, state, doing.person_id, note=note)
        review_pages.redraw(desk, doing, first, view_id=str(below))
    return NOTHING


# Self-reviews -----------------------------------------------------------------------------------


async def keep_own(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Keep** on the question whether one still needs it."""
    return await _own(desk, doing, value, ReviewVerdict.KEEP)


async def remove_own(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Remove** on the question whether one still needs it."""
    return await _own(desk, doing, value, ReviewVerdict.REMOVE)


async def _own(desk: Desk, doing: Interaction, value: str, verdict: ReviewVerdict) -> Ack:
    actor, asked = await desk.actor(doing), parse_part(value)
    summary = await review_pages.open_review(desk, ReviewRunId(asked.id), doing.person_id)
    run = summary.run
    if asked.number != run.stage or not run.rules.self_review:
        desk.answer(doing, say(STALE_OWN))
        return NOTHING
    row = await review_messages.own_line(desk.reviews, run, doing.person_id, run.stage)
    if row is None:
        raise NotAReviewer
    if review_form.needs_reason(summary):
        _ask_why(desk, doing, summary, row, verdict, FormState(review_id=run.id), own=True)
        return NOTHING
    command = DecideReviewLines(review_id=run.id, verdict=verdict, lines=(row.line.assignment_id,))
    await desk.service.handle(command, actor)
    if doing.ephemeral or doing.in_home:
        desk.answer(doing, say(wording.own_decided(verdict, run)))
    return NOTHING
