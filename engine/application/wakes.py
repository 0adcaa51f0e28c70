"""What happens by itself: whatever's moment has come is looked at.

A wake means "look again", nothing more. Claiming, deciding and saving are one transaction under
the aggregate's own lock, the lock a click takes too, so late, double and superfluous wakes do no
harm. Each row has its own savepoint: one bad row, or one this version cannot read, backs off and is
parked after ten failures, and never stops the queue.

The brake (`brake.py`): a pass that would end more than a fifth of all active access, and more than
twenty assignments, looks at no assignments but those of closed accounts; administrators are told.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from engine.application import brake, requests, review_steps
from engine.application.commands import TIME
from engine.application.ports import Aggregate, Store, Transaction, Unreadable
from engine.application.service import Entitlements
from engine.application.unit import Unit
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.conversation import Audience, Notice, NoticeKind
from engine.domain.ids import PersonId

log = logging.getLogger(__name__)

BATCH = 50
"""Rows per transaction, so that a click never waits long."""


class Wakes:
    """Looks at requests, assignments and reviews that are due."""

    def __init__(self, store: Store, service: Entitlements) -> None:
        """The service lends its way of making a unit of work."""
        self._store = store
        self._service = service
        self.braked = False
        """Whether the last pass left assignments alone: they stay due until somebody says so."""
        self._found_right = 0
        """So many more endings were counted and found not to be too many."""

    async def run_once(self) -> int:
        """One pass over all kinds; answers how many rows were looked at."""
        asked = (Aggregate.REQUEST, self._look_at_requests)
        held = (Aggregate.ASSIGNMENT, self._look_at_assignments)
        series = (Aggregate.REVIEW_SERIES, self._look_at_series)
        runs = (Aggregate.REVIEW_RUN, self._look_at_a_run)
        looked = await self._store.write(self._pass, asked)
        looked += await self._store.write(self._pass, held)
        return looked + await self._store.write(self._pass, series, runs)

    def _pass(self, tx: Transaction, *kinds: tuple[Aggregate, Callable[[Unit], int]]) -> int:
        """One transaction: the first of these kinds of which anything is due."""
        unit = self._service.unit(tx, TIME)
        for aggregate, look in kinds:
            try:
                looked = look(unit)
            except Unreadable as row:
                log.exception("a row that is due cannot be read", extra={"aggregate": aggregate})
                self._put_off(unit, aggregate, row.row_id, f"it cannot be read: {row.problem}")
                looked = 1
            if looked:
                return looked
        return 0

    def _look_at_requests(self, unit: Unit) -> int:
        due = unit.tx.claim_due(Aggregate.REQUEST, unit.now, BATCH)
        for request, _ in due:
            assert request is not None
            self._look(unit, Aggregate.REQUEST, request.id, partial(requests.look, unit, request))
        return len(due)

    def _look_at_assignments(self, unit: Unit) -> int:
        due = unit.tx.claim_due(Aggregate.ASSIGNMENT, unit.now, BATCH)
        ending = sum(_ends(unit, assignment) for _, assignment in due)
        self.braked = len(due) > brake.AT_LEAST and self._braked(unit, ending)
        if self.braked:
            # What time would end waits for an answer; closed accounts hold nothing all the same.
            due = unit.tx.claim_due(Aggregate.ASSIGNMENT, unit.now, BATCH, of_leavers=True)
        left = unit.tx.closed_among(a.target_id for _, a in due if a is not None)
        if len(due) > 1 and self._all_at_once(unit, due, left):
            return len(due)
        for request, assignment in due:
            assert assignment is not None
            gone = assignment.target_id in left
            look = partial(unit.look_at_assignment, assignment, request, left=gone)
            self._look(unit, Aggregate.ASSIGNMENT, assignment.id, look)
        return len(due)

    def _all_at_once(
        self,
        unit: Unit,
        due: Sequence[tuple[AssignmentRequest | None, Assignment | None]],
        left: frozenset[PersonId],
    ) -> bool:
        """Look at all of them, reading and writing together; False, and nothing done, if one fails.

        Then each is looked at alone, so that only the bad one is put off.
        """
        try:
            known = [assignment for _, assignment in due if assignment is not None]
            with unit.tx.savepoint(), unit.tx.together(known):
                for request, assignment in due:
                    assert assignment is not None
                    gone = assignment.target_id in left
                    unit.look_at_assignment(assignment, request, left=gone)
        except Exception:  # whichever it was is found, put off and reported one by one
            log.info("not all could be looked at together", exc_info=True)
            return False
        return True

    def _look_at_series(self, unit: Unit) -> int:
        due = unit.tx.claim_due_series(unit.now, BATCH)
        for series in due:
            look = partial(review_steps.look_at_series, unit, series)
            self._look(unit, Aggregate.REVIEW_SERIES, series.policy_id, look)
        return len(due)

    def _look_at_a_run(self, unit: Unit) -> int:
        """One step of one run, for a step may be thousands of lines."""
        run = unit.tx.claim_due_run(unit.now)
        if run is None:
            return 0
        self._look(unit, Aggregate.REVIEW_RUN, run.id, partial(review_steps.look_at_run, unit, run))
        return 1

    def _look(
        self,
        unit: Unit,
        aggregate: Aggregate,
        row_id: str,
        look: Callable[[], object],
    ) -> None:
        try:
            with unit.tx.savepoint():
                look()
        except Exception as fault:  # one bad row must not stop the queue; it is parked and shown
            log.exception("a wake failed", extra={"aggregate": aggregate, "row": row_id})
            self._put_off(unit, aggregate, row_id, type(fault).__name__)

    def _put_off(self, unit: Unit, aggregate: Aggregate, row_id: str, problem: str) -> None:
        if not unit.tx.postpone(aggregate, row_id, unit.now, problem):
            return
        channel = unit.configured.organization.admin_channel
        stamp = f"{unit.now.timestamp():.0f}"
        notice = Notice(
            key=f"{aggregate}/{row_id}/parked/{stamp}",
            kind=NoticeKind.ROW_PARKED,
            audience=Audience(channel_id=channel),
            subject_id=row_id,
            detail=aggregate,
        )
        unit.tx.add_notices([notice], unit.now)

    def _braked(self, unit: Unit, now_ending: int) -> bool:
        """Whether too much would end; counted again only when what was found right has ended."""
        if now_ending <= self._found_right:
            self._found_right -= now_ending
            return False
        ending, active = unit.tx.endings_due(unit.now)
        held = brake.held(unit.tx, NoticeKind.MANY_ENDINGS, ending, active)
        self._found_right = 0 if held else ending - now_ending
        return held


def _ends(unit: Unit, assignment: Assignment | None) -> bool:
    """Whether its time is over."""
    if assignment is None or not assignment.active or assignment.ends_at is None:
        return False
    return assignment.ends_at <= unit.now
