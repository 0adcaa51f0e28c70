"""The statements behind the lists: pages of requests and of what people hold, with what belongs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from engine.application.queries import HeldSummary, Page, RequestSummary, WaitingSummary
from engine.domain.assignment_requests import (
    FAILED,
    OPEN,
    REMOVALS,
    AssignmentRequest,
    RequestType,
)
from engine.domain.assignments import Assignment, AssignmentState
from engine.domain.holdings import Holding, Seen
from engine.domain.ids import AssignmentId, HoldingId, PersonId, RequestId
from storage import tables as t
from storage.reader import ACTIVE, ASSIGNMENT, HOLDING, REQUEST, SqlReader

T = TypeVar("T")

_R, _A, _H, _C, _P = t.requests.c, t.assignments.c, t.holdings.c, t.claims.c, t.approvals.c

_extension = t.requests.alias("extension")
_HELD = (
    select(*ASSIGNMENT.columns, _R.package_name, _extension.c.id.label("extension_id"))
    .join(t.requests, _R.id == _A.request_id)
    .outerjoin(
        _extension,
        and_(
            _extension.c.is_open,
            _extension.c.target_id == _A.target_id,
            _extension.c.package_id == _A.package_id,
            _extension.c.request_type == RequestType.USER_UPDATE,
        ),
    )
)
_HELD_BY = _HELD.where(
    ACTIVE, _A.state != AssignmentState.SCHEDULED, _A.target_id == bindparam("of")
).order_by(_A.ends_at.is_(None), _A.ends_at, _A.id)
_IS_FAILED = and_(
    _R.state.in_(sorted(FAILED)),
    select(_A.id).where(_A.id == _R.assignment_id, ACTIVE).correlate(t.requests).exists(),
)
_OPEN_OF = (
    select(*REQUEST.columns)
    .where(
        or_(
            _R.target_id == bindparam("of"),
            and_(_R.requestor_id == bindparam("of"), _R.request_type == RequestType.USER_ADD),
        ),
        _R.request_type.not_in(sorted(REMOVALS)),
        or_(_R.state.in_(sorted(OPEN)), _IS_FAILED),
    )
    .order_by(_R.id.desc())
)
_EVERYBODYS = select(*REQUEST.columns).order_by(_R.id.desc())
_ONLY = {
    "states": _R.state.in_(bindparam("states", expanding=True)),
    "target": _R.target_id == bindparam("target"),
    "packages": _R.package_id.in_(bindparam("packages", expanding=True)),
}
_WAITING = (
    select(*REQUEST.columns, _P.stage_number, _P.asked_at, _P.decide_until)
    .join(t.approvals, _P.request_id == _R.id)
    .where(_P.is_open, _P.person_id == bindparam("of"))
    .order_by(_P.decide_until, _R.id)
)
_TASKS = (
    select(*HOLDING.columns)
    .where(
        _H.seen == Seen.PENDING,
        ~_H.given_up,
        select(t.messages.c.key)
        .where(
            t.messages.c.person_id == bindparam("of"),
            t.messages.c.kind == "task",
            t.messages.c.subject_id == _H.id,
            t.messages.c.part == _H.generation,
        )
        .correlate(t.holdings)
        .exists(),
    )
    .order_by(_H.changed_at, _H.id)
)
_ASSIGNMENTS = select(*ASSIGNMENT.columns).where(_A.id.in_(bindparam("ids", expanding=True)))
_CLAIMED = (
    select(*HOLDING.columns, _C.assignment_id)
    .join(t.claims, _C.holding_id == _H.id)
    .where(_C.assignment_id.in_(bindparam("ids", expanding=True)))
    .order_by(_C.assignment_id, _C.position, _H.id)
)


def held_by(reader: SqlReader, person_id: PersonId, offset: int, limit: int) -> Page[HeldSummary]:
    """What a person holds, by what ends first."""
    rows, total = _page(reader, _HELD_BY, {"of": person_id}, offset, limit)
    return Page(rows=_held_summaries(reader, rows), offset=offset, total=total)


def held(reader: SqlReader, assignment_id: AssignmentId) -> HeldSummary | None:
    """One assignment, ended or not."""
    one = _HELD.where(_A.id == bindparam("of"))
    row = reader.conn.execute(one, {"of": assignment_id}).one_or_none()
    return _held_summaries(reader, [row])[0] if row is not None else None


def given_by(reader: SqlReader, holding_id: HoldingId) -> tuple[HeldSummary, ...]:
    """The assignments that give a holding, or the one that gave it last."""
    found = (held(reader, of) for of, _ in reader.claimants_of(holding_id))
    return tuple(each for each in found if each is not None)


def open_requests_of(
    reader: SqlReader, person_id: PersonId, offset: int, limit: int
) -> Page[RequestSummary]:
    """A person's requests that are on their way or failed, newest first."""
    rows, total = _page(reader, _OPEN_OF, {"of": person_id}, offset, limit)
    summaries = request_summaries(reader, REQUEST.all_from(rows))
    return Page(rows=summaries, offset=offset, total=total)


