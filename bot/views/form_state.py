"""Reading what Slack says was filled in. Whatever is not of the expected form counts as empty.

`state` is `view.state.values` or the `state.values` of a press: block id, then action id, then the
element's own value (Slack: view submission payloads).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

_LATEST = 32_503_680_000
"""The year 3000, in seconds: beyond it a moment is nonsense."""


def element(state: Mapping[str, object], block_id: str) -> Mapping[str, object]:
    """The only element of a block; empty if there is none."""
    block = state.get(block_id)
    if isinstance(block, Mapping):
        for value in block.values():
            if isinstance(value, Mapping):
                return value
    return {}


def text(state: Mapping[str, object], block_id: str) -> str:
    """What was written, without blanks around it."""
    value = element(state, block_id).get("value")
    return value.strip() if isinstance(value, str) else ""


def choice(state: Mapping[str, object], block_id: str) -> str | None:
    """The value of the chosen option."""
    return _value(element(state, block_id).get("selected_option"))


def person(state: Mapping[str, object], block_id: str) -> str | None:
    """The id of the chosen person."""
    value = element(state, block_id).get("selected_user")
    return value if isinstance(value, str) and value else None


def choices(state: Mapping[str, object], block_id: str) -> tuple[str, ...]:
    """The values of the ticked options."""
    ticked = element(state, block_id).get("selected_options")
    found = (_value(option) for option in ticked) if isinstance(ticked, list) else ()
    return tuple(value for value in found if value is not None)


def moment(state: Mapping[str, object], block_id: str) -> datetime | None:
    """The chosen moment, UTC."""
    stamp = element(state, block_id).get("selected_date_time")
    if isinstance(stamp, bool) or not isinstance(stamp, int) or not 0 <= stamp < _LATEST:
        return None
    return datetime.fromtimestamp(stamp, UTC)


def remembered(private_metadata: str) -> Mapping[str, object]:
    """What the form kept for itself (JSON)."""
    try:
        kept = json.loads(private_metadata or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def remember(**kept: object) -> str:
    """The `private_metadata` that keeps this."""
    return json.dumps({k: v for k, v in kept.items() if v is not None}, separators=(",", ":"))


def remembered_text(private_metadata: str, key: str) -> str | None:
    """One text the form kept."""
    value = remembered(private_metadata).get(key)
    return value if isinstance(value, str) and value else None


def _value(option: object) -> str | None:
    value = option.get("value") if isinstance(option, Mapping) else None
    return value if isinstance(value, str) and value else None
