"""The playground alone: Bolt for Python's and Bolt for JavaScript's hello-world run on it unchanged.

The playground runs as `python -m playground`, the app as another process, and somebody acts on the
page. Bolt for JavaScript comes from npm into a folder outside the repository, once.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from playground.standalone import main

APPS = Path(__file__).parent / "apps"
ROOT = Path(__file__).parents[2]
BOLT_JS = "@slack/bolt@5.1.0"
BOLT_JS_FOLDER = Path(
    os.environ.get("PLAYGROUND_BOLT_JS", Path.home() / ".cache" / "playground-bolt-js-5.1.0")
)
PATIENCE = 30.0
"""Real seconds for another process to start or to answer."""


@asynccontextmanager
async def process(*command: str, env: dict[str, str] | None = None) -> AsyncIterator[Process]:
    """A process that ends with the block."""
    made = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, cwd=ROOT, env={**os.environ, **(env or {})}
    )
    try:
        yield made
    finally:
        if made.returncode is None:
            made.terminate()
        await asyncio.wait_for(made.communicate(), PATIENCE)


async def line_with(made: Process, words: str) -> str:
    """The next line of output with these words."""
    assert made.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while line := (await made.stdout.readline()).decode():
            if words in line:
                return line.strip()
    raise AssertionError(f"the process ended without saying {words!r}")


def free_port() -> int:
    """A port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bolt_js() -> dict[str, str]:
    """Environment in which Node finds Bolt for JavaScript, installed if it is not there yet."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm is not installed here: Bolt for JavaScript was NOT tried")
    if not (BOLT_JS_FOLDER / "node_modules" / "@slack" / "bolt").is_dir():
        BOLT_JS_FOLDER.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--no-audit", "--no-fund", "--silent", BOLT_JS]
        subprocess.run(command, cwd=BOLT_JS_FOLDER, check=True, timeout=300)
    return {"NODE_PATH": str(BOLT_JS_FOLDER / "node_modules")}


class Page:
    """Somebody at the page."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def start(self) -> None:
        """Find out who is there."""
        async with self.session.get(f"{self.url}/page-api/state") as answer:
            people = (await answer.json())["people"]
        self.ana = next(one["id"] for one in people if one["name"] == "ana")

    async def act(self, do: str, **more: Any) -> None:
        """Act as Ana."""
        body = {"as": self.ana, "do": do, "channel": "app", **more}
        async with self.session.post(f"{self.url}/page-api/act", json=body) as answer:
            assert await answer.json() == {"ok": True}

    async def message_with(self, words: str) -> dict[str, Any]:
        """The message with these words, waited for."""
        stream = f"{self.url}/page-api/stream"
        query = {"as": self.ana, "with": "app"}
        async with asyncio.timeout(PATIENCE), self.session.ws_connect(stream) as changes:
            while True:
                async with self.session.get(
                    f"{self.url}/page-api/conversation", params=query
                ) as answer:
                    for message in (await answer.json())["messages"]:
                        if words in message["text"]:
                            return dict(message)
                await changes.receive()


async def hello(command: list[str], transport: str, env: dict[str, str]) -> None:
    """Run one app and go through its three exchanges."""
    port = free_port()
    way = ["--socket"] if transport == "socket" else []
    if not way:
        way = ["--app-url", f"http://127.0.0.1:{port}/slack/events"]
    async with process(sys.executable, "-m", "playground", *way, "--port", "0") as playground:
        url = (await line_with(playground, "Playground on")).rpartition(" ")[2]
        settings = {"PORT": str(port), **env}
        for _ in range(3):
            name, _, value = (await line_with(playground, "=")).partition("=")
            settings[name] = value
        async with ClientSession() as session, process(*command, env=settings) as app:
            page = Page(session, url)
            await line_with(app, "running")
            await line_with(playground, "The app")
            await page.start()
            await page.act("command", text="/hello world")
            answered = await page.message_with(f"Hello <@{page.ana}>, you said world")
            assert answered["ephemeral"] is True
            await page.act("say", text="hello there")
            card = await page.message_with("Hey there")
            await page.act(
                "press",
                container={"type": "message", "channel": card["channel"], "ts": card["ts"]},
                block_id=card["blocks"][0]["block_id"],
                action_id="clicked",
                value=None,
            )
            await page.message_with("clicked the button")


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_bolt_for_python_says_hello(transport: str) -> None:
    """A synchronous Bolt app on both transports."""
    await hello([sys.executable, "-u", str(APPS / "hello.py")], transport, {})


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_bolt_for_javascript_says_hello(transport: str) -> None:
    """The same in Node."""
    await hello(["node", str(APPS / "hello.js")], transport, bolt_js())


@pytest.mark.parametrize("name", ["hello.js", "hello.py"])
def test_the_readme_shows_what_was_run(name: str) -> None:
    """Both hello-worlds, word for word."""
    readme = (ROOT / "playground" / "README.md").read_text(encoding="utf-8")
    assert (APPS / name).read_text(encoding="utf-8").strip() in readme


def test_wrong_input_is_one_clear_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing and broken files, and a workspace that makes no sense."""
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    odd = tmp_path / "odd.yml"
    odd.write_text("people: [{name: x}]")
    for option, path, words in (
        ("--manifest", tmp_path / "none.json", "cannot be read"),
        ("--manifest", broken, "is not valid"),
        ("--workspace", odd, "the workspace file is not right"),
    ):
        assert main(["--socket", option, str(path)]) == 2
        told = capsys.readouterr().err
        assert words in told
        assert told.count("\n") == 1
    assert main(["--socket", "--live-validate"]) == 2
    assert "needs a token of a real workspace in SLACK_LIVE_TOKEN" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([])


@pytest.mark.slow
async def test_a_workspace_and_a_manifest_of_ones_own(tmp_path: Path) -> None:
    """YAML or JSON; both show in the page's state."""
    manifest = tmp_path / "manifest.yml"
    manifest.write_text("display_information: {name: Mine}\nfeatures: {slash_commands: []}\n")
    workspace = tmp_path / "workspace.json"
    workspace.write_text(
        '{"people": [{"name": "zoe", "real_name": "Zoe"}],'
        ' "channels": [{"name": "one", "members": ["zoe"]}],'
        ' "usergroups": [{"handle": "all", "name": "All", "members": ["zoe"]}]}'
    )
    files = ["--manifest", str(manifest), "--workspace", str(workspace)]
    command = [sys.executable, "-m", "playground", "--socket", "--port", "0", *files]
    async with process(*command) as playground, ClientSession() as session:
        url = (await line_with(playground, "Playground on")).rpartition(" ")[2]
        async with session.get(f"{url}/page-api/state") as answer:
            state = await answer.json()
    assert state["app"]["name"] == "Mine"
    assert [one["name"] for one in state["people"]] == ["zoe"]
    assert [one["handle"] for one in state["usergroups"]] == ["all"]
