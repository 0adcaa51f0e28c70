"""Small rules from which the rules for blocks are put together.

A rule looks at one value under its JSON pointer and notes complaints. The words follow those Slack
uses in `response_metadata.messages`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from playground.blocks.complaints import Complaints

Rule: TypeAlias = Callable[[Complaints, str, object], None]


def string(most: int | None = None, *, least: int = 1, pattern: str | None = None) -> Rule:
    """Text between `least` and `most` characters, perhaps of a certain form."""

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, str):
            found.add(at, "must provide a string", code="type")
            return
        lengths(found, at, value, least, most)
        if pattern is not None and value and not re.fullmatch(pattern, value):
            found.add(at, f"must match pattern {pattern}", code="pattern", constraint=pattern)

    return check


def lengths(found: Complaints, at: str, value: str, least: int, most: int | None) -> None:
    """Note a text that is too short or too long."""
    if len(value) < least:
        found.add(
            at, f"must be more than {least - 1} characters", code="min_length", constraint=least
        )
    if most is not None and len(value) > most:
        found.add(
            at, f"must be less than {most + 1} characters", code="max_length", constraint=most
        )


def flag(found: Complaints, at: str, value: object) -> None:
    """True or false."""
    if not isinstance(value, bool):
        found.add(at, "must provide a boolean", code="type")


def whole(low: int | None = None, high: int | None = None) -> Rule:
    """A whole number within bounds."""

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            found.add(at, "must provide a number", code="type")
        elif low is not None and value < low:
            found.add(at, f"must be at least {low}", code="minimum", constraint=low)
        elif high is not None and value > high:
            found.add(at, f"must be at most {high}", code="maximum", constraint=high)

    return check


def number(found: Complaints, at: str, value: object) -> None:
    """Any number."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        found.add(at, "must provide a number", code="type")


def one_of(*values: str) -> Rule:
    """One of some words."""

    def check(found: Complaints, at: str, value: object) -> None:
        if value not in values:
            words = ", ".join(values)
            found.add(at, f"must be one of: {words}", code="enum", constraint=list(values))

    return check


def listing(rule: Rule, *, least: int = 1, most: int | None = None) -> Rule:
    """A list whose items keep a rule."""

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, list):
            found.add(at, "must provide an array", code="type")
            return
        if len(value) < least:
            found.add(
                at, f"no fewer than {least} items allowed", code="min_items", constraint=least
            )
        if most is not None and len(value) > most:
            found.add(at, f"no more than {most} items allowed", code="max_items", constraint=most)
        for index, one in enumerate(value):
            rule(found, f"{at}/{index}", one)

    return check


def shape(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    *,
    also: Rule | None = None,
) -> Rule:
    """An object with these keys and no others; `also` judges it as a whole."""
    known = {**(optional or {}), **required}

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, dict):
            found.add(at, "must provide an object", code="type")
            return
        for key in required:
            if value.get(key) is None:
                found.add(at, f"missing required field: {key}", code="required", constraint=key)
        for key, held in value.items():
            if key in known:
                if held is not None:
                    known[key](found, f"{at}/{key}", held)
            elif key != "type":
                found.add(
                    at,
                    f"invalid additional property: {key}",
                    code="additional_property",
                    constraint=key,
                )
        if also is not None:
            also(found, at, value)

    return check


def by_type(table: Mapping[str, Rule], allowed: tuple[str, ...] | None = None) -> Rule:
    """An object judged by the rule of its `type`, if that is allowed here."""

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, dict):
            found.add(at, "must provide an object", code="type")
            return
        kind = value.get("type")
        if kind is None:
            found.add(at, "missing required field: type", code="required", constraint="type")
        elif not isinstance(kind, str) or kind not in table:
            found.add(f"{at}/type", f"unsupported type: {kind}", code="unsupported_type")
        elif allowed is not None and kind not in allowed:
            found.add(
                f"{at}/type",
                f"unsupported type: {kind}",
                code="unsupported_type",
                constraint=list(allowed),
            )
        else:
            table[kind](found, at, value)

    return check


def any_value(found: Complaints, at: str, value: object) -> None:
    """Not judged."""
