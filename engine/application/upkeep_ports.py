"""What upkeep needs of a transaction: the mirror of the directory, jobs, things remembered.

The rest of a transaction is in `ports.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from engine.application.directory import Channel
from engine.domain.ids import GroupId, PersonId
from engine.domain.people import Group, Person


@dataclass(frozen=True, slots=True)
class JobState:
    """How a recurring job stands; as if never done when nobody knows it yet."""

    due_at: datetime | None = None
    done_at: datetime | None = None
    """When it was last done well."""
    failures: int = 0
    """How often it has failed since."""


class UpkeepReader(Protocol):
    """What upkeep reads."""

    def job_state(self, name: str) -> JobState:
        """How this recurring job stands."""
        ...

    def remembered(self, name: str) -> str | None:
        """What was remembered last under this name."""
        ...


class UpkeepWriter(Protocol):
    """What upkeep writes."""

    # The mirror of the directory

    def put_people(self, people: Iterable[Person]) -> tuple[PersonId, ...]:
        """Write people into the mirror; returns those that were active and now are not."""
        ...

    def put_groups(self, groups: Iterable[Group]) -> tuple[GroupId, ...]:
        """Write groups with their members; returns those whose members changed."""
        ...

    def put_channels(self, channels: Iterable[Channel]) -> None:
        """Write channels into the mirror."""
        ...

    def retire_people_not_in(self, seen: Iterable[PersonId]) -> tuple[PersonId, ...]:
        """Deactivate our own people whom a complete listing did not name; returns them.

        People of other workspaces are never in a listing, and stay.
        """
        ...

    # Repeats

    def first_time(self, event_id: str, now: datetime) -> bool:
        """Whether this event of the outside has not been handled yet; remembers it for a day."""
        ...

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
        """It is due now; if it is being done, once more afterwards."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Know this again at the next start."""
        ...
