"""The simulator: many histories of the real engine, and faults it must not overlook.

`python -m tests.simulator --trace SEED` repeats one and prints what happened.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.plants import PLANTS
from tests.simulator.run import simulate

SEEDS, AT_ONCE = 300, 25
PLANTED = {
    "no_look_up": 10,
    "sending_not_written": 10,
    "touching_wakes_leased": 20,
    "short_lease": 150,
    "no_fencing": 150,
    "notices_by_moment": 150,
    "held_before_by_changed": 150,
    "no_rest": 10,
    "begun_late": 100,
    "looked_for_too_late": 20,
}
"""Each planted fault, and the number of seeds among which one must find it."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of failures on purpose need no log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_whatever_happens_it_ends_as_it_should(first: int) -> None:
    """Kills, freezes, lost answers, late effects, several processes: nothing twice, nothing lost."""
    found = [
        f"python -m tests.simulator --trace {seed}: {sentence}"
        for seed in range(first, first + AT_ONCE)
        for sentence in simulate(seed).found
    ]
    assert not found, "\n".join(found)


def test_a_few_histories_end_as_they_should() -> None:
    """The same for the fast suite."""
    assert [verdict.found for verdict in map(simulate, range(1000, 1008))] == [()] * 8


def test_the_same_seed_is_the_same_history_in_another_process() -> None:
    """Whatever order Python gives its sets there."""
    code = "import sys; from tests.simulator.run import simulate; print(simulate(5).trace_hash)"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for hash_seed in ("1", "2")
    }
    assert hashes == {simulate(5).trace_hash}
    assert simulate(6).trace_hash not in hashes


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found(name: str) -> None:
    """Some seed within the bound ends badly."""
    with PLANTS[name]():
        assert any(simulate(seed).found for seed in range(PLANTED[name])), PLANTS[name].__doc__
