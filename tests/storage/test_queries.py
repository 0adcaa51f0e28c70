"""What lists and cards show: pages with totals, in their order, with what belongs to each row."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.application.ports import Transaction
from engine.domain.assignment_requests import RequestState, RequestType
from engine.domain.assignments import Assignment
from engine.domain.conversation import Audience, Card, CardKind
from engine.domain.holdings import Holding, Seen
from engine.domain.ids import AssignmentId, PersonId, RequestId
from storage import DatabaseStore, StoreQueries
from tests.builders import ANN, BEN, CAT, DAN, DAY, HOUR, MINUTE, NOW, PACKAGE, ROB
from tests.storage import acts

S = RequestState
ENDS = (3 * DAY, None, DAY, 2 * DAY)


def _add(tx: Transaction, one: Assignment) -> None:
    tx.add_assignment(one, None)


async def _hold_four(store: DatabaseStore) -> None:
    for number, after in enumerate(ENDS):
        one = acts.assignment(
            f"assignment-{number}",
            of=f"request-000{number}",
            package=f"package-{number}",
            ends_at=NOW + after if after else None,
        )
        await acts.store_assignment(store, one)


async def test_what_a_person_holds_is_listed_by_what_ends_first(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Endless last; ended ones and other people's are left out."""
    await _hold_four(store)
    over = acts.ended(acts.assignment("over", of="request-over", package="x"))
    await acts.store_assignment(store, over)
    others = acts.assignment("others", of="request-1234", target=ANN)
    await acts.store_assignment(store, others)

    page = await queries.held_by(ROB)
    assert [row.assignment.id[-1] for row in page.rows] == ["2", "3", "0", "1"]
    assert (page.offset, page.total) == (0, 4)
    assert page.rows[0].package_name == "Production"
    assert page.rows[0].request_id == "request-0002"
    assert page.rows[0].extension_request_id is None


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [(0, 4, "2301"), (0, 3, "230"), (3, 3, "1"), (4, 3, ""), (9, 3, ""), (1, 2, "30")],
)
async def test_a_page_says_how_many_there_are_in_all(
    store: DatabaseStore, queries: StoreQueries, offset: int, limit: int, expected: str
) -> None:
    """At the end, past it, and in the middle."""
    await _hold_four(store)

    page = await queries.held_by(ROB, offset=offset, limit=limit)
    assert "".join(row.assignment.id[-1] for row in page.rows) == expected
    assert (page.offset, page.total) == (offset, 4)


