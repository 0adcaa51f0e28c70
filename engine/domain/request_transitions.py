"""The moves of an assignment request: what each command does, or the refusal that says why not.

`begin` sets a fresh request going; `transition` is everything after that. Deciding, and time, may
close a stage; closing a stage opens the next, ends the request, or approves it. The theory and
the table of permitted moves are in `assignment_requests.py`.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from engine.domain import reasons, stages
from engine.domain.assignment_requests import (
    DELIVERY_ENDED,
    FAILED,
    REMOVALS,
    REPROCESS_WITHIN,
    TRANSITIONS,
    AssignmentRequest,
    Cancel,
    Decide,
    DeliveryChanged,
    FollowUp,
    Look,
    Reassign,
    Reprocess,
    RequestCommand,
    RequestFacts,
    RequestOutcome,
    RequestState,
    RequestType,
    cancelable,
)
from engine.domain.conversation import Audience, Notice, NoticeKind
from engine.domain.ids import PersonId, RequestId
from engine.domain.policies import ApprovalStage, ReasonRule
from engine.domain.refusals import (
    AlreadyDecided,
    CannotDecide,
    ExcludedMeanwhile,
    NoLongerPending,
    NotAnApprover,
    NotCancelable,
    NotReassignable,
    NotReprocessable,
    NotYours,
    OwnRequest,
    ReasonMissing,
    YouAlreadyDecided,
)
from engine.domain.stages import ApprovalDecision, StageResult, StageRun, Verdict

_S = RequestState


def begin(request: AssignmentRequest, facts: RequestFacts, *, now: datetime) -> RequestOutcome:
    """Set a fresh `pending_approval` request going: its first stage, or straight to delivery."""
    assert request.request_type not in REMOVALS, "a removal waits for nobody's approval"
    submitted = RequestOutcome(request=request, activities=("request.submitted",))
    if not request.stages:
        return _approved(submitted, now, activity="request.auto_approved")
    return _report_unresolved(_open_stage(submitted, 0, facts, now), request, facts)


def transition(
    request: AssignmentRequest, command: RequestCommand, facts: RequestFacts, *, now: datetime
) -> RequestOutcome:
    """Do what is asked, or raise the refusal that says why not. Pure."""
    match command:
        case Decide():
            return _decide(request, command, facts, now)
        case Cancel():
            return _cancel(request, command, now)
        case Reassign():
            return _reassign(request, command, facts, now)
        case Reprocess():
            return _reprocess(request, now)
        case DeliveryChanged():
            return _delivery_changed(request, command.state, now)
        case Look():
            return look(request, facts, now=now)
        case _:
            assert_never(command)


# Deciding ---------------------------------------------------------------------------------------


def _decide(
    request: AssignmentRequest, command: Decide, facts: RequestFacts, now: datetime
) -> RequestOutcome:
    if command.by in {request.requestor_id, request.target_id}:
        raise OwnRequest
    _refuse_closed_stage(request, command, now)
    fresh = look(request, facts, now=now)
    run, stage = fresh.request.run, fresh.request.stage
    if run is None or stage is None or run.number != command.stage_number:
        _refuse_closed_stage(fresh.request, command, now)
        raise NotAnApprover
    if said := run.decision_of(command.by):
        raise YouAlreadyDecided(said.verdict is Verdict.APPROVED, said.decided_at)
    if not stages.may_decide(run, command.by):
        raise NotAnApprover
    if command.verdict is Verdict.APPROVED:
        _refuse_excluded(request, facts)
    reason = _checked_reason(command, stage)
    decision = ApprovalDecision(
        person_id=command.by, verdict=command.verdict, reason=reason, decided_at=now
    )
    run = replace(run, decisions=(*run.decisions, decision))
    decided = replace(
        fresh,
        request=_with_run(fresh.request, run),
        activities=(*fresh.activities, f"decision.{command.verdict}"),
    )
    return _report_unresolved(_settle(decided, facts, now), request, facts)


def _refuse_closed_stage(request: AssignmentRequest, command: Decide, now: datetime) -> None:
    """Say whose answer settled it, or how the request ended, if the stage on the card is over."""
    if command.stage_number >= len(request.runs):
        raise NotAnApprover
    run = request.runs[command.stage_number]
    if said := run.decision_of(command.by):
        raise YouAlreadyDecided(said.verdict is Verdict.APPROVED, said.decided_at)
    if run.result is not None and command.by not in {a.person_id for a in run.approvers}:
        raise NotAnApprover  # how it ended is not for whoever was never asked
    if run.result in {StageResult.APPROVED, StageResult.DENIED}:
        last = run.decisions[-1]
        raise AlreadyDecided(last.person_id, last.verdict is Verdict.APPROVED, last.decided_at)
    if run.result is not None:
        raise NoLongerPending(request.state, request.closed_at)
    ends_at = stages.deadline(run, request.stages[run.number])
    if now >= ends_at:
        raise NoLongerPending(RequestState.EXPIRED, ends_at)


def _refuse_excluded(request: AssignmentRequest, facts: RequestFacts) -> None:
    """Two packages that exclude each other may both have been asked for while neither was held.

    More time for what is held already is another matter (SOD-3).
    """
    excluded = facts.excluding_packages or facts.excluding_groups
    if excluded and request.request_type is RequestType.USER_ADD:
        raise ExcludedMeanwhile(facts.excluding_packages, facts.excluding_groups)


def _checked_reason(command: Decide, stage: ApprovalStage) -> str:
    reason = reasons.kept(command.reason)
    denied = command.verdict is Verdict.DENIED
    wanted = stage.reason is ReasonRule.REQUIRED or (
        stage.reason is ReasonRule.ON_DENIAL and denied
    )
    if wanted and not reason:
        raise ReasonMissing
    return reason


def _settle(outcome: RequestOutcome, facts: RequestFacts, now: datetime) -> RequestOutcome:
    """Close the running stage if its answers settle it, and go where that leads."""
    request = outcome.request
    run, stage = request.run, request.stage
    if run is None or stage is None:
        return outcome
    result = stages.settled(run, stage)
    if result is None:
        return outcome
    outcome = replace(outcome, request=_close_run(request, result, now))
    if result is StageResult.DENIED:
        return _ended(outcome, _S.DENIED, NoticeKind.REQUEST_DENIED, now)
    if run.number + 1 < len(request.stages):
        return _open_stage(outcome, run.number + 1, facts, now)
    return _approved(outcome, now, activity="request.approved")


def _approved(outcome: RequestOutcome, now: datetime, *, activity: str) -> RequestOutcome:
    """Have the access given, unless the policy's last day passed while people decided."""
    request = outcome.request
    last = request.policy.expiration.latest_end if request.policy else None
    if last is not None and last <= max(now, request.starts_at or now):
        return _ended(outcome, _S.EXPIRED, NoticeKind.REQUEST_EXPIRED, now)
    if request.request_type is RequestType.USER_UPDATE:
        state, follow_up, closed_at = _S.DELIVERED, FollowUp.EXTEND, now
    elif request.starts_at is not None and request.starts_at > now:
        state, follow_up, closed_at = _S.SCHEDULED, FollowUp.ASSIGN, None
    else:
        state, follow_up, closed_at = _S.DELIVERING, FollowUp.ASSIGN, None
    return replace(
        outcome,
        request=replace(request, state=state, closed_at=closed_at),
        activities=(*outcome.activities, activity),
        follow_up=follow_up,
    )


