"""Parts of messages and views, as small as Slack takes them, for tests that make one too large."""

from __future__ import annotations

from typing import Any

Blocks = list[dict[str, Any]]


def plain(size: int | str) -> dict[str, Any]:
    """A plain text object of a size, or with these words."""
    return {"type": "plain_text", "text": size if isinstance(size, str) else "x" * size}


def mrkdwn(size: int) -> dict[str, Any]:
    """A mrkdwn object of a size."""
    return {"type": "mrkdwn", "text": "x" * size}


def option(text: int = 1, value: str = "v", **more: Any) -> dict[str, Any]:
    """An option."""
    return {"text": plain(text), "value": value, **more}


def options(count: int) -> Blocks:
    """So many options."""
    return [option(value=f"v{number}") for number in range(count)]


def button(**more: Any) -> dict[str, Any]:
    """A button with something else about it."""
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def in_actions(*elements: dict[str, Any]) -> Blocks:
    """An actions block."""
    return [{"type": "actions", "elements": list(elements)}]


def in_input(element: dict[str, Any], **more: Any) -> Blocks:
    """An input block."""
    return [{"type": "input", "label": plain("L"), "element": element, **more}]


def section(**more: Any) -> dict[str, Any]:
    """A section block."""
    return {"type": "section", "text": plain("s"), **more}


def buttons(count: int) -> Blocks:
    """So many different buttons."""
    return [button(action_id=f"a{number}") for number in range(count)]


def confirm(**more: Any) -> Blocks:
    """A button with a confirmation dialog."""
    dialog = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **more}
    return in_actions(button(confirm=dialog))


def menu(kind: str = "static_select", **more: Any) -> dict[str, Any]:
    """A select menu."""
    return {"type": kind, "action_id": "pick", **more}


def table(rows: int = 1, columns: int = 1) -> dict[str, Any]:
    """A table of a size."""
    row = [{"type": "raw_text", "text": "c"}] * columns
    return {"type": "table", "rows": [row] * rows}


def typing(**more: Any) -> dict[str, Any]:
    """A text field."""
    return {"type": "plain_text_input", "action_id": "say", **more}


def data_table(rows: int = 2, **more: Any) -> dict[str, Any]:
    """A data table."""
    return {"type": "data_table", "caption": "c", "rows": table(rows)["rows"], **more}


def card(**more: Any) -> dict[str, Any]:
    """A card."""
    return {"type": "card", "title": plain(1), **more}


def image(**more: Any) -> dict[str, Any]:
    """An image."""
    return {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "i", **more}


def container(**more: Any) -> dict[str, Any]:
    """A container."""
    return {"type": "container", "title": plain(1), "child_blocks": [section()], **more}
