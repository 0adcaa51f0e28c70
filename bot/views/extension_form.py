"""The form with which more time is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.views.action_ids import BlockId, CallbackId
from bot.views.blocks import View, modal
from bot.views.known import Known
from bot.views.request_form import StagePreview
from engine.application.queries import HeldSummary
from engine.domain.ids import AssignmentId
from engine.domain.policies import AssignmentPolicy
from engine.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionFormData:
    """Everything the form shows."""

    held: HeldSummary
    policy: AssignmentPolicy
    longest_end: datetime
    """`assignments.extension_end(assignment, policy, None)`."""
    stages: tuple[StagePreview, ...] = ()
    """Who would be asked; empty when no approval is needed for an extension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedExtension:
    """A filled-in form."""

    assignment_id: AssignmentId
    duration: timedelta | None
    """None: as long as the policy gives."""
    justification: str


def build(form: ExtensionFormData, known: Known) -> View:
    """The form."""
    return modal(CallbackId.EXTENSION_FORM, "Extend access", [], submit="Extend", close="Close")


def parse(
    state: Mapping[str, object], private_metadata: str
) -> ParsedExtension | dict[str, str]:
    """The filled-in form, or what is wrong by block id."""
    return {BlockId.JUSTIFICATION: "Say why."}


def errors_for(refusal: Refusal, known: Known) -> dict[str, str] | None:
    """The refusal at its field; None when the form has no field it is about."""
    return None
