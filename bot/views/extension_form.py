"""The form with which more time is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.views import durations, form_state
from bot.views.action_ids import BlockId, CallbackId, parse_id
from bot.views.blocks import Block, View, modal, section
from bot.views.known import Known
from bot.views.request_form import (
    duration_field,
    error_text,
    justification_field,
    who_is_asked,
)
from bot.views.texts import when
from bot.views.wording import forms, words
from engine.application.previews import StagePreview
from engine.application.queries import HeldSummary
from engine.domain.ids import AssignmentId
from engine.domain.policies import AssignmentPolicy
from engine.domain.refusals import (
    JustificationMissing,
    JustificationTooLong,
    MayNotChooseTimes,
    Refusal,
    TooLong,
    TooShort,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionFormData:
    """Everything the form shows."""

    held: HeldSummary
    policy: AssignmentPolicy
    longest_end: datetime | None
    """`assignments.extension_end(assignment, policy, None)`; None: no end."""
    stages: tuple[StagePreview, ...] = ()
    """Who would be asked; empty when no approval is needed for an extension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedExtension:
    """A filled-in form."""

    assignment_id: AssignmentId
    duration: timedelta | None
    """None: as long as the policy gives."""
    justification: str


def build(form: ExtensionFormData) -> View:
    """The form."""
    policy = form.policy
    ends = forms.new_end(when(form.longest_end) if form.longest_end else None)
    blocks: list[Block] = [
        section(f"{forms.extension(form.held)} {ends}"),
        section(who_is_asked(form.stages, forms.NO_APPROVAL_EXTENSION)),
        *justification_field(policy, read=bool(form.stages)),
    ]
    ends_at = form.held.assignment.ends_at
    if policy.requestor_may_shorten and ends_at is not None:
        choices = durations.choices(policy.expiration, now=ends_at)
        blocks.append(duration_field(policy, choices))
    return modal(
        CallbackId.EXTENSION_FORM,
        forms.EXTENSION_TITLE,
        blocks,
        submit=words.EXTEND,
        close=words.CLOSE,
        private_metadata=form_state.remember(assignment=form.held.assignment.id),
    )


def parse(state: Mapping[str, object], private_metadata: str) -> ParsedExtension | dict[str, str]:
    """The filled-in form, or what is wrong by block id. Raises `BadValue` if it is not ours."""
    assignment_id = parse_id(form_state.remembered_text(private_metadata, "assignment"))
    try:
        duration = durations.parse(form_state.choice(state, BlockId.DURATION))
    except ValueError:
        return {str(BlockId.DURATION): forms.CHOOSE_DURATION}
    return ParsedExtension(
        assignment_id=AssignmentId(assignment_id),
        duration=duration,
        justification=form_state.text(state, BlockId.JUSTIFICATION),
    )


def errors_for(
    refusal: Refusal, known: Known, state: Mapping[str, object]
) -> dict[str, str] | None:
    """The refusal at its field; None when the form shows no field it is about."""
    match refusal:
        case JustificationMissing() | JustificationTooLong():
            block_id = BlockId.JUSTIFICATION
        case TooLong() | TooShort() | MayNotChooseTimes():
            block_id = BlockId.DURATION
        case _:
            return None
    return {str(block_id): error_text(refusal, known)} if block_id in state else None
