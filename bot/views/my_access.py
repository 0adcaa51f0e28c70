"""`/access mine`: what I hold and until when, and what I have asked for."""

from bot.views.blocks import Message, message
from bot.views.known import Known
from engine.application.queries import HeldSummary, Page, RequestSummary

PAGE_SIZE = 5
"""Rows of each of the two lists that one message shows; ask the queries for as many."""


def render(held: Page[HeldSummary], requests: Page[RequestSummary], known: Known) -> Message:
    """Both lists."""
    return message("Your access.")
