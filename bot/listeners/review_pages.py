"""The form of a review as it is drawn: which lines are on its page, and where somebody left off.

The form carries its place itself (`review_state`), so any process can go on. Which lines somebody
had chosen and where they were is kept besides, whenever they turn a page: a phone closes forms by
itself, and the next **Review now** finds the place again.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.desk import Desk, Interaction, drawn, remembering
from bot.views import answers, review_form
from bot.views.action_ids import parse_id
from bot.views.blocks import View
from bot.views.review_form import FormData, FormLine
from bot.views.review_state import (
    PAGE_SIZE,
    FormState,
    Show,
    at_place,
    fitting,
    unpacked,
    which,
)
from engine.application.review_queries import ReviewerSummary, ReviewLineSummary
from engine.domain import reviews
from engine.domain.ids import AssignmentId, PersonId, ReviewRunId
from engine.domain.refusals import NotFound
from engine.domain.review_lines import ReviewDecision

log = logging.getLogger(__name__)

Draw = Callable[[], Awaitable[View]]
"""Makes a form of how things are when it is called."""

_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
"""A form is drawn and shown once at a time, so that what was drawn last is also shown last."""


async def left_off(desk: Desk, summary: ReviewerSummary) -> tuple[FormState, str | None]:
    """The lines they had chosen and the page they were at, while there is something to see."""
    review_id = summary.run.id
    place = await desk.reviews.review_place(review_id, summary.person_id)
    if place is not None:
        state, after = at_place(review_id, place)
        if fitting(state, summary):
            return state, after
    show = Show.UNDECIDED if summary.counts.undecided else Show.ALL
    return FormState(review_id=review_id, show=show), None


async def first_page(desk: Desk, state: FormState, person_id: PersonId, *, note: str = "") -> View:
    """The first ten lines of the choice, as they are now."""
    summary = await reviewer(desk, state.review_id, person_id)
    placed, rows = await lines_at(desk, state, summary)
    return await form_of(desk, placed, summary, rows, note)


async def lines_at(
    desk: Desk,
    state: FormState,
    summary: ReviewerSummary,
    *,
    before: str | None = None,
    after: str | None = None,
) -> tuple[FormState, tuple[ReviewLineSummary, ...]]:
    """Ten lines, and the form at them: the first, or those before or after a place."""
    person_id, filter_ = summary.person_id, which(state, summary)
    read = desk.reviews.review_lines
    page = await read(
        state.review_id, person_id, which=filter_, before=before, after=after, limit=PAGE_SIZE
    )
    if not page.rows and (before or after):
        page = await read(state.review_id, person_id, which=filter_, limit=PAGE_SIZE)
    ids = tuple(row.line.assignment_id for row in page.rows)
    return replace(state, lines=ids, before=page.before, after=page.after), page.rows


async def same_page(desk: Desk, state: FormState, person_id: PersonId) -> View:
    """The lines the form had, as they are now."""
    summary = await reviewer(desk, state.review_id, person_id)
    found = await asyncio.gather(
        *(desk.reviews.review_line(state.review_id, line) for line in state.lines)
    )
    return await form_of(desk, state, summary, tuple(row for row in found if row is not None))


async def form_of(
    desk: Desk,
    state: FormState,
    summary: ReviewerSummary,
    rows: tuple[ReviewLineSummary, ...],
    note: str = "",
) -> View:
    """The form with these lines; `note` is what has just been done."""
    lines = await asyncio.gather(*(_line(desk, summary, row) for row in rows))
    data = FormData(
        state=state,
        summary=summary,
        lines=tuple(lines),
        fitting=fitting(state, summary),
        note=note,
    )
    return review_form.build(data, await desk.known())


async def _line(desk: Desk, summary: ReviewerSummary, row: ReviewLineSummary) -> FormLine:
    """A line; where several review together, with what the others said before."""
    together = any(len(pool) > 1 for pool in summary.run.pools)
    if row.line.verdict is None or not together:
        return FormLine(row=row)
    history = await desk.reviews.line_history(row.line.review_id, row.line.assignment_id)
    last: dict[PersonId, ReviewDecision] = {}
    for decision in history:
        if decision.verdict is None:
            last.clear()
        elif decision.stage == row.line.stage:
            last[decision.decided_by] = decision
    others = (d for who, d in last.items() if who != row.line.decided_by)
    return FormLine(row=row, others=tuple(others))


async def reviewer(desk: Desk, review_id: ReviewRunId, person_id: PersonId) -> ReviewerSummary:
    """What this person has to do; refused for an unknown review."""
    summary = await desk.reviews.reviewer(review_id, person_id)
    if summary is None:
        raise NotFound("review", review_id)
    return summary


async def open_review(desk: Desk, review_id: ReviewRunId, person_id: PersonId) -> ReviewerSummary:
    """What this person has to do; refused when nothing can be answered any more."""
    summary = await reviewer(desk, review_id, person_id)
    reviews.check_open(summary.run, now=desk.clock.now())
    return summary


async def row_of(desk: Desk, review_id: ReviewRunId, value: str) -> ReviewLineSummary:
    """The line a button is about; refused when there is none."""
    row = await desk.reviews.review_line(review_id, AssignmentId(parse_id(value)))
    if row is None:
        raise NotFound("line", value)
    return row


def kept(doing: Interaction) -> str:
    """What the form remembers of itself."""
    assert doing.view is not None
    return str(doing.view.get("private_metadata", ""))


def state_of(doing: Interaction) -> FormState:
    """The same, understood. Raises `BadValue`."""
    return unpacked(kept(doing))


def redraw(desk: Desk, doing: Interaction, draw: Draw, *, view_id: str | None = None) -> None:
    """Show the form they are in, or the one of that id, as things are when its turn comes.

    One drawing after another, and whatever Slack shows (no hash): of presses that overtake one
    another each is stored, and the last drawing has them all.
    """
    assert doing.view is not None
    shown_in = view_id or str(doing.view["id"])
    lock = _turns.setdefault(shown_in, asyncio.Lock())
    desk.later(_in_turn(desk, doing, lock, shown_in, draw))


async def _in_turn(
    desk: Desk, doing: Interaction, lock: asyncio.Lock, view_id: str, draw: Draw
) -> None:
    async with lock:
        try:
            view = remembering(doing, await draw())
        except Exception:  # what they answered is stored; they must not wait for a new page
            reference = secrets.token_hex(4)
            log.exception("a form could not be drawn", extra={"reference": reference})
            desk.answer(doing, answers.not_drawn(reference))
            return
        await drawn(lambda: desk.client.views_update(view_id=view_id, view=view))
