"""Options an app answers for an external select, judged as those of a static one.

Source: docs.slack.dev, block_suggestion: `options` or `option_groups`, at most 100 of either.
"""

from __future__ import annotations

from playground.blocks.complaints import Complaints
from playground.blocks.element_rules import OPTIONS
from playground.wire import Json


def accepted_options(body: Json) -> Json | None:
    """The options of an answer, or None when Slack would not take them; none at all are fine."""
    key = "option_groups" if body.get("option_groups") else "options"
    given = body.get(key) or []
    found = Complaints()
    if given:
        OPTIONS[key](found, f"/{key}", given)
    return None if found.items else {key: given}
