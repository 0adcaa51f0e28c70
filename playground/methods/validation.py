"""blocks.validate: Slack's own validator, without posting anything.

Source: docs.slack.dev, the page of that name.
"""

from __future__ import annotations

from playground.arguments import messages
from playground.blocks.check import Complaint, check_blocks, check_view
from playground.web_api import Call, method
from playground.wire import Json, Refused, as_json

WHAT = ("blocks", "message", "view")


@method("blocks.validate", tier=4)
async def blocks_validate(call: Call) -> Json:
    """Judge blocks, a message or a view; nothing in the answer means nothing wrong.

    Faults are `invalid_blocks`, `invalid_message` or `invalid_view`, with `errors`.
    """
    given = {name: call.args.structure(name) for name in WHAT if name in call.args}
    if len(given) != 1:
        why = "must provide exactly one of `blocks`, `view`, or `message`"
        raise Refused("invalid_arguments", **messages(why))
    [(name, value)] = given.items()
    found = judged(name, value)
    if found:
        raise Refused(f"invalid_{name}", errors=[one.as_json() for one in found])
    return {}


def judged(name: str, value: object) -> list[Complaint]:
    """Complaints, with pointers into the value that was given."""
    if name == "view":
        view = as_json(value)
        return check_view(view, "home" if view.get("type") == "home" else "modal", at="")
    if name == "message":
        return check_blocks(as_json(value).get("blocks", []), "message")
    return check_blocks(value, "message", at="")
