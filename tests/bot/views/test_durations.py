"""The times a form offers."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import durations
from engine.domain.policies import NEVER, Expiration
from tests.builders import DAY, HOUR, NOW, SECOND


def labels(expiration: Expiration) -> list[str]:
    """What people choose from."""
    return [choice.words for choice in durations.choices(expiration, now=NOW)]


def test_the_longest_comes_first_then_what_is_shorter() -> None:
    """The first is the default."""
    assert labels(Expiration(after=14 * DAY)) == [
        "14 days (the longest possible)",
        "1 hour",
        "4 hours",
        "1 day",
        "3 days",
        "1 week",
    ]


def test_seconds_offer_a_half_and_a_quarter() -> None:
    """A ladder of hours has nothing for a policy of seconds."""
    assert labels(Expiration(after=20 * SECOND)) == [
        "20 seconds (the longest possible)",
        "5 seconds",
        "10 seconds",
    ]


def test_one_second_offers_only_itself() -> None:
    """Nothing shorter is left."""
    assert labels(Expiration(after=SECOND)) == ["1 second (the longest possible)"]


def test_access_without_end_offers_the_whole_ladder() -> None:
    """And no end first."""
    assert labels(NEVER) == [
        "No end date",
        *("1 hour", "4 hours", "1 day", "3 days", "1 week", "2 weeks"),
        *("30 days", "90 days", "180 days", "1 year"),
    ]


def test_a_date_offers_what_ends_before_it() -> None:
    """Counted from now."""
    assert labels(Expiration(on=(NOW + 2 * DAY).date())) == [
        "Until 4 Mar 2026 (the longest possible)",
        "1 hour",
        "4 hours",
        "1 day",
    ]


def test_a_date_that_has_passed_offers_only_itself() -> None:
    """The submit will say why it is too late."""
    assert labels(Expiration(on=(NOW - 2 * DAY).date())) == [
        "Until 28 Feb 2026 (the longest possible)"
    ]


@settings(deadline=None)
@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3660)))
def test_whatever_is_offered_is_shorter_distinct_and_can_be_read_back(
    longest: timedelta,
) -> None:
    """The form offers nothing that the submit would refuse."""
    choices = durations.choices(Expiration(after=longest), now=NOW)
    times = [durations.parse(choice.value) for choice in choices]

    assert times[0] is None
    assert all(time is not None and timedelta() < time < longest for time in times[1:])
    assert len(set(times)) == len(times) <= 100


@pytest.mark.parametrize("value", ["-1", "1.5", "soon", "99999999999", "٣"])
def test_a_time_nobody_offered_is_refused(value: str) -> None:
    """What comes back is not trusted."""
    with pytest.raises(ValueError, match=r".*"):
        durations.parse(value)


def test_nothing_chosen_leaves_it_to_the_policy() -> None:
    """As does the first choice."""
    assert durations.parse(None) is None
    assert durations.parse(durations.LONGEST) is None
    assert durations.parse("3600") == HOUR
