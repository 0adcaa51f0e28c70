"""Lanes: leased by one at a time, fenced, paced, given back without sleeping over anything."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.util import await_only

import storage
from engine.application.lane_ports import LaneKind, MessageWork
from engine.application.lanes import FAR_SIDE
from engine.application.messages import Messages
from engine.application.ports import Shown, Transaction
from engine.domain import holdings
from engine.domain.holdings import Seen
from storage import DatabaseStore
from storage.outgoing import Outgoing
from storage.transaction import SqlTransaction
from tests.builders import HOUR, NOW, SECOND
from tests.databases import StandingClock, somebody_waits
from tests.storage import acts
from tests.storage.acts import fail


async def test_new_work_does_not_wake_a_leased_lane(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Or the lane would be taken from under its holder."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    await acts.taken(store)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))
    await store.write(lambda tx: tx.add_notices([acts.notice()], NOW))

    assert await store.write(acts.take_message, "other") is None
    clock.pass_by(acts.LEASE)
    assert await store.write(acts.take_message, "other") is not None


async def test_a_lease_ends_at_its_end_and_not_before(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """A millisecond before, the lane is still the holder's."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    work = await acts.taken(store)
    clock.pass_by(acts.LEASE - timedelta(milliseconds=1))
    early = await store.write(acts.take_message, "other")
    clock.pass_by(timedelta(milliseconds=1))
    late = await store.write(acts.take_message, "other")

    assert early is None
    assert late is not None
    assert late.lease.number == work.lease.number + 1


