"""One approval stage: who may decide now, when others are asked, when time is up, is it settled.

Theory of operation
-------------------
A stage opens with the people its *approvers* resolve to, less the requestor and the target, who
never decide on their own request (APR-8). If nobody is left, or fewer than must approve, others
are asked at once, in this order: the stage's *fallback approvers* (APR-14), then *stand-ins*, whom
the policy does not name: the organization's fallback approvers, the catalog's owners (APR-20). If
still too few are found the stage stands *unresolved*, and unless somebody is found it runs to its
end without access. Administrators are told of stand-ins and of an unresolved stage. Nobody and
nothing approves by itself.

*Escalation* adds people after a silence; those asked first may still decide (APR-15). It does not
move the end of the stage (ESC-4). *Reassigning* is an administrator's doing: the named person is
asked in place of the approvers.

People are resolved when the stage opens and again at each wake and click (APR-21): who left is
not waited for, who joined the group may decide. What somebody decided stays, even if they leave.

A stage is settled by the first denial; or when enough have approved. With `needed: all` that is
everybody asked who could be found; an escalation approver answers for those who stayed silent.
Settled by default it never is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.domain.ids import PersonId
from engine.domain.people import CATALOG_OWNERS, Subject, the_person
from engine.domain.policies import ApprovalStage


class ApproverRole(StrEnum):
    """Why somebody was asked."""

    PRIMARY = "primary"
    FALLBACK = "fallback"
    STAND_IN = "stand_in"
    """One of the organization's fallback approvers or an owner of the catalog (APR-20)."""
    ESCALATION = "escalation"
    REASSIGNED = "reassigned"


class Verdict(StrEnum):
    """What an approver said."""

    APPROVED = "approved"
    DENIED = "denied"


