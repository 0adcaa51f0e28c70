"""Durations and dates of a file: their bounds and their order."""

from datetime import timedelta

import pytest

from engine.domain.policies import MAX_DECIDE_WITHIN, MAX_DURATION
from tests.configuration.contoso import faults, spoilt


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "remind: [P2D, P7D]",
            "remind: [P2D, P14D]",
            "29: A reminder after P14D never comes: the stage ends after P14D."
            " Remind earlier, or raise decide_within.",
            id="a reminder when the stage ends",
        ),
        pytest.param(
            "remind: [P2D, P7D]",
            "remind:\n                    - P7D\n                    - P2D",
            "31: P2D does not come after P7D. Write the times in ascending order, each once.",
            id="reminders in descending order",
        ),
        pytest.param(
            "remind: [P2D, P7D]",
            "remind: [P2D, PT48H]",
            "29: P2D does not come after P2D. Write the times in ascending order, each once.",
            id="one reminder twice",
        ),
        pytest.param(
            "remind: [P2D, P7D]",
            "remind: [PT0S]",
            "29: PT0S is no time at all. Write more than zero.",
            id="a reminder at once",
        ),
        pytest.param(
            "{after: P3D, to: [{manager: 2}]}",
            "{after: P14D, to: [{manager: 2}]}",
            "31: An escalation after P14D never comes: the stage ends after P14D."
            " Escalate earlier, or raise decide_within.",
            id="an escalation when the stage ends",
        ),
        pytest.param(
            "- {after: P3D, to: [{manager: 2}]}",
            "- {after: P3D, to: [{manager: 2}]}\n                    "
            '- {after: P1D, to: [{group: "@it-leads"}]}',
            "32: P1D does not come after P3D. Write the times in ascending order, each once.",
            id="escalations in descending order",
        ),
        pytest.param(
            "{after: P3D,",
            "{after: PT0S,",
            "31: PT0S is no time at all. Write more than zero.",
            id="an escalation at once",
        ),
        pytest.param(
            "{after: P90D}",
            "{on: 2026-11-22}",
            "34: 2026-11-22 is over; today is 2026-11-23. Name a day to come.",
            id="an end in the past",
        ),
        pytest.param(
            "expiration: never",
            "extension: {remind_before: [P1D]}",
            "41: remind_before has no effect: access under this policy never ends."
            " Add expiration: {after: P90D}, or leave remind_before out.",
            id="a warning before an end that never comes",
        ),
        pytest.param(
            "[P14D, P1D]",
            "[P14D, PT24H, P1D]",
            "35: P1D is already in this list. Leave it out here.",
            id="one warning twice",
        ),
        pytest.param(
            "[P14D, P1D]",
            "[P14D, PT0S]",
            "35: PT0S is no time at all. Write more than zero.",
            id="a warning at the end",
        ),
    ],
)
def test_a_time_that_cannot_be_meant_is_one_sentence_on_its_line(
    old: str, new: str, expected: str
) -> None:
    """What would never happen, and what to do."""
    assert faults(spoilt((old, new))) == [f"usher.yml:{expected}"]


@pytest.mark.parametrize(
    ("limit", "old", "new", "words"),
    [
        pytest.param(
            MAX_DURATION,
            "{after: P90D}",
            "{after: %s}",
            "34: after is at most P3660D, not P3660DT1S.",
            id="LIF-3: an assignment lasts 3660 days at most",
        ),
        pytest.param(
            MAX_DECIDE_WITHIN,
            "decide_within: P14D",
            "decide_within: %s",
            "28: decide_within is at most P90D, not P90DT1S.",
            id="APR-11: a stage waits 90 days at most",
        ),
    ],
)
def test_a_duration_may_reach_its_limit_and_not_pass_it(
    limit: timedelta, old: str, new: str, words: str
) -> None:
    """At the limit and one second past it; zero is no duration either."""
    days = f"P{limit.days}D"

    assert faults(spoilt((old, new % days))) == []
    assert faults(spoilt((old, new % f"{days}T1S"))) == [f"usher.yml:{words}"]
    zero = faults(spoilt((old, new % "PT0S")))
    assert (
        f"usher.yml:{words.split(':', 1)[0]}: PT0S is no time at all. Write more than zero." in zero
    )


def test_an_end_date_may_be_today_or_the_last_possible_day_and_no_other_side() -> None:
    """LIF-1: access lasts to the end of that day, at most 3660 days away."""
    assert faults(spoilt(("{after: P90D}", "{on: 2026-11-23}"))) == []
    assert faults(spoilt(("{after: P90D}", "{on: 2036-11-30}"))) == []
    assert faults(spoilt(("{after: P90D}", "{on: 2036-12-01}"))) == [
        "usher.yml:34: 2036-12-01 is too far away; 2036-11-30 is the latest."
    ]


def test_a_reminder_a_second_before_the_end_of_its_stage_is_accepted() -> None:
    """One second later it would never come."""
    assert faults(spoilt(("[P2D, P7D]", "[P2D, P13DT23H59M59S]"))) == []
    assert faults(spoilt(("{after: P3D,", "{after: P13DT23H59M59S,"))) == []
