"""Processes that are started by the hundred, forked from one that has imported everything already.

Importing is most of the second or two that a process needs to start, and no part of what these are
started for. What is forked shares nothing with whoever asked for it: another process makes it, with
the environment, the folder and the log it is given, and it is killed like any other.
"""

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
IMPORTED = [
    "tests.faults.dying_serve",
    "tests.faults.reviewing_process",
    "storage.postgres",
    "alembic.command",
]


class Forked:
    """A process; it is asked as `subprocess.Popen` is."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    @property
    def returncode(self) -> int | None:
        """None while it lives; the negative signal if one killed it."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same, asked as a question."""
        return self._process.exitcode

    def send_signal(self, sign: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None and self._process.pid is not None:
            os.kill(self._process.pid, sign)

    def wait(self, timeout: float) -> int:
        """How it ended; raises when it does not in so many seconds."""
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        return code


def start(
    module: str, *arguments: str, folder: Path, environment: Mapping[str, str], log: Path
) -> Forked:
    """As `python -m MODULE ARGUMENTS` in that folder, with this environment and no other."""
    process = _context().Process(
        target=_run, args=(module, arguments, str(folder), dict(environment), str(log)), name=module
    )
    process.start()
    return Forked(process)


def _run(
    module: str, arguments: Sequence[str], folder: str, environment: dict[str, str], log: str
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for said in (1, 2):
        os.dup2(written, said)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__")


@cache
def _context() -> ForkServerContext:
    """The process that has imported everything; it ends with whoever made it."""
    context = get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    with pytest.MonkeyPatch.context() as here:
        here.setenv("PYTHONPATH", str(CHECKOUT))
        forkserver.ensure_running()
    return context
