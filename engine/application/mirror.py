"""Keeping the mirror of the directory true: everything at start and nightly, changes as they come.

The rules read people only from the mirror. What a change means is derived from it, and depends on
nobody's memory: the transaction that writes that an account is closed also wakes what the person
holds, has asked for and is asked, and looking at those ends, cancels or hands on. Whoever holds
anything all the same, because they asked at that very moment, is found by looking for closed
accounts that still have something (`look_after_leavers`).

Events and listings pass one another. Each tells a version of the person, and an older one changes
nothing; a listing closes only accounts that were known before it began.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from engine.application import brake
from engine.application.directory import Channel, DirectorySource, Told
from engine.application.jobs import NotYet
from engine.application.ports import Reader, Store, Transaction
from engine.application.upkeep_ports import PeopleWritten
from engine.domain.conversation import NoticeKind
from engine.domain.ids import ChannelId, PersonId
from engine.domain.people import Group, Person, PersonKind

log = logging.getLogger(__name__)

PEOPLE_JOB, GROUPS_JOB, CHANNELS_JOB = "directory", "groups", "channels"
"""The recurring jobs that read the directory, each on its own: one that fails stops no other."""
CHUNK = 500
"""People per transaction, so that a click never waits long."""
FIELDS_AT_ONCE = 100
"""People whose manager and the like are read at once: one call each, a minute's worth of them."""
HAVE_FIELDS = frozenset({PersonKind.MEMBER, PersonKind.GUEST})

T = TypeVar("T")
Find = Callable[[str], PersonId | None]
"""From an e-mail address to whoever the mirror knows by it."""
Complete = Callable[[Person, Find], Person]
"""Adds what another source (a CSV file) knows of a person."""


def as_they_are(person: Person, _find: Find) -> Person:
    """There is no other source."""
    return person


class Mirror:
    """Writes what the directory says into the mirror, and has looked at again what that touches."""

    def __init__(
        self, store: Store, source: DirectorySource, *, complete: Complete = as_they_are
    ) -> None:
        """`complete` is given each person before they are written."""
        self._store = store
        self._source = source
        self._complete = complete

    async def refresh_people(self) -> int:
        """Read all people anew; answers how many there are.

        No account is closed unless the whole listing arrived, nor if unusually many would be and
        administrators have not said that they are right. Raises what the source raises, and
        `NotYet`.
        """
        before = await self._store.read(_active_people)
        told = [one async for one in self._source.people()]
        if not told:
            raise NotYet("The directory named nobody, not even us.")
        closing = before - {one.person.id for one in told if one.person.active}
        counts = (NoticeKind.MANY_LEAVING, len(closing), len(before))
        kept = closing if await self._store.write(brake.held, *counts) else frozenset()
        find = _by_email(one.person for one in told).get
        for some in _chunks([one for one in told if one.person.id not in kept]):
            await self._store.write(self._write, some, find)
        named = {one.person.id for one in told}
        for gone in _chunks(sorted(closing - named - kept)):
            await self._store.write(_close, gone)
        await self.look_after_leavers()
        await self.read_fields()
        if kept:
            raise NotYet(f"The directory would close {len(kept)} of {len(before)} accounts.")
        log.info("the people of the directory were read", extra={"people": len(told)})
        return len(told)

    async def refresh_groups(self) -> int:
        """Read all groups anew; answers how many there are."""
        groups = tuple([group async for group in self._source.groups()])
        await self._store.write(_put_groups, groups)
        return len(groups)

    async def refresh_channels(self) -> int:
        """Read all channels anew; answers how many there are."""
        channels = tuple([channel async for channel in self._source.channels()])
        await self._store.write(_put_channels, channels)
        return len(channels)

    async def read_fields(self) -> int:
        """Read manager, department and the like of some for whom they are still to be read."""
        waiting = await self._store.read(_without_fields)
        if not waiting:
            return 0
        found = tuple(await self._source.with_fields(waiting))
        await self._store.write(self._put_fields, found)
        return len(found)

    async def look_after_leavers(self) -> int:
        """Wake what closed accounts still have; answers how many have anything."""
        return await self._store.write(_wake_leavers)

    async def person_changed(self, told: Told) -> None:
        """One person is as the directory says now."""
        await self._store.write(self._write, [told], None)

    async def channel_renamed(self, channel_id: ChannelId, name: str) -> None:
        """One channel is called as the event says."""
        await self._store.write(_rename_channel, channel_id, name)

    async def look_up(self, person_id: PersonId) -> Person | None:
        """Somebody the mirror has not seen yet: ask the directory once, and remember."""
        told = await self._source.person(person_id)
        if told is None:
            return None
        await self._store.write(self._write, [told], None)
        return await self._store.read(_person, person_id)

    def _write(self, tx: Transaction, told: Sequence[Told], find: Find | None) -> None:
        partly = [one.person.id for one in told if not one.with_fields]
        known = tx.people(partly) if partly else {}
        find = find or _in_mirror(tx)
        people_are(
            tx,
            [self._complete(_joined(one, known.get(one.person.id)), find) for one in told],
            versions={one.person.id: one.version for one in told if one.version is not None},
            without_fields=[
                one.person.id for one in told if not one.with_fields and _has_fields(one.person)
            ],
        )

    def _put_fields(self, tx: Transaction, found: Sequence[Person]) -> None:
        """Unless an event has brought them meanwhile: then they are newer than these."""
        read = {person.id: person for person in found}
        waiting = tx.people_without_fields(len(read), among=read)
        find = _in_mirror(tx)
        people_are(
            tx, [self._complete(_with_fields_of(one, read[one.id]), find) for one in waiting]
        )


