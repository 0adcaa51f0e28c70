"""Holdings: one per right and person, claimed by assignments, taken removals first."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.util import await_only

from engine.application.holding_ports import Claim
from engine.application.lane_ports import LaneKind
from engine.application.ports import Conflict, Transaction
from engine.domain.holdings import Holding, Seen
from engine.domain.ids import AssignmentId, HoldingId
from storage import DatabaseStore
from tests.builders import HOUR, MINUTE, NOW, ROB, SECOND
from tests.databases import StandingClock
from tests.storage import acts

LANE = "hold:slack_usergroup:rob"
KEY = ("slack_usergroup", "prod-readers", "member")


async def _save(store: DatabaseStore, *holdings: Holding) -> None:
    await store.write(lambda tx: tx.save_holdings([(holding, LANE) for holding in holdings]))


def _head(tx: Transaction) -> Holding | None:
    lease = acts.lease_one(tx, LaneKind.HOLDINGS)
    if lease is None:
        return None
    found = tx.head_holdings([lease])
    tx.release_lane(lease, tx.now(), tx.now())
    return found.get(lease.lane)


async def test_a_holding_comes_back_as_it_was_stored(store: DatabaseStore) -> None:
    """New and changed, read and locked."""
    fresh = acts.holding()
    changed = replace(
        fresh, seen=Seen.PRESENT, account="U1", problem="late", failing_since=NOW, next_at=None
    )
    await _save(store, fresh)
    stored = await store.read(lambda tx: tx.holding(fresh.id))
    await _save(store, changed)

    assert stored == fresh
    assert await store.write(lambda tx: tx.lock_holding(fresh.id)) == changed
    assert await store.write(lambda tx: tx.lock_holding(HoldingId("other"))) is None


async def test_holdings_are_locked_by_what_they_are(store: DatabaseStore) -> None:
    """Of one person, by connector, target and role; what is not there is left out."""
    wanted, other = acts.holding(), acts.holding("holding-2", target="other")
    await _save(store, wanted, other)
    keys = [KEY, ("slack_usergroup", "missing", "member"), ("manual", "prod-readers", "member")]

    assert await store.write(lambda tx: tx.lock_holdings(ROB, keys)) == {KEY: wanted}
    assert await store.write(lambda tx: tx.lock_holdings(ROB, [])) == {}


async def test_the_same_right_twice_is_a_conflict(store: DatabaseStore) -> None:
    """Two packages that give one role at one moment meet in one holding."""
    await _save(store, acts.holding("one"))

    with pytest.raises(Conflict):
        await _save(store, acts.holding("two"))


async def test_a_lane_wakes_when_its_holding_is_due(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Not before; a holding that rests wakes nothing."""
    await _save(store, acts.holding(next_at=NOW + HOUR))
    await _save(store, acts.holding("resting", target="other", next_at=None))
    early = await store.write(_head)
    clock.pass_by(HOUR)

    assert early is None
    assert await store.next_wake_at() == NOW + HOUR
    assert await store.write(_head) == acts.holding(next_at=NOW + HOUR)


