"""The card on which an approver decides one stage of a request."""

from bot.views.blocks import Message, message
from bot.views.known import Known
from engine.application.queries import RequestSummary
from engine.domain.ids import PersonId


def render(summary: RequestSummary, stage_number: int, viewer: PersonId, known: Known) -> Message:
    """The card for this approver. No part of it depends on the moment it is drawn."""
    return message(f"{summary.request.package_name}: {summary.request.state}")
