"""What happens to a stage in the stories about stages."""

from dataclasses import replace
from datetime import timedelta

from engine.domain import stages
from engine.domain.ids import PersonId
from engine.domain.policies import ApprovalStage
from engine.domain.stages import (
    ApprovalDecision,
    ApproverFacts,
    ApproverRole,
    StageRun,
    Verdict,
)
from tests.builders import (
    HOUR,
    NOW,
    approver_facts,
)


def opened(stage: ApprovalStage, known: ApproverFacts | None = None) -> StageRun:
    """The stage has just opened."""
    return stages.open_stage(stage, 0, known or approver_facts(), now=NOW)


def said(run: StageRun, verdict: Verdict, *people: PersonId) -> StageRun:
    """These people have answered."""
    answers = [
        ApprovalDecision(person_id=person, verdict=verdict, reason="", decided_at=NOW)
        for person in people
    ]
    return replace(run, decisions=(*run.decisions, *answers))


def approved(run: StageRun, *people: PersonId) -> StageRun:
    """These people have approved."""
    return said(run, Verdict.APPROVED, *people)


def names(run: StageRun) -> list[PersonId]:
    """Everybody asked, in order."""
    return [approver.person_id for approver in run.approvers]


def roles(run: StageRun) -> dict[PersonId, ApproverRole]:
    """Why each was asked."""
    return {approver.person_id: approver.role for approver in run.approvers}


def later(
    run: StageRun,
    stage: ApprovalStage,
    after: timedelta,
    known: ApproverFacts | None = None,
) -> StageRun:
    """The stage brought up to so long after it opened."""
    return stages.advance(run, stage, known or approver_facts(), now=NOW + after).run


def reassigned(run: StageRun, stage: ApprovalStage, to: PersonId) -> StageRun:
    """An administrator asks this person instead."""
    return stages.refresh(replace(run, reassigned_to=to), stage, approver_facts(), now=NOW + HOUR)


def reminded(
    run: StageRun, stage: ApprovalStage, after: timedelta, known: ApproverFacts | None = None
) -> list[PersonId]:
    """Who is reminded at that moment."""
    step = stages.advance(run, stage, known or approver_facts(), now=NOW + after)
    return [approver.person_id for approver in step.reminded]
