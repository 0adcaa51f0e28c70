"""What travels: JSON of any shape, and the one way to say no in Slack's words.

`Json` is the single place where `Any` enters this package: a payload comes from somebody else's
program and is looked at key by key.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


class Refused(Exception):
    """The Web API answers `ok: false` with this error code; extra keys go into the answer."""

    def __init__(self, error: str, **extra: object) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra

    def answer(self) -> Json:
        """The body Slack would send."""
        return {"ok": False, "error": self.error, **self.extra}


def as_json(value: object) -> Json:
    """The value if it is an object, else an empty one: for optional parts of a payload."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The value if it is text, else nothing."""
    return value if isinstance(value, str) else ""
