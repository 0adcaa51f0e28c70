"""The audit: append-only, sealed in a chain, and every meddling found."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import await_only

import storage
from engine.application.audit import AuditEntry
from engine.application.ports import Transaction
from storage import DatabaseStore, StoreQueries
from storage.audit import SEALED_AT_ONCE, merkle_root
from storage.transaction import SqlTransaction
from tests.builders import NOW, SECOND
from tests.databases import StandingClock
from tests.storage import acts


def _entry(number: int, **columns: Any) -> AuditEntry:
    known = {"request_id": "request-0001", "actor": "ann", "activity": "decision.approved"}
    return AuditEntry(at=NOW + number * SECOND, why=f"Because {number}", **(known | columns))


async def _write(store: DatabaseStore, count: int, first: int = 0) -> None:
    entries = [_entry(number) for number in range(first, first + count)]
    await store.write(lambda tx: tx.audit(entries))


async def _meddle(store: DatabaseStore, *statements: str) -> None:
    """What somebody with the database's own tools could do."""

    def change(tx: Transaction) -> None:
        assert isinstance(tx, SqlTransaction)
        if store.postgres:
            tx.conn.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for table in ("audit", "audit_seals"):
                tx.conn.execute(text(f"DROP TRIGGER {table}_append_only_update"))
                tx.conn.execute(text(f"DROP TRIGGER {table}_append_only_delete"))
        for statement in statements:
            tx.conn.execute(text(statement))

    await store.write(change)


async def test_a_requests_story_is_read_with_its_assignments(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Oldest first; other requests' entries are left out."""
    one = acts.request(assignment_id="assignment-1")
    await acts.store_request(store, one)
    entries = [
        _entry(1),
        _entry(2, request_id="request-0002"),
        _entry(3, request_id=None, assignment_id="assignment-1", details={"connector": "manual"}),
    ]
    await store.write(lambda tx: tx.audit(entries))

    assert await queries.audit_of(one.id) == (entries[0], entries[2])


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM audit_seals"],
)
async def test_the_database_refuses_to_change_what_was_written(
    store: DatabaseStore, statement: str
) -> None:
    """Even for us."""
    await _write(store, 1)
    await store.seal_audit()

    def meddle(tx: Transaction) -> None:
        assert isinstance(tx, SqlTransaction)
        tx.conn.execute(text(statement))

    with pytest.raises(DBAPIError, match="append-only"):
        await store.write(meddle)


async def test_an_untouched_audit_is_verified(store: DatabaseStore) -> None:
    """Empty, unsealed, sealed once, twice, and with rows after the last seal."""
    found = [await store.verify_audit()]
    await _write(store, 3)
    found.append(await store.verify_audit())
    for first in (3, 6):
        await store.seal_audit()
        await _write(store, 3, first)
        found.append(await store.verify_audit())

    assert found == [None] * 4


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        (
            ["UPDATE audit SET entry = replace(entry, 'Because 2', 'Because x') WHERE id = 3"],
            "A row of the audit was changed or moved between rows 1 and 4 (seal 1).",
        ),
        (
            ["UPDATE audit SET actor = 'eve' WHERE id = 2"],
            "Row 2 of the audit does not say what it said when it was written.",
        ),
        (
            ["UPDATE audit SET entry = 'nonsense' WHERE id = 2"],
            "Row 2 of the audit cannot be read.",
        ),
        (
            ["DELETE FROM audit WHERE id = 2"],
            "Seal 1 covers 4 rows of the audit, but 3 are there between rows 1 and 4.",
        ),
        (
            ["DELETE FROM audit WHERE id <= 4"],
            "Seal 1 covers 4 rows of the audit, but 0 are there.",
        ),
        (
            [
                "UPDATE audit SET id = 100 WHERE id = 2",
                "UPDATE audit SET id = 2 WHERE id = 3",
                "UPDATE audit SET id = 3 WHERE id = 100",
            ],
            "A row of the audit was changed or moved between rows 1 and 4 (seal 1).",
        ),
        (
            ["DELETE FROM audit_seals WHERE number = 1"],
            "Seal 1 of the audit is missing.",
        ),
        (
            ["UPDATE audit_seals SET seal = root WHERE number = 2"],
            "Seal 2 of the audit does not follow from the seal before it.",
        ),
    ],
)
async def test_meddling_is_found(store: DatabaseStore, statements: list[str], problem: str) -> None:
    """Changed, missing, reordered; and the seals themselves."""
    await _write(store, 4)
    await store.seal_audit()
    await _write(store, 2, 4)
    await store.seal_audit()
    await _meddle(store, *statements)

    assert await store.verify_audit() == problem


