"""Which steps of a story to die at: evenly over all of it, a little moved by chance."""

from random import Random


def sampled(steps: int, points: int, *, seed: int = 0) -> list[int]:
    """So many steps of 1..steps, ascending; all of them if there are not more."""
    if points >= steps:
        return list(range(1, steps + 1))
    random = Random(seed)
    parts = ((part + random.random()) / points for part in range(points))
    return sorted({1 + int(steps * part) for part in parts})