async def test_a_held_package_tells_of_the_extension_asked_for(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """While it waits; not of one that was denied."""
    held = acts.assignment()
    await acts.store_assignment(store, held)
    denied = acts.request(
        "request-0002", request_type=RequestType.USER_UPDATE, state=S.DENIED, closed_at=NOW
    )
    await acts.store_request(store, denied)
    before = await queries.assignment(held.id)
    extension = acts.request("request-0003", request_type=RequestType.USER_UPDATE)
    await acts.store_request(store, extension)
    after = await queries.assignment(held.id)

    assert before is not None
    assert before.extension_request_id is None
    assert after is not None
    assert after.extension_request_id == "request-0003"
    assert await queries.assignment(AssignmentId("none")) is None


async def test_those_who_hold_a_package_are_counted(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Whether or not the mirror knows them."""
    for number, target in enumerate((ANN, BEN, CAT, DAN)):
        one = acts.assignment(f"a{number}", of=f"request-000{number}", target=target)
        await acts.store_assignment(store, one)

    assert await queries.holder_counts() == {PACKAGE: 4}


async def test_a_persons_open_requests_are_those_on_their_way_or_failed(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Newest first; removals, closed ones, and failures that ended are left out."""
    states = (S.PENDING_APPROVAL, S.SCHEDULED, S.DELIVERING, S.DELIVERED, S.DENIED)
    for number, state in enumerate(states):
        one = acts.request(f"request-000{number}", package=f"package-{number}", state=state)
        await acts.store_request(store, one)
    await acts.store_request(store, acts.removal())
    await acts.store_request(store, acts.request("request-0009", target=ANN))
    for number, over in ((5, False), (6, True)):
        id_ = AssignmentId(f"assignment-{number}")
        failed = acts.request(
            f"request-000{number}",
            package=f"package-{number}",
            state=S.DELIVERY_FAILED,
            assignment_id=id_,
        )
        await acts.store_request(store, failed)
        held = acts.assignment(id_, of=failed.id, package=failed.package_id)
        held = acts.ended(held) if over else held
        await store.write(_add, held)

    page = await queries.open_requests_of(ROB)
    assert [row.request.id[-1] for row in page.rows] == ["5", "2", "1", "0"]
    assert page.total == 4
    assert page.rows[0].assignment is not None


async def test_a_request_is_shown_with_how_far_each_resource_role_has_got(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """The holdings its assignment claims, in the package's order."""
    held = acts.assignment()
    await acts.store_assignment(store, held)
    first, second = acts.holding("z"), acts.holding("a", target="other", seen=Seen.PRESENT)

    def claim(tx: Transaction) -> None:
        tx.save_holdings([(first, "hold:x"), (second, "hold:x")])
        tx.claim_holdings(held.id, [first.id, second.id])

    await store.write(claim)

    summary = await queries.request(RequestId("request-0001"))
    assert summary is not None
    assert summary.assignment == held
    assert summary.holdings == (first, second)
    assert await queries.holding(first.id) == first
    assert await queries.request(RequestId("none")) is None


async def test_everybodys_requests_are_listed_newest_first(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """All of them, or those of the states named."""
    for number, state in enumerate((S.DENIED, S.DELIVERED, S.DENIED)):
        await acts.store_request(store, acts.request(f"request-000{number}", state=state))

    everything = await queries.requests(limit=2)
    denied = await queries.requests(states=[S.DENIED, S.CANCELED])
    assert [row.request.id for row in everything.rows] == ["request-0002", "request-0001"]
    assert everything.total == 3
    assert [row.request.id for row in denied.rows] == ["request-0002", "request-0000"]
    assert denied.total == 2


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"target_id": ROB}, "310"),
        ({"target_id": DAN}, ""),
        ({"package_ids": ["package-1", "package-2"]}, "21"),
        ({"package_ids": []}, ""),
        ({"target_id": ROB, "package_ids": ["package-0", "package-2"]}, "0"),
        ({"target_id": ROB, "states": [S.PENDING_APPROVAL]}, "10"),
        ({"target_id": ROB, "package_ids": ["package-3"], "states": [S.DENIED]}, "3"),
    ],
)
async def test_everybodys_requests_are_narrowed(
    store: DatabaseStore, queries: StoreQueries, narrowed: dict[str, Any], expected: str
) -> None:
    """By whom they are for, by package and by state, together or each alone."""
    for number, who in enumerate((ROB, ROB, ANN, ROB)):
        state = S.DENIED if number == 3 else S.PENDING_APPROVAL
        one = acts.request(
            f"request-000{number}", target=who, package=f"package-{number}", state=state
        )
        await acts.store_request(store, one)

    page = await queries.requests(**narrowed)
    assert "".join(row.request.id[-1] for row in page.rows) == expected
    assert page.total == len(expected)


