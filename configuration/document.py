"""The file as text: YAML 1.2 to plain values, with the line of every key and item.

The text comes from a person's editor or from a message in Slack, so nothing about it is trusted.
ruamel.yaml delivers the events of the YAML grammar; values are put together here, which keeps the
whole of what a file can express in sight: mappings, sequences and scalars, nothing else. Tags,
which could name types to build, are refused. Size, depth and the number of values have limits,
and the last counts a value again each time an alias repeats it, so a few lines of aliases cannot
grow into a file no memory holds. Scalars are read by the core schema of YAML 1.2: `yes` and `on`
are words, not truth values, and a date is text until somebody asks for a date.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from configuration.faults import Findings, Words
from configuration.wording import form

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 4 * 1024 * 1024
"""A configuration file is read whole and kept in memory several times over."""
MAX_DEPTH = 20
"""The deepest place the file's own structure has is 15 levels down."""
MAX_VALUES = 400_000
"""Every mapping, sequence and scalar counts, and again for each alias that repeats it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's plain values, and on which line (from 1) each key and item stands."""

    value: Plain
    lines: Mapping[Path, int]
    source: tuple[str, ...]
    harmed: frozenset[Path] = frozenset()
    """Keys that were left out, and every place something was left out of, however deep."""

    def line(self, path: Path) -> int:
        """The line of the key or item at a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def text(self, line: int) -> str:
        """The source text of a line, for saying what somebody wrote."""
        return self.source[line - 1] if 0 < line <= len(self.source) else ""

    def without(self, paths: Iterable[Path], harmed: Iterable[Path] = ()) -> "Document":
        """The document with these keys and items left out; every line stays right.

        `harmed` are places to be marked as not whole although nothing of them is left out.
        """
        gone = frozenset(paths)
        hurt = {
            path[:length] for path in (*gone, *harmed, *self.harmed) for length in range(len(path))
        }
        hurt.update(harmed)
        hurt.update(self.harmed)
        lines: dict[Path, int] = {}
        now_harmed: set[Path] = set()

        def copy(value: Plain, old: Path, new: Path) -> Plain:
            lines[new] = self.line(old)
            if old in hurt:
                now_harmed.add(new)
            if isinstance(value, dict):
                now_harmed.update((*new, key) for key in value if (*old, key) in gone)
                return {
                    key: copy(part, (*old, key), (*new, key))
                    for key, part in value.items()
                    if (*old, key) not in gone
                }
            if isinstance(value, list):
                kept = [(at, part) for at, part in enumerate(value) if (*old, at) not in gone]
                return [
                    copy(part, (*old, at), (*new, place)) for place, (at, part) in enumerate(kept)
                ]
            return value

        value = None if () in gone else copy(self.value, (), ())
        return Document(value=value, lines=lines, source=self.source, harmed=frozenset(now_harmed))


def parse(text: str, findings: Findings) -> Document | None:
    """Read a file. None when it cannot be read; what is the matter is in the findings.

    A key that occurs twice in one mapping is a fault each time, and the first one counts.
    """
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        findings.fault(1, form.too_large(size, MAX_BYTES))
        return None
    source = tuple(text.splitlines())
    try:
        root = _Composer(text, findings).document()
        layout = _Layout()
        value = layout.lay_out(root, (), 1)
    except _UnreadableError as problem:
        findings.fault(problem.line, problem.words)
        return None
    except YAMLError as problem:
        findings.fault(*_explain(problem, text, source))
        return None
    return Document(value=value, lines={(): 1, **layout.lines}, source=source)


class _UnreadableError(Exception):
    """The text is YAML that a configuration file cannot be."""

    def __init__(self, line: int, words: Words) -> None:
        super().__init__(words.message)
        self.line = line
        self.words = words


@dataclass(slots=True)
class _Node:
    """A value before aliases are spread out. Only one of the three has content."""

    line: int
    scalar: Plain = None
    items: "list[_Node] | None" = None
    entries: "dict[str, tuple[int, _Node]] | None" = None


class _Composer:
    """Puts the events of one document together."""

    def __init__(self, text: str, findings: Findings) -> None:
        events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
        self._events = events
        self._findings = findings
        self._anchors: dict[str, _Node] = {}

    def document(self) -> _Node:
        """The one document of the stream; an empty stream is an empty scalar."""
        root = _Node(line=1)
        begun = False
        for event in self._events:
            match event:
                case StreamStartEvent() | DocumentEndEvent() | StreamEndEvent():
                    pass
                case DocumentStartEvent():
                    if begun:
                        raise _UnreadableError(_line(event), form.second_document())
                    begun = True
                case _:
                    root = self._node(event, 1)
        return root

    def _node(self, event: Event, depth: int) -> _Node:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise _UnreadableError(line, form.too_deep(MAX_DEPTH))
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent) and event.tag:
            raise _UnreadableError(line, form.tagged(str(event.tag)))
        node = _Node(line=line)
        match event:
            case ScalarEvent():
                node.scalar = _scalar(event)
            case SequenceStartEvent():
                node.items = []
                while not isinstance(following := next(self._events), SequenceEndEvent):
                    node.items.append(self._node(following, depth + 1))
            case _:
                node.entries = self._entries(depth)
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: AliasEvent) -> _Node:
        """Known only once its anchor's value is complete, so nothing can contain itself."""
        name = str(event.anchor)
        if name not in self._anchors:
            raise _UnreadableError(_line(event), form.unknown_alias(name))
        return self._anchors[name]

    def _entries(self, depth: int) -> dict[str, tuple[int, _Node]]:
        entries: dict[str, tuple[int, _Node]] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            line = _line(event)
            if not isinstance(event, ScalarEvent) or event.tag:
                raise _UnreadableError(line, form.key_is_no_text())
            key = str(event.value)
            value = self._node(next(self._events), depth + 1)
            if key in entries:
                self._findings.fault(line, form.key_twice(key, entries[key][0]))
            else:
                entries[key] = (line, value)
        return entries


