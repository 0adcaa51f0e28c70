"""Pages of review lines, with everything a reviewer wants to know of each.

A page begins at a place: the holder's name and the assignment's id, which is what the lines of a
reviewer are ordered by in the index. So the hundredth page costs what the first does. The marks of
a reviewer are few; each is read by itself and the results are put together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, tuple_

from engine.application.review_queries import ReviewLinePage, ReviewLineSummary
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.ids import AssignmentId, PersonId, RequestId, ReviewRunId
from engine.domain.review_lines import (
    Advice,
    ApplyResult,
    LineFilter,
    Recommendation,
    ReviewDecision,
    ReviewLine,
    ReviewVerdict,
    Why,
    advise_by_use,
    asked_person,
    final,
)
from engine.domain.reviews import ReviewRun, ReviewState
from storage import review_tables as t
from storage import tables
from storage.reader import ASSIGNMENT, REQUEST, SqlReader
from storage.review_writes import LINE_COLUMNS, line_from, reviewed_by

_L, _D, _Q = t.review_lines.c, t.review_departments.c, t.review_decisions.c
_CLOSED = frozenset({ReviewState.APPLYING, ReviewState.APPLIED})
_PLACE = tuple_(_L.name_key, _L.assignment_id)
_AT = tuple_(bindparam("name"), bindparam("line"))
_ASSIGNMENTS = select(*ASSIGNMENT.columns).where(
    tables.assignments.c.id.in_(bindparam("ids", expanding=True))
)
_REQUESTS = select(*REQUEST.columns).where(
    tables.requests.c.id.in_(bindparam("ids", expanding=True))
)
_ADVICE = select(_D.department, _D.recommendation, _D.why, _D.colleagues, _D.holding).where(
    _D.review_id == bindparam("run"),
    _D.department.in_(bindparam("departments", expanding=True)),
)
_HISTORY = (
    select(_Q.assignment_id, _Q.stage, _Q.verdict, _Q.reason, _Q.decided_by, _Q.decided_at)
    .where(
        _Q.review_id == bindparam("run"),
        _Q.assignment_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(_Q.id)
)
_ONE_LINE = select(*LINE_COLUMNS).where(
    _L.review_id == bindparam("run"), _L.assignment_id == bindparam("line")
)
_OWN_LINE = (
    select(*LINE_COLUMNS)
    .where(
        _L.review_id == bindparam("run"),
        _L.asked == bindparam("mark"),
        _L.target_id == bindparam("person"),
    )
    .limit(1)
)
_EVERY_LINE = (
    select(*LINE_COLUMNS)
    .where(_L.review_id == bindparam("run"), _L.assignment_id > bindparam("line"))
    .order_by(_L.assignment_id)
    .limit(bindparam("most"))
)


def page_of_lines(
    reader: SqlReader,
    run: ReviewRun,
    person_id: PersonId,
    which: LineFilter,
    *,
    after: str | None,
    before: str | None,
    limit: int,
) -> ReviewLinePage:
    """The first lines a person reviews, or those after or before a place."""
    backwards = before is not None
    meant, asked = reviewed_by(run, person_id, which)
    place = before if backwards else after
    if place is not None:
        line, _, name = place.partition("/")
        meant = and_(meant, _PLACE < _AT if backwards else _PLACE > _AT)
        asked |= {"name": name, "line": line}
    found: list[ReviewLine] = []
    for mark in asked["marks"]:
        for waiting in (True,) if which.undecided else (True, False):
            found += _some(reader, meant, asked | {"marks": [mark]}, waiting, backwards, limit + 1)
    found.sort(key=lambda one: (one.name_key, one.assignment_id), reverse=backwards)
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    rows = summaries(reader, run, found)
    return ReviewLinePage(
        rows=rows,
        before=_place(found[0]) if found and (more if backwards else place is not None) else None,
        after=_place(found[-1]) if found and (backwards or more) else None,
    )


def _some(
    reader: SqlReader,
    meant: ColumnElement[bool],
    asked: dict[str, Any],
    waiting: bool,
    backwards: bool,
    limit: int,
) -> list[ReviewLine]:
    order = [_L.name_key.desc(), _L.assignment_id.desc()] if backwards else [*_PLACE.clauses]
    statement = (
        select(*LINE_COLUMNS)
        .where(meant, _L.waiting if waiting else ~_L.waiting)
        .order_by(*order)
        .limit(bindparam("most"))
    )
    rows = reader.conn.execute(statement, asked | {"most": limit})
    return [line_from(row) for row in rows]


def _place(line: ReviewLine) -> str:
    return f"{line.assignment_id}/{line.name_key}"


def count_lines(reader: SqlReader, run: ReviewRun, person_id: PersonId, which: LineFilter) -> int:
    """How many lines of a person the filter lets through; what fell out does not count."""
    meant, asked = reviewed_by(run, person_id, which)
    counting = select(func.count()).select_from(t.review_lines).where(meant, _L.gone.is_(None))
    found: int = reader.conn.execute(counting, asked).scalar_one()
    return found


def one_line(
    reader: SqlReader, run: ReviewRun, assignment_id: AssignmentId
) -> ReviewLineSummary | None:
    """One line."""
    asked = {"run": run.id, "line": assignment_id}
    row = reader.conn.execute(_ONE_LINE, asked).one_or_none()
    return summaries(reader, run, [line_from(row)])[0] if row is not None else None


def own_line(
    reader: SqlReader, run: ReviewRun, person_id: PersonId, stage: int
) -> ReviewLineSummary | None:
    """The line of a holder who was asked in this stage, and that is still in it."""
    asked = {"run": run.id, "mark": asked_person(stage, person_id), "person": person_id}
    row = reader.conn.execute(_OWN_LINE, asked).one_or_none()
    return summaries(reader, run, [line_from(row)])[0] if row is not None else None


def every_line(reader: SqlReader, run: ReviewRun, after: str | None, limit: int) -> ReviewLinePage:
    """Lines of the whole run, by the ids of the assignments."""
    asked = {"run": run.id, "line": after or "", "most": limit + 1}
    found = [line_from(row) for row in reader.conn.execute(_EVERY_LINE, asked)]
    more, found = len(found) > limit, found[:limit]
    rows = summaries(reader, run, found)
    return ReviewLinePage(rows=rows, before=None, after=found[-1].assignment_id if more else None)


def history(
    reader: SqlReader, review_id: ReviewRunId, ids: Sequence[AssignmentId]
) -> dict[AssignmentId, list[ReviewDecision]]:
    """Everything that was said of these lines, oldest first."""
    said: dict[AssignmentId, list[ReviewDecision]] = defaultdict(list)
    for row in reader.conn.execute(_HISTORY, {"run": review_id, "ids": list(ids)}):
        said[AssignmentId(row.assignment_id)].append(
            ReviewDecision(
                assignment_id=AssignmentId(row.assignment_id),
                stage=row.stage,
                verdict=ReviewVerdict(row.verdict) if row.verdict else None,
                reason=row.reason,
                decided_by=PersonId(row.decided_by),
                decided_at=row.decided_at,
            )
        )
    return said


def summaries(
    reader: SqlReader, run: ReviewRun, lines: Sequence[ReviewLine]
) -> tuple[ReviewLineSummary, ...]:
    """These lines with what belongs to them, in the same order."""
    if not lines:
        return ()
    ids = [line.assignment_id for line in lines]
    held = _assignments(reader, ids)
    origins = _requests(reader, {one.request_id for one in held.values()})
    people = reader.people(line.target_id for line in lines)
    advice = _advice(reader, run, {line.department for line in lines})
    said = history(reader, run.id, ids) if run.stage and run.rules.shows_earlier else {}
    return tuple(
        ReviewLineSummary(
            line=line,
            advice=_advised(run, line, advice.get(line.department, _NO_ADVICE)),
            assignment=held[line.assignment_id],
            person=people.get(line.target_id),
            origin=origins.get(held[line.assignment_id].request_id),
            earlier=_earlier(line, said.get(line.assignment_id, ())),
            final=final(line, run.settings.on_no_response) if run.state in _CLOSED else None,
            still_held=line.apply_result is ApplyResult.REMOVED
            and not held[line.assignment_id].level,
        )
        for line in lines
    )


_NO_ADVICE = Advice(recommendation=None, why=Why.NO_DEPARTMENT)


def _advised(run: ReviewRun, line: ReviewLine, colleagues: Advice) -> Advice:
    """As the snapshot concluded, with the reason."""
    if run.opened_at is None:
        return colleagues
    return advise_by_use(line.last_use, colleagues, opened_at=run.opened_at)


def _earlier(line: ReviewLine, said: Iterable[ReviewDecision]) -> tuple[ReviewDecision, ...]:
    """The last word of each stage before the one the line is in; what was cleared is none."""
    last = {one.stage: one for one in said if one.stage < line.stage}
    return tuple(last[stage] for stage in sorted(last) if last[stage].verdict is not None)


def _assignments(reader: SqlReader, ids: Sequence[AssignmentId]) -> dict[AssignmentId, Assignment]:
    found = ASSIGNMENT.all_from(reader.conn.execute(_ASSIGNMENTS, {"ids": list(ids)}))
    return {one.id: one for one in found}


def _requests(reader: SqlReader, ids: Iterable[RequestId]) -> dict[RequestId, AssignmentRequest]:
    found = REQUEST.all_from(reader.conn.execute(_REQUESTS, {"ids": sorted(ids)}))
    return {one.id: one for one in found}


def _advice(reader: SqlReader, run: ReviewRun, departments: Iterable[str]) -> dict[str, Advice]:
    asked = {"run": run.id, "departments": sorted(departments)}
    return {
        row.department: Advice(
            recommendation=Recommendation(row.recommendation) if row.recommendation else None,
            why=Why(row.why),
            colleagues=row.colleagues,
            holding=row.holding,
        )
        for row in reader.conn.execute(_ADVICE, asked)
    }