def everybodys_requests(
    reader: SqlReader, asked: Mapping[str, object], offset: int, limit: int
) -> Page[RequestSummary]:
    """Everybody's requests, newest first, narrowed by what of `_ONLY` is asked."""
    statement = _everybodys(tuple(asked))
    rows, total = _page(reader, statement, asked, offset, limit)
    summaries = request_summaries(reader, REQUEST.all_from(rows))
    return Page(rows=summaries, offset=offset, total=total)


@lru_cache(maxsize=8)
def _everybodys(narrowed_by: tuple[str, ...]) -> Select[Any]:
    return _EVERYBODYS.where(*(_ONLY[name] for name in narrowed_by))


def waiting_for(
    reader: SqlReader, person_id: PersonId, offset: int, limit: int
) -> Page[WaitingSummary]:
    """What waits for a person's decision, by what must be decided first."""
    rows, total = _page(reader, _WAITING, {"of": person_id}, offset, limit)
    summaries = tuple(
        WaitingSummary(
            request=REQUEST.from_row(row),
            stage_number=row.stage_number,
            asked_at=row.asked_at,
            decide_until=row.decide_until,
        )
        for row in rows
    )
    return Page(rows=summaries, offset=offset, total=total)


def tasks_of(reader: SqlReader, person_id: PersonId, offset: int, limit: int) -> Page[Holding]:
    """The open manual tasks whose card a person has, oldest first."""
    rows, total = _page(reader, _TASKS, {"of": person_id}, offset, limit)
    return Page(rows=HOLDING.all_from(rows), offset=offset, total=total)


def request_summaries(
    reader: SqlReader, requests: Iterable[AssignmentRequest]
) -> tuple[RequestSummary, ...]:
    """Requests with their assignments and how far each resource role has got."""
    listed = tuple(requests)
    ids = sorted({request.assignment_id for request in listed if request.assignment_id})
    assignments: dict[str, Assignment] = {}
    holdings: dict[str, list[Holding]] = defaultdict(list)
    if ids:
        for assignment in ASSIGNMENT.all_from(reader.conn.execute(_ASSIGNMENTS, {"ids": ids})):
            assignments[assignment.id] = assignment
        for row in reader.conn.execute(_CLAIMED, {"ids": ids}):
            holdings[row.assignment_id].append(HOLDING.from_row(row))
    return tuple(
        RequestSummary(
            request=request,
            assignment=assignments.get(request.assignment_id or ""),
            holdings=tuple(holdings.get(request.assignment_id or "", ())),
        )
        for request in listed
    )


def _held_summaries(reader: SqlReader, rows: Iterable[Any]) -> tuple[HeldSummary, ...]:
    """A package is called as it is called now; one that is gone, as it was when asked for."""
    configured = reader.configured()
    summaries = []
    for row in rows:
        assignment = ASSIGNMENT.from_row(row)
        package = configured.packages.get(assignment.package_id) if configured else None
        summaries.append(
            HeldSummary(
                assignment=assignment,
                package_name=package.name if package else row.package_name,
                request_id=assignment.request_id,
                extension_request_id=RequestId(row.extension_id) if row.extension_id else None,
            )
        )
    return tuple(summaries)


def _page(
    reader: SqlReader, statement: Select[Any], asked: Mapping[str, Any], offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    """The rows of a page and how many there are in all."""
    some, counted = _paged(statement)
    rows = reader.conn.execute(some, {**asked, "page_size": limit, "page_start": offset}).all()
    if len(rows) < limit and (rows or not offset):
        return rows, offset + len(rows)
    return rows, reader.conn.execute(counted, asked).scalar_one()


@lru_cache(maxsize=32)
def _paged(statement: Select[Any]) -> tuple[Select[Any], Select[Any]]:
    """A page of a statement's rows, and their number; making these costs more than asking."""
    some = statement.limit(bindparam("page_size")).offset(bindparam("page_start"))
    counted = select(func.count()).select_from(
        statement.with_only_columns(*_keys(statement)).order_by(None).subquery()
    )
    return some, counted


def _keys(statement: Select[Any]) -> list[ColumnElement[Any]]:
    """One column is enough to count rows by."""
    return [next(iter(statement.selected_columns))]
