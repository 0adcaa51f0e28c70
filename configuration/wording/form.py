"""Sentences about what a file looks like: YAML, keys, kinds of values and their limits."""

import re
from collections.abc import Iterable, Sequence

from configuration.durations import guess
from configuration.faults import Words
from configuration.wording import closest, did_you_mean, listed, shown
from configuration.yaml_text import Writable, flow


def too_large(size: int, most: int) -> Words:
    """The text has more bytes than a file may have."""
    return Words(
        message=f"The file has {size:,} bytes; {most:,} is the most.",
        suggestion="Remove what is not configuration.",
    )


def too_deep(most: int) -> Words:
    """Values inside values beyond the limit."""
    return Words(
        message=f"Nothing may be nested more than {most} levels deep.",
        suggestion="Check the brackets and the indentation.",
    )


def too_many_values(most: int) -> Words:
    """More values than the limit, aliases spread out."""
    return Words(
        message=f"The file has more than {most:,} values once every alias (*name) is spread out.",
        suggestion="Write repeated parts out, or use fewer of them.",
    )


def second_document() -> Words:
    """A line of three dashes begins another document."""
    return Words(
        message="A second document begins here.",
        suggestion="Remove the line ---: one file has one configuration.",
    )


def tagged(tag: str) -> Words:
    """A YAML tag such as !!python/object."""
    return Words(
        message=f"The tag {tag.replace('tag:yaml.org,2002:', '!!')} is not allowed.",
        suggestion="Values are plain text, numbers, true and false, lists, and keys with values.",
    )


def unknown_alias(name: str) -> Words:
    """An alias without an anchor before it, or inside it."""
    return Words(
        message=f"*{name} repeats something that is not there.",
        suggestion=f"Mark what it should repeat with &{name}, above and complete.",
    )


def key_is_no_text() -> Words:
    """A key that is a list, a mapping, an alias or tagged."""
    return Words(message="A key must be a word.", suggestion="Write key: value.")


def key_twice(key: str, first_line: int) -> Words:
    """The same key again in one mapping."""
    return Words(
        message=f"{key} was already given on line {first_line}.",
        suggestion="Keep one of the two.",
    )


def strange_character(code: int) -> Words:
    """A character YAML does not allow in a file."""
    return Words(
        message=f"The character U+{code:04X} cannot be in a YAML file.", suggestion="Remove it."
    )


def no_yaml(problem: str, suggestion: str) -> Words:
    """Any complaint of the grammar we have no better words for."""
    return Words(message=f"This is not valid YAML: {problem}.", suggestion=suggestion)


_CANNOT_START = re.compile(r"found character '(.)' that cannot start any token")
_ESCAPE = re.compile(r"found unknown escape character '(.)'")


def bad_yaml(problem: str, context: str, written: str) -> Words:
    """The grammar's complaint in words for somebody who writes a file once a year."""
    if "'\\t'" in problem:
        return Words(message="A tab cannot stand here.", suggestion="Indent with spaces.")
    if start := _CANNOT_START.search(problem):
        token = re.search(re.escape(start[1]) + r"[^\s,\]}]*", written)
        return Words(
            message=f"Text that begins with {start[1]} needs quotes.",
            suggestion=f'Write "{token[0] if token else start[1]}".',
        )
    if "flow" in context:
        return _open_bracket(written)
    if escape := _ESCAPE.search(problem):
        return Words(
            message=f"\\{escape[1]} means nothing inside double quotes.",
            suggestion="Use single quotes around text with backslashes.",
        )
    for telling, words in _COMPLAINTS.items():
        if telling in problem:
            return words
    return no_yaml(problem, "")


def _open_bracket(written: str) -> Words:
    comment = re.search(r"[\[{,]\s*(#[^\s,\]}]+)", written)
    if comment:
        return Words(
            message="Everything after # is a comment, so the bracket here is never closed.",
            suggestion=f'Write "{comment[1]}" in quotes.',
        )
    return Words(
        message="The bracket opened here is not closed, or a comma is missing in it.",
        suggestion="Close it, with commas between the items.",
    )


_COMPLAINTS = {
    "unexpected end of stream": Words(
        message="The quote opened here is never closed.", suggestion="Close it on the same line."
    ),
    "mapping values are not allowed": Words(
        message="A colon cannot stand here.",
        suggestion="Put text with a colon in quotes, and check the indentation.",
    ),
    "could not find expected ':'": Words(
        message="This line is not of the form key: value.",
        suggestion="Add the colon, or put text of several lines in quotes.",
    ),
    "expected <block end>": Words(
        message="The indentation does not fit the lines above.",
        suggestion="Start keys of one thing, and dashes of one list, in the same column.",
    ),
}


def empty_file() -> Words:
    """No value at all."""
    return Words(
        message="The file is empty.",
        suggestion="Begin with organization:, administrators: and admin_channel:.",
    )


def unknown_key(key: str, where: str, known: Iterable[str]) -> Words:
    """A key that does not belong into the thing it stands in."""
    every = list(known)
    if key == "<<":
        return Words(
            message="Merging with << is not part of YAML 1.2.",
            suggestion="Write the keys out, or repeat a whole value with *name.",
        )
    near = closest(key, every)
    return Words(
        message=f"{where} has no key {shown(key)}.",
        suggestion=did_you_mean(near) or f"Its keys are {listed(every)}.",
    )


def missing_key(key: str, where: str, example: Writable) -> Words:
    """A key that must be there."""
    return Words(message=f"{where} has no {key}.", suggestion=f"Add {key}: {flow(example)}")


