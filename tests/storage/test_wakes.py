"""What time makes due: claimed once, put off when it fails, parked, and never stopping the rest."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.util import await_only

from engine.application.clock import RandomIds
from engine.application.commands import OPERATOR, ApplyConfiguration
from engine.application.ports import Aggregate, Transaction
from engine.application.service import Entitlements
from engine.application.wakes import Wakes
from engine.domain.assignment_requests import RequestState
from engine.domain.conversation import NoticeKind
from engine.domain.ids import AssignmentId, RequestId
from storage import DatabaseStore, StoreQueries
from storage import tables as t
from storage.transaction import SqlTransaction
from storage.wakes import MOST_FAILURES
from tests.builders import DAY, HOUR, MINUTE, NOW, SECOND, a_person
from tests.databases import StandingClock
from tests.reviewing import a_configuration
from tests.storage import acts

REQUEST, ASSIGNMENT = Aggregate.REQUEST, Aggregate.ASSIGNMENT


def _due(tx: Transaction, aggregate: Aggregate = REQUEST, limit: int = 100) -> list[str]:
    claimed = tx.claim_due(aggregate, tx.now(), limit)
    return [(assignment or request).id for request, assignment in claimed if request]


async def test_what_is_due_is_claimed_in_the_order_of_its_moments(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """At its very moment, not a millisecond before, never without one."""
    for number, wake_at in enumerate((NOW + HOUR, NOW + MINUTE, NOW + 2 * HOUR, None)):
        one = acts.request(f"request-000{number}", package=f"package-{number}")
        await acts.store_request(store, one, wake_at)
    clock.pass_by(HOUR - SECOND / 1000)
    before = await store.write(_due)
    clock.pass_by(SECOND / 1000)

    assert before == ["request-0001"]
    assert await store.write(_due) == ["request-0001", "request-0000"]
    assert await store.write(_due, REQUEST, 1) == ["request-0001"]


async def test_an_assignment_is_claimed_with_the_request_it_reports_to(
    store: DatabaseStore,
) -> None:
    """The one that made it, and after its end the one that removed it."""
    held = acts.assignment("held", of="request-0001")
    gone = acts.ended(acts.assignment("gone", of="request-0002", package="other"))
    await acts.store_assignment(store, held, NOW - HOUR)
    await acts.store_assignment(store, gone, None)

    def remove(tx: Transaction) -> None:
        tx.add_request(acts.removal("request-1001"), None)
        removed = replace(gone, removal_request_id=RequestId("request-1001"))
        tx.save_assignment(removed, NOW)

    await store.write(remove)

    claimed = await store.write(lambda tx: tx.claim_due(ASSIGNMENT, tx.now(), 10))
    reported = [(r.id, a.id) for r, a in claimed if r is not None and a is not None]
    assert reported == [("request-0001", "held"), ("request-1001", "gone")]
    assert claimed[0][1] == held


async def test_two_replicas_never_claim_one_row(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """What one holds the other skips, without waiting."""
    one, other = two_stores
    for number in range(10):
        due = acts.request(f"request-{number:04}", package=f"package-{number}")
        await acts.store_request(one, due, NOW)
    claimed, done = asyncio.Event(), asyncio.Event()

    def claim_and_hold(tx: Transaction) -> list[str]:
        found = _due(tx, limit=4)
        claimed.set()
        await_only(done.wait())
        return found

    first = asyncio.ensure_future(one.write(claim_and_hold))
    await claimed.wait()
    second = await other.write(_due)
    done.set()

    assert len(await first) == 4
    assert sorted([*await first, *second]) == [f"request-{number:04}" for number in range(10)]


async def test_an_assignment_whose_request_is_locked_is_skipped(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """Both are locked, or neither."""
    one, other = two_stores
    await acts.store_assignment(one, acts.assignment(), NOW)
    locked, done = asyncio.Event(), asyncio.Event()

    def lock_and_hold(tx: Transaction) -> None:
        tx.lock_request(RequestId("request-0001"))
        locked.set()
        await_only(done.wait())

    holding = asyncio.ensure_future(one.write(lock_and_hold))
    await locked.wait()
    skipped = await other.write(_due, ASSIGNMENT)
    done.set()
    await holding

    assert skipped == []
    assert await other.write(_due, ASSIGNMENT) == ["assignment-1"]


async def test_a_failed_wake_is_tried_again_with_growing_pauses(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Fifteen seconds first, twice as long each time, an hour at most."""
    await acts.store_request(store, acts.request(), NOW)
    pauses = []
    for _ in range(MOST_FAILURES - 1):
        parked = await store.write(
            lambda tx: tx.postpone(REQUEST, "request-0001", tx.now(), "ValueError: no")
        )
        assert not parked
        next_at = await store.next_wake_at()
        assert next_at is not None
        pauses.append(next_at - clock.now())
        clock.pass_by(pauses[-1])

    assert pauses[:4] == [15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE]
    assert pauses[-1] == HOUR


