"""Usher as an operator runs it: `usher serve` in a process of its own, reached over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.outsider.persona import SECRET, Wire
from tests.acceptance.outsider.standin import BOT_TOKEN, Slack

USHER = Path(sys.executable).with_name("usher")
CHECKOUT = Path(__file__).parents[3]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def environment(**settings: str) -> dict[str, str]:
    """Nothing but the path, this checkout, and these settings."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), **settings}


def run(*words: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """One command of `usher`, to its end."""
    return subprocess.run(
        [str(USHER), *words],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@dataclass(kw_only=True)
class Served:
    """One running process."""

    slack: Slack
    folder: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: bool = True) -> "Served":
        """Start, and wait until it says it is ready."""
        settings = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{self.slack.url}/api/",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            **self.settings,
        }
        with (self.folder / f"log-{self.port}").open("ab") as log:
            self.process = subprocess.Popen(
                [str(USHER), "serve"],
                cwd=self.folder,
                env=environment(**settings),
                stdout=log,
                stderr=log,
            )
        if ready:
            self.slack.until(self._is_ready, within=60, what=self.log)
        return self

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"ended at start:\n{self.log()}"
        return self.get("/readyz")[0] == 200

    def get(self, path: str) -> tuple[int, str]:
        """Status and text; 0 while nobody listens."""
        try:
            with urllib.request.urlopen(f"{self.wire.url}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    @property
    def wire(self) -> Wire:
        """How Slack reaches it."""
        return Wire(url=f"http://127.0.0.1:{self.port}")

    def log(self) -> str:
        """What it wrote so far."""
        return (self.folder / f"log-{self.port}").read_text()

    def stop(self, sign: int = signal.SIGTERM) -> tuple[int, float]:
        """End it; answers the exit code and the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        with suppress(ProcessLookupError):
            self.process.send_signal(sign)
        code = self.process.wait(20)
        return code, time.monotonic() - began
