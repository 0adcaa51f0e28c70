"""Rules for blocks, one entry per type. Source: docs.slack.dev/reference/block-kit/blocks."""

from __future__ import annotations

from playground.blocks.complaints import Complaints
from playground.blocks.element_rules import (
    ELEMENTS,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from playground.blocks.objects import IMAGE_SOURCE, SLACK_FILE, URL, plain, text
from playground.blocks.rich_text import RICH_TEXT
from playground.blocks.shapes import (
    Rule,
    any_value,
    by_type,
    flag,
    listing,
    number,
    one_of,
    shape,
    string,
    whole,
)
from playground.wire import as_json, as_list, as_text

BLOCK: dict[str, Rule] = {"block_id": string(255, least=0)}
IMAGE = by_type(ELEMENTS, ("image",))


def _section_text(found: Complaints, at: str, value: object) -> None:
    section = as_json(value)
    if section.get("text") is None and section.get("fields") is None:
        found.add(at, "missing required field: text", kind="required", expected="text")


def _unique_actions(found: Complaints, at: str, value: object) -> None:
    """No two elements of a block share an action_id."""
    seen: set[str] = set()
    for index, element in enumerate(as_list(as_json(value).get("elements"))):
        action_id = as_text(as_json(element).get("action_id"))
        if action_id and action_id in seen:
            found.add(
                f"{at}/elements/{index}/action_id",
                f"`action_id` {action_id} already exists in this block",
                kind="unique",
            )
        seen.add(action_id)


def _context_part(found: Complaints, at: str, value: object) -> None:
    if as_json(value).get("type") == "image":
        IMAGE(found, at, value)
    else:
        text(3000)(found, at, value)


def _table_width(found: Complaints, at: str, value: object) -> None:
    rows = as_list(as_json(value).get("rows"))
    for index, row in enumerate(rows):
        if isinstance(row, list) and len(row) > MOST_COLUMNS:
            found.add(
                f"{at}/rows/{index}",
                f"no more than {MOST_COLUMNS} items allowed",
                kind="max_items",
                expected=MOST_COLUMNS,
            )


def _card_content(found: Complaints, at: str, value: object) -> None:
    card = as_json(value)
    if not any(card.get(key) is not None for key in ("hero_image", "title", "body", "actions")):
        found.add(at, "must provide one of: hero_image, title, body, actions", kind="required")


def _container_title(found: Complaints, at: str, value: object) -> None:
    given = [key for key in ("title", "rich_text_title") if as_json(value).get(key) is not None]
    if not given:
        found.add(at, "missing required field: title", kind="required", expected="title")
    if as_json(value).get("default_collapsed") and not as_json(value).get("is_collapsible"):
        found.add(at, "default_collapsed needs is_collapsible", kind="required")


MOST_COLUMNS = 20
CELLS: dict[str, Rule] = {
    "raw_text": shape({"text": string(least=0)}, {"emoji": flag}),
    "raw_number": shape({"value": number}, {"text": string()}),
    "rich_text": RICH_TEXT,
}
ROW = listing(by_type(CELLS), least=1)

CARD = shape(
    {},
    {
        **BLOCK,
        "hero_image": IMAGE,
        "icon": IMAGE,
        "slack_icon": any_value,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "actions": listing(by_type(ELEMENTS, ("button", "workflow_button")), most=3),
    },
    also=_card_content,
)

TASK_CARD = shape(
    {
        "task_id": string(),
        "title": string(),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
    {
        **BLOCK,
        "details": RICH_TEXT,
        "output": RICH_TEXT,
        "sources": listing(by_type(ELEMENTS, ("url",)), least=0),
    },
)

BLOCKS: dict[str, Rule] = {
    "section": shape(
        {},
        {
            **BLOCK,
            "text": text(3000),
            "fields": listing(text(2000), most=10),
            "accessory": by_type(ELEMENTS, IN_SECTION),
            "expand": flag,
        },
        also=_section_text,
    ),
    "divider": shape({}, BLOCK),
    "header": shape({"text": plain(150)}, BLOCK),
    "context": shape({"elements": listing(_context_part, most=10)}, BLOCK),
    "context_actions": shape(
        {"elements": listing(by_type(ELEMENTS, IN_CONTEXT_ACTIONS), most=5)},
        BLOCK,
        also=_unique_actions,
    ),
    "actions": shape(
        {"elements": listing(by_type(ELEMENTS, IN_ACTIONS), most=25)}, BLOCK, also=_unique_actions
    ),
    "image": shape(
        {"alt_text": string(2000)},
        {**BLOCK, "image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        also=IMAGE_SOURCE,
    ),
    "input": shape(
        {"label": plain(2000), "element": by_type(ELEMENTS, IN_INPUT)},
        {**BLOCK, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": RICH_TEXT,
    "markdown": shape({"text": string(12_000)}, BLOCK),
    "file": shape({"external_id": string(255), "source": one_of("remote")}, BLOCK),
    "video": shape(
        {"alt_text": string(2000), "thumbnail_url": URL, "title": plain(200), "video_url": URL},
        {
            **BLOCK,
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": string(2000),
            "provider_name": string(50),
            "title_url": string(2000),
        },
    ),
    "alert": shape(
        {"text": text(200)},
        {**BLOCK, "level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": CARD,
    "carousel": shape({"elements": listing(by_type({"card": CARD}), most=10)}, BLOCK),
    "table": shape(
        {"rows": listing(ROW, most=100)},
        {
            **BLOCK,
            "column_settings": listing(
                shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag}),
                least=0,
                most=MOST_COLUMNS,
            ),
        },
        also=_table_width,
    ),
    "data_table": shape(
        {"rows": listing(ROW, least=2, most=201), "caption": string()},
        {**BLOCK, "page_size": whole(1, 100), "row_header_column_index": whole(0)},
        also=_table_width,
    ),
    "data_visualization": shape({"title": string(50), "chart": any_value}, BLOCK),
    "task_card": TASK_CARD,
    "plan": shape(
        {"title": string(), "tasks": listing(by_type({"task_card": TASK_CARD}), most=50)}, BLOCK
    ),
}

IN_CONTAINER = (
    "actions",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "table",
    "card",
    "data_visualization",
    "data_table",
)

BLOCKS["container"] = shape(
    {"child_blocks": listing(by_type(BLOCKS, IN_CONTAINER), most=10)},
    {
        **BLOCK,
        "title": plain(150),
        "rich_text_title": RICH_TEXT,
        "subtitle": plain(150),
        "width": one_of("narrow", "standard", "wide", "full"),
        "icon": IMAGE,
        "is_collapsible": flag,
        "default_collapsed": flag,
        "has_header_divider": flag,
    },
    also=_container_title,
)
