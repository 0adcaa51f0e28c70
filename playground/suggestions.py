"""Options an app answers for an external select, judged as Slack judges them.

Source: docs.slack.dev, block_suggestion: at most 100 options, text 75, value 150 characters.
"""

from __future__ import annotations

from playground.wire import Json, as_json, as_list, as_text

MOST_OPTIONS = 100


def accepted_options(body: Json) -> Json | None:
    """The options of an answer, or None when Slack would not take them."""
    groups = [as_json(one) for one in as_list(body.get("option_groups"))]
    lists = [as_list(body.get("options")), *(as_list(one.get("options")) for one in groups)]
    for options in lists:
        if len(options) > MOST_OPTIONS or not all(_is_option(one) for one in options):
            return None
    return {"option_groups": groups} if groups else {"options": lists[0]}


def _is_option(option: object) -> bool:
    found = as_json(option)
    text, value = as_text(as_json(found.get("text")).get("text")), as_text(found.get("value"))
    return 1 <= len(text) <= 75 and 1 <= len(value) <= 150
