"""What the commands need of the house, as values and as protocols; `operations` builds it.

A command opens the database for reading beside a running `usher serve`, or for writing instead of
one (SQLite lets in one writing process only).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.application.ports import Store
from engine.application.queries import Queries
from engine.application.service import Entitlements


class Fault(Exception):
    """Something expected that stops a command; each sentence says what to do."""

    def __init__(self, *sentences: str) -> None:
        """One sentence for each fault."""
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class NoDatabase(Fault):
    """There is no database yet; nothing was ever served, applied or migrated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorState:
    """How much of the directory is known, and since when."""

    people: int
    """Active people; 0: it was never read."""
    read_at: datetime | None
    """When everything was read last, as far as known; aware, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """What a check of the audit found."""

    rows: int
    sealed: int
    """Rows covered by a seal; the newest ones are sealed within seconds."""
    last_seal: str | None
    """The hash all sealed rows follow from, in hexadecimal; None before the first seal."""
    problems: tuple[str, ...]
    """Changed, missing or reordered rows, a sentence each; empty: nothing was tampered with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What a migration did."""

    changed: bool
    """False: the tables were up to date already."""
    revision: str


class Database(Protocol):
    """An open database with what works on it."""

    @property
    def store(self) -> Store:
        """Transactions; writing raises when it was opened for reading."""
        ...

    @property
    def service(self) -> Entitlements:
        """The door for writes."""
        ...

    @property
    def queries(self) -> Queries:
        """The reads."""
        ...

    async def mirror_state(self) -> MirrorState:
        """How much of the directory is known."""
        ...

    def audit_lines(self, since: datetime | None) -> AsyncIterator[str]:
        """The audit as JSON texts, oldest first; from `since` on, if given."""
        ...

    async def verify_audit(self) -> AuditVerdict:
        """Check every row against its seal, and the seals against each other."""
        ...
