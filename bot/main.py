"""`usher serve`: open the house, let Slack in, and run until told to stop."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack

import configuration
import storage
from bot import http_server, logs
from bot.cli_parts import Fault
from bot.desk import Desk
from bot.house import House, open_house
from bot.http_server import Running
from bot.reachable import Reachable
from bot.settings import Settings, Transport
from bot.slack_checks import SlackFaults
from bot.socket_mode import CLOSE_SECONDS, SocketMode
from bot.starting import all_faults
from bot.still_held import still_held
from connectors.people_csv import PeopleFileFaults
from connectors.registry import ConnectorFaults
from engine.application.connectors import ConnectorError
from engine.domain.refusals import StillHeld

log = logging.getLogger(__name__)

REMOVED = (
    "Usher was removed from the Slack workspace. Install it again, set SLACK_BOT_TOKEN to the new "
    "token, and restart."
)

DRAIN_SECONDS = 6.0
"""Of the ten that SIGTERM leaves: for all that is in hand, at the same time."""
LAST_SECONDS = 9.5
"""Then the process ends, whatever hangs: what it had in hand is found as after a crash."""


async def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; answers the exit code. Raises `Fault` for what start forbids."""
    logs.setup(settings.log, secrets=settings.secrets)
    try:
        async with open_house(settings) as house:
            await _run(house)
    except (SlackFaults, ConnectorFaults) as faults:
        raise Fault(*await all_faults(faults.faults, settings)) from faults
    except storage.DatabaseFault as fault:
        raise Fault(*await all_faults([str(fault)], settings)) from fault
    except PeopleFileFaults as faults:
        told = [f"{settings.people}: {fault}" for fault in faults.faults]
        raise Fault(*await all_faults(told, settings)) from faults
    return 0


async def _run(house: House) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopping.set)
    async with AsyncExitStack() as stack:
        edge = Edge(house)
        await edge.open(stack)
        for notice in house.notices:
            log.warning("%s", notice)
        if await _unless(stopping, _prepare(house)):
            edge.prepared = True
            house.worker.start()
            log.info("Usher is ready", extra={"url": edge.url})
            if await _unless(stopping, _removed(house.desk)):
                log.error("%s", REMOVED)
                await house.worker.stop(0)
                await stopping.wait()
        log.info("stopping")
        _end_at_last()
        await _stop(house, edge)


async def _unless(stopping: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Whether it was done, rather than given up because the process is to stop."""
    doing = asyncio.create_task(work)
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait({doing, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not doing.done():
        doing.cancel()
        await asyncio.wait({doing})
        return False
    await doing
    return True


async def _removed(desk: Desk) -> None:
    await desk.removed.wait()


async def _stop(house: House, edge: "Edge") -> None:
    """Take nothing new, and let all that is in hand finish under one deadline."""
    loop = asyncio.get_running_loop()
    until = loop.time() + DRAIN_SECONDS
    await asyncio.gather(edge.stop(DRAIN_SECONDS), house.worker.stop(DRAIN_SECONDS))
    await house.desk.drain(until - loop.time())


def _end_at_last() -> None:
    """See that the process ends, even if a thread or a task heeds nothing."""
    last = threading.Timer(LAST_SECONDS, os._exit, [1])
    last.daemon = True
    last.start()


async def _prepare(house: House) -> None:
    try:
        await house.prepare()
    except ConnectorError as error:
        raise Fault(f"The directory could not be read from Slack: {error.message}") from error
    except configuration.ConfigurationFaults as faults:
        raise Fault(*(str(fault) for fault in faults.faults)) from faults
    except StillHeld as refusal:
        raise Fault(*await still_held(house.queries, refusal)) from refusal


class Edge:
    """How Slack and operators reach this process."""

    def __init__(self, house: House) -> None:
        """Nothing listens before `open`."""
        self._house = house
        self._reachable = Reachable(house.client, house.store)
        self._socket: SocketMode | None = None
        self._running: Running | None = None
        self.prepared = False
        self.url = ""

    async def open(self, stack: AsyncExitStack) -> None:
        """Listen; with the stack it is closed, unless it was stopped. Raises `Fault`."""
        house, settings = self._house, self._house.settings
        dispatch = None
        if settings.transport is Transport.HTTP:
            dispatch = http_server.bolt_dispatch(house.bolt, house.metrics)
        app = http_server.build_app(
            dispatch, self.reason, house.metrics, refresh=house.observe, look=self._reachable.look
        )
        running = await http_server.run(app, host=settings.host, port=settings.port)
        self._running = running
        stack.push_async_callback(self.stop, 0)
        self.url = running.url
        if settings.app_token is not None:
            self._socket = SocketMode(house.bolt, house.client, settings.app_token, house.metrics)
            self._socket.start()

    async def stop(self, seconds: float) -> None:
        """Take nothing new, and answer what is in hand, for so long at most."""
        running, self._running = self._running, None
        stops = [running.stop()] if running is not None else []
        socket, self._socket = self._socket, None
        if socket is not None:
            stops.append(socket.stop(seconds - CLOSE_SECONDS))
        await asyncio.gather(*stops)

    def reason(self) -> str | None:
        """Why this process is not ready, if it is not."""
        if not self.prepared:
            return "The directory and the configuration are being read."
        if self._house.desk.removed.is_set():
            return REMOVED
        if self._socket is not None and not self._socket.connected:
            return "Slack is not connected."
        return self._reachable.reason
