"""What storage tests do over and over: store a request, give a package, work on a lane."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from engine.application.lane_ports import LaneKind, Lease, MessageWork
from engine.application.ports import Transaction
from engine.domain.assignment_requests import AssignmentRequest, RequestState, RequestType
from engine.domain.assignments import Assignment, AssignmentState
from engine.domain.conversation import Audience, Card, CardKind, Notice, NoticeKind
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, HoldingId, PackageId, PersonId, RequestId
from storage import DatabaseStore
from tests import builders as a
from tests.builders import NOW, ROB

T = TypeVar("T")
LEASE = timedelta(seconds=60)


def request(
    id_: str = "request-0001",
    *,
    target: PersonId = ROB,
    package: str = a.PACKAGE,
    asked: tuple[PersonId, ...] = (a.ANN, a.BEN),
    request_type: RequestType = RequestType.USER_ADD,
    **changes: object,
) -> AssignmentRequest:
    """A begun request that waits for these people."""
    fresh = a.a_request(a.a_stage(*asked), target=target, request_type=request_type)
    fresh = replace(fresh, id=RequestId(id_), requestor_id=target, package_id=PackageId(package))
    return replace(a.begun(request=fresh), **changes)  # type: ignore[arg-type]


def removal(
    id_: str = "request-1001", request_type: RequestType = RequestType.USER_REMOVE
) -> AssignmentRequest:
    """A removal under way."""
    state = RequestState.DELIVERING
    fresh = a.a_request(a.a_stage(), request_type=request_type, state=state)
    return replace(fresh, id=RequestId(id_), policy=None)


def assignment(
    id_: str = "assignment-1",
    *,
    of: str = "request-0001",
    target: PersonId = ROB,
    package: str = a.PACKAGE,
    **changes: object,
) -> Assignment:
    """An assignment that is being delivered."""
    fresh = replace(
        a.an_assignment(),
        id=AssignmentId(id_),
        request_id=RequestId(of),
        target_id=target,
        package_id=PackageId(package),
    )
    return replace(fresh, **changes)  # type: ignore[arg-type]


def ended(one: Assignment, at: datetime = NOW) -> Assignment:
    """The same, ended."""
    return replace(one, state=AssignmentState.EXPIRED, ended_at=at)


def holding(id_: str = "holding-1", *, target: str = "prod-readers", **changes: object) -> Holding:
    """A holding that is due."""
    fresh = replace(a.a_holding(), id=HoldingId(id_), target=target)
    return replace(fresh, **changes)  # type: ignore[arg-type]


def card(subject: str = "request-0001", to: str = "rob", part: int = 0) -> Card:
    """A request's card in somebody's conversation."""
    audience = Audience(person_id=PersonId(to))
    return Card(kind=CardKind.REQUEST, subject_id=subject, part=part, audience=audience)


def notice(key: str = "request/1/denied", to: str = "rob") -> Notice:
    """Something to be said once."""
    return Notice(
        key=key,
        kind=NoticeKind.REQUEST_DENIED,
        audience=Audience(person_id=PersonId(to)),
        subject_id="request-0001",
    )


async def store_request(
    store: DatabaseStore, one: AssignmentRequest, wake_at: datetime | None = None
) -> None:
    """Insert a request."""
    await store.write(lambda tx: tx.add_request(one, wake_at))


async def store_assignment(
    store: DatabaseStore, one: Assignment, wake_at: datetime | None = None
) -> None:
    """Insert an assignment with the request that made it."""
    origin = request(one.request_id, target=one.target_id, package=one.package_id)
    delivered = RequestState.DELIVERED
    origin = replace(origin, state=delivered, assignment_id=one.id, delivered_at=NOW, closed_at=NOW)

    def insert(tx: Transaction) -> None:
        tx.add_request(origin, None)
        tx.add_assignment(one, wake_at)

    await store.write(insert)


def lease_one(
    tx: Transaction, kind: LaneKind = LaneKind.MESSAGES, holder: str = "me"
) -> Lease | None:
    """Take the first due lane."""
    leases = tx.lease_lanes(kind, holder, tx.now(), LEASE, 1)
    return leases[0] if leases else None


def take_message(tx: Transaction, holder: str = "me") -> MessageWork | None:
    """Take the first due conversation and mark its first message as being sent."""
    lease = lease_one(tx, holder=holder)
    works = tx.head_messages([lease]) if lease is not None else ()
    return works[0] if works else None


def shown(
    tx: Transaction, work: MessageWork, *, pace: timedelta = timedelta(), digest: str = "d1"
) -> None:
    """It was shown; give the lane back."""
    tx.message_shown(work, channel="D1", ts="1.0", digest=digest, now=tx.now())
    tx.release_lane(work.lease, tx.now(), tx.now() + pace)


async def taken(store: DatabaseStore, holder: str = "me") -> MessageWork:
    """A message that must be there."""
    work = await store.write(take_message, holder)
    assert work is not None
    return work


async def say(store: DatabaseStore, do: Callable[[Transaction], T]) -> T:
    """Do it in a transaction."""
    return await store.write(do)


def fail(
    tx: Transaction,
    work: MessageWork,
    *,
    retry_at: datetime | None,
    reached: bool | None,
    refused: bool = False,
) -> None:
    """It was not shown; give the lane back."""
    tx.message_failed(
        work,
        problem="no answer",
        retry_at=retry_at,
        reached=reached,
        refused=refused,
        now=tx.now(),
    )
    tx.release_lane(work.lease, tx.now(), retry_at or tx.now())
