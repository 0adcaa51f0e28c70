"""Stores to test with: one suite, both databases."""

from collections.abc import AsyncIterator

import pytest

import storage
from storage import DatabaseStore, StoreQueries
from tests.databases import (
    StandingClock,
    database_url,
    empty_database_url,
    empty_postgres_url,
    empty_sqlite_url,
    postgres,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.reviewing import ReviewHouse, review_house

__all__ = [
    "database_url",
    "empty_database_url",
    "empty_postgres_url",
    "empty_sqlite_url",
    "postgres",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
]


@pytest.fixture
def clock() -> StandingClock:
    """Monday morning, until the test moves it."""
    return StandingClock()


@pytest.fixture
async def store(database_url: str, clock: StandingClock) -> AsyncIterator[DatabaseStore]:
    """An empty store on either database."""
    async with await storage.open_store(database_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def queries(store: DatabaseStore) -> StoreQueries:
    """The read side of the store."""
    return StoreQueries(store)


@pytest.fixture
async def two_stores(
    postgres_url: str, clock: StandingClock
) -> AsyncIterator[tuple[DatabaseStore, DatabaseStore]]:
    """Two replicas on one PostgreSQL."""
    async with (
        await storage.open_store(postgres_url, clock=clock) as one,
        await storage.open_store(postgres_url, clock=clock) as other,
    ):
        yield one, other


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[ReviewHouse]:
    """A house of reviews over either database."""
    async with review_house(database_url) as made:
        yield made
