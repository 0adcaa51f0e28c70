"""What the playground asks of Usher: when it does something next, what that is, and to rest.

The words are for a clock that somebody moves: they say what the earliest row that waits is waiting
for, as the domain names it (`due_timers`). Nothing here decides or changes anything.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import func, select

from bot.house import House
from engine.application.ports import Aggregate, LaneKind
from engine.domain import assignment_requests, assignments, review_timers, stages
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.ids import PersonId
from engine.domain.review_schedule import ReviewSeries
from engine.domain.reviews import ReviewRun
from storage import tables
from storage.reader import ASSIGNMENT, REQUEST, SqlReader
from storage.review_runs import RUN, SERIES
from storage.wakes import WAKING

MOST_TOLD = 3
"""Rows of one moment that are told of; the others are counted."""

AGAIN = "again"
"""Said of a row that wakes although none of its timers is due: it is looked at once more."""

SOON = timedelta(seconds=5)
"""What a lane does within this time belongs to what was told before it: lanes are paced."""
LANES = {LaneKind.MESSAGES: "a message is tried again", LaneKind.HOLDINGS: "access is tried again"}


class Hook:
    """What the playground asks of its app."""

    def __init__(self, house: House) -> None:
        """Answers for the workers of one house."""
        self._house = house

    async def next_at(self) -> datetime | None:
        """The next moment at which Usher does something by itself."""
        return await self._house.worker.next_at()

    async def next_why(self) -> str | None:
        """What Usher does at that moment."""
        return await self._house.database.look(next_in_words)

    async def settle(self) -> None:
        """Return once nothing is due now and every answer has been given.

        What the workers do in Slack comes back as events, and handling those may make more due.
        """
        desk, worker = self._house.desk, self._house.worker
        while True:
            await desk.drain()
            await worker.settle()
            if desk.idle and not await worker.due():
                return


def next_in_words(reader: SqlReader) -> str | None:
    """What the earliest moment that anything waits for is about; None when nothing waits.

    Empty for what follows within seconds because it is paced.
    """
    waiting: list[tuple[datetime, Aggregate | LaneKind]] = [
        *((at, aggregate) for aggregate in Aggregate if (at := _first_of(reader, aggregate))),
        *((at, kind) for kind in LaneKind if (at := _first_lane(reader, kind))),
    ]
    if not waiting:
        return None
    at, what = min(waiting, key=lambda one: one[0])
    if isinstance(what, LaneKind):
        return "" if at - reader.now() <= SOON else LANES[what]
    count = select(func.count()).where(WAKING[what].c.wake_at == at)
    more = reader.conn.execute(count).scalar_one() - MOST_TOLD
    told = dict.fromkeys(_told(reader, what, at))
    return "; ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def _first_of(reader: SqlReader, aggregate: Aggregate) -> datetime | None:
    wake_at = WAKING[aggregate].c.wake_at
    earliest = select(wake_at).where(wake_at.is_not(None)).order_by(wake_at).limit(1)
    found: datetime | None = reader.conn.execute(earliest).scalar_one_or_none()
    return found


def _first_lane(reader: SqlReader, kind: LaneKind) -> datetime | None:
    lanes = tables.lanes.c
    earliest = select(lanes.wake_at).where(lanes.kind == kind, lanes.wake_at.is_not(None))
    found: datetime | None = reader.conn.execute(
        earliest.order_by(lanes.wake_at).limit(1)
    ).scalar_one_or_none()
    return found


def _told(reader: SqlReader, aggregate: Aggregate, at: datetime) -> Iterator[str]:
    """A sentence's worth for each row of the kind that wakes at this moment."""
    columns = {
        Aggregate.REQUEST: REQUEST.columns,
        Aggregate.ASSIGNMENT: ASSIGNMENT.columns,
        Aggregate.REVIEW_SERIES: SERIES.columns,
        Aggregate.REVIEW_RUN: RUN.columns,
    }[aggregate]
    due = select(*columns).where(WAKING[aggregate].c.wake_at == at).limit(MOST_TOLD)
    for row in reader.conn.execute(due).all():
        match aggregate:
            case Aggregate.REQUEST:
                yield from of_request(reader, REQUEST.from_row(row), at)
            case Aggregate.ASSIGNMENT:
                yield from of_assignment(reader, ASSIGNMENT.from_row(row), at)
            case Aggregate.REVIEW_SERIES:
                yield of_series(reader, SERIES.from_row(row))
            case Aggregate.REVIEW_RUN:
                yield from of_review(RUN.from_row(row), at)
            case _:
                assert_never(aggregate)


def of_request(reader: SqlReader, request: AssignmentRequest, at: datetime) -> Iterator[str]:
    """What time does to a request that waits for approval."""
    about = f"{_names(reader, [request.target_id])}, {request.package_name}"
    run, stage = request.run, request.stage
    for what in _due(assignment_requests.due_timers(request), at):
        assert run is not None, "only a stage has timers"
        assert stage is not None, "only a stage has timers"
        match what:
            case "reminder":
                asked = [one.person_id for one in stages.undecided(run)]
                yield f"a reminder to {_names(reader, asked)} ({about})"
            case "escalation":
                step = stage.escalate[run.escalations_done]
                found = reader.resolve(step.to, request.target_id)
                asked = [one for several in found.values() for one in several]
                yield f"an escalation: {_names(reader, asked)} is asked as well ({about})"
            case "time-out":
                yield f"time is up for a decision ({about})"
            case _:
                yield f"a look at a request ({about})"


def of_assignment(reader: SqlReader, assignment: Assignment, at: datetime) -> Iterator[str]:
    """What time does to somebody's access."""
    request = reader.request(assignment.request_id)
    package = request.package_name if request is not None else "an access package"
    whose = f"{_names(reader, [assignment.target_id])}'s access to {package}"
    for what in _due(assignments.due_timers(assignment), at):
        match what:
            case "start":
                yield f"{whose} begins"
            case "end":
                yield f"{whose} ends"
            case "warning before the end":
                yield f"a warning to {_names(reader, [assignment.target_id])}: {package} will end"
            case _:
                yield f"a look at {whose}"


REVIEWS = {
    "open": "opens",
    "remind": "reminds those who have not decided",
    "close": "closes",
}


def of_series(reader: SqlReader, series: ReviewSeries) -> str:
    """Another review of a policy begins."""
    configured = reader.configured()
    package = configured.packages.get(series.package_id) if configured is not None else None
    return f"an access review opens: {package.name}" if package is not None else "an access review"


def of_review(run: ReviewRun, at: datetime) -> Iterator[str]:
    """What time does to an access review."""
    for what in _due(review_timers.due_timers(run), at):
        yield f"the access review of {run.package_name} {REVIEWS.get(what, 'goes on')}"


def _due(timers: Iterable[tuple[datetime, str]], at: datetime) -> list[str]:
    due = [what for moment, what in sorted(timers) if moment <= at]
    return due or [AGAIN]


def _names(reader: SqlReader, person_ids: Iterable[PersonId]) -> str:
    known = reader.people(person_ids)
    names = sorted(known[one].name for one in set(person_ids) if one in known)
    return ", ".join(names) or "somebody"
