"""Rules for block elements, one entry per type.

Source: docs.slack.dev/reference/block-kit/block-elements.
"""

from __future__ import annotations

from playground.blocks.complaints import Complaints
from playground.blocks.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    ID,
    IMAGE_SOURCE,
    OPTION,
    OPTION_GROUP,
    PLAIN_OPTION,
    SLACK_FILE,
    URL,
    WORKFLOW,
    plain,
)
from playground.blocks.shapes import (
    Rule,
    any_value,
    exactly_one,
    flag,
    listing,
    one_of,
    shape,
    string,
    whole,
)
from playground.wire import as_json, as_list

DATE = r"\d{4}-\d{2}-\d{2}"
TIME = r"\d{2}:\d{2}"

ANY: dict[str, Rule] = {"action_id": ID}
CHOICE: dict[str, Rule] = {**ANY, "confirm": CONFIRM, "focus_on_load": flag}
MENU: dict[str, Rule] = {**CHOICE, "placeholder": plain(150)}
SEVERAL: dict[str, Rule] = {**MENU, "max_selected_items": whole(1)}
TYPING: dict[str, Rule] = {
    **ANY,
    "placeholder": plain(150),
    "focus_on_load": flag,
    "dispatch_action_config": DISPATCH,
}


def _looks(option: object) -> tuple[object, object]:
    """What makes an option itself: its words and its value."""
    found = as_json(option)
    return as_json(found.get("text")).get("text"), found.get("value")


def _initial_among(found: Complaints, at: str, value: object) -> None:
    """First values must be among the options, word for word."""
    element = as_json(value)
    offered = list(as_list(element.get("options")))
    for group in as_list(element.get("option_groups")):
        offered += as_list(as_json(group).get("options"))
    first = element.get("initial_option")
    chosen = [first] if first is not None else []
    chosen += as_list(element.get("initial_options"))
    known = [_looks(one) for one in offered]
    for one in chosen:
        if _looks(one) not in known:
            key = "initial_option" if first is not None else "initial_options"
            found.add(f"{at}/{key}", "must be one of the provided options", kind="reference")


def _either_options(found: Complaints, at: str, value: object) -> None:
    exactly_one("options", "option_groups")(found, at, value)
    _initial_among(found, at, value)


def _length_order(found: Complaints, at: str, value: object) -> None:
    low, high = as_json(value).get("min_length"), as_json(value).get("max_length")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        found.add(at, "min_length must not be greater than max_length", kind="maximum")


def _select(more: dict[str, Rule], *, also: Rule | None = None, several: bool = False) -> Rule:
    return shape({}, {**(SEVERAL if several else MENU), **more}, also=also)


OPTIONS: dict[str, Rule] = {
    "options": listing(PLAIN_OPTION, most=100),
    "option_groups": listing(OPTION_GROUP, most=100),
}

ELEMENTS: dict[str, Rule] = {
    "button": shape(
        {"text": plain(75)},
        {
            **ANY,
            "url": URL,
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "agent_prompt": string(4000),
            "agent_prompt_display": string(),
        },
    ),
    "workflow_button": shape(
        {"text": plain(75), "workflow": WORKFLOW},
        {
            **ANY,
            "style": one_of("primary", "danger"),
            "accessibility_label": string(75),
            "confirm": CONFIRM,
        },
    ),
    "overflow": shape({"options": listing(PLAIN_OPTION, most=5)}, {**ANY, "confirm": CONFIRM}),
    "checkboxes": shape(
        {"options": listing(OPTION, most=10)},
        {**CHOICE, "initial_options": listing(OPTION, most=10)},
        also=_initial_among,
    ),
    "radio_buttons": shape(
        {"options": listing(OPTION, most=10)},
        {**CHOICE, "initial_option": OPTION},
        also=_initial_among,
    ),
    "static_select": _select({**OPTIONS, "initial_option": PLAIN_OPTION}, also=_either_options),
    "multi_static_select": _select(
        {**OPTIONS, "initial_options": listing(PLAIN_OPTION, most=100)},
        also=_either_options,
        several=True,
    ),
    "external_select": _select({"initial_option": PLAIN_OPTION, "min_query_length": whole(0)}),
    "multi_external_select": _select(
        {"initial_options": listing(PLAIN_OPTION, most=100), "min_query_length": whole(0)},
        several=True,
    ),
    "users_select": _select({"initial_user": string()}),
    "multi_users_select": _select({"initial_users": listing(string())}, several=True),
    "channels_select": _select({"initial_channel": string(), "response_url_enabled": flag}),
    "multi_channels_select": _select({"initial_channels": listing(string())}, several=True),
    "conversations_select": _select(
        {
            "initial_conversation": string(),
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": FILTER,
        }
    ),
    "multi_conversations_select": _select(
        {
            "initial_conversations": listing(string()),
            "default_to_current_conversation": flag,
            "filter": FILTER,
        },
        several=True,
    ),
    "datepicker": _select({"initial_date": string(pattern=DATE)}),
    "timepicker": _select({"initial_time": string(pattern=TIME), "timezone": string()}),
    "datetimepicker": shape({}, {**CHOICE, "initial_date_time": whole(10**9, 10**10 - 1)}),
    "plain_text_input": shape(
        {},
        {
            **TYPING,
            "initial_value": string(3000, least=0),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        also=_length_order,
    ),
    "email_text_input": shape({}, {**TYPING, "initial_value": string(least=0)}),
    "url_text_input": shape({}, {**TYPING, "initial_value": string(least=0)}),
    "number_input": shape(
        {"is_decimal_allowed": flag},
        {
            **TYPING,
            "initial_value": string(least=0),
            "min_value": string(),
            "max_value": string(),
        },
    ),
    "rich_text_input": shape(
        {},
        {
            **TYPING,
            "initial_value": any_value,
            "min_lines": whole(0, 100),
            "max_lines": whole(1, 100),
        },
    ),
    "file_input": shape({}, {**ANY, "filetypes": listing(string()), "max_files": whole(1, 10)}),
    "image": shape(
        {"alt_text": string(2000)}, {"image_url": URL, "slack_file": SLACK_FILE}, also=IMAGE_SOURCE
    ),
    "icon_button": shape(
        {"text": plain(), "icon": string()},
        {
            **ANY,
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": listing(string(), most=10),
        },
    ),
    "feedback_buttons": shape(
        {
            key: shape(
                {"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)}
            )
            for key in ("positive_button", "negative_button")
        },
        ANY,
    ),
    "url": shape({"url": URL, "text": string()}),
}

BUTTONS = ("button", "workflow_button")
SELECTS = (
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
)
MULTI_SELECTS = tuple(f"multi_{one}" for one in SELECTS)
PICKERS = ("checkboxes", "radio_buttons", "datepicker", "timepicker")

IN_ACTIONS = (*BUTTONS, "overflow", *PICKERS, "datetimepicker", *SELECTS)
IN_SECTION = (*BUTTONS, "overflow", *PICKERS, *SELECTS, *MULTI_SELECTS, "image")
IN_INPUT = (
    *PICKERS,
    "datetimepicker",
    *SELECTS,
    *MULTI_SELECTS,
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
)
IN_CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")

__all__ = ["ELEMENTS", "IN_ACTIONS", "IN_CONTEXT_ACTIONS", "IN_INPUT", "IN_SECTION"]