def _ended(
    outcome: RequestOutcome, state: RequestState, kind: NoticeKind, now: datetime
) -> RequestOutcome:
    request = replace(outcome.request, state=state, closed_at=now)
    notice = Notice(
        key=f"request/{request.id}/{state}",
        kind=kind,
        audience=Audience(person_id=request.target_id),
        subject_id=request.id,
    )
    return replace(
        outcome,
        request=request,
        activities=(*outcome.activities, f"request.{state}"),
        notices=(*outcome.notices, notice),
    )


# Stages over time -------------------------------------------------------------------------------


def look(request: AssignmentRequest, facts: RequestFacts, *, now: datetime) -> RequestOutcome:
    """Do what time and the directory made due. Closed and delivered requests stay as they are.

    Whoever has left asks for nothing any more.
    """
    unchanged = RequestOutcome(request=request)
    run, stage = request.run, request.stage
    if request.state is not _S.PENDING_APPROVAL or run is None or stage is None:
        return unchanged
    if facts.target_left:
        return _cancel(request, Cancel(by=None), now)
    if now >= stages.deadline(run, stage):
        closed = replace(unchanged, request=_close_run(request, StageResult.EXPIRED, now))
        return _ended(closed, _S.EXPIRED, NoticeKind.REQUEST_EXPIRED, now)
    step = stages.advance(run, stage, facts.approvers, now=now)
    outcome = replace(
        unchanged,
        request=_with_run(request, step.run),
        activities=(
            *(("stage.escalated",) if step.escalated else ()),
            *(("stage.reminded",) if step.reminded else ()),
        ),
        notices=tuple(_reminder(request.id, step.run, a.person_id) for a in step.reminded),
    )
    return _report_unresolved(_settle(outcome, facts, now), request, facts)


def _reminder(request_id: RequestId, run: StageRun, person_id: PersonId) -> Notice:
    return Notice(
        key=f"request/{request_id}/stage/{run.number}/reminder/{run.reminders_sent}/{person_id}",
        kind=NoticeKind.APPROVAL_REMINDER,
        audience=Audience(person_id=person_id),
        subject_id=request_id,
        detail=str(run.number),
    )