async def test_the_tenth_failure_parks_a_row_and_shows_it(
    store: DatabaseStore, queries: StoreQueries, clock: StandingClock
) -> None:
    """It sleeps until a person or a change wakes it."""
    await acts.store_assignment(store, acts.assignment(), NOW)
    for _ in range(MOST_FAILURES - 1):
        await store.write(lambda tx: tx.postpone(ASSIGNMENT, "assignment-1", NOW, "no"))
    unparked = await queries.parked()
    last = await store.write(
        lambda tx: tx.postpone(ASSIGNMENT, "assignment-1", NOW + HOUR, "ValueError: no")
    )
    parked = await queries.parked()

    assert (unparked.rows, unparked.total) == ((), 0)
    assert last
    assert [(row.kind, row.id, row.problem, row.since) for row in parked.rows] == [
        ("assignment", "assignment-1", "ValueError: no", NOW + HOUR)
    ]
    assert await store.next_wake_at() is None


async def test_of_many_parked_rows_some_are_named_and_all_are_counted(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """After a bad upgrade there may be thousands: the figure says how many."""
    ids = [f"request-{number:04d}" for number in range(25)]
    for id_ in ids:
        await acts.store_request(store, acts.request(id_, package=id_), NOW)

    def park(tx: Transaction) -> None:
        for number, id_ in enumerate(ids):
            for _ in range(MOST_FAILURES):
                tx.postpone(REQUEST, id_, NOW + number * SECOND, "no")

    await store.write(park)
    parked = await queries.parked()

    assert parked.total == len(ids)
    assert [row.id for row in parked.rows] == ids[:20]


async def test_a_saved_row_forgets_its_failures(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Parked or not: what works again counts from none."""
    await acts.store_request(store, acts.request(), NOW)
    for _ in range(MOST_FAILURES):
        await store.write(lambda tx: tx.postpone(REQUEST, "request-0001", NOW, "no"))
    await store.write(lambda tx: tx.save_request(acts.request(), acts.request(), NOW))
    parked = await queries.parked()
    again = await store.write(lambda tx: tx.postpone(REQUEST, "request-0001", NOW, "no"))

    assert parked.total == 0
    assert not again
    assert await store.next_wake_at() == NOW + 15 * SECOND


async def test_one_bad_row_does_not_stop_the_others(store: DatabaseStore) -> None:
    """Each in its savepoint: the bad one is put off, the good ones are saved."""
    for number in range(3):
        one = acts.request(f"request-000{number}", package=f"package-{number}")
        await acts.store_request(store, one, NOW)

    def look(tx: Transaction) -> None:
        for request, _ in tx.claim_due(REQUEST, tx.now(), 10):
            assert request is not None
            try:
                with tx.savepoint():
                    tx.save_request(request, request, None)
                    tx.add_notices([acts.notice(f"{request.id}/said")], NOW)
                    _ = 1 // (request.id != "request-0001")
            except ZeroDivisionError:
                tx.postpone(REQUEST, request.id, tx.now(), "no")

    await store.write(look)

    assert await store.write(_due) == []
    for said in ("request-0000/said", "request-0002/said"):
        work = await acts.taken(store)
        assert work.key == said
        await store.write(acts.shown, work)
    assert await store.next_wake_at() == NOW + 15 * SECOND


async def test_a_row_this_version_cannot_read_is_put_off_and_the_others_are_looked_at(
    store: DatabaseStore, queries: StoreQueries, clock: StandingClock
) -> None:
    """A newer version wrote a state we never heard of: parked in the end, and administrators told."""
    service = Entitlements(store, ids=RandomIds(), serial={})
    await service.handle(ApplyConfiguration(configuration=a_configuration(None)), OPERATOR)
    await store.write(lambda tx: tx.put_people([a_person("rob")]))
    for number in range(3):
        one = acts.request(f"request-000{number}", package=f"package-{number}")
        await acts.store_request(store, one, NOW + 14 * DAY)
    await store.write(_dream, "request-0001")
    clock.pass_by(14 * DAY)

    wakes = Wakes(store, service)
    while await wakes.run_once():
        pass

    for id_ in ("request-0000", "request-0002"):
        summary = await queries.request(RequestId(id_))
        assert summary is not None
        assert summary.request.state is RequestState.EXPIRED
    for _ in range(MOST_FAILURES):
        clock.pass_by(HOUR)
        await wakes.run_once()
    [row] = (await queries.parked()).rows
    assert (row.kind, row.id) == ("request", "request-0001")
    assert row.problem == "it cannot be read: 'dreaming' is not a valid RequestState"
    said = await store.look(lambda reader: reader.conn.execute(select(t.messages.c.kind)).scalars())
    assert NoticeKind.ROW_PARKED in set(said)


def _dream(tx: Transaction, request_id: str) -> None:
    assert isinstance(tx, SqlTransaction)
    this = update(t.requests).where(t.requests.c.id == request_id)
    tx.conn.execute(this.values(state="dreaming"))


async def _hold(
    store: DatabaseStore, count: int, ends_at: datetime | None, *, first: int = 0
) -> None:
    def insert(tx: Transaction) -> None:
        for number in range(first, first + count):
            one = acts.assignment(
                f"assignment-{number:05}",
                of=f"request-{number:05}",
                package=f"package-{number}",
                ends_at=ends_at,
            )
            origin = acts.request(one.request_id, package=one.package_id)
            tx.add_request(replace(origin, delivered_at=NOW), None)
            tx.add_assignment(one, ends_at)

    await store.write(insert)


async def test_endings_due_are_counted_against_what_is_active(store: DatabaseStore) -> None:
    """What ends now or earlier counts; what ends later or has ended does not."""
    await _hold(store, 3, NOW)
    await _hold(store, 2, NOW + SECOND, first=10)
    await _hold(store, 4, None, first=20)
    await acts.store_assignment(store, acts.ended(acts.assignment("over", of="request-over")))

    assert await store.write(lambda tx: tx.endings_due(NOW)) == (3, 9)


async def test_active_assignments_are_counted_only_as_far_as_it_matters(
    store: DatabaseStore,
) -> None:
    """Or each look for what is due would count millions."""
    await _hold(store, 1005, None)

    assert await store.write(lambda tx: tx.endings_due(NOW)) == (0, 1000)


@pytest.mark.parametrize(
    ("ending", "staying", "ended"),
    [(100, 500, 100), (100, 100, 0), (20, 1, 20), (21, 1, 0)],
)
async def test_no_more_ends_than_was_counted_and_found_right(
    store: DatabaseStore, clock: StandingClock, ending: int, staying: int, ended: int
) -> None:
    """Everything is due, in any order, and more than one batch; a fifth may end, or twenty."""
    service = Entitlements(store, ids=RandomIds(), serial={})
    await service.handle(ApplyConfiguration(configuration=a_configuration(None)), OPERATOR)
    await _hold(store, ending, NOW)
    await _hold(store, staying, None, first=1000)
    every = [f"assignment-{number:05}" for number in (*range(ending), *range(1000, 1000 + staying))]
    await store.write(lambda tx: tx.wake_assignments(NOW, ids=map(AssignmentId, every)))

    wakes = Wakes(store, service)
    while await wakes.run_once():
        pass

    left = await StoreQueries(store).holder_counts()
    assert sum(left.values()) == ending + staying - ended
    assert wakes.braked == (ended == 0)


async def test_the_brake_is_released_until_the_moment_named(store: DatabaseStore) -> None:
    """And not at that moment itself; saying it again moves it."""

    def released(tx: Transaction) -> tuple[bool, ...]:
        before = tx.brake_released(NOW)
        tx.release_brake(NOW + MINUTE)
        tx.release_brake(NOW + HOUR)
        return before, tx.brake_released(NOW + HOUR - SECOND), tx.brake_released(NOW + HOUR)

    assert await store.write(released) == (False, True, False)
