"""What the playground asks of Usher: when it does something next, what that is, and to rest.

The words are for a clock that somebody moves: they say what the earliest row that waits is waiting
for, as the domain names it (`due_timers`). Nothing here decides or changes anything.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import assert_never

from bot.house import House
from engine.application.lane_ports import LaneKind
from engine.application.ports import Reader
from engine.domain import assignment_requests, assignments, review_timers, stages
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.ids import PersonId
from engine.domain.review_schedule import ReviewSeries
from engine.domain.reviews import ReviewRun
from storage import agenda
from storage.agenda import Coming

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
        return await self._house.store.read(next_in_words, self._house.clock.now())

    async def settle(self) -> None:
        """Return once nothing is due now and every answer has been given.

        What the workers do in Slack comes back as events, and handling those may make more due.
        """
        desk, jobs, worker = self._house.desk, self._house.jobs, self._house.worker
        while True:
            await desk.drain()
            await jobs.settle()
            await worker.settle()
            if desk.idle and jobs.idle and not await worker.due():
                return


def next_in_words(reader: Reader, now: datetime) -> str | None:
    """What the earliest moment that anything waits for is about; None when nothing waits.

    Empty for what follows within seconds because it is paced.
    """
    coming = agenda.next_coming(reader, most=MOST_TOLD)
    if coming is None:
        return None
    if coming.lane is not None:
        return "" if coming.at - now <= SOON else LANES[coming.lane]
    more = coming.total - MOST_TOLD
    told = dict.fromkeys(_told(reader, coming))
    return "; ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def _told(reader: Reader, coming: Coming) -> Iterator[str]:
    """A sentence's worth for each row that wakes at this moment."""
    for row in coming.rows:
        match row:
            case AssignmentRequest():
                yield from of_request(reader, row, coming.at)
            case Assignment():
                yield from of_assignment(reader, row, coming.at)
            case ReviewSeries():
                yield of_series(reader, row)
            case ReviewRun():
                yield from of_review(row, coming.at)
            case _:
                assert_never(row)


def of_request(reader: Reader, request: AssignmentRequest, at: datetime) -> Iterator[str]:
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


def of_assignment(reader: Reader, assignment: Assignment, at: datetime) -> Iterator[str]:
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
    "results": "tells its results",
}


def of_series(reader: Reader, series: ReviewSeries) -> str:
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


def _names(reader: Reader, person_ids: Iterable[PersonId]) -> str:
    known = reader.people(person_ids)
    names = sorted(known[one].name for one in set(person_ids) if one in known)
    return ", ".join(names) or "somebody"
