"""The file that completes what Slack knows of people (`USHER_PEOPLE`).

A CSV file with a header: `email` names the person; `manager_email`, `department`, `title`,
`company`, `country` and `employee_type` complete them; every further column becomes an attribute.
What a row states wins over Slack; an empty cell states nothing, and Slack's value stays. People are
joined on their e-mail address, in small letters. The file adds nobody: a row for somebody Slack
does not know is a warning.

A file is taken whole or not at all. Everything wrong with it is told at once, with lines, because
whoever exports it from a personnel system wants to mend it once. And because such exports break
silently, a file that names over a fifth fewer of the people it named before is refused: too many
would lose their manager, and with that their approver, on one night.

Pure: whoever calls has read the file, and remembers whom it named (`bot/people_file.py`).
"""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from engine.domain.ids import PersonId
from engine.domain.people import Person

MOST_BYTES = 32 * 1024 * 1024
MOST_ROWS = 250_000
MOST_COLUMNS = 100
MOST_FAULTS = 100
"""Faults told one by one; the rest is counted."""
LARGEST_DROP_PERCENT = 20
"""Percent of the people named before who may be missing from a new file."""

EMAIL = "email"
MANAGER_EMAIL = "manager_email"
KNOWN_COLUMNS = (
    EMAIL,
    MANAGER_EMAIL,
    "department",
    "title",
    "company",
    "country",
    "employee_type",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing about the file, with the line it begins on (1 is the header); None: the whole."""

    line: int | None
    sentence: str

    def __str__(self) -> str:
        """The fault as a line of a list."""
        return self.sentence if self.line is None else f"line {self.line}: {self.sentence}"


class PeopleFileFaults(Exception):
    """A file that was not taken, with everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults in the order of their lines."""
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """What the file states of one person; None where it states nothing."""

    line: int
    email: str
    manager_email: str | None = None
    department: str | None = None
    title: str | None = None
    company: str | None = None
    country: str | None = None
    employee_type: str | None = None
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Rows = Mapping[str, PersonRow]
"""The rows by the person's e-mail address in small letters."""
Find = Callable[[str], PersonId | None]
"""Looks a person up by e-mail address."""


def read_people(data: bytes, *, previous: Collection[str] = frozenset()) -> Rows:
    """The rows of a file. Raises `PeopleFileFaults` with everything that is wrong.

    `previous` are the addresses the file named when it was last taken; with none, nothing is
    compared.
    """
    if len(data) > MOST_BYTES:
        raise PeopleFileFaults([_whole(f"The file is larger than {MOST_BYTES // 2**20} MB.")])
    faults: list[Fault] = []
    records = _records(_decoded(data), faults)
    line, cells = next(records, (0, []))
    if line:
        header = _header(line, cells, faults)
    elif not faults:
        faults.append(_whole("The file is empty. Its first line names the columns."))
    rows = {} if faults else _rows(records, header, faults)
    if not faults:
        faults.extend(_shrunken(rows, previous))
    if faults:
        raise PeopleFileFaults(_shortened(faults))
    return MappingProxyType(rows)


def complete(person: Person, rows: Rows, *, find: Find) -> Person:
    """One person with what the file states of them.

    A manager whom nobody knows leaves the person without one, rather than with the one Slack names
    and the file contradicts.
    """
    row = rows.get(person.email.lower()) if person.email is not None else None
    if row is None:
        return person
    manager_id = person.manager_id
    if row.manager_email is not None:
        manager_id = find(row.manager_email)
    return replace(
        person,
        manager_id=manager_id,
        department=row.department or person.department,
        title=row.title or person.title,
        company=row.company or person.company,
        country=row.country or person.country,
        employee_type=row.employee_type or person.employee_type,
        attributes=MappingProxyType({**person.attributes, **row.attributes}),
    )


def warnings(rows: Rows, find: Find) -> tuple[Fault, ...]:
    """What does not stop the file: rows and managers whom the directory does not know."""
    found: list[Fault] = []
    for row in rows.values():
        if find(row.email) is None:
            found.append(Fault(line=row.line, sentence=f"Slack knows nobody as {row.email}."))
        if row.manager_email is not None and find(row.manager_email) is None:
            found.append(
                Fault(
                    line=row.line,
                    sentence=f"Slack knows nobody as {row.manager_email}, so {row.email} has no"
                    " manager.",
                )
            )
    return tuple(found)


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        sentence = "The file is not UTF-8 text. Save it as CSV UTF-8."
        raise PeopleFileFaults([Fault(line=line, sentence=sentence)]) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        sentence = "There is a NUL byte. Is this a CSV file? Save it as CSV UTF-8."
        raise PeopleFileFaults([Fault(line=line, sentence=sentence)])
    return text


def _records(text: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on; blank lines left out, bad quoting told."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            sentence = f"The quotation marks or the length of a cell are wrong ({error})."
            faults.append(Fault(line=line, sentence=sentence))
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _header(line: int, cells: list[str], faults: list[Fault]) -> tuple[str, ...]:
    """The names of the columns: known ones in small letters, others as they are written."""
    names = [cell.strip() for cell in cells]
    names = [name.lower() if name.lower() in KNOWN_COLUMNS else name for name in names]
    if len(names) == 1 and ";" in names[0]:
        faults.append(Fault(line=line, sentence="Columns are separated by commas, not by ';'."))
        return ()
    if len(names) > MOST_COLUMNS:
        sentence = f"There are {len(names)} columns; {MOST_COLUMNS} are the most."
        faults.append(Fault(line=line, sentence=sentence))
        return ()
    if EMAIL not in names:
        sentence = f"There is no column email. The columns are: {', '.join(names)}."
        faults.append(Fault(line=line, sentence=sentence))
    for place, name in enumerate(names):
        if not name:
            faults.append(Fault(line=line, sentence=f"Column {place + 1} has no name."))
        elif name.lower() in (one.lower() for one in names[:place]):
            faults.append(Fault(line=line, sentence=f"There are two columns {name}."))
    return tuple(names)


def _rows(
    records: Iterator[tuple[int, list[str]]], header: tuple[str, ...], faults: list[Fault]
) -> dict[str, PersonRow]:
    rows: dict[str, PersonRow] = {}
    for line, cells in records:
        row = _row(line, cells, header, faults)
        if row is None:
            continue
        if row.email in rows:
            sentence = f"{row.email} is already on line {rows[row.email].line}. Keep one."
            faults.append(Fault(line=line, sentence=sentence))
        elif len(rows) == MOST_ROWS:
            faults.append(Fault(line=line, sentence=f"There are over {MOST_ROWS} people."))
            break
        else:
            rows[row.email] = row
    return rows


def _row(
    line: int, cells: list[str], header: tuple[str, ...], faults: list[Fault]
) -> PersonRow | None:
    if len(cells) != len(header):
        count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        sentence = f"This line has {count}, and the header has {len(header)}."
        faults.append(Fault(line=line, sentence=sentence))
        return None
    stated = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
    before = len(faults)
    email = _address(stated.get(EMAIL, ""))
    if EMAIL not in stated:
        faults.append(Fault(line=line, sentence="The email is missing."))
    elif email is None:
        faults.append(Fault(line=line, sentence=f"{stated[EMAIL]} is not an e-mail address."))
    manager = _address(stated.get(MANAGER_EMAIL, ""))
    if MANAGER_EMAIL in stated and manager is None:
        faults.append(
            Fault(line=line, sentence=f"{stated[MANAGER_EMAIL]} is not an e-mail address.")
        )
    if email is not None and email == manager:
        faults.append(Fault(line=line, sentence=f"{email} is their own manager."))
    if email is None or len(faults) > before:
        return None
    return PersonRow(
        line=line,
        email=email,
        manager_email=manager,
        department=stated.get("department"),
        title=stated.get("title"),
        company=stated.get("company"),
        country=stated.get("country"),
        employee_type=stated.get("employee_type"),
        attributes=MappingProxyType(
            {name: value for name, value in stated.items() if name not in KNOWN_COLUMNS}
        ),
    )


def _address(value: str) -> str | None:
    """An e-mail address in small letters, if it looks like one."""
    name, at, domain = value.rpartition("@")
    blank = any(char.isspace() or char in ",;<>" for char in value)
    return value.lower() if at and name and domain and "@" not in name and not blank else None


def _shrunken(rows: Rows, previous: Collection[str]) -> Iterator[Fault]:
    """Refuse a file that lost over a fifth of the people it named before."""
    before = {one.lower() for one in previous}
    lost = sorted(before.difference(rows))
    if len(lost) * 100 > len(before) * LARGEST_DROP_PERCENT:
        yield _whole(
            f"The file no longer names {len(lost)} of {len(before)} people ({', '.join(lost[:3])}"
            f"{' and others' if len(lost) > 3 else ''}), more than {LARGEST_DROP_PERCENT} %. If"
            " that is meant, set USHER_PEOPLE to the file under another name."
        )


def _whole(sentence: str) -> Fault:
    return Fault(line=None, sentence=sentence)


def _shortened(faults: list[Fault]) -> list[Fault]:
    if len(faults) <= MOST_FAULTS:
        return faults
    more = len(faults) - MOST_FAULTS
    return [*faults[:MOST_FAULTS], _whole(f"And {more} more faults.")]
