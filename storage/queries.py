"""The read side in SQL: `engine.application.queries.Queries` over the store's snapshots."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select

from engine.application import facts
from engine.application.audit import AuditEntry
from engine.application.configured import Configured
from engine.application.queries import (
    CardPlace,
    HeldSummary,
    Mine,
    Page,
    ParkedRow,
    RequestSummary,
    WaitingSummary,
)
from engine.domain.assignment_requests import RequestState
from engine.domain.conversation import Card
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, GroupId, HoldingId, PackageId, PersonId, RequestId
from engine.domain.people import Person
from storage import codec, listings
from storage import tables as t
from storage.outgoing import card_key
from storage.reader import ACTIVE, SqlReader
from storage.store import DatabaseStore
from storage.wakes import WAKING

REFERENCE_LENGTH = 4
MOST_FOUND = 5
MOST_PARKED = 20

_BY_REFERENCE = (
    select(t.requests.c.id)
    .where(t.requests.c.reference == bindparam("reference"))
    .order_by(t.requests.c.id.desc())
)
_HOLDER_COUNTS = (
    select(t.assignments.c.package_id, func.count())
    .where(ACTIVE)
    .group_by(t.assignments.c.package_id)
)
_STORY = (
    select(t.audit.c.entry)
    .where(
        or_(
            t.audit.c.request_id == bindparam("of"),
            t.audit.c.assignment_id
            == select(t.requests.c.assignment_id)
            .where(t.requests.c.id == bindparam("of"))
            .scalar_subquery(),
        )
    )
    .order_by(t.audit.c.id)
)
_PLACE = select(t.messages.c.channel, t.messages.c.ts).where(
    t.messages.c.key == bindparam("key"), t.messages.c.ts.is_not(None)
)


_BACKLOG = select(func.count(), func.min(t.lanes.c.wake_at)).where(
    t.lanes.c.wake_at <= bindparam("now", type_=t.lanes.c.wake_at.type)
)


class StoreQueries:
    """Every read of the Slack surface and of the command line."""

    def __init__(self, store: DatabaseStore) -> None:
        """Reads never wait for the store's writers."""
        self._store = store

    async def configured(self) -> Configured | None:
        """The stored configuration."""
        known = self._store.configuration_known
        return known or await self._store.glance(lambda reader: reader.configured())

    async def person(self, person_id: PersonId) -> Person | None:
        """One person of the mirror."""
        return await self._store.glance(lambda reader: reader.person(person_id))

    async def with_groups(self, person_id: PersonId) -> tuple[Person | None, frozenset[GroupId]]:
        """One person of the mirror, and the active groups they are in."""
        return await self._store.glance(
            lambda reader: (reader.person(person_id), reader.groups_of(person_id))
        )

    async def people(self, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        """Several people; unknown ids are left out."""
        wanted = tuple(person_ids)
        return await self._store.glance(lambda reader: reader.people(wanted))

    async def person_by_email(self, email: str) -> Person | None:
        """The person with this address, case ignored."""
        return await self._store.glance(lambda reader: reader.person_by_email(email))

    async def groups_of(self, person_id: PersonId) -> frozenset[GroupId]:
        """The active groups this person is in."""
        return await self._store.glance(lambda reader: reader.groups_of(person_id))

    async def administrators(self) -> frozenset[PersonId]:
        """Who administers now."""
        return await self._store.look(_administrators)

    async def request(self, request_id: RequestId) -> RequestSummary | None:
        """One request, whole."""
        return await self._store.look(lambda reader: _request(reader, request_id))

    async def find_requests(self, reference: str) -> tuple[RequestId, ...]:
        """The requests whose id ends with this text (at least four characters), at most five."""
        return await self._store.glance(lambda reader: _find_requests(reader, reference))

    async def assignment(self, assignment_id: AssignmentId) -> HeldSummary | None:
        """One assignment, ended or not."""
        return await self._store.look(lambda reader: listings.held(reader, assignment_id))

    async def holding(self, holding_id: HoldingId) -> Holding | None:
        """One holding."""
        return await self._store.glance(lambda reader: reader.holding(holding_id))

    async def given_by(self, holding_id: HoldingId) -> tuple[HeldSummary, ...]:
        """The assignments that give a holding, or the one that gave it last."""
        return await self._store.look(lambda reader: listings.given_by(reader, holding_id))

    async def held_by(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[HeldSummary]:
        """What a person holds, by what ends first, endless last; what starts later is a request."""
        return await self._store.look(
            lambda reader: listings.held_by(reader, person_id, offset, limit)
        )

    async def open_requests_of(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[RequestSummary]:
        """The person's requests that wait, are scheduled, delivering or failed; newest first.

        Removals are left out, and failures whose assignment has ended.
        """
        return await self._store.look(
            lambda reader: listings.open_requests_of(reader, person_id, offset, limit)
        )

    async def mine(
        self, person_id: PersonId, *, held_from: int = 0, requests_from: int = 0, limit: int = 10
    ) -> Mine:
        """A person and both of their lists, in one read."""
        return await self._store.look(
            lambda reader: Mine(
                person=reader.person(person_id),
                configured=reader.configured(),
                held=listings.held_by(reader, person_id, held_from, limit),
                requests=listings.open_requests_of(reader, person_id, requests_from, limit),
            )
        )

    async def waiting_for(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[WaitingSummary]:
        """What waits for this person's decision, by what must be decided first."""
        return await self._store.look(
            lambda reader: listings.waiting_for(reader, person_id, offset, limit)
        )

    async def tasks_of(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[Holding]:
        """The open manual tasks whose card this person has, oldest first."""
        return await self._store.look(
            lambda reader: listings.tasks_of(reader, person_id, offset, limit)
        )

    async def requests(
        self,
        *,
        states: Iterable[RequestState] = (),
        target_id: PersonId | None = None,
        package_ids: Iterable[PackageId] | None = None,
        offset: int = 0,
        limit: int = 10,
    ) -> Page[RequestSummary]:
        """Everybody's requests, newest first, or only some of them."""
        asked: dict[str, object] = {}
        if wanted := sorted(states):
            asked["states"] = [str(state) for state in wanted]
        if target_id is not None:
            asked["target"] = target_id
        if package_ids is not None:
            asked["packages"] = list(package_ids)
        return await self._store.look(
            lambda reader: listings.everybodys_requests(reader, asked, offset, limit)
        )

    async def holder_counts(self) -> dict[PackageId, int]:
        """How many hold each package."""
        return await self._store.glance(
            lambda reader: {
                PackageId(package_id): count
                for package_id, count in reader.conn.execute(_HOLDER_COUNTS)
            }
        )

    async def audit_of(self, request_id: RequestId) -> tuple[AuditEntry, ...]:
        """A request's story, oldest first; its assignment's entries included."""
        return await self._store.glance(
            lambda reader: tuple(
                codec.decode(AuditEntry, entry)
                for entry in reader.conn.execute(_STORY, {"of": request_id}).scalars()
            )
        )

    async def place_of(self, card: Card) -> CardPlace | None:
        """Where this card was posted, if it was."""
        return await self._store.glance(lambda reader: _place_of(reader, card))

    async def backlog(self, now: datetime) -> tuple[int, timedelta]:
        """How many lanes have work waiting now, and how long the oldest has waited."""
        due, oldest = await self._store.glance(
            lambda reader: reader.conn.execute(_BACKLOG, {"now": now}).one()
        )
        return due, max(now - oldest, timedelta()) if oldest is not None else timedelta()

    async def parked(self) -> Page[ParkedRow]:
        """What is parked: those that are so longest, and how many there are."""
        return await self._store.look(_parked)


def _administrators(reader: SqlReader) -> frozenset[PersonId]:
    configured = reader.configured()
    if configured is None:
        return frozenset()
    return facts.administrators(reader, configured)


def _request(reader: SqlReader, request_id: RequestId) -> RequestSummary | None:
    request = reader.request(request_id)
    return listings.request_summaries(reader, [request])[0] if request is not None else None


def _find_requests(reader: SqlReader, reference: str) -> tuple[RequestId, ...]:
    wanted = reference.strip().lower()
    if len(wanted) < REFERENCE_LENGTH:
        return ()
    asked = {"reference": wanted[-REFERENCE_LENGTH:]}
    found = reader.conn.execute(_BY_REFERENCE, asked).scalars()
    ids = (RequestId(one) for one in found if one.lower().endswith(wanted))
    return tuple(ids)[:MOST_FOUND]


def _place_of(reader: SqlReader, card: Card) -> CardPlace | None:
    row = reader.conn.execute(_PLACE, {"key": card_key(card)}).one_or_none()
    return CardPlace(channel=row.channel, ts=row.ts) if row is not None else None


def _parked(reader: SqlReader) -> Page[ParkedRow]:
    rows: list[ParkedRow] = []
    total = 0
    for aggregate, table in WAKING.items():
        (key,) = table.primary_key.columns
        columns = (key.label("id"), table.c.problem, table.c.parked_at)
        parked = select(*columns).where(table.c.parked_at.is_not(None))
        total += reader.conn.execute(parked.with_only_columns(func.count())).scalar_one()
        rows += [
            ParkedRow(
                kind=str(aggregate), id=row.id, problem=row.problem or "", since=row.parked_at
            )
            for row in reader.conn.execute(parked.order_by(table.c.parked_at).limit(MOST_PARKED))
        ]
    longest = sorted(rows, key=lambda row: row.since)[:MOST_PARKED]
    return Page(rows=tuple(longest), offset=0, total=total)
