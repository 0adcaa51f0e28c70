"""`/access mine`: what I hold and until when, and what I have asked for."""

from bot.views.action_ids import ActionId, ListName
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    divider,
    header,
    message,
    section,
)
from bot.views.known import Known
from bot.views.paging import pager
from bot.views.request_card import cancel_button, life_buttons
from bot.views.wording import lists, words
from engine.application.queries import HeldSummary, Page, RequestSummary
from engine.domain.assignment_requests import cancelable
from engine.domain.assignments import AssignmentState

PAGE_SIZE = 5
"""Rows of each of the two lists that one message shows; ask the queries for as many."""


def render(held: Page[HeldSummary], requests: Page[RequestSummary], known: Known) -> Message:
    """Both lists, each with its own pages."""
    blocks = [
        header(lists.HELD_TITLE),
        *held_rows(held, known, PAGE_SIZE, lists.NOTHING_HELD),
        *pager(ListName.MINE, held, PAGE_SIZE),
        divider(),
        header(lists.REQUESTS_TITLE),
        *request_rows(requests, PAGE_SIZE, lists.NOTHING_REQUESTED),
        *pager(ListName.MINE_REQUESTS, requests, PAGE_SIZE),
        actions(request_button()),
    ]
    return message(lists.mine_spoken(held.total, requests.total), blocks)


def request_button() -> Block:
    """Open the form."""
    return button(words.REQUEST_ACCESS, ActionId.OPEN_REQUEST_FORM, style=Style.PRIMARY)


def held_rows(page: Page[HeldSummary], known: Known, size: int, empty: str) -> list[Block]:
    """What somebody holds, with what they can do about it."""
    blocks: list[Block] = []
    for row in page.rows[:size]:
        blocks.append(section(lists.held(row)))
        asked = row.extension_request_id is not None
        if row.assignment.state is not AssignmentState.EXPIRED:
            buttons = life_buttons(row.assignment, row.package_name, known, asked=asked)
            blocks.append(actions(*buttons))
    return blocks or [section(empty)]


def request_rows(page: Page[RequestSummary], size: int, empty: str) -> list[Block]:
    """What somebody asked for and is open, with Cancel request where that is possible."""
    blocks: list[Block] = []
    for row in page.rows[:size]:
        blocks.append(section(lists.open_request(row)))
        if cancelable(row.request):
            blocks.append(actions(cancel_button(row.request)))
    return blocks or [section(empty)]
