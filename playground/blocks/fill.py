"""What Slack adds to blocks when it stores them: missing block ids and action ids."""

from __future__ import annotations

import secrets

from playground.wire import Json, as_json, as_list


def with_block_ids(blocks: object) -> list[Json]:
    """A copy of the blocks in which every block and interactive element has its id."""
    filled = []
    for block in map(as_json, as_list(blocks)):
        copy = {**block, "block_id": block.get("block_id") or _short_id()}
        if isinstance(copy.get("elements"), list) and copy.get("type") == "actions":
            copy["elements"] = [_with_action_id(as_json(one)) for one in copy["elements"]]
        if copy.get("type") == "container":
            copy["child_blocks"] = with_block_ids(copy.get("child_blocks"))
        if isinstance(copy.get("actions"), list):
            copy["actions"] = [_with_action_id(as_json(one)) for one in copy["actions"]]
        for key in ("accessory", "element"):
            if isinstance(copy.get(key), dict):
                copy[key] = _with_action_id(copy[key])
        filled.append(copy)
    return filled


def _with_action_id(element: Json) -> Json:
    if element.get("type") == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": _short_id()}


def _short_id() -> str:
    return secrets.token_urlsafe(4)
