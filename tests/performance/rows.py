"""One line of the benchmark: what was measured, against what, and whether that is enough."""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Row:
    """A figure and what is demanded of it."""

    work: str
    database: str
    ours: str
    against: str
    ratio: float
    demanded: float | None = None
    """Nothing is demanded of what is only good to know."""
    at_least: bool = False
    """The ratio must be at least, not at most, what is demanded."""
    by: str = ""
    """Whose demand it is, as docs/performance.md explains it."""

    @property
    def met(self) -> bool:
        """Whether it is enough."""
        if self.demanded is None:
            return True
        return self.ratio >= self.demanded if self.at_least else self.ratio <= self.demanded

    def cells(self) -> tuple[str, ...]:
        """As the table shows it."""
        sign = "≥" if self.at_least else "≤"
        known = self.demanded is not None
        return (
            self.work,
            self.database,
            self.ours,
            self.against,
            f"{self.ratio:.2f}",
            f"{sign} {self.demanded:g}" if known else "",
            self.by,
            ("yes" if self.met else "**no**") if known else "",
        )


HEAD = ("work", "database", "ours", "against", "figure", "demanded", "by", "met")
RIVALS = "rivals"
PARTS = "parts"


def table(rows: Iterable[Row]) -> str:
    """A table in Markdown."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@dataclass(frozen=True)
class Spent:
    """Seconds of the wall clock, and of processors: this process's and the database server's."""

    wall: float = 0.0
    cpu: float = 0.0

    def per(self, count: int) -> "Spent":
        """For one of so many."""
        return Spent(self.wall / count, self.cpu / count)

    def __str__(self) -> str:
        return f"{self.wall * 1e3:.2f} ms ({self.cpu * 1e3:.2f} processor)"


class Stopwatch:
    """`with Stopwatch() as watch: ...`, then `watch.spent`."""

    def __init__(self, elsewhere: Callable[[], float] = float) -> None:
        """`elsewhere` answers the processor seconds of other processes that work for us."""
        self._elsewhere = elsewhere
        self.spent = Spent()

    def __enter__(self) -> Self:
        self._cpu = time.process_time() + self._elsewhere()
        self._wall = time.perf_counter()
        return self

    def __exit__(self, *_exc: object) -> None:
        wall = time.perf_counter() - self._wall
        self.spent = Spent(wall, time.process_time() + self._elsewhere() - self._cpu)


def best(some: Iterable[Spent]) -> Spent:
    """The least of several tries, of either clock: others on the machine can only add to it."""
    known = list(some)
    return Spent(min(each.wall for each in known), min(each.cpu for each in known))


async def in_turns(
    tries: int, size: int, watch: Callable[[], Stopwatch], **doing: "Doing"
) -> dict[str, Spent]:
    """Each of these in turn, so many tries of so many; the best of each, for one.

    In turn, so that a busy minute of the machine does not fall on one of them alone. The first try
    warms up.
    """
    spent: dict[str, list[Spent]] = {name: [] for name in doing}
    for number in range(tries + 1):
        for name, do in doing.items():
            with watch() as one:
                await do(range(number * size, (number + 1) * size))
            spent[name].append(one.spent.per(size))
    return {name: best(some[1:]) for name, some in spent.items()}


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


Say = Callable[[Row], None]
Doing = Callable[[range], Awaitable[object]]
"""Does what has these numbers."""