async def test_removals_go_before_grants_and_then_the_oldest(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """What somebody must not have is urgent."""
    grant = acts.holding("grant", next_at=NOW - HOUR)
    young = acts.holding("young", target="a", wanted=False, next_at=NOW)
    old = acts.holding("old", target="b", wanted=False, next_at=NOW - MINUTE)
    waits = acts.holding("waits", target="c", wanted=False, next_at=NOW + HOUR)
    await _save(store, grant, young, old, waits)

    order = []
    while (head := await store.write(_head)) is not None:
        order.append(head.id)
        await _save(store, replace(head, next_at=None))
    assert order == ["old", "young", "grant"]


async def test_a_lane_given_back_wakes_for_its_next_holding(store: DatabaseStore) -> None:
    """Not before the moment it was told, nor before something is due."""
    await _save(store, acts.holding(next_at=NOW), acts.holding("b", target="b", next_at=NOW))

    def pass_over(tx: Transaction) -> None:
        lease = acts.lease_one(tx, LaneKind.HOLDINGS)
        assert lease is not None
        later = acts.holding(next_at=NOW + HOUR)
        tx.save_holdings([(later, LANE), (acts.holding("b", target="b", next_at=None), LANE)])
        tx.release_lane(lease, tx.now(), tx.now() + SECOND)

    await store.write(pass_over)

    assert await store.next_wake_at() == NOW + HOUR


async def test_a_holding_somebody_is_changing_is_passed_over(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """The worker does not wait for a click, and the lane wakes again."""
    one, other = two_stores
    await _save(one, acts.holding())
    locked, done = asyncio.Event(), asyncio.Event()

    def hold_long(tx: Transaction) -> None:
        tx.lock_holding(acts.holding().id)
        locked.set()
        await_only(done.wait())

    holding_long = asyncio.ensure_future(one.write(hold_long))
    await locked.wait()
    passed_over = await other.write(_head)
    done.set()
    await holding_long

    assert passed_over is None
    assert await other.write(_head) == acts.holding()


async def test_a_holding_goes_only_with_its_last_claim(store: DatabaseStore) -> None:
    """RES-9: two packages give it; the first to end leaves it, the second takes it along."""
    await acts.store_assignment(store, acts.assignment("one", of="request-0001"))
    other = acts.assignment("two", of="request-0002", package="other")
    await acts.store_assignment(store, other)
    await _save(store, acts.holding())
    ids = [acts.holding().id]

    def claim(tx: Transaction) -> tuple[object, ...]:
        tx.claim_holdings(AssignmentId("one"), ids)
        tx.claim_holdings(AssignmentId("two"), ids)
        first = tx.drop_claims(AssignmentId("one"), ids)
        return first, tx.drop_claims(AssignmentId("two"), ids)

    assert await store.write(claim) == ((), tuple(ids))


async def test_a_dropped_claim_is_still_named_and_can_be_made_again(
    store: DatabaseStore,
) -> None:
    """In the order in which the package names its resources."""
    giving = acts.assignment()
    await acts.store_assignment(store, giving)
    one, two = acts.holding("b-first"), acts.holding("a-second", target="other")
    await _save(store, one, two)

    def act(tx: Transaction) -> list[tuple[Claim, ...]]:
        tx.claim_holdings(giving.id, [one.id, two.id])
        tx.drop_claims(giving.id, [one.id])
        dropped = tx.claims_of(giving.id)
        tx.claim_holdings(giving.id, [one.id])
        return [dropped, tx.claims_of(giving.id)]

    assert await store.write(act) == [
        (Claim(holding=one, active=False), Claim(holding=two, active=True)),
        (Claim(holding=one, active=True), Claim(holding=two, active=True)),
    ]


async def test_claimants_are_those_who_give_or_whoever_gave_last(store: DatabaseStore) -> None:
    """With the request they report to: the removal, once there is one."""
    early = replace(acts.ended(acts.assignment("one", of="request-0001")), level=True)
    late = acts.ended(acts.assignment("two", of="request-0002"), NOW + HOUR)
    await acts.store_assignment(store, early)
    await acts.store_assignment(store, late)
    await _save(store, acts.holding())
    third = acts.assignment("three", of="request-0003")
    await acts.store_assignment(store, third)

    def act(tx: Transaction) -> list[object]:
        for assignment_id in (early.id, late.id, third.id):
            tx.claim_holdings(assignment_id, [acts.holding().id])
            if assignment_id != third.id:
                tx.drop_claims(assignment_id, [acts.holding().id])
        giving = tx.claimants_of(acts.holding().id)
        tx.drop_claims(third.id, [acts.holding().id])
        tx.save_assignment(acts.ended(third), None)
        return [giving, tx.claimants_of(acts.holding().id)]

    assert await store.write(act) == [
        ((third.id, "request-0003"),),
        ((late.id, "request-0002"),),
    ]
