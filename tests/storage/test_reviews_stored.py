"""A review from its opening to its end, on both databases."""

from collections.abc import AsyncIterator

import pytest

from engine.domain.reviews import ReviewState
from tests.builders import ANN, BEN, DAY, MAX, MIA, ROB
from tests.reviewing import KEEP, REMOVE, ReviewHouse, review_house, settings


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[ReviewHouse]:
    """A house over either database."""
    async with review_house(database_url) as made:
        yield made


async def test_managers_review_and_the_last_answer_is_carried_out(house: ReviewHouse) -> None:
    """Max keeps Rob and removes Ann, Mia says nothing about Ben: after the close Ann is out."""
    await house.give(ROB, ANN, BEN)
    await house.configure(settings())
    await house.settle()
    run = await house.run()
    assert run.state is ReviewState.IN_PROGRESS
    assert await house.lines_of(MAX) == [ANN, ROB]
    assert await house.lines_of(MIA) == [BEN]
    assert await house.cards() == [MAX, MIA]

    await house.decides(MAX, REMOVE, ROB)
    await house.decides(MAX, KEEP, ROB)
    done = await house.decides(MAX, REMOVE, ANN, reason="Left the project")
    assert (done.lines, done.changed, done.undecided) == (1, 0, 0)
    await house.check_counts()
    assert await house.holds(ANN)

    await house.passes(14 * DAY)
    run = await house.run()
    assert run.state is ReviewState.APPLIED
    assert [await house.holds(who) for who in (ROB, ANN, BEN)] == [True, False, True]
    results = await house.reviews.review_results(run.id)
    assert results is not None
    assert (results.kept, results.removed, results.to_remove) == (2, 1, 0)
    await house.check_counts()
