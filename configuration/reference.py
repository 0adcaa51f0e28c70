"""The reference of every key, as tables for `docs/configuration.md`, from the published schema.

The page is written by hand around them; `python -m configuration.reference docs/configuration.md`
renews the tables in place, and a test says when that is due.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from configuration.structure import schema
from configuration.yaml_text import flow

BEGIN, END = "<!-- keys: made from the schema -->\n", "<!-- end of keys -->\n"


def tables() -> str:
    """A table of keys for each part of the file, in the order a file has them."""
    return "\n".join(_table(rules) for rules in _parts(schema(), set()))


def renewed(page: str) -> str:
    """The page with its tables as the schema has them now."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page does not say where its tables are")
    return f"{head}{BEGIN}\n{tables()}\n{END}{tail}"


def _parts(rules: Mapping[str, Any], seen: set[str]) -> Iterator[Mapping[str, Any]]:
    """Every part with keys, once, each before what is in it."""
    if "properties" in rules:
        if rules["title"] in seen:
            return
        seen.add(rules["title"])
        yield rules
    for part in _below(rules):
        yield from _parts(part, seen)


def _below(rules: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in (*rules.get("properties", {}).values(), *rules.get("anyOf", ())):
        yield from _resolved(part)
    if "items" in rules:
        yield from _resolved(rules["items"])


def _resolved(rules: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    reference = str(rules.get("$ref", ""))
    yield schema()["$defs"][reference.removeprefix("#/$defs/")] if reference else rules


def _table(rules: Mapping[str, Any]) -> str:
    title = str(rules["title"])
    heading = "The whole file" if rules is schema() else title
    lines = [f"### {heading}", ""]
    if "description" in rules:
        lines += [rules["description"], ""]
    lines += ["| key | meaning | default |", "|---|---|---|"]
    for key, part in rules["properties"].items():
        (target,) = _resolved(part)
        meaning = part.get("description") or target.get("description", "")
        allowed = part.get("enum") or target.get("enum")
        if allowed:
            meaning += f" {', '.join(f'`{each}`' for each in allowed)}."
        lines.append(f"| `{key}` | {meaning} | {_default(key, part, target, rules)} |")
    return "\n".join([*lines, ""])


def _default(
    key: str, part: Mapping[str, Any], target: Mapping[str, Any], rules: Mapping[str, Any]
) -> str:
    if key in rules.get("required", ()):
        return "required"
    for place in (part, target):
        if "default" in place:
            return f"`{flow(place['default'])}`"
    return ""


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
