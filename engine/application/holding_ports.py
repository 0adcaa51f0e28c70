"""What rights need of a transaction: holdings, and which assignments claim them.

Part of `ports.Transaction`; the same laws.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, HoldingId, PersonId, RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That an assignment gives a holding; inactive once it no longer does."""

    holding: Holding
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """An assignment that gives or gave a holding, with the request it reports to."""

    request: AssignmentRequest
    assignment: Assignment
    claims: tuple[Claim, ...]
    """All of this assignment's, in their order."""
    wake_at: datetime | None = None
    """When it is looked at next; it may have been woken for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A holding, and the assignments that a change of it may change."""

    holding: Holding
    claimants: tuple[Claimant, ...]
    """Without those that ended and have nothing left to be taken away."""


class HoldingReader(Protocol):
    """What is read of holdings."""

    def holdings_on(self, connector: str, target: str, role: str) -> tuple[Holding, ...]:
        """Everybody's holding of one resource role, past ones too."""
        ...

    def claimants_of(self, holding_id: HoldingId) -> tuple[tuple[AssignmentId, RequestId], ...]:
        """The assignments that give this holding, or, if none does, gave it.

        Each with the request it reports to.
        """
        ...

    def claims_of(self, assignment_id: AssignmentId) -> tuple[Claim, ...]:
        """Every holding this assignment gives, or gave."""
        ...


class HoldingWriter(Protocol):
    """What is written of holdings."""

    def lock_holdings(
        self, person_id: PersonId, keys: Iterable[tuple[str, str, str]]
    ) -> dict[tuple[str, str, str], Holding]:
        """Lock and read this person's holdings of these (connector, target, role)."""
        ...

    def lock_holding(self, holding_id: HoldingId) -> Holding | None:
        """Lock and read one holding."""
        ...

    def lock_claimed(self, holding_id: HoldingId) -> Claimed | None:
        """Lock and read a holding with its claimants and their requests, in the house's order."""
        ...

    def make_holdings(
        self, holdings: Iterable[tuple[Holding, str]]
    ) -> dict[tuple[str, str, str], Holding]:
        """Insert holdings and wake their lanes; one that exists is locked and given instead."""
        ...

    def save_holdings(self, holdings: Iterable[tuple[Holding, str]]) -> None:
        """Insert or write holdings, each with its lane, and wake the lanes at `next_at`."""
        ...

    def claim_holdings(self, assignment_id: AssignmentId, holdings: Iterable[HoldingId]) -> None:
        """This assignment gives these holdings."""
        ...

    def drop_claims(
        self, assignment_id: AssignmentId, holdings: Iterable[HoldingId]
    ) -> tuple[HoldingId, ...]:
        """This assignment no longer gives these; returns those that no assignment gives now.

        The rows stay, inactive, so that `claims_of` still names them.
        """
        ...