async def test_what_waits_for_a_person_is_listed_by_what_must_be_decided_first(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """With when they were asked and until when they may decide."""
    late = acts.request("request-0001", package="one", asked=(ANN,))
    early_run = replace(late.runs[0], opened_at=NOW - DAY)
    early = acts.request("request-0002", package="two", asked=(ANN,), runs=(early_run,))
    others = acts.request("request-0003", package="three", asked=(BEN,))
    for one in (late, early, others):
        await acts.store_request(store, one)

    page = await queries.waiting_for(ANN)
    assert [row.request for row in page.rows] == [early, late]
    assert [row.stage_number for row in page.rows] == [0, 0]
    assert [row.asked_at for row in page.rows] == [NOW, NOW]
    assert [row.decide_until for row in page.rows] == [NOW + 13 * DAY, NOW + 14 * DAY]
    assert page.total == 2


async def test_the_tasks_of_a_person_are_those_whose_card_they_have(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Open ones, of the generation the card shows, oldest first."""

    def task(subject: str, part: int, to: PersonId = ANN) -> Card:
        audience = Audience(person_id=to)
        return Card(kind=CardKind.TASK, subject_id=subject, part=part, audience=audience)

    def pending(id_: str, hours: int, **changes: object) -> Holding:
        changed_at = NOW + timedelta(hours=hours)
        known: dict[str, object] = {"seen": Seen.PENDING, "changed_at": changed_at, **changes}
        return acts.holding(id_, target=id_, **known)

    young, old = pending("young", 2), pending("old", 1, generation=3)
    rest = [
        pending("done", 0, seen=Seen.PRESENT),
        pending("given-up", 0, given_up=True),
        pending("turned", 0, generation=2),
        pending("bens", 0),
    ]
    cards = [task(h.id, h.generation) for h in (young, old, *rest[:2])]
    cards += [task("turned", 1), task("bens", 1, BEN)]

    def store_all(tx: Transaction) -> None:
        tx.save_holdings([(holding, "hold:x") for holding in (young, old, *rest)])
        tx.show_cards(cards, NOW)

    await store.write(store_all)

    page = await queries.tasks_of(ANN)
    assert page.rows == (old, young)
    assert page.total == 2


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("V4TK", ["01KE6P4YM0AAV4TK", "01KE6P4YM0BBV4TK"][::-1]),
        ("v4tk", ["01KE6P4YM0BBV4TK", "01KE6P4YM0AAV4TK"]),
        (" AAV4TK ", ["01KE6P4YM0AAV4TK"]),
        ("01KE6P4YM0AAV4TK", ["01KE6P4YM0AAV4TK"]),
        ("4TK", []),
        ("", []),
        ("XV4TK", []),
        ("%V4TK", []),
    ],
)
async def test_requests_are_found_by_the_end_of_their_id(
    store: DatabaseStore, queries: StoreQueries, reference: str, found: list[str]
) -> None:
    """Four characters at least, as they stand on a card or were read aloud."""
    for number, id_ in enumerate(("01KE6P4YM0AAV4TK", "01KE6P4YM0BBV4TK")):
        await acts.store_request(store, acts.request(id_, package=f"package-{number}"))

    assert await queries.find_requests(reference) == tuple(found)


async def test_at_most_five_requests_are_found(store: DatabaseStore, queries: StoreQueries) -> None:
    """The newest of them."""
    for number in range(6):
        one = acts.request(f"0{number}XXXX", package=f"package-{number}")
        await acts.store_request(store, one)

    found = await queries.find_requests("xxxx")
    assert found == tuple(f"0{number}XXXX" for number in range(5, 0, -1))


async def test_the_place_of_a_card_is_where_it_was_posted(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """None before it was."""
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW))
    before = await queries.place_of(acts.card())
    await store.write(acts.shown, await acts.taken(store))
    after = await queries.place_of(acts.card())

    assert before is None
    assert after is not None
    assert (after.channel, after.ts) == ("D1", "1.0")


async def test_packages_of_pages_are_called_as_they_were_when_they_are_gone(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Nothing is configured, so the name comes from the request."""
    one = acts.assignment(package="vanished")
    await acts.store_assignment(store, one)

    page = await queries.held_by(ROB)
    assert page.rows[0].package_name == "Production"


async def test_the_earliest_moment_of_everything_is_when_to_wake(store: DatabaseStore) -> None:
    """Requests, assignments, conversations and deliveries."""
    moments = [await store.next_wake_at()]
    await acts.store_request(store, acts.request(), NOW + 4 * HOUR)
    moments.append(await store.next_wake_at())
    one = acts.assignment(of="request-0002", package="other")
    await acts.store_assignment(store, one, NOW + 3 * HOUR)
    moments.append(await store.next_wake_at())
    due = acts.holding(next_at=NOW + 2 * HOUR)
    await store.write(lambda tx: tx.save_holdings([(due, "hold:x")]))
    moments.append(await store.next_wake_at())
    await store.write(lambda tx: tx.show_cards([acts.card()], NOW + MINUTE))
    moments.append(await store.next_wake_at())

    assert moments == [None, NOW + 4 * HOUR, NOW + 3 * HOUR, NOW + 2 * HOUR, NOW + MINUTE]
