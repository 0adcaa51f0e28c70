"""A large workspace stays fluent: 200 people, 50,000 messages, a burst of requests.

Compared within one run, never with a wall clock: the same reads on a small and on the large workspace.
"""

from __future__ import annotations

import math
from time import process_time

from aiohttp import ClientSession

from playground.clock import Clock
from playground.seed import Channel, Person
from playground.server import Playground
from tests.playground.conftest import START

READS = 40
MESSAGES = 50_000


async def cost(playground: Playground) -> float:
    """Processor seconds for reading, posting and looking, as the page and an app do."""
    ana = playground.person("p0").id
    general = playground.workspace.channel("general").id
    headers = {"Authorization": f"Bearer {playground.bot_token}"}
    base = playground.url
    begun = process_time()
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
    return process_time() - begun


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


async def test_fifty_thousand_messages_cost_little_more_than_a_hundred() -> None:
    """Reading the latest page must not grow with what lies behind it."""
    small, large = await workspace(200, 100), await workspace(200, MESSAGES)
    try:
        await cost(small)
        few, many = await cost(small), await cost(large)
        assert many < 3 * few, f"{few:.3f} s against {many:.3f} s of processor time"
    finally:
        await small.stop()
        await large.stop()
