"""Plain values as YAML text: the same values always give the same text, laid out for reading.

Small things stay on one line (`{scope: all_members}`), everything else gets a line per key. Text
is quoted only where YAML would read something else into it. What is written here is read back by
`document.py` as exactly the same values.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Writable: TypeAlias = (
    "bool | int | float | str | Flow | Sequence[Writable] | Mapping[str, Writable] | None"
)


@dataclass(frozen=True, slots=True)
class Flow:
    """A value to be written on one line, in brackets."""

    value: Writable


_PLAIN = re.compile(r"[^\W\d_](?:[\w ./()'@+-]*[\w.)])?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Text in YAML 1.2, and never anything else in a file of ours."""
_TAKEN = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words some reader of YAML takes for something else, though not all of them ours."""


def block(value: Mapping[str, Writable]) -> str:
    """A mapping with a line per key."""
    return "".join(f"{line}\n" for line in _mapping(value, ""))


def flow(value: Writable) -> str:
    """A value on one line."""
    match value:
        case Flow():
            return flow(value.value)
        case str():
            return _text(value)
        case bool() | None:
            return json.dumps(value)
        case int() | float():
            return str(value)
        case Mapping():
            return "{" + ", ".join(f"{key}: {flow(part)}" for key, part in value.items()) + "}"
        case _:
            return "[" + ", ".join(flow(part) for part in value) + "]"


def _mapping(value: Mapping[str, Writable], indent: str) -> Iterator[str]:
    for key, part in value.items():
        if isinstance(part, Mapping) and part:
            yield f"{indent}{key}:"
            yield from _mapping(part, indent + "  ")
        elif isinstance(part, Sequence) and not isinstance(part, str) and part:
            yield f"{indent}{key}:"
            yield from _items(part, indent + "  ")
        else:
            yield f"{indent}{key}: {flow(part)}"


def _items(items: Sequence[Writable], indent: str) -> Iterator[str]:
    """Items of a list; the first line of a mapping stands behind the dash."""
    for item in items:
        if isinstance(item, Mapping) and item:
            for number, line in enumerate(_mapping(item, "")):
                yield f"{indent}{'  ' if number else '- '}{line}"
        else:
            yield f"{indent}- {flow(item)}"


def _text(text: str) -> str:
    if _DATE.fullmatch(text) and text.isascii():
        return text
    if _PLAIN.fullmatch(text) and text.casefold() not in _TAKEN and text.isprintable():
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape(char) for char in quoted)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
