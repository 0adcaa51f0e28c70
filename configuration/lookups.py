"""Names to ids: people by e-mail, groups by handle, channels by name.

Without a directory nothing can be looked up. Then a name stands for itself, so that everything
that depends only on who is who (the same person twice, more approvals than people) is still
checked, and nothing is said about who exists.
"""

from configuration.faults import Words
from configuration.names import fold
from configuration.wording import meaning
from engine.application.directory import Channel, DirectoryNames
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Group, PersonKind

_ONE_OF_US = frozenset({PersonKind.MEMBER, PersonKind.GUEST})


class Lookups:
    """Answers with an id or a group or a channel, or with words about why there is none."""

    def __init__(self, directory: DirectoryNames | None) -> None:
        """Look names up in a directory, or, with None, take them at their word."""
        self._directory = directory
        self._labels: dict[PersonId, str] = {}

    def person(self, email: str) -> PersonId | Words:
        """The active member or guest with this address."""
        if self._directory is None:
            person_id = PersonId(fold(email))
        else:
            person = self._directory.person_by_email(email)
            if person is None:
                return meaning.unknown_person(email, self._directory.similar("person", email))
            if not person.active:
                return meaning.deactivated_person(email)
            if person.kind not in _ONE_OF_US:
                return meaning.not_one_of_us(email, person.kind)
            person_id = person.id
        self._labels.setdefault(person_id, email)
        return person_id

    def label(self, person_id: PersonId) -> str:
        """What the file calls somebody it has named."""
        return self._labels.get(person_id, person_id)

    def is_guest(self, person_id: PersonId) -> bool:
        """Whether this is known to be a guest."""
        person = self._directory.person(person_id) if self._directory is not None else None
        return person is not None and person.kind is PersonKind.GUEST

    def group(self, handle: str) -> Group | Words:
        """The group with this handle (@ included), disabled or not."""
        bare = handle.removeprefix("@")
        if self._directory is None:
            return Group(id=GroupId(fold(bare)), handle=bare, name=bare)
        group = self._directory.group_by_handle(bare)
        if group is None:
            return meaning.unknown_group(handle, self._directory.similar("group", bare))
        return group

    def members(self, group_id: GroupId) -> frozenset[PersonId] | None:
        """Who of a group could act today; None when nobody can know."""
        if self._directory is None:
            return None
        group = self._directory.group(group_id)
        if group is None:
            return None
        people = (self._directory.person(person_id) for person_id in group.members)
        return frozenset(
            person.id
            for person in people
            if person is not None and person.active and person.kind in _ONE_OF_US
        )

    def channel(self, name: str) -> Channel | Words:
        """The channel with this name (# included) that is still in use."""
        bare = name.removeprefix("#")
        if self._directory is None:
            return Channel(id=ChannelId(fold(bare)), name=bare, is_private=True)
        channel = self._directory.channel_by_name(bare)
        if channel is None:
            return meaning.unknown_channel(name, self._directory.similar("channel", bare))
        if channel.is_archived:
            return meaning.archived_channel(name)
        return channel
