"""Writing the mirror of the directory, and the configuration.

A listing of ten thousand people mostly repeats what is stored: only what differs is written.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, delete, exists, func, insert, select, text, update
from sqlalchemy.sql.dml import Insert

from engine.application.configured import Configured
from engine.application.directory import Channel
from engine.application.upkeep_ports import GroupsWritten, PeopleWritten
from engine.domain.assignment_requests import RequestState
from engine.domain.configuration import Configuration
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Group, Person
from storage import codec
from storage import tables as t
from storage.bound import upsert
from storage.conflicts import keys_checked
from storage.reader import ACTIVE, PERSON, SqlReader, chunks, locked


@dataclass(frozen=True, slots=True)
class _Known:
    """A person as the mirror has them."""

    person: Person
    version: int | None
    unread: bool


_P, _A, _R = t.people.c, t.assignments.c, t.requests.c
_HOLD_DECISIONS = text("LOCK TABLE requests, assignments IN EXCLUSIVE MODE")
"""Against whoever locks rows, for they would write, and wait with rows locked that are wanted here;
reading goes on. In the order in which rows are locked."""
_AMONG = _P.id.in_(bindparam("ids", expanding=True))
_LOCK_PEOPLE = locked(select(*PERSON.columns, _P.version, _P.unread).where(_AMONG).order_by(_P.id))
_CLOSE = update(t.people).where(_AMONG, _P.active).values(active=False).returning(_P.id)
_ASKED = (_R.target_id == _P.id) | (_R.requestor_id == _P.id)
_LEFT_WITH_SOMETHING = (
    select(_P.id)
    .where(
        ~_P.active,
        exists().where(ACTIVE, _A.target_id == _P.id)
        | exists().where(_R.state == RequestState.PENDING_APPROVAL, _ASKED)
        | exists().where(t.approvals.c.is_open, t.approvals.c.person_id == _P.id),
    )
    .order_by(_P.id)
)


class MirrorWrites(SqlReader):
    """People, groups, channels, and the configuration that names them."""

    def put_people(
        self,
        people: Iterable[Person],
        *,
        versions: Mapping[PersonId, int] | None = None,
        without_fields: Collection[PersonId] = (),
    ) -> PeopleWritten:
        """Write people into the mirror, but nobody of an older version than is known of them.

        Of those `without_fields` they are still to be read, unless they were read of this very
        version. Whoever is as before is not written.
        """
        self.forget()
        given = {person.id: person for person in people}
        known = self._locked_people(given)
        told, unread = versions or {}, frozenset(without_fields)
        rows: list[dict[str, object]] = []
        changed: list[PersonId] = []
        left: list[PersonId] = []
        returned = False
        for person_id, person in sorted(given.items()):
            version, old = told.get(person_id), known.get(person_id)
            if old is not None and _older(version, old.version):
                continue
            fresh = _Known(person, version, person_id in unread)
            if old is not None:
                read_already = version is not None and version == old.version and not old.unread
                fresh = _Known(person, version or old.version, fresh.unread and not read_already)
            if old == fresh:
                continue
            rows.append(_person_row(person) | {"version": fresh.version, "unread": fresh.unread})
            if old is None or old.person != person:
                changed.append(person_id)
            if old is not None and old.person.active and not person.active:
                left.append(person_id)
            returned = returned or (old is not None and not old.person.active and person.active)
        for some in chunks(rows):
            self.conn.execute(_put_people(self.postgres), some)
        return PeopleWritten(changed=tuple(changed), left=tuple(left), returned=returned)

    def _locked_people(self, ids: Iterable[PersonId]) -> dict[PersonId, "_Known"]:
        """In the order of their ids, so that two who write people wait for one another."""
        return {
            PersonId(row.id): _Known(PERSON.from_row(row), row.version, row.unread)
            for some in chunks(sorted(ids))
            for row in self.conn.execute(_LOCK_PEOPLE, {"ids": some})
        }

    def close_people(self, person_ids: Iterable[PersonId]) -> PeopleWritten:
        """Their accounts are closed."""
        self.forget()
        left: list[PersonId] = []
        for some in chunks(sorted(set(person_ids))):
            left += map(PersonId, self.conn.execute(_CLOSE, {"ids": some}).scalars())
        return PeopleWritten(changed=tuple(left), left=tuple(left))

    def left_with_something(self) -> tuple[PersonId, ...]:
        """Whose account is closed and who still holds something, asks or is asked."""
        found = self.conn.execute(_LEFT_WITH_SOMETHING).scalars()
        return tuple(map(PersonId, found))

    def put_groups(self, groups: Iterable[Group]) -> GroupsWritten:
        """Write groups with their members."""
        self.forget()
        given = {group.id: group for group in groups}
        known = self._groups(given)
        fresh = [group for group in given.values() if known.get(group.id) != group]
        if not fresh:
            return GroupsWritten()
        statement = upsert(t.groups, self.postgres)
        columns = ["handle", "name", "active"]
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in columns}
        )
        rows = [
            {
                "id": group.id,
                "handle": codec.clean(group.handle),
                "name": codec.clean(group.name),
                "active": group.active,
            }
            for group in fresh
        ]
        self.conn.execute(statement, rows)
        nobody: frozenset[PersonId] = frozenset()
        changed, moved = [], nobody
        for group in fresh:
            old = known.get(group.id)
            before = old.members if old is not None else nobody
            self._write_members(group.id, before, group.members)
            was = before if old is not None and old.active else nobody
            if differing := was ^ (group.members if group.active else nobody):
                changed.append(group.id)
                moved |= differing
        return GroupsWritten(changed=tuple(changed), moved=moved)

    def _groups(self, ids: Iterable[GroupId]) -> dict[GroupId, Group]:
        found: dict[GroupId, Group] = {}
        for some in chunks(sorted(ids)):
            members: dict[str, set[PersonId]] = {}
            listed = select(t.group_members.c.group_id, t.group_members.c.person_id).where(
                t.group_members.c.group_id.in_(bindparam("ids", expanding=True))
            )
            for group_id, person_id in self.conn.execute(listed, {"ids": some}):
                members.setdefault(group_id, set()).add(PersonId(person_id))
            named = select(t.groups).where(t.groups.c.id.in_(bindparam("ids", expanding=True)))
            for row in self.conn.execute(named, {"ids": some}):
                found[row.id] = Group(
                    id=GroupId(row.id),
                    handle=row.handle,
                    name=row.name,
                    active=row.active,
                    members=frozenset(members.get(row.id, ())),
                )
        return found

    def _write_members(
        self, group_id: GroupId, before: frozenset[PersonId], after: frozenset[PersonId]
    ) -> None:
        if gone := sorted(before - after):
            leave = delete(t.group_members).where(
                t.group_members.c.group_id == bindparam("of"),
                t.group_members.c.person_id == bindparam("who"),
            )
            self.conn.execute(leave, [{"of": group_id, "who": who} for who in gone])
        if new := sorted(after - before):
            join = [{"group_id": group_id, "person_id": who} for who in new]
            statement = upsert(t.group_members, self.postgres).on_conflict_do_nothing()
            self.conn.execute(statement, join)

    def put_channels(self, channels: Iterable[Channel]) -> None:
        """Write channels into the mirror."""
        rows = [
            {
                "id": channel.id,
                "name": codec.clean(channel.name),
                "is_private": channel.is_private,
                "is_archived": channel.is_archived,
            }
            for channel in channels
        ]
        statement = upsert(t.channels, self.postgres)
        columns = ["name", "is_private", "is_archived"]
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in columns}
        )
        for some in chunks(rows):
            self.conn.execute(statement, some)

    def rename_channel(self, channel_id: ChannelId, name: str) -> None:
        """This channel, if the mirror knows it, has another name."""
        renamed = update(t.channels).where(t.channels.c.id == bindparam("of"))
        self.conn.execute(renamed.values(name=bindparam("new")), {"of": channel_id, "new": name})

    def hold_decisions(self) -> None:
        """Let nobody commit before this ends what they decide about requests and assignments.

        Whoever has locked or written theirs is waited for, and is seen from now on; whoever comes
        later waits for this, finds another revision (`written_under`), and decides again. SQLite
        has one writer at a time anyhow.
        """
        if self.postgres:
            self.conn.execute(_HOLD_DECISIONS)

    def add_configuration(
        self, configuration: Configuration, *, by: str, source: str, now: datetime
    ) -> int:
        """Store a new revision and return its number. Raises `Conflict` when another was faster."""
        self.confirm()
        stored = self.configured()
        revision = stored.revision + 1 if stored is not None else 1
        row = {
            "revision": revision,
            "applied_at": now,
            "applied_by": by,
            "source": source,
            "body": codec.encode(configuration),
        }
        with keys_checked():
            self.conn.execute(insert(t.configurations), row)
        self._added = Configured(configuration, revision)
        return revision

    def note_source(self, source: str) -> None:
        """Another file says the same as the newest revision: remember its digest instead."""
        newest = select(func.max(t.configurations.c.revision)).scalar_subquery()
        named = t.configurations.c.revision == newest
        self.conn.execute(update(t.configurations).where(named).values(source=source))


def _older(version: int | None, known: int | None) -> bool:
    return version is not None and known is not None and version < known


@cache
def _put_people(postgres: bool) -> Insert:
    statement = upsert(t.people, postgres)
    columns = {c.name: statement.excluded[c.name] for c in _P if c.name != "id"}
    put: Insert = statement.on_conflict_do_update(index_elements=["id"], set_=columns)
    return put


def _person_row(person: Person) -> dict[str, object]:
    row = PERSON.to_row(person)
    row["email_key"] = codec.clean(person.email).casefold() if person.email else None
    row["department_key"] = codec.clean(person.department or "").strip() or None
    return row
