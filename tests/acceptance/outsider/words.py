"""Finding things on a screen as people do: a button by its words, a field by its label."""

from collections.abc import Iterator
from typing import Any

Payload = dict[str, Any]

FIELDS = {
    "plain_text_input",
    "number_input",
    "datepicker",
    "datetimepicker",
    "static_select",
    "external_select",
    "users_select",
    "multi_static_select",
    "radio_buttons",
    "checkboxes",
}


def words_of(what: object) -> str:
    """Everything somebody reads, in order, one text a line."""
    return "\n".join(_words(what))


def _words(what: object) -> Iterator[str]:
    match what:
        case {"type": "plain_text" | "mrkdwn", "text": str(text)}:
            yield text
        case dict():
            if isinstance(what.get("text"), str) and "type" not in what:
                yield what["text"]
            for name, inner in what.items():
                if name not in {"metadata", "private_metadata"}:
                    yield from _words(inner)
        case list():
            for inner in what:
                yield from _words(inner)


def elements_of(shown: Payload) -> Iterator[tuple[Payload, Payload]]:
    """Each control with the block it stands in."""
    for block in shown.get("blocks", ()):
        for element in (
            *block.get("elements", ()),
            *(block[name] for name in ("element", "accessory") if name in block),
        ):
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def buttons_of(shown: Payload) -> dict[str, tuple[Payload, Payload]]:
    """Every button by its words."""
    return {
        element["text"]["text"]: (block, element)
        for block, element in elements_of(shown)
        if element["type"] == "button"
    }


def button(shown: Payload, words: str, near: str = "") -> tuple[Payload, Payload]:
    """The button with these words; with `near`, the first one below this text."""
    below = not near
    for block in shown.get("blocks", ()):
        below = below or near in words_of(block)
        for element in (*block.get("elements", ()), block.get("accessory")):
            if not below or not element or element.get("type") != "button":
                continue
            if element["text"]["text"] == words:
                return block, element
    raise AssertionError(f"no button {words!r} near {near!r} in\n{words_of(shown)}")


def field_of(shown: Payload, label: str) -> tuple[Payload, Payload]:
    """The field with this label."""
    for block, element in elements_of(shown):
        if element["type"] in FIELDS and label == _label(block, element):
            return block, element
    raise AssertionError(f"no field {label!r} in\n{words_of(shown)}")


def labels_of(shown: Payload) -> list[str]:
    """The labels of every field, in order."""
    return [_label(*pair) for pair in elements_of(shown) if pair[1]["type"] in FIELDS]


def _label(block: Payload, element: Payload) -> str:
    told = block.get("label") or block.get("text") or element.get("placeholder") or {}
    return str(told.get("text", "")).strip("*: \n")


def options_of(element: Payload) -> list[Payload]:
    """What a list offers at once."""
    groups = element.get("option_groups", ())
    return [*element.get("options", ()), *(one for group in groups for one in group["options"])]
