"""What comes next by itself: the earliest moment anything waits for, and the first rows of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine.application.lane_ports import LaneKind
from engine.application.ports import Aggregate, Reader
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.review_schedule import ReviewSeries
from engine.domain.reviews import ReviewRun
from storage import tables
from storage.mapping import Mapped
from storage.reader import ASSIGNMENT, REQUEST, SqlReader
from storage.review_runs import RUN, SERIES
from storage.wakes import WAKING

Row = AssignmentRequest | Assignment | ReviewSeries | ReviewRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One moment at which something is due."""

    at: datetime
    lane: LaneKind | None = None
    """What a lane carries, if it is a lane that waits."""
    rows: tuple[Row, ...] = ()
    """Some of the rows of one kind that wake then."""
    total: int = 0
    """How many of that kind there are."""


def next_coming(reader: Reader, *, most: int) -> Coming | None:
    """The earliest moment, with at most so many rows; None when nothing waits."""
    assert isinstance(reader, SqlReader), "the store makes its readers itself"
    waiting: list[tuple[datetime, Aggregate | LaneKind]] = [
        *((at, aggregate) for aggregate in Aggregate if (at := _first_of(reader, aggregate))),
        *((at, kind) for kind in LaneKind if (at := _first_lane(reader, kind))),
    ]
    if not waiting:
        return None
    at, what = min(waiting, key=lambda one: one[0])
    if isinstance(what, LaneKind):
        return Coming(at=at, lane=what)
    count = select(func.count()).where(WAKING[what].c.wake_at == at)
    total = reader.conn.execute(count).scalar_one()
    return Coming(at=at, rows=tuple(_rows(reader, what, at, most)), total=total)


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


_MAPPED: dict[Aggregate, Mapped[Any]] = {
    Aggregate.REQUEST: REQUEST,
    Aggregate.ASSIGNMENT: ASSIGNMENT,
    Aggregate.REVIEW_SERIES: SERIES,
    Aggregate.REVIEW_RUN: RUN,
}


def _rows(reader: SqlReader, aggregate: Aggregate, at: datetime, most: int) -> Iterator[Row]:
    mapped = _MAPPED[aggregate]
    due = select(*mapped.columns).where(WAKING[aggregate].c.wake_at == at).limit(most)
    for row in reader.conn.execute(due).all():
        yield mapped.from_row(row)
