"""Requests, assignments, holdings and claims: rows saved whole, in the statement that ends it all.

Whoever saves a row has locked it or makes it, so what is saved last is what counts, and nothing of
it needs to be written before somebody asks for it.
"""

# ruff: noqa: S608 - every part of the statements below is a constant of this file or of the tables

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from storage import json_rows
from storage import tables as t
from storage.types import UtcMillis, WakeMillis, to_millis, to_millis_up

_OF_WAKES = ("version", "wake_errors", "problem", "parked_at")
"""The columns that say how waking a row went; a row that is saved has them afresh."""
_FORGOTTEN = ("wake_errors = 0", "problem = NULL", "parked_at = NULL")


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A row as it travels."""

    values: tuple[object, ...]
    added: bool
    """It must not be there yet."""


class SavedTable:
    """How the rows of one table travel and are written."""

    def __init__(self, table: Table) -> None:
        """Every column of the table travels, but those of wakes."""
        self._table = table
        self._columns = {c.name: c for c in table.c if c.name not in _OF_WAKES}
        self._key = itemgetter(*(column.name for column in table.primary_key))
        self._values = itemgetter(*self._columns)
        self._moments = {
            at: to_millis_up if isinstance(column.type, WakeMillis) else to_millis
            for at, column in enumerate(self._columns.values())
            if isinstance(column.type, UtcMillis)
        }
        self.added = f"added_{table.name}"
        self.saved = f"saved_{table.name}"

    def key_of(self, row: Mapping[str, Any]) -> Hashable:
        """What tells this row from the table's others."""
        key: Hashable = self._key(row)
        return key

    def values(self, row: Mapping[str, Any]) -> tuple[object, ...]:
        """The row as it travels. Raises `ValueError` for a naive moment."""
        values = list(self._values(row))
        for at, millis in self._moments.items():
            if values[at] is not None:
                values[at] = millis(values[at])
        return tuple(values)

    def parts(self, rows: Iterable[SavedRow]) -> dict[str, list[tuple[object, ...]]]:
        """The rows by the name of the statement that writes them."""
        parts: dict[str, list[tuple[object, ...]]] = {}
        for row in rows:
            parts.setdefault(self.added if row.added else self.saved, []).append(row.values)
        return parts

    def statements(self, *, postgres: bool) -> dict[str, str]:
        """Insert what must not be there yet; insert or write what was saved.

        On PostgreSQL the rows travel as one JSON text, on SQLite one by one, as the driver does it.
        Columns that others can refer to are left as they are, for PostgreSQL locks a row in which
        one is written against everybody who refers to it.
        """
        types = {name: _type(column) for name, column in self._columns.items()}
        into = f"INSERT INTO {self._table.name} ({', '.join(types)})"
        one_by_one = f"VALUES ({', '.join('?' for _ in types)})"
        inserts = {
            name: f"{into} SELECT * FROM {json_rows.on_postgres(name, types)} travelled"
            if postgres
            else f"{into} {one_by_one}"
            for name in (self.added, self.saved)
        }
        return {**inserts, self.saved: f"{inserts[self.saved]} {self._or_write()}"}

    def _or_write(self) -> str:
        key = ", ".join(column.name for column in self._table.primary_key)
        fixed = _referable(self._table)
        written = [f"{name} = excluded.{name}" for name in self._columns if name not in fixed]
        if "wake_at" in self._columns:
            written += [f"version = {self._table.name}.version + 1", *_FORGOTTEN]
        return f"ON CONFLICT ({key}) DO UPDATE SET {', '.join(written)}"


def _type(column: Column[Any]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return column.type.compile(dialect)


def _referable(table: Table) -> set[str]:
    """The columns of keys that hold for every row of the table."""
    keys = [list(table.primary_key)]
    keys += [
        list(index.columns)
        for index in table.indexes
        if index.unique and index.dialect_options["postgresql"]["where"] is None
    ]
    return {column.name for key in keys for column in key}


SAVED: Mapping[Table, SavedTable] = {
    table: SavedTable(table) for table in (t.requests, t.assignments, t.holdings, t.claims)
}
"""In the order in which they refer to one another."""
