"""Rows that are saved whole: written before anybody asks, once, and in nobody's way."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.util import await_only

from engine.application.ports import Conflict, Transaction
from engine.domain.assignment_requests import AssignmentRequest, RequestState
from engine.domain.ids import RequestId
from storage import DatabaseStore
from storage.transaction import SqlTransaction
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
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """PostgreSQL keeps a row for itself against those who refer to it only if its keys change."""
    one, other = two_stores
    holding = acts.holding()
    held = acts.assignment()
    await acts.store_assignment(one, held)
    await one.write(lambda tx: tx.save_holdings([(holding, "hold:x:rob")]))
    saved, claimed = asyncio.Event(), asyncio.Event()

    def save_and_wait(tx: Transaction) -> None:
        assert isinstance(tx, SqlTransaction)
        tx.save_holdings([(replace(holding, generation=7), "hold:x:rob")])
        tx.write_saved()
        saved.set()
        await_only(claimed.wait())

    def claim(tx: Transaction) -> None:
        assert isinstance(tx, SqlTransaction)
        tx.conn.execute(text("SET LOCAL lock_timeout = '5s'"))
        tx.claim_holdings(held.id, [holding.id])

    saving = asyncio.ensure_future(one.write(save_and_wait))
    await saved.wait()
    try:
        await other.write(claim)
    finally:
        claimed.set()
        await saving
