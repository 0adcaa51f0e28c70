"""RES-10: what a target system lists, against what we think: a report that judges nothing fresh."""

from dataclasses import replace

import pytest

from engine.domain.drift import SETTLED_AFTER, Drift, compare
from engine.domain.holdings import Holding, Seen
from engine.domain.ids import PersonId
from tests.builders import NOW, SECOND, a_holding


def held(who: str, **changes: object) -> Holding:
    """Delivered, long ago."""
    long_ago = NOW - SETTLED_AFTER
    there = replace(a_holding(), person_id=PersonId(who), seen=Seen.PRESENT, changed_at=long_ago)
    return replace(there, **changes)  # type: ignore[arg-type]


GONE = {"wanted": False, "tried": True, "seen": Seen.ABSENT}


@pytest.mark.parametrize(
    ("holdings", "listed", "missing", "outside"),
    [
        ([held("ann"), held("ben")], ["ann", "ben"], (), ()),
        ([held("ann"), held("ben")], ["ben"], ("ann",), ()),
        ([held("ann")], ["ann", "zoe", "ben"], (), ("ben", "zoe")),
        ([held("ann", account="U7")], ["U7"], (), ()),
        ([held("ann", changed_at=NOW - SETTLED_AFTER + SECOND)], [], (), ()),
        ([held("ann", seen=Seen.UNKNOWN)], [], (), ()),
        ([held("ann", seen=Seen.UNKNOWN)], ["ann"], (), ()),
        ([held("ann", **GONE)], ["ann"], (), ("ann",)),
        ([held("ann", **GONE)], [], (), ()),
        ([held("ann", **GONE, changed_at=NOW)], ["ann"], (), ()),
        ([held("ann", wanted=False, tried=True)], ["ann"], (), ()),
        ([held("ann", wanted=False, tried=True, keep=True)], ["ann"], (), ()),
        ([], [], (), ()),
    ],
)
def test_who_is_missing_and_who_has_it_from_nobody_of_us(
    holdings: list[Holding], listed: list[str], missing: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    """What is on its way, fresh, or left in place because it was held before is not judged."""
    drift = compare(holdings, listed, now=NOW)

    assert (drift.missing, drift.outside) == (missing, outside)
    assert bool(drift) is bool(missing or outside)


@pytest.mark.parametrize(
    ("missing", "expected", "doubtful"),
    [(1, 1, False), (1, 2, False), (2, 4, False), (2, 3, True), (3, 5, True), (0, 9, False)],
)
def test_a_list_that_lacks_more_than_half_is_not_believed(
    missing: int, expected: int, *, doubtful: bool
) -> None:
    """One alone is believed: somebody took the last member out."""
    drift = Drift(missing=tuple(f"p{one}" for one in range(missing)), expected=expected)

    assert drift.doubtful is doubtful
