"""Writing assignments, what they hold, and which of them give what."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, func, select, tuple_, update
from sqlalchemy.sql.dml import Insert

from engine.application.holding_ports import Claim, Claimant, Claimed
from engine.application.lane_ports import LaneKind
from engine.domain.assignments import Assignment
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, HoldingId, PackageId, PersonId
from storage import tables as t
from storage.bound import upsert
from storage.errors import Again
from storage.leases import LEASED_UNDER
from storage.reader import (
    ACTIVE,
    ASSIGNMENT,
    HOLDING,
    ONE_ASSIGNMENT,
    ONE_HOLDING,
    REQUEST,
    locked,
)
from storage.requests import RequestWrites, waking

_A, _H, _C = t.assignments.c, t.holdings.c, t.claims.c
Key = tuple[str, str, str]
"""Connector, target, role."""

_LOCK_ASSIGNMENT = locked(ONE_ASSIGNMENT)
_LOCK_HOLDING = locked(ONE_HOLDING)
_LOCK_HOLDINGS = locked(
    select(*HOLDING.columns)
    .where(
        _H.person_id == bindparam("person_id"),
        tuple_(_H.connector, _H.target, _H.role).in_(bindparam("keys", expanding=True)),
    )
    .order_by(_H.connector, _H.target, _H.role)
)
_R, _also = t.requests.c, t.claims.alias("also")
_LEASED_UNDER = (
    select(LEASED_UNDER).where(t.lanes.c.key == _H.lane).correlate(t.holdings).scalar_subquery()
)
_CLAIMING_ONE = ~_A.level & _A.id.in_(
    select(_C.assignment_id).where(_C.holding_id == bindparam("holding_id"))
)
_CLAIMANTS = locked(
    select(*REQUEST.columns, *ASSIGNMENT.columns, _A.wake_at)
    .select_from(t.requests)
    .join(t.assignments, _R.id == func.coalesce(_A.removal_request_id, _A.request_id))
    .where(_CLAIMING_ONE)
    .order_by(_A.id)
)
"""Requests are named first, so that PostgreSQL locks each before its assignment."""
_CLAIMED = (
    select(*HOLDING.columns, _A.id, _C.active, _C.position, _H.lane, _LEASED_UNDER)
    .select_from(t.claims)
    .join(t.assignments, _A.id == _C.assignment_id)
    .join(t.holdings, _H.id == _C.holding_id)
    .where(
        ~_A.level,
        _A.id.in_(
            select(_also.c.assignment_id).where(_also.c.holding_id == bindparam("holding_id"))
        ),
    )
    .order_by(_H.connector, _H.target, _H.role, _A.id)
    .with_for_update(key_share=True, of=t.holdings)
)
_NAMED = _A.id.in_(bindparam("ids", expanding=True))
_OF_PACKAGES = ACTIVE & _A.package_id.in_(bindparam("packages", expanding=True))
_OF_PEOPLE = ACTIVE & _A.target_id.in_(bindparam("people", expanding=True))
_CLAIMING = ~_A.level & _A.id.in_(
    select(_C.assignment_id).where(_C.holding_id.in_(bindparam("holdings", expanding=True)))
)
_DROP = (
    update(t.claims)
    .where(
        _C.assignment_id == bindparam("of"),
        _C.holding_id.in_(bindparam("holdings", expanding=True)),
    )
    .values(active=False)
)
_STILL_CLAIMED = select(_C.holding_id).where(
    _C.active, _C.holding_id.in_(bindparam("holdings", expanding=True))
)


class AssignmentWrites(RequestWrites):
    """Assignments, holdings, and the claims between them."""

    def lock_assignment(self, assignment_id: AssignmentId) -> Assignment | None:
        """Lock and read one assignment."""
        row = self.conn.execute(_LOCK_ASSIGNMENT, {"id": assignment_id}).one_or_none()
        return ASSIGNMENT.from_row(row) if row is not None else None

    def add_assignment(self, assignment: Assignment, wake_at: datetime | None) -> None:
        """Insert. Another active one of this person and package is a `Conflict`."""
        self._save(assignment, wake_at, added=True)

    def save_assignment(self, assignment: Assignment, wake_at: datetime | None) -> None:
        """Write one that is locked."""
        self._save(assignment, wake_at, added=False)

    def _save(self, assignment: Assignment, wake_at: datetime | None, *, added: bool) -> None:
        self.forget()
        row = ASSIGNMENT.to_row(assignment) | {"wake_at": wake_at}
        self.outgoing.save(t.assignments, row, added=added)
        self.note_wake(wake_at)

    def wake_assignments(
        self,
        at: datetime,
        *,
        ids: Iterable[AssignmentId] = (),
        packages: Iterable[PackageId] = (),
        people: Iterable[PersonId] = (),
        holdings: Iterable[HoldingId] = (),
    ) -> None:
        """Look at these again: named, active ones of packages or people, claimants of holdings.

        An ended assignment that has nothing left to be taken away is left asleep.
        """
        for which, name, values in (
            (_NAMED, "ids", sorted(set(ids))),
            (_OF_PACKAGES, "packages", sorted(set(packages))),
            (_OF_PEOPLE, "people", sorted(set(people))),
            (_CLAIMING, "holdings", sorted(set(holdings))),
        ):
            if values:
                self.conn.execute(waking(t.assignments, which), {name: values, "at": at})
                self.note_wake(at)

    # Holdings

    def lock_holdings(self, person_id: PersonId, keys: Iterable[Key]) -> dict[Key, Holding]:
        """Lock and read this person's holdings of these (connector, target, role)."""
        asked = {"person_id": person_id, "keys": sorted(set(keys))}
        if not asked["keys"]:
            return {}
        found = HOLDING.all_from(self.conn.execute(_LOCK_HOLDINGS, asked))
        return {(h.connector, h.target, h.role): h for h in found}

    def lock_holding(self, holding_id: HoldingId) -> Holding | None:
        """Lock and read one holding."""
        row = self.conn.execute(_LOCK_HOLDING, {"id": holding_id}).one_or_none()
        return HOLDING.from_row(row) if row is not None else None

    def lock_claimed(self, holding_id: HoldingId) -> Claimed | None:
        """Lock and read a holding with its claimants and their requests, in the house's order.

        The other holdings of the claimants are locked too, in the order of their keys. Raises
        `Again` when somebody claimed it, or an assignment ended, between the two statements.
        """
        asked = {"holding_id": holding_id}
        width = len(REQUEST.columns)
        rows = self.conn.execute(self.riding(_CLAIMANTS), asked).all()
        if rows:
            self.ridden(rows[0])
        found = {
            row[width]: (REQUEST.from_row(row), ASSIGNMENT.from_row(row[width:])) for row in rows
        }
        woken = {row[width]: row[width + len(ASSIGNMENT.columns)] for row in rows}
        claims: dict[str, list[tuple[int, Claim]]] = {}
        holding: Holding | None = None
        width = len(HOLDING.columns)
        for row in self.conn.execute(_CLAIMED, asked):
            each = HOLDING.from_row(row)
            assignment_id, active, position, lane, number = row[width:]
            claims.setdefault(assignment_id, []).append(
                (position, Claim(holding=each, active=active))
            )
            if each.id == holding_id:
                holding = each
                self.seen_leases[lane] = number
        if set(claims) != set(found):
            raise Again
        if holding is None:
            holding = self.lock_holding(holding_id)
        if holding is None:
            return None
        self.outgoing.claimed[holding_id] = tuple(found)
        return Claimed(
            holding=holding,
            claimants=tuple(
                Claimant(
                    request=request,
                    assignment=assignment,
                    claims=tuple(claim for _, claim in sorted(claims[key], key=_position)),
                    wake_at=woken[key],
                )
                for key, (request, assignment) in found.items()
            ),
        )

    def make_holdings(self, holdings: Iterable[tuple[Holding, str]]) -> dict[Key, Holding]:
        """Insert holdings and wake their lanes; one that exists is locked and given instead."""
        given = list(holdings)
        if not given:
            return {}
        rows = [HOLDING.to_row(holding) | {"lane": lane} for holding, lane in given]
        making = self.asking(t.holdings).execute(_make_holdings(self.postgres), rows)
        found = HOLDING.all_from(making)
        stored = {holding.id for holding in found}
        for holding, lane in given:
            if holding.id in stored and holding.next_at is not None:
                self.outgoing.wake(LaneKind.HOLDINGS, lane, holding.next_at)
        return {(h.connector, h.target, h.role): h for h in found}

    def save_holdings(self, holdings: Iterable[tuple[Holding, str]]) -> None:
        """Insert or write holdings, each with its lane, and wake the lanes at `next_at`.

        One that somebody else made a moment ago is a `Conflict`, at the latest at the end.
        """
        for holding, lane in holdings:
            self.outgoing.save(t.holdings, HOLDING.to_row(holding) | {"lane": lane})
            if holding.next_at is not None:
                self.outgoing.wake(LaneKind.HOLDINGS, lane, holding.next_at)

    def claim_holdings(self, assignment_id: AssignmentId, holdings: Iterable[HoldingId]) -> None:
        """This assignment gives these holdings."""
        for position, holding_id in enumerate(holdings):
            row = claim(assignment_id, holding_id, position, active=True)
            self.outgoing.save(t.claims, row)

    def drop_claims(
        self, assignment_id: AssignmentId, holdings: Iterable[HoldingId]
    ) -> tuple[HoldingId, ...]:
        """This assignment no longer gives these; returns those that no assignment gives now.

        The rows stay, marked, so that `claims_of` still names them.
        """
        dropped = sorted(set(holdings))
        if not dropped:
            return ()
        self.conn.execute(_DROP, {"of": assignment_id, "holdings": dropped})
        kept = set(self.conn.execute(_STILL_CLAIMED, {"holdings": dropped}).scalars())
        return tuple(holding_id for holding_id in dropped if holding_id not in kept)


def claim(
    assignment_id: AssignmentId, holding_id: HoldingId, position: int, *, active: bool
) -> dict[str, object]:
    """The row that says that an assignment gives a holding, or gave it."""
    return {
        "assignment_id": assignment_id,
        "holding_id": holding_id,
        "position": position,
        "active": active,
    }


def _position(claim: tuple[int, Claim]) -> tuple[int, str]:
    return claim[0], claim[1].holding.id


@cache
def _make_holdings(postgres: bool) -> Insert:
    """What exists already is written as it is, for that locks it and gives it back."""
    made: Insert = (
        upsert(t.holdings, postgres)
        .on_conflict_do_update(
            index_elements=["person_id", "connector", "target", "role"],
            set_={"id": t.holdings.c.id},
        )
        .returning(*HOLDING.columns)
    )
    return made
