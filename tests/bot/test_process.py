"""`usher` as a process of its own: exit codes, the two streams, serving and stopping."""

import asyncio
import json
import os
import signal
from pathlib import Path

import aiohttp
import pytest

from playground.seed import Team
from playground.server import Playground
from tests.bot.conftest import a_playground, environment
from tests.bot.operator import FILE, invoke_beside, process, start

WITHIN = 60.0
"""Seconds a busy machine may take."""


async def line_with(stream: asyncio.StreamReader, words: str) -> dict[str, object]:
    """The first line of a JSON log whose message has these words."""
    async with asyncio.timeout(WITHIN):
        while True:
            line = await stream.readline()
            assert line, f"the log ended without {words!r}"
            entry: dict[str, object] = json.loads(line)
            if words in str(entry["message"]):
                return entry


async def test_faults_end_with_1_and_wrong_calls_with_2() -> None:
    """What a script or a supervisor sees; nothing is on standard output, and no traceback."""
    serving, unknown, helped = await asyncio.gather(
        process("serve"), process("nothing"), process("--help")
    )

    assert (serving.code, unknown.code, helped.code) == (1, 2, 0)
    assert (serving.out, unknown.out, helped.err) == ("", "", "")
    assert len(serving.complaints) == 2
    assert "Traceback" not in serving.err + unknown.err


async def test_a_dotenv_file_in_the_working_directory_is_read(tmp_path: Path) -> None:
    """What is set in the environment wins."""
    (tmp_path / ".env").write_text("PORT=x\nHOST=?\nSLACK_BOT_TOKEN=\nDATABASE_URL=\n")
    ran = await process("serve", environ={"HOST": "127.0.0.1"})

    assert ran.code == 1
    assert [line.split()[0] for line in ran.complaints] == ["SLACK_BOT_TOKEN", "Neither", "PORT"]


async def test_an_unreachable_slack_or_a_refused_token_is_one_sentence(
    playground: Playground,
) -> None:
    """Before anything is opened."""
    away = environment(playground, SLACK_API_URL="http://127.0.0.1:9/api/")
    refused = environment(playground, SLACK_BOT_TOKEN="xoxb-wrong")
    first, second = await asyncio.gather(
        process("serve", environ=away), process("serve", environ=refused)
    )

    assert (first.code, second.code) == (1, 1)
    assert first.err.startswith("Slack cannot be reached at")
    assert second.err.startswith("SLACK_BOT_TOKEN is not a token Slack knows.")
    assert len(first.complaints) == len(second.complaints) == 1


async def test_what_is_wrong_outside_is_told_together_with_the_settings(
    playground: Playground, tmp_path: Path
) -> None:
    """A port, a token, a database and a file of people: nobody starts four times to hear of them."""
    (tmp_path / "people.csv").write_text("mail;boss\n")
    wrong = {
        "SLACK_BOT_TOKEN": "xoxb-wrong",
        "DATABASE_URL": "postgresql+asyncpg://usher:hunter2@127.0.0.1:9/usher",
        "USHER_PEOPLE": "people.csv",
    }
    outside = await process("serve", environ=environment(playground, **wrong))
    with_settings = await process("serve", environ=environment(playground, **wrong, PORT="x"))

    for ran in (outside, with_settings):
        assert ran.code == 1
        assert any("SLACK_BOT_TOKEN is not a token" in line for line in ran.complaints)
        assert any("127.0.0.1:9/usher cannot be used" in line for line in ran.complaints)
        assert any(line.startswith("people.csv: line 1:") for line in ran.complaints)
        assert "hunter2" not in ran.err
        assert "Traceback" not in ran.err
    assert (len(outside.complaints), len(with_settings.complaints)) == (3, 4)


async def test_a_database_is_of_one_workspace_and_no_other_is_let_in(
    playground: Playground, tmp_path: Path
) -> None:
    """Everybody would lose their access: nobody of the one is named in the other."""
    (tmp_path / "usher.yml").write_text(FILE)
    applied = await process("apply", "usher.yml", environ=environment(playground))
    other = a_playground(team=Team(id="T0OTHER0001", name="Fabrikam"))
    await other.start()
    served, examined = await asyncio.gather(
        process("serve", environ=environment(other)), process("doctor", environ=environment(other))
    )
    await other.stop()

    assert applied.code == 0, applied.err
    said = "SLACK_BOT_TOKEN is of T0OTHER0001 (Fabrikam)"
    assert served.code == 1
    assert served.complaints[-1].startswith("The database is of the Slack workspace T0PLAY00001")
    assert said in served.complaints[-1]
    assert "problem  Workspace" in examined.out
    assert said in examined.out


async def test_a_taken_port_is_one_sentence(playground: Playground) -> None:
    """The playground has it already."""
    port = playground.url.rsplit(":", 1)[1]
    ran = await process("serve", environ=environment(playground, PORT=port))

    assert ran.code == 1
    assert f"Usher cannot listen on 127.0.0.1, port {port}" in ran.complaints[-1]


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_usher_serves_while_others_read_and_stops_when_told(
    playground: Playground, tmp_path: Path, transport: str
) -> None:
    """Ready, healthy, measured; export and plan work beside it, apply is refused; SIGTERM ends it."""
    (tmp_path / "usher.yml").write_text(FILE)
    environ = environment(playground, USHER_CONFIG="usher.yml", USHER_LOG="json")
    if transport == "socket":
        environ |= {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": playground.app_token}
    running = await start("serve", environ=environ)
    assert running.stderr is not None
    try:
        ready = await line_with(running.stderr, "is ready")
        url = ready["url"]
        assert isinstance(url, str)
        async with aiohttp.ClientSession() as client, asyncio.timeout(WITHIN):
            await _is_ready(client, url)
        exported = await invoke_beside("export", environ=environ)
        planned = await invoke_beside("plan", "usher.yml", environ=environ)
        applied = await invoke_beside("apply", "usher.yml", environ=environ)
        checked = await invoke_beside("doctor", environ=environ)
    finally:
        running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WITHIN):
            _, rest = await running.communicate()

    assert (exported.code, planned.code, applied.code) == (0, 0, 1)
    assert planned.out == "No changes: what is stored stays unchanged.\n"
    assert "is in use by another Usher process" in applied.err
    assert "set USHER_CONFIG to the file and restart" in applied.err
    assert checked.code == 0, checked.out
    assert running.returncode == 0, rest.decode()
    assert "Traceback" not in rest.decode()


async def _is_ready(client: aiohttp.ClientSession, url: str) -> None:
    """Its three places answer; readiness may come a moment after the log says so."""
    while True:
        async with client.get(f"{url}/readyz") as response:
            if response.status == 200:
                break
    async with client.get(f"{url}/healthz") as response:
        assert response.status == 200
    async with client.get(f"{url}/metrics") as response:
        text = await response.text()
        assert "usher_slack_requests" in text
        assert "process_resident_memory_bytes" in text


async def test_a_reader_that_stops_reading_does_not_end_in_a_traceback() -> None:
    """`usher export | head`: nobody reads the pipe any more."""
    read, write = os.pipe()
    os.close(read)
    running = await start("--help", environ={}, stdout=write)
    os.close(write)
    _, err = await running.communicate()

    assert err == b""