class StageResult(StrEnum):
    """How a stage ended."""

    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Somebody who is asked."""

    person_id: PersonId
    role: ApproverRole
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecision:
    """What one approver said, once; it stands."""

    person_id: PersonId
    verdict: Verdict
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRun:
    """One stage of one request, as it went so far."""

    number: int
    """From 0, the position in the request's stages."""
    opened_at: datetime
    approvers: tuple[Approver, ...] = ()
    """Who may decide now, and who has decided, in the order they were asked."""
    decisions: tuple[ApprovalDecision, ...] = ()
    reassigned_to: PersonId | None = None
    reminders_sent: int = 0
    """How many of the stage's reminders are behind us, sent or skipped."""
    escalations_done: int = 0
    closed_at: datetime | None = None
    result: StageResult | None = None

    def decision_of(self, person_id: PersonId) -> ApprovalDecision | None:
        """What this person said, if they did."""
        return next((d for d in self.decisions if d.person_id == person_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproverFacts:
    """Who the subjects of a stage are at this moment, from the mirror of the directory."""

    people: Mapping[Subject, tuple[PersonId, ...]]
    """People with an active account only, bots never; subjects that nobody matches may be left out.
    A manager is the target's."""
    organization_fallback: tuple[Subject, ...] = ()
    excluded: frozenset[PersonId] = frozenset()
    """The requestor and the target."""

    def find(self, subjects: Iterable[Subject]) -> tuple[PersonId, ...]:
        """The people these subjects are now, each once, in order, without the excluded."""
        found = (person for subject in subjects for person in self.people.get(subject, ()))
        return tuple(dict.fromkeys(person for person in found if person not in self.excluded))


def subjects_of(stage: ApprovalStage, organization_fallback: tuple[Subject, ...]) -> set[Subject]:
    """Every subject whose people must be known to run this stage."""
    wanted = {*stage.approvers, *stage.fallback_approvers, *organization_fallback, CATALOG_OWNERS}
    for escalation in stage.escalate:
        wanted |= {*escalation.to, *escalation.fallback}
    return wanted


def open_stage(
    stage: ApprovalStage, number: int, facts: ApproverFacts, *, now: datetime
) -> StageRun:
    """Start a stage: its clock, its reminders and its escalations count from now (APR-13)."""
    return refresh(StageRun(number=number, opened_at=now), stage, facts, now=now)


def refresh(
    run: StageRun, stage: ApprovalStage, facts: ApproverFacts, *, now: datetime
) -> StageRun:
    """Ask who may decide at this moment. Those asked before keep the moment they were asked."""
    roles = _roles_now(run, stage, facts)
    before = {approver.person_id: approver for approver in run.approvers}
    kept = [a for a in run.approvers if a.person_id in roles or run.decision_of(a.person_id)]
    added = [
        Approver(person_id=person_id, role=role, asked_at=now)
        for person_id, role in roles.items()
        if person_id not in before
    ]
    return replace(run, approvers=(*kept, *added))


def _roles_now(
    run: StageRun, stage: ApprovalStage, facts: ApproverFacts
) -> dict[PersonId, ApproverRole]:
    """Who would be asked if the stage opened now, and why; the first reason counts."""
    roles: dict[PersonId, ApproverRole] = {}

    def add(people: tuple[PersonId, ...], role: ApproverRole) -> None:
        for person_id in people:
            roles.setdefault(person_id, role)

    if run.reassigned_to is not None:
        add(facts.find([the_person(run.reassigned_to)]), ApproverRole.REASSIGNED)
    if not roles:
        add(facts.find(stage.approvers), ApproverRole.PRIMARY)
    enough = 1 if run.reassigned_to in roles else stage.needed or 1
    decided = {decision.person_id for decision in run.decisions}
    for others, role in (
        (stage.fallback_approvers, ApproverRole.FALLBACK),
        (facts.organization_fallback, ApproverRole.STAND_IN),
        ((CATALOG_OWNERS,), ApproverRole.STAND_IN),
    ):
        if len(roles.keys() | decided) >= enough:
            break
        add(facts.find(others), role)
    for escalation in stage.escalate[: run.escalations_done]:
        add(facts.find(escalation.to) or facts.find(escalation.fallback), ApproverRole.ESCALATION)
    return roles


def may_decide(run: StageRun, person_id: PersonId) -> bool:
    """Whether this person's answer would count now. Call it on a refreshed run."""
    return run.result is None and person_id in {a.person_id for a in undecided(run)}


def undecided(run: StageRun) -> tuple[Approver, ...]:
    """Everybody who is asked and has not answered."""
    return tuple(a for a in run.approvers if run.decision_of(a.person_id) is None)


def unresolved(run: StageRun, stage: ApprovalStage) -> bool:
    """Whether too few people can be found now for this stage ever to be approved."""
    waiting = {approver.person_id for approver in undecided(run)}
    if run.result is not None or run.reassigned_to in waiting:
        return False
    return not waiting or len(waiting) + len(run.decisions) < (stage.needed or 1)


def stand_ins(run: StageRun) -> tuple[Approver, ...]:
    """Who is asked now without being named by the policy, which finds too few (APR-20)."""
    return tuple(a for a in undecided(run) if a.role is ApproverRole.STAND_IN)


def settled(run: StageRun, stage: ApprovalStage) -> StageResult | None:
    """How the answers so far settle the stage; None while it waits (APR-6)."""
    if any(d.verdict is Verdict.DENIED for d in run.decisions):
        return StageResult.DENIED
    approvals = {d.person_id for d in run.decisions}
    if not approvals:
        return None
    if run.reassigned_to in approvals:
        return StageResult.APPROVED
    if stage.needed is not None:
        return StageResult.APPROVED if len(approvals) >= stage.needed else None
    silent = undecided(run)
    escalated = {a.person_id for a in run.approvers if a.role is ApproverRole.ESCALATION}
    asked_first = [a for a in silent if a.role is not ApproverRole.ESCALATION]
    return StageResult.APPROVED if not asked_first or approvals & escalated else None


def deadline(run: StageRun, stage: ApprovalStage) -> datetime:
    """From this moment on nobody can decide and the request is expired (APR-12)."""
    return run.opened_at + stage.decide_within


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """A running stage brought up to a moment, and what that moment brought."""

    run: StageRun
    escalated: bool = False
    reminded: tuple[Approver, ...] = ()
    """Who is to be reminded, once for all reminders that came due."""


def advance(run: StageRun, stage: ApprovalStage, facts: ApproverFacts, *, now: datetime) -> Advance:
    """Escalate and remind as far as it is due, and ask anew who may decide.

    Only the undecided are reminded, and only of what was said before the reminder's moment: who
    is asked just now has the card in front of them. A late call does not repeat what it missed.
    """
    escalations = sum(run.opened_at + step.after <= now for step in stage.escalate)
    reminders = sum(run.opened_at + lead <= now for lead in stage.remind)
    escalated = escalations > run.escalations_done
    fresh = replace(run, escalations_done=max(escalations, run.escalations_done))
    fresh = refresh(fresh, stage, facts, now=now)
    if reminders <= run.reminders_sent:
        return Advance(run=fresh, escalated=escalated)
    latest = run.opened_at + stage.remind[reminders - 1]
    return Advance(
        run=replace(fresh, reminders_sent=reminders),
        escalated=escalated,
        reminded=tuple(a for a in undecided(fresh) if a.asked_at < latest),
    )


def due_timers(run: StageRun, stage: ApprovalStage) -> tuple[tuple[datetime, str], ...]:
    """Every moment at which time alone would change this stage, with what happens then."""
    reminders = stage.remind[run.reminders_sent :]
    escalations = stage.escalate[run.escalations_done :]
    return (
        *((run.opened_at + lead, "reminder") for lead in reminders),
        *((run.opened_at + escalation.after, "escalation") for escalation in escalations),
        (deadline(run, stage), "time-out"),
    )
