"""Keeping the mirror of the directory true: everything at start and nightly, changes as they come.

The rules read people only from the mirror. Whoever's account is closed loses every access at once
and is waited for no more, whether an event said so or a full listing no longer names them.
"""

import logging
from collections.abc import Callable, Iterable

from engine.application.commands import TIME, GroupsChanged, PeopleChanged, PersonLeft
from engine.application.directory import Channel, DirectorySource
from engine.application.ports import Reader, Store, Transaction
from engine.application.service import Entitlements
from engine.domain.ids import GroupId, PersonId
from engine.domain.people import Group, Person

log = logging.getLogger(__name__)

CHUNK = 500
"""People per transaction, so that a click never waits long."""

Find = Callable[[str], PersonId | None]
"""From an e-mail address to whoever the mirror knows by it."""
Complete = Callable[[tuple[Person, ...], Find], tuple[Person, ...]]
"""Adds what another source (a CSV file) knows of people."""


def as_they_are(people: tuple[Person, ...], _find: Find) -> tuple[Person, ...]:
    """There is no other source."""
    return people


class Mirror:
    """Writes what the directory says into the mirror, and lets the rules react."""

    def __init__(
        self,
        store: Store,
        service: Entitlements,
        source: DirectorySource,
        *,
        complete: Complete = as_they_are,
    ) -> None:
        """`complete` is given everybody at once, or single people."""
        self._store = store
        self._service = service
        self._source = source
        self._complete = complete

    async def refresh(self) -> int:
        """Read everything anew; answers how many people there are. Raises what the source raises.

        Nobody is deactivated unless the whole listing arrived.
        """
        people = tuple([person async for person in self._source.people()])
        people = self._complete(people, lambda _email: None)
        left: set[PersonId] = set()
        for start in range(0, len(people), CHUNK):
            left |= set(await self._store.write(_put_people, people[start : start + CHUNK]))
        if people:
            seen = tuple(person.id for person in people)
            left |= set(await self._store.write(_retire, seen))
        groups = tuple([group async for group in self._source.groups()])
        changed = await self._store.write(_put_groups, groups)
        channels = tuple([channel async for channel in self._source.channels()])
        await self._store.write(_put_channels, channels)
        await self._react(left)
        await self._service.handle(GroupsChanged(group_ids=changed), TIME)
        log.info(
            "the directory was read",
            extra={"people": len(people), "groups": len(groups), "changed": len(changed)},
        )
        return len(people)

    async def person_changed(self, person: Person) -> None:
        """One person is as the directory says now."""
        await self._react(await self._store.write(self._put_one, person))
        await self._service.handle(PeopleChanged(person_ids=(person.id,)), TIME)

    async def group_changed(self, group_id: GroupId) -> None:
        """One group is to be read anew: it lost who is waited for, or won who may decide."""
        group = await self._source.group(group_id)
        if group is None:
            return
        before = await self._store.read(_members, group_id)
        await self._store.write(_put_groups, (group,))
        moved = tuple(sorted(before ^ group.members))
        if moved:
            await self._service.handle(PeopleChanged(person_ids=moved), TIME)
            await self._service.handle(GroupsChanged(group_ids=(group_id,)), TIME)

    async def channel_renamed(self, channel: Channel) -> None:
        """One channel is called as the event says."""
        await self._store.write(_put_channels, (channel,))

    async def look_up(self, person_id: PersonId) -> Person | None:
        """Somebody the mirror has not seen yet: ask the directory once, and remember."""
        person = await self._source.person(person_id)
        if person is not None:
            await self._store.write(self._put_one, person)
        return person

    def _put_one(self, tx: Transaction, person: Person) -> tuple[PersonId, ...]:
        def find(email: str) -> PersonId | None:
            manager = tx.person_by_email(email)
            return manager.id if manager else None

        return tx.put_people(self._complete((person,), find))

    async def _react(self, left: Iterable[PersonId]) -> None:
        for person_id in sorted(left):
            await self._service.handle(PersonLeft(person_id=person_id), TIME)


def _put_people(tx: Transaction, people: tuple[Person, ...]) -> tuple[PersonId, ...]:
    return tx.put_people(people)


def _retire(tx: Transaction, seen: tuple[PersonId, ...]) -> tuple[PersonId, ...]:
    return tx.retire_people_not_in(seen)


def _put_groups(tx: Transaction, groups: tuple[Group, ...]) -> tuple[GroupId, ...]:
    return tx.put_groups(groups)


def _put_channels(tx: Transaction, channels: tuple[Channel, ...]) -> None:
    tx.put_channels(channels)


def _members(tx: Reader, group_id: GroupId) -> frozenset[PersonId]:
    group = tx.directory().group(group_id)
    return group.members if group else frozenset()
