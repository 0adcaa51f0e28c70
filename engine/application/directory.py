"""The mirror of the directory: what a source of people delivers and what reads it by name.

The rules read people only from the mirror, never over the network. A source fills it: everything
at start and nightly, single people as the directory's events tell of them. Configuration files name
people by e-mail, groups by handle and channels by name; `DirectoryNames` turns such names into ids
and back.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Group, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel of the workspace, as far as configuration needs it."""

    id: ChannelId
    name: str
    """Without the #."""
    is_private: bool = False
    is_archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the directory says of one person."""

    person: Person
    version: int | None = None
    """Grows with every change there; what is told in an older one than is known does not count."""
    with_fields: bool = True
    """Whether manager, department and the like came along; if not, what was known of them stays."""


class DirectorySource(Protocol):
    """Where people come from. Errors: `ConnectorError` family."""

    def people(self) -> AsyncIterator[Told]:
        """Everybody, deactivated accounts and bots included."""
        ...

    async def with_fields(self, people: Sequence[Person]) -> Sequence[Person]:
        """These people with manager, department and the like, as many as can be read now."""
        ...

    def groups(self) -> AsyncIterator[Group]:
        """Every group with its members, disabled ones included."""
        ...

    def channels(self) -> AsyncIterator[Channel]:
        """Every channel the app can see."""
        ...

    async def person(self, person_id: PersonId) -> Told | None:
        """One person now, for somebody the mirror has not seen yet."""
        ...


class DirectoryNames(Protocol):
    """Names to ids and back, over the mirror. Lookups ignore case."""

    def person_by_email(self, email: str) -> Person | None:
        """The one person with this address, active or not."""
        ...

    def group_by_handle(self, handle: str) -> Group | None:
        """The group with this handle (no @), disabled or not."""
        ...

    def channel_by_name(self, name: str) -> Channel | None:
        """The channel with this name (no #)."""
        ...

    def person(self, person_id: PersonId) -> Person | None:
        """The person with this id."""
        ...

    def group(self, group_id: GroupId) -> Group | None:
        """The group with this id."""
        ...

    def channel(self, channel_id: ChannelId) -> Channel | None:
        """The channel with this id."""
        ...

    def similar(self, kind: str, name: str) -> str | None:
        """The known e-mail, handle or channel name closest to a misspelt one, if one is close.

        `kind` is "person", "group" or "channel".
        """
        ...
