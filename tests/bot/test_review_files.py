"""The file with every line: written once for whoever wants it now, and waited for only a moment."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot import review_files
from bot.review_files import ReviewFiles, Table
from engine.application.ports import MessageFailed
from engine.domain.ids import PersonId, ReviewRunId
from tests.builders import DAY, MAX, MINUTE, SECOND
from tests.databases import sqlite_template, sqlite_url  # noqa: F401 - fixtures
from tests.reviewing import KEEP, ReviewHouse, everybody, review_house, settings

HOLDERS = 600


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[ReviewHouse]:  # noqa: F811
    """A review of more lines than are read at once, closed."""
    async with review_house(sqlite_url) as made:
        somebody = everybody()[0]
        people = [
            replace(somebody, id=PersonId(f"p{n:03}"), name=f"Person {n:03}", manager_id=MAX)
            for n in range(HOLDERS)
        ]
        await made.people(people)
        await made.give(*(person.id for person in people))
        await made.configure(settings())
        await made.settle()
        await made.decides(MAX, KEEP, PersonId("p007"))
        await made.passes(14 * DAY)
        yield made


@pytest.fixture
async def files(house: ReviewHouse) -> AsyncIterator[ReviewFiles]:
    """Nothing is written yet."""
    made = ReviewFiles(house.reviews, house.queries, house.clock)
    yield made
    await made.close()


async def _run(house: ReviewHouse) -> ReviewRunId:
    return (await house.run()).id


async def _content(table: Table) -> bytes:
    return b"".join([part async for part in table.parts()])


async def test_every_line_is_in_the_file_once(house: ReviewHouse, files: ReviewFiles) -> None:
    """Also when two send it at the same time."""
    table = await files.table(await _run(house))
    one, other = await asyncio.gather(_content(table), _content(table))
    rows = list(csv.DictReader(io.StringIO(one.decode("utf-8-sig"))))

    assert one == other
    assert len(one) == table.size
    assert sorted(row["Person"] for row in rows) == [f"Person {n:03}" for n in range(HOLDERS)]
    assert [row["Reviewer"] for row in rows if row["Decision"] == "Keep"] == ["Max"]


async def test_the_channel_and_the_owners_get_one_file_and_who_asks_later_another(
    house: ReviewHouse, files: ReviewFiles
) -> None:
    """For a minute it says how things stand."""
    run = await _run(house)
    first, second = await asyncio.gather(files.table(run), files.table(run))
    said = await _content(first)
    house.clock.pass_by(MINUTE - SECOND)
    third = await files.table(run)
    house.clock.pass_by(SECOND)
    later = await files.table(run)

    assert first is second
    assert first is third
    assert later is not first
    assert await _content(later) == said
    assert not first.path.exists()


async def test_a_file_that_takes_long_is_waited_for_a_moment_and_then_found(
    house: ReviewHouse, files: ReviewFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is tried again a little later; meanwhile the file is written once."""
    run = await _run(house)
    monkeypatch.setattr(review_files, "WAIT_SECONDS", 0)
    with pytest.raises(MessageFailed) as waiting:
        await files.table(run)
    assert waiting.value.reached is False
    assert waiting.value.retry_after == review_files.COME_BACK
    assert not waiting.value.counts
    monkeypatch.undo()

    assert (await files.table(run)).size > HOLDERS


async def test_a_fault_is_told_and_the_next_try_begins_anew(
    house: ReviewHouse, files: ReviewFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk without room, for a while."""
    run = await _run(house)
    with monkeypatch.context() as broken:
        broken.setattr(review_files, "TemporaryDirectory", _no_room)
        with pytest.raises(OSError, match="No space"):
            await files.table(run)

    assert (await files.table(run)).size > HOLDERS


async def test_what_was_begun_and_failed_takes_no_room(
    house: ReviewHouse, files: ReviewFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up while it is written, and is tried again and again."""
    run = await _run(house)
    with monkeypatch.context() as broken:
        broken.setattr(review_files, "_append", _no_room)
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                await files.table(run)

    table = await files.table(run)
    assert list(table.path.parent.iterdir()) == [table.path]


def _no_room(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")
