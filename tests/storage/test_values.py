"""Every stored value comes back as it was, whatever it holds."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, delete, insert, select

from engine.application.audit import AuditEntry
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.configuration import Configuration
from engine.domain.holdings import Holding
from engine.domain.ids import GroupId, PersonId
from engine.domain.people import (
    CATALOG_OWNERS,
    Person,
    Subject,
    members_of,
    the_manager,
    the_person,
)
from storage import codec
from storage import tables as t
from storage.mapping import Mapped
from storage.reader import ASSIGNMENT, HOLDING, PERSON, REQUEST
from storage.types import from_millis, to_millis, to_millis_up
from tests.builders import NOW

TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
MOMENTS = st.integers(0, 4_000_000_000_000).map(from_millis)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(datetime, MOMENTS)
st.register_type_strategy(int, st.integers(-(2**31), 2**31 - 1))
st.register_type_strategy(
    timedelta, st.integers(0, 10**13).map(lambda micros: timedelta(microseconds=micros))
)
st.register_type_strategy(
    Subject,
    st.one_of(
        st.just(CATALOG_OWNERS),
        TEXTS.map(lambda name: the_person(PersonId("P" + name))),
        TEXTS.map(lambda name: members_of(GroupId("G" + name))),
        st.integers(1, 9).map(the_manager),
    ),
)
STORED = [(REQUEST, AssignmentRequest, t.requests), (ASSIGNMENT, Assignment, t.assignments)]
STORED += [(HOLDING, Holding, t.holdings), (PERSON, Person, t.people)]
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def conn() -> Any:
    """Tables in memory, without the keys' conditions in the way."""
    engine = create_engine("sqlite://")
    t.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _needed(value: Any, table: Any) -> dict[str, object]:
    """Columns that the store adds to the value's own."""
    known: Mapping[str, object] = {
        "is_open": False,
        "reference": "0000",
        "lane": "x",
        "wake_at": None,
    }
    return {name: part for name, part in known.items() if name in table.c}


@pytest.mark.parametrize(("mapped", "kind", "table"), STORED)
@MANY
@given(data=st.data())
def test_a_value_comes_back_from_its_row(
    conn: Connection, mapped: Mapped[Any], kind: type, table: Any, data: st.DataObject
) -> None:
    """Whatever its fields are, columns or body."""
    value = data.draw(st.from_type(kind))
    if kind is Assignment:
        conn.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
    row = mapped.to_row(value) | _needed(value, table)
    conn.execute(delete(table))
    conn.execute(insert(table), row)

    assert mapped.from_row(conn.execute(select(*mapped.columns)).one()) == value


@pytest.mark.parametrize("kind", [Configuration, AuditEntry, AssignmentRequest])
@MANY
@given(data=st.data())
def test_a_value_comes_back_from_its_text(kind: type, data: st.DataObject) -> None:
    """What is stored as a whole, to the microsecond."""
    value = data.draw(st.from_type(kind))

    assert codec.decode(kind, codec.encode(value)) == value


@pytest.mark.parametrize(("mapped", "kind", "table"), STORED)
def test_every_field_is_stored_once(mapped: Mapped[Any], kind: type, table: Any) -> None:
    """As a column of its name or in the body, never in both."""
    columns = {column.name for column in mapped.columns} - {"body"}
    in_body = {field.name for field in fields(kind)} - columns

    assert columns <= set(get_type_hints(kind))
    assert not in_body & set(table.c.keys())


def test_a_field_added_later_takes_its_default() -> None:
    """Rows of an older version can be read."""
    entry = codec.decode(AuditEntry, '{"at":"2026-03-02T09:00:00Z","actor":"a","activity":"b"}')

    assert entry == AuditEntry(at=NOW, actor="a", activity="b")


def test_a_field_this_version_does_not_know_is_ignored() -> None:
    """Rows of a newer version can be read while both run."""
    text = '{"at":"2026-03-02T09:00:00Z","actor":"a","activity":"b","mood":"good"}'

    assert codec.decode(AuditEntry, text) == AuditEntry(at=NOW, actor="a", activity="b")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("a\0b", "ab"), ("\ud83d", "?"), ("🦊", "🦊"), ("\\u0000", "\\u0000"), ("\ud83e\udd8a", "??")],
)
def test_what_postgresql_cannot_store_is_taken_out(typed: str, stored: str) -> None:
    """NUL and halves of pairs; what only looks like it stays."""
    entry = AuditEntry(at=NOW, actor="a", activity="b", why=typed, details={typed: typed})
    read = codec.decode(AuditEntry, codec.encode(entry))

    assert (read.why, dict(read.details)) == (stored, {stored: stored})
    assert codec.clean(typed) == stored


def test_a_moment_is_cut_to_its_millisecond_and_a_wake_rounded_up() -> None:
    """At the millisecond both are the same; a microsecond after they differ by one."""
    later = NOW + timedelta(microseconds=1)

    assert to_millis(NOW) == to_millis_up(NOW) == to_millis(later)
    assert to_millis_up(later) == to_millis(NOW) + 1
    assert from_millis(to_millis(NOW)) == NOW


def test_moments_before_1970_are_cut_downwards_too() -> None:
    """Never into the future."""
    before = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)

    assert to_millis(before) == -1
    assert to_millis_up(before) == 0


def test_a_mapping_that_cannot_be_changed_is_stored_too() -> None:
    """Frozen values like frozen mappings."""
    entry = AuditEntry(at=NOW, actor="a", activity="b", details=MappingProxyType({"x": "y\0"}))

    assert codec.decode(AuditEntry, codec.encode(entry)).details == {"x": "y"}


def test_what_json_cannot_say_is_refused() -> None:
    """A fault of ours, found when it is written and not when it is read."""
    with pytest.raises(NotImplementedError, match="values of object are not stored"):
        codec.encode({"x": object()})


def test_a_date_is_no_moment() -> None:
    """A policy's last day is stored as a day."""
    assert codec.decode(date, codec.encode(date(2026, 3, 2))) == date(2026, 3, 2)
