"""Who reviews lines together, and who where nobody can be found (ARV-4).

A line is reviewed by the one person it was put before (the holder's manager, or the holder), or
by everybody in one pool. Nobody reviews their own access, so a line goes to the first pool in
which there is somebody else.
"""

from engine.domain.ids import PersonId

Pools = tuple[tuple[PersonId, ...], ...]
"""Who reviews lines together. First the stage's own reviewers, then, one after another, those who
are asked where nobody could be found: the stage's fallback reviewers, the organization's, the
catalog's owners, the administrators."""
STAGE_FALLBACK = 1
"""The last pool an administrator need not be told of."""


def pool_for(pools: Pools, target_id: PersonId) -> int:
    """The first pool with somebody other than the holder; the first of all if there is none."""
    for number, pool in enumerate(pools):
        if any(person != target_id for person in pool):
            return number
    return 0


def without(pools: Pools, left: frozenset[PersonId]) -> Pools:
    """The pools after these people left."""
    return tuple(tuple(person for person in pool if person not in left) for pool in pools)
