"""The card that always shows the requestor where their request stands."""

from bot.views.blocks import Message, message
from bot.views.known import Known
from engine.application.queries import RequestSummary
from engine.domain.ids import PersonId


def render(summary: RequestSummary, viewer: PersonId, known: Known) -> Message:
    """The card for this reader. No part of it depends on the moment it is drawn."""
    return message(f"{summary.request.package_name}: {summary.request.state}")
