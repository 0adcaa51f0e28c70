"""The App Home tab: everything that concerns its reader, at one look."""

from dataclasses import dataclass, field
from typing import TypeVar

from bot.views import admin_menu, form_state
from bot.views.action_ids import ActionId, CallbackId, ListName
from bot.views.blocks import (
    VIEW_BLOCKS,
    Block,
    View,
    actions,
    button,
    context,
    divider,
    header,
    section,
)
from bot.views.known import Known
from bot.views.my_access import held_rows, request_button, request_rows
from bot.views.paging import pager
from bot.views.review_lists import waiting_reviews
from bot.views.task_card import done_button
from bot.views.texts import when
from bot.views.waiting import several_rows, waiting_rows
from bot.views.wording import admin_menu as menu_words
from bot.views.wording import delivery, lists, why, words
from engine.application.queries import HeldSummary, Page, RequestSummary, WaitingSummary
from engine.application.review_queries import ReviewerSummary
from engine.domain.holdings import Holding
from engine.domain.ids import ChannelId

T = TypeVar("T")

PAGE_SIZE = 5
_LISTS = (
    ListName.HOME_WAITING,
    ListName.HOME_REQUESTS,
    ListName.HOME_HELD,
    ListName.HOME_TASKS,
    ListName.HOME_REVIEWS,
)
_MOST = 1_000_000


def _nothing() -> Page[T]:
    return Page(rows=(), offset=0, total=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminCounts:
    """What administrators see besides."""

    failed: int = 0
    """Requests delivery of which failed, wholly or in part."""
    parked: int = 0
    pending: int = 0
    channel_id: ChannelId | None = None
    """Where administration happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeData:
    """What the tab shows; ask for `PAGE_SIZE` rows of each list from its offset."""

    command: str = "/access"
    waiting: Page[WaitingSummary] = field(default_factory=_nothing)
    requests: Page[RequestSummary] = field(default_factory=_nothing)
    held: Page[HeldSummary] = field(default_factory=_nothing)
    tasks: Page[Holding] = field(default_factory=_nothing)
    reviews: Page[ReviewerSummary] = field(default_factory=_nothing)
    admin: AdminCounts | None = None
    """Only for administrators."""


def build(data: HomeData, known: Known) -> View:
    """The tab (`views.publish`). Lists with nothing in them stay away, save what I have."""
    blocks = [
        header(lists.HOME_TITLE),
        section(lists.home_intro(data.command)),
        actions(
            request_button(),
            button(why.TITLE, ActionId.EXPLAIN),
            button(words.HELP, ActionId.SHOW_HELP),
        ),
        *_waiting(data, known),
        *_reviews(data),
        *_tasks(data, known),
        *_requests(data),
        *_held(data, known),
        *_admin(data),
    ]
    return {
        "type": "home",
        "callback_id": str(CallbackId.HOME),
        "blocks": blocks[:VIEW_BLOCKS],
        "private_metadata": form_state.remember(**_offsets_of(data)),
    }


def _offsets_of(data: HomeData) -> dict[str, int]:
    pages = (data.waiting, data.requests, data.held, data.tasks, data.reviews)
    places = (page.offset for page in pages)
    return {str(name): place for name, place in zip(_LISTS, places, strict=True) if place}


def _waiting(data: HomeData, known: Known) -> list[Block]:
    if not data.waiting.total:
        return []
    return [
        divider(),
        header(words.counted(lists.WAITING_TITLE, data.waiting.total)),
        *waiting_rows(data.waiting, known, PAGE_SIZE),
        *several_rows(data.waiting, known, PAGE_SIZE),
        *pager(ListName.HOME_WAITING, data.waiting, PAGE_SIZE),
    ]


def _reviews(data: HomeData) -> list[Block]:
    shown = waiting_reviews(data.reviews, ListName.HOME_REVIEWS)
    return [divider(), *shown] if shown else []


def _tasks(data: HomeData, known: Known) -> list[Block]:
    if not data.tasks.total:
        return []
    blocks = [divider(), header(words.counted(lists.TASKS_TITLE, data.tasks.total))]
    for holding in data.tasks.rows[:PAGE_SIZE]:
        task = delivery.task(holding, known)
        blocks.append(section(lists.task_row(task, when(holding.changed_at))))
        blocks.append(actions(done_button(holding, known)))
    return [*blocks, *pager(ListName.HOME_TASKS, data.tasks, PAGE_SIZE)]


def _requests(data: HomeData) -> list[Block]:
    if not data.requests.total:
        return []
    return [
        divider(),
        header(lists.REQUESTS_TITLE),
        *request_rows(data.requests, PAGE_SIZE, lists.NOTHING_REQUESTED),
        *pager(ListName.HOME_REQUESTS, data.requests, PAGE_SIZE),
    ]


def _held(data: HomeData, known: Known) -> list[Block]:
    new_here = not data.requests.total and not data.held.total
    empty = lists.FIRST_STEPS if new_here else lists.NOTHING_HELD_HOME
    return [
        divider(),
        header(lists.HELD_TITLE),
        *held_rows(data.held, known, PAGE_SIZE, empty),
        *pager(ListName.HOME_HELD, data.held, PAGE_SIZE),
    ]


def _admin(data: HomeData) -> list[Block]:
    if data.admin is None:
        return []
    counts = data.admin
    return [
        divider(),
        header(lists.ADMIN_TITLE),
        section(lists.admin_counts(counts.pending, counts.failed, counts.parked)),
        *admin_menu.menu(),
        context(menu_words.home_hint(counts.channel_id, data.command)),
    ]


def offsets(private_metadata: str) -> dict[ListName, int]:
    """Where each list of the shown tab stands; start from it when one list turns a page."""
    kept = form_state.remembered(private_metadata)
    found: dict[ListName, int] = {}
    for name in _LISTS:
        value = kept.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
            found[name] = value
    return found
