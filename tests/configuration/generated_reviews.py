"""Reviews of policies made at random that a file can describe."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from engine.domain.people import CATALOG_OWNERS, Subject, the_manager
from engine.domain.review_settings import (
    HALF_YEARLY,
    MAX_OPEN_FOR,
    MONTHLY,
    ONCE,
    QUARTERLY,
    WEEKLY,
    YEARLY,
    MovesOn,
    NoResponse,
    Recurrence,
    ReviewReason,
    ReviewSettings,
    ReviewStage,
)
from tests.configuration.contoso import TODAY

INTERVALS = [
    *(WEEKLY, MONTHLY, QUARTERLY, HALF_YEARLY, YEARLY, ONCE),
    Recurrence(months=5),
    Recurrence(months=18),
    Recurrence(length=timedelta(seconds=30)),
    Recurrence(months=1, length=timedelta(days=2, hours=3)),
]
_moves_on = st.sets(st.sampled_from(MovesOn), min_size=1).map(
    lambda chosen: tuple(answer for answer in MovesOn if answer in chosen)
)


@st.composite
def review_stages(
    draw: st.DrawFn, name: str, most: timedelta, subjects: Sequence[Subject]
) -> ReviewStage:
    """One stage that is open for at most so long."""
    second = timedelta(milliseconds=10)
    open_for = draw(st.timedeltas(min_value=2 * second, max_value=most))
    times = st.timedeltas(min_value=second, max_value=open_for - timedelta(microseconds=1))
    named = st.lists(st.sampled_from([*subjects, CATALOG_OWNERS]), min_size=1, unique=True)
    manager = st.integers(1, 3).map(lambda level: [the_manager(level)])
    self_review = draw(st.booleans())
    return ReviewStage(
        name=name,
        self_review=self_review,
        reviewers=() if self_review else tuple(draw(named | manager)),
        fallback_reviewers=tuple(draw(st.lists(st.sampled_from(subjects), unique=True))),
        open_for=open_for,
        remind=tuple(draw(st.lists(times, max_size=2, unique=True).map(sorted))),
        moves_on=draw(_moves_on),
        shows_earlier=draw(st.booleans()),
    )


@st.composite
def some_reviews(
    draw: st.DrawFn, names: Sequence[str], subjects: Sequence[Subject]
) -> ReviewSettings:
    """Reviews with a stage of each name."""
    every = draw(st.sampled_from(INTERVALS))
    most = MAX_OPEN_FOR if every.once else min(every.shortest, MAX_OPEN_FOR)
    return ReviewSettings(
        every=every,
        starting=draw(st.none() | st.dates(TODAY, TODAY + timedelta(days=4000))),
        stages=tuple(draw(review_stages(name, most / len(names), subjects)) for name in names),
        on_no_response=draw(st.sampled_from(NoResponse)),
        reason=draw(st.sampled_from(ReviewReason)),
    )
