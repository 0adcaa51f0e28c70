"""views.open, views.push, views.update, views.publish.

Source: docs.slack.dev, the pages of these names.
"""

from __future__ import annotations

import json

from playground.blocks.check import check_view
from playground.blocks.fill import with_block_ids
from playground.journal import Journal
from playground.web_api import Call, method
from playground.wire import Json, Refused

LARGEST_VIEW = 250_000
"""Bytes of JSON: docs.slack.dev/surfaces/modals says 250 kB."""


@method("views.open", tier=4)
async def views_open(call: Call) -> Json:
    """Open a modal for whoever the trigger belongs to."""
    views = call.playground.views
    payload = read_view(call, "modal")
    view = views.open(views.exchange(call.args.text("trigger_id")), payload)
    return {"view": views.shown(view)}


@method("views.push", tier=4)
async def views_push(call: Call) -> Json:
    """Put a modal above the one whose trigger this is."""
    views = call.playground.views
    payload = read_view(call, "modal")
    view = views.push(views.exchange(call.args.text("trigger_id")), payload)
    return {"view": views.shown(view)}


@method("views.update", tier=4)
async def views_update(call: Call) -> Json:
    """Replace the content of an open view."""
    views = call.playground.views
    view = views.find(
        view_id=call.args.optional("view_id"), external_id=call.args.optional("external_id")
    )
    payload = read_view(call, "home" if view.is_home else "modal")
    views.update(view, payload, expected_hash=call.args.optional("hash"))
    return {"view": views.shown(view)}


@method("views.publish", tier=4)
async def views_publish(call: Call) -> Json:
    """Show somebody a Home tab."""
    playground = call.playground
    if not playground.workspace.manifest.home_tab:
        raise Refused("not_enabled")
    user = playground.workspace.user(call.args.text("user_id"))
    payload = read_view(call, "home")
    view = playground.views.publish(user.id, payload, expected_hash=call.args.optional("hash"))
    return {"view": playground.views.shown(view)}


def read_view(call: Call, surface: str) -> Json:
    """The `view` argument, checked; raises `invalid_arguments` or `view_too_large`."""
    payload = call.args.structure("view")
    if payload is None or payload == "":
        raise Refused("invalid_arguments", **_why("missing required field: view"))
    return accept_view(call.playground.journal, payload, surface)


def accept_view(journal: Journal, payload: object, surface: str) -> Json:
    """Check a view from a method or from an answer to a submission and fill in its block ids."""
    if not isinstance(payload, dict):
        raise Refused("invalid_arguments", **_why("must be a valid view object"))
    journal.note_payload(surface, payload)
    if len(json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()) > LARGEST_VIEW:
        raise Refused("view_too_large")
    complaints = check_view(payload, surface)
    if complaints:
        lines = [one.line() for one in complaints]
        raise Refused("invalid_arguments", response_metadata={"messages": lines})
    return {**payload, "blocks": with_block_ids(payload.get("blocks"))}


def _why(text: str) -> Json:
    return {"response_metadata": {"messages": [f"[ERROR] {text}"]}}
