"""The file that completes what Slack knows of people: taken at start, and compared with the last.

What it named is remembered in the database, so that a file which has lost a fifth of the people, as
a broken export does, is refused before they lose their managers. It is compared with a file of the
same path only: whoever means it gives it another name.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

from connectors import people_csv
from connectors.people_csv import Rows
from engine.application.mirror import Complete, Find, as_they_are
from engine.application.ports import Reader, Store, Transaction
from engine.domain.ids import PersonId
from engine.domain.people import Person

log = logging.getLogger(__name__)

REMEMBERED = "people file"
MOST_TOLD = 20
"""Warnings told one by one; the rest is counted."""


async def taken(store: Store, path: Path | None) -> Rows:
    """What the file states, remembered as taken. Raises `people_csv.PeopleFileFaults`."""
    if path is None:
        return {}
    rows = await store.read(read, path)
    await store.write(_remember, path, rows)
    return rows


def read(reader: Reader, path: Path) -> Rows:
    """What the file states, compared with the last. Raises `people_csv.PeopleFileFaults`."""
    return people_csv.read_people(path.read_bytes(), previous=_named_before(reader, path))


def completing(rows: Rows) -> Complete:
    """What the file adds to a person."""
    if not rows:
        return as_they_are

    def complete(person: Person, find: Find) -> Person:
        return people_csv.complete(person, rows, find=find)

    return complete


def warnings(reader: Reader, rows: Rows) -> tuple[str, ...]:
    """Rows and managers whom the directory does not know."""
    if not rows:
        return ()
    names = reader.directory()

    def find(email: str) -> PersonId | None:
        person = names.person_by_email(email)
        return person.id if person is not None else None

    told = [str(warning) for warning in people_csv.warnings(rows, find)]
    return tuple(_shortened(told))


def _shortened(told: list[str]) -> Iterator[str]:
    yield from told[:MOST_TOLD]
    if len(told) > MOST_TOLD:
        yield f"And {len(told) - MOST_TOLD} more rows or managers whom Slack does not know."


def _named_before(reader: Reader, path: Path) -> frozenset[str]:
    remembered = reader.remembered(REMEMBERED)
    last = json.loads(remembered) if remembered is not None else {}
    return frozenset(last["emails"]) if last.get("path") == _key(path) else frozenset()


def _remember(tx: Transaction, path: Path, rows: Rows) -> None:
    tx.remember(REMEMBERED, json.dumps({"path": _key(path), "emails": sorted(rows)}))


def _key(path: Path) -> str:
    return str(path.absolute())
