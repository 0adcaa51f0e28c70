"""What lanes need of a transaction: leases, the work at their heads, and what is to be shown.

Part of `ports.Transaction`; the same laws.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from engine.application.connectors import Target
from engine.domain.conversation import Audience, Card, Notice
from engine.domain.holdings import Holding
from engine.domain.people import Person


class LaneKind(StrEnum):
    """What a lane carries."""

    MESSAGES = "messages"
    HOLDINGS = "holdings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on a lane until `ends_at`; `number` is the fence."""

    lane: str
    number: int
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWork:
    """One message to be brought up to date: the head of a leased lane."""

    lease: Lease
    key: str
    is_card: bool
    kind: str
    """A `CardKind` or `NoticeKind`."""
    subject_id: str
    part: int
    audience: Audience
    detail: str
    channel: str | None
    """Where it was posted; None when it never was, as far as we know."""
    ts: str | None
    digest: str | None
    """Of what was last shown."""
    sending_since: datetime | None
    """Set when an earlier attempt may have reached the other side: look before posting again."""
    attempts: int
    """Attempts before this one."""
    refusals: int
    """How many of them failed for reasons of the message's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingWork:
    """One holding to be brought level: the head of a leased lane, its attempt written down."""

    lease: Lease
    holding: Holding
    """As `holdings.begin` left it."""
    target: Target
    person: Person


class LaneWriter(Protocol):
    """What is written of lanes, and of the messages they carry."""

    # Messages

    def show_cards(self, cards: Iterable[Card], now: datetime) -> None:
        """Make sure these cards exist and are up to date; wakes their lanes."""
        ...

    def touch_cards(self, subject_ids: Iterable[str], now: datetime) -> None:
        """Bring every card of these subjects up to date; wakes their lanes."""
        ...

    def add_notices(self, notices: Iterable[Notice], now: datetime) -> None:
        """Say these, each once for ever by its key; wakes their lanes."""
        ...

    # Lanes

    def lease_lanes(
        self, kind: LaneKind, holder: str, now: datetime | None, lease: timedelta, limit: int
    ) -> tuple[Lease, ...]:
        """Take due lanes, skipping those others hold; `now` is this moment if it is not given."""
        ...

    def head_messages(self, leases: Iterable[Lease]) -> tuple[MessageWork, ...]:
        """Of lanes leased just now: mark the first waiting message as being sent, and return it."""
        ...

    def head_holdings(self, leases: Iterable[Lease]) -> dict[str, Holding]:
        """Of lanes leased just now: the first due holding, removals before grants, by lane."""
        ...

    def lock_lane(self, lease: Lease) -> bool:
        """Whether the lane is still ours; locked at once, for whoever locks nothing else."""
        ...

    def still_leased(self, lease: Lease) -> bool:
        """Whether the lane is still ours; locked at the end, and then looked at again."""
        ...

    def message_shown(
        self, work: MessageWork, *, channel: str, ts: str, digest: str, now: datetime
    ) -> None:
        """It is there as rendered. If it was touched again meanwhile it stays waiting."""
        ...

    def message_failed(
        self,
        work: MessageWork,
        *,
        problem: str,
        retry_at: datetime | None,
        reached: bool | None,
        refused: bool,
        now: datetime,
    ) -> None:
        """It is not. `retry_at` None gives up; `reached` False: it surely never left.

        `refused`: for reasons of its own, so it is one of the message's `refusals`.
        """
        ...

    def release_lane(self, lease: Lease, now: datetime, not_before: datetime) -> None:
        """Give the lane back; it wakes for its next work, but not before that moment."""
        ...
