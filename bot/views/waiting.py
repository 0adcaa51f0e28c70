"""`/access` and `/access approvals`: the menu, and what waits for my decision."""

from collections.abc import Mapping

from bot.views.action_ids import Part
from bot.views.blocks import Message, message
from bot.views.known import Known
from engine.application.queries import Page, WaitingSummary

PAGE_SIZE = 5


def menu(command: str, *, waiting: int = 0, held: int = 0) -> Message:
    """What `/access` alone answers; the numbers are shown beside the buttons."""
    return message("What would you like to do?")


def render(page: Page[WaitingSummary], known: Known) -> Message:
    """Everything that waits for this person, with Approve and Deny, one by one or several."""
    return message("Waiting for you.")


def parse_selection(state: Mapping[str, object]) -> tuple[Part, ...]:
    """What is ticked (`payload["state"]["values"]`): request ids and stage numbers."""
    return ()
