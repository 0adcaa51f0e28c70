"""What upkeep needs of a transaction: the mirror of the directory, jobs, things remembered.

The rest of a transaction is in `ports.py`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from engine.application.directory import Channel
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Group, Person


@dataclass(frozen=True, slots=True)
class JobState:
    """How a recurring job stands; as if never done when nobody knows it yet."""

    due_at: datetime | None = None
    done_at: datetime | None = None
    """When it was last done well."""
    failures: int = 0
    """How often it has failed since."""


@dataclass(frozen=True, slots=True)
class PeopleWritten:
    """What writing people into the mirror changed."""

    changed: tuple[PersonId, ...] = ()
    """Who is another than before, or new."""
    left: tuple[PersonId, ...] = ()
    """Who was active and now is not."""
    returned: bool = False
    """Whether anybody was known and closed, and is active again."""


@dataclass(frozen=True, slots=True)
class GroupsWritten:
    """What writing groups into the mirror changed."""

    changed: tuple[GroupId, ...] = ()
    """Groups that now are other people than before."""
    moved: frozenset[PersonId] = frozenset()
    """Who came into one of them or left it."""


class UpkeepReader(Protocol):
    """What upkeep reads."""

    def active_people(self) -> frozenset[PersonId]:
        """Our own people whose accounts are open; people of other workspaces left out."""
        ...

    def people_without_fields(
        self, limit: int, among: Iterable[PersonId] | None = None
    ) -> tuple[Person, ...]:
        """People whose manager, department and the like are still to be read."""
        ...

    def job_state(self, name: str) -> JobState:
        """How this recurring job stands."""
        ...

    def remembered(self, name: str) -> str | None:
        """What was remembered last under this name."""
        ...


class UpkeepWriter(Protocol):
    """What upkeep writes."""

    # The mirror of the directory

    def put_people(
        self,
        people: Iterable[Person],
        *,
        versions: Mapping[PersonId, int] | None = None,
        without_fields: Collection[PersonId] = (),
    ) -> PeopleWritten:
        """Write people into the mirror, but nobody of an older version than is known of them.

        Manager, department and the like of those `without_fields` are still to be read, unless they
        were read of this very version.
        """
        ...

    def close_people(self, person_ids: Iterable[PersonId]) -> PeopleWritten:
        """Their accounts are closed."""
        ...

    def left_with_something(self) -> tuple[PersonId, ...]:
        """Whose account is closed and who still holds something, asks or is asked."""
        ...

    def put_groups(self, groups: Iterable[Group]) -> GroupsWritten:
        """Write groups with their members."""
        ...

    def put_channels(self, channels: Iterable[Channel]) -> None:
        """Write channels into the mirror."""
        ...

    def rename_channel(self, channel_id: ChannelId, name: str) -> None:
        """This channel, if the mirror knows it, has another name."""
        ...

    # Jobs

    def claim_job(
        self, name: str, now: datetime, *, every: timedelta, within: timedelta, anyway: bool = False
    ) -> datetime | None:
        """Until when this job is ours to do, if it is due or wanted `anyway`.

        Its next turn is `every` later. Nobody else does it until it ends, or `within` has passed.
        """
        ...

    def end_job(
        self,
        name: str,
        claim: datetime,
        now: datetime,
        *,
        well: bool,
        failures: int = 0,
        again_at: datetime | None = None,
    ) -> None:
        """It came to its end, or has failed so often in a row and is due `again_at` at the latest.

        Nothing is written when the claim has passed and another holds the job.
        """
        ...

    def hurry_job(self, name: str, now: datetime) -> None:
        """It is due at that moment; if it is being done now, once more afterwards."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Know this again at the next start."""
        ...
