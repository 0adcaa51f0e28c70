"""Durations as the file writes them, and ids made from names."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration import names
from configuration.durations import guess, parse, write


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("PT5S", timedelta(seconds=5)),
        ("PT4H", timedelta(hours=4)),
        ("P14D", timedelta(days=14)),
        ("P1W", timedelta(days=7)),
        ("P1W2DT3H4M5.25S", timedelta(days=9, hours=3, minutes=4, seconds=5.25)),
        ("PT90M", timedelta(minutes=90)),
        ("PT0S", timedelta(0)),
        ("P9999999D", timedelta(days=9_999_999)),
        ("P10000000D", None),
        ("", None),
        ("P", None),
        ("PT", None),
        ("P1DT", None),
        ("P1M", None),
        ("P1Y", None),
        ("-P1D", None),
        ("p1d", None),
        ("P1.5D", None),
        ("PT5", None),
        ("PT1S\n", None),
        ("14", None),
        ("P\u0661D", None),
    ],
)
def test_a_duration_has_units_of_fixed_length_only(text: str, meant: timedelta | None) -> None:
    """A month or a year has no length before one knows when it starts."""
    assert parse(text) == meant


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(days=14), "P14D"),
        (timedelta(hours=36), "P1DT12H"),
        (timedelta(minutes=90), "PT1H30M"),
        (timedelta(seconds=5.5), "PT5.5S"),
        (timedelta(microseconds=1), "PT0.000001S"),
        (timedelta(0), "PT0S"),
    ],
)
def test_a_duration_is_written_in_its_shortest_form(duration: timedelta, text: str) -> None:
    """Weeks are written as days."""
    assert write(duration) == text


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9_999_999)))
def test_every_duration_is_read_as_it_was_written(duration: timedelta) -> None:
    """To the microsecond."""
    assert parse(write(duration)) == duration


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("14 days", "P14D"),
        ("14d", "P14D"),
        ("14", "P14D"),
        ("2 weeks", "P2W"),
        ("1 Hour", "PT1H"),
        ("30min", "PT30M"),
        ("45 seconds", "PT45S"),
        ("p14d", "P14D"),
        (" PT4H ", "PT4H"),
        ("P1M", "P30D"),
        ("P2Y", "P730D"),
        ("soon", None),
        ("3 fortnights", None),
        ("", None),
    ],
)
def test_what_was_probably_meant_is_guessed(text: str, meant: str | None) -> None:
    """And only said, never taken."""
    assert guess(text) == meant


def test_an_id_depends_on_the_kind_and_on_every_name_of_the_path() -> None:
    """Nothing of one file shares an id with anything else of it."""
    found = {
        names.catalog_id("a"),
        names.package_id("a"),
        names.resource_id("a", "a"),
        names.policy_id("a", "a"),
        names.resource_id("a", "b"),
        names.resource_id("b", "a"),
    }

    assert len(found) == 6
    assert all(len(each) == 32 and int(each, 16) for each in found)


def test_an_id_stays_the_same_for_ever() -> None:
    """Stored assignments point to it."""
    assert names.package_id("Production read access") == "518b69e6b9375a3db3c4fb47e506be16"


def test_a_slash_in_a_name_is_not_the_one_between_names() -> None:
    """Else two resources of different catalogs could be taken for one."""
    assert names.resource_id("a/b", "c") != names.resource_id("a", "b/c")
    assert names.resource_id("a%2Fb", "c") != names.resource_id("a/b", "c")


def test_case_and_the_spelling_of_accents_make_no_difference() -> None:
    """They are corrections of a name, not other things."""
    assert names.package_id("VPN") == names.package_id("vpn")
    assert names.package_id("Zo\u00eb") == names.package_id("ZOE\u0308")
