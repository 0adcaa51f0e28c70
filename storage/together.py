"""Many assignments looked at together: read at once, and so written at once.

Theory of operation
-------------------
When fifty assignments wake in one transaction, each asks the same questions. So the answers are
read for all of them beforehand, and kept in step with what is saved meanwhile. Nobody may notice:
whatever else is asked of the database is asked after everything saved has been written (`conn`
sees to that).

Holdings are locked here, after every assignment and its request, in the order of their keys.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select

from engine.application.holding_ports import Claim
from engine.domain.assignments import Assignment
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, HoldingId, PackageId, PersonId, PolicyId, RequestId
from engine.domain.reviews import ReviewRun
from storage import tables as t
from storage.assignments import claim
from storage.audit import AuditWrites
from storage.mirror import MirrorWrites
from storage.reader import HOLDING
from storage.review_writes import ReviewWrites

_C, _H, _R = t.claims.c, t.holdings.c, t.requests.c
Key = tuple[str, str, str]
"""Connector, target, role."""

_CLAIMS = (
    select(*HOLDING.columns, _C.assignment_id, _C.active, _C.position)
    .select_from(t.claims)
    .join(t.holdings, _H.id == _C.holding_id)
    .where(_C.assignment_id.in_(bindparam("ids", expanding=True)))
    .order_by(_H.connector, _H.target, _H.role, _H.person_id, _C.assignment_id)
    .with_for_update(key_share=True, of=t.holdings)
)
_CLAIMANTS = select(_C.holding_id, _C.assignment_id).where(
    _C.active, _C.holding_id.in_(bindparam("holdings", expanding=True))
)
_OPEN = select(_R.target_id, _R.package_id, _R.id).where(
    _R.is_open, _R.target_id.in_(bindparam("people", expanding=True))
)


@dataclass(slots=True)
class Known:
    """What was read for all of them, kept in step with what is written."""

    holdings: dict[HoldingId, Holding] = field(default_factory=dict)
    by_key: dict[tuple[PersonId, Key], HoldingId] = field(default_factory=dict)
    claims: dict[AssignmentId, dict[HoldingId, tuple[int, bool]]] = field(default_factory=dict)
    """Of each assignment: what it claims or claimed, with the place and whether it still does."""
    claimants: dict[HoldingId, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Every assignment that claims a holding, one of these or not."""
    people: frozenset[PersonId] = frozenset()
    open: dict[tuple[str, str], RequestId] = field(default_factory=dict)
    """The open requests of these people, by person and package, when it began: whoever acts on one
    locks it, and finds it closed if it was closed meanwhile."""
    no_runs: set[PolicyId] = field(default_factory=set)
    """Policies of which no review is under way."""


class Together(AuditWrites, MirrorWrites, ReviewWrites):
    """What a transaction does otherwise while it looks at many assignments."""

    _known: Known | None = None

    @contextmanager
    def together(self, assignments: Iterable[Assignment]) -> Iterator[None]:
        """Read for all of these at once, and write at the end what is saved meanwhile.

        Raises at the end what any of the rows made the database raise.
        """
        self._known = self._read(list(assignments))
        try:
            yield
            self.write_saved()
        finally:
            self._known = None

    def _read(self, assignments: Sequence[Assignment]) -> Known:
        known = Known(people=frozenset(each.target_id for each in assignments))
        known.claims = {each.id: {} for each in assignments}
        width = len(HOLDING.columns)
        for row in self.conn.execute(_CLAIMS, {"ids": sorted(known.claims)}):
            holding = HOLDING.from_row(row)
            assignment_id, active, position = row[width:]
            known.holdings[holding.id] = holding
            known.by_key[holding.person_id, _key(holding)] = holding.id
            known.claims[assignment_id][holding.id] = (position, active)
        claimants = self.conn.execute(_CLAIMANTS, {"holdings": sorted(known.holdings)})
        for holding_id, assignment_id in claimants:
            known.claimants[holding_id].add(assignment_id)
        asked = self.conn.execute(_OPEN, {"people": sorted(known.people)})
        for target_id, package_id, request_id in asked:
            known.open[target_id, package_id] = RequestId(request_id)
        return known

    # Answered from memory

    def claims_of(self, assignment_id: AssignmentId) -> tuple[Claim, ...]:
        """Every holding this assignment gives, or gave."""
        known = self._known
        if known is None or assignment_id not in known.claims:
            return super().claims_of(assignment_id)
        theirs = known.claims[assignment_id]
        return tuple(
            Claim(holding=known.holdings[holding_id], active=theirs[holding_id][1])
            for holding_id in sorted(theirs, key=lambda each: (theirs[each][0], each))
        )

    def lock_holdings(self, person_id: PersonId, keys: Iterable[Key]) -> dict[Key, Holding]:
        """Lock and read this person's holdings of these (connector, target, role)."""
        wanted, known = set(keys), self._known
        if known is None or any((person_id, key) not in known.by_key for key in wanted):
            return super().lock_holdings(person_id, wanted)
        return {key: known.holdings[known.by_key[person_id, key]] for key in sorted(wanted)}

    def open_request_of(self, target_id: PersonId, package_id: PackageId) -> RequestId | None:
        """The request (add or update, not a removal) of this person that is still open."""
        if self._known is None or target_id not in self._known.people:
            return super().open_request_of(target_id, package_id)
        return self._known.open.get((target_id, package_id))

    def unfinished_runs(self, policy_ids: Iterable[PolicyId]) -> tuple[ReviewRun, ...]:
        """The runs of these policies that are neither closed nor stopped, oldest first."""
        wanted = set(policy_ids)
        if self._known is not None and wanted <= self._known.no_runs:
            return ()
        found = super().unfinished_runs(wanted)
        if self._known is not None and not found:
            self._known.no_runs |= wanted
        return found

    # Kept in step

    def save_holdings(self, holdings: Iterable[tuple[Holding, str]]) -> None:
        """Insert or write holdings, each with its lane, and wake the lanes at `next_at`."""
        given = list(holdings)
        if self._known is not None:
            known = {h.id: h for h, _ in given if h.id in self._known.holdings}
            self._known.holdings |= known
        super().save_holdings(given)

    def claim_holdings(self, assignment_id: AssignmentId, holdings: Iterable[HoldingId]) -> None:
        """This assignment gives these holdings."""
        claimed = list(holdings)
        if not claimed:
            return
        if self._known is not None:
            self._known.claims.pop(assignment_id, None)
        super().claim_holdings(assignment_id, claimed)
        if self._known is not None:
            for holding_id in claimed:
                self._known.claimants[holding_id].add(assignment_id)

    def drop_claims(
        self, assignment_id: AssignmentId, holdings: Iterable[HoldingId]
    ) -> tuple[HoldingId, ...]:
        """This assignment no longer gives these; returns those that no assignment gives now."""
        dropped, known = sorted(set(holdings)), self._known
        if known is None or not set(dropped) <= set(known.claims.get(assignment_id, ())):
            return super().drop_claims(assignment_id, dropped)
        for holding_id in dropped:
            position, _ = known.claims[assignment_id][holding_id]
            known.claims[assignment_id][holding_id] = (position, False)
            known.claimants[holding_id].discard(assignment_id)
            row = claim(assignment_id, holding_id, position, active=False)
            self.outgoing.save(t.claims, row)
        return tuple(each for each in dropped if not known.claimants[each])


def _key(holding: Holding) -> Key:
    return (holding.connector, holding.target, holding.role)
