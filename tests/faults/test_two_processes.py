"""Two of us on one PostgreSQL: who was first is first everywhere, and who dies is replaced."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest

from bot import playground_app, sample_workspace, slack_checks
from bot.house import House, apply_file, open_house
from engine.application.commands import Actor, DecideRequest, RemoveDirectly, SubmitRequest
from engine.domain.assignment_requests import RequestState
from engine.domain.eligibility import Wish
from engine.domain.ids import ChannelId, PackageId, PersonId, RequestId
from engine.domain.refusals import AlreadyDecided
from engine.domain.stages import Verdict
from playground.clock import Clock
from playground.delivery import Answer, NotAnswered, Parcel
from playground.server import Playground
from playground.signed_http import SignedHttp
from tests import invariants
from tests.databases import Postgres
from tests.faults.sampling import sampled
from tests.faults.story import LEASE, Story, story, told
from tests.scenarios import files

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]
TURNS, AT_ONCE = 10, 10
LEADS = files.stage("Leads", files.people("mia", "olga"))
REPORTS = [f"Reports {number}" for number in range(AT_ONCE)]
CONFIG = files.file(*(files.package(name, files.policy("Everybody", LEADS)) for name in REPORTS))


@dataclass
class Pair:
    """A workspace and two houses that serve it from one database."""

    playground: Playground
    houses: tuple[House, House]

    async def next_at(self) -> datetime | None:
        """The next moment at which something happens by itself."""
        return await self.houses[0].worker.next_at()

    async def settle(self) -> None:
        """Both work until nothing is due."""
        await asyncio.gather(*(house.worker.settle() for house in self.houses))

    def actor(self, name: str) -> Actor:
        """Somebody of the workspace, in the administrators' channel."""
        channel = self.playground.workspace.channel("access-admin").id
        return Actor(
            person_id=PersonId(self.playground.person(name).id), channel_id=ChannelId(channel)
        )

    async def package(self, name: str) -> PackageId:
        """The id of a package."""
        configured = await self.houses[0].queries.configured()
        assert configured is not None
        return configured.package_named[name.casefold()].id

    async def state(self, request_id: RequestId) -> RequestState:
        """Where a request stands."""
        summary = await self.houses[1].queries.request(request_id)
        assert summary is not None
        return summary.request.state


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[Pair]:
    """Two houses on one database, their clock standing."""
    playground = Playground(
        manifest=dict(slack_checks.read_manifest()),
        people=sample_workspace.PEOPLE,
        channels=sample_workspace.CHANNELS,
        usergroups=sample_workspace.USERGROUPS,
        team=sample_workspace.TEAM,
        clock=Clock(datetime(2027, 1, 4, 9, tzinfo=UTC), running=False),
        burst=float("inf"),
    )
    await playground.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(playground.stop)
        settings = playground_app.settings_for(playground, postgres_url)
        clock = playground_app.SharedClock(playground.clock)
        one, other = [
            await stack.enter_async_context(open_house(settings, clock=clock, pace=timedelta()))
            for _ in range(2)
        ]
        await one.read_directory()
        await apply_file(one, "usher.yml", CONFIG)
        yield Pair(playground, (one, other))


async def test_approve_against_deny_through_both_has_one_winner_a_hundred_times(
    pair: Pair,
) -> None:
    """Mia approves here while Olga denies there; one is told that the other was first."""
    winners = [winner for turn in range(TURNS) for winner in await _turn(pair, turn)]
    assert len(winners) == TURNS * AT_ONCE
    assert set(winners) == {"mia", "olga"}, "each was first at least once"
    await pair.settle()
    assert await invariants.broken(pair.playground, pair.houses[0]) == []


async def test_a_new_file_given_to_both_at_once_is_applied_once(pair: Pair) -> None:
    """Two replicas started with it at the same moment: one stores it, the other finds it there."""
    changed = CONFIG.replace("Reports 0", "Reports nought")
    applied = await asyncio.gather(
        *(apply_file(house, "usher.yml", changed) for house in pair.houses)
    )
    assert min(applied) == 0
    assert sum(applied) > 0