def empty_value(called: str, example: Writable, written: str) -> Words:
    """Nothing behind the colon; often a channel without quotes, which YAML takes for a comment."""
    comment = re.search(r"(?:[:\-,\[]|^)\s+(#[^\s,\]}]+)", written)
    if comment:
        return Words(
            message=f"{called} is empty: everything after # is a comment.",
            suggestion=f'Write "{comment[1]}" in quotes.',
        )
    return Words(message=f"{called} is empty.", suggestion=f"Write it like {flow(example)}.")


_KINDS = {
    "string": "text",
    "array": "a list",
    "object": "keys with values",
    "boolean": "true or false",
    "integer": "a whole number",
}
_YES = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def wrong_kind(called: str, wanted: str, value: object, example: Writable) -> Words:
    """Text where a list should be, a number where text should be, and the like."""
    message = f"{called} must be {_KINDS[wanted]}, not {_kind(value)}."
    match wanted, value:
        case "boolean", str():
            said = _YES.get(value.casefold())
            return Words(message=message, suggestion=f"Write {said or 'true or false'}.")
        case "string", bool() | int() | float():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            return Words(message=message, suggestion=f'Put it in quotes: "{text}".')
        case "array", str() if value.strip():
            return Words(message=message, suggestion=f"Write {flow([value])}.")
        case _:
            return Words(message=message, suggestion=f"Write it like {flow(example)}.")


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {shown(value)}"
        case list():
            return "a list"
        case _:
            return "keys with values"


def not_among(called: str, value: object, allowed: Sequence[object]) -> Words:
    """A word that is none of the allowed ones."""
    words = [flow(each) if isinstance(each, str | bool) else str(each) for each in allowed]
    near = closest(value, words) if isinstance(value, str) else None
    said = shown(value) if isinstance(value, str) else flow(_writable(value))
    return Words(
        message=f"{called} must be {listed(words, 'or')}, not {said}.",
        suggestion=did_you_mean(near),
    )


def not_like(called: str, value: object, examples: Sequence[Writable]) -> Words:
    """A value of none of the forms a key can have."""
    forms = [flow(each) for each in examples]
    near = closest(value, forms) if isinstance(value, str) else None
    said = shown(value) if isinstance(value, str) else flow(_writable(value))
    return Words(
        message=f"{called} must be written like {listed(forms, 'or')}, not {said}.",
        suggestion=did_you_mean(near),
    )


def _writable(value: object) -> Writable:
    return value if value is None or isinstance(value, bool | int | float | list | dict) else ""


_NOUNS = {
    "Person": "an e-mail address",
    "Group": "a user group",
    "Person or group": "an e-mail address or a user group",
    "Channel": "a channel",
    "Fulfiller": "an e-mail address, a user group or a channel",
    "Domain": "a domain",
    "Duration": "a duration",
    "Date": "a date",
    "Name": "a name of one line without spaces around it",
    "Resource id": "one line of text without spaces around it",
}


def malformed(title: str, value: str, example: Writable) -> Words:
    """Text that is not an address, a handle, a duration, a date, and so on."""
    message = f"{shown(value)} is not {_NOUNS.get(title, 'written as it should be')}."
    bare = value.strip().lstrip("@#")
    single = re.fullmatch(r"[^@#\s]+", bare) is not None
    match title:
        case "Duration":
            meant = guess(value)
            form = f"Write {meant}." if meant else "Write it like P14D (days) or PT4H (hours)."
            return Words(message=message, suggestion=form)
        case "Date":
            return Words(message=message, suggestion="Write it like 2027-06-30.")
        case "Group" if single:
            return Words(message=message, suggestion=f'Write "@{bare}".')
        case "Channel" if single:
            return Words(message=message, suggestion=f'Write "#{bare}".')
        case "Name" | "Resource id" if value.strip() and value.strip().isprintable():
            return Words(message=message, suggestion=f"Write {flow(value.strip())}.")
        case _:
            return Words(message=message, suggestion=f"Write it like {flow(example)}.")


def too_long(called: str, length: int, most: int) -> Words:
    """Text beyond its limit."""
    return Words(
        message=f"{called} has {length} characters; {most} is the most.",
        suggestion="Shorten it.",
    )


def too_few(called: str, example: Writable) -> Words:
    """An empty list where somebody or something must be named."""
    return Words(message=f"{called} is empty.", suggestion=f"Write it like {flow(example)}.")


def too_many(called: str, number: int, most: int) -> Words:
    """A list beyond its limit."""
    return Words(
        message=f"{called} has {number} items; {most} is the most.", suggestion="Leave some out."
    )


def too_small(called: str, value: object, least: int) -> Words:
    """A number below its limit."""
    return Words(message=f"{called} must be at least {least}, not {value}.")


def item_twice(called: str) -> Words:
    """A list that has something twice."""
    return Words(message=f"{called} has something twice.", suggestion="Keep one of each.")


def exactly_one(where: str, keys: Iterable[str], found: Sequence[str], *, in_list: bool) -> Words:
    """None or several of keys of which one is wanted."""
    said = f"not {listed(found)}" if found else "and has none"
    keep = "Keep one of them, or write an item for each." if in_list else "Keep one of them."
    return Words(
        message=f"{where} has exactly one of {listed(keys, 'or')}, {said}.",
        suggestion=keep if found else "",
    )


def unexplained(called: str, problem: str) -> Words:
    """Any rule of the schema we have no better words for."""
    return Words(message=f"{called} is not as it should be: {problem}.")
