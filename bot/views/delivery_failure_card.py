"""The card in the administrators' channel that says what could not be delivered, and why."""

from bot.views.blocks import Message, message
from bot.views.known import Known
from engine.application.queries import RequestSummary


def render(summary: RequestSummary, known: Known) -> Message:
    """The card."""
    return message(f"{summary.request.package_name}: {summary.request.state}")
