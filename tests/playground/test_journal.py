"""The journal: every exchange as a line, every payload for the checkers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.clock import Clock
from playground.journal import KEPT, Journal
from playground.server import Playground
from playground.wire import Json
from tests.playground.conftest import START
from tests.playground.sample import PEOPLE, actions, section, text


def lines(folder: Path, pattern: str) -> list[dict[str, object]]:
    """All lines of the files of a kind."""
    return [
        json.loads(line)
        for file in sorted(folder.glob(pattern))
        for line in file.read_text().splitlines()
    ]


async def test_exchanges_and_payloads_are_written_as_they_happen(tmp_path: Path) -> None:
    """Also those that were refused; tokens are left out."""
    playground = Playground(people=PEOPLE, clock=Clock(START, running=False), journal=tmp_path)
    await playground.start()
    client = AsyncWebClient(token=playground.bot_token, base_url=f"{playground.url}/api/")
    rita = playground.person("rita").id
    await client.chat_postMessage(channel=rita, text="x", blocks=[section("hi")])
    home = {"type": "home", "blocks": [section("home")]}
    await client.views_publish(user_id=rita, view=home)
    view = {"type": "modal", "title": text("T"), "blocks": [actions()]}
    trigger = playground.views.issue_trigger(rita)
    await client.api_call("api.test", json={"token": "xoxb-secret"})
    refused = client.views_open(trigger_id=trigger, view=view)
    with pytest.raises(Exception, match="invalid_arguments"):
        await refused
    exchanges = lines(tmp_path, "exchanges-*.jsonl")
    assert [one["what"] for one in exchanges] == [
        "chat.postMessage",
        "views.publish",
        "api.test",
        "views.open",
    ]
    assert exchanges[-1]["status"] == "invalid_arguments"
    assert "xoxb-secret" not in json.dumps(exchanges)
    payloads = lines(tmp_path, "payloads-*.jsonl")
    assert [one["surface"] for one in payloads] == ["message", "home", "modal"]
    assert payloads[1]["payload"] == home
    assert len({one["name"] for one in payloads}) == 3
    await playground.stop()


def test_the_folder_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`PLAYGROUND_JOURNAL` names it."""
    monkeypatch.setenv("PLAYGROUND_JOURNAL", str(tmp_path / "deep"))
    journal = Journal(Clock(START, running=False), None)
    journal.note_payload("message", {"blocks": []})
    journal.close()
    assert len(lines(tmp_path / "deep", "payloads-*.jsonl")) == 1


def test_memory_keeps_the_latest_exchanges_only() -> None:
    """At the bound all, past it the oldest goes."""
    journal = Journal(Clock(START, running=False), None)
    for _ in range(KEPT):
        journal.app_called("api.test", {}, {"ok": True}, status=200, seconds=0)
    assert journal.exchanges[0].n == 1
    journal.app_called("api.test", {}, {"ok": True}, status=200, seconds=0)
    assert journal.exchanges[0].n == 2


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"text": "said", "channel": "C1"}, "said"),
        ({"type": "block_actions", "user": {"id": "U1"}, "channel": {"id": "D1"}}, "U1"),
        ({"type": "event_callback", "event": {"type": "message", "text": "heard"}}, "heard"),
        ({"event": {"channel": "C1", "message": {"text": "changed"}}}, "changed"),
        ({"event": {"type": "user_change", "user": {"id": "U2"}}}, "U2"),
        ({"channel": "C1", "ts": "1.0"}, "C1"),
        ({"limit": 1}, ""),
    ],
)
def test_an_exchange_says_in_a_word_what_it_was_about(asked: Json, told: str) -> None:
    """What was said first, else whom it concerns, else where."""
    journal = Journal(Clock(START, running=False), None)
    journal.note("slack_to_app", "x", status="ok", seconds=0, request=asked, response={})
    assert journal.exchanges[0].summary == told