async def test_whoever_finds_a_message_being_sent_is_told_since_when(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """After a crash it may have arrived: look before sending again, from the first attempt on."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    await acts.taken(store)
    clock.pass_by(acts.LEASE)
    second = await acts.taken(store)
    clock.pass_by(acts.LEASE)
    third = await acts.taken(store)

    assert (second.sending_since, second.attempts) == (NOW, 1)
    assert (third.sending_since, third.attempts) == (NOW, 2)


async def test_a_holder_who_lost_the_lane_cannot_record_anything(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Frozen past its lease: its answer is refused, the other's stands."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    frozen = await acts.taken(store)
    clock.pass_by(acts.LEASE)
    other = await acts.taken(store, "other")
    still = await store.write(lambda tx: tx.still_leased(frozen.lease))
    await store.write(acts.shown, frozen, digest="old")
    await store.write(fail, frozen, retry_at=None, reached=None)
    await store.write(acts.shown, other, digest="new")
    await store.write(lambda tx: tx.show_cards([acts.card()], clock.now()))

    assert not still
    assert (await acts.taken(store)).digest == "new"


async def test_a_frozen_holder_cannot_give_away_anothers_lane(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """The release of an old lease does nothing."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    frozen = await acts.taken(store)
    clock.pass_by(acts.LEASE)
    await acts.taken(store, "other")
    await store.write(lambda tx: tx.release_lane(frozen.lease, tx.now(), tx.now()))

    assert await store.write(acts.take_message, "third") is None


async def test_a_lane_is_paced_even_for_work_that_comes_later(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Within a second of a message no other leaves, queued before or after it."""
    await store.write(lambda tx: tx.add_notices([acts.notice("one")], NOW))
    await store.write(acts.shown, await acts.taken(store), pace=SECOND)
    await store.write(lambda tx: tx.add_notices([acts.notice("two")], clock.now()))
    early = await store.write(acts.take_message)
    due_at = await store.next_wake_at()
    clock.pass_by(SECOND)

    assert early is None
    assert due_at == NOW + SECOND
    assert (await acts.taken(store)).key == "two"


class OneMessage:
    """A messenger that posts each card once, and updates it from then on."""

    async def show(self, work: MessageWork) -> Shown:
        """Where it stands already, or a new place."""
        return Shown(channel="D1", ts=work.ts or f"1.{work.key}", digest=f"{work.lease.number}")


async def test_a_card_brought_up_to_date_keeps_nothing_waiting(store: DatabaseStore) -> None:
    """Slack counts posts: after an update the next card is updated, or a notice said, at once."""
    messages = Messages(store, OneMessage(), pace=SECOND)
    both = ["request-0001", "request-0002"]
    cards = [acts.card(subject) for subject in both]

    async def sent() -> list[str]:
        keys = []
        while works := await messages.take(1):
            await messages.do(works[0])
            keys.append(works[0].key)
        return keys

    for card in cards:
        await store.write(lambda tx, card=card: tx.show_cards([card], NOW))
        await store.write(acts.shown, await acts.taken(store))
    await store.write(lambda tx: tx.touch_cards(both, NOW))
    await store.write(lambda tx: tx.add_notices([acts.notice("one"), acts.notice("two")], NOW))

    assert [key.partition("/")[0] for key in await sent()] == ["card", "card", "one"]
    assert await store.next_wake_at() == NOW + SECOND, "the second post waits its second"


async def test_lanes_of_the_other_kind_are_not_taken(store: DatabaseStore) -> None:
    """Who carries messages leaves deliveries alone."""
    await store.write(lambda tx: tx.save_holdings([(acts.holding(), "hold:x:rob")]))

    assert await store.write(acts.take_message) is None
    assert await store.write(acts.lease_one, LaneKind.HOLDINGS) is not None


async def test_two_replicas_never_take_one_lane(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """Twenty conversations, both replicas at once: each lane once."""
    one, other = two_stores
    cards = [acts.card(to=f"person{number}") for number in range(20)]
    await one.write(lambda tx: tx.show_cards(cards, NOW))

    def lease(tx: Transaction, holder: str) -> list[str]:
        leases = tx.lease_lanes(LaneKind.MESSAGES, holder, tx.now(), acts.LEASE, 5)
        return [lease.lane for lease in leases]

    taken = await asyncio.gather(
        *(store.write(lease, "x") for _ in range(3) for store in (one, other))
    )

    lanes = [lane for some in taken for lane in some]
    assert len(lanes) == len(set(lanes)) == 20


async def test_work_queued_while_a_lane_is_given_back_is_not_slept_over(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """Whoever gives back waits for whoever queues, and then sees the new work."""
    one, other = two_stores
    await one.write(lambda tx: tx.show_cards([acts.card()], NOW))
    work = await acts.taken(one)
    queued, done = asyncio.Event(), asyncio.Event()

    def queue_slowly(tx: Transaction) -> None:
        """Queue, hold the lane's lock, and take long to commit."""
        assert isinstance(tx, SqlTransaction)
        tx.add_notices([acts.notice()], NOW)
        tx.finish()
        tx.outgoing = Outgoing()
        queued.set()
        await_only(done.wait())

    queueing = asyncio.ensure_future(other.write(queue_slowly))
    await queued.wait()
    giving_back = asyncio.ensure_future(one.write(acts.shown, work))
    await somebody_waits(one)
    done.set()
    await asyncio.gather(queueing, giving_back)

    assert (await acts.taken(one)).key == acts.notice().key


async def test_a_lane_lost_during_the_settling_starts_the_settling_over(
    two_stores: tuple[DatabaseStore, DatabaseStore], clock: StandingClock, postgres_url: str
) -> None:
    """The fence is checked at the end under the lane's lock; the second time it says no."""
    one, _ = two_stores
    lane = "hold:x:rob"
    await one.write(lambda tx: tx.save_holdings([(acts.holding(), lane)]))
    lease = await one.write(acts.lease_one, LaneKind.HOLDINGS)
    assert lease is not None
    answers: list[bool] = []

    async def steal() -> None:
        """What another replica does, in a thread of its own."""
        async with await storage.open_store(postgres_url, clock=clock) as thief:
            assert await thief.write(acts.lease_one, LaneKind.HOLDINGS, "thief") is not None

    def settle(tx: Transaction) -> None:
        answers.append(tx.still_leased(lease))
        if answers == [True]:
            with ThreadPoolExecutor(1) as replica:
                replica.submit(asyncio.run, steal()).result(20)
        if answers[-1]:
            tx.save_holdings([(acts.holding(problem="too late", next_at=None), lane)])
            tx.release_lane(lease, tx.now(), tx.now())

    clock.pass_by(acts.LEASE)
    await one.write(settle)

    found = await one.read(lambda tx: tx.holding(acts.holding().id))
    assert answers == [True, False]
    assert found is not None
    assert found.problem is None


async def test_leases_of_a_process_that_died_are_free_at_once_on_sqlite(
    sqlite_url: str, clock: StandingClock
) -> None:
    """Nobody else can hold one: the file is ours."""
    async with await storage.open_store(sqlite_url, clock=clock) as died:
        await died.write(lambda tx: tx.show_cards([acts.card()], NOW))
        await acts.taken(died)
    async with await storage.open_store(sqlite_url, clock=clock) as store:
        work = await acts.taken(store)

    assert work.sending_since == NOW


async def test_what_a_process_that_died_had_begun_waits_only_for_the_far_side_on_sqlite(
    sqlite_url: str, clock: StandingClock
) -> None:
    """A call may still take effect; not for as long as its lease would have lasted."""
    async with await storage.open_store(sqlite_url, clock=clock) as died:
        lane = "hold:slack_usergroup:rob"
        begun = [acts.holding("holding-1"), acts.holding("holding-2", target="later")]
        await died.write(lambda tx: tx.save_holdings([(one, lane) for one in begun]))

        def begin(tx: Transaction) -> None:
            lease = acts.lease_one(tx, LaneKind.HOLDINGS)
            assert lease is not None
            holding = tx.head_holdings([lease])[lane]
            trying = holdings.begin(holding, lease_ends_at=lease.ends_at)
            later = replace(begun[1], seen=Seen.UNKNOWN, next_at=NOW + HOUR)
            tx.save_holdings([(trying, lane), (later, lane)])

        await died.write(begin)
    clock.pass_by(SECOND)
    async with await storage.open_store(sqlite_url, clock=clock) as store:
        found = [await store.read(lambda tx, one=one: tx.holding(one.id)) for one in begun]
        assert await store.write(acts.lease_one, LaneKind.HOLDINGS) is not None, (
            "it may be looked at"
        )

    assert [one.next_at for one in found if one] == [NOW + SECOND + FAR_SIDE, NOW + HOUR]


async def test_a_lane_with_nothing_to_do_goes_to_sleep(store: DatabaseStore) -> None:
    """A superfluous wake does no harm."""
    await store.write(lambda tx: tx.add_notices([acts.notice()], NOW))
    await store.write(acts.shown, await acts.taken(store))
    await store.write(lambda tx: tx.add_notices([acts.notice()], NOW))

    def look(tx: Transaction) -> None:
        lease = acts.lease_one(tx)
        assert lease is not None
        assert tx.head_messages([lease]) == ()
        tx.release_lane(lease, tx.now(), tx.now())

    await store.write(look)

    assert await store.next_wake_at() is None


async def test_a_settling_that_runs_twice_settles_once(store: DatabaseStore) -> None:
    """After a lost COMMIT nobody knows it arrived; what was touched since stays waiting."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    work = await acts.taken(store)
    await store.write(acts.shown, work)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))
    still = await store.write(lambda tx: tx.still_leased(work.lease))
    await store.write(acts.shown, work)

    assert not still
    assert (await acts.taken(store)).key == work.key
