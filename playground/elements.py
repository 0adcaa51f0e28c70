"""Interactive elements: where they stand in blocks, what they hold, what a press sends.

The shapes of `state.values` and of entries in `actions` are those of docs.slack.dev,
block_actions payload and view state. What a person typed is kept apart (`Typed`), keyed by
block_id and action_id, so that input survives an update that keeps both ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from playground.records import Message
from playground.wire import Json, as_json, as_list, as_text

Typed: TypeAlias = dict[str, dict[str, Json]]

TEXT_INPUTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input")

STATE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
"""For each element that holds a value: its key in the state and the key of its first value."""

PLURAL = ("checkboxes", "multi_", "file_input")

PRESSABLE = ("button", "overflow", "workflow_button", "icon_button", "feedback_buttons")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An element and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        """Id of the block, filled in when the payload was stored."""
        return as_text(self.block.get("block_id"))

    @property
    def action_id(self) -> str:
        """Id of the element."""
        return as_text(self.element.get("action_id"))

    @property
    def kind(self) -> str:
        """The element's type."""
        return as_text(self.element.get("type"))

    @property
    def is_input(self) -> bool:
        """Inside an input block: sends no action of its own unless `dispatch_action`."""
        return self.block.get("type") == "input"


def placed_elements(blocks: object) -> Iterator[Placed]:
    """All interactive elements of some blocks, in reading order."""
    for block in map(as_json, as_list(blocks)):
        found = [block.get("accessory"), block.get("element")]
        found += as_list(block.get("elements")) + as_list(block.get("actions"))
        for element in map(as_json, found):
            if "type" in element and ("action_id" in element or element["type"] in STATE_KEYS):
                yield Placed(block=block, element=element)
        if block.get("type") in ("container", "carousel"):
            yield from placed_elements(block.get("child_blocks"))
            yield from placed_elements(block.get("elements"))


def message_blocks(message: Message) -> list[Json]:
    """All blocks of a message, those of its attachments included."""
    blocks = [as_json(one) for one in as_list(message.body.get("blocks"))]
    for attachment in as_list(message.body.get("attachments")):
        blocks += [as_json(one) for one in as_list(as_json(attachment).get("blocks"))]
    return blocks


def state_of(element: Json, typed: Json | None) -> Json:
    """What the element holds: what was typed, else its first value, else empty."""
    kind = as_text(element.get("type"))
    key, first = STATE_KEYS[kind]
    if typed is not None:
        return {"type": kind, key: typed.get(key, _empty(kind))}
    return {"type": kind, key: element.get(first, _empty(kind)) if first else _empty(kind)}


def is_empty(state: Json) -> bool:
    """Whether nothing was entered or chosen."""
    key, _ = STATE_KEYS[as_text(state.get("type"))]
    return state.get(key) in (None, "", [], {})


def state_values(blocks: object, typed: Typed) -> Json:
    """`state.values` of some blocks, untouched elements included."""
    values: Json = {}
    for placed in placed_elements(blocks):
        if placed.kind in STATE_KEYS:
            held = typed.get(placed.block_id, {}).get(placed.action_id)
            values.setdefault(placed.block_id, {})[placed.action_id] = state_of(
                placed.element, held
            )
    return values


def keep_typed(blocks: object, typed: Typed) -> Typed:
    """What survives an update: input whose block_id, action_id and type are still there."""
    kept: Typed = {}
    for placed in placed_elements(blocks):
        held = typed.get(placed.block_id, {}).get(placed.action_id)
        if held is not None and held.get("type") == placed.kind:
            kept.setdefault(placed.block_id, {})[placed.action_id] = held
    return kept


def action_entry(placed: Placed, value: Json | None, at: str) -> Json:
    """The entry in `actions` for a press or a choice."""
    element = placed.element
    entry: Json = {
        "type": placed.kind,
        "block_id": placed.block_id,
        "action_id": placed.action_id,
        "action_ts": at,
    }
    for key in ("text", "value", "style", "url", "placeholder", "confirm"):
        if key in element and (placed.kind in PRESSABLE or key == "placeholder"):
            entry[key] = element[key]
    if placed.kind in STATE_KEYS:
        key, _ = STATE_KEYS[placed.kind]
        entry[key] = as_json(value).get(key, _empty(placed.kind))
    elif placed.kind == "overflow":
        entry["selected_option"] = as_json(value).get("selected_option")
    return entry


def _empty(kind: str) -> object:
    return [] if kind.startswith(PLURAL) else None
