"""The card on which an approver decides one stage of a request.

While it waits for its reader it shows everything the decision needs, so that nobody has to look
elsewhere, and the two buttons. Afterwards it says in one line who decided and when, what became of
the request, and keeps just enough to be recognized. Nothing on it depends on the moment.
"""

from bot.views.action_ids import ActionId, with_part
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    context,
    header,
    message,
    section,
)
from bot.views.known import Known
from bot.views.texts import quote
from bot.views.wording import approvals, requests, stages, words
from engine.application.queries import RequestSummary
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.ids import PersonId
from engine.domain.policies import ApprovalStage, JustificationRule
from engine.domain.stages import Approver, StageResult, StageRun, may_decide

STAGES_SHOWN = 12


def render(summary: RequestSummary, stage_number: int, viewer: PersonId, known: Known) -> Message:
    """The card for this approver."""
    request = summary.request
    if stage_number >= len(request.runs) or stage_number >= len(request.stages):
        return message(f"{requests.spoken(request)} {requests.NOTHING_TO_DECIDE}")
    run, stage = request.runs[stage_number], request.stages[stage_number]
    if may_decide(run, viewer):
        return _to_decide(summary, run, stage, viewer, known)
    return _decided(summary, run, stage, viewer)


# Waiting ----------------------------------------------------------------------------------------


def _to_decide(
    summary: RequestSummary, run: StageRun, stage: ApprovalStage, viewer: PersonId, known: Known
) -> Message:
    request = summary.request
    approver = next(a for a in run.approvers if a.person_id == viewer)
    blocks = [
        header(requests.asks_plainly(request, known.name(request.requestor_id))),
        section(fields=_facts(summary, run, stage, known)),
        *_why(request),
        *_earlier(request, run.number, known),
        context(*_asked(run, stage, approver, request)),
        actions(*decision_buttons(request, run.number, known, primary=True)),
    ]
    return message(approvals.please_decide(request, run, stage), blocks)


def _facts(summary: RequestSummary, run: StageRun, stage: ApprovalStage, known: Known) -> list[str]:
    request = summary.request
    fields = [
        f"*{approvals.WHO}*\n{approvals.who(request.requestor_id, known)}",
        f"*{words.PACKAGE}*\n{approvals.package(request, known)}",
        f"*{words.FOR_HOW_LONG}*\n{requests.wanted_time(request, summary.assignment)}",
    ]
    if request.request_type is not RequestType.USER_UPDATE:
        fields.append(f"*{words.STARTS}*\n{requests.start(request)}")
    fields.append(f"*{approvals.STAGE}*\n{stages.where(request, run.number)}")
    fields.append(f"*{approvals.DECIDE_BY}*\n{stages.decide_by(run, stage)}")
    return fields


def _why(request: AssignmentRequest) -> list[Block]:
    """What the requestor wrote; where the form did not ask for it, nothing is missing."""
    policy = request.policy
    if request.justification:
        return [section(f"*{words.JUSTIFICATION}*\n{quote(request.justification)}")]
    if policy is not None and policy.justification is JustificationRule.HIDDEN:
        return []
    return [section(f"*{words.JUSTIFICATION}*\n{approvals.NO_JUSTIFICATION}")]


def _earlier(request: AssignmentRequest, number: int, known: Known) -> list[Block]:
    """What earlier stages said."""
    first = max(0, number - STAGES_SHOWN)
    return [section(stages.line(request, n, known)) for n in range(first, number)]


def _asked(
    run: StageRun, stage: ApprovalStage, approver: Approver, request: AssignmentRequest
) -> tuple[str, ...]:
    return (
        stages.why_you(approver),
        stages.quorum(run, stage, approver),
        *((f"{stages.so_far(run, stage)}.",) if run.decisions else ()),
        requests.numbered(request),
    )


def decision_buttons(
    request: AssignmentRequest, stage_number: int, known: Known, *, primary: bool = False
) -> tuple[Block, Block]:
    """Approve and Deny for one stage. Only a card of its own has a primary button."""
    value = with_part(request.id, stage_number)
    what = requests.asks_plainly(request, known.name(request.requestor_id))
    approve = button(
        words.APPROVE,
        ActionId.APPROVE,
        value,
        style=Style.PRIMARY if primary else None,
        spoken=f"{words.APPROVE}: {what}",
    )
    deny = button(
        words.DENY,
        ActionId.DENY,
        value,
        style=Style.DANGER if primary else None,
        spoken=f"{words.DENY}: {what}",
    )
    return approve, deny


# Not waiting ------------------------------------------------------------------------------------


def _decided(
    summary: RequestSummary, run: StageRun, stage: ApprovalStage, viewer: PersonId
) -> Message:
    request = summary.request
    said = run.decision_of(viewer)
    if run.result is StageResult.CANCELED:
        line = requests.standing(summary)
    elif run.result is not None:
        line = f"{stages.outcome(run)}.{stages.reasons(run)}"
    elif said is not None:
        line = stages.your_answer(said, run, stage)
    else:
        line = stages.not_you(run)
    lasting = requests.wanted_time(request, summary.assignment)
    after = approvals.afterwards(summary, run)
    blocks = [
        section(approvals.condensed(request, lasting)),
        section(line),
        *([context(after)] if after else []),
        *_kept(request),
    ]
    return message(f"{requests.spoken(request)} {line}", blocks)


def _kept(request: AssignmentRequest) -> list[Block]:
    why = [approvals.kept(request.justification)] if request.justification else []
    return [context(*why, requests.numbered(request))]