def people_are(
    tx: Transaction,
    people: Iterable[Person],
    *,
    versions: dict[PersonId, int] | None = None,
    without_fields: Sequence[PersonId] = (),
) -> PeopleWritten:
    """Write people into the mirror and have looked at again what that touches (APR-21)."""
    written = tx.put_people(people, versions=versions, without_fields=without_fields)
    _wake(tx, written)
    return written


def _close(tx: Transaction, person_ids: Sequence[PersonId]) -> None:
    _wake(tx, tx.close_people(person_ids))


def _wake(tx: Transaction, written: PeopleWritten) -> None:
    """Requests first: one that is being approved just now becomes an assignment before its turn.

    Whoever comes back may decide what waits already (APR-21).
    """
    tx.wake_requests_of(written.changed, tx.now())
    if written.returned:
        tx.wake_undecided_requests(tx.now())
    tx.wake_assignments(tx.now(), people=written.left)
    tx.wake_runs_reviewed_by(written.left, tx.now())


def _wake_leavers(tx: Transaction) -> int:
    found = tx.left_with_something()
    for some in _chunks(found):
        _wake(tx, PeopleWritten(changed=tuple(some), left=tuple(some)))
    return len(found)


def _put_groups(tx: Transaction, groups: Sequence[Group]) -> None:
    """Whoever joined a group that decides may decide what waits already (APR-21)."""
    written = tx.put_groups(groups)
    tx.wake_requests_of(written.moved, tx.now())
    configured = tx.configured()
    if configured is not None and not configured.deciding_groups.isdisjoint(written.changed):
        tx.wake_undecided_requests(tx.now())


def _put_channels(tx: Transaction, channels: Sequence[Channel]) -> None:
    tx.put_channels(channels)


def _rename_channel(tx: Transaction, channel_id: ChannelId, name: str) -> None:
    tx.rename_channel(channel_id, name)


def _active_people(reader: Reader) -> frozenset[PersonId]:
    return reader.active_people()


def _person(reader: Reader, person_id: PersonId) -> Person | None:
    return reader.person(person_id)


def _without_fields(reader: Reader) -> tuple[Person, ...]:
    return reader.people_without_fields(FIELDS_AT_ONCE)


def _has_fields(person: Person) -> bool:
    return person.active and person.kind in HAVE_FIELDS


def _joined(told: Told, known: Person | None) -> Person:
    """The person as told, with what was known where nothing was told."""
    if told.with_fields or known is None:
        return told.person
    return _with_fields_of(told.person, known)


def _with_fields_of(person: Person, other: Person) -> Person:
    return replace(
        person,
        manager_id=other.manager_id,
        department=other.department,
        company=other.company,
        country=other.country,
        employee_type=other.employee_type,
    )


def _by_email(people: Iterable[Person]) -> dict[str, PersonId]:
    """Who has which address; an open account goes before a closed one of the same address."""
    ids: dict[str, PersonId] = {}
    for person in sorted(people, key=lambda one: one.active):
        if person.email is not None:
            ids[person.email.lower()] = person.id
    return ids


def _in_mirror(tx: Transaction) -> Find:
    def find(email: str) -> PersonId | None:
        person = tx.person_by_email(email)
        return person.id if person is not None else None

    return find


def _chunks(values: Sequence[T]) -> Iterable[Sequence[T]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
