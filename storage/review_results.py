"""What became of a review: how many lines were kept, removed, and are still to be removed."""

from typing import Any

from sqlalchemy import bindparam, func, select

from engine.application.review_queries import DepartmentCounts, ReviewCounts, ReviewResults
from engine.domain.review_lines import ApplyResult
from engine.domain.reviews import ReviewRun, ReviewState
from storage import review_tables as t
from storage.reader import SqlReader
from storage.review_tallies import COLUMNS
from storage.review_writes import STILL_HELD, to_be_removed

_L, _Y = t.review_lines.c, t.review_tallies.c
SUMS = [func.coalesce(func.sum(_Y[name]), 0).label(name) for name in COLUMNS]
_BY_DEPARTMENT = (
    select(_Y.department, *SUMS).where(_Y.review_id == bindparam("run")).group_by(_Y.department)
)


def counts_of(row: Any) -> ReviewCounts:
    """The sums of a row."""
    return ReviewCounts(
        undecided=int(row.undecided),
        kept=int(row.kept),
        removed=int(row.removed),
        dont_know=int(row.dont_know),
        gone=int(row.gone),
    )


def by_name(found: dict[str, ReviewCounts]) -> tuple[DepartmentCounts, ...]:
    """Departments by name, those without one last; what is empty left out."""
    names = sorted(found, key=lambda name: (not name, name.casefold()))
    return tuple(
        DepartmentCounts(department=name, counts=found[name])
        for name in names
        if found[name] != ReviewCounts()
    )


def results_of(reader: SqlReader, run: ReviewRun, counts: ReviewCounts) -> ReviewResults:
    """What became of a run. Counts lines."""
    asked = {"run": run.id}
    goes = to_be_removed(run.settings.on_no_response)
    stopped = run.state is ReviewState.STOPPED
    closed = stopped or run.state in {ReviewState.APPLYING, ReviewState.APPLIED}
    each = (
        select(_L.apply_result, goes.label("goes"))
        .where(_L.review_id == bindparam("run"), _L.gone.is_(None))
        .subquery()
    )
    grouped = select(*each.c, func.count().label("lines")).group_by(*each.c)
    ends = {"kept": 0, "removed": 0, "to_remove": 0, "not_found": 0}
    for row in reader.conn.execute(grouped, asked) if closed else ():
        ends[_end_of(row.apply_result, goes=row.goes and not stopped)] += row.lines
    return ReviewResults(
        run=run,
        counts=counts,
        still_held=reader.conn.execute(STILL_HELD, asked).scalar_one(),
        departments=by_name(
            {row.department: counts_of(row) for row in reader.conn.execute(_BY_DEPARTMENT, asked)}
        ),
        **ends,
    )


def _end_of(apply_result: str | None, *, goes: bool) -> str:
    match apply_result:
        case ApplyResult.REMOVED:
            return "removed"
        case ApplyResult.NOT_FOUND:
            return "not_found"
        case _:
            return "to_remove" if goes else "kept"
