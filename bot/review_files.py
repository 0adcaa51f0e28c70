"""The file with every line of a review: written beside the lanes, and kept for a moment.

A lane gives its message half a minute, and a hundred thousand lines may take longer than that. So
a file is written by a task of its own, a few hundred lines at a time, onto disk: whatever its size,
it needs little memory and keeps nobody waiting. The lane waits a moment for it; if it is not there
by then, the message is tried again, and finds the file or the task. The administrators' channel and
each owner get the same file.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from bot.views.wording import review_file, words
from engine.application.ports import Clock, MessageFailed
from engine.application.queries import Queries
from engine.application.review_queries import ReviewLineSummary, ReviewQueries
from engine.domain.ids import PersonId, ReviewRunId

ROWS_AT_ONCE = 250
PART = 256 * 1024
"""Bytes that are read at once to be sent."""
WAIT_SECONDS = 5.0
"""How long a lane waits; most files are written in a fraction of it."""
COME_BACK = timedelta(seconds=5)
FRESH = timedelta(minutes=1)
"""For so long a file says how things stand; who asks later gets it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file on disk, for a while."""

    path: Path
    size: int

    async def parts(self) -> AsyncIterator[bytes]:
        """From the beginning, whoever else is reading."""
        with self.path.open("rb") as file:
            while part := await asyncio.to_thread(file.read, PART):
                yield part


@dataclass(slots=True, kw_only=True)
class _Writing:
    task: asyncio.Task[Table]
    done_at: datetime | None = None


class ReviewFiles:
    """Writes files, one for each review at a time."""

    def __init__(self, reviews: ReviewQueries, queries: Queries, clock: Clock) -> None:
        """Nothing is written before somebody wants it."""
        self._reviews = reviews
        self._queries = queries
        self._clock = clock
        self._known: dict[ReviewRunId, _Writing] = {}
        self._folder: TemporaryDirectory[str] | None = None
        self._numbers = count()

    async def table(self, review_id: ReviewRunId) -> Table:
        """Every line. Raises `MessageFailed` while the file is being written."""
        self._forget()
        writing = self._known.get(review_id)
        if writing is None:
            task = asyncio.create_task(self._write(review_id), name="review file")
            writing = self._known[review_id] = _Writing(task=task)
        done, _ = await asyncio.wait([writing.task], timeout=WAIT_SECONDS)
        if not done:
            problem = "the file with every line of the review is still being written"
            raise MessageFailed(problem, retry_after=COME_BACK, reached=False)
        if writing.done_at is None:
            writing.done_at = self._clock.now()
        if writing.task.exception() is not None:
            self._known.pop(review_id, None)
        return writing.task.result()

    async def close(self) -> None:
        """Write no more."""
        tasks = [writing.task for writing in self._known.values()]
        self._known.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._folder is not None:
            self._folder.cleanup()

    def _forget(self) -> None:
        now = self._clock.now()
        for review_id, writing in list(self._known.items()):
            if writing.done_at is not None and now - writing.done_at >= FRESH:
                del self._known[review_id]
                writing.task.result().path.unlink(missing_ok=True)

    async def _write(self, review_id: ReviewRunId) -> Table:
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="usher-reviews-")
        path = Path(self._folder.name) / f"{next(self._numbers)}.csv"
        try:
            return Table(path=path, size=await self._write_to(path, review_id))
        except BaseException:  # whoever tries again begins another one
            path.unlink(missing_ok=True)
            raise

    async def _write_to(self, path: Path, review_id: ReviewRunId) -> int:
        with path.open("wb") as file:
            # With a byte order mark, by which spreadsheets know that it is UTF-8.
            size = file.write(_encoded([review_file.COLUMNS], "utf-8-sig"))
            names: dict[PersonId, str] = {}
            async for rows in self._pages(review_id):
                await self._look_up(rows, names)
                size += await asyncio.to_thread(_append, file, rows, names)
        return size

    async def _pages(self, review_id: ReviewRunId) -> AsyncIterator[Sequence[ReviewLineSummary]]:
        after: str | None = None
        while True:
            page = await self._reviews.all_review_lines(review_id, after=after, limit=ROWS_AT_ONCE)
            yield page.rows
            after = page.after
            if after is None:
                return

    async def _look_up(self, rows: Iterable[ReviewLineSummary], names: dict[PersonId, str]) -> None:
        """Who decided and gave it; the holders come with their lines."""
        wanted = {who for row in rows for who in review_file.people_in(row)} - set(names)
        if wanted:
            found = await self._queries.people(wanted)
            names.update(
                {who: found[who].name if who in found else words.SOMEBODY for who in wanted}
            )


def _append(file: BinaryIO, rows: Iterable[ReviewLineSummary], names: dict[PersonId, str]) -> int:
    def name(person_id: PersonId) -> str:
        return names.get(person_id, words.SOMEBODY)

    return file.write(_encoded((review_file.cells(row, name) for row in rows), "utf-8"))


def _encoded(rows: Iterable[Sequence[str]], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding, "replace")
