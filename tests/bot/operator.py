"""What tests of the command line share: a file for the sample workspace, and ways to run `usher`."""

import asyncio
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from bot.cli_commands import usher

ROOT = Path(__file__).resolve().parents[2]

FILE = """\
organization:
  name: Contoso
  domains: [contoso.com]
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
fallback_approvers: ["@it-leads"]
catalogs:
  - name: Engineering
    description: Systems engineers work on
    owners: [olga@contoso.com]
    resources:
      - {name: prod-readers, connector: slack_usergroup, id: "@prod-readers", roles: [member]}
      - {name: vpn, connector: manual, id: Office VPN, fulfillers: [ada@contoso.com], roles: [user]}
    packages:
      - name: Production read access
        description: Dashboards and logs of production
        grants: [{resource: prod-readers, role: member}, {resource: vpn, role: user}]
        policies:
          - name: Employees
            requestors: {scope: all_members}
            justification: required
            approval:
              required_for: [request]
              stages:
                - {name: Owner, approvers: [{people: [olga@contoso.com]}], decide_within: P14D}
            expiration: {after: P90D}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        """The lines on standard error."""
        return self.err.splitlines()


def invoke(*arguments: str, **environ: str) -> Ran:
    """Run a command in this process; in a thread, because the test may run in an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_invoke, *arguments, **environ).result()


def _invoke(*arguments: str, **environ: str) -> Ran:
    result = CliRunner().invoke(usher, arguments, env=environ, prog_name="usher")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(code=result.exit_code, out=result.stdout, err=result.stderr)


async def invoke_beside(*arguments: str, environ: Mapping[str, str]) -> Ran:
    """Run a command in a thread, so that this loop's servers can answer it."""
    return await asyncio.to_thread(invoke, *arguments, **environ)


async def start(
    *arguments: str, environ: Mapping[str, str], stdout: int = asyncio.subprocess.PIPE
) -> asyncio.subprocess.Process:
    """Start `usher` as a process of its own, in the working directory."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        *arguments,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
    )


async def process(*arguments: str, environ: Mapping[str, str] | None = None) -> Ran:
    """Run it to its end."""
    running = await start(*arguments, environ=environ or {})
    out, err = await running.communicate()
    assert running.returncode is not None
    return Ran(code=running.returncode, out=out.decode(), err=err.decode())
