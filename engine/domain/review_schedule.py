"""When a policy is reviewed: the series of its runs.

The moments are counted from the first day, never from the last run, so that the 31st of a month
stays the 31st wherever there is one and nothing drifts. A moment that passed while nobody looked
is not caught up with: of several missed ones the latest counts (they collapse into one), and what
lay before the day the reviews were configured never happens.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from engine.domain.ids import PackageId, PolicyId
from engine.domain.review_settings import Recurrence, ReviewSettings

_MONTHS_IN_YEAR = 12
_LONGEST_MONTH = timedelta(days=31)
_LAST_YEAR = 9000
_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A first day and how often from then on."""

    starting: date
    every: Recurrence

    @property
    def starts_at(self) -> datetime:
        """The moment the first run opens."""
        return datetime.combine(self.starting, time(), UTC)

    def occurrence(self, number: int) -> datetime:
        """The moment of the run with this number; 0 is the first."""
        start = self.starts_at
        months = start.month - 1 + number * self.every.months
        year, month = start.year + months // _MONTHS_IN_YEAR, months % _MONTHS_IN_YEAR + 1
        day = min(start.day, monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + number * self.every.length

    def first_from(self, moment: datetime) -> datetime | None:
        """The first run at or after a moment; None when there is none."""
        if self.starts_at >= moment:
            return self.starts_at
        if self.every.once:
            return None
        number = self._fitting(moment)
        while (found := self.occurrence(number)) < moment:
            number += 1
            if found.year >= _LAST_YEAR:
                return None
        return found

    def latest_until(self, first: datetime, now: datetime) -> datetime:
        """The latest run from `first` to now; `first` itself must have come."""
        latest = first
        if self.every.once:
            return latest
        number = self._fitting(now)
        while (found := self.occurrence(number)) <= now:
            latest = max(latest, found)
            number += 1
        return latest

    def _fitting(self, moment: datetime) -> int:
        """The number of a run that surely lies before the moment, and not long before."""
        longest = self.every.months * _LONGEST_MONTH + self.every.length
        return max(int((moment - self.starts_at) / longest) - 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSeries:
    """The reviews of one policy, as far as time drives them."""

    policy_id: PolicyId
    package_id: PackageId
    settings: ReviewSettings | None
    """As configured; None once the policy has no reviews any more."""
    rhythm: Rhythm | None
    next_at: datetime | None
    """When the next run opens; None when there is none."""


def planned(
    series: ReviewSeries | None,
    *,
    policy_id: PolicyId,
    package_id: PackageId,
    settings: ReviewSettings | None,
    now: datetime,
) -> ReviewSeries | None:
    """The series after a configuration was applied; None when there never was one.

    The next run stays planned as it was unless its recurrence or its start was edited.
    """
    if settings is None:
        return None if series is None else replace(series, settings=None, next_at=None)
    old = series.settings if series is not None else None
    if series is not None and old is not None and _same_times(old, settings):
        return replace(series, settings=settings)
    rhythm = Rhythm(starting=settings.starting or now.date(), every=settings.every)
    today = datetime.combine(now.date(), time(), UTC)
    return ReviewSeries(
        policy_id=policy_id,
        package_id=package_id,
        settings=settings,
        rhythm=rhythm,
        next_at=rhythm.first_from(today),
    )


def advance(series: ReviewSeries, *, now: datetime) -> tuple[ReviewSeries, datetime | None]:
    """The series afterwards, and the moment of the run that is due now, if one is."""
    if series.rhythm is None or series.next_at is None or series.next_at > now:
        return series, None
    due = series.rhythm.latest_until(series.next_at, now)
    return replace(series, next_at=series.rhythm.first_from(due + _MOMENT)), due


def due_timers(series: ReviewSeries) -> tuple[tuple[datetime, str], ...]:
    """Every moment at which time alone would change the series."""
    return ((series.next_at, "next run"),) if series.next_at is not None else ()


def _same_times(one: ReviewSettings, other: ReviewSettings) -> bool:
    return (one.every, one.starting) == (other.every, other.starting)
