"""Rows that travel as one JSON text and are a table in the statement that takes them.

An array of arrays: however many rows, one parameter and one statement.
"""

# ruff: noqa: S608 - names and types are constants of the files that use this

from collections.abc import Iterable, Mapping, Sequence

from storage import codec


def to_text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as one parameter."""
    return codec.encode(list(rows))


NOTHING = to_text(())


def on_postgres(name: str, columns: Mapping[str, str]) -> str:
    """The rows of the parameter of this name, as a table with these columns of these types."""
    picked = ", ".join(
        f"(value ->> {at})::{type_} AS {column}"
        for at, (column, type_) in enumerate(columns.items())
    )
    return f"(SELECT {picked} FROM jsonb_array_elements(CAST(:{name} AS jsonb)))"


def on_sqlite(name: str, columns: Iterable[str]) -> str:
    """The rows of this column of the view that a trigger is on, as a table with these columns."""
    picked = ", ".join(
        f"json_extract(value, '$[{at}]') AS {column}" for at, column in enumerate(columns)
    )
    return f"(SELECT {picked} FROM json_each(NEW.{name}))"
