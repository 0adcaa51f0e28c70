"""What is stored of when access was last used. Part of `ports.Transaction`; the same laws.

A right (connector, target, role) is listed as a whole, in the words of its system: by accounts.
Whoever lists holds a number; a later listing has a higher one, and what the earlier one still
wants to write is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from engine.application.connectors import Use


class Right(NamedTuple):
    """What an account can have on a target system."""

    connector: str
    target: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseListing:
    """What is known of the last listing of a right."""

    right: Right
    number: int
    told_at: datetime | None = None
    """When the last complete listing was stored."""
    failed_at: datetime | None = None
    """When the last try failed, if no complete one followed."""


class UseWriter(Protocol):
    """What can be read and written of last uses inside a transaction."""

    def use_listings(self, rights: Iterable[Right]) -> dict[Right, UseListing]:
        """What is known of these; nothing of those that were never asked for."""
        ...

    def ask_uses(self, rights: Iterable[Right], now: datetime) -> None:
        """Have these listed as soon as possible, unless they are being listed."""
        ...

    def take_use_listings(
        self, now: datetime, lease: timedelta, limit: int
    ) -> tuple[UseListing, ...]:
        """Begin listings that are due; whoever does not end one in time loses it to another."""
        ...

    def save_uses(self, listing: UseListing, uses: Iterable[Use]) -> bool:
        """Store a part of a listing; False when a later listing has begun."""
        ...

    def end_use_listing(self, listing: UseListing, problem: str, now: datetime) -> None:
        """The listing is complete, and whom it did not name is not known any more; or it failed."""
        ...
