"""A form that comes several times at the same moment asks once, on either database."""

import asyncio
from dataclasses import replace

from engine.application.commands import (
    Actor,
    ApplyConfiguration,
    AssignDirectly,
    SubmitExtension,
    SubmitRequest,
)
from engine.domain.eligibility import Wish
from engine.domain.ids import ChannelId
from engine.domain.policies import ExtensionRule
from tests.databases import database_url, postgres, postgres_url, sqlite_template, sqlite_url
from tests.performance import bench_house as bench

__all__ = ["database_url", "postgres", "postgres_url", "sqlite_template", "sqlite_url"]

COPIES = 8
SOMEBODY = Actor(person_id=bench.person_id(0))


async def test_copies_of_a_form_are_answered_with_the_same_request(database_url: str) -> None:
    """Whichever is first asks; the others find what it asked for."""
    house = await bench.open_bench(database_url, people=1, packages=1)
    form = SubmitRequest(
        package_id=bench.package_id(0), wish=Wish(justification="Why"), form_id="V1"
    )
    copies = [house.service.handle(form, SOMEBODY) for _ in range(COPIES)]

    assert len(set(await asyncio.gather(*copies))) == 1
    await house.store.close()


async def test_copies_of_a_form_for_more_time_move_the_end_once(database_url: str) -> None:
    """Where nobody has to approve it, nothing of the first stays open that would stop the next."""
    house = await bench.open_bench(database_url, people=1, packages=1)
    configuration = bench.configuration(1)
    policies = [
        replace(one, extension=ExtensionRule(allowed=True), approval_for_extension=False)
        for one in configuration.policies
    ]
    applied = ApplyConfiguration(configuration=replace(configuration, policies=tuple(policies)))
    await house.service.handle(applied, Actor(name="operator"))
    ada = Actor(person_id=bench.ADA, channel_id=ChannelId("C0ADMIN"))
    given = AssignDirectly(target_id=bench.person_id(0), package_id=bench.package_id(0))
    await house.service.handle(given, ada)
    await house.deliver()
    read = house.store.read
    held = await read(lambda tx: tx.active_assignment_of(bench.person_id(0), bench.package_id(0)))
    assert held is not None
    form = SubmitExtension(assignment_id=held.id, justification="Why", form_id="V1")
    copies = [house.service.handle(form, SOMEBODY) for _ in range(COPIES)]
    [extension] = set(await asyncio.gather(*copies))

    extended = await read(lambda tx: tx.assignment(held.id))
    assert extended is not None
    assert extended.extended_by == (extension,)
    await house.store.close()
