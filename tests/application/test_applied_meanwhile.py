"""A configuration that is replaced by one replica while another decides under it (PKG-6).

Either what was decided is there already, and what it needs stays; or it is decided again.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.util import await_only

from engine.application import requests
from engine.application.commands import Actor, ApplyConfiguration, DecideRequest, SubmitRequest
from engine.application.ports import Transaction
from engine.domain.eligibility import Wish
from engine.domain.ids import RequestId
from engine.domain.refusals import PackageGone, StillHeld
from engine.domain.stages import Verdict
from tests.databases import postgres, postgres_url, somebody_waits, sqlite_template
from tests.performance import bench_house as bench
from tests.performance.bench_house import BenchHouse

__all__ = ["postgres", "postgres_url", "sqlite_template"]

SOMEBODY = Actor(person_id=bench.person_id(0))
OPERATOR = Actor(name="operator")
FORM = SubmitRequest(package_id=bench.package_id(1), wish=Wish(justification="Why"), form_id="V1")
WITHOUT_IT = ApplyConfiguration(configuration=bench.configuration(1))

Replicas = tuple[BenchHouse, BenchHouse]


@pytest.fixture
async def replicas(postgres_url: str) -> AsyncIterator[Replicas]:
    """Two of them, and two packages."""
    one = await bench.open_bench(postgres_url, people=1, packages=2)
    other = await bench.reopen_bench(postgres_url)
    async with one.store, other.store:
        yield one, other


async def test_what_was_decided_under_another_configuration_is_decided_again(
    replicas: Replicas,
) -> None:
    """The package is taken out between looking and writing: nobody asks for what is gone."""
    one, other = replicas
    tries = 0

    def submit(tx: Transaction) -> RequestId:
        nonlocal tries
        tries += 1
        asked = requests.submit(one.service.unit(tx, SOMEBODY), FORM)
        if tries == 1:
            await_only(other.service.handle(WITHOUT_IT, OPERATOR))
        return asked

    with pytest.raises(PackageGone):
        await one.store.write(submit)

    assert tries == 2
    asked_for = await one.store.read(
        lambda reader: reader.open_request_of(bench.person_id(0), FORM.package_id)
    )
    assert asked_for is None


async def test_what_was_written_already_is_waited_for(replicas: Replicas) -> None:
    """The package is taken out between writing and committing: somebody asks for it, so it stays."""
    one, other = replicas
    applying: list[asyncio.Task[object]] = []

    def submit(tx: Transaction) -> RequestId:
        asked = requests.submit(one.service.unit(tx, SOMEBODY), FORM)
        assert tx.request(asked) is not None, "whoever reads finds it written"
        applying.append(asyncio.ensure_future(other.service.handle(WITHOUT_IT, OPERATOR)))
        await_only(somebody_waits(one.store))
        return asked

    await one.store.write(submit)

    with pytest.raises(StillHeld):
        await applying[0]


async def test_who_has_locked_what_is_edited_is_waited_for(replicas: Replicas) -> None:
    """Neither waits for the other in a ring, for which one of them would have to start over."""
    one, other = replicas
    request_id = RequestId(str(await one.service.handle(FORM, SOMEBODY)))
    tries = 0
    applying: list[asyncio.Task[object]] = []

    def approve(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        assert tx.lock_request(request_id) is not None
        edited = ApplyConfiguration(configuration=bench.configuration(3))
        applying.append(asyncio.ensure_future(other.service.handle(edited, OPERATOR)))
        await_only(somebody_waits(one.store))
        answer = DecideRequest(request_id=request_id, stage_number=0, verdict=Verdict.APPROVED)
        requests.decide(one.service.unit(tx, Actor(person_id=bench.BOSS)), answer)

    await one.store.write(approve)
    await applying[0]

    assert tries == 1
    configured = await one.store.read(lambda reader: reader.configured())
    assert configured is not None
    assert len(configured.packages) == 3