async def test_a_row_slipped_in_among_sealed_ones_is_found(store: DatabaseStore) -> None:
    """The place where it pretends to have been is sealed."""
    await _write(store, 4)
    await store.seal_audit()
    await _meddle(
        store,
        "INSERT INTO audit (id, xid, at, actor, activity, request_id, entry) "
        "SELECT 0, xid, at, actor, activity, request_id, entry FROM audit WHERE id = 1",
    )

    problem = "Seal 1 covers 4 rows of the audit, but 5 are there between rows 0 and 4."
    assert await store.verify_audit() == problem


@pytest.mark.parametrize("count", [SEALED_AT_ONCE, SEALED_AT_ONCE + 1])
async def test_many_rows_are_sealed_in_several_seals(store: DatabaseStore, count: int) -> None:
    """A thousand in one, one more in the next; all are covered and verified."""
    await _write(store, count)
    sealed = await store.seal_audit()
    again = await store.seal_audit()

    assert (sealed, again) == (count, 0)
    assert await store.verify_audit() is None


async def test_rows_committed_out_of_order_are_all_sealed(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """A row whose number is lower but whose commit is later is not passed over."""
    one, other = two_stores
    drawn, done = asyncio.Event(), asyncio.Event()

    def slowly(tx: Transaction) -> None:
        assert isinstance(tx, SqlTransaction)
        tx.audit([_entry(1)])
        tx.finish()
        tx.outgoing.audit.clear()
        drawn.set()
        await_only(done.wait())

    slow = asyncio.ensure_future(one.write(slowly))
    await drawn.wait()
    await _write(other, 1, 2)
    early = await other.seal_audit()
    done.set()
    await slow
    late = await other.seal_audit()

    assert (early, late) == (0, 2)
    assert await other.verify_audit() is None


async def test_the_audit_is_exported_whole_in_order(store: DatabaseStore) -> None:
    """Page after page, as what JSON lines are made of."""
    await _write(store, 1001)

    exported = [entry async for entry in store.export_audit()]
    assert [entry["why"] for entry in exported] == [f"Because {n}" for n in range(1001)]
    assert exported[0] == {
        "id": 1,
        "at": "2026-03-02T09:00:00Z",
        "actor": "ann",
        "activity": "decision.approved",
        "request_id": "request-0001",
        "assignment_id": None,
        "package_id": None,
        "policy_id": None,
        "target_id": None,
        "stage": None,
        "why": "Because 0",
        "details": {},
    }


async def test_entries_of_a_failed_transaction_are_not_written(store: DatabaseStore) -> None:
    """The audit tells of what happened."""

    def fail(tx: Transaction) -> None:
        tx.audit([_entry(1)])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.write(fail)

    assert [entry async for entry in store.export_audit()] == []


@pytest.mark.parametrize("change", [lambda x: x[::-1], lambda x: x[:-1], lambda x: [*x, x[-1]]])
def test_a_merkle_root_tells_lists_apart(change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Order, length and repetition matter, for every length up to nine."""
    for length in range(2, 10):
        leaves = [str(number).encode() for number in range(length)]

        assert merkle_root(leaves) != merkle_root(change(leaves))


async def test_a_database_restored_into_another_server_is_sealed_on(
    postgres_url: str, clock: StandingClock
) -> None:
    """The new server's transaction numbers start over; what it writes comes after all the same."""
    async with await storage.open_store(postgres_url, clock=clock) as before:
        await _write(before, 3)
        await _meddle(before, "UPDATE audit SET xid = xid + 1000000000000")
    async with await storage.open_store(postgres_url, clock=clock) as store:
        sealed = [await store.seal_audit()]
        await _write(store, 2, 3)
        sealed.append(await store.seal_audit())
        problem = await store.verify_audit()
    async with await storage.open_store(postgres_url, clock=clock) as again:
        await _write(again, 1, 5)
        sealed.append(await again.seal_audit())
        exported = [entry["why"] async for entry in again.export_audit()]

    assert sealed == [3, 2, 1]
    assert problem is None
    assert exported == [f"Because {number}" for number in range(6)]
