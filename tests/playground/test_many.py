"""A large workspace stays fluent: 200 people, 50,000 messages, a burst of requests.

What counts is how many messages are touched, compared within one run; no clock is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from aiohttp import ClientSession

from playground.clock import Clock
from playground.records import Message
from playground.seed import Channel, Person
from playground.server import Playground
from tests.playground.conftest import START

READS = 40
MESSAGES = 50_000
SEARCHING = 4 * math.ceil(math.log2(MESSAGES))
"""Messages that a search for two moments looks at, twice over."""


class Counted(list[Message]):
    """A conversation's messages, and how many of them were looked at."""

    touched = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.touched += len(found) if isinstance(place, slice) else 1
        return found

    def __iter__(self) -> Iterator[Message]:
        return self._each(super().__iter__())

    def __reversed__(self) -> Iterator[Message]:
        return self._each(super().__reversed__())

    def _each(self, messages: Iterator[Message]) -> Iterator[Message]:
        for message in messages:
            self.touched += 1
            yield message


async def touched(playground: Playground) -> int:
    """How many messages are looked at for reading, posting and looking, as the page and an app do."""
    ana = playground.person("p0").id
    channel = playground.workspace.channel("general")
    channel.messages = counted = Counted(channel.messages)
    general = channel.id
    headers = {"Authorization": f"Bearer {playground.bot_token}"}
    base = playground.url
    async with ClientSession() as session:
        for _ in range(READS):
            query = {"as": ana, "with": general}
            async with session.get(f"{base}/page-api/conversation", params=query) as answer:
                assert len((await answer.json())["messages"]) == 60
            body = {"channel": general, "text": "x"}
            url = f"{base}/api/chat.postMessage"
            async with session.post(url, json=body, headers=headers) as answer:
                assert (await answer.json())["ok"]
            recent = {"channel": general, "limit": 20}
            url = f"{base}/api/conversations.history"
            async with session.post(url, json=recent, headers=headers) as answer:
                assert len((await answer.json())["messages"]) == 20
    return counted.touched


async def workspace(people: int, messages: int) -> Playground:
    """A workspace of a size."""
    names = [f"p{number}" for number in range(people)]
    made = Playground(
        people=[Person(name=one, real_name=f"Person {one}") for one in names],
        channels=[Channel(name="general", members=tuple(names))],
        clock=Clock(START, running=False),
        burst=math.inf,
    )
    general = made.workspace.channel("general")
    for number in range(messages):
        author = made.workspace.person(names[number % people]).id
        made.workspace.post(general, {"user": author, "text": f"message {number}"})
    await made.start()
    return made


async def test_among_fifty_thousand_messages_no_more_are_looked_at_than_among_a_hundred() -> None:
    """Reading the latest page must not grow with what lies behind it."""
    small, large = await workspace(200, 101), await workspace(200, MESSAGES)
    try:
        few, many = await touched(small), await touched(large)
        assert few > READS * (60 + 20), "it is counted"
        assert many <= few + READS * SEARCHING
    finally:
        await small.stop()
        await large.stop()
