"""The mirror of the directory by names, held in memory for as long as somebody looks names up."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from sqlalchemy import Connection, select

from engine.application.directory import Channel
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Group, Person, PersonKind
from storage.mapping import Mapped
from storage.tables import channels, group_members, groups, people


class Names:
    """A snapshot of everybody and everything that can be named in a configuration file.

    Of two accounts with one address, or two groups of one handle, the active one is meant.
    """

    def __init__(
        self,
        everybody: Iterable[Person],
        some_groups: Iterable[Group],
        some_channels: Iterable[Channel],
    ) -> None:
        """Index them by id and by name."""
        self._people = {person.id: person for person in everybody}
        self._groups = {group.id: group for group in some_groups}
        self._channels = {channel.id: channel for channel in some_channels}
        by_age = sorted(self._people.values(), key=lambda person: person.active)
        self._by_email = {p.email.casefold(): p for p in by_age if p.email}
        self._by_handle = {
            g.handle.casefold(): g for g in sorted(self._groups.values(), key=lambda g: g.active)
        }
        self._by_name = {
            c.name.casefold(): c
            for c in sorted(self._channels.values(), key=lambda c: not c.is_archived)
        }

    def person_by_email(self, email: str) -> Person | None:
        """The one person with this address, active or not."""
        return self._by_email.get(email.casefold())

    def group_by_handle(self, handle: str) -> Group | None:
        """The group with this handle (no @), disabled or not."""
        return self._by_handle.get(handle.casefold())

    def channel_by_name(self, name: str) -> Channel | None:
        """The channel with this name (no #)."""
        return self._by_name.get(name.casefold())

    def person(self, person_id: PersonId) -> Person | None:
        """The person with this id."""
        return self._people.get(person_id)

    def group(self, group_id: GroupId) -> Group | None:
        """The group with this id."""
        return self._groups.get(group_id)

    def channel(self, channel_id: ChannelId) -> Channel | None:
        """The channel with this id."""
        return self._channels.get(channel_id)

    def similar(self, kind: str, name: str) -> str | None:
        """The known e-mail, handle or channel name closest to a misspelt one, if one is close."""
        known: dict[str, Mapping[str, object]] = {
            "person": {mail: who for mail, who in self._by_email.items() if _worth_naming(who)},
            "group": self._by_handle,
            "channel": self._by_name,
        }
        close = get_close_matches(name.casefold(), known[kind], n=1, cutoff=0.75)
        return self._spelt(kind, close[0]) if close else None

    def _spelt(self, kind: str, key: str) -> str | None:
        """The name as the directory writes it."""
        match kind:
            case "person":
                return self._by_email[key].email
            case "group":
                return self._by_handle[key].handle
            case _:
                return self._by_name[key].name


def _worth_naming(person: Person) -> bool:
    """Whether a file may mean them: no bot and nobody who has left decides anything."""
    return person.active and person.kind is not PersonKind.BOT


def read_names(conn: Connection, person: Mapped[Person]) -> Names:
    """The whole mirror."""
    return Names(
        person.all_from(conn.execute(select(*person.columns).order_by(people.c.id))),
        read_groups(conn),
        (
            Channel(
                id=ChannelId(row.id),
                name=row.name,
                is_private=row.is_private,
                is_archived=row.is_archived,
            )
            for row in conn.execute(select(channels).order_by(channels.c.id))
        ),
    )


def read_groups(conn: Connection) -> tuple[Group, ...]:
    """Every group with its members."""
    members: dict[str, set[PersonId]] = {}
    for group_id, person_id in conn.execute(
        select(group_members.c.group_id, group_members.c.person_id)
    ):
        members.setdefault(group_id, set()).add(PersonId(person_id))
    return tuple(
        Group(
            id=GroupId(row.id),
            handle=row.handle,
            name=row.name,
            active=row.active,
            members=frozenset(members.get(row.id, ())),
        )
        for row in conn.execute(select(groups).order_by(groups.c.id))
    )
