"""Cards and notices on their way: in order, once, paced, fenced, never forgotten."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

import storage
from engine.application.ports import LaneKind, MessageWork, Transaction
from engine.domain.conversation import CardKind
from storage import DatabaseStore, StoreQueries
from storage import tables as t
from storage.outgoing import Outgoing
from storage.transaction import SqlTransaction
from tests.builders import HOUR, MINUTE, NOW, SECOND
from tests.databases import StandingClock
from tests.storage import acts


async def _all_keys(store: DatabaseStore) -> list[str]:
    """What is sent, in order, until nothing is due; every message is shown at once."""
    keys = []
    while (work := await store.write(acts.take_message)) is not None:
        keys.append(work.key)
        await store.write(acts.shown, work)
    return keys


def _fail(
    tx: Transaction,
    work: MessageWork,
    *,
    retry_at: datetime | None,
    reached: bool | None,
) -> None:
    tx.message_failed(work, problem="no answer", retry_at=retry_at, reached=reached, now=tx.now())
    tx.release_lane(work.lease, tx.now(), retry_at or tx.now())


async def test_a_card_is_sent_with_its_identity_and_then_rests(store: DatabaseStore) -> None:
    """The worker learns what to show to whom; shown, the lane sleeps."""
    await store.write(lambda tx: tx.show_cards([acts.card(part=2)], NOW))
    work = await acts.taken(store)
    await store.write(acts.shown, work)

    assert (work.is_card, work.kind, work.subject_id, work.part) == (
        True,
        CardKind.REQUEST,
        "request-0001",
        2,
    )
    assert work.audience == acts.card().audience
    assert (work.channel, work.ts, work.digest, work.sending_since) == (None, None, None, None)
    assert await store.next_wake_at() is None


async def test_a_card_shown_again_knows_where_it_was_posted(store: DatabaseStore) -> None:
    """The second time it is an update, not a post."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    await store.write(acts.shown, await acts.taken(store))
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    work = await acts.taken(store)

    assert (work.channel, work.ts, work.digest, work.attempts) == ("D1", "1.0", "d1", 0)


async def test_messages_of_a_lane_leave_in_the_order_they_were_asked_for(
    store: DatabaseStore,
) -> None:
    """Within a transaction and over several, whatever the keys."""
    await store.write(lambda tx: tx.add_notices([acts.notice("z"), acts.notice("a")], NOW))
    await store.write(lambda tx: tx.add_notices([acts.notice("m"), acts.notice("b")], NOW))

    assert await _all_keys(store) == ["z", "a", "m", "b"]


async def test_a_notice_is_said_once_for_ever(store: DatabaseStore) -> None:
    """The same key again, in one transaction, waiting or long said, says nothing."""
    await store.write(lambda tx: tx.add_notices([acts.notice(), acts.notice()], NOW))
    await store.write(lambda tx: tx.add_notices([acts.notice()], NOW))
    said = await _all_keys(store)
    await store.write(lambda tx: tx.add_notices([acts.notice()], NOW))

    assert said == [acts.notice().key]
    assert await _all_keys(store) == []


async def test_a_card_touched_ten_times_waits_once_and_keeps_its_place(
    store: DatabaseStore,
) -> None:
    """A burst collapses into one message."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    await store.write(lambda tx: tx.add_notices([acts.notice("later")], NOW))
    for _ in range(10):
        await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))

    keys = await _all_keys(store)
    assert [key.split("/")[0] for key in keys] == ["card", "later"]


async def test_touching_brings_up_every_card_of_the_subject(store: DatabaseStore) -> None:
    """To whomever it was shown; cards of other subjects are left alone."""
    cards = [acts.card(to="rob"), acts.card(to="ann"), acts.card("request-0002", to="ben")]
    await store.write(lambda tx: tx.show_cards(cards, NOW))
    await _all_keys(store)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))

    assert sorted(key.split(":")[1] for key in await _all_keys(store)) == ["ann", "rob"]


async def test_a_card_touched_while_being_sent_is_sent_once_more(store: DatabaseStore) -> None:
    """What was drawn may be old already; it goes to the lane's end and is drawn anew."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    await store.write(lambda tx: tx.add_notices([acts.notice("next")], NOW))
    work = await acts.taken(store)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))
    await store.write(acts.shown, work)

    assert await _all_keys(store) == ["next", work.key]


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
    await store.write(_fail, frozen, retry_at=None, reached=None)
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


