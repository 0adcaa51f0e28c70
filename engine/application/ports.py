"""What the engine needs from outside: a store with transactions, a messenger, a clock, ids.

A transaction is a synchronous function `fn(tx, ...)` given to `Store.write` or `Store.read`. It
cannot await, so no network call can hide between BEGIN and COMMIT. It may be called again after a
lost connection, so it must do nothing but use `tx`.

Lock order in a writing transaction: request, assignment, holdings, messages, lanes in key order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from engine.application.audit import AuditEntry
from engine.application.configured import Configured
from engine.application.directory import DirectoryNames
from engine.application.holding_ports import HoldingReader, HoldingWriter
from engine.application.lane_ports import LaneWriter, MessageWork
from engine.application.review_ports import ReviewWriter
from engine.application.upkeep_ports import UpkeepReader, UpkeepWriter
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.configuration import Configuration
from engine.domain.holdings import Holding
from engine.domain.ids import (
    AssignmentId,
    GroupId,
    HoldingId,
    PackageId,
    PersonId,
    RequestId,
)
from engine.domain.people import Person, Subject

P = ParamSpec("P")
T = TypeVar("T")


class Clock(Protocol):
    """The only source of time."""

    @property
    def movable(self) -> bool:
        """Whether somebody may move it, as in the playground and in tests."""
        ...

    def now(self) -> datetime:
        """This moment, aware, UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so long by this clock, or earlier when the clock jumps."""
        ...


class Ids(Protocol):
    """Makes ids: 16 characters, sorted by the moment they were made at."""

    def new(self, now: datetime) -> str:
        """A fresh id."""
        ...

    def jitter(self) -> float:
        """A number in -0.2..0.2, to spread retries."""
        ...


class Aggregate(StrEnum):
    """The rows that wake by themselves."""

    REQUEST = "request"
    ASSIGNMENT = "assignment"
    REVIEW_SERIES = "review_series"
    REVIEW_RUN = "review_run"


class Reader(HoldingReader, UpkeepReader, Protocol):
    """What can be read inside a transaction."""

    def configured(self) -> Configured | None:
        """The stored configuration; None before the first apply. Costs one small statement."""
        ...

    def configuration_source(self) -> str | None:
        """The digest of the file that the stored configuration was read from."""
        ...

    def directory(self) -> DirectoryNames:
        """The mirror by names, as a snapshot of this moment."""
        ...

    def person(self, person_id: PersonId) -> Person | None:
        """One person of the mirror."""
        ...

    def acquaint(
        self, person_id: PersonId, package_id: PackageId, subjects: Iterable[Subject]
    ) -> None:
        """Read at once what asking for a package needs; what is asked next is answered from it.

        The person with their groups, what they have of the package, and who the subjects are.
        """
        ...

    def person_by_email(self, email: str) -> Person | None:
        """The person with this address, case ignored."""
        ...

    def people(self, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        """Several people; unknown ids are left out."""
        ...

    def closed_among(self, person_ids: Iterable[PersonId]) -> frozenset[PersonId]:
        """Those of them whose account is closed."""
        ...

    def groups_of(self, person_id: PersonId) -> frozenset[GroupId]:
        """The active groups this person is in."""
        ...

    def resolve(
        self, subjects: Iterable[Subject], target_id: PersonId | None
    ) -> dict[Subject, tuple[PersonId, ...]]:
        """Who these subjects are now: active members and guests only, in a stable order.

        A manager is the target's, found by following `manager_id` that many steps; an inactive
        manager is nobody. `CATALOG_OWNERS` cannot be resolved here and is left out.
        """
        ...

    def request(self, request_id: RequestId) -> AssignmentRequest | None:
        """One request, not locked."""
        ...

    def assignment(self, assignment_id: AssignmentId) -> Assignment | None:
        """One assignment, not locked."""
        ...

    def holding(self, holding_id: HoldingId) -> Holding | None:
        """One holding, not locked."""
        ...

    def open_request_of(self, target_id: PersonId, package_id: PackageId) -> RequestId | None:
        """The request (add or update, not a removal) of this person that is still open."""
        ...

    def active_assignment_of(self, target_id: PersonId, package_id: PackageId) -> Assignment | None:
        """The assignment of this person that has not ended."""
        ...

    def held_packages(
        self, target_id: PersonId, among: Iterable[PackageId]
    ) -> frozenset[PackageId]:
        """Those of the packages that this person holds or is scheduled to."""
        ...

    def holders(self, package_ids: Iterable[PackageId]) -> dict[PackageId, tuple[Assignment, ...]]:
        """The active assignments of these packages."""
        ...

    def pending_requests(
        self, package_ids: Iterable[PackageId]
    ) -> dict[PackageId, tuple[AssignmentRequest, ...]]:
        """The open requests of these packages."""
        ...


class Transaction(Reader, HoldingWriter, LaneWriter, ReviewWriter, UpkeepWriter, Protocol):
    """What can be written inside a transaction. `wake_at` is given with every save."""

    def now(self) -> datetime:
        """This moment: PostgreSQL's clock; ours on SQLite, and wherever ours can be moved."""
        ...

    def savepoint(self) -> AbstractContextManager[object]:
        """What is done inside is undone when an exception leaves it."""
        ...

    def together(self, assignments: Iterable[Assignment]) -> AbstractContextManager[object]:
        """Read for these at once, and write at the end what is done inside; locks their holdings.

        Raises there whatever any of the rows made the database raise.
        """
        ...

    # Configuration

    def hold_decisions(self) -> None:
        """Let nobody commit before this ends what they decide about requests and assignments."""
        ...

    def add_configuration(
        self, configuration: Configuration, *, by: str, source: str, now: datetime
    ) -> int:
        """Store a new revision and return its number; `source` is a digest of its file.

        Raises `Conflict` when another was faster.
        """
        ...

    def note_source(self, source: str) -> None:
        """Another file says the same as the newest revision: remember its digest instead."""
        ...

    # Requests

    def lock_request(self, request_id: RequestId) -> AssignmentRequest | None:
        """Lock and read one request."""
        ...

    def add_request(self, request: AssignmentRequest, wake_at: datetime | None) -> None:
        """Insert. Another open one for the same person and package is a `Conflict`."""
        ...

    def save_request(
        self, before: AssignmentRequest, after: AssignmentRequest, wake_at: datetime | None
    ) -> None:
        """Write one that is locked, and the rows that say for whom it waits and who decided."""
        ...

    def wake_requests_of(self, person_ids: Iterable[PersonId], at: datetime) -> None:
        """Look again at what these people are asked to decide and what they have asked for.

        At that moment, if nothing wakes it earlier; only what waits for approval.
        """
        ...

    def wake_undecided_requests(self, at: datetime) -> None:
        """Look at every request that waits for approval again at that moment, at the latest."""
        ...

    # Assignments

    def lock_assignment(self, assignment_id: AssignmentId) -> Assignment | None:
        """Lock and read one assignment."""
        ...

    def add_assignment(self, assignment: Assignment, wake_at: datetime | None) -> None:
        """Insert. Another active one of this person and package is a `Conflict`."""
        ...

    def save_assignment(self, assignment: Assignment, wake_at: datetime | None) -> None:
        """Write one that is locked."""
        ...

    def wake_assignments(
        self,
        at: datetime,
        *,
        ids: Iterable[AssignmentId] = (),
        packages: Iterable[PackageId] = (),
        people: Iterable[PersonId] = (),
        holdings: Iterable[HoldingId] = (),
    ) -> None:
        """Look at these again: named, active ones of packages or people, claimants of holdings."""
        ...

    # Audit

    def audit(self, entries: Iterable[AuditEntry]) -> None:
        """Append."""
        ...

    # Wakes

    def endings_due(self, now: datetime) -> tuple[int, int]:
        """How many active assignments time would end now, and how many are active."""
        ...

    def brake_released(self, now: datetime) -> bool:
        """Whether an administrator has lately said that many endings are right."""
        ...

    def release_brake(self, until: datetime) -> None:
        """Many endings are right until then."""
        ...

    def claim_due(
        self, aggregate: Aggregate, now: datetime, limit: int, *, of_leavers: bool = False
    ) -> Sequence[tuple[AssignmentRequest | None, Assignment | None]]:
        """Lock and read what is due, skipping what others hold; ordered by `wake_at`.

        `of_leavers`: only assignments of people whose accounts are closed.

        For `REQUEST` pairs of (request, None); for `ASSIGNMENT` pairs of (the request it
        `reports_to`, it), both locked. Reviews have `claim_due_series` and `claim_due_run`.
        """
        ...

    def postpone(self, aggregate: Aggregate, row_id: str, now: datetime, problem: str) -> bool:
        """A row's wake failed: back off; after ten failures park it. True when it was parked."""
        ...


