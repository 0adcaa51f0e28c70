"""How many statements the daily work takes: that is certain, unlike its time."""

import pytest

from engine.domain.assignment_requests import RequestState
from storage import StoreQueries
from tests.databases import (
    database_url,
    postgres,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.performance.bench_house import (
    BOSS,
    counted,
    open_bench,
    package_id,
    person_id,
)

__all__ = ["database_url", "postgres", "postgres_url", "sqlite_template", "sqlite_url"]

MOST = {
    "sqlite": {"submit": 3, "approve": 7, "grant": 10},
    "postgresql": {"submit": 2, "approve": 4, "grant": 8},
}
"""Without BEGIN and COMMIT."""
MOST_IN_ALL = 20


async def test_asked_approved_and_granted_in_twenty_statements(database_url: str) -> None:
    """Everything that follows is written too: cards, notices, holdings, audit; nothing is left."""
    house = await open_bench(database_url, people=3, packages=2)
    async with house.store:
        await house.approve(await house.submit(person_id(0), package_id(0)))
        await house.grant()
        spent = {}
        with counted() as statements:
            request_id = await house.submit(person_id(1), package_id(0))
            spent["submit"] = statements.count
            await house.approve(request_id)
            spent["approve"] = statements.count - spent["submit"]
            await house.grant()
            spent["grant"] = statements.count - spent["submit"] - spent["approve"]

        assert sum(spent.values()) <= MOST_IN_ALL, statements.texts
        allowed = MOST[database_url.split("+", maxsplit=1)[0]]
        assert all(spent[part] <= most for part, most in allowed.items()), spent
        assert not await house.wakes.run_once(), "what follows from the grant is done with it"
        queries = StoreQueries(house.store)
        summary = await queries.request(request_id)
        assert summary is not None
        assert summary.request.state is RequestState.DELIVERED
        story = [entry.activity for entry in await queries.audit_of(request_id)]
        assert story[0] == "request.submitted"
        assert {"decision.approved", "access.granted", "assignment.delivered"} <= set(story)
        told = await house.messages.run_once()
        assert told == 3, "both requestors and their manager have something new to be told"


@pytest.mark.parametrize("asked", [1, 2])
async def test_the_second_of_two_statements_is_counted(database_url: str, asked: int) -> None:
    """The count above means something."""
    house = await open_bench(database_url, people=3, packages=2)
    async with house.store:
        await house.store.read(lambda reader: reader.request("x"))  # type: ignore[arg-type]
        with counted() as statements:
            for _ in range(asked):
                await house.store.read(lambda reader: reader.person(BOSS))

        assert statements.count == asked
