"""Sentences about the reviews of a policy."""

from datetime import date, timedelta

from configuration.durations import write
from configuration.faults import Words


def who_reviews() -> Words:
    """Neither reviewers nor stages."""
    return Words(
        message="Nobody is asked to review.",
        suggestion="Write reviewers: [{manager: 1}], or stages with reviewers each.",
    )


def both_ways(key: str) -> Words:
    """A key of a review with one stage beside `stages`."""
    return Words(
        message=f"{key} stands beside stages, which have their own.",
        suggestion=f"Write {key} in each stage, or leave the stages out.",
    )


def not_together(kind: str) -> Words:
    """A manager or the holders beside other reviewers."""
    return Words(
        message=f"{kind} cannot review together with others.",
        suggestion="Ask one after the other, in two stages.",
    )


def no_interval(text: str) -> Words:
    """A recurrence of nothing."""
    return Words(message=f"{text} is no time at all.", suggestion="Write once, or an interval.")


def interval_too_long(text: str, most: timedelta) -> Words:
    """A recurrence beyond its bound."""
    return Words(message=f"every is at most {write(most)}, not {text}.")


def longer_than_interval(open_for: timedelta, every: str) -> Words:
    """A review that would still be open when the next begins (ARV-2)."""
    return Words(
        message=f"A review is open for {write(open_for)}, longer than from one to the next"
        f" ({every}).",
        suggestion="Lower open_for, or review less often.",
    )


def open_too_long(open_for: timedelta, most: timedelta) -> Words:
    """Stages that are open too long together."""
    return Words(message=f"A review is open for at most {write(most)}, not {write(open_for)}.")


def reminder_after_close(after: timedelta, open_for: timedelta) -> Words:
    """A reminder when it is too late."""
    return Words(
        message=f"A reminder after {write(after)} never comes: the review closes after"
        f" {write(open_for)}.",
        suggestion="Remind earlier, or raise open_for.",
    )


def removes_everybody() -> Words:
    """Silence that takes access away, without a word that this is meant (ARV-21)."""
    return Words(
        message="on_no_response: remove takes access from everybody nobody spoke for.",
        suggestion="If that is meant, add confirm: true; else write keep.",
    )


def already_over(starting: date, today: date) -> Words:
    """One review only, on a day that is over."""
    return Words(
        message=f"{starting} is over; today is {today}. If it was never reviewed, it will not be.",
        suggestion="Name a day to come, or leave the reviews out.",
    )


def nothing_moves_on() -> Words:
    """A choice that no stage follows."""
    return Words(
        message="moves_on says which lines the next stage sees, and no stage follows.",
        suggestion="Leave it out.",
    )
