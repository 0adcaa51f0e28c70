"""The audit: append-only rows, sealed afterwards, so that nobody who writes waits for the chain.

Theory of operation
-------------------
A row is the canonical JSON text of an entry; the other columns repeat parts of it to find it by.
Every so often `seal_audit` takes the rows since the last seal in the order of their commits, makes
a Merkle root over their texts and places, and chains it to the seal before. `verify_audit` does the
same again and says where the two differ first: a row changed, missing, added or in another place.
Whoever can rewrite the whole database can rewrite the chain too; the last seal's hash, kept
somewhere else, is what shows that.

On PostgreSQL an id is drawn before its transaction has a number, and rows become visible in neither
order. So the cursor is (transaction number, id), over transactions that every later one is above:
behind it no row can appear. SQLite has one writer; there the number is 0 and the id suffices.

A database that is restored into another server meets transaction numbers that start over. So each
server a database has lived on gets a range of its own, above those before it (`base_of`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
    tuple_,
)

from engine.application.audit import AuditEntry
from storage import codec
from storage import tables as t
from storage.conflicts import keys_checked
from storage.reader import SqlReader
from storage.types import from_millis, to_millis
from storage.wakes import Wakes

SEALED_AT_ONCE = 1000
"""Rows in one seal at most: how closely a fault can be placed."""
PAGE = 1000

_A, _S = t.audit.c, t.audit_seals.c
_SETTLED = text("xid < :base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_CURRENT = text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_RANGE = 1 << 48
"""Far more transactions than a server ever counts."""
_OWN_NUMBER = bindparam("base", type_=BigInteger) + cast(
    cast(func.pg_current_xact_id(), t.audit.c.entry.type), BigInteger
)
_APPEND, _APPEND_NUMBERED = insert(t.audit).values(xid=0), insert(t.audit).values(xid=_OWN_NUMBER)
_COLUMNS = (_A.id, _A.xid, _A.at, _A.actor, _A.activity, _A.request_id, _A.assignment_id)
_ROWS = (
    select(*_COLUMNS, _A.target_id, _A.entry)
    .where(tuple_(_A.xid, _A.id) > tuple_(bindparam("xid"), bindparam("id")))
    .order_by(_A.xid, _A.id)
    .limit(bindparam("most"))
)
_LAST_SEAL = select(t.audit_seals).order_by(_S.number.desc()).limit(1)
_SEALS = select(t.audit_seals).where(_S.number > bindparam("after")).order_by(_S.number).limit(100)
Cursor = tuple[int, int]
"""A place in the audit: transaction number and id."""
START: Cursor = (-1, 0)
NO_SEAL = "0" * 64
"""What the first seal is chained to."""


class AuditWrites(Wakes):
    """Appending to the audit."""

    def audit(self, entries: Iterable[AuditEntry]) -> None:
        """Append, at the end of this transaction."""
        for entry in entries:
            stored = entry
            if entry.at.microsecond % 1000:  # what is sealed must say what the column says
                stored = replace(entry, at=from_millis(to_millis(entry.at)))
            self.outgoing.audit.append(
                {
                    "at": stored.at,
                    "actor": codec.clean(entry.actor),
                    "activity": codec.clean(entry.activity),
                    "request_id": entry.request_id,
                    "assignment_id": entry.assignment_id,
                    "target_id": entry.target_id,
                    "entry": codec.encode(stored),
                }
            )


def base_of(conn: Connection) -> int:
    """Where this server's range of transaction numbers begins (PostgreSQL).

    The last range used, if this server has already counted as far as its numbers; else a new one.
    """
    last = conn.execute(select(func.max(_A.xid))).scalar() or 0
    current = conn.execute(select(_CURRENT)).scalar_one()
    used, number = divmod(last, _RANGE)
    return int(used if number <= current else used + 1) * _RANGE


def seal_audit(tx: AuditWrites, now: datetime) -> int:
    """Seal the rows written since the last seal; answers how many, at most a thousand.

    Call again while it answers a thousand. Raises `Conflict` if somebody else sealed meanwhile.
    """
    conn = tx.conn
    last = conn.execute(_LAST_SEAL).one_or_none()
    cursor = (last.upto_xid, last.upto_id) if last is not None else START
    settled_from = tx.home.audit_base if tx.postgres else None
    rows = _rows_after(conn, cursor, SEALED_AT_ONCE, settled_from=settled_from)
    if not rows:
        return 0
    root = merkle_root([_leaf(row) for row in rows])
    number = last.number + 1 if last is not None else 1
    sealed = {
        "number": number,
        "sealed_at": now,
        "upto_xid": rows[-1].xid,
        "upto_id": rows[-1].id,
        "row_count": len(rows),
        "root": root,
        "seal": _chained(last.seal if last is not None else NO_SEAL, number, len(rows), root),
    }
    with keys_checked():
        conn.execute(insert(t.audit_seals), sealed)
    return len(rows)


def verify_audit(conn: Connection) -> str | None:
    """The first thing that is wrong with the audit, as a sentence; None when nothing is."""
    cursor, seal, number = START, NO_SEAL, 0
    while page := conn.execute(_SEALS, {"after": number}).all():
        for sealed in page:
            number += 1
            rows = _rows_upto(conn, cursor, (sealed.upto_xid, sealed.upto_id))
            if problem := _wrong_with(sealed, rows, number=number, before=seal):
                return problem
            cursor, seal = (sealed.upto_xid, sealed.upto_id), sealed.seal
    while rows := _rows_after(conn, cursor, PAGE):
        if problem := _first_altered(rows):
            return problem
        cursor = (rows[-1].xid, rows[-1].id)
    return None


def _wrong_with(sealed: Any, rows: Sequence[Any], *, number: int, before: str) -> str | None:
    """What is wrong with one seal and the rows it covers; `before` is the seal before it."""
    if sealed.number != number:
        return f"Seal {number} of the audit is missing."
    if problem := _first_altered(rows):
        return problem
    if len(rows) != sealed.row_count:
        return (
            f"Seal {number} covers {sealed.row_count} rows of the audit, "
            f"but {len(rows)} are there{_between(rows)}."
        )
    if merkle_root([_leaf(row) for row in rows]) != sealed.root:
        return f"A row of the audit was changed or moved{_between(rows)} (seal {number})."
    if sealed.seal != _chained(before, number, sealed.row_count, sealed.root):
        return f"Seal {number} of the audit does not follow from the seal before it."
    return None


def export_audit(
    reader: SqlReader, *, cursor: Cursor = START
) -> list[tuple[Cursor, dict[str, object]]]:
    """A page of entries in the order of their commits, each with the cursor to go on from."""
    return [
        ((row.xid, row.id), {"id": row.id, **codec.decode(dict[str, object], row.entry)})
        for row in _rows_after(reader.conn, cursor, PAGE)
    ]


def merkle_root(leaves: Sequence[bytes]) -> str:
    """The root over the leaves' hashes, in hexadecimal; leaves and nodes cannot be confused."""
    level = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return level[0].hex()


