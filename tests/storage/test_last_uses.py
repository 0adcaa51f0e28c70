"""When access was last used: asked for before a review opens, stored, and shown; on both databases."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from engine.application import review_steps
from engine.application.connectors import Gone, Target, Use
from engine.application.lanes import LaneWorker
from engine.application.last_uses import LEASE, LastUses
from engine.application.ports import Transaction
from engine.application.use_ports import Right, UseListing
from engine.domain.holdings import Seen
from engine.domain.ids import HoldingId, PersonId
from engine.domain.people import the_person
from engine.domain.review_lines import LastUse, Recommendation, ReviewLine, Why
from engine.domain.reviews import ReviewState
from storage import DatabaseStore
from tests.builders import ANN, BEN, CAT, DAY, MAX, MIA, MINUTE, NOW, OLGA, ROB, SECOND
from tests.databases import StandingClock
from tests.reviewing import ReviewHouse, a_review_stage, everybody, review_house, settings
from tests.storage import acts

READERS = Right("slack_usergroup", "S1", "member")
OTHER = Right("slack_usergroup", "S2", "member")
KEEP, REMOVE = Recommendation.KEEP, Recommendation.REMOVE


# Listings ----------------------------------------------------------------------------------------


async def _taken(store: DatabaseStore) -> tuple[UseListing, ...]:
    return await store.write(lambda tx: tx.take_use_listings(tx.now(), LEASE, 10))


async def _known(store: DatabaseStore, right: Right = READERS) -> UseListing | None:
    return (await store.write(lambda tx: tx.use_listings([right, OTHER]))).get(right)


async def _save(store: DatabaseStore, listing: UseListing, **uses: datetime | None) -> bool:
    told = [Use(account=account, at=at) for account, at in uses.items()]
    return await store.write(lambda tx: tx.save_uses(listing, told))


async def _end(store: DatabaseStore, listing: UseListing, problem: str = "") -> None:
    await store.write(lambda tx: tx.end_use_listing(listing, problem, tx.now()))


async def test_what_is_asked_for_is_due_and_listed_once(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """Asking again while somebody lists changes nothing; afterwards it is known and not due."""
    await store.write(lambda tx: tx.ask_uses([READERS, OTHER], tx.now()))
    assert await store.next_wake_at() == NOW
    listing, other = await _taken(store)
    await store.write(lambda tx: tx.ask_uses([READERS], tx.now()))
    assert await _taken(store) == ()
    assert await store.next_wake_at() == NOW + LEASE

    assert await _save(store, listing, rob=NOW - DAY)
    clock.pass_by(SECOND)
    await _end(store, listing)
    await _end(store, other, "It is on strike.")
    assert await store.next_wake_at() is None
    known, failed = await _known(store), await _known(store, OTHER)
    assert known is not None
    assert failed is not None
    assert (known.number, known.told_at, known.failed_at) == (1, NOW + SECOND, None)
    assert (failed.told_at, failed.failed_at) == (None, NOW + SECOND)


async def test_whoever_was_too_slow_stores_nothing_any_more(
    store: DatabaseStore, clock: StandingClock
) -> None:
    """The lease passed; another lists, and the first one's late words do not count."""
    await store.write(lambda tx: tx.ask_uses([READERS], tx.now()))
    (slow,) = await _taken(store)
    clock.pass_by(LEASE)
    (quick,) = await _taken(store)

    assert (slow.number, quick.number) == (1, 2)
    assert not await _save(store, slow, rob=NOW)
    await _end(store, slow)
    known = await _known(store)
    assert known is not None
    assert known.told_at is None
    assert await _save(store, quick, rob=NOW)


# In a review -------------------------------------------------------------------------------------


class Reports:
    """A system that remembers uses, or does not answer."""

    serial = False

    def __init__(self, uses: Mapping[str, datetime | None], *, fails: bool = False) -> None:
        self.uses = dict(uses)
        self.fails = fails
        self.asked = 0

    async def last_uses(self, target: Target) -> AsyncIterator[Use]:
        self.asked += 1
        if self.fails:
            raise Gone("The group is not there.", what="target")
        for account, at in self.uses.items():
            yield Use(account=account, at=at)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[ReviewHouse]:
    """A house whose user groups tell when they were used."""
    async with review_house(database_url, telling=frozenset({"slack_usergroup"})) as made:
        departments = dict.fromkeys((ROB, ANN, BEN, CAT, MAX, MIA), "IT")
        await made.people(everybody(departments))
        yield made


async def _holds(house: ReviewHouse, person: PersonId, *targets: str, account: bool = True) -> None:
    """Somebody holds the package, and through it these rights."""
    await house.give(person)

    def claim(tx: Transaction) -> None:
        for target in targets:
            one = acts.holding(f"{target}-of-{person}", target=target, person_id=person)
            known = f"U-{person}" if account else None
            seen = replace(one, account=known, seen=Seen.PRESENT, next_at=None)
            tx.save_holdings([(seen, f"lane-{person}")])
        ids = [HoldingId(f"{target}-of-{person}") for target in targets]
        tx.claim_holdings(house.given[person], ids)

    await house.store.write(claim)


async def _asks(house: ReviewHouse, reports: Reports) -> None:
    """Wakes and the asking, until neither has anything to do."""
    worker = LaneWorker(
        "last uses",
        LastUses(house.store, house.service, {"slack_usergroup": reports}),  # type: ignore[dict-item]
    )
    for _ in range(20):
        await house.settle()
        if not await worker.run_once():
            return
        await worker.drain()
    raise AssertionError("the asking does not come to rest")


