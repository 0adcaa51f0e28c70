"""kill -9 at steps all along the happy path: started again, it ends as if nothing had been.

A sample; `python -m tests.faults --points 200` takes more, `--points all` every step.
"""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.sampling import sampled
from tests.faults.story import End, killed, told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
POINTS = {"sqlite": 12, "postgres": 6}
PARTS = 3
"""Each of these tells the undisturbed story once and a third of the points."""
CASES = [(engine, part) for engine in POINTS for part in range(PARTS)]


@pytest.mark.parametrize(("engine", "part"), CASES)
async def test_killed_anywhere_on_its_way_it_ends_as_if_it_had_not_been(
    tmp_path: Path, engine: str, part: int, request: pytest.FixtureRequest
) -> None:
    """Nothing twice, nothing lost: messages, access, tasks, decisions."""
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else None
    postgres = request.getfixturevalue("postgres") if engine == "postgres" else None
    undisturbed, steps = await told(_folder(tmp_path, "told"), url)
    assert not undisturbed.broken
    died = 0
    for step in sampled(steps, POINTS[engine])[part::PARTS]:
        if postgres is not None:
            await asyncio.to_thread(postgres.empty)
        end, was_killed = await killed(_folder(tmp_path, str(step)), step, url)
        assert end.differs_from(undisturbed) == [], f"killed at step {step} of {steps}"
        died += was_killed
    assert died, "no process ever reached its step"


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def test_an_end_with_something_twice_is_another_end() -> None:
    """The comparison sees what it is there to see."""
    once = End((), Counter({"card": 1}), Counter({"decision": 1}), (1, 1))
    twice = End((), Counter({"card": 2}), Counter({"decision": 1}), (1, 1))
    assert twice.differs_from(once) == ["message card: 2 times, not 1"]
    assert once.differs_from(once) == []
