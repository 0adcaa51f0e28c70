"""Many assignments looked at together end as each would alone, and a bad one stops nobody."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from engine.domain.assignments import AssignmentState
from storage import DatabaseStore
from storage import tables as t
from tests.databases import (
    StandingClock,
    database_url,
    postgres,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.performance.bench_house import BenchHouse, counted, open_bench, package_id, person_id

__all__ = ["database_url", "postgres", "postgres_url", "sqlite_template", "sqlite_url"]

HOLDERS = 5


async def _held(database_url: str, clock: StandingClock) -> BenchHouse:
    house = await open_bench(database_url, people=HOLDERS, packages=1, clock=clock)
    for number in range(HOLDERS):
        await house.approve(await house.submit(person_id(number), package_id(0)))
    await house.deliver()
    clock.pass_by(timedelta(days=91))
    return house


async def _ends(store: DatabaseStore) -> list[tuple[Any, ...]]:
    """Of everybody: how it ended, what is still claimed and wanted, what the audit says."""
    a, c, h = t.assignments.c, t.claims.c, t.holdings.c
    joined = t.assignments.join(t.claims, c.assignment_id == a.id).join(
        t.holdings, h.id == c.holding_id
    )
    said = (
        select(a.target_id, t.audit.c.activity)
        .join(t.assignments, a.id == t.audit.c.assignment_id)
        .where(t.audit.c.activity.like("assignment.%"))
        .order_by(a.target_id, t.audit.c.activity)
    )
    columns = select(a.target_id, a.state, c.active, h.wanted, h.next_at)
    rows = columns.select_from(joined).order_by(a.target_id)
    return await store.look(
        lambda reader: [
            *map(tuple, reader.conn.execute(rows)),
            *map(tuple, reader.conn.execute(said)),
        ]
    )


async def test_five_that_end_at_once_end_as_each_would_alone(database_url: str) -> None:
    """The same rows, whether they are looked at together or one by one."""
    clock = StandingClock()
    house = await _held(database_url, clock)
    async with house.store:
        with counted() as statements:
            assert await house.wakes.run_once() == HOLDERS
        together = await _ends(house.store)
        each_alone = [row for row in together if row[0] == str(person_id(0))]

        assert statements.count < 5 * HOLDERS
        assert len(together) == HOLDERS * len(each_alone)
        assert {row[1:] for row in together} == {row[1:] for row in each_alone}
        assert each_alone[0][1:4] == (AssignmentState.EXPIRED, False, False)


async def test_one_that_cannot_be_read_is_put_off_and_the_others_end(database_url: str) -> None:
    """What fails together is looked at one by one; the bad one alone stays as it was."""
    clock = StandingClock()
    house = await _held(database_url, clock)
    async with house.store:
        bad = {"who": str(person_id(2))}
        spoil = text('UPDATE holdings SET body = \'{"attempts": "none"}\' WHERE person_id = :who')
        await house.store.write(lambda tx: tx.conn.execute(spoil, bad) and None)  # type: ignore[attr-defined]

        assert await house.wakes.run_once() == HOLDERS

        ended = await house.store.look(
            lambda reader: reader.conn.execute(
                select(t.assignments.c.target_id, t.assignments.c.state, t.assignments.c.problem)
            ).all()
        )
        states = {row.target_id: row.state for row in ended}
        problems = {row.target_id: row.problem for row in ended if row.problem}
        assert states.pop(bad["who"]) == AssignmentState.DELIVERED
        assert set(states.values()) == {AssignmentState.EXPIRED}
        assert set(problems) == {bad["who"]}
