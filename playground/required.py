"""What Slack's client checks before a modal is submitted: required inputs, lengths, numbers.

The app never hears of such a press. Source: docs.slack.dev, input block and its elements.
"""

from __future__ import annotations

import re

from playground.elements import STATE_KEYS, TEXT_INPUTS, is_empty
from playground.wire import Json, as_json, as_list, as_text

NEEDED = "Please complete this required field."

FORMS = (
    ("email_text_input", r"[^@\s]+@[^@\s]+\.[^@\s]+", "Please enter a valid email address."),
    ("url_text_input", r"(?s)https?://.+", "Please enter a valid URL."),
)


def missing_input(blocks: object, values: Json) -> dict[str, str]:
    """Errors by block_id for a modal with these state values; empty when it may be sent."""
    errors: dict[str, str] = {}
    for block in map(as_json, as_list(blocks)):
        if block.get("type") != "input":
            continue
        element = as_json(block.get("element"))
        block_id = as_text(block.get("block_id"))
        state = as_json(as_json(values.get(block_id)).get(as_text(element.get("action_id"))))
        if element.get("type") not in STATE_KEYS or not state:
            continue
        if is_empty(state):
            if not block.get("optional"):
                errors[block_id] = NEEDED
            continue
        complaint = _complaint(element, state)
        if complaint:
            errors[block_id] = complaint
    return errors


def _complaint(element: Json, state: Json) -> str | None:
    kind = as_text(element.get("type"))
    value = str(state.get("value"))
    if kind == "number_input":
        return _number(element, value)
    for name, form, words in FORMS:
        if kind == name and not re.fullmatch(form, value):
            return words
    if kind not in TEXT_INPUTS:
        return None
    least, most = element.get("min_length"), element.get("max_length")
    if isinstance(least, int) and len(value) < least:
        return f"Please enter at least {least} characters."
    if isinstance(most, int) and len(value) > most:
        return f"Please enter at most {most} characters."
    return None


def _number(element: Json, value: str) -> str | None:
    decimal = bool(element.get("is_decimal_allowed"))
    if not re.fullmatch(r"-?\d+(\.\d+)?" if decimal else r"-?\d+", value):
        return "Please enter a number." if decimal else "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(value) < float(str(least)):
        return f"Please enter {least} or more."
    if most is not None and float(value) > float(str(most)):
        return f"Please enter {most} or less."
    return None
