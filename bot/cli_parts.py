"""What commands can fail with, and what they find out; `operations` finds it out for them."""

from dataclasses import dataclass
from datetime import datetime


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
