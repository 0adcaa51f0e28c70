"""What listeners and messenger look up alike: who is named, and where a card is."""

from collections.abc import Iterable
from typing import Any

from bot.views.known import Known, people_in
from engine.application.queries import Queries
from engine.domain.conversation import Card
from engine.domain.ids import PersonId


async def known(queries: Queries, *subjects: Any, people: Iterable[PersonId] = ()) -> Known:
    """What a view may look up: configuration, people in these summaries, their managers."""
    found = await queries.people(people_in(*subjects) | frozenset(people))
    managers = {p.manager_id for p in found.values() if p.manager_id} - set(found)
    if managers:
        found = {**found, **await queries.people(managers)}
    return Known(configured=await queries.configured(), people=found)


async def permalink(queries: Queries, workspace_url: str | None, card: Card) -> str | None:
    """Where this card is in Slack; None while it is nowhere, or Slack's address is unknown.

    `workspace_url` ends with a slash.
    """
    place = await queries.place_of(card) if workspace_url is not None else None
    if place is None:
        return None
    return f"{workspace_url}archives/{place.channel}/p{place.ts.replace('.', '')}"
