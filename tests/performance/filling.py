"""Many rows at once: copies of one real story under other names.

One request is asked for, approved and delivered through the engine; then its rows are copied with
other ids, as a year of use would have left them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from engine.application.audit import AuditEntry
from engine.application.lane_ports import LaneKind
from engine.application.ports import Transaction
from engine.domain import assignments
from engine.domain.conversation import Audience, Notice, NoticeKind
from storage import tables as t
from storage.reader import ASSIGNMENT
from storage.types import to_millis_up
from tests.performance.bench_house import BenchHouse, package_id, person_id

AT_ONCE = 2_000
COPIED_AT_ONCE = 100_000


async def fill(
    house: BenchHouse,
    count: int,
    *,
    wake_at: datetime | None = None,
    whole: int | None = None,
    due_at: datetime | None = None,
) -> datetime:
    """So many people who hold package 0; answers when the first one would wake by itself.

    The first `whole`, or all, have holdings, claims, cards and their lanes too, the others only
    requests and assignments. `wake_at` replaces the moment at which they wake. `due_at` leaves what
    they hold still to be granted, at that moment.
    """
    first = person_id(0)
    await house.approve(await house.submit(first, package_id(0)))
    await house.deliver()

    everything = count if whole is None else min(whole, count)
    wakes_at: datetime = await house.store.write(_copy, everything, wake_at, due_at)
    for start in range(everything + 1, count + 1, COPIED_AT_ONCE):
        last = min(start + COPIED_AT_ONCE - 1, count)
        await house.store.write(_copy_asleep, start, last, wakes_at)
    await house.store.write(analyze)
    return wakes_at


def analyze(tx: Transaction) -> None:
    """Let the database count what is there."""
    tx.conn.execute(text("ANALYZE"))  # type: ignore[attr-defined]


def _copy(tx: Any, count: int, wake_at: datetime | None, due_at: datetime | None) -> datetime:
    """Everything of the first story, so many times."""
    conn: Connection = tx.conn
    first = str(person_id(0))
    request, assignment = _one(conn, t.requests), _one(conn, t.assignments)
    claim, holding = _one(conn, t.claims), _one(conn, t.holdings)
    cards = [dict(row) for row in conn.execute(select(t.messages)).mappings() if row["is_card"]]
    lanes = {row["key"]: dict(row) for row in conn.execute(select(t.lanes)).mappings()}
    stored = conn.execute(select(*ASSIGNMENT.columns)).first()
    assert stored is not None
    wakes_at = wake_at or min(m for m, _ in assignments.due_timers(ASSIGNMENT.from_row(stored)))
    old = (str(request["id"]), str(assignment["id"]), str(holding["id"]), first)

    def renamed(row: dict[str, Any], new: tuple[str, ...]) -> dict[str, Any]:
        names = {key: value for key, value in row.items() if isinstance(value, str)}
        for before, after in zip(old, new, strict=True):
            names = {key: value.replace(before, after) for key, value in names.items()}
        return row | names

    for some in _parts(count):
        rows: dict[Table, list[dict[str, Any]]] = {}
        for number in some:
            new = (f"R{number:015}", f"A{number:015}", f"H{number:015}", str(person_id(number)))
            rows.setdefault(t.requests, []).append(renamed(request, new))
            rows.setdefault(t.assignments, []).append(
                renamed(assignment, new) | {"wake_at": wakes_at}
            )
            late = {"next_at": due_at, "seen": "unknown"} if due_at else {}
            rows.setdefault(t.holdings, []).append(renamed(holding, new) | late)
            rows.setdefault(t.claims, []).append(renamed(claim, new))
            rows.setdefault(t.messages, []).extend(
                renamed(card, new) for card in cards if card["person_id"] == first
            )
            wake = {"wake_at": due_at, "holder": None}
            rows.setdefault(t.lanes, []).extend(
                renamed(lane, new) | (wake if lane["kind"] == "holdings" else {"wake_at": None})
                for key, lane in lanes.items()
                if first in key
            )
        for table, new_rows in rows.items():
            conn.execute(insert(table), new_rows)
    return wakes_at


def _copy_asleep(tx: Any, start: int, last: int, wakes_at: datetime) -> None:
    """The first story's request and assignment, by the database itself: millions take minutes."""
    conn: Connection = tx.conn
    request, assignment = _one(conn, t.requests), _one(conn, t.assignments)
    numbers = (
        "generate_series(CAST(:start AS bigint), :last) AS numbers(n)"
        if tx.postgres
        else "(WITH RECURSIVE numbers(n) AS "
        "(SELECT :start UNION ALL SELECT n + 1 FROM numbers WHERE n < :last) SELECT n FROM numbers)"
    )
    named = {str(request["id"]): ("R", 15), str(assignment["id"]): ("A", 15)}
    named[str(person_id(0))] = ("U", 7)

    def renamed(column: str, value: object) -> str:
        renamed = f"CAST(old.{column} AS text)"
        for old, (letter, digits) in named.items():
            new = f"'{letter}' || lpad(CAST(n AS text), {digits}, '0')"
            if not tx.postgres:
                new = f"printf('{letter}%0{digits}d', n)"
            renamed = f"replace({renamed}, '{old}', {new})"
        if not any(old in str(value) for old in named):
            return f"old.{column}"
        is_document = column in {"body", "runs"} and tx.postgres
        return f"CAST({renamed} AS jsonb)" if is_document else renamed

    for table, row in ((t.requests, request), (t.assignments, assignment)):
        picked = {column: renamed(column, value) for column, value in row.items()}
        if table is t.assignments:
            picked["wake_at"] = ":wakes_at"
        statement = (
            f"INSERT INTO {table.name} ({', '.join(picked)}) SELECT {', '.join(picked.values())} "
            f"FROM {numbers}, {table.name} old WHERE old.id = :old"
        )
        asked = {"start": start, "last": last, "old": row["id"]}
        if table is t.assignments:
            asked["wakes_at"] = to_millis_up(wakes_at)
        conn.execute(text(statement), asked)


def idle_lanes(tx: Transaction, count: int) -> None:
    """So many conversations in which nothing is to be said."""
    lane = {"kind": str(LaneKind.MESSAGES), "last_number": 1, "lease_number": 1}
    for some in _parts(count):
        rows = [lane | {"key": f"person:idle{number:09}"} for number in some]
        tx.conn.execute(insert(t.lanes), rows)  # type: ignore[attr-defined]
    analyze(tx)


def notices(count: int) -> list[Notice]:
    """So many, each for somebody else."""
    return [
        Notice(
            key=f"notice/{number}",
            kind=NoticeKind.ACCESS_ENDED,
            audience=Audience(person_id=person_id(number)),
            subject_id="A",
        )
        for number in range(count)
    ]


def many_audit_rows(tx: Transaction, count: int) -> int:
    """So many rows of the audit."""
    tx.audit(
        AuditEntry(at=tx.now(), actor="system", activity="bench", request_id=f"R{number}")
        for number in range(count)
    )
    return count


def _one(conn: Connection, table: Table) -> dict[str, Any]:
    found = conn.execute(select(table)).mappings().first()
    assert found is not None
    return dict(found)


def _parts(count: int) -> Iterator[range]:
    for start in range(1, count + 1, AT_ONCE):
        yield range(start, min(start + AT_ONCE, count + 1))
