"""One fault in a payload, and how Slack words it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong and where; `pointer` is a JSON pointer into the argument."""

    pointer: str
    message: str
    kind: str
    """What kind of rule was broken. Slack's page shows only `enum`; the other words are ours."""
    expected: object = None

    def line(self) -> str:
        """As in `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"

    def text(self) -> str:
        """As in `errors`."""
        return f"{self.message} [json-pointer:{self.pointer}]"

    def as_json(self) -> Json:
        """As `blocks.validate` lists it."""
        return {
            "code": "failed_constraint",
            "message": self.message,
            "pointer": self.pointer,
            "constraint": {"type": self.kind, "expected": self.expected},
        }


@dataclass(slots=True)
class Complaints:
    """All faults found so far."""

    items: list[Complaint] = field(default_factory=list)

    def add(self, pointer: str, message: str, *, kind: str, expected: object = None) -> None:
        """Note one fault."""
        self.items.append(Complaint(pointer=pointer, message=message, kind=kind, expected=expected))
