"""The App Home tab: everything that concerns its reader, at one look."""

from dataclasses import dataclass, field

from bot.views.action_ids import ListName
from bot.views.blocks import View
from bot.views.known import Known
from engine.application.queries import HeldSummary, Page, RequestSummary, WaitingSummary
from engine.domain.holdings import Holding

PAGE_SIZE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminCounts:
    """What administrators see besides."""

    failed: int = 0
    """Requests delivery of which failed, wholly or in part."""
    parked: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeData:
    """What the tab shows; ask for `PAGE_SIZE` rows of each list from its offset."""

    command: str = "/access"
    waiting: Page[WaitingSummary] = field(default_factory=lambda: Page(rows=(), offset=0, total=0))
    requests: Page[RequestSummary] = field(
        default_factory=lambda: Page(rows=(), offset=0, total=0)
    )
    held: Page[HeldSummary] = field(default_factory=lambda: Page(rows=(), offset=0, total=0))
    tasks: Page[Holding] = field(default_factory=lambda: Page(rows=(), offset=0, total=0))
    admin: AdminCounts | None = None
    """Only for administrators."""


def build(data: HomeData, known: Known) -> View:
    """The tab (`views.publish`)."""
    return {"type": "home", "blocks": []}


def offsets(private_metadata: str) -> dict[ListName, int]:
    """Where each list of the shown tab stands; start from it when one list turns a page."""
    return {}
