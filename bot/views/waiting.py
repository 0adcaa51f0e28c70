"""`/access` and `/access approvals`: the menu, and what waits for my decision."""

from collections.abc import Mapping

from bot.views import form_state
from bot.views.action_ids import ActionId, BlockId, ListName, Part, parse_part, with_part
from bot.views.approval_card import decision_buttons
from bot.views.blocks import (
    CHECKBOXES,
    Block,
    Message,
    Option,
    Style,
    actions,
    button,
    checkboxes,
    context,
    header,
    message,
    section,
)
from bot.views.known import Known
from bot.views.my_access import request_button
from bot.views.paging import pager
from bot.views.review_lists import waiting_reviews
from bot.views.texts import reference
from bot.views.wording import lists, review_lists, words
from engine.application.queries import Page, WaitingSummary
from engine.application.review_queries import ReviewerSummary

PAGE_SIZE = 5
"""Rows one message shows; at most ten, the checkboxes Slack allows."""


def menu(command: str, *, waiting: int = 0, held: int = 0, said: str = lists.MENU) -> Message:
    """What `/access` alone answers; the numbers are shown beside the buttons."""
    return message(
        said,
        [
            section(said),
            actions(
                request_button(),
                button(words.counted(words.MY_ACCESS, held), ActionId.SHOW_MINE),
                button(words.counted(words.WAITING_FOR_ME, waiting), ActionId.SHOW_WAITING),
                button(words.HELP, ActionId.SHOW_HELP),
            ),
            context(lists.menu_help(command)),
        ],
    )


def render(
    page: Page[WaitingSummary], known: Known, reviews: Page[ReviewerSummary] | None = None
) -> Message:
    """Everything that waits for this person, with Approve and Deny, one by one or several.

    Their access reviews stand below it.
    """
    spoken = lists.waiting_spoken(page.total)
    if reviews is not None and reviews.total:
        own = render(page, known) if page.total else None
        both = f"{spoken} {review_lists.waiting_spoken(reviews.total)}"
        below = waiting_reviews(reviews, ListName.WAITING_REVIEWS)
        return message(both, [*(own.blocks if own else ()), *below])
    if not page.rows:
        nothing = lists.NOTHING_WAITS if not page.total else spoken
        blocks = [section(nothing), *pager(ListName.WAITING, page, PAGE_SIZE)]
        return message(spoken, blocks)
    return message(
        spoken,
        [
            header(lists.WAITING_TITLE),
            *waiting_rows(page, known, PAGE_SIZE),
            *several_rows(page, known, PAGE_SIZE, primary=True),
            *pager(ListName.WAITING, page, PAGE_SIZE),
        ],
    )


def waiting_rows(page: Page[WaitingSummary], known: Known, size: int) -> list[Block]:
    """Each request with its two buttons."""
    blocks: list[Block] = []
    for row in page.rows[:size]:
        blocks.append(section(lists.waiting(row)))
        blocks.append(actions(*decision_buttons(row.request, row.stage_number, known)))
    return blocks


def several_rows(
    page: Page[WaitingSummary], known: Known, size: int, *, primary: bool = False
) -> list[Block]:
    """Checkboxes and two buttons for all that is ticked; not for a single row."""
    rows = page.rows[: min(size, CHECKBOXES)]
    if len(rows) < 2:
        return []
    choices = [
        Option(
            words=lists.waiting_choice(row, known.name(row.request.requestor_id)),
            value=with_part(row.request.id, row.stage_number),
        )
        for row in rows
    ]
    approve = button(
        words.APPROVE_SELECTED,
        ActionId.APPROVE_SELECTED,
        style=Style.PRIMARY if primary else None,
    )
    deny = button(words.DENY_SELECTED, ActionId.DENY_SELECTED, style=Style.DANGER)
    return [
        section(lists.SELECT_HINT),
        actions(checkboxes(ActionId.SELECT_WAITING, choices), block_id=_selection_id(rows)),
        actions(approve, deny),
    ]


def _selection_id(rows: tuple[WaitingSummary, ...]) -> str:
    """Changes with the rows, so that Slack carries no tick over to another list."""
    return ":".join((BlockId.SELECTION, *(reference(row.request.id) for row in rows)))


def parse_selection(state: Mapping[str, object]) -> tuple[Part, ...]:
    """What is ticked (`payload["state"]["values"]`, in the home tab the view's): ids and stages.

    Raises `BadValue` when a choice is not one of ours.
    """
    return tuple(
        parse_part(value)
        for block_id in state
        if block_id.partition(":")[0] == BlockId.SELECTION
        for value in form_state.choices(state, block_id)
    )
