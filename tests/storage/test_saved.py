"""Rows that are saved whole: written before anybody asks, once, and in nobody's way."""

import asyncio
from dataclasses import replace

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text

from engine.application.ports import Conflict, Reader, Transaction
from engine.domain.assignment_requests import AssignmentRequest, RequestState
from engine.domain.ids import RequestId
from storage import DatabaseStore
from storage.reader import SqlReader
from tests.builders import NOW
from tests.storage import acts

REQUEST = RequestId("request-0001")


async def test_whoever_asks_finds_what_was_saved_last(store: DatabaseStore) -> None:
    """In the same transaction, and after it."""
    asked = acts.request()
    denied = replace(asked, state=RequestState.DENIED, closed_at=NOW)

    def save_and_ask(tx: Transaction) -> list[AssignmentRequest | None]:
        tx.add_request(asked, None)
        found = [tx.request(REQUEST)]
        tx.save_request(asked, denied, None)
        return [*found, tx.request(REQUEST)]

    assert await store.write(save_and_ask) == [asked, denied]
    assert await store.read(lambda tx: tx.request(REQUEST)) == denied


async def test_what_is_added_must_not_be_there_even_if_it_is_saved_again(
    store: DatabaseStore,
) -> None:
    """A row of the same key is not written over."""
    first = acts.request(justification="mine")
    await acts.store_request(store, first)
    again = acts.request(justification="another's")

    def add_and_save(tx: Transaction) -> None:
        tx.add_request(again, None)
        tx.save_request(again, replace(again, state=RequestState.CANCELED, closed_at=NOW), None)

    with pytest.raises(Conflict):
        await store.write(add_and_save)
    assert await store.read(lambda tx: tx.request(REQUEST)) == first


async def test_a_holding_can_be_claimed_while_it_is_saved(
    two_stores: tuple[DatabaseStore, DatabaseStore], postgres_url: str
) -> None:
    """PostgreSQL keeps a row for itself against those who refer to it only if its keys change."""
    one, other = two_stores
    holding = acts.holding()
    held = acts.assignment()
    await acts.store_assignment(one, held)
    await one.write(lambda tx: tx.save_holdings([(holding, "hold:x:rob")]))
    saved = asyncio.Event()
    loop = asyncio.get_running_loop()
    gate = await asyncpg.connect(postgres_url.replace("postgresql+asyncpg:", "postgresql:", 1))

    def save_and_wait(tx: Reader) -> None:
        assert isinstance(tx, SqlReader)
        tx.save_holdings([(replace(holding, generation=7), "hold:x:rob")])  # type: ignore[attr-defined]
        tx.conn.execute(text("SELECT 1"))
        loop.call_soon(saved.set)
        tx.conn.execute(text("SELECT pg_advisory_xact_lock(1)"))

    def claim(tx: Reader) -> None:
        assert isinstance(tx, SqlReader)
        tx.conn.execute(text("SET LOCAL lock_timeout = '5s'"))
        tx.claim_holdings(held.id, [holding.id])  # type: ignore[attr-defined]

    try:
        await gate.execute("SELECT pg_advisory_lock(1)")
        saving = asyncio.ensure_future(one.write(save_and_wait))
        await saved.wait()
        await other.write(claim)
        assert not saving.done()
    finally:
        await gate.close()
    await saving
