"""What a file would change, for somebody to read before it happens.

A line for each piece, `+` added, `~` changed, `-` removed, with its changed fields below it as the
file calls them, before and after, people and groups by name.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import Enum

from configuration.durations import write
from configuration.export import Names
from configuration.yaml_text import flow
from engine.application.directory import DirectoryNames
from engine.domain.catalogs import Fulfillers
from engine.domain.configuration import Change, ChangeKind, FieldChange
from engine.domain.ids import ChannelId, GroupId
from engine.domain.people import Subject
from engine.domain.policies import Escalation, Expiration

_SIGNS = {ChangeKind.ADDED: "+", ChangeKind.CHANGED: "~", ChangeKind.REMOVED: "-"}
_KEYS = {
    "target_label": "id",
    "target": "id",
    "incompatible_packages": "incompatible_with.packages",
    "incompatible_groups": "incompatible_with.groups",
    "approval_for_request": "approval.required_for.request",
    "approval_for_extension": "approval.required_for.extension",
    "requestors.subjects": "requestors",
    "fallback": "fallback_approvers",
}
"""Fields the file has another word for."""


def describe(changes: Sequence[Change], directory: DirectoryNames) -> str:
    """The changes as text, ending with their number; `No changes.` when there are none."""
    if not changes:
        return "No changes.\n"
    names = Names(directory)
    lines = [line for change in changes for line in _change(change, names)]
    counts = {kind: sum(change.kind is kind for change in changes) for kind in ChangeKind}
    total = (
        f"{counts[ChangeKind.ADDED]} to add, {counts[ChangeKind.CHANGED]} to change,"
        f" {counts[ChangeKind.REMOVED]} to remove."
    )
    return "\n".join([*lines, "", total, ""])


def _change(change: Change, names: Names) -> Iterator[str]:
    yield f"{_SIGNS[change.kind]} {change.what} {' / '.join(change.path)}"
    changed = {field.name for field in change.fields}
    for field in change.fields:
        if field.name == "target" and "target_label" in changed:
            continue
        before, after = (_say(field, value, names) for value in (field.before, field.after))
        yield f"    {_key(field.name)}: {before} -> {after}"


def _key(name: str) -> str:
    if name in _KEYS:
        return _KEYS[name]
    return f"approval.{name}" if name.split(".")[0] == "stages" else name


def _say(field: FieldChange, value: object, names: Names) -> str:
    """A value as the file would write it, on one line."""
    last = field.name.split(".")[-1]
    match last, value:
        case "needed", None if field.name.startswith("stages.") and _both_sides(field):
            return "all"
        case "needed", 1:
            return "any"
        case "admin_channel", str():
            return names.channel(ChannelId(value))
        case "incompatible_groups", tuple():
            return _listed(names.group(GroupId(str(each))) for each in value)
        case "grants", tuple():
            return _listed(f"{role} on {resource}" for resource, role in value)
        case _:
            return _value(value, names)


def _both_sides(field: FieldChange) -> bool:
    """None as a number needed means all of them, unless the whole stage is not there."""
    return field.before is not None or field.after is not None


def _value(value: object, names: Names) -> str:
    match value:
        case None:
            return "none"
        case bool() | Enum():
            return flow(value if isinstance(value, bool) else str(value.value))
        case timedelta():
            return write(value)
        case str() | int():
            return flow(value)
        case Subject():
            return names.subject(value)
        case Expiration():
            return _expiration(value)
        case Escalation():
            people = _listed(names.subject(each) for each in (*value.to, *value.fallback))
            return f"after {write(value.after)} {people}"
        case Fulfillers():
            return _listed(
                [
                    *(names.subject(each) for each in value.subjects),
                    *(names.channel(each) for each in value.channels),
                ]
            )
        case tuple():
            return _listed(_value(each, names) for each in value)
        case _:
            return str(value)


def _listed(words: Iterator[str] | Sequence[str]) -> str:
    return f"[{', '.join(words)}]"


def _expiration(value: Expiration) -> str:
    if value.after is not None:
        return f"after {write(value.after)}"
    return "never" if value.on is None else f"on {value.on}"
