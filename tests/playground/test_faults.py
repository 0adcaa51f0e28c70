"""Faults on demand, each kind in both directions where it means something.

What a network and a busy service may do to an app; docs.slack.dev, rate limits and events API, has
the words for what the app then sees.
"""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta

import pytest
from aiohttp import ClientError, ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.acts import SlackSays
from playground.delivery import NotAnswered
from playground.faults import FaultKind
from playground.server import Playground
from tests.playground.answering import Answering


async def test_cut_before_and_after_differ_in_what_happened(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The caller cannot tell them apart; the workspace can. The SDK would try again by itself."""
    client.retry_handlers.clear()
    rita = playground.person("rita")
    for kind, seen in (("cut_before", False), ("cut_after", True), ("lost_answer", True)):
        playground.faults.add(kind, method="chat.postMessage", times=1, seconds=0.01)
        playground.clock.move(timedelta(seconds=5))
        with pytest.raises(ClientError):
            await client.chat_postMessage(channel=rita.id, text=f"after {kind}")
        (rita.sees if seen else rita.does_not_see)(f"after {kind}")
    assert playground.faults.rules == []


async def test_errors_and_double_effects(playground: Playground, client: AsyncWebClient) -> None:
    """503 does nothing; delivered twice does it twice; a person's fault leaves others alone.

    Of `internal_error` Slack's pages say that some aspect of the operation may have succeeded.
    """
    rita, mia = playground.person("rita"), playground.person("mia")
    playground.faults.add("error_5xx", method="chat.postMessage", person="rita")
    with pytest.raises(SlackApiError) as failure:
        await client.chat_postMessage(channel=rita.id, text="x")
    assert failure.value.response.status_code == 503
    await client.chat_postMessage(channel=mia.id, text="for mia")
    playground.faults.clear()
    playground.clock.move(timedelta(seconds=5))
    playground.faults.add("deliver_twice", method="chat.postMessage", times=1)
    await client.chat_postMessage(channel=rita.id, text="twin")
    assert [one.text for one in rita.messages] == ["twin", "twin"]
    playground.clock.move(timedelta(seconds=5))
    playground.faults.add("error_after", method="chat.postMessage", times=1)
    with pytest.raises(SlackApiError, match="internal_error"):
        await client.chat_postMessage(channel=rita.id, text="said all the same")
    rita.sees("said all the same")


async def test_slow_and_out_of_order_calls_arrive_later(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The held call is overtaken by the next one."""
    rita, mia = playground.person("rita"), playground.person("mia")
    playground.faults.add("out_of_order", method="chat.postMessage", times=1, seconds=10)
    held = asyncio.Event()
    leave = playground.workspace.subscribe(lambda _: held.set())
    first = asyncio.ensure_future(client.chat_postMessage(channel=rita.id, text="first"))
    await held.wait()
    second = await client.chat_postMessage(channel=mia.id, text="second")
    assert second["ts"] < (await first)["ts"]
    leave()
    playground.faults.add("slow", method="auth.test", times=1, seconds=0.01)
    assert (await client.auth_test())["ok"]


async def test_out_of_order_for_ever_swaps_each_two(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The second passes the first and waits for nobody itself."""
    rita = playground.person("rita")
    playground.rates.burst = math.inf
    playground.faults.add("out_of_order", method="chat.postMessage", seconds=5)
    calls = [client.chat_postMessage(channel=rita.id, text=f"{number}") for number in range(4)]
    held = asyncio.Event()
    leave = playground.workspace.subscribe(lambda _: held.set())
    waiting = []
    for call in calls:
        held.clear()
        waiting.append(asyncio.ensure_future(call))
        await held.wait()
        await asyncio.gather(*waiting[: len(waiting) // 2 * 2])
    leave()
    assert [one.text for one in rita.messages] == ["1", "0", "3", "2"]


async def test_deliveries_can_be_doubled_lost_and_refused(playground: Playground) -> None:
    """Twice means twice at the app; a lost answer reaches the app though the person reads an error."""
    app = Answering(playground)
    rita = playground.person("rita")
    playground.faults.add("deliver_twice", method="command", times=1)
    await rita.types("/access")
    assert len(app.parcels) == 2
    playground.faults.add(
        "lost_answer", method="command /access", person="rita", times=1, seconds=0.01
    )
    with pytest.raises(SlackSays, match="operation_timeout"):
        await rita.types("/access")
    assert len(app.parcels) == 3
    for kind in ("cut_before", "error_5xx"):
        playground.faults.add(kind, method="command", times=1)
        with pytest.raises(SlackSays, match="dispatch_failed"):
            await rita.types("/access")
    assert len(app.parcels) == 3
    playground.faults.add("error_after", method="command", times=1)
    with pytest.raises(SlackSays, match="dispatch_failed"):
        await rita.types("/access")
    assert len(app.parcels) == 4
    playground.faults.add("cut_after", method="command", times=1)
    with pytest.raises(SlackSays, match="dispatch_failed"):
        await rita.types("/access")
    assert len(app.parcels) == 5
    app.answers.append(NotAnswered("http_timeout"))
    with pytest.raises(SlackSays, match="operation_timeout"):
        await rita.types("/access")


async def test_a_slow_delivery_takes_from_the_apps_three_seconds(playground: Playground) -> None:
    """Past them the person reads of a time-out, and the app hears of it all the same."""
    app = Answering(playground)
    playground.delivery._ack_within = 0.2
    rita = playground.person("rita")
    playground.faults.add("slow", method="command", times=1, seconds=0.01)
    await rita.types("/access in time")
    assert app.within[-1] == pytest.approx(0.19)
    playground.faults.add("slow", method="command", times=1, seconds=0.21)
    with pytest.raises(SlackSays, match="operation_timeout"):
        await rita.types("/access late")
    assert len(app.parcels) == 1
    await playground.settle()
    assert app.parcels[-1].payload["text"] == "late"


@pytest.mark.parametrize("kind", FaultKind)
async def test_every_kind_is_set_and_lifted_from_the_page(
    playground: Playground, kind: FaultKind
) -> None:
    """For a method and for a person, so many times, with its seconds."""
    rita = playground.person("rita").id
    rule = {"kind": kind.value, "method": "chat.update", "person": rita, "times": 2, "seconds": 3}
    async with ClientSession() as session:
        url = f"{playground.url}/page-api/faults"
        async with session.post(url, json={"add": rule}) as answer:
            [told] = (await answer.json())["faults"]
        assert told == {**rule, "id": told["id"]}
        async with session.post(url, json={"remove": told["id"]}) as answer:
            assert (await answer.json())["faults"] == []


async def test_a_fault_for_one_person_leaves_the_others_alone(
    playground: Playground, client: AsyncWebClient
) -> None:
    """In both directions: what is said to her, and what she does."""
    app = Answering(playground)
    rita, mia = playground.person("rita"), playground.person("mia")
    playground.faults.add("error_5xx", person="rita")
    await client.chat_postMessage(channel=mia.id, text="to Mia")
    await mia.types("/access")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=rita.id, text="to Rita")
    with pytest.raises(SlackSays, match="dispatch_failed"):
        await rita.types("/access")
    typed = [one.user_id for one in app.parcels if one.kind == "slash_commands"]
    assert typed == [mia.id]
