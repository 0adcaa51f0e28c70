"""What only an operator asks of the database: how much there is, and how far some things are."""

from sqlalchemy import func, select

from engine.application.ports import Reader
from storage import tables
from storage.reader import SqlReader


def active_people(reader: Reader) -> int:
    """How many people of the mirror have an open account."""
    count = select(func.count()).select_from(tables.people).where(tables.people.c.active)
    return int(_sql(reader).conn.execute(count).scalar_one())


def audit_counts(reader: Reader) -> tuple[int, int, str | None]:
    """Rows of the audit, rows that are covered by a seal, and the last seal."""
    conn = _sql(reader).conn
    rows = conn.execute(select(func.count()).select_from(tables.audit)).scalar_one()
    seals = tables.audit_seals.c
    sealed = conn.execute(select(func.coalesce(func.sum(seals.row_count), 0))).scalar_one()
    newest = select(seals.seal).order_by(seals.number.desc()).limit(1)
    last: str | None = conn.execute(newest).scalar_one_or_none()
    return rows, int(sealed), last


def _sql(reader: Reader) -> SqlReader:
    assert isinstance(reader, SqlReader), "the store makes its readers itself"
    return reader
