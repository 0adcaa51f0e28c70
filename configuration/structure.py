"""Whether a file is built as the published JSON Schema says, and in words what is not.

The schema is the one editors complete from, so file, editor and check cannot disagree. Every
error of the validator becomes a sentence on its own line. What is at fault is then left out, and
the rest goes on to be checked for its meaning: one run reports everything.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from configuration.document import Document, Path, Plain
from configuration.faults import Findings, Words
from configuration.wording import form

if TYPE_CHECKING:
    import jsonschema

ROOT = "This file"


@cache
def schema() -> Mapping[str, Any]:
    """The published JSON Schema (2020-12) of the configuration file."""
    return dict(json.loads(schema_text()))


@cache
def schema_text() -> str:
    """The published JSON Schema as it is shipped."""
    return files("configuration").joinpath("usher.schema.json").read_text(encoding="utf-8")


def check(document: Document, findings: Findings) -> Document:
    """Report every error of structure; return the document without what is at fault.

    What is left has the right kind everywhere, but required keys may be missing.
    """
    gone: set[Path] = set()
    harmed: set[Path] = set()
    for error in _validator().iter_errors(document.value):
        if error.validator == "pattern" and not error.instance and "minLength" in error.schema:
            continue  # empty, which minLength says better
        for leaf in _leaves(error):
            for path, words, is_removed in _explain(leaf, document):
                findings.fault(document.line(path), words)
                (gone if is_removed else harmed).add(path)
    return document.without(gone, harmed)


@cache
def _validator() -> Any:
    # Most starts find their file applied before and read none; they need no validator.
    import jsonschema  # noqa: PLC0415 - see above

    def matches(
        _: Any, pattern: str, instance: object, __: Mapping[str, Any]
    ) -> Iterator[jsonschema.ValidationError]:
        """A schema's `$` is the end of the text; Python's also stands before a last newline."""
        if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match")

    extend: Any = jsonschema.validators.extend
    strict = extend(jsonschema.Draft202012Validator, {"pattern": matches})
    return strict(schema(), format_checker=jsonschema.FormatChecker(["date"]))


def _leaves(error: "jsonschema.ValidationError") -> Iterator["jsonschema.ValidationError"]:
    """The errors that say something: of alternatives, those of the one that was meant.

    Meant is the alternative whose kind fits, such as keys with values; if no kind fits, the
    alternatives are one error.
    """
    if error.validator != "anyOf":
        yield error
        return
    branches: dict[object, list[jsonschema.ValidationError]] = {}
    for part in error.context or ():
        branches.setdefault(part.relative_schema_path[0], []).append(part)
    for parts in branches.values():
        if not any(
            not part.relative_path and part.validator in {"type", "const", "enum", "pattern"}
            for part in parts
        ):
            for part in parts:
                yield from _leaves(part)
            return
    yield error


def _explain(
    error: "jsonschema.ValidationError", document: Document
) -> Iterator[tuple[Path, Words, bool]]:
    """Where an error is, what to say, and whether that place must be left out."""
    path: Path = tuple(error.absolute_path)
    rules: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    value: Any = error.instance
    where = _called(path, rules)
    match error.validator:
        case "additionalProperties":
            known = rules["properties"]
            for key in (key for key in value if key not in known):
                yield (*path, key), form.unknown_key(key, where, known), True
        case "required":
            for key in (key for key in rules["required"] if key not in value):
                example = _example(rules["properties"][key])
                yield path, form.missing_key(key, where, example), False
        case "minProperties" | "maxProperties":
            known = rules["properties"]
            given = [key for key in value if key in known]
            # Of one known and one unknown key, the unknown one is what there is to say.
            if len(given) != 1 and (given or not value):
                in_list = isinstance(path[-1], int)
                yield path, form.exactly_one(where, known, given, in_list=in_list), True
        case "type" | "enum" | "const" | "anyOf" if value is None:
            written = document.text(document.line(path))
            yield path, form.empty_value(where, _example(rules), written), True
        case _:
            yield path, _limit(error, rules, where), error.validator != "uniqueItems"


def _limit(error: "jsonschema.ValidationError", rules: Mapping[str, Any], where: str) -> Words:
    """The words for an error about the content of one value."""
    value: Any = error.instance
    bound: Any = error.validator_value
    write: Mapping[object, Callable[[], Words]] = {
        "type": lambda: _wrong_kind(where, bound, value, rules),
        "enum": lambda: form.not_among(where, value, bound),
        "const": lambda: form.not_among(where, value, [bound]),
        "anyOf": lambda: form.not_like(where, value, rules.get("examples", ())),
        "pattern": lambda: form.malformed(rules["title"], value, _example(rules)),
        "format": lambda: form.malformed(rules["title"], value, _example(rules)),
        "minLength": lambda: form.too_few(where, _example(rules)),
        "minItems": lambda: form.too_few(where, _example(rules)),
        "maxLength": lambda: form.too_long(where, len(value), bound),
        "maxItems": lambda: form.too_many(where, len(value), bound),
        "minimum": lambda: form.too_small(where, value, bound),
        "uniqueItems": lambda: form.item_twice(where),
    }
    explain = write.get(error.validator, lambda: form.unexplained(where, error.message))
    return explain()


def _wrong_kind(where: str, wanted: str, value: Any, rules: Mapping[str, Any]) -> Words:
    """The words for a value of another kind; a number for a duration is a duration in words."""
    if rules.get("title") == "Duration" and isinstance(value, int | float):
        return form.malformed("Duration", str(value), _example(rules))
    return form.wrong_kind(where, wanted, value, _example(rules))


def _called(path: Path, rules: Mapping[str, Any]) -> str:
    """What to call the place: a key by its name, an item by its place in the list."""
    if not path:
        return ROOT
    last = path[-1]
    if isinstance(last, str):
        return last
    title = rules.get("title")
    if title and rules.get("type") == "object":
        return f"This {str(title).lower()}"
    above: Sequence[str] = [str(step) for step in path[:-1] if isinstance(step, str)]
    return f"Item {int(last) + 1} of {above[-1]}" if above else f"Item {int(last) + 1}"


def _example(rules: Mapping[str, Any]) -> Plain:
    """A value to show: the schema's own example, or that of what it refers to."""
    if "examples" in rules:
        example: Plain = rules["examples"][0]
        return example
    if "$ref" in rules:
        return _example(schema()["$defs"][str(rules["$ref"]).removeprefix("#/$defs/")])
    if "enum" in rules:
        first: Plain = rules["enum"][0]
        return first
    if rules.get("type") == "array":
        return [_example(rules["items"])]
    usual: dict[str, Plain] = {"boolean": True, "integer": 1, "object": {}}
    return usual.get(str(rules.get("type")), "...")
