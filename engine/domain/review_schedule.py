"""When a policy is reviewed: the series of its runs.

The moments are counted from the first day, never from the last run, so that the 31st of a month
stays the 31st wherever there is one and nothing drifts. A moment that passed while nobody looked
is not caught up with: of several missed ones the latest counts (they collapse into one), and what
lay before the day the reviews were configured never happens.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from engine.domain.ids import PackageId, PolicyId
from engine.domain.review_settings import Recurrence, ReviewSettings

_MONTHS_IN_YEAR = 12
_LONGEST_MONTH = timedelta(days=31)
_LAST_YEAR = 9000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSeries:
    """The reviews of one policy, as far as time drives them."""

    policy_id: PolicyId
    package_id: PackageId
    settings: ReviewSettings | None
    """As configured; None once the policy has no reviews any more."""
    next_at: datetime | None
    """When the next run opens; None when there is none."""


def starts_at(settings: ReviewSettings) -> datetime:
    """The moment the first run opens."""
    return datetime.combine(settings.starting, time(), UTC)


def occurrence(settings: ReviewSettings, number: int) -> datetime:
    """The moment of the run with this number; 0 is the first."""
    start, every = starts_at(settings), settings.every
    months = start.month - 1 + number * every.months
    year, month = start.year + months // _MONTHS_IN_YEAR, months % _MONTHS_IN_YEAR + 1
    day = min(start.day, monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day) + number * every.length


def first_from(settings: ReviewSettings, moment: datetime) -> datetime | None:
    """The first run at or after a moment; None when there is none."""
    if starts_at(settings) >= moment:
        return starts_at(settings)
    if settings.every.once:
        return None
    number = max(_at_most(settings.every, moment - starts_at(settings)), 0)
    while (found := occurrence(settings, number)) < moment:
        number += 1
        if found.year >= _LAST_YEAR:
            return None
    return found


def latest_until(settings: ReviewSettings, first: datetime, now: datetime) -> datetime:
    """The latest run from `first` to now; `first` itself must have come."""
    latest = first
    if settings.every.once:
        return latest
    number = max(_at_most(settings.every, now - starts_at(settings)) - 1, 0)
    while (found := occurrence(settings, number)) <= now:
        latest = max(latest, found)
        number += 1
    return latest


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
    today = datetime.combine(now.date(), time(), UTC)
    next_at = first_from(settings, today)
    return ReviewSeries(
        policy_id=policy_id, package_id=package_id, settings=settings, next_at=next_at
    )


def advance(series: ReviewSeries, *, now: datetime) -> tuple[ReviewSeries, datetime | None]:
    """The series afterwards, and the moment of the run that is due now, if one is."""
    if series.settings is None or series.next_at is None or series.next_at > now:
        return series, None
    due = latest_until(series.settings, series.next_at, now)
    after = first_from(series.settings, due + timedelta(milliseconds=1))
    return replace(series, next_at=after), due


def due_timers(series: ReviewSeries) -> tuple[tuple[datetime, str], ...]:
    """Every moment at which time alone would change the series."""
    return ((series.next_at, "next run"),) if series.next_at is not None else ()


def _same_times(one: ReviewSettings, other: ReviewSettings) -> bool:
    return (one.every, one.starting) == (other.every, other.starting)


def _at_most(every: Recurrence, passed: timedelta) -> int:
    """A number of runs that surely fit into the time that passed; hardly fewer than do."""
    longest = every.months * _LONGEST_MONTH + every.length
    return int(passed / longest)