async def _lines(house: ReviewHouse) -> dict[PersonId, tuple[ReviewLine, Why]]:
    page = await house.reviews.review_lines((await house.run()).id, OLGA, limit=50)
    return {row.line.target_id: (row.line, row.advice.why) for row in page.rows}


BY_OLGA = settings(a_review_stage(the_person(OLGA)))


async def test_lines_say_when_access_was_last_used_and_what_follows(house: ReviewHouse) -> None:
    """Used, not used, never, in part, not told of, no account: each with its recommendation."""
    for person in (ROB, ANN, BEN, CAT):
        await _holds(house, person, "S1")
    await _holds(house, MAX, "S1", "S2")
    await _holds(house, MIA, "S1", account=False)
    reports = Reports({"U-rob": NOW - 3 * DAY, "U-ann": NOW - 31 * DAY, "U-ben": None})
    reports.uses |= {"U-max": NOW - 40 * DAY, "U-stranger": NOW}
    await house.configure(BY_OLGA)
    await _asks(house, reports)

    lines = await _lines(house)
    expected = {
        ROB: (LastUse(at=NOW - 3 * DAY, complete=True), KEEP, Why.USED),
        ANN: (LastUse(at=NOW - 31 * DAY, complete=True), REMOVE, Why.NOT_USED),
        BEN: (LastUse(at=None, complete=True), REMOVE, Why.NOT_USED),
        CAT: (None, KEEP, Why.USUAL),
        MAX: (LastUse(at=NOW - 40 * DAY, complete=False), KEEP, Why.USUAL),
        MIA: (None, KEEP, Why.USUAL),
    }
    assert {
        person: (line.last_use, line.recommendation, why) for person, (line, why) in lines.items()
    } == expected
    await house.check_counts()
    summary = await house.reviews.reviewer((await house.run()).id, OLGA)
    assert summary is not None
    assert (summary.to_keep, summary.to_remove) == (4, 2)


async def test_lines_with_uses_are_written_in_chunks_too(
    house: ReviewHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each chunk is counted, so that the last one is not taken for the only one."""
    monkeypatch.setattr(review_steps, "LINES_AT_ONCE", 2)
    people = (ROB, ANN, BEN, CAT, MIA)
    for person in people:
        await _holds(house, person, "S1")
    await house.configure(BY_OLGA)
    await _asks(house, Reports({"U-rob": NOW - DAY}))
    assert (await house.run()).lines == len(people)
    assert set(await _lines(house)) == set(people)
    await house.check_counts()


async def test_a_review_that_nobody_is_in_is_over_at_once_although_uses_are_told(
    house: ReviewHouse,
) -> None:
    """Nothing written is nothing to count."""
    await house.configure(BY_OLGA)
    await _asks(house, Reports({}))
    assert (await house.run()).state is ReviewState.APPLIED


async def test_what_was_told_today_is_not_asked_for_again(house: ReviewHouse) -> None:
    """Two reviews on one day ask once; two days later it is asked anew, and leavers are forgotten."""
    await _holds(house, ROB, "S1")
    reports = Reports({"U-rob": NOW})
    await house.configure(BY_OLGA)
    await _asks(house, reports)
    await house.stops()
    house.clock.pass_by(SECOND)
    await house.starts()
    assert reports.asked == 1
    assert (await house.run()).state is ReviewState.IN_PROGRESS

    await house.stops()
    house.clock.pass_by(2 * DAY)
    reports.uses = {}
    await house.starts()
    await _asks(house, reports)
    assert reports.asked == 2
    assert (await _lines(house))[ROB][0].last_use is None


async def test_a_review_opens_also_when_the_system_does_not_tell(house: ReviewHouse) -> None:
    """Nothing is known then, and the colleagues are what there is to compare with."""
    await _holds(house, ROB, "S1")
    reports = Reports({}, fails=True)
    await house.configure(BY_OLGA)
    await _asks(house, reports)

    assert (await house.run()).state is ReviewState.IN_PROGRESS
    line, why = (await _lines(house))[ROB]
    assert (line.last_use, why) == (None, Why.UNUSUAL)
    assert reports.asked == 1


async def test_a_review_waits_ten_minutes_for_an_answer_and_no_longer(house: ReviewHouse) -> None:
    """Whoever asked died; the review opens without."""
    await _holds(house, ROB, "S1")
    await house.configure(BY_OLGA)
    await house.settle()
    assert (await house.run()).state is ReviewState.SCHEDULED
    await house.passes(9 * MINUTE)
    assert (await house.run()).state is ReviewState.SCHEDULED
    await house.passes(MINUTE)
    assert (await house.run()).state is ReviewState.IN_PROGRESS


async def test_the_second_stage_still_says_what_was_known_at_the_opening(
    house: ReviewHouse,
) -> None:
    """The snapshot is taken once (ARV-13)."""
    await _holds(house, ROB, "S1")
    stages = (a_review_stage(the_person(CAT), open_for=DAY), a_review_stage(the_person(OLGA)))
    await house.configure(settings(*stages))
    await _asks(house, Reports({"U-rob": NOW - DAY}))
    await house.passes(DAY)

    assert (await house.run()).stage == 1
    assert (await _lines(house))[ROB][0].last_use == LastUse(at=NOW - DAY, complete=True)
