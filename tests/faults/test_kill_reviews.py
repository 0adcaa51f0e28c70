"""kill -9 while a review opens and while it is carried out, again and again: it ends as it should."""

import asyncio
import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from engine.domain.ids import PersonId
from engine.domain.review_settings import NoResponse
from engine.domain.reviews import ReviewState
from storage.tables import audit, messages
from tests.builders import ADA, ADMIN_CHANNEL, BEN, DAY, MAX, MIA, OLGA
from tests.faults import forked
from tests.reviewing import KEEP, ReviewHouse, everybody, review_house, settings

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]
HOLDERS = 60
MOST_LIVES = 100
MANAGERS = (MAX, MIA, BEN, OLGA, ADA)


async def _lives(url: str, days: int, random: Random, log: Path, *, longest: int) -> int:
    """Start the process until one lives to the end; answers how many died.

    Each dies at a statement by chance, at the `longest` if it is not done by then.
    """
    for died in range(MOST_LIVES):
        number = random.randint(3, longest)
        process = forked.start(
            "tests.faults.reviewing_process",
            *(url, str(days), str(number)),
            folder=log.parent,
            environment=os.environ,
            log=log,
        )
        code = await asyncio.to_thread(process.wait, 120)
        if code == 0:
            return died
        assert code == -signal.SIGKILL, f"it died of something else: see {log}"
    raise AssertionError("no life is long enough")


async def _begun(house: ReviewHouse) -> list[PersonId]:
    somebody = everybody()[0]
    people = [
        replace(
            somebody,
            id=PersonId(f"p{n:03}"),
            name=f"Person {n:03}",
            manager_id=MANAGERS[n % len(MANAGERS)],
            department=f"Department {n % 3}",
        )
        for n in range(HOLDERS)
    ]
    await house.people(people)
    await house.give(*(person.id for person in people))
    await house.configure(settings(silence=NoResponse.REMOVE))
    return [person.id for person in people]


async def _messages(house: ReviewHouse) -> Counter[tuple[str, str]]:
    rows = await house.store.look(
        lambda reader: reader.conn.execute(select(messages.c.kind, messages.c.lane)).all()
    )
    return Counter((kind, lane) for kind, lane in rows)


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def url(request: pytest.FixtureRequest) -> str:
    """Either database."""
    found: str = request.getfixturevalue(request.param)
    return found


async def test_a_review_opens_and_is_carried_out_once_however_often_its_process_dies(
    url: str, tmp_path: Path
) -> None:
    """Every line once, every reviewer one card, every removal once, every count right."""
    random = Random(1)
    async with review_house(url) as house:
        people = await _begun(house)
    died = await _lives(url, 0, random, tmp_path / "log", longest=50)
    assert died > 2, "it opened too quickly to die of"

    async with review_house(url, begins=False) as house:
        summary = await house.reviews.review((await house.run()).id)
        assert summary is not None
        assert (summary.run.state, summary.run.lines) == (ReviewState.IN_PROGRESS, HOLDERS)
        assert (summary.counts.undecided, summary.counts.total) == (HOLDERS, HOLDERS)
        await house.check_counts()
        assert await house.cards() == sorted(MANAGERS)
        house.given.update({who: _assignment_of(who) for who in people})
        kept = [who for n, who in enumerate(people) if MANAGERS[n % len(MANAGERS)] == MAX]
        await house.decides(MAX, KEEP, *kept)

    died = await _lives(url, 14, random, tmp_path / "log", longest=200)
    assert died > 2, "it was carried out too quickly to die of"
    async with review_house(url, begins=False) as house:
        house.clock.pass_by(14 * DAY)
        results = await house.reviews.review_results((await house.run()).id)
        assert results is not None
        assert (results.run.state, results.kept) == (ReviewState.APPLIED, len(kept))
        assert (results.removed, results.to_remove) == (HOLDERS - len(kept), 0)
        await house.check_counts()
        assert [who for who in people if await house.holds(who)] == kept
        said = await _messages(house)
        assert {n for (kind, _), n in said.items() if kind == "access_ended"} == {1}
        assert sum(1 for kind, _ in said if kind == "access_ended") == HOLDERS - len(kept)
        assert await house.said("review_applied") == [(ADMIN_CHANNEL, ""), (OLGA, "")]
        ended = await house.store.look(
            lambda reader: (
                reader.conn.execute(
                    select(audit.c.target_id).where(audit.c.activity == "assignment.reviewed")
                )
                .scalars()
                .all()
            )
        )
        assert sorted(ended) == sorted(set(people) - set(kept))


def _assignment_of(person: PersonId) -> str:
    return f"held-by-{person}"
