"""The read side: what lists, cards, the home tab and reports show, as frozen summaries.

Reads skip the rules and never wait for a writer. Every list is paged: `limit` rows from `offset`,
and `total` says how many there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from engine.application.audit import AuditEntry
from engine.application.configured import Configured
from engine.domain.assignment_requests import AssignmentRequest, RequestState
from engine.domain.assignments import Assignment
from engine.domain.conversation import Card
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, GroupId, HoldingId, PackageId, PersonId, RequestId
from engine.domain.people import Person

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some rows of a longer list."""

    rows: tuple[T, ...]
    offset: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSummary:
    """A request with its assignment and how far each resource role has got."""

    request: AssignmentRequest
    assignment: Assignment | None = None
    holdings: tuple[Holding, ...] = ()
    """Those the assignment claims or claimed, in the order of their resources."""

    @property
    def still_held(self) -> Assignment | None:
        """The assignment while it is active, also if it was asked in vain to last longer."""
        active = self.assignment is not None and self.assignment.active
        return self.assignment if active else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSummary:
    """An assignment somebody has, with the extension that is being asked for, if one is."""

    assignment: Assignment
    package_name: str
    request_id: RequestId
    """The request that made it."""
    extension_request_id: RequestId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """Somebody with what they hold and what they have asked for, as of one moment."""

    person: Person | None
    configured: Configured | None
    held: Page[HeldSummary]
    requests: Page[RequestSummary]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSummary:
    """A request that waits for a person's decision."""

    request: AssignmentRequest
    stage_number: int
    asked_at: datetime
    decide_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPlace:
    """Where a card was posted."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRow:
    """Something that failed ten times and waits for a person."""

    kind: str
    id: str
    problem: str
    since: datetime


class Queries(Protocol):
    """Every read of the Slack surface and of the command line."""

    async def configured(self) -> Configured | None:
        """The stored configuration."""
        ...

    async def person(self, person_id: PersonId) -> Person | None:
        """One person of the mirror."""
        ...

    async def with_groups(self, person_id: PersonId) -> tuple[Person | None, frozenset[GroupId]]:
        """One person of the mirror, and the active groups they are in."""
        ...

    async def people(self, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        """Several people; unknown ids are left out."""
        ...

    async def person_by_email(self, email: str) -> Person | None:
        """The person with this address, case ignored."""
        ...

    async def groups_of(self, person_id: PersonId) -> frozenset[GroupId]:
        """The active groups this person is in."""
        ...

    async def administrators(self) -> frozenset[PersonId]:
        """Who administers now."""
        ...

    async def request(self, request_id: RequestId) -> RequestSummary | None:
        """One request, whole."""
        ...

    async def find_requests(self, reference: str) -> tuple[RequestId, ...]:
        """The requests whose id ends with this text (at least four characters), at most five."""
        ...

    async def assignment(self, assignment_id: AssignmentId) -> HeldSummary | None:
        """One assignment, ended or not."""
        ...

    async def holding(self, holding_id: HoldingId) -> Holding | None:
        """One holding."""
        ...

    async def given_by(self, holding_id: HoldingId) -> tuple[HeldSummary, ...]:
        """The assignments that give a holding, or the one that gave it last."""
        ...

    async def held_by(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[HeldSummary]:
        """What a person holds, by what ends first, endless last; what starts later is a request."""
        ...

    async def open_requests_of(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[RequestSummary]:
        """The person's requests that wait, are scheduled, delivering or failed; newest first."""
        ...

    async def mine(
        self, person_id: PersonId, *, held_from: int = 0, requests_from: int = 0, limit: int = 10
    ) -> Mine:
        """A person and both of their lists, in one read."""
        ...

    async def waiting_for(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[WaitingSummary]:
        """What waits for this person's decision, by what must be decided first."""
        ...

    async def tasks_of(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[Holding]:
        """The open manual tasks whose card this person has, oldest first."""
        ...

    async def requests(
        self,
        *,
        states: Iterable[RequestState] = (),
        target_id: PersonId | None = None,
        package_ids: Iterable[PackageId] | None = None,
        offset: int = 0,
        limit: int = 10,
    ) -> Page[RequestSummary]:
        """Everybody's requests, newest first.

        Only in these states, if any are named, only for this person, only of these packages.
        """
        ...

    async def holder_counts(self) -> dict[PackageId, int]:
        """How many hold each package."""
        ...

    async def audit_of(self, request_id: RequestId) -> tuple[AuditEntry, ...]:
        """A request's story, oldest first; its assignment's entries included."""
        ...

    async def place_of(self, card: Card) -> CardPlace | None:
        """Where this card was posted, if it was."""
        ...

    async def backlog(self, now: datetime) -> tuple[int, timedelta]:
        """How many lanes have work waiting now, and how long the oldest has waited."""
        ...

    async def parked(self) -> Page[ParkedRow]:
        """What is parked: those that are so longest, and how many there are."""
        ...
