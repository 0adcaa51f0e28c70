"""What a file would change, for somebody to read before it happens.

A line for each piece, `+` added, `~` changed, `-` removed, with its changed fields below it as the
file calls them, before and after, people and groups by name.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum

from configuration import recurrences
from configuration.durations import write
from configuration.export_names import Names
from configuration.yaml_text import flow
from engine.application.directory import DirectoryNames
from engine.domain.catalogs import Fulfillers
from engine.domain.configuration import Change, ChangeKind, FieldChange, Missing
from engine.domain.ids import ChannelId, GroupId
from engine.domain.people import Subject
from engine.domain.policies import Escalation, Expiration
from engine.domain.review_settings import Recurrence

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
    """The changes as text, ending with their number; that nothing changes when there are none."""
    if not changes:
        return "No changes: what is stored stays unchanged.\n"
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
    if name == "stages" or name.startswith("stages."):
        above, _, last = name.rpartition(".")
        return f"approval.{above}.{_KEYS.get(last, last)}" if above else "approval.stages"
    return _KEYS.get(name, name)


def _say(field: FieldChange, value: object, names: Names) -> str:
    """A value as the file would write it, on one line."""
    match field.name.rpartition(".")[2], value:
        case "needed", None:
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


def _value(value: object, names: Names) -> str:  # noqa: PLR0911 - a form each
    match value:
        case Subject():
            return names.subject(value)
        case Expiration():
            return _expiration(value)
        case Recurrence():
            return recurrences.write(value)
        case Escalation():
            people = _listed(names.subject(each) for each in (*value.to, *value.fallback))
            return f"after {write(value.after)} {people}"
        case Fulfillers():
            channels = [names.channel(each) for each in value.channels]
            return _listed([*map(names.subject, value.subjects), *channels])
        case tuple():
            return _listed(_value(each, names) for each in value)
        case _:
            return _scalar(value)


def _scalar(value: object) -> str:
    match value:
        case Missing():
            return "(none)"
        case bool():
            return flow(value)
        case StrEnum():
            return value.value
        case timedelta():
            return write(value)
        case _:
            return flow(str(value))


def _listed(words: Iterable[str]) -> str:
    return f"[{', '.join(words)}]"


def _expiration(value: Expiration) -> str:
    if value.after is not None:
        return f"after {write(value.after)}"
    return "never" if value.on is None else f"on {value.on}"
