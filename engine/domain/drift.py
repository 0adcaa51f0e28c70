"""What a target system really has, against what we think it has. A report; nothing follows from it.

Changes made at the target itself are neither forbidden nor undone (RES-10). Whoever should have a
right and is not listed is *missing*; whoever is listed and has it from nobody of us is *outside*.
What has changed lately, or is on its way, is not judged: the list may be older than the change.

A list that lacks more than half of those who should be there is not believed: rather the group was
emptied, or the list is of something else, than that so many lost the right one by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.holdings import Holding, Level, Seen, level

SETTLED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a list differs, by accounts in order."""

    missing: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    expected: int = 0
    """How many should be listed."""

    def __bool__(self) -> bool:
        """Whether it differs."""
        return bool(self.missing or self.outside)

    @property
    def doubtful(self) -> bool:
        """Whether the list is not to be believed."""
        return len(self.missing) > 1 and 2 * len(self.missing) > self.expected


def compare(holdings: Iterable[Holding], listed: Iterable[str], *, now: datetime) -> Drift:
    """Compare every holding of one resource role with the accounts that its target lists."""
    there = frozenset(listed)
    expected: set[str] = set()
    ours: set[str] = set()
    for holding in holdings:
        account = holding.account or str(holding.person_id)
        fresh = holding.changed_at > now - SETTLED_AFTER
        if holding.wanted or holding.keep or fresh or level(holding) is Level.UNDERWAY:
            ours.add(account)
        if holding.wanted and holding.seen is Seen.PRESENT and not fresh:
            expected.add(account)
    return Drift(
        missing=tuple(sorted(expected - there)),
        outside=tuple(sorted(there - ours)),
        expected=len(expected),
    )
