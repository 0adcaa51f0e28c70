"""Writing requests, and the rows that say for whom they wait and who decided."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    bindparam,
    case,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.sql.dml import Update

from engine.domain import stages
from engine.domain.assignment_requests import OPEN, REMOVALS, AssignmentRequest, RequestState
from engine.domain.ids import PersonId, RequestId
from engine.domain.stages import StageRun
from storage import tables as t
from storage.lanes import LaneWork
from storage.reader import ONE_REQUEST, REQUEST, locked

_R, _A = t.requests.c, t.approvals.c
_LOCK = locked(ONE_REQUEST)
_PEOPLE: BindParameter[Any] = bindparam("people", expanding=True)
_OF_PEOPLE = (_R.state == RequestState.PENDING_APPROVAL) & _R.id.in_(
    union(
        select(_A.request_id).where(_A.is_open, _A.person_id.in_(_PEOPLE)),
        select(_R.id).where(_R.target_id.in_(_PEOPLE)),
        select(_R.id).where(_R.requestor_id.in_(_PEOPLE)),
    )
)
AT = bindparam("at", type_=_R.wake_at.type)


class RequestWrites(LaneWork):
    """Requests with their approvals."""

    def lock_request(self, request_id: RequestId) -> AssignmentRequest | None:
        """Lock and read one request."""
        row = self.conn.execute(self.riding(_LOCK), {"id": request_id}).one_or_none()
        if row is None:
            return None
        self.ridden(row)
        return REQUEST.from_row(row)

    def add_request(self, request: AssignmentRequest, wake_at: datetime | None) -> None:
        """Insert. Another open one for the same person and package is a `Conflict`."""
        self.forget()
        self.outgoing.save(t.requests, _row(request) | {"wake_at": wake_at}, added=True)
        self._write_approvals({}, _approvals(request))
        self.note_wake(wake_at)

    def save_request(
        self, before: AssignmentRequest, after: AssignmentRequest, wake_at: datetime | None
    ) -> None:
        """Write one that is locked, and the rows that say for whom it waits and who decided."""
        self.forget()
        self.outgoing.save(t.requests, _row(after) | {"wake_at": wake_at})
        if before is not after:
            self._write_approvals(_approvals(before), _approvals(after))
        self.note_wake(wake_at)

    def note_wake(self, wake_at: datetime | None) -> None:
        """Remember when something is due at once, for the workers of this process."""
        if wake_at is not None and wake_at <= self.now():
            self.wakes_now = True

    def _write_approvals(self, before: "_Approvals", after: "_Approvals") -> None:
        fresh = [row for key, row in after.items() if before.get(key) != row]
        self.outgoing.ask(fresh, [key for key in before if key not in after])

    def wake_requests_of(self, person_ids: Iterable[PersonId], at: datetime) -> None:
        """Look again at what these people are asked to decide and what they have asked for."""
        people = sorted(set(person_ids))
        if people:
            self.leave_approvals()
            asked = {"people": people, "at": at}
            self.conn.execute(waking(t.requests, _OF_PEOPLE), asked)
            self.note_wake(at)

    def wake_undecided_requests(self, at: datetime) -> None:
        """Look at every request that waits for approval again at that moment, at the latest."""
        self.conn.execute(waking(t.requests, _R.state == RequestState.PENDING_APPROVAL), {"at": at})
        self.note_wake(at)


_Approvals = dict[tuple[str, int, str], dict[str, Any]]


def _row(request: AssignmentRequest) -> dict[str, object]:
    derived = {"is_open": _is_open(request), "reference": request.id[-4:].lower()}
    return REQUEST.to_row(request) | derived


def _is_open(request: AssignmentRequest) -> bool:
    open_yet = request.state in OPEN and request.delivered_at is None
    return open_yet and request.request_type not in REMOVALS


def _approvals(request: AssignmentRequest) -> _Approvals:
    rows: _Approvals = {}
    for run in request.runs:
        for row in _asked_in(request, run):
            rows[(request.id, run.number, row["person_id"])] = row
    return rows


def _asked_in(request: AssignmentRequest, run: StageRun) -> Iterable[dict[str, Any]]:
    until = stages.deadline(run, request.stages[run.number])
    waits = request.state is RequestState.PENDING_APPROVAL and run.result is None
    for approver in run.approvers:
        said = run.decision_of(approver.person_id)
        yield {
            "request_id": request.id,
            "stage_number": run.number,
            "person_id": approver.person_id,
            "role": str(approver.role),
            "asked_at": approver.asked_at,
            "decide_until": until,
            "verdict": str(said.verdict) if said else None,
            "decided_at": said.decided_at if said else None,
            "is_open": waits and said is None,
        }


@lru_cache(maxsize=256)
def saving(table: Table, columns: tuple[str, ...]) -> Update:
    """Write these columns of one row and its next wake; what failed before is forgotten."""
    return (
        update(table)
        .where(table.c.id == bindparam("of"))
        .values(
            version=table.c.version + 1,
            wake_at=bindparam("next_wake_at"),
            wake_errors=0,
            problem=None,
            parked_at=None,
            **{name: bindparam(f"new_{name}") for name in columns},
        )
    )


def to_save(row_id: str, columns: dict[str, object], wake_at: datetime | None) -> dict[str, object]:
    """The parameters of `saving`."""
    fresh = {f"new_{name}": value for name, value in columns.items()}
    return {"of": row_id, "next_wake_at": wake_at, **fresh}


def waking(table: Table, which: ColumnElement[bool]) -> Update:
    """Wake these rows at a moment, unless something wakes them earlier.

    Written to every one of them, due or not: only so does it wait for whoever is looking at a row
    just now and has not seen what this is about.
    """
    sleeps_longer = or_(table.c.wake_at.is_(None), table.c.wake_at > AT)
    wake_at = case((sleeps_longer, AT), else_=table.c.wake_at)
    return update(table).where(which).values(wake_at=wake_at)
