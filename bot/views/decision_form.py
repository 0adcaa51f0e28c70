"""The form with which an approver says why: on Deny always, on Approve where the stage wants it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.views import form_state
from bot.views.action_ids import (
    ActionId,
    BadValue,
    BlockId,
    CallbackId,
    Part,
    parse_part,
    with_part,
)
from bot.views.blocks import Block, View, input_block, modal, section, text_input
from bot.views.known import Known
from bot.views.request_form import error_text
from bot.views.texts import quote
from bot.views.wording import forms, words
from bot.views.wording.requests import asks
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.policies import ApprovalStage, ReasonRule
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import ReasonMissing, ReasonTooLong, Refusal
from engine.domain.stages import Verdict

AT_ONCE = 10
"""Requests one form decides."""
JUSTIFICATION_SHOWN = 1500
JUSTIFICATION_SHOWN_EACH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFormData:
    """One decision on one or several requests."""

    verdict: Verdict
    requests: tuple[tuple[AssignmentRequest, int], ...]
    """Each with the number of the stage that was shown; one to ten."""
    told: tuple[Block, ...] = ()
    """What has just become of the others that were ticked, which need no reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDecision:
    """A filled-in form."""

    verdict: Verdict
    targets: tuple[Part, ...]
    """Request id and stage number of each."""
    reason: str


def opens(stage: ApprovalStage, verdict: Verdict) -> bool:
    """Whether the press opens this form, rather than deciding at once."""
    return verdict is Verdict.DENIED or stage.reason is ReasonRule.REQUIRED


def required(stage: ApprovalStage, verdict: Verdict) -> bool:
    """Whether the reason may not be left empty (APR-9)."""
    if verdict is Verdict.DENIED:
        return stage.reason is not ReasonRule.OPTIONAL
    return stage.reason is ReasonRule.REQUIRED


def build(form: DecisionFormData) -> View:
    """The form. The reason is required as soon as one of the stages wants it."""
    shown = form.requests[:AT_ONCE]
    approve = form.verdict is Verdict.APPROVED
    needed = any(_required(request, number, form.verdict) for request, number in shown)
    several = len(shown) > 1
    title = forms.decision_title_several if several else forms.decision_title
    effect = forms.decision_effect(approve, len(shown))
    reason = text_input(ActionId.REASON, multiline=True, most=MAX_REASON)
    return modal(
        CallbackId.DECISION_FORM,
        title(approve),
        [
            *form.told,
            *(_request(request, several=several) for request, _ in shown),
            *([section(effect)] if effect else []),
            input_block(
                BlockId.REASON,
                words.REASON,
                reason,
                optional=not needed,
                hint=forms.REASON_HINT_SEVERAL if several else forms.REASON_HINT,
            ),
        ],
        submit=forms.decision_verb(approve),
        close=words.CLOSE,
        private_metadata=form_state.remember(
            verdict=form.verdict.value,
            targets=[with_part(request.id, number) for request, number in shown],
        ),
    )


def _required(request: AssignmentRequest, number: int, verdict: Verdict) -> bool:
    return number < len(request.stages) and required(request.stages[number], verdict)


def _request(request: AssignmentRequest, *, several: bool) -> Block:
    limit = JUSTIFICATION_SHOWN_EACH if several else JUSTIFICATION_SHOWN
    why = f"\n{quote(request.justification, limit)}" if request.justification else ""
    return section(f"{asks(request)}.{why}")


def parse(state: Mapping[str, object], private_metadata: str) -> ParsedDecision | dict[str, str]:
    """The filled-in form. Raises `BadValue` if it is not ours.

    Whether a reason may be missing is for the stage to say: `errors_for` shows its refusal.
    """
    verdict = form_state.remembered_text(private_metadata, "verdict")
    targets = form_state.remembered(private_metadata).get("targets")
    if verdict not in set(Verdict) or not isinstance(targets, list) or not targets:
        raise BadValue(private_metadata)
    return ParsedDecision(
        verdict=Verdict(verdict),
        targets=tuple(parse_part(target) for target in targets[:AT_ONCE]),
        reason=form_state.text(state, BlockId.REASON),
    )


def errors_for(
    refusal: Refusal, known: Known, state: Mapping[str, object]
) -> dict[str, str] | None:
    """The refusal at the reason's field; None when it is not about the reason."""
    if isinstance(refusal, ReasonMissing | ReasonTooLong) and BlockId.REASON in state:
        return {str(BlockId.REASON): error_text(refusal, known)}
    return None
