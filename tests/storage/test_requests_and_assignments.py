"""What is asked for and what is held: stored whole, keyed by the rules, woken in time."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from engine.application.ports import Conflict, Transaction
from engine.domain.assignment_requests import RequestState, RequestType
from engine.domain.assignments import AssignmentState
from engine.domain.ids import AssignmentId, PackageId, PersonId, RequestId
from engine.domain.stages import Verdict
from storage import DatabaseStore
from storage import tables as t
from storage.reader import SqlReader
from tests import builders as a
from tests.builders import ADA, ANN, BEN, CAT, DAY, HOUR, MAX, MINUTE, NOW, PACKAGE, ROB
from tests.databases import somebody_waits
from tests.storage import acts

FIRST = RequestId("request-0001")
S = RequestState


async def test_a_request_comes_back_as_it_was_stored(store: DatabaseStore) -> None:
    """With its policy, its runs and every moment."""
    before = acts.request(starts_at=NOW + DAY, duration=3 * DAY)
    await acts.store_request(store, before, NOW + HOUR)
    decided = a.approve(before, ANN).request
    await store.write(lambda tx: tx.save_request(before, decided, None))

    assert await store.read(lambda tx: tx.request(FIRST)) == decided
    assert await store.write(lambda tx: tx.lock_request(FIRST)) == decided


async def test_what_does_not_exist_is_none(store: DatabaseStore) -> None:
    """Reading and locking alike."""

    def look(tx: Transaction) -> list[object]:
        return [
            tx.request(FIRST),
            tx.lock_request(FIRST),
            tx.assignment(AssignmentId("x")),
            tx.lock_assignment(AssignmentId("x")),
        ]

    assert await store.write(look) == [None] * 4


@pytest.mark.parametrize("state", [S.PENDING_APPROVAL, S.SCHEDULED, S.DELIVERING])
async def test_a_second_open_request_for_a_package_is_a_conflict(
    store: DatabaseStore, state: RequestState
) -> None:
    """DLV-7: while one waits or is on its way, no other."""
    await acts.store_request(store, acts.request("request-0001", state=state))

    with pytest.raises(Conflict):
        await acts.store_request(store, acts.request("request-0002"))


@pytest.mark.parametrize("state", [S.DELIVERED, S.DENIED, S.EXPIRED, S.CANCELED])
async def test_a_closed_request_makes_room_for_another(
    store: DatabaseStore, state: RequestState
) -> None:
    """What was closed does not stand in the way."""
    closed = acts.request("request-0001", state=state, closed_at=NOW)
    await acts.store_request(store, closed)
    await acts.store_request(store, acts.request("request-0002"))

    found = await store.read(lambda tx: tx.open_request_of(ROB, PACKAGE))
    assert found == "request-0002"


async def test_a_removal_under_way_does_not_stand_in_the_way(store: DatabaseStore) -> None:
    """Removals are requests too (ST-2), but nobody waits for them to ask again."""
    kinds = (RequestType.USER_REMOVE, RequestType.ADMIN_REMOVE, RequestType.SYSTEM_REMOVE)
    for number, kind in enumerate(kinds):
        await acts.store_request(store, acts.removal(f"request-100{number}", kind))
    await acts.store_request(store, acts.request("request-0002"))

    assert await store.read(lambda tx: tx.open_request_of(ROB, PACKAGE)) == "request-0002"


async def test_a_request_delivered_once_and_again_on_its_way_is_not_open(
    store: DatabaseStore,
) -> None:
    """Its package was edited; an extension may be asked for meanwhile."""
    again = acts.request("request-0001", state=S.DELIVERING, delivered_at=NOW, closed_at=NOW)
    await acts.store_request(store, again)
    extension = acts.request("request-0002", request_type=RequestType.USER_UPDATE)
    await acts.store_request(store, extension)

    assert await store.read(lambda tx: tx.open_request_of(ROB, PACKAGE)) == "request-0002"


async def test_of_twenty_equal_requests_at_once_one_is_stored(store: DatabaseStore) -> None:
    """However fast somebody presses."""
    tries = [
        acts.store_request(store, acts.request(f"request-{number:04}")) for number in range(20)
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 19


def _waiting(reader: SqlReader) -> dict[str, bool]:
    rows = reader.conn.execute(select(t.approvals.c.person_id, t.approvals.c.is_open))
    return {row.person_id: row.is_open for row in rows}


async def test_whoever_is_asked_is_found_until_they_decide(store: DatabaseStore) -> None:
    """The rows that say for whom a request waits follow its runs."""
    before = acts.request(asked=(ANN, BEN))
    before = replace(before, policy=a.a_policy(a.a_stage(ANN, BEN, needed=2)))
    await acts.store_request(store, before)
    asked = await store.look(_waiting)
    decided = a.approve(before, ANN).request
    await store.write(lambda tx: tx.save_request(before, decided, None))

    assert asked == {"ann": True, "ben": True}
    assert await store.look(_waiting) == {"ann": False, "ben": True}


async def test_whoever_is_no_longer_asked_is_forgotten(store: DatabaseStore) -> None:
    """An approver who left or was replaced has no row."""
    before = acts.request(asked=(ANN, BEN))
    run = before.runs[0]
    others = tuple(approver for approver in run.approvers if approver.person_id != ANN)
    after = replace(before, runs=(replace(run, approvers=others),))
    await acts.store_request(store, before)
    await store.write(lambda tx: tx.save_request(before, after, None))

    assert await store.look(_waiting) == {"ben": True}


async def test_a_closed_request_waits_for_nobody(store: DatabaseStore) -> None:
    """Denied by one, it no longer waits for the other."""
    before = acts.request(asked=(ANN, BEN))
    denied = a.deny(before, ANN).request
    await acts.store_request(store, before)
    await store.write(lambda tx: tx.save_request(before, denied, None))

    assert denied.state is S.DENIED
    assert await store.look(_waiting) == {"ann": False, "ben": False}


async def test_one_decision_per_person_and_stage_is_kept(store: DatabaseStore) -> None:
    """The verdict stands in the row whose key is the rule."""
    before = acts.request(asked=(ANN,))
    decided = a.approve(before, ANN).request
    await acts.store_request(store, before)
    await store.write(lambda tx: tx.save_request(before, decided, None))

    said = await store.look(
        lambda reader: reader.conn.execute(
            select(t.approvals.c.verdict, t.approvals.c.decided_at)
        ).one()
    )
    assert tuple(said) == (Verdict.APPROVED, NOW + HOUR)


@pytest.mark.parametrize(
    ("who", "woken"),
    [
        ([BEN], {"request-0001"}),
        ([ANN], set()),
        ([ROB], {"request-0001"}),
        ([CAT, MAX], {"request-0002"}),
        ([ADA], set()),
        ([], set()),
    ],
)
async def test_what_somebody_is_asked_or_has_asked_for_is_looked_at_again(
    store: DatabaseStore, who: list[PersonId], woken: set[str]
) -> None:
    """Until they have decided; never what is decided."""
    before = acts.request(asked=(ANN, BEN))
    before = replace(before, policy=a.a_policy(a.a_stage(ANN, BEN, needed=2)))
    await acts.store_request(store, before)
    decided = a.approve(before, ANN).request
    await store.write(lambda tx: tx.save_request(before, decided, None))
    await acts.store_request(store, acts.request("request-0002", target=CAT, asked=(MAX,)))
    await acts.store_assignment(store, acts.assignment(of="request-0003", target=ADA))
    denied = a.deny(acts.request("request-0004", target=ADA, asked=(ANN,)), ANN).request
    await acts.store_request(store, denied)

    await store.write(lambda tx: tx.wake_requests_of(who, NOW))

    def asleep(reader: SqlReader) -> set[str]:
        rows = reader.conn.execute(select(t.requests.c.id).where(t.requests.c.wake_at == NOW))
        return set(rows.scalars())

    assert await store.look(asleep) == woken


@pytest.mark.parametrize(
    ("sleeps_until", "woken_at", "expected"),
    [
        (None, NOW, NOW),
        (NOW + HOUR, NOW, NOW),
        (NOW, NOW + HOUR, NOW),
    ],
)
async def test_a_wake_is_never_put_off_by_another(
    store: DatabaseStore, sleeps_until: object, woken_at: object, expected: object
) -> None:
    """The earlier moment counts; a sleeper without one gets it."""
    await acts.store_request(store, acts.request(), sleeps_until)  # type: ignore[arg-type]
    await store.write(lambda tx: tx.wake_requests_of([ROB], woken_at))  # type: ignore[arg-type]

    assert await store.next_wake_at() == expected


async def test_a_moment_to_wake_at_is_rounded_up(store: DatabaseStore) -> None:
    """Waking a fraction early would find nothing due, again and again."""
    await acts.store_request(store, acts.request(), NOW + MINUTE / 60_000_000)

    assert await store.next_wake_at() == NOW + MINUTE / 60_000


async def test_an_assignment_comes_back_as_it_was_stored(store: DatabaseStore) -> None:
    """Field by field, before and after its end."""
    before = acts.assignment()
    await acts.store_assignment(store, before, NOW)
    stored = await store.read(lambda tx: tx.assignment(before.id))
    after = acts.ended(before)
    await store.write(lambda tx: tx.save_assignment(after, None))

    assert stored == before
    assert await store.write(lambda tx: tx.lock_assignment(before.id)) == after
    assert await store.next_wake_at() is None


async def test_a_second_active_assignment_of_a_package_is_a_conflict(
    store: DatabaseStore,
) -> None:
    """DLV-8: one package, one person, once."""
    await acts.store_assignment(store, acts.assignment("one", of="request-0001"))

    with pytest.raises(Conflict):
        await acts.store_assignment(store, acts.assignment("two", of="request-0002"))


async def test_an_ended_assignment_makes_room_for_another(store: DatabaseStore) -> None:
    """Who lost access may get it again."""
    first = acts.ended(acts.assignment("one", of="request-0001"))
    await acts.store_assignment(store, first)
    second = acts.assignment("two", of="request-0002")
    await acts.store_assignment(store, second)

    def look(tx: Transaction) -> tuple[object, ...]:
        return (
            tx.active_assignment_of(ROB, PACKAGE),
            tx.held_packages(ROB, [PACKAGE, PackageId("other")]),
            tx.holders([PACKAGE, PackageId("other")]),
        )

    assert await store.write(look) == (
        second,
        frozenset({PACKAGE}),
        {PACKAGE: (second,)},
    )


async def test_pending_requests_are_listed_by_package(store: DatabaseStore) -> None:
    """Open ones only, removals left out."""
    waiting = acts.request("request-0001")
    await acts.store_request(store, waiting)
    await acts.store_request(store, acts.removal())

    found = await store.read(lambda tx: tx.pending_requests([PACKAGE, PackageId("other")]))
    assert found == {PACKAGE: (waiting,)}


async def test_assignments_are_woken_by_name_package_person_and_holding(
    store: DatabaseStore,
) -> None:
    """Each way wakes those it means and no others."""
    await acts.store_assignment(store, acts.assignment("one", of="request-0001"))
    other = acts.assignment("two", of="request-0002", package="other")
    await acts.store_assignment(store, other)
    third = acts.assignment("three", of="request-0003", package="third")
    await acts.store_assignment(store, third)
    await acts.store_assignment(store, acts.assignment("four", of="request-0004", target=CAT))
    over = acts.ended(acts.assignment("over", of="request-0005", target=CAT))
    await acts.store_assignment(store, over)

    def wake(tx: Transaction) -> None:
        tx.save_holdings([(acts.holding(), "hold:x:rob")])
        tx.claim_holdings(third.id, [acts.holding().id])
        tx.wake_assignments(NOW + HOUR, ids=[AssignmentId("one")])
        tx.wake_assignments(NOW + 2 * HOUR, packages=[PackageId("other")])
        tx.wake_assignments(NOW + 3 * HOUR, holdings=[acts.holding().id])
        tx.wake_assignments(NOW + 4 * HOUR, people=[CAT])

    await store.write(wake)

    assert await store.look(_wakes) == {
        "one": NOW + HOUR,
        "two": NOW + 2 * HOUR,
        "three": NOW + 3 * HOUR,
        "four": NOW + 4 * HOUR,
        "over": None,
    }


def _wakes(reader: SqlReader) -> dict[str, object]:
    rows = reader.conn.execute(select(t.assignments.c.id, t.assignments.c.wake_at))
    return {row.id: row.wake_at for row in rows}


async def test_a_settled_holding_wakes_whoever_lost_it_until_that_is_level(
    store: DatabaseStore,
) -> None:
    """An ended assignment waits for its removal to be done, and then no more."""
    losing = acts.ended(acts.assignment())
    await acts.store_assignment(store, losing)

    def drop(tx: Transaction) -> None:
        tx.save_holdings([(acts.holding(), "hold:x:rob")])
        tx.claim_holdings(losing.id, [acts.holding().id])
        tx.drop_claims(losing.id, [acts.holding().id])
        tx.wake_assignments(NOW, holdings=[acts.holding().id])

    await store.write(drop)
    woken = await store.look(_wakes)
    level = replace(losing, level=True)
    await store.write(lambda tx: tx.save_assignment(level, None))
    await store.write(lambda tx: tx.wake_assignments(NOW, holdings=[acts.holding().id]))

    assert woken == {losing.id: NOW}
    assert await store.look(_wakes) == {losing.id: None}


async def test_a_wake_waits_for_whoever_looks_and_is_not_lost(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """A delivery settled while an assignment is looked at wakes it once more."""
    one, other = two_stores
    sleeping = acts.assignment()
    await acts.store_assignment(one, sleeping, NOW)
    looking, done = asyncio.Event(), asyncio.Event()

    def look(tx: Transaction) -> None:
        tx.lock_assignment(sleeping.id)
        looking.set()
        await_only(done.wait())
        tx.save_assignment(sleeping, None)

    looks = asyncio.ensure_future(one.write(look))
    await looking.wait()
    waking = asyncio.ensure_future(
        other.write(lambda tx: tx.wake_assignments(NOW, ids=[sleeping.id]))
    )
    await somebody_waits(one)
    done.set()
    await asyncio.gather(looks, waking)

    assert await one.next_wake_at() == NOW


async def test_an_assignment_cannot_be_expired_without_an_end(store: DatabaseStore) -> None:
    """The database holds the two together."""
    wrong = acts.assignment(state=AssignmentState.EXPIRED)

    with pytest.raises(IntegrityError):
        await acts.store_assignment(store, wrong)
