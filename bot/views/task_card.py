"""The card that asks a person to grant or remove something by hand."""

from collections.abc import Mapping

from bot.views.blocks import Message, message
from bot.views.known import Known
from engine.domain.holdings import Holding

MAX_NOTE = 1000


def render(holding: Holding, generation: int, known: Known) -> Message:
    """The card for the task shown with this generation of the holding (`MessageWork.part`)."""
    return message("Please do this.")


def parse_note(state: Mapping[str, object]) -> str:
    """What was written beside Done (`payload["state"]["values"]`); often nothing."""
    return ""
