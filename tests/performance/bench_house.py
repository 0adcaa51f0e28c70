"""An engine to measure: people, packages, a store, workers that reach a far side at once.

No Slack: a messenger and a connector that answer immediately stand for it, so that what is
measured is ours: rules, statements, commits.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Engine

import storage
from engine.application.clock import RandomIds, SystemClock
from engine.application.commands import Actor, ApplyConfiguration, DecideRequest, SubmitRequest
from engine.application.connectors import Connector, Hold, Target
from engine.application.deliveries import Deliveries
from engine.application.lane_ports import HoldingWork, MessageWork
from engine.application.lanes import LaneWorker
from engine.application.messages import Messages
from engine.application.ports import Clock, Shown
from engine.application.service import Entitlements
from engine.application.wakes import Wakes
from engine.domain.catalogs import AccessPackage, Catalog, Grant, Organization, Resource
from engine.domain.configuration import Configuration
from engine.domain.eligibility import Wish
from engine.domain.ids import (
    CatalogId,
    ChannelId,
    PackageId,
    PersonId,
    PolicyId,
    RequestId,
    ResourceId,
)
from engine.domain.people import Person, PersonKind, the_manager, the_person
from engine.domain.policies import (
    ApprovalStage,
    AssignmentPolicy,
    Expiration,
    Requestors,
    RequestorScope,
)
from engine.domain.stages import Verdict

ADA = PersonId("U0ADA")
BOSS = PersonId("U0BOSS")
QUARTER = timedelta(days=90)
TEAMS = ("finance", "sales", "engineering", "support")
T = TypeVar("T")


class InstantMessenger:
    """Shows everything at once."""

    async def show(self, work: MessageWork) -> Shown:
        """Posted, wherever it goes."""
        return Shown(channel="D1", ts=f"1.{work.key}", digest=f"{work.attempts}{work.key}")


class InstantConnector:
    """Grants and removes at once, and remembers nothing."""

    serial = False

    async def find(self, person: Person) -> str:
        """Everybody has an account."""
        return str(person.id)

    async def grant(self, target: Target, account: str) -> Hold:
        """Done."""
        return Hold(account=account, changed=True)

    async def revoke(self, target: Target, account: str) -> Hold:
        """Done."""
        return Hold(account=account, changed=True)

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """Nobody is remembered."""
        return
        yield

    async def check(self, target: Target | None = None) -> None:
        """All is well."""


FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
"""The frame of a transaction: not counted as statements."""


@dataclass
class Statements:
    """Counts what is sent to the database between BEGIN and COMMIT."""

    count: int = 0
    frames: int = 0
    """Transactions begun and committed."""
    texts: list[str] = field(default_factory=list)
    sent: list[tuple[str, Any, bool]] | None = None
    """Text, parameters, and whether there are many sets of them; only kept while it is a list."""

    def __call__(
        self, _conn: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool
    ) -> None:
        """One statement leaves."""
        if statement.startswith(FRAMES):
            return
        self.count += 1
        self.texts.append(statement)
        if self.sent is not None:
            self.sent.append((statement, given, many))


@contextmanager
def counted() -> Iterator[Statements]:
    """Count what every engine of the process sends."""
    statements = Statements()

    def framed(_conn: Any) -> None:
        statements.frames += 1

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": statements,
        "begin": framed,
        "commit": framed,
    }
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield statements
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


async def recorded(doing: Coroutine[Any, Any, T]) -> tuple[T, list[tuple[str, Any, bool]]]:
    """What it answers, and every statement that was sent for it."""
    with counted() as statements:
        statements.sent = []
        return await doing, statements.sent


@dataclass(frozen=True)
class BenchHouse:
    """The engine and what counts its statements."""

    store: storage.DatabaseStore
    service: Entitlements
    wakes: Wakes
    messages: LaneWorker[MessageWork]
    deliveries: LaneWorker[HoldingWork]

    async def deliver(self) -> None:
        """Work off target systems and wakes, not conversations, until nothing is due."""
        while await self.deliveries.run_once() + await self.wakes.run_once():
            await self.deliveries.drain()

    async def grant(self) -> None:
        """Bring level what is due on target systems: one look, no look too many."""
        await self.deliveries.run_once()
        await self.deliveries.drain()

    async def submit(self, person: PersonId, package: PackageId) -> RequestId:
        """One request."""
        command = SubmitRequest(package_id=package, wish=Wish(justification="because"))
        found = await self.service.handle(command, Actor(person_id=person))
        return RequestId(str(found))

    async def approve(self, request_id: RequestId) -> None:
        """The manager's answer."""
        command = DecideRequest(request_id=request_id, stage_number=0, verdict=Verdict.APPROVED)
        await self.service.handle(command, Actor(person_id=BOSS))


