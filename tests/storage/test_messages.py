"""Cards and notices on their way: in order, once, paced, fenced, never forgotten."""

import pytest
from sqlalchemy import select

from engine.application.ports import Transaction
from engine.domain.conversation import CardKind
from storage import DatabaseStore, StoreQueries
from storage import tables as t
from tests.builders import HOUR, MINUTE, NOW
from tests.databases import StandingClock
from tests.storage import acts
from tests.storage.acts import fail


async def _all_keys(store: DatabaseStore) -> list[str]:
    """What is sent, in order, until nothing is due; every message is shown at once."""
    keys = []
    while (work := await store.write(acts.take_message)) is not None:
        keys.append(work.key)
        await store.write(acts.shown, work)
    return keys


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


async def test_a_card_that_is_shown_is_brought_up_to_date_before_anything_new_is_said(
    store: DatabaseStore,
) -> None:
    """Whoever looks at it sees the truth at once; what rings may come a second later."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    shown = await _all_keys(store)

    def denied(tx: Transaction) -> None:
        tx.add_notices([acts.notice("denied")], NOW)
        tx.touch_cards(["request-0001"], NOW)

    await store.write(denied)

    assert await _all_keys(store) == [*shown, "denied"]


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


async def test_a_refused_message_waits_and_blocks_the_lane(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Order is kept through an outage; what surely never left is not in doubt."""
    await store.write(lambda tx: tx.add_notices([acts.notice("one"), acts.notice("two")], NOW))
    work = await acts.taken(store)
    await store.write(fail, work, retry_at=NOW + MINUTE, reached=False)
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
    await store.write(fail, await acts.taken(store), retry_at=NOW + MINUTE, reached=None)
    clock.pass_by(MINUTE)
    second = await acts.taken(store)
    await store.write(fail, second, retry_at=clock.now() + MINUTE, reached=False)
    clock.pass_by(MINUTE)
    third = await acts.taken(store)

    assert second.sending_since == NOW
    assert third.sending_since == NOW


async def test_refusals_are_counted_apart_from_attempts_until_it_is_shown(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """What an outage did to a message says nothing of the message."""
    counted = []
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    for refused in (False, True, False, True):
        work = await acts.taken(store)
        counted.append((work.attempts, work.refusals))
        await store.write(fail, work, retry_at=clock.now(), reached=False, refused=refused)
    await store.write(acts.shown, await acts.taken(store))
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))

    assert counted == [(0, 0), (1, 0), (2, 1), (3, 1)]
    assert (await acts.taken(store)).refusals == 0


async def test_a_message_given_up_lets_the_lane_go_on(store: DatabaseStore) -> None:
    """What always fails must not stop the others."""
    await store.write(lambda tx: tx.add_notices([acts.notice("one"), acts.notice("two")], NOW))
    await store.write(fail, await acts.taken(store), retry_at=None, reached=False)

    assert await _all_keys(store) == ["two"]


async def test_a_card_given_up_is_tried_again_when_its_subject_changes(
    store: DatabaseStore,
) -> None:
    """A new state is a new chance, with its attempts counted from none."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    await store.write(fail, await acts.taken(store), retry_at=None, reached=False, refused=True)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))

    work = await acts.taken(store)
    assert (work.attempts, work.refusals) == (0, 0)


async def test_a_card_touched_while_it_failed_for_good_is_tried_again(
    store: DatabaseStore,
) -> None:
    """Giving up concerns what was drawn, not what must be drawn now."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    work = await acts.taken(store)
    await store.write(lambda tx: tx.touch_cards(["request-0001"], NOW))
    await store.write(fail, work, retry_at=None, reached=False)

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
