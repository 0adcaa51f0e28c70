"""kill -9 at steps all along the happy path: started again, it ends as if nothing had been.

A sample; `python -m tests.faults --points 200` takes more, `--points all` every step.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.faults.sampling import sampled
from tests.faults.story import End, killed, told

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]
POINTS = {"sqlite": 12, "postgres": 6}
PARTS = 3
"""Each of these tells the undisturbed story once and a third of the points."""
CASES = [(engine, part) for engine in POINTS for part in range(PARTS)]


@dataclass(frozen=True)
class Server:
    """Where the story is kept: nowhere in particular on SQLite, in one database on PostgreSQL."""

    url: str | None
    empty: Callable[[], None]


@pytest.fixture
def server(engine: str, request: pytest.FixtureRequest) -> Server:
    """The database of this case."""
    if engine == "sqlite":
        return Server(None, lambda: None)
    postgres: Postgres = request.getfixturevalue("postgres")
    return Server(request.getfixturevalue("postgres_url"), postgres.empty)


@pytest.mark.parametrize(("engine", "part"), CASES)
async def test_killed_anywhere_on_its_way_it_ends_as_if_it_had_not_been(
    tmp_path: Path, engine: str, part: int, server: Server
) -> None:
    """Nothing twice, nothing lost: messages, access, tasks, decisions."""
    undisturbed, steps = await told(_folder(tmp_path, "told"), server.url)
    assert not undisturbed.broken
    died = 0
    for step in sampled(steps, POINTS[engine])[part::PARTS]:
        await asyncio.to_thread(server.empty)
        end, was_killed = await killed(_folder(tmp_path, str(step)), step, server.url)
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
