"""`usher playground`: a local Slack with Usher inside it, in one process, on one movable clock.

The workspace begins anew at each start: people, channels and messages live in memory, and so does
Usher's database file, in a folder that goes with the process.
"""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from bot import http_server, sample_reports, sample_workspace, slack_checks
from bot.cli_parts import Fault
from bot.house import House, apply_file, open_house
from bot.playground_hook import Hook
from bot.settings import DEFAULT_COMMAND, LogStyle, Settings
from playground.clock import Clock
from playground.server import Playground

PACING = timedelta(seconds=5)
"""After each act the workspace steps through so much of its own time, for paced messages."""


class SharedClock:
    """The playground's clock, as the engine asks for time."""

    movable = True

    def __init__(self, clock: Clock) -> None:
        """One clock for the workspace and for Usher."""
        self._clock = clock

    def now(self) -> datetime:
        """The workspace's moment, aware, UTC."""
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        """Return after so long by this clock, or earlier when it jumps."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._clock.changed()


def settings_for(playground: Playground, database_url: str) -> Settings:
    """Settings that point at this playground, over HTTP."""
    return Settings(
        bot_token=playground.bot_token,
        app_token=None,
        signing_secret=playground.signing_secret,
        slack_api_url=f"{playground.url}/api/",
        slack_proxy=None,
        database_url=database_url,
        config=None,
        people=None,
        command=DEFAULT_COMMAND,
        host="127.0.0.1",
        port=0,
        log=LogStyle.TEXT,
        environment=MappingProxyType({}),
    )


def sample_playground(clock: Clock, journal: Path | None = None) -> Playground:
    """The invented workspace, with Usher's manifest."""
    return Playground(
        manifest=dict(slack_checks.read_manifest()),
        people=sample_workspace.PEOPLE,
        channels=sample_workspace.CHANNELS,
        usergroups=sample_workspace.USERGROUPS,
        team=sample_workspace.TEAM,
        story=sample_workspace.STORY,
        clock=clock,
        journal=journal,
        patience=PACING,
    )


@asynccontextmanager
async def usher_inside(
    playground: Playground, database_url: str, config: str, *, loops: bool
) -> AsyncIterator[House]:
    """Usher as the app of a started playground. With `loops` it also works by itself."""
    clock = SharedClock(playground.clock)
    more = {sample_reports.NAME: sample_reports.SampleReports(clock.now)}
    settings = settings_for(playground, database_url)
    async with open_house(settings, clock=clock, more_connectors=more) as house:
        dispatch = http_server.bolt_dispatch(house.bolt, house.metrics)
        app = http_server.build_app(dispatch, lambda: None, house.metrics)
        running = await http_server.run(app, host="127.0.0.1", port=0)
        try:
            await house.read_directory()
            await apply_file(house, "sample.yml", config)
            playground.connect_http(f"{running.url}/slack/events")
            playground.attach(Hook(house))
            if loops:
                house.worker.start()
            yield house
            await house.worker.stop(1.0)
        finally:
            await running.stop()


async def run(*, host: str, port: int) -> int:
    """Serve the playground until told to stop. Raises `Fault` where it cannot listen."""
    playground = sample_playground(Clock())
    try:
        await playground.start(host=host, port=port)
    except OSError as error:
        await playground.stop()
        raise Fault(
            f"The playground cannot listen on {host}, port {port}: "
            f"{http_server.listening_fault(error)}. Choose another port, for example --port 8081, "
            "or --port 0 for any free one."
        ) from error
    stopping = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stopping.set)
    try:
        with tempfile.TemporaryDirectory(prefix="usher-playground-") as folder:
            database_url = f"sqlite+aiosqlite:///{folder}/usher.db"
            sample = sample_reports.sample_configuration()
            async with usher_inside(playground, database_url, sample, loops=True):
                print(f"The playground is open: {playground.url}", flush=True)  # noqa: T201
                await stopping.wait()
    finally:
        await playground.stop()
    return 0
