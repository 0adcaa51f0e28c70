"""Small rules from which the rules for blocks are put together.

A rule looks at one value under its JSON pointer and notes complaints. The words follow those Slack
uses in `response_metadata.messages`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from playground.blocks.complaints import Complaints
from playground.wire import as_json

Rule: TypeAlias = Callable[[Complaints, str, object], None]


def string(most: int | None = None, *, least: int = 1, pattern: str | None = None) -> Rule:
    """Text between `least` and `most` characters, perhaps of a certain form."""

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, str):
            found.add(at, "must provide a string", kind="type")
            return
        lengths(found, at, value, least, most)
        if pattern is not None and value and not re.fullmatch(pattern, value):
            found.add(at, f"must match pattern {pattern}", kind="pattern", expected=pattern)

    return check


def lengths(found: Complaints, at: str, value: str, least: int, most: int | None) -> None:
    """Note a text that is too short or too long."""
    if len(value) < least:
        found.add(
            at, f"must be more than {least - 1} characters", kind="min_length", expected=least
        )
    if most is not None and len(value) > most:
        found.add(at, f"must be less than {most + 1} characters", kind="max_length", expected=most)


def flag(found: Complaints, at: str, value: object) -> None:
    """True or false."""
    if not isinstance(value, bool):
        found.add(at, "must provide a boolean", kind="type")


def whole(low: int | None = None, high: int | None = None) -> Rule:
    """A whole number within bounds."""

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            found.add(at, "must provide a number", kind="type")
        elif low is not None and value < low:
            found.add(at, f"must be at least {low}", kind="minimum", expected=low)
        elif high is not None and value > high:
            found.add(at, f"must be at most {high}", kind="maximum", expected=high)

    return check


def number(found: Complaints, at: str, value: object) -> None:
    """Any number."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        found.add(at, "must provide a number", kind="type")


def one_of(*values: str) -> Rule:
    """One of some words."""

    def check(found: Complaints, at: str, value: object) -> None:
        if value not in values:
            words = ", ".join(values)
            found.add(at, f"must be one of: {words}", kind="enum", expected=list(values))

    return check


def listing(rule: Rule, *, least: int = 1, most: int | None = None) -> Rule:
    """A list whose items keep a rule."""

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, list):
            found.add(at, "must provide an array", kind="type")
            return
        if len(value) < least:
            found.add(at, f"no fewer than {least} items allowed", kind="min_items", expected=least)
        if most is not None and len(value) > most:
            found.add(at, f"no more than {most} items allowed", kind="max_items", expected=most)
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
            found.add(at, "must provide an object", kind="type")
            return
        for key in required:
            if value.get(key) is None:
                found.add(at, f"missing required field: {key}", kind="required", expected=key)
        for key, held in value.items():
            if key in known:
                if held is not None:
                    known[key](found, f"{at}/{key}", held)
            elif key != "type":
                found.add(
                    at,
                    f"invalid additional property: {key}",
                    kind="additional_property",
                    expected=key,
                )
        if also is not None:
            also(found, at, value)

    return check


def exactly_one(*keys: str) -> Rule:
    """An object that has one of these keys and no second one."""

    def check(found: Complaints, at: str, value: object) -> None:
        given = [key for key in keys if as_json(value).get(key) is not None]
        if len(given) != 1:
            found.add(at, f"must provide exactly one of: {', '.join(keys)}", kind="required")

    return check


def by_type(table: Mapping[str, Rule], allowed: tuple[str, ...] | None = None) -> Rule:
    """An object judged by the rule of its `type`, if that is allowed here."""

    def check(found: Complaints, at: str, value: object) -> None:
        if not isinstance(value, dict):
            found.add(at, "must provide an object", kind="type")
            return
        kind = value.get("type")
        if kind is None:
            found.add(at, "missing required field: type", kind="required", expected="type")
        elif not isinstance(kind, str) or kind not in (table if allowed is None else allowed):
            expected = list(table if allowed is None else allowed)
            found.add(f"{at}/type", f"unsupported type: {kind}", kind="enum", expected=expected)
        else:
            table[kind](found, at, value)

    return check


def any_value(found: Complaints, at: str, value: object) -> None:
    """Not judged."""