def _chained(before: str, number: int, count: int, root: str) -> str:
    return sha256(f"{before} {number} {count} {root}".encode()).hexdigest()


def _leaf(row: Any) -> bytes:
    return f"{row.xid}:{row.id}\n{row.entry}".encode()


def _rows_after(
    conn: Connection, cursor: Cursor, most: int, *, settled_from: int | None = None
) -> Sequence[Any]:
    asked = {"xid": cursor[0], "id": cursor[1], "most": most}
    if settled_from is None:
        return conn.execute(_ROWS, asked).all()
    return conn.execute(_ROWS.where(_SETTLED), {**asked, "base": settled_from}).all()


def _rows_upto(conn: Connection, after: Cursor, upto: Cursor) -> Sequence[Any]:
    """The rows of one seal; more than it can cover only if some were added."""
    rows = _rows_after(conn, after, SEALED_AT_ONCE + 1)
    return [row for row in rows if (row.xid, row.id) <= upto]


def _first_altered(rows: Sequence[Any]) -> str | None:
    """The first row whose columns do not say what its text says."""
    for row in rows:
        try:
            entry = codec.decode(AuditEntry, row.entry)
        except ValueError:
            return f"Row {row.id} of the audit cannot be read."
        said = (entry.at, entry.actor, entry.activity)
        found = (entry.request_id, entry.assignment_id, entry.target_id)
        if said != (row.at, row.actor, row.activity) or found != (
            row.request_id,
            row.assignment_id,
            row.target_id,
        ):
            return f"Row {row.id} of the audit does not say what it said when it was written."
    return None


def _between(rows: Sequence[Any]) -> str:
    return f" between rows {rows[0].id} and {rows[-1].id}" if rows else ""