async def open_bench(
    url: str, *, people: int, packages: int, clock: Clock | None = None
) -> BenchHouse:
    """An engine on a fresh database, with so many people and packages; by real time, mostly."""
    house = await reopen_bench(url, clock=clock)
    await house.store.write(lambda tx: tx.put_people(_people(people)))
    command = ApplyConfiguration(configuration=configuration(packages))
    await house.service.handle(command, Actor(name="operator"))
    return house


async def reopen_bench(
    url: str, *, clock: Clock | None = None, connector: Connector | None = None
) -> BenchHouse:
    """An engine on a database that is there."""
    return engine_on(await storage.open_store(url, clock=clock or SystemClock()), connector)


def engine_on(store: storage.DatabaseStore, connector: Connector | None = None) -> BenchHouse:
    """An engine on a store that is open."""
    ids = RandomIds()
    service = Entitlements(store, ids=ids, serial={})
    connectors: dict[str, Connector] = {"instant": connector or InstantConnector()}
    deliveries = Deliveries(store, service, connectors, ids=ids)
    messages = Messages(store, InstantMessenger(), pace=timedelta(0))
    return BenchHouse(
        store=store,
        service=service,
        wakes=Wakes(store, service),
        messages=LaneWorker("messages", messages),
        deliveries=LaneWorker("deliveries", deliveries),
    )


def person_id(number: int) -> PersonId:
    """The id of one of the people."""
    return PersonId(f"U{number:07d}")


def package_id(number: int) -> PackageId:
    """The id of one of the packages."""
    return PackageId(f"package-{number}")


def _people(count: int) -> list[Person]:
    special = [
        Person(id=ADA, name="Ada", kind=PersonKind.MEMBER, email="ada@example.com"),
        Person(id=BOSS, name="Boss", kind=PersonKind.MEMBER, email="boss@example.com"),
    ]
    return special + [
        Person(
            id=person_id(number),
            name=f"Person {number}",
            kind=PersonKind.MEMBER,
            email=f"person{number}@example.com",
            manager_id=BOSS,
            department=f"Department {number % 20}",
        )
        for number in range(count)
    ]


def configuration(packages: int) -> Configuration:
    """So many packages of one resource role each, approved by the manager."""
    catalog = Catalog(id=CatalogId("c"), name="Everything", owners=(the_person(ADA),))
    stage = ApprovalStage(name="Manager", approvers=(the_manager(),))
    return Configuration(
        organization=Organization(
            name="Example",
            administrators=(the_person(ADA),),
            admin_channel=ChannelId("C0ADMIN"),
            fallback_approvers=(the_person(ADA),),
        ),
        catalogs=(catalog,),
        resources=tuple(
            Resource(
                id=ResourceId(f"resource-{number}"),
                catalog_id=catalog.id,
                name=f"resource {number}",
                connector="instant",
                target=f"target-{number}",
                target_label=f"Target {number}",
            )
            for number in range(packages)
        ),
        packages=tuple(
            AccessPackage(
                id=package_id(number),
                catalog_id=catalog.id,
                name=f"Package {number} of {TEAMS[number % len(TEAMS)]}",
                description="Something to work with",
                grants=(Grant(resource_id=ResourceId(f"resource-{number}"), role="member"),),
            )
            for number in range(packages)
        ),
        policies=tuple(
            AssignmentPolicy(
                id=PolicyId(f"policy-{number}"),
                package_id=package_id(number),
                name="Employees",
                requestors=Requestors(scope=RequestorScope.ALL_MEMBERS),
                stages=(stage,),
                expiration=Expiration(after=QUARTER),
            )
            for number in range(packages)
        ),
    )
