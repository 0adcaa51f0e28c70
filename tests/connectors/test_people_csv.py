"""The file that completes what Slack knows: taken whole, or refused with every fault at once."""

import pytest

from connectors import people_csv
from connectors.people_csv import (
    PeopleFileFaults,
    PersonRow,
    complete,
    read_people,
    warnings,
)
from engine.domain.ids import PersonId
from engine.domain.people import Person, PersonKind

HEADER = "email,manager_email,department,title,company,country,employee_type"


def faults_of(text: str | bytes, *, previous: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong with a file, as it is shown."""
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(PeopleFileFaults) as caught:
        read_people(data, previous=previous)
    return [str(fault) for fault in caught.value.faults]


def mia(**more: object) -> Person:
    """A member as Slack knows her."""
    values: dict[str, object] = {
        "id": PersonId("U1"),
        "name": "Mia",
        "kind": PersonKind.MEMBER,
        "email": "mia@contoso.com",
        "manager_id": PersonId("U9"),
        "department": "From Slack",
        "title": "From Slack",
    }
    return Person(**{**values, **more})  # type: ignore[arg-type]


BOSS = Person(id=PersonId("U2"), name="Boris", kind=PersonKind.MEMBER, email="boris@contoso.com")
find = {"boris@contoso.com": BOSS.id}.get


def test_a_full_row_is_read() -> None:
    """Every known column, addresses in small letters, blanks taken off."""
    rows = read_people(
        f"{HEADER}\n"
        "Mia@Contoso.com, BORIS@contoso.com ,Platform,Engineer,Contoso,NL,employee\n".encode()
    )

    assert rows == {
        "mia@contoso.com": PersonRow(
            line=2,
            email="mia@contoso.com",
            manager_email="boris@contoso.com",
            department="Platform",
            title="Engineer",
            company="Contoso",
            country="NL",
            employee_type="employee",
        )
    }


def test_further_columns_are_attributes() -> None:
    """Their names stay as they are written; empty cells state nothing."""
    rows = read_people(b"Email,Cost Center,Building\nmia@contoso.com,4711,\n")

    assert rows["mia@contoso.com"].attributes == {"Cost Center": "4711"}


def test_what_spreadsheets_write_is_understood() -> None:
    """A byte order mark, CRLF, quoted commas and line breaks, blank lines at the end."""
    text = '\ufeffemail,title\r\nmia@contoso.com,"Engineer, ""senior""\r\nand more"\r\n\r\n,\r\n'

    rows = read_people(text.encode())

    assert rows["mia@contoso.com"].title == 'Engineer, "senior"\r\nand more'


def test_a_header_alone_is_an_empty_file_of_people() -> None:
    """Nothing is wrong with it, if nobody was named before."""
    assert read_people(b"email\n") == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "The file is empty."),
        ("\n\n  \n", "The file is empty."),
        ("name,title\nMia,x\n", "line 1: There is no column email."),
        ("email;title\n", "line 1: Columns are separated by commas"),
        ("email,title,Title\n", "line 1: There are two columns title."),
        ("email,Cost,cost\n", "line 1: There are two columns cost."),
        ("email,,title\n", "line 1: Column 2 has no name."),
        ("email,title\na@x.com\n", "line 2: This line has 1 cell, and the header has 2."),
        ("email,title\na@x.com,b,c\n", "line 2: This line has 3 cells, and the header has 2."),
        ("email,title\n,x\n", "line 2: The email is missing."),
        ("email\nmia\n", "line 2: mia is not an e-mail address."),
        ("email\nmia@\n", "line 2: mia@ is not an e-mail address."),
        ("email\n@x.com\n", "line 2: @x.com is not an e-mail address."),
        ("email\na@b@x.com\n", "line 2: a@b@x.com is not an e-mail address."),
        ("email\nmi a@x.com\n", "line 2: mi a@x.com is not an e-mail address."),
        ("email,manager_email\na@x.com,boss\n", "line 2: boss is not an e-mail address."),
        ("email,manager_email\na@x.com,A@x.com\n", "line 2: a@x.com is their own manager."),
        ("email\na@x.com\nA@X.com\n", "line 3: a@x.com is already on line 2. Keep one."),
        ('email,title\na@x.com,"open\n', "line 2: The quotation marks"),
        ('email,title\na@x.com,"x"y\n', "line 2: The quotation marks"),
        ("email\na@x.com\0\n", "line 2: There is a NUL byte."),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, fault: str) -> None:
    """And with nothing else, where there is one."""
    found = faults_of(text)

    assert len(found) == 1
    assert found[0].startswith(fault)


def test_a_file_that_is_not_utf8_says_where() -> None:
    """A spreadsheet saved in an old encoding."""
    found = faults_of("email,title\na@x.com,ok\nb@x.com,Müller\n".encode("latin-1"))

    assert found == ["line 3: The file is not UTF-8 text. Save it as CSV UTF-8."]


def test_all_faults_are_told_at_once() -> None:
    """Lines count as in an editor, records of two lines included."""
    found = faults_of('email,title\n"a@x.com","two\nlines"\nnobody,x\nb@x.com\na@x.com,again\n')

    assert found == [
        "line 4: nobody is not an e-mail address.",
        "line 5: This line has 1 cell, and the header has 2.",
        "line 6: a@x.com is already on line 2. Keep one.",
    ]


def test_very_many_faults_are_counted() -> None:
    """Nobody reads ten thousand lines of faults."""
    most = people_csv.MOST_FAULTS

    at_limit = faults_of("email\n" + "bad\n" * most)
    past_limit = faults_of("email\n" + "bad\n" * (most + 1))

    assert len(at_limit) == most
    assert past_limit[most:] == ["And 1 more faults."]


def test_the_largest_file_is_read_and_a_larger_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on bytes, before anything is parsed."""
    data = b"email\na@x.com\n"
    monkeypatch.setattr(people_csv, "MOST_BYTES", len(data))

    assert len(read_people(data)) == 1
    assert faults_of(data + b"\n")[0].startswith("The file is larger than")


def test_the_most_rows_are_read_and_one_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on people."""
    monkeypatch.setattr(people_csv, "MOST_ROWS", 2)

    assert len(read_people(b"email\na@x.com\nb@x.com\n")) == 2
    assert faults_of("email\na@x.com\nb@x.com\nc@x.com\n") == ["line 4: There are over 2 people."]


def test_the_most_columns_are_read_and_one_more_is_not() -> None:
    """The limit is on columns."""
    names = [f"c{place}" for place in range(people_csv.MOST_COLUMNS - 1)]

    assert read_people(f"email,{','.join(names)}\n".encode()) == {}
    assert faults_of(f"email,one,{','.join(names)}\n")[0].startswith(
        "line 1: There are 101 columns"
    )


def named(count: int) -> frozenset[str]:
    """That many addresses."""
    return frozenset(f"p{place}@x.com" for place in range(count))


def file_of(addresses: frozenset[str]) -> bytes:
    """A file that names these people."""
    return ("email\n" + "".join(f"{one}\n" for one in sorted(addresses))).encode()


def test_a_fifth_of_the_people_may_leave_the_file() -> None:
    """At the limit: 20 of 100; others may have come."""
    rows = read_people(file_of(named(80) | {"new@x.com"}), previous=named(100))

    assert len(rows) == 81


def test_more_than_a_fifth_missing_is_refused() -> None:
    """One past the limit, whatever has come instead: an export that broke looks like this."""
    newcomers = frozenset(f"new{place}@x.com" for place in range(50))

    found = faults_of(file_of(named(79) | newcomers), previous=named(100))

    assert len(found) == 1
    assert found[0].startswith("The file no longer names 21 of 100 people (p79@x.com, ")


def test_the_drop_is_not_told_of_a_file_with_other_faults() -> None:
    """Rows that could not be read are not people who left."""
    assert faults_of("email\nbad\n", previous=named(100)) == [
        "line 2: bad is not an e-mail address."
    ]


def test_the_file_wins_for_what_it_states() -> None:
    """An empty cell leaves Slack's value."""
    rows = read_people(
        b"email,manager_email,department,title\nMIA@contoso.com,Boris@contoso.com,Platform,\n"
    )

    person = complete(mia(), rows, find=find)

    assert (person.manager_id, person.department, person.title) == ("U2", "Platform", "From Slack")
    assert complete(BOSS, rows, find=find) == BOSS


def test_a_file_that_names_no_manager_leaves_slacks() -> None:
    """Only what it states."""
    rows = read_people(b"email,manager_email\nmia@contoso.com,\n")

    assert complete(mia(), rows, find=find).manager_id == "U9"


def test_a_manager_nobody_knows_is_no_manager_and_a_warning() -> None:
    """Better nobody, so that the fallback decides, than whom the file contradicts."""
    rows = read_people(b"email,manager_email\nmia@contoso.com,left@contoso.com\n")

    assert complete(mia(), rows, find=find).manager_id is None
    assert [str(one) for one in warnings(rows, {"mia@contoso.com": mia().id}.get)] == [
        "line 2: Slack knows nobody as left@contoso.com, so mia@contoso.com has no manager."
    ]


def test_a_row_for_somebody_slack_does_not_know_is_a_warning() -> None:
    """The file adds nobody."""
    rows = read_people(b"email\nghost@contoso.com\n")

    assert complete(mia(), rows, find=find) == mia()
    assert [str(one) for one in warnings(rows, find)] == [
        "line 2: Slack knows nobody as ghost@contoso.com."
    ]


def test_what_the_file_adds_stands_beside_the_attributes_there_are() -> None:
    """The file's win."""
    rows = read_people(b"email,manager_email,Floor\nmia@contoso.com,boris@contoso.com,3\n")

    person = complete(mia(attributes={"Floor": "2", "Seat": "b"}), rows, find=find)

    assert person.manager_id == "U2"
    assert person.attributes == {"Floor": "3", "Seat": "b"}


def test_people_without_an_address_are_left_as_they_are() -> None:
    """Bots, and people whose address the app may not read."""
    rows = read_people(b"email,title\nmia@contoso.com,Engineer\n")

    assert complete(mia(email=None), rows, find=find) == mia(email=None)