@dataclass(slots=True)
class _Layout:
    """Spreads aliases out into plain values, and notes where everything stands."""

    lines: dict[Path, int] = field(default_factory=dict)
    values: int = 0

    def lay_out(self, node: _Node, path: Path, depth: int) -> Plain:
        self.values += 1
        if self.values > MAX_VALUES:
            raise _UnreadableError(node.line, form.too_many_values(MAX_VALUES))
        if depth > MAX_DEPTH:
            raise _UnreadableError(node.line, form.too_deep(MAX_DEPTH))
        self.lines.setdefault(path, node.line)
        if node.items is not None:
            return [
                self.lay_out(item, (*path, at), depth + 1) for at, item in enumerate(node.items)
            ]
        if node.entries is not None:
            entries: dict[str, Plain] = {}
            for key, (line, value) in node.entries.items():
                self.lines[(*path, key)] = line
                entries[key] = self.lay_out(value, (*path, key), depth + 1)
            return entries
        return node.scalar


_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")


def _scalar(event: ScalarEvent) -> Plain:
    """The core schema of YAML 1.2, as far as a configuration file has any use for it."""
    text = str(event.value)
    if not event.implicit[0]:
        return text
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _line(event: Event) -> int:
    """The line an event starts on, from 1."""
    return int(event.start_mark.line) + 1


def _explain(problem: YAMLError, text: str, source: tuple[str, ...]) -> tuple[int, Words]:
    """The grammar's own complaint as a line and a sentence."""
    if isinstance(problem, ReaderError):
        place = int(problem.position)
        return text.count("\n", 0, place) + 1, form.strange_character(ord(text[place]))
    if not isinstance(problem, MarkedYAMLError) or problem.problem_mark is None:
        return 1, form.no_yaml(str(problem), "")
    mark = problem.problem_mark
    opened = str(problem.context or "")
    began = any(word in opened for word in ("flow", "quoted", "simple key"))
    if problem.context_mark is not None and began:
        mark = problem.context_mark
    line = int(mark.line) + 1
    written = source[line - 1] if line <= len(source) else ""
    return line, form.bad_yaml(str(problem.problem or ""), opened, written)
