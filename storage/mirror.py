"""Writing the mirror of the directory, and the configuration.

A listing of ten thousand people mostly repeats what is stored: only what differs is written.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from engine.application.configured import Configured
from engine.application.directory import Channel
from engine.domain.configuration import Configuration
from engine.domain.ids import GroupId, PersonId
from engine.domain.people import Group, Person, PersonKind
from storage import codec
from storage import tables as t
from storage.bound import upsert
from storage.conflicts import keys_checked
from storage.reader import PERSON, SqlReader, chunks


class MirrorWrites(SqlReader):
    """People, groups, channels, and the configuration that names them."""

    def put_people(self, people: Iterable[Person]) -> tuple[PersonId, ...]:
        """Write people into the mirror; returns those that were active and now are not."""
        self.forget()
        given = {person.id: person for person in people}
        known = self.people(given)
        fresh = [person for person in given.values() if known.get(person.id) != person]
        statement = upsert(t.people, self.postgres)
        columns = [c.name for c in t.people.c if c.name != "id"]
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in columns}
        )
        for some in chunks([_person_row(person) for person in fresh]):
            self.conn.execute(statement, some)
        left = (p for p in fresh if not p.active and p.id in known and known[p.id].active)
        return tuple(person.id for person in left)

    def put_groups(self, groups: Iterable[Group]) -> tuple[GroupId, ...]:
        """Write groups with their members; returns those that now are other people than before."""
        self.forget()
        given = {group.id: group for group in groups}
        known = self._groups(given)
        fresh = [group for group in given.values() if known.get(group.id) != group]
        if not fresh:
            return ()
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
        changed = []
        for group in fresh:
            old = known.get(group.id)
            before = old.members if old is not None else nobody
            self._write_members(group.id, before, group.members)
            was = before if old is not None and old.active else nobody
            if was != (group.members if group.active else nobody):
                changed.append(group.id)
        return tuple(changed)

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

    def retire_people_not_in(self, seen: Iterable[PersonId]) -> tuple[PersonId, ...]:
        """Deactivate our own people whom a complete listing did not name; returns them.

        People of other workspaces are not ours: no listing of ours names them.
        """
        listed = set(seen)
        ours = select(t.people.c.id).where(
            t.people.c.active, t.people.c.kind != PersonKind.STRANGER
        )
        known = self.conn.execute(ours.order_by(t.people.c.id)).scalars()
        gone = [PersonId(person_id) for person_id in known if person_id not in listed]
        retire = (
            update(t.people)
            .where(t.people.c.id.in_(bindparam("ids", expanding=True)))
            .values(active=False)
        )
        for some in chunks(gone):
            self.conn.execute(retire, {"ids": some})
        return tuple(gone)

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


def _person_row(person: Person) -> dict[str, object]:
    row = PERSON.to_row(person)
    row["email_key"] = codec.clean(person.email).casefold() if person.email else None
    row["department_key"] = codec.clean(person.department or "").strip() or None
    return row
