"""The times a form offers: a ladder people think in, cut to what the policy allows."""

from datetime import datetime, timedelta

from bot.views.blocks import Option
from bot.views.wording import forms
from engine.domain.policies import Expiration

LADDER = (
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=30),
    timedelta(days=90),
    timedelta(days=180),
    timedelta(days=365),
)
_FRACTIONS = (4, 2)
_FEW = 2
LONGEST = "longest"
"""The value of the choice that leaves it to the policy."""


def shorter(longest: timedelta | None) -> tuple[timedelta, ...]:
    """Sensible times shorter than the longest, ascending; all of the ladder if there is none.

    Where the ladder has less than two to offer (policies of minutes or seconds), a quarter and a
    half of the longest are offered too, in whole seconds.
    """
    if longest is None:
        return LADDER
    fitting = {step for step in LADDER if step < longest}
    if len(fitting) < _FEW:
        parts = (timedelta(seconds=longest // timedelta(seconds=part)) for part in _FRACTIONS)
        fitting |= {part for part in parts if part}
    return tuple(sorted(fitting))


def choices(expiration: Expiration, *, now: datetime) -> tuple[Option, ...]:
    """What a form offers: the policy's own longest first, which is the default."""
    longest = expiration.after
    if longest is None and expiration.latest_end is not None:
        longest = max(expiration.latest_end - now, timedelta())
    first = Option(words=forms.longest(expiration), value=LONGEST)
    return (
        first,
        *(
            Option(words=forms.choice_of_time(step), value=str(int(step.total_seconds())))
            for step in shorter(longest)
        ),
    )


def parse(value: str | None) -> timedelta | None:
    """The chosen time; None leaves it to the policy. Raises `ValueError` for anything else."""
    if value is None or value == LONGEST:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 10:
        raise ValueError(value)
    return timedelta(seconds=int(value))
