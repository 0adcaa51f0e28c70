"""Who holds what a configuration file would remove, in words for a terminal."""

from engine.application.queries import Queries
from engine.domain.ids import PersonId
from engine.domain.people import Person
from engine.domain.refusals import StillHeld

STILL_HELD = (
    "Nothing was changed: what would be removed is still held or asked for. Take it from these"
    " people first, or leave it in the file."
)
WOULD_BE_REFUSED = (
    "This cannot be applied yet: what would be removed is still held or asked for. Take it from"
    " these people first, or leave it in the file."
)
MOST_HOLDERS = 10
"""Names told of those who hold something; the rest is counted."""


async def still_held(queries: Queries, refusal: StillHeld, head: str = STILL_HELD) -> list[str]:
    """Who holds what, a sentence for each thing that would be removed."""
    everybody = frozenset(person for _, holders in refusal.held for person in holders)
    people = await queries.people(everybody)
    return [
        head,
        *(f"{what}: {_names(holders, people)}" for what, holders in refusal.held),
    ]


def _names(holders: tuple[PersonId, ...], people: dict[PersonId, Person]) -> str:
    if not holders:
        return "somebody's request."
    told = [people[one].name if one in people else str(one) for one in holders[:MOST_HOLDERS]]
    more = len(holders) - len(told)
    return ", ".join(told) + (f" and {more} more." if more else ".")
