"""One command's unit of work: saves what a rule decided and everything that follows from it.

A rule returns an outcome; this file turns it into rows, all in the transaction the command runs
in: the state with its next wake, the claims on holdings, the cards to be redrawn, the notices, the
audit. Nobody else writes those rows. What an assignment gives is in `claims.py`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from engine.application import facts
from engine.application.claims import Claims
from engine.application.commands import Actor
from engine.application.configured import Configured
from engine.application.holding_ports import Claimed
from engine.application.ports import Ids, LaneNames, Transaction
from engine.application.review_cards import fall_out
from engine.application.writer import Writer
from engine.domain import assignment_requests, assignments, cards, request_transitions
from engine.domain.assignment_requests import (
    AssignmentRequest,
    Cancel,
    DeliveryChanged,
    FollowUp,
    RequestFacts,
    RequestOutcome,
    RequestState,
    RequestType,
)
from engine.domain.assignments import Assignment, AssignmentOutcome, EndReason
from engine.domain.conversation import Audience, Notice, NoticeKind
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, PersonId, RequestId
from engine.domain.refusals import NotConfigured


class Unit(Writer):
    """The transaction of one command, with the moment it is taken to happen at."""

    def __init__(
        self,
        tx: Transaction,
        actor: Actor,
        *,
        ids: Ids,
        serial: LaneNames,
        telling: frozenset[str] = frozenset(),
    ) -> None:
        """Serial says of each connector whether its targets are changed one at a time.

        Those in `telling` tell when access was last used.
        """
        super().__init__(tx, actor)
        self.ids = ids
        self.telling = telling
        self._serial = serial
        self._configured: Configured | None = None

    @property
    def _claims(self) -> Claims:
        return Claims(self.tx, self.configured, ids=self.ids, serial=self._serial, now=self.now)

    @property
    def configured(self) -> Configured:
        """The stored configuration; refused before the first apply."""
        if self._configured is None:
            self._configured = self.tx.configured()
        if self._configured is None:
            raise NotConfigured
        return self._configured

    # Requests -----------------------------------------------------------------------------------

    def request_facts(
        self, request: AssignmentRequest, *, reassign_to: PersonId | None = None
    ) -> RequestFacts:
        """Who decides it now."""
        return facts.request_facts(self.tx, self.configured, request, reassign_to=reassign_to)

    def begin_request(self, request: AssignmentRequest, why: str = "") -> AssignmentRequest:
        """Set a fresh request going and store it."""
        outcome = request_transitions.begin(request, self.request_facts(request), now=self.now)
        return self.save_request(None, outcome, why)

    def save_request(
        self, before: AssignmentRequest | None, outcome: RequestOutcome, why: str = ""
    ) -> AssignmentRequest:
        """Store a request's outcome and everything that follows from it."""
        after, follow_up = outcome.request, outcome.follow_up
        if after == before:
            return after
        if follow_up is FollowUp.ASSIGN:
            assignment_id = AssignmentId(self.ids.new(self.now))
            after = replace(after, assignment_id=assignment_id)
        wake_at = _earliest(assignment_requests.due_timers(after))
        if before is None:
            self.tx.add_request(after, wake_at)
        else:
            self.tx.save_request(before, after, wake_at)
        self.audit_request(before, after, outcome.activities, why)
        self._show_request(before, after)
        self.tx.add_notices(outcome.notices, self.now)
        if follow_up is not None:
            after = self._follow_up(after, follow_up)
        return after

    def _follow_up(self, request: AssignmentRequest, follow_up: FollowUp) -> AssignmentRequest:
        assert request.assignment_id is not None
        if follow_up is FollowUp.ASSIGN:
            assignment = assignments.assign(request.assignment_id, request, now=self.now)
            outcome = AssignmentOutcome(assignment=assignment)
            self.save_assignment(None, outcome, request=request)
            return request
        assignment = self._locked(request.assignment_id)
        match follow_up:
            case FollowUp.EXTEND:
                assert request.policy is not None
                until = assignments.extension_end(assignment, request.policy, request.duration)
                extended = assignments.extend(assignment, until, request.id, now=self.now)
                self.save_assignment(assignment, extended, request=request)
            case FollowUp.WITHDRAW:
                ended = assignments.end(assignment, EndReason.CANCELED, now=self.now)
                self.save_assignment(assignment, ended, request=request)
            case FollowUp.REDELIVER:
                again = assignments.redeliver(assignment)
                self.save_assignment(assignment, again, request=request)
                self._claims.redeliver(assignment)
        return request

    def _locked(self, assignment_id: AssignmentId) -> Assignment:
        assignment = self.tx.lock_assignment(assignment_id)
        assert assignment is not None, "an approved request's assignment is never deleted"
        return assignment

    def _show_request(self, before: AssignmentRequest | None, after: AssignmentRequest) -> None:
        channel = self.configured.organization.admin_channel
        owners = self._owners(after) if after.state in assignment_requests.FAILED else ()
        shown = set(cards.request_cards(before, channel, owners)) if before else set()
        if before is not None:
            self.tx.touch_cards([after.id], self.now)
        if after.request_type is RequestType.USER_UPDATE and after.assignment_id is not None:
            self.tx.touch_cards([after.assignment_id], self.now)
        fresh = [c for c in cards.request_cards(after, channel, owners) if c not in shown]
        self.tx.show_cards(fresh, self.now)

    def _owners(self, request: AssignmentRequest) -> list[PersonId]:
        package = self.configured.packages.get(request.package_id)
        if package is None:
            return []
        return sorted(facts.catalog_owners(self.tx, self.configured, package.catalog_id))

    # Assignments --------------------------------------------------------------------------------

    def save_assignment(
        self,
        before: Assignment | None,
        outcome: AssignmentOutcome,
        *,
        request: AssignmentRequest | None = None,
        why: str = "",
    ) -> Assignment:
        """Store an assignment's outcome, claim or drop its holdings, report to its request.

        `request` is the one it reports to, if it is locked already.
        """
        after = stored = outcome.assignment
        if before is None:
            self.tx.add_assignment(stored, _wake(stored))
        if before is None or before.wanted != after.wanted:
            again = assignments.look(after, self._claims.level(before, after), now=self.now)
            outcome, after = _joined(outcome, again), again.assignment
        if before is not None or after != stored:
            self.tx.save_assignment(after, _wake(after))
        self.audit_assignment(after, outcome.activities, why)
        self.tx.add_notices(outcome.notices, self.now)
        if before is not None and before.active and not after.active:
            self._cancel_extension(after, request)
            fall_out(self.tx, after, self.now)
        if outcome.report is not None:
            self._report(after, outcome.report, request)
        if before is not None:
            self.tx.touch_cards(_shown_by(before, after), self.now)
        return after

    def look_at_assignment(
        self, assignment: Assignment, request: AssignmentRequest | None, *, left: bool
    ) -> Assignment:
        """Bring an assignment up to this moment: start, deliveries, warnings, end.

        `request` is the one it reports to, locked; `left`: the account is closed. A package whose
        resource roles were edited is caught up with here too (RES-7).
        """
        levels = self._claims.level(assignment, assignment)
        outcome = assignments.look(assignment, levels, now=self.now, left=left)
        if assignment.active and not outcome.assignment.active:
            return self.end_assignment(
                assignment, outcome, request, RequestType.SYSTEM_REMOVE, assignment.target_id
            )
        return self.save_assignment(assignment, outcome, request=request)

    def end_assignment(
        self,
        assignment: Assignment,
        outcome: AssignmentOutcome,
        origin: AssignmentRequest | None,
        request_type: RequestType,
        requestor_id: PersonId,
        why: str = "",
    ) -> Assignment:
        """Store an end, with the removal request that records it (ST-2).

        `origin` is the request that made the assignment, locked: if it was still scheduled or
        delivering, it ends as canceled.
        """
        if origin is not None:
            self._deliver_state(origin, RequestState.CANCELED)
        removal = AssignmentRequest(
            id=RequestId(self.ids.new(self.now)),
            request_type=request_type,
            state=RequestState.DELIVERING,
            package_id=assignment.package_id,
            package_name=self._package_name(assignment),
            policy_id=assignment.policy_id,
            requestor_id=requestor_id,
            target_id=assignment.target_id,
            justification=why,
            assignment_id=assignment.id,
            submitted_at=self.now,
        )
        self.tx.add_request(removal, None)
        ended = replace(outcome.assignment, removal_request_id=removal.id)
        outcome = replace(outcome, assignment=ended)
        return self.save_assignment(assignment, outcome, request=removal, why=why)

    def _package_name(self, assignment: Assignment) -> str:
        package = self.configured.packages.get(assignment.package_id)
        return package.name if package else str(assignment.package_id)

    def _report(
        self, assignment: Assignment, state: RequestState, request: AssignmentRequest | None
    ) -> None:
        if request is None or request.id != assignment.reports_to:
            request = self.tx.lock_request(assignment.reports_to)
        assert request is not None, "a request is never deleted"
        self._deliver_state(request, state)

    def _deliver_state(self, request: AssignmentRequest, state: RequestState) -> None:
        outcome = request_transitions.transition(
            request,
            DeliveryChanged(state=state),
            RequestFacts(admin_channel=self.configured.organization.admin_channel),
            now=self.now,
        )
        self.save_request(request, outcome)

    def _cancel_extension(self, assignment: Assignment, request: AssignmentRequest | None) -> None:
        """Whoever still decides about more time for what has ended is asked in vain."""
        open_id = self.tx.open_request_of(assignment.target_id, assignment.package_id)
        if open_id is None or (request is not None and open_id == request.id):
            return
        waiting = self.tx.lock_request(open_id)
        if waiting is None or waiting.request_type is not RequestType.USER_UPDATE:
            return
        channel = self.configured.organization.admin_channel
        outcome = request_transitions.transition(
            waiting,
            Cancel(by=None),
            RequestFacts(admin_channel=channel),
            now=self.now,
        )
        self.save_request(waiting, outcome)

    # Administration -----------------------------------------------------------------------------

    def tell_administrators(
        self, kind: NoticeKind, subject_id: str, what: str, *named: PersonId
    ) -> None:
        """Administration stays in the open: what was done out of sight is told in the channel."""
        if not self.actor.out_of_sight:
            return
        notice = Notice(
            key=f"administered/{self.ids.new(self.now)}",
            kind=kind,
            audience=Audience(channel_id=self.configured.organization.admin_channel),
            subject_id=subject_id,
            detail="/".join((what, self.actor.audit_name, *named)),
        )
        self.tx.add_notices([notice], self.now)

    # Wakes and holdings -------------------------------------------------------------------------

    def sleep_again(self, request: AssignmentRequest) -> None:
        """Nothing changed: only the wake, which has been used up, is written anew."""
        wake_at = _earliest(assignment_requests.due_timers(request))
        self.tx.save_request(request, request, wake_at)

    def save_holdings(self, changed: Iterable[Holding]) -> None:
        """Store holdings and wake the lanes that bring them level."""
        self._claims.save(changed)

    def look_at_claimants(self, claimed: Claimed, after: Holding) -> None:
        """What a settled holding means for the assignments that claim it, in this transaction.

        Only deliveries are looked at: what time has made due, and what else it was woken for (a
        package edited, an account closed), are left to a wake of their own, with its brake.
        """
        later = []
        for claimant in claimed.claimants:
            assignment = claimant.assignment
            claims = tuple(
                replace(claim, holding=after) if claim.holding.id == after.id else claim
                for claim in claimant.claims
            )
            moments = (claimant.wake_at, _wake(assignment))
            due = any(at is not None and at <= self.now for at in moments)
            if due or not self._claims.in_step(assignment, claims):
                later.append(assignment.id)
                continue
            levels = self._claims.level(assignment, assignment, claims)
            outcome = assignments.look(assignment, levels, now=self.now)
            if outcome.assignment == assignment:
                self.tx.touch_cards({assignment.request_id, assignment.reports_to}, self.now)
            else:
                self.save_assignment(assignment, outcome, request=claimant.request)
        self.tx.wake_assignments(self.now, ids=later)


def _earliest(timers: Iterable[tuple[datetime, str]]) -> datetime | None:
    return min((moment for moment, _ in timers), default=None)


def _wake(assignment: Assignment) -> datetime | None:
    return _earliest(assignments.due_timers(assignment))


def _shown_by(before: Assignment, after: Assignment) -> set[str]:
    """Whose cards tell of it: those of its request, and when its end changed also the others."""
    subjects = {str(after.request_id), str(after.reports_to)}
    if (before.ends_at, before.active) != (after.ends_at, after.active):
        subjects |= {after.id, *after.extended_by}
    return subjects


def _joined(first: AssignmentOutcome, then: AssignmentOutcome) -> AssignmentOutcome:
    return replace(
        then,
        activities=(*first.activities, *then.activities),
        notices=(*first.notices, *then.notices),
        report=then.report or first.report,
    )