async def _turn(pair: Pair, turn: int) -> list[str]:
    packages = [await pair.package(name) for name in REPORTS]
    rita = pair.actor("rita")
    asked = [
        await pair.houses[number % 2].service.handle(
            SubmitRequest(package_id=package, wish=Wish()), rita
        )
        for number, package in enumerate(packages)
    ]
    requests = [RequestId(str(request_id)) for request_id in asked]
    winners = await asyncio.gather(
        *(_race(pair, request_id, turn + number) for number, request_id in enumerate(requests))
    )
    for package, winner in zip(packages, winners, strict=True):
        if winner == "mia":
            taken = RemoveDirectly(target_id=rita.person_id or PersonId(""), package_id=package)
            await pair.houses[turn % 2].service.handle(taken, pair.actor("ada"))
    await pair.settle()
    return list(winners)


async def _race(pair: Pair, request_id: RequestId, number: int) -> str:
    """Who was first."""
    acts = [
        _decide(pair, number % 2, "mia", request_id, Verdict.APPROVED),
        _decide(pair, 1 - number % 2, "olga", request_id, Verdict.DENIED),
    ]
    first = await asyncio.gather(*(acts if number // 2 % 2 else reversed(acts)))
    assert first.count(None) == 1, "one was first, the other was told"
    winner = str(next(name for name in first if name is not None))
    state = await pair.state(request_id)
    assert (state is RequestState.DENIED) == (winner == "olga"), state
    story_of = [one.activity for one in await pair.houses[0].queries.audit_of(request_id)]
    assert len([one for one in story_of if one.startswith("decision.")]) == 1
    return winner


async def _decide(
    pair: Pair, house: int, name: str, request_id: RequestId, verdict: Verdict
) -> str | None:
    command = DecideRequest(
        request_id=request_id, stage_number=0, verdict=verdict, reason="in one breath"
    )
    try:
        await pair.houses[house].service.handle(command, pair.actor(name))
    except AlreadyDecided:
        return None
    return name


# Processes --------------------------------------------------------------------------------------


class Both:
    """Slack's load balancer: this one, then the other; a dead one's turn goes to who lives."""

    kind = "http"

    def __init__(self, urls: list[str], secret: str) -> None:
        self._ways = [SignedHttp(url, secret) for url in urls]
        self._turns = cycle(range(len(urls)))

    async def deliver(self, parcel: Parcel, *, within: float) -> Answer:
        """To one of them."""
        turn = next(self._turns)
        try:
            return await self._ways[turn].deliver(parcel, within=within)
        except NotAnswered as refused:
            if refused.reason != "connection_failed":
                raise
            return await self._ways[1 - turn].deliver(parcel, within=within)

    async def close(self) -> None:
        """Let connections go."""
        for way in self._ways:
            await way.close()


async def _start_two(told_by: Story, die_at: int) -> None:
    """The one that will die, and the one that will not."""
    world = told_by.world
    urls = []
    for environment in ({"USHER_DIE_AT": str(die_at)}, {}):
        await told_by.start(**environment)
        urls.append(f"{world.url}/slack/events")
    assert world.playground.http is not None
    await world.playground.http.close()
    world.playground.http = Both(urls, world.playground.signing_secret)


@pytest.mark.parametrize("part", range(4))
async def test_one_of_two_dies_and_the_other_takes_over_within_the_lease(
    tmp_path: Path, postgres: Postgres, postgres_url: str, part: int
) -> None:
    """Whatever it held is done by the other, once; nobody is started again.

    Each does about half of the work. Should the one that is to die do less and come to no harm, the
    end must be the same, and the story is told once more with an earlier step.
    """
    (tmp_path / "told").mkdir()
    undisturbed, steps = await told(tmp_path / "told", postgres_url)
    step = sampled(steps, 4, seed=7)[part] // 2
    died = False
    while not died:
        assert step, "it came to no harm at any step"
        await asyncio.to_thread(postgres.empty)
        folder = tmp_path / f"killed at {step}"
        folder.mkdir()
        async with story(folder, postgres_url, cls=Story) as disturbed:
            await _start_two(disturbed, step)
            doomed, _ = disturbed.world.processes
            async with asyncio.timeout(60 + 20 * LEASE):
                await disturbed.live()
            end = await disturbed.end()
            assert disturbed.restarts == 0
        assert end.differs_from(undisturbed) == [], f"killed at step {step} of {steps}"
        died = doomed.returncode == -signal.SIGKILL
        step //= 2
