"""Domain values to rows and back: a field with a column of its name goes there, the rest together.

A field is given a column of its own when SQL has to find, order or lock by it, or when it changes
often while the rest does not; everything else is kept as one JSON text in `body`. So nothing is
stored twice, and a field the rules add later is stored without a new column.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, Field, field, fields, make_dataclass
from enum import Enum
from operator import attrgetter
from typing import Any, ClassVar, Generic, Protocol, TypeVar, get_args, get_type_hints

from sqlalchemy import Column, Table

from engine.application.ports import Unreadable
from storage import codec
from storage.types import Body


class _Value(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


T = TypeVar("T", bound=_Value)


class Mapped(Generic[T]):
    """The two ways between a frozen dataclass and the rows of a table."""

    def __init__(self, cls: type[T], table: Table) -> None:
        """Match fields to columns by name."""
        self._cls = cls
        hints = get_type_hints(cls)
        kept = [each for each in fields(cls) if each.name in table.c]
        rest = [each for each in fields(cls) if each.name not in table.c]
        self.columns: tuple[Column[Any], ...] = tuple(table.c[each.name] for each in kept)
        self._names = tuple(each.name for each in kept)
        (self._key, *_) = (at for at, name in enumerate(self._names) if table.c[name].primary_key)
        self._enums = {
            at: kind
            for at, each in enumerate(kept)
            if (kind := _enum_in(hints[each.name])) is not None
        }
        self._documents = {
            at: hints[each.name] for at, each in enumerate(kept) if table.c[each.name].type is Body
        }
        self._stored: dict[str, Callable[[Any], object]] = {
            **{self._names[at]: _text_of for at in self._enums},
            **{each.name: codec.clean for each in kept if hints[each.name] is str},
            **{self._names[at]: codec.encode for at in self._documents},
        }
        """How a part is stored that is not stored as it is."""
        self._rest_names = tuple(each.name for each in rest)
        self._all_names = self._names + self._rest_names
        self._parts, self._rest_parts = _picking(self._names), _picking(self._rest_names)
        self._rest: type[Any] | None = None
        if rest:
            self.columns = (*self.columns, table.c.body)
            parts = [(each.name, hints[each.name], _same_default(each)) for each in rest]
            self._rest = make_dataclass(
                f"{cls.__name__}Body", parts, frozen=True, slots=True, kw_only=True
            )

    def to_row(self, value: T) -> dict[str, object]:
        """The columns and their values, `body` included."""
        row: dict[str, Any] = dict(zip(self._names, self._parts(value), strict=True))
        for name, stored in self._stored.items():
            row[name] = stored(row[name])
        if self._rest is not None:
            row["body"] = self._body_of(self._rest_parts(value))
        return row

    def from_row(self, row: Sequence[Any]) -> T:
        """The value; `row` starts with this mapping's columns in their order.

        Raises `Unreadable`.
        """
        try:
            return self._from_row(row)
        except ValueError as unknown:
            raise Unreadable(self.key_of(row), str(unknown)) from unknown

    def key_of(self, row: Sequence[Any]) -> str:
        """The value of the table's key in such a row."""
        return str(row[self._key])

    def _from_row(self, row: Sequence[Any]) -> T:
        parts = list(row[: len(self._names)])
        for at, kind in self._enums.items():
            if parts[at] is not None:
                parts[at] = kind(parts[at])
        for at, type_ in self._documents.items():
            parts[at] = codec.decode(type_, parts[at])
        if self._rest is not None:
            rest = codec.decode(self._rest, row[len(self._names)])
            parts += self._rest_parts(rest)
        return self._cls(**dict(zip(self._all_names, parts, strict=True)))

    def _body_of(self, parts: Sequence[object]) -> str:
        return codec.encode(dict(zip(self._rest_names, parts, strict=True)))

    def all_from(self, rows: Iterable[Sequence[Any]]) -> tuple[T, ...]:
        """Several values."""
        return tuple(self.from_row(row) for row in rows)


def _picking(names: Sequence[str]) -> Callable[[object], tuple[Any, ...]]:
    """What gives these attributes of a value."""
    match names:
        case ():
            return lambda _value: ()
        case (name,):
            return lambda value: (getattr(value, name),)
        case _:
            return attrgetter(*names)


def _text_of(part: object) -> object:
    """An enumeration's value as a plain text, which drivers ask for."""
    return None if part is None else str(part)


def _enum_in(hint: object) -> type[Enum] | None:
    options = get_args(hint) or (hint,)
    return next((o for o in options if isinstance(o, type) and issubclass(o, Enum)), None)


def _same_default(each: Field[Any]) -> Any:
    """A field of a made dataclass with the original's default."""
    if each.default is not MISSING:
        return field(default=each.default)
    if each.default_factory is not MISSING:
        return field(default_factory=each.default_factory)
    return field()
