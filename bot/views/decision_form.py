"""The form with which an approver says why: on Deny always, on Approve where the stage wants it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.views.action_ids import BlockId, CallbackId, Part
from bot.views.blocks import View, modal
from bot.views.known import Known
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.policies import ApprovalStage, ReasonRule
from engine.domain.refusals import Refusal
from engine.domain.stages import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFormData:
    """One decision on one or several requests."""

    verdict: Verdict
    requests: tuple[tuple[AssignmentRequest, int], ...]
    """Each with the number of the stage that was shown; at most ten."""


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


def build(form: DecisionFormData, known: Known) -> View:
    """The form."""
    return modal(CallbackId.DECISION_FORM, "Deny", [], submit="Deny", close="Close")


def parse(
    state: Mapping[str, object], private_metadata: str
) -> ParsedDecision | dict[str, str]:
    """The filled-in form, or what is wrong by block id."""
    return {BlockId.REASON: "Say why."}


def errors_for(refusal: Refusal, known: Known) -> dict[str, str] | None:
    """The refusal at the reason's field; None when it is not about the reason."""
    return None
