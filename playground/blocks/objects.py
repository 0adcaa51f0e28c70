"""Composition objects: text, options, confirmation dialogs, filters, files.

Source: docs.slack.dev/reference/block-kit/composition-objects.
"""

from __future__ import annotations

from playground.blocks.complaints import Complaints
from playground.blocks.shapes import (
    Rule,
    exactly_one,
    flag,
    lengths,
    listing,
    one_of,
    shape,
    string,
)

ID = string(255)
URL = string(3000, pattern=r"(?s)\S+")


def text(most: int = 3000, *, plain: bool = False) -> Rule:
    """A text object; `plain` refuses mrkdwn."""
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, dict):
            found.add(at, "must provide an object", kind="type")
            return
        kind = value.get("type")
        if kind not in kinds:
            message = f"unsupported type: {kind}"
            found.add(f"{at}/type", message, kind="enum", expected=list(kinds))
            return
        known = {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}
        for key in value.keys() - known:
            found.add(at, f"invalid additional property: {key}", kind="additional_property")
        for key in ("emoji", "verbatim"):
            if key in value and key in known:
                flag(found, f"{at}/{key}", value[key])
        words = value.get("text")
        if not isinstance(words, str):
            found.add(at, "missing required field: text", kind="required", expected="text")
            return
        lengths(found, f"{at}/text", words, 1, most)

    return check


def plain(most: int = 3000) -> Rule:
    """A plain text object."""
    return text(most, plain=True)


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)

OPTION = shape({"text": text(75), "value": string(150)}, {"description": text(75), "url": URL})
PLAIN_OPTION = shape(
    {"text": plain(75), "value": string(150)}, {"description": plain(75), "url": URL}
)
OPTION_GROUP = shape({"label": plain(75), "options": listing(PLAIN_OPTION, most=100)})

DISPATCH = shape(
    {},
    {"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), most=2)},
)

FILTER = shape(
    {},
    {
        "include": listing(one_of("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)


SLACK_FILE = shape({}, {"id": string(), "url": URL}, also=exactly_one("id", "url"))
IMAGE_SOURCE = exactly_one("image_url", "slack_file")

WORKFLOW = shape(
    {
        "trigger": shape(
            {"url": URL},
            {
                "customizable_input_parameters": listing(
                    shape({"name": string(), "value": string(least=0)}), least=0
                )
            },
        )
    }
)
