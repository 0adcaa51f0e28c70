"""`usher serve` as its own process, against a Slack of the playground, in real time.

Durations are seconds, so a whole life takes a few of them. Nothing sleeps: `until` waits for a
change of the workspace that makes something true, and says what was there instead if it does not
come.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import aiohttp

from bot import playground_app
from playground.clock import Clock
from playground.seen import NotThere
from playground.server import Playground

READY_WITHIN = 60.0
SEEN_WITHIN = 60.0


class Process(Protocol):
    """A process that was started, as `subprocess.Popen` is one."""

    @property
    def returncode(self) -> int | None:
        """How it ended, if that was asked for."""

    def poll(self) -> int | None:
        """How it ended; None while it lives."""

    def send_signal(self, sign: int) -> None:
        """Send it a signal."""

    def wait(self, timeout: float) -> int:
        """How it ended; raises when it does not in time."""


class Starts(Protocol):
    """How `python -m MODULE ARGUMENTS` is started."""

    def __call__(
        self, module: str, *arguments: str, folder: Path, environment: Mapping[str, str], log: Path
    ) -> Process:
        """In that folder, with this environment and no other."""


def spawned(
    module: str, *arguments: str, folder: Path, environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """From nothing, as an operator does."""
    with log.open("wb") as written:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env=environment,
            stdout=written,
            stderr=subprocess.STDOUT,
        )


@dataclass
class Served:
    """A workspace and the process that serves it."""

    playground: Playground
    folder: Path
    database_url: str
    config: Path
    socket_mode: bool = False
    starts: Starts = spawned
    processes: list[Process] = field(default_factory=list)
    url: str = ""
    log: Path = Path()
    """What the process begun last has written."""

    async def start(self, *, module: str = "bot.cli", **environment: str) -> Process:
        """Start one process and wait until it says it is ready."""
        process = self.begin(module=module, **environment)
        await self._ready(process)
        if not self.socket_mode:
            self.playground.connect_http(f"{self.url}/slack/events")
        return process

    def begin(self, *, module: str = "bot.cli", **environment: str) -> Process:
        """Start one process and wait for nothing."""
        port = _free_port()
        known = {
            "SLACK_BOT_TOKEN": self.playground.bot_token,
            "SLACK_API_URL": f"{self.playground.url}/api/",
            "DATABASE_URL": self.database_url,
            "USHER_CONFIG": str(self.config),
            "PORT": str(port),
            **environment,
        }
        if self.socket_mode:
            known["SLACK_APP_TOKEN"] = self.playground.app_token
        else:
            known["SLACK_SIGNING_SECRET"] = self.playground.signing_secret
        self.log = self.folder / f"serve-{port}.log"
        process = self.starts(
            module,
            "serve",
            folder=self.folder,
            environment={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **known},
            log=self.log,
        )
        self.processes.append(process)
        self.url = f"http://127.0.0.1:{port}"
        return process

    async def _ready(self, process: Process) -> None:
        async with asyncio.timeout(READY_WITHIN), aiohttp.ClientSession() as session:
            while True:
                if process.poll() is not None:
                    log = self.log.read_text()
                    raise AssertionError(f"usher serve ended with {process.returncode}:\n{log}")
                try:
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass  # not listening yet
                await asyncio.sleep(0.05)  # another process's start has no event to wait for

    async def until(self, what: Callable[[], object], within: float = SEEN_WITHIN) -> None:
        """Return once this raises nothing and is not False, looking at every change."""
        changed = asyncio.Event()
        leave = self.playground.workspace.subscribe(lambda _change: changed.set())
        failure: Exception | None = None
        try:
            async with asyncio.timeout(within):
                while True:
                    changed.clear()
                    try:
                        if what() is not False:
                            return
                    except NotThere as not_yet:
                        failure = not_yet
                    await changed.wait()
        except TimeoutError:
            raise AssertionError(f"it did not come within {within} s: {failure or what}") from None
        finally:
            leave()

    def stop(self) -> None:
        """End every process that still runs."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=60)


@asynccontextmanager
async def served(
    folder: Path,
    config: str,
    *,
    database_url: str | None = None,
    socket_mode: bool = False,
    starts: Starts = spawned,
) -> AsyncIterator[Served]:
    """A running workspace, and nothing served yet."""
    path = folder / "usher.yml"
    path.write_text(config)
    journal = os.environ.get("USHER_JOURNAL")
    playground = playground_app.sample_playground(Clock(), Path(journal) if journal else None)
    await playground.start()
    world = Served(
        playground=playground,
        folder=folder,
        database_url=database_url or f"sqlite+aiosqlite:///{folder}/usher.db",
        config=path,
        socket_mode=socket_mode,
        starts=starts,
    )
    try:
        yield world
    finally:
        world.stop()
        await playground.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
