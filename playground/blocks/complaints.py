"""One fault in a payload, and how Slack words it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.wire import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong and where; `pointer` is a JSON pointer into the argument."""

    pointer: str
    message: str
    code: str
    constraint: object = None

    def line(self) -> str:
        """As in `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"

    def text(self) -> str:
        """As in `errors`."""
        return f"{self.message} [json-pointer:{self.pointer}]"

    def as_json(self) -> Json:
        """As `blocks.validate` lists it."""
        return {
            "pointer": self.pointer,
            "code": self.code,
            "message": self.message,
            "constraint": self.constraint,
        }


@dataclass(slots=True)
class Complaints:
    """All faults found so far."""

    items: list[Complaint] = field(default_factory=list)

    def add(self, pointer: str, message: str, *, code: str, constraint: object = None) -> None:
        """Note one fault."""
        self.items.append(
            Complaint(pointer=pointer, message=message, code=code, constraint=constraint)
        )
