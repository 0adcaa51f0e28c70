"""One row of the audit: who did what to which thing, why and when.

A row is written for every accepted command, for everything that happened by itself, and for every
refusal of authority; in the same transaction as the change it tells of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

SYSTEM = "system"
"""The actor of what happens by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that happened. Texts that people wrote are in `why`, never in `details`."""

    at: datetime
    actor: str
    """A person's id, or `system`, or `operator` for the command line."""
    activity: str
    """What happened, as `subject.verb`: request.submitted, decision.approved."""
    request_id: str | None = None
    assignment_id: str | None = None
    package_id: str | None = None
    policy_id: str | None = None
    target_id: str | None = None
    stage: int | None = None
    why: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
