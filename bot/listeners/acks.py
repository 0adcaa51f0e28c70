"""What an acknowledgement carries back to Slack."""

from collections.abc import Mapping
from typing import Any

from bot.views.blocks import View

Ack = Mapping[str, Any]
"""Nothing, an answer to a command, errors at a form's fields, or another form in its place."""
NOTHING: Ack = {}


def errors(at_fields: Mapping[str, str]) -> Ack:
    """Keep the form open with these sentences at its fields."""
    return {"response_action": "errors", "errors": dict(at_fields)}


def instead(view: View) -> Ack:
    """Put another form in place of the one that was sent."""
    return {"response_action": "update", "view": view}