def _open_stage(
    outcome: RequestOutcome, number: int, facts: RequestFacts, now: datetime
) -> RequestOutcome:
    request = outcome.request
    run = stages.open_stage(request.stages[number], number, facts.approvers, now=now)
    return replace(
        outcome,
        request=replace(request, runs=(*request.runs, run)),
        activities=(*outcome.activities, "stage.opened"),
    )


def _report_unresolved(
    outcome: RequestOutcome, before: AssignmentRequest, facts: RequestFacts
) -> RequestOutcome:
    """Tell the administrators, once, that the policy finds too few people (APR-20)."""
    run, stage, was = outcome.request.run, outcome.request.stage, before.run
    if run is None or stage is None:
        return outcome
    if was is not None and was.number != run.number:
        was = None
    if stages.unresolved(run, stage):
        part, activity = f"unresolved/{len(run.decisions)}", "stage.unresolved"
        known = was is not None and stages.unresolved(was, stage)
    else:
        part, activity = "stand-ins", "stage.stand_ins"
        known = not stages.stand_ins(run) or (was is not None and bool(stages.stand_ins(was)))
    if known:
        return outcome
    notice = Notice(
        key=f"request/{outcome.request.id}/stage/{run.number}/{part}",
        kind=NoticeKind.APPROVERS_NOT_FOUND,
        audience=Audience(channel_id=facts.admin_channel),
        subject_id=outcome.request.id,
        detail=str(run.number),
    )
    return replace(
        outcome,
        activities=(*outcome.activities, activity),
        notices=(*outcome.notices, notice),
    )


# Everything else --------------------------------------------------------------------------------


def _cancel(request: AssignmentRequest, command: Cancel, now: datetime) -> RequestOutcome:
    theirs = command.by in {None, request.requestor_id}
    if not theirs and not command.as_administrator:
        raise NotYours
    if not cancelable(request, as_administrator=command.as_administrator):
        raise NotCancelable(request.state)
    withdrawn = FollowUp.WITHDRAW if request.state is not _S.PENDING_APPROVAL else None
    canceled = _close_run(request, StageResult.CANCELED, now)
    return RequestOutcome(
        request=replace(canceled, state=_S.CANCELED, canceled_by=command.by, closed_at=now),
        activities=("request.canceled",),
        follow_up=withdrawn,
    )


def _reassign(
    request: AssignmentRequest, command: Reassign, facts: RequestFacts, now: datetime
) -> RequestOutcome:
    outcome = look(request, facts, now=now)
    run, stage = outcome.request.run, outcome.request.stage
    if run is None or stage is None:
        raise NotReassignable(outcome.request.state)
    own = command.to in {request.requestor_id, request.target_id}
    if own or command.to not in facts.eligible_deciders or run.decision_of(command.to):
        raise CannotDecide(command.to)
    asked = stages.refresh(replace(run, reassigned_to=command.to), stage, facts.approvers, now=now)
    return replace(
        outcome,
        request=_with_run(outcome.request, asked),
        activities=(*outcome.activities, "stage.reassigned"),
    )


def _reprocess(request: AssignmentRequest, now: datetime) -> RequestOutcome:
    late = request.delivered_at is None or now > request.delivered_at + REPROCESS_WITHIN
    if request.state not in FAILED or late:
        raise NotReprocessable(request.state)
    return RequestOutcome(
        request=replace(request, state=_S.DELIVERING),
        activities=("request.reprocessed",),
        follow_up=FollowUp.REDELIVER,
    )


def _delivery_changed(
    request: AssignmentRequest, state: RequestState, now: datetime
) -> RequestOutcome:
    """Follow the assignment; what waits for approval has none.

    When the assignment ends on its way, what was never there is canceled, and what had been
    delivered before stays delivered.
    """
    if state is _S.CANCELED and request.state is _S.DELIVERING and request.closed_at:
        return RequestOutcome(
            request=replace(request, state=_S.DELIVERED), activities=("request.delivered",)
        )
    stays = state is request.state or state not in TRANSITIONS[request.state]
    if stays or request.state is _S.PENDING_APPROVAL:
        return RequestOutcome(request=request)
    ended = state in DELIVERY_ENDED
    closed = state in {_S.DELIVERED, _S.CANCELED}
    return RequestOutcome(
        request=replace(
            request,
            state=state,
            delivered_at=now if ended else request.delivered_at,
            closed_at=request.closed_at or (now if closed else None),
        ),
        activities=(f"request.{state}",),
    )


def _with_run(request: AssignmentRequest, run: StageRun) -> AssignmentRequest:
    return replace(request, runs=(*request.runs[:-1], run))


def _close_run(request: AssignmentRequest, result: StageResult, now: datetime) -> AssignmentRequest:
    if request.run is None:
        return request
    return _with_run(request, replace(request.run, result=result, closed_at=now))
