"""Who writes in a transaction, at which moment, and how that is put into the audit."""

from collections.abc import Iterable
from datetime import datetime

from engine.application.audit import AuditEntry
from engine.application.commands import Actor
from engine.application.holding_ports import Claimed
from engine.application.ports import Transaction
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, RequestId

_SAID = frozenset({"request.submitted", "decision.approved", "decision.denied"})
"""Activities that carry what a person wrote."""
_OF_THE_NEXT_STAGE = frozenset({"stage.opened", "stage.unresolved", "stage.stand_ins"})
"""What a decision may bring about in the stage after the one it was made in."""


class Writer:
    """A transaction in somebody's name."""

    def __init__(self, tx: Transaction, actor: Actor) -> None:
        """Nothing is read before it is needed."""
        self.tx = tx
        self.actor = actor

    @property
    def now(self) -> datetime:
        """The moment it happens at; on PostgreSQL the database's, which rides along with a read."""
        return self.tx.now()

    # Audit --------------------------------------------------------------------------------------

    def audit(self, activity: str, **details: str) -> None:
        """One row about something that is neither a request nor an assignment."""
        self.tx.audit(
            [
                AuditEntry(
                    at=self.now,
                    actor=self.actor.audit_name,
                    activity=activity,
                    details=details,
                )
            ]
        )

    def audit_holding(
        self, activity: str, holding: Holding, why: str = "", claimed: Claimed | None = None
    ) -> None:
        """One row about something done on a target system, for each assignment that gives it.

        `claimed` is the holding with its claimants, if they have been read already.
        """
        claimants = _giving(claimed) if claimed is not None else ()
        self.tx.audit(
            AuditEntry(
                at=self.now,
                actor=self.actor.audit_name,
                activity=activity,
                request_id=request_id,
                assignment_id=assignment_id,
                target_id=holding.person_id,
                why=why,
                details={
                    "connector": holding.connector,
                    "target": holding.target,
                    "role": holding.role,
                },
            )
            for assignment_id, request_id in claimants or self.tx.claimants_of(holding.id)
        )

    def audit_request(
        self,
        before: AssignmentRequest | None,
        request: AssignmentRequest,
        activities: Iterable[str],
        why: str,
    ) -> None:
        """One row for each; the words somebody wrote stand with what they did, and only there."""
        running = before.run.number if before and before.run else None
        latest = request.runs[-1].number if request.runs else None
        self.tx.audit(
            AuditEntry(
                at=self.now,
                actor=self.actor.audit_name,
                activity=activity,
                request_id=request.id,
                assignment_id=request.assignment_id,
                package_id=request.package_id,
                policy_id=request.policy_id,
                target_id=request.target_id,
                stage=latest if running is None or activity in _OF_THE_NEXT_STAGE else running,
                why=why if activity in _SAID else "",
                details=_handed_to(request) if activity == "stage.reassigned" else {},
            )
            for activity in activities
        )

    def audit_assignment(self, assignment: Assignment, activities: Iterable[str], why: str) -> None:
        """What happened to an assignment."""
        self.tx.audit(
            AuditEntry(
                at=self.now,
                actor=self.actor.audit_name,
                activity=activity,
                request_id=assignment.reports_to,
                assignment_id=assignment.id,
                package_id=assignment.package_id,
                policy_id=assignment.policy_id,
                target_id=assignment.target_id,
                why=why,
            )
            for activity in activities
        )


def _handed_to(request: AssignmentRequest) -> dict[str, str]:
    """Whom an administrator asked in place of the stage's approvers."""
    to = request.runs[-1].reassigned_to if request.runs else None
    return {"to": to} if to else {}


def _giving(claimed: Claimed) -> tuple[tuple[AssignmentId, RequestId], ...]:
    """The assignments that give a holding, each with the request it reports to."""
    return tuple(
        (each.assignment.id, each.assignment.reports_to)
        for each in claimed.claimants
        if any(claim.active and claim.holding.id == claimed.holding.id for claim in each.claims)
    )
