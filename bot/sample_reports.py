"""An invented system that remembers who used what: the playground's own, and nobody else's.

It shows what reviewers see where a system tells when access was last used, and how little a
connector needs for that. Its accounts live in memory and go with the process. As in any company,
one works with it every day, one looked once, one never did; of the others it knows nothing.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

import configuration
from engine.application.connectors import Gone, Hold, HoldState, Target, Use
from engine.domain.people import Person, PersonKind

NAME = "sample_reports"
TARGET = "sales-reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How somebody uses it."""

    at_first: bool
    """They looked at it on the day they got it."""
    every: timedelta | None = None
    """And come back so often."""

    def last_use(self, since: datetime, now: datetime) -> datetime | None:
        """When they last used what they have had since then."""
        if self.every is not None:
            return since + (now - since) // self.every * self.every
        return since if self.at_first else None


HABITS = MappingProxyType(
    {
        "rita@contoso.com": Habit(at_first=True, every=timedelta(days=1)),
        "ed@contoso.com": Habit(at_first=True),
        "ivan@contoso.com": Habit(at_first=False),
    }
)
CATALOG = f"""
  # Only in the playground: an invented system that remembers who used what.
  - name: Sales
    description: What the sales team works with
    owners: [mia@contoso.com]
    resources:
      - name: sales-reports
        connector: {NAME}
        id: {TARGET}
        roles: [reader]
    packages:
      - name: Sales reports
        description: Figures of the quarter, in a system that remembers who looks at them
        grants:
          - {{resource: sales-reports, role: reader}}
        policies:
          - name: Employees
            requestors: {{scope: all_members}}
            justification: optional
            expiration: {{after: P365D}}
            # What was not used in 30 days is recommended to be removed.
            reviews:
              every: quarterly
              starting: 2027-01-01
              reviewers: [{{catalog_owners: true}}]
              open_for: P14D
              remind: [P7D]
              on_no_response: take_recommendation
              reason: optional
"""


def sample_configuration() -> str:
    """The sample file, and the system that only the playground has."""
    return configuration.sample_text().rstrip() + "\n" + CATALOG


class SampleReports:
    """The connector; an account is an e-mail address."""

    serial: bool = False

    def __init__(self, now: Callable[[], datetime]) -> None:
        """`now` is the clock that the playground moves."""
        self._now = now
        self._since: dict[str, datetime] = {}

    async def find(self, person: Person) -> str | None:
        """Everybody with an address has an account."""
        return person.email if person.kind is not PersonKind.BOT else None

    async def grant(self, target: Target, account: str) -> Hold:
        """Let somebody in."""
        _require(target)
        changed = account not in self._since
        self._since.setdefault(account, self._now())
        return Hold(account=account, changed=changed)

    async def revoke(self, target: Target, account: str) -> Hold:
        """Keep somebody out."""
        _require(target)
        changed = self._since.pop(account, None) is not None
        return Hold(account=account, state=HoldState.ABSENT, changed=changed)

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """Whoever is let in."""
        _require(target)
        for account in tuple(self._since):
            yield Hold(account=account)

    async def last_uses(self, target: Target) -> AsyncIterator[Use]:
        """Of those whose habits are known."""
        _require(target)
        now = self._now()
        for account, since in tuple(self._since.items()):
            if (habit := HABITS.get(account)) is not None:
                yield Use(account=account, at=habit.last_use(since, now))

    async def check(self, target: Target | None = None) -> None:
        """There is one target."""
        if target is not None:
            _require(target)


def _require(target: Target) -> None:
    if target.id != TARGET or target.role != "reader":
        raise Gone("The reports have no such thing.", what="target")
