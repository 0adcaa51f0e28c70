"""A process of the product, without its edge: the real engine on the simulated world."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any, TypeVar, cast

from slack_sdk.web.async_client import AsyncWebClient

from bot.messenger import SlackMessenger
from bot.views.blocks import Message
from connectors.slack_usergroup import SlackUsergroup
from engine.application.connectors import Connector
from engine.application.deliveries import Deliveries
from engine.application.jobs import Jobs
from engine.application.lane_ports import MessageWork
from engine.application.lanes import LaneWorker
from engine.application.messages import Messages
from engine.application.ports import Ids, Store
from engine.application.queries import Queries, RequestSummary
from engine.application.service import Entitlements
from engine.application.wakes import Wakes
from engine.application.worker import Worker
from engine.domain import holdings
from engine.domain.assignment_requests import RequestType
from engine.domain.conversation import CardKind
from engine.domain.holdings import Holding
from engine.domain.ids import HoldingId, RequestId
from storage import DatabaseStore, StoreQueries
from storage.bound import Home
from storage.reader import SqlReader
from tests.builders import NOW
from tests.simulator import company
from tests.simulator.database import InlineDatabase
from tests.simulator.loop import Owner, SimulatedLoop
from tests.simulator.network import Network
from tests.simulator.slack import SimulatedClient, SimulatedSlack
from tests.simulator.targets import Accounts, AccountsConnector, ByHand

T = TypeVar("T")
MISSED = 1.0
"""Seconds after which a replica that missed another's wake looks again (`worker.IDLE_SECONDS`)."""

LONGEST_SLEEP = 3600.0


class LoopClock:
    """The engine's clock, on the loop's time."""

    movable = True

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        """This moment."""
        return NOW + timedelta(seconds=self._loop.time())

    async def sleep(self, seconds: float) -> None:
        """Return after so long."""
        await asyncio.sleep(seconds)


class SeededIds:
    """Ids that sort by their moment, from the seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def new(self, now: datetime) -> str:
        """16 characters."""
        millis = int((now - NOW) / timedelta(milliseconds=1))
        return f"{millis:010d}{self._random.randrange(36**4):06d}"

    def jitter(self) -> float:
        """In -0.2..0.2."""
        return self._random.uniform(-0.2, 0.2)


CARDS = frozenset(CardKind)


class PlainMessenger(SlackMessenger):
    """The product's messenger, drawing in plain words what a card would show."""

    def __init__(self, client: AsyncWebClient, queries: Queries) -> None:
        """It needs nothing of what views need, and so keeps nothing else."""
        self._client = client
        self._queries = queries

    async def _drawn(self, work: MessageWork) -> Message | None:
        if work.kind not in CARDS:
            return Message(text=f"{work.kind} {work.subject_id} {work.detail}")
        request = await self._queries.request(RequestId(work.subject_id))
        if request is not None:
            return Message(text=_shown_of_request(request))
        holding = await self._queries.holding(HoldingId(work.subject_id))
        return Message(text=_shown_of_task(holding, work.part)) if holding else None


def _shown_of_request(summary: RequestSummary) -> str:
    request, assignment = summary.request, summary.assignment
    if request.request_type is RequestType.USER_UPDATE:
        assignment = None
    shown = [
        request.state,
        [
            (run.result, [(d.person_id, d.verdict) for d in run.decisions], _asked(run.approvers))
            for run in request.runs
        ],
        (assignment.state, assignment.ends_at) if assignment else None,
        [(held.connector, holdings.level(held)) for held in summary.holdings]
        if assignment
        else None,
    ]
    return sha256(repr(shown).encode()).hexdigest()[:16]


def _asked(approvers: tuple[Any, ...]) -> list[str]:
    return [approver.person_id for approver in approvers]


def _shown_of_task(holding: Holding, part: int) -> str:
    is_open = holding.task_open and holding.generation == part
    return f"task {part} {'open' if is_open else 'closed'} {holding.wanted if is_open else ''}"


class World:
    """Everything outside the processes, which outlives them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.loop = SimulatedLoop(Random(self.random.random()))
        self.clock = LoopClock(self.loop)
        self._digest = sha256()
        self.network = Network(self.loop, Random(self.random.random()), self.trace)
        self.slack = SimulatedSlack(now=self.clock.now)
        self.accounts = Accounts(Random(self.random.random()))
        self.database = InlineDatabase(Random(self.random.random()))
        self.ids: Ids = SeededIds(Random(self.random.random()))
        self.on_trace: Callable[[str], None] | None = None

    def trace(self, what: str) -> None:
        """Something happened, now."""
        line = f"{self.loop.time():.6f} {what}"
        self._digest.update(line.encode() + b"\n")
        if self.on_trace is not None:
            self.on_trace(line)

    def look(self, fn: Callable[[SqlReader], T]) -> T:
        """Look into the database from outside, at once."""
        home = Home(clock=self.clock, postgres=False)
        return self.database.run(lambda conn: fn(SqlReader(conn, home)))

    @property
    def trace_hash(self) -> str:
        """The same for the same history."""
        return self._digest.hexdigest()


class Replica:
    """One life of a process."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.owner = Owner(name)
        self.died = world.loop.create_future()
        self.store = DatabaseStore(world.database, Home(clock=world.clock, postgres=False))
        self.queries = StoreQueries(self.store)
        client = cast(AsyncWebClient, SimulatedClient(world.slack, world.network))
        self.messenger = PlainMessenger(client, self.queries)
        built: dict[str, Connector] = {
            "slack_usergroup": SlackUsergroup(client),
            "accounts": AccountsConnector(world.accounts, world.network),
            "by_hand": ByHand(),
        }
        store: Store = self.store
        self.service = Entitlements(store, ids=world.ids, serial=company.SERIAL)
        self.worker = Worker(
            store,
            world.clock,
            wakes=Wakes(store, self.service),
            messages=LaneWorker("messages", Messages(store, self.messenger)),
            deliveries=LaneWorker(
                "deliveries", Deliveries(store, self.service, built, ids=world.ids)
            ),
            jobs=Jobs(store, world.clock, ()),
        )
        self._bell = asyncio.Event()
        self._ringing = False

    def start(self) -> None:
        """Work until killed."""
        self.world.database.bells.append(self._ring)
        self.spawn(self._work())

    def spawn(self, work: Any) -> "asyncio.Task[Any]":
        """Do something inside this process."""
        return self.world.loop.create_task(work, context=self.owner.context.copy())

    def kill(self, *, connections_too: bool) -> None:
        """`kill -9`: nothing of it runs any more."""
        self.owner.dead = True
        self.owner.kept = []
        self.world.database.bells.remove(self._ring)
        if not self.died.done():
            self.died.set_result(None)
        if connections_too:
            self.world.network.sender_died(self.owner)

    def _ring(self, _who: Owner | None) -> None:
        """Somebody committed: look within a second."""
        if not self._ringing:
            self._ringing = True
            delay = self.world.random.random() * MISSED
            self.world.loop.call_later(delay, self._rung, context=self.owner.context.copy())

    def _rung(self) -> None:
        self._ringing = False
        self._bell.set()

    async def _work(self) -> None:
        """As the worker's own loop, but asleep while nothing can have changed."""
        while True:
            self._bell.clear()
            next_at = await self.store.next_wake_at()
            now = self.world.clock.now()
            if next_at is None or next_at > now:
                pause = (next_at - now).total_seconds() if next_at else LONGEST_SLEEP
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._bell.wait()
            elif not await self.worker.run_once():
                await asyncio.sleep(0.1)  # on the simulated clock