class Conflict(Exception):
    """Somebody was faster: a key says this exists already, or each try was overtaken."""


class Store(Protocol):
    """The database. Errors other than `Conflict` and refusals are faults."""

    async def write(
        self, fn: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(tx, ...)` in one transaction and commit; any exception rolls back.

        After a commit that made something due, `changed` is set so that the workers look at once.
        """
        ...

    async def read(
        self, fn: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(reader, ...)` on a consistent snapshot; never waits for a writer."""
        ...

    async def next_wake_at(self) -> datetime | None:
        """The earliest moment at which anything (aggregate or lane) is due."""
        ...

    async def wait_for_change(self, seconds: float) -> None:
        """Return after a local commit, or after so long."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Where a message is and what it shows."""

    channel: str
    ts: str
    digest: str


class Unreadable(Exception):
    """A row says what this version does not know: a newer one wrote it, or somebody by hand."""

    def __init__(self, row_id: str, problem: str) -> None:
        """`problem` names what is not understood."""
        super().__init__(f"{row_id}: {problem}")
        self.row_id = row_id
        self.problem = problem


class MessageFailed(Exception):
    """A message could not be brought up to date."""

    def __init__(
        self,
        problem: str,
        *,
        retry_after: timedelta | None,
        give_up: bool = False,
        counts: bool = False,
        reached: bool | None = None,
    ) -> None:
        """`give_up`: trying again changes nothing; `counts`: it hardly will, so not for ever.

        Of one that counts administrators hear when it is given up.
        `reached` False: it surely was not sent; None: nobody knows.
        """
        super().__init__(problem)
        self.problem = problem
        self.retry_after = retry_after
        self.give_up = give_up
        self.counts = counts
        self.reached = reached


class Messenger(Protocol):
    """Shows cards and says notices. Draws them from the state at the moment of sending."""

    async def show(self, work: MessageWork) -> Shown | None:
        """Post or update; None when there is nothing (any more) to show. Raises `MessageFailed`.

        With `work.sending_since` set it first looks whether the message is already there.
        """
        ...


LaneNames = Mapping[str, bool]
"""Connector name to whether its targets are changed one at a time."""
