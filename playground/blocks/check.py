"""The entrance: blocks of a message, or a whole view, to a list of complaints.

Here are the rules that reach across blocks: how many, which where, unique ids, totals per message.
Limits: docs.slack.dev/reference/block-kit and surfaces/modals.
"""

from __future__ import annotations

from playground.blocks.block_rules import BLOCKS
from playground.blocks.complaints import Complaint, Complaints
from playground.blocks.objects import plain
from playground.blocks.shapes import Rule, any_value, by_type, flag, shape, string
from playground.wire import Json, as_json, as_list, as_text

__all__ = ["ALLOWED", "Complaint", "check_blocks", "check_view"]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_MARKDOWN = 12_000
MOST_TABLE_TEXT = 20_000
MOST_CHARTS = 2

_EVERYWHERE = (
    "actions",
    "card",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "video",
)
_BIG = ("carousel", "container", "data_table", "data_visualization", "table")

ALLOWED: dict[str, tuple[str, ...]] = {
    "message": (*_EVERYWHERE, *_BIG, "context_actions", "file", "markdown", "plan", "task_card"),
    "modal": (*_EVERYWHERE, "alert"),
    "home": (*_EVERYWHERE, *_BIG),
}
"""Which blocks each surface takes."""

_VIEW: dict[str, Rule] = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}

MODAL = shape(
    {"title": plain(24), "blocks": any_value},
    {
        **_VIEW,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
HOME = shape({"blocks": any_value}, _VIEW)


def check_blocks(blocks: object, surface: str, at: str = "/blocks") -> list[Complaint]:
    """Complaints about the blocks of a message, modal or home."""
    found = Complaints()
    if not isinstance(blocks, list):
        found.add(at, "must provide an array", kind="type")
        return found.items
    most = MOST_BLOCKS[surface]
    if len(blocks) > most:
        found.add(at, f"no more than {most} items allowed", kind="max_items", expected=most)
    rule = by_type(BLOCKS, ALLOWED[surface])
    for index, block in enumerate(blocks):
        rule(found, f"{at}/{index}", block)
    _unique_block_ids(found, at, blocks)
    _one_focus(found, at, blocks)
    if surface == "message":
        _totals(found, at, blocks)
    return found.items


def check_view(view: object, surface: str, at: str = "/view") -> list[Complaint]:
    """Complaints about a modal or a Home tab."""
    found = Complaints()
    document = as_json(view)
    if document.get("type") != surface:
        found.add(f"{at}/type", f"must be one of: {surface}", kind="enum", expected=[surface])
        return found.items
    (MODAL if surface == "modal" else HOME)(found, at, document)
    found.items += check_blocks(document.get("blocks"), surface, f"{at}/blocks")
    inputs = [one for one in as_list(document.get("blocks")) if as_json(one).get("type") == "input"]
    if surface == "modal" and inputs and document.get("submit") is None:
        found.add(
            at,
            "missing required field: submit, because the view has input blocks",
            kind="required",
            expected="submit",
        )
    return found.items


def _unique_block_ids(found: Complaints, at: str, blocks: list[object]) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = as_text(as_json(block).get("block_id"))
        if block_id and block_id in seen:
            message = f"`block_id` {block_id} already exists"
            found.add(f"{at}/{index}/block_id", message, kind="unique")
        seen.add(block_id)


def _one_focus(found: Complaints, at: str, blocks: list[object]) -> None:
    focused = 0
    for index, block in enumerate(map(as_json, blocks)):
        for element in [
            block.get("element"),
            block.get("accessory"),
            *as_list(block.get("elements")),
        ]:
            if as_json(element).get("focus_on_load") is True:
                focused += 1
                if focused > 1:
                    message = "only one element may set focus_on_load"
                    found.add(f"{at}/{index}", message, kind="unique")


def _totals(found: Complaints, at: str, blocks: list[object]) -> None:
    kinds = [as_json(one) for one in blocks]
    markdown = sum(len(as_text(one.get("text"))) for one in _of(kinds, "markdown"))
    if markdown > MOST_MARKDOWN:
        message = f"markdown blocks must have less than {MOST_MARKDOWN + 1} characters in total"
        found.add(at, message, kind="max_length", expected=MOST_MARKDOWN)
    cells = sum(
        len(as_text(as_json(cell).get("text")))
        for one in _of(kinds, "data_table")
        for row in as_list(one.get("rows"))
        for cell in as_list(row)
    )
    if cells > MOST_TABLE_TEXT:
        message = f"data tables must have less than {MOST_TABLE_TEXT + 1} characters in total"
        found.add(at, message, kind="max_length", expected=MOST_TABLE_TEXT)
    if len(_of(kinds, "data_visualization")) > MOST_CHARTS:
        message = f"no more than {MOST_CHARTS} data_visualization blocks allowed"
        found.add(at, message, kind="max_items", expected=MOST_CHARTS)
    for index, one in enumerate(kinds):
        if one.get("type") == "task_card" and one.get("status") == "pending":
            found.add(f"{at}/{index}/status", "only tasks of a plan may be pending", kind="enum")


def _of(blocks: list[Json], kind: str) -> list[Json]:
    return [one for one in blocks if one.get("type") == kind]
