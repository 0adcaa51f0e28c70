"""Many rows at once: copies of one real story under other names.

One request is asked for, approved and delivered through the engine; then its rows are copied with
other ids, as a year of use would have left them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from engine.domain import assignments
from storage import tables as t
from storage.reader import ASSIGNMENT
from tests.performance.bench_house import BenchHouse, package_id, person_id

AT_ONCE = 2_000


async def fill(
    house: BenchHouse,
    count: int,
    *,
    wake_at: datetime | None = None,
    spaced_ms: int = 0,
    whole: bool = True,
    due_at: datetime | None = None,
) -> datetime:
    """So many people who hold package 0; answers when the first one would wake by itself.

    `whole`: with holdings, claims, cards and their lanes; else requests and assignments only.
    `wake_at` replaces the moment at which they wake, each `spaced_ms` after the one before.
    `due_at` leaves what they hold still to be granted, at that moment.
    """
    first = person_id(0)
    await house.approve(await house.submit(first, package_id(0)))
    await house.deliver()

    def write(tx: Any) -> datetime:
        return _copy(tx.conn, count, wake_at, spaced_ms, whole, due_at)

    wakes_at: datetime = await house.store.write(write)
    return wakes_at


def _copy(
    conn: Connection,
    count: int,
    wake_at: datetime | None,
    spaced_ms: int,
    whole: bool,
    due_at: datetime | None,
) -> datetime:
    first = str(person_id(0))
    request = _one(conn, t.requests)
    assignment = _one(conn, t.assignments)
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
            moment = wakes_at
            if spaced_ms:
                moment = type(wakes_at).fromtimestamp(
                    wakes_at.timestamp() + number * spaced_ms / 1000, wakes_at.tzinfo
                )
            rows.setdefault(t.requests, []).append(renamed(request, new))
            rows.setdefault(t.assignments, []).append(
                renamed(assignment, new) | {"wake_at": moment}
            )
            if not whole:
                continue
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
    conn.execute(text("ANALYZE"))
    return wakes_at


def _one(conn: Connection, table: Table) -> dict[str, Any]:
    found = conn.execute(select(table)).mappings().first()
    assert found is not None
    return dict(found)


def _parts(count: int) -> Iterator[range]:
    for start in range(1, count + 1, AT_ONCE):
        yield range(start, min(start + AT_ONCE, count + 1))
