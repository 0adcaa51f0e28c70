"""blocks.validate: Slack's own validator, without posting anything.

Source: docs.slack.dev, the page of that name.
"""

from __future__ import annotations

from playground.arguments import missing
from playground.blocks.check import Complaint, check_blocks, check_view
from playground.web_api import Call, method
from playground.wire import Json, as_json


@method("blocks.validate", tier=4)
async def blocks_validate(call: Call) -> Json:
    """Judge blocks, a message or a view; `errors` has pointer, code, message and constraint."""
    given = {name: call.args.structure(name) for name in ("blocks", "message", "view")}
    present = [name for name, value in given.items() if value not in (None, "")]
    if not present:
        raise missing("blocks")
    name = present[0]
    value = given[name]
    found: list[Complaint]
    if name == "view":
        view = as_json(value)
        found = check_view(view, "home" if view.get("type") == "home" else "modal")
    else:
        blocks = as_json(value).get("blocks", []) if name == "message" else value
        found = check_blocks(blocks, "message")
    return {"valid": not found, "errors": [one.as_json() for one in found]}
