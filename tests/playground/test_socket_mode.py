"""Socket Mode (docs.slack.dev, using Socket Mode): tickets, connections, acknowledgements, refresh."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from playground.acts import SlackSays
from playground.server import Playground
from playground.socket_mode import MOST_CONNECTIONS
from tests.playground.conftest import START
from tests.playground.sample import open_stage


async def link(session: ClientSession, playground: Playground) -> ClientWebSocketResponse:
    """Connect and read the hello."""
    socket = await session.ws_connect(playground.sockets.issue_address())
    hello = await socket.receive_json()
    assert hello["type"] == "hello"
    assert hello["num_connections"] == playground.sockets.connections
    return socket


async def test_an_address_works_once(playground: Playground) -> None:
    """The second connection on it is refused."""
    address = playground.sockets.issue_address()
    async with ClientSession() as session:
        socket = await session.ws_connect(address)
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(address)
        await socket.close()


async def test_ten_connections_fit_and_an_eleventh_does_not(playground: Playground) -> None:
    """The one too many is told `too_many_websockets`."""
    async with ClientSession() as session:
        sockets = [await link(session, playground) for _ in range(MOST_CONNECTIONS)]
        extra = await session.ws_connect(playground.sockets.issue_address())
        told = await extra.receive_json()
        assert (told["type"], told["reason"]) == ("disconnect", "too_many_websockets")
        assert (await extra.receive()).type is WSMsgType.CLOSE
        for one in sockets:
            await one.close()


async def test_an_acknowledgement_is_taken_on_any_connection(playground: Playground) -> None:
    """The envelope goes to one connection; the other may answer it, payload included."""
    rita = playground.person("rita")
    async with ClientSession() as session:
        one, two = await link(session, playground), await link(session, playground)

        async def answer() -> None:
            waits = [asyncio.ensure_future(each.receive_json()) for each in (one, two)]
            done, rest = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            [got] = done
            other = two if got is waits[0] else one
            for each in rest:
                each.cancel()
            envelope: Any = got.result()
            assert envelope["type"] == "slash_commands"
            assert envelope["accepts_response_payload"] is True
            payload = {"text": "from the other one"}
            await other.send_json({"envelope_id": envelope["envelope_id"], "payload": payload})

        answering = asyncio.ensure_future(answer())
        await rita.types("/access")
        await answering
        rita.sees("from the other one")
        await one.close()
        await two.close()


async def test_events_without_acknowledgement_come_again(playground: Playground) -> None:
    """With attempt and reason; commands do not come again."""
    playground.delivery._ack_within = 0.02
    rita = playground.person("rita")
    async with ClientSession() as session:
        socket = await link(session, playground)
        await rita.opens_home()
        first, second = await socket.receive_json(), await socket.receive_json()
        assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
        assert second["retry_reason"] == "timeout"
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        with pytest.raises(SlackSays, match="operation_timeout"):
            await rita.types("/access")
        assert (await socket.receive_json())["type"] == "slash_commands"
        await playground.time_passes(timedelta(minutes=1))
        third = await socket.receive_json()
        assert (third["type"], third["retry_attempt"]) == ("events_api", 2)
        await socket.send_str("no json")
        await socket.close()


async def test_connections_are_refreshed_after_a_warning(playground: Playground) -> None:
    """`warning`, ten seconds later `refresh_requested`, then the end."""
    async with ClientSession() as session:
        socket = await link(session, playground)
        playground.sockets.refresh_later()
        assert (await socket.receive_json())["reason"] == "warning"
        await playground.time_passes(timedelta(seconds=10))
        assert (await socket.receive_json())["reason"] == "refresh_requested"
        assert (await socket.receive()).type is WSMsgType.CLOSE


async def test_switched_off_links_say_so(playground: Playground) -> None:
    """`link_disabled`, and no new connection."""
    async with ClientSession() as session:
        socket = await link(session, playground)
        await playground.sockets.switch_off()
        assert (await socket.receive_json())["reason"] == "link_disabled"
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(playground.sockets.issue_address())


async def test_bolt_comes_back_after_a_refresh(playground: Playground) -> None:
    """A real Bolt app reconnects on a fresh address and works on."""
    stage, end = await open_stage(playground, "socket")
    await playground.sockets.refresh()
    await playground.sockets.wait_connected()
    await playground.person("rita").types("/raw after")
    assert stage.received.commands[-1]["text"] == "after"
    await end()


async def test_a_half_open_connection_swallows_everything(playground: Playground) -> None:
    """It stands, answers no ping, and the person reads a time-out; a new connection works."""
    playground.delivery._ack_within = 0.02
    rita = playground.person("rita")
    async with ClientSession() as session:
        old = await link(session, playground)
        playground.sockets.half_open()
        await old.ping()
        with pytest.raises(SlackSays, match="operation_timeout"):
            await rita.types("/access")
        with pytest.raises(TimeoutError):
            await old.receive(timeout=0.02)
        assert not old.closed


async def test_a_live_connection_answers_a_ping(playground: Playground) -> None:
    """By which an app tells it from a half-open one."""
    async with ClientSession() as session:
        address = playground.sockets.issue_address()
        socket = await session.ws_connect(address, autoping=False)
        await socket.receive_json()
        await socket.ping(b"there?")
        assert (await socket.receive(timeout=5)).data == b"there?"
        await socket.close()


async def test_dropped_connections_leave_people_with_an_error(playground: Playground) -> None:
    """Nothing is queued for commands while no connection is there."""
    async with ClientSession() as session:
        socket = await link(session, playground)
        playground.sockets.drop()
        assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.ERROR, WSMsgType.CLOSE)
        with pytest.raises(SlackSays, match="dispatch_failed"):
            await playground.person("rita").types("/access")
    assert playground.clock.now() == START
