"""How the exported file calls people, groups and channels, and when it keeps to one line."""

from collections.abc import Sequence

from configuration.yaml_text import Flow, Writable, flow
from engine.application.directory import DirectoryNames
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Subject, SubjectKind

_WIDTH = 88


class Names:
    """Ids to the names a file uses."""

    def __init__(self, directory: DirectoryNames) -> None:
        """Look ids up in a directory."""
        self._directory = directory

    def person(self, person_id: PersonId) -> str:
        """An e-mail address, or the id of somebody without one."""
        person = self._directory.person(person_id)
        return person_id if person is None or person.email is None else person.email

    def group(self, group_id: GroupId) -> str:
        """An @handle, or the id of a group that is gone."""
        group = self._directory.group(group_id)
        return group_id if group is None else f"@{group.handle}"

    def channel(self, channel_id: ChannelId) -> str:
        """A #name, or the id of a channel nobody can see."""
        channel = self._directory.channel(channel_id)
        return channel_id if channel is None else f"#{channel.name}"

    def subject(self, subject: Subject) -> str:
        """A person or a group by name; other subjects by what they are."""
        if subject.person_id is not None:
            return self.person(subject.person_id)
        if subject.group_id is not None:
            return self.group(subject.group_id)
        if subject.level is not None:
            return f"manager {subject.level}"
        return "catalog owners"

    def every(self, subjects: Sequence[Subject]) -> Writable:
        """A list of people and groups."""
        return short([self.subject(subject) for subject in subjects])

    def ways(self, subjects: Sequence[Subject]) -> list[dict[str, Writable]]:
        """Each subject in its own form; people next to each other share a list."""
        items: list[dict[str, Writable]] = []
        people: list[Writable] = []
        for subject in subjects:
            if subject.kind is SubjectKind.PERSON:
                if not people:
                    items.append({"people": people})
                people.append(self.subject(subject))
                continue
            people = []
            if subject.group_id is not None:
                items.append({"group": self.group(subject.group_id)})
            elif subject.level is not None:
                items.append({"manager": subject.level})
            else:
                items.append({"catalog_owners": True})
        return items


def short(value: Writable) -> Writable:
    """On one line if it fits."""
    return Flow(value) if len(flow(value)) <= _WIDTH else value
