"""Turning the pages of a list."""

from typing import TypeVar

from bot.views.action_ids import ActionId, ListName, Place, with_place
from bot.views.blocks import Block, actions, button, context
from bot.views.wording import lists, words
from engine.application.queries import Page

T = TypeVar("T")


def pager(name: ListName, page: Page[T], size: int, narrowed: str = "") -> list[Block]:
    """Which rows of how many are shown, and the buttons; nothing when they all are.

    `narrowed`: the words the list was narrowed by.
    """
    shown = min(len(page.rows), size)
    if page.offset <= 0 and shown >= page.total:
        return []
    turns: list[Block] = []
    if page.offset > 0:
        before = with_place(name, Place(max(0, page.offset - size), narrowed))
        turns.append(button(words.PREVIOUS, ActionId.PREVIOUS_PAGE, before))
    if page.offset + shown < page.total:
        after = with_place(name, Place(page.offset + shown, narrowed))
        turns.append(button(words.NEXT, ActionId.NEXT_PAGE, after))
    blocks = [context(lists.range_shown(page.offset, shown, page.total))]
    return [*blocks, actions(*turns)] if turns else blocks
