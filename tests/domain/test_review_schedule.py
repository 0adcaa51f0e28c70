"""When reviews open: counted from the first day, never drifting, never twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.ids import PackageId, PolicyId
from engine.domain.review_schedule import ReviewSeries, Rhythm, advance, due_timers, planned
from engine.domain.review_settings import (
    HALF_YEARLY,
    MONTHLY,
    ONCE,
    QUARTERLY,
    WEEKLY,
    YEARLY,
    Recurrence,
    ReviewSettings,
    ReviewStage,
)

DAY = timedelta(days=1)
POLICY, PACKAGE = PolicyId("policy"), PackageId("package")


def moment(text: str) -> datetime:
    """A moment, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def settings(every: Recurrence = QUARTERLY, starting: str | None = "2027-01-01") -> ReviewSettings:
    """Reviews so often from that day."""
    return ReviewSettings(
        every=every,
        starting=date.fromisoformat(starting) if starting else None,
        stages=(ReviewStage(),),
    )


def series(wanted: ReviewSettings, now: str) -> ReviewSeries:
    """The series after a configuration was applied for the first time."""
    made = planned(None, policy_id=POLICY, package_id=PACKAGE, settings=wanted, now=moment(now))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("every", "third"),
    [
        (WEEKLY, "2027-02-14"),
        (MONTHLY, "2027-03-31"),
        (QUARTERLY, "2027-07-31"),
        (HALF_YEARLY, "2028-01-31"),
        (YEARLY, "2029-01-31"),
        (Recurrence(months=1, length=DAY), "2027-04-02"),
        (Recurrence(length=10 * DAY), "2027-02-20"),
    ],
)
def test_the_third_run_lies_two_intervals_after_the_first(every: Recurrence, third: str) -> None:
    """ARV-1: weekly to yearly, and any duration."""
    rhythm = Rhythm(starting=date(2027, 1, 31), every=every)
    assert rhythm.occurrence(2) == moment(third)


def test_a_month_without_a_31st_ends_on_its_last_day_and_the_next_has_its_31st() -> None:
    """Counted from the first day, not from the run before."""
    rhythm = Rhythm(starting=date(2027, 1, 31), every=MONTHLY)
    days = [rhythm.occurrence(number).date().isoformat() for number in range(5)]
    assert days == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]


def test_a_quarterly_review_opens_four_times_in_a_year() -> None:
    """On the first of January, April, July and October."""
    found, now = series(settings(), "2026-11-23"), moment("2026-11-23")
    opened = []
    while now < moment("2028-01-01"):
        found, due = advance(found, now=now)
        if due is not None:
            opened.append(due.date().isoformat())
        now += 7 * DAY
    assert opened == ["2027-01-01", "2027-04-01", "2027-07-01", "2027-10-01"]


def test_missed_runs_collapse_into_the_latest() -> None:
    """Half a year of silence makes one run, not two."""
    found, due = advance(series(settings(), "2026-11-23"), now=moment("2027-09-30"))
    assert due == moment("2027-07-01")
    assert found.next_at == moment("2027-10-01")
    assert advance(found, now=moment("2027-09-30"))[1] is None


def test_what_lay_before_the_configuration_never_happens() -> None:
    """The first run is the first one from that day on, the day itself included."""
    assert series(settings(), "2027-02-05T10:00").next_at == moment("2027-04-01")
    assert series(settings(), "2027-04-01T10:00").next_at == moment("2027-04-01")


def test_a_single_review_is_held_once() -> None:
    """And never when its day was over before anybody configured it."""
    found, due = advance(series(settings(ONCE), "2026-11-23"), now=moment("2027-01-01T00:00"))
    assert due == moment("2027-01-01")
    assert (found.next_at, due_timers(found)) == (None, ())
    assert series(settings(ONCE), "2027-01-02").next_at is None


def test_without_a_first_day_it_is_the_day_of_the_configuration() -> None:
    """And stays that day when the file is applied again later."""
    made = series(settings(MONTHLY, None), "2026-11-23T15:00")
    assert made.next_at == moment("2026-11-23")
    after, _ = advance(made, now=moment("2026-11-23T15:00"))
    again = planned(
        after,
        policy_id=POLICY,
        package_id=PACKAGE,
        settings=settings(MONTHLY, None),
        now=moment("2026-12-01"),
    )
    assert again is not None
    assert again.next_at == moment("2026-12-23")


def test_editing_anything_but_the_times_leaves_the_next_run_where_it_is() -> None:
    """ARV-2: only another recurrence or start plans anew."""
    made = series(settings(), "2026-11-23")
    edited = ReviewSettings(
        every=QUARTERLY, starting=date(2027, 1, 1), stages=(ReviewStage(open_for=DAY),)
    )
    same = planned(
        made, policy_id=POLICY, package_id=PACKAGE, settings=edited, now=moment("2026-12-01")
    )
    assert same is not None
    assert (same.next_at, same.settings) == (made.next_at, edited)
    monthly = planned(
        made,
        policy_id=POLICY,
        package_id=PACKAGE,
        settings=settings(MONTHLY),
        now=moment("2027-02-05"),
    )
    assert monthly is not None
    assert monthly.next_at == moment("2027-03-01")


def test_reviews_that_are_taken_out_of_the_file_are_planned_no_more() -> None:
    """And a policy that never had any has no series."""
    made = series(settings(), "2026-11-23")
    gone = planned(
        made, policy_id=POLICY, package_id=PACKAGE, settings=None, now=moment("2026-12-01")
    )
    assert gone is not None
    assert due_timers(gone) == ()
    nothing = planned(
        None, policy_id=POLICY, package_id=PACKAGE, settings=None, now=moment("2026-12-01")
    )
    assert nothing is None


_every = st.sampled_from(
    [WEEKLY, MONTHLY, QUARTERLY, YEARLY, Recurrence(length=timedelta(hours=5))]
)
_days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(_every, _days, st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001
def test_the_first_run_from_a_moment_is_the_very_next_one(
    every: Recurrence, starting: date, when: datetime
) -> None:
    """No run lies between the moment and what is found; and looking back finds it again."""
    rhythm, at = Rhythm(starting=starting, every=every), when.replace(tzinfo=UTC)
    found = rhythm.first_from(at)
    assert found is not None
    assert found >= at
    before = [n for n in range(2) if rhythm.occurrence(n) < at]
    if before:
        assert rhythm.latest_until(rhythm.starts_at, at) <= at
        assert rhythm.latest_until(rhythm.starts_at, found) == found


@pytest.mark.parametrize(
    ("every", "days"),
    [(WEEKLY, 7), (MONTHLY, 28), (QUARTERLY, 89), (HALF_YEARLY, 181), (YEARLY, 365)],
)
def test_the_shortest_time_between_two_runs_is_known(every: Recurrence, days: int) -> None:
    """ARV-2: a run must be over before the next one opens, also in February."""
    assert every.shortest == days * DAY
    starts = [Rhythm(starting=date(2025, month, 1), every=every) for month in range(1, 13)]
    shortest = min(
        rhythm.occurrence(n + 1) - rhythm.occurrence(n) for rhythm in starts for n in range(50)
    )
    assert shortest == every.shortest