async def test_a_refused_message_waits_and_blocks_the_lane(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Order is kept through an outage; what surely never left is not in doubt."""
    await store.write(lambda tx: tx.add_notices([acts.notice("one"), acts.notice("two")], NOW))
    work = await acts.taken(store)
    await store.write(_fail, work, retry_at=NOW + MINUTE, reached=False)
    early = await store.write(acts.take_message)
    clock.pass_by(MINUTE)
    again = await acts.taken(store)

    assert early is None
    assert (again.key, again.sending_since, again.attempts) == ("one", None, 1)


async def test_a_message_without_an_answer_stays_in_doubt(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Nobody knows whether it arrived; a later attempt that never left does not change that."""
    await store.write(lambda tx: tx.add_notices([acts.notice()], NOW))
    await store.write(_fail, await acts.taken(store), retry_at=NOW + MINUTE, reached=None)
    clock.pass_by(MINUTE)
    second = await acts.taken(store)
    await store.write(_fail, second, retry_at=clock.now() + MINUTE, reached=False)
    clock.pass_by(MINUTE)
    third = await acts.taken(store)

    assert second.sending_since == NOW
    assert third.sending_since == NOW


async def test_a_message_given_up_lets_the_lane_go_on(store: DatabaseStore) -> None:
    """What always fails must not stop the others."""
    await store.write(lambda tx: tx.add_notices([acts.notice("one"), acts.notice("two")], NOW))
    await store.write(_fail, await acts.taken(store), retry_at=None, reached=False)

    assert await _all_keys(store) == ["two"]


async def test_a_card_given_up_is_tried_again_when_its_subject_changes(
    store: DatabaseStore,
) -> None:
    """A new state is a new chance, with its attempts counted from none."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    await store.write(_fail, await acts.taken(store), retry_at=None, reached=False)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))

    assert (await acts.taken(store)).attempts == 0


async def test_a_card_touched_while_it_failed_for_good_is_tried_again(
    store: DatabaseStore,
) -> None:
    """Giving up concerns what was drawn, not what must be drawn now."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    work = await acts.taken(store)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))
    await store.write(_fail, work, retry_at=None, reached=False)

    assert (await acts.taken(store)).key == work.key


async def test_a_message_that_shows_nothing_was_posted_nowhere(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Empty places are no places."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    work = await acts.taken(store)

    def nothing(tx: Transaction) -> None:
        tx.message_shown(work, channel="", ts="", digest="", now=tx.now())
        tx.release_lane(work.lease, tx.now(), tx.now())

    await store.write(nothing)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))

    assert await queries.place_of(acts.card()) is None
    assert (await acts.taken(store)).channel is None


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
    loop = asyncio.get_running_loop()
    queued = asyncio.Event()

    def queue_slowly(tx: Transaction) -> None:
        """Queue, hold the lane's lock, and take long to commit."""
        assert isinstance(tx, SqlTransaction)
        tx.add_notices([acts.notice()], NOW)
        tx.finish()
        tx.outgoing = Outgoing()
        loop.call_soon(queued.set)
        tx.conn.execute(text("SELECT pg_sleep(0.3)"))

    queueing = asyncio.ensure_future(other.write(queue_slowly))
    await queued.wait()
    await one.write(acts.shown, work)
    await queueing

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


async def test_a_lane_with_nothing_to_do_goes_to_sleep(store: DatabaseStore) -> None:
    """A superfluous wake does no harm."""
    await store.write(lambda tx: tx.add_notices([acts.notice()], NOW))
    await _all_keys(store)
    await store.write(lambda tx: tx.add_notices([acts.notice()], NOW))

    def look(tx: Transaction) -> None:
        lease = acts.lease_one(tx)
        assert lease is not None
        assert tx.head_message(lease, tx.now()) is None
        tx.release_lane(lease, tx.now(), tx.now())

    await store.write(look)

    assert await store.next_wake_at() is None


async def test_messages_that_wait_survive_hours(store: DatabaseStore, clock: StandingClock) -> None:
    """Late is not never."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    clock.pass_by(100 * HOUR)

    assert len(await _all_keys(store)) == 1


@pytest.mark.parametrize("count", [1, 100])
async def test_queue_numbers_follow_one_another(store: DatabaseStore, count: int) -> None:
    """However many are asked for at once."""
    notices = [acts.notice(f"{number:03}") for number in range(count)]
    await store.write(lambda tx: tx.add_notices(notices, NOW))

    numbers = await store.look(
        lambda reader: list(
            reader.conn.execute(
                select(t.messages.c.queue_number).order_by(t.messages.c.key)
            ).scalars()
        )
    )
    assert numbers == list(range(1, count + 1))


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
