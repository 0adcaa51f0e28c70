"""The page's API: state, conversations, acts, clock, faults, story, stream, guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from playground.clock import Clock
from playground.page_reads import MOST_UNREAD
from playground.seed import Story, StoryStep
from playground.server import Playground
from tests.playground.conftest import START
from tests.playground.sample import CHANNELS, MANIFEST, PEOPLE, USERGROUPS, open_stage

STORY = Story(
    title="Ask and decide",
    steps=(
        StoryStep(
            id="ask",
            text="Type /access request",
            as_person="rita",
            highlight_kind="command",
            highlight_label="/access request",
            done_when="command:/access",
        ),
        StoryStep(id="send", text="Send it", as_person="rita", done_when="submit"),
        StoryStep(
            id="approve",
            text="Approve it",
            as_person="mia",
            highlight_label="Approve",
            done_when_sees="Approved by Mia",
        ),
        StoryStep(id="wait", text="Let a day pass", highlight_kind="clock", done_when="clock"),
    ),
)


class Page:
    """A page: reads and posts JSON."""

    def __init__(self, playground: Playground, session: ClientSession) -> None:
        self.playground = playground
        self.session = session

    async def get(self, path: str, **query: str) -> Any:
        """Read."""
        url = f"{self.playground.url}/page-api/{path}"
        async with self.session.get(url, params=query) as response:
            return await response.json()

    async def post(self, path: str, **body: Any) -> Any:
        """Post."""
        url = f"{self.playground.url}/page-api/{path}"
        async with self.session.post(url, json=body) as response:
            return await response.json()

    async def act(self, who: str, do: str, **more: Any) -> Any:
        """Act as somebody."""
        return await self.post("act", **{"as": self.playground.person(who).id, "do": do, **more})


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    """A page on a playground with the sample app and a story."""
    playground = Playground(
        manifest=MANIFEST,
        people=PEOPLE,
        channels=CHANNELS,
        usergroups=USERGROUPS,
        clock=Clock(START, running=False),
        story=STORY,
    )
    await playground.start()
    _, end = await open_stage(playground, "http")
    async with ClientSession() as session:
        yield Page(playground, session)
    await end()
    await playground.stop()


async def test_state_has_everything_the_page_needs(page: Page) -> None:
    """Team, app, people, channels, groups, clock, faults, story."""
    state = await page.get("state")
    assert state["app"]["transport"] == "http"
    assert state["app"]["commands"][0]["command"] == "/access"
    kinds = {one["name"]: one["kind"] for one in state["people"]}
    assert kinds["solo"] == "guest"
    assert kinds["ed"] == "stranger"
    assert "gate" not in kinds
    assert state["clock"]["now"] == START.timestamp()
    assert state["usergroups"][0]["handle"] == "readers"
    assert state["story"]["current"] == 0
    assert state["people"][0]["avatar"]["initials"] == "RR"


async def test_a_whole_request_is_done_on_the_page(page: Page) -> None:
    """Command, options, refused and taken submission, press; the story follows along."""
    rita = page.playground.person("rita").id
    assert await page.act("rita", "command", channel="app", text="/access request") == {"ok": True}
    seen = await page.get("conversation", **{"as": rita, "with": "app"})
    [view] = seen["modal_stack"]
    container = {"type": "view", "view_id": view["id"]}
    asked = {"container": container, "block_id": "package", "action_id": "package"}
    offered = await page.act("rita", "options", query="pro", **asked)
    [option] = offered["options"]
    values = {
        "package": {"package": {"type": "external_select", "selected_option": option}},
        "why": {"why": {"type": "plain_text_input", "value": "x"}},
    }
    refused = await page.act("rita", "submit", view_id=view["id"], values=values)
    assert refused["errors"] == {"why": "Say a little more"}
    values["why"]["why"]["value"] = "because"
    remembered = await page.act("rita", "remember", view_id=view["id"], values=values)
    assert remembered["ok"]
    taken = await page.act("rita", "submit", view_id=view["id"], values=values)
    assert taken == {"ok": True, "errors": None}
    await page.playground.settle()
    mia = page.playground.person("mia").id
    conversation = await page.get("conversation", **{"as": mia, "with": "app"})
    [card] = conversation["messages"]
    assert conversation["unread"] == 1
    button = card["blocks"][1]["elements"][0]
    pressed = await page.act(
        "mia",
        "press",
        container={"type": "message", "channel": card["channel"], "ts": card["ts"]},
        block_id=card["blocks"][1]["block_id"],
        action_id=button["action_id"],
        value={"type": "button", "value": "v1"},
    )
    assert pressed == {"ok": True}
    await page.playground.settle()
    assert (await page.get("state"))["story"]["current"] == 3
    await page.post("clock", do="move", seconds=86_400)
    story = (await page.get("state"))["story"]
    assert [one["done"] for one in story["steps"]] == [True] * 4


async def test_mistakes_come_back_in_words(page: Page) -> None:
    """A wrong command, a closed form, somebody who is not there."""
    told = await page.act("rita", "command", channel="app", text="/nope")
    assert told == {"ok": False, "error": "/nope is not a valid command"}
    closed = await page.act("rita", "close", view_id="V0", all=False)
    assert closed["error"] == "This form is closed"
    lost = await page.post("act", **{"as": "U0", "do": "read"})
    assert "nobody is called U0" in lost["error"]
    assert "nobody can fly" in (await page.act("rita", "fly"))["error"]
    gone = {"type": "message", "channel": "app", "ts": "1.0"}
    press = await page.act("rita", "press", container=gone, block_id="b", action_id="a", value=None)
    assert press["error"] == "This message is not there any more"
    reply = await page.act("rita", "say", channel="app", text="x", thread_ts="1.0")
    assert reply["error"] == "This message is not there any more"
    assert (await page.act("rita", "say", text=" "))["error"] == "There is nothing to send"
    assert (await page.post("clock", do="move", seconds=1e30))["ok"] is False
    place = page.playground.workspace.channel("admins").id
    away = await page.act("rita", "say", channel=place, text="x")
    assert away["ok"] is False


async def test_messages_are_paged_threaded_and_marked_read(page: Page) -> None:
    """Newest page first, older ones before a timestamp, threads apart, reading clears the mark."""
    general = page.playground.workspace.channel("general").id
    rita, mia = page.playground.person("rita").id, page.playground.person("mia").id
    for number in range(61):
        await page.act("rita", "say", channel=general, text=f"m{number}")
    shown = await page.get("conversation", **{"as": mia, "with": general})
    assert (len(shown["messages"]), shown["has_more"], shown["unread"]) == (60, True, 61)
    first = shown["messages"][0]
    older = await page.get("conversation", **{"as": mia, "with": general, "before": first["ts"]})
    assert [one["text"] for one in older["messages"]] == ["m0"]
    await page.act("mia", "say", channel=general, text="re", thread_ts=first["ts"])
    thread = await page.get("thread", **{"as": rita, "channel": general, "ts": first["ts"]})
    assert [one["text"] for one in thread["messages"]] == ["m1", "re"]
    latest = shown["messages"][-1]["ts"]
    await page.act("mia", "read", **{"with": general, "ts": latest})
    again = await page.get("conversation", **{"as": mia, "with": general})
    assert again["unread"] == 0
    assert again["messages"][0]["thread"]["count"] == 1


async def test_unread_messages_are_counted_up_to_a_hundred(page: Page) -> None:
    """At the bound the number is exact; past it it stays."""
    general = page.playground.workspace.channel("general")
    rita, mia = page.playground.person("rita").id, page.playground.person("mia").id
    for expected in (MOST_UNREAD - 1, MOST_UNREAD, MOST_UNREAD):
        while len(general.messages) < expected:
            page.playground.workspace.post(general, {"user": rita, "text": "x"})
        people = (await page.get("state"))["people"]
        assert next(one["unread"] for one in people if one["id"] == mia) == expected
        page.playground.workspace.post(general, {"user": rita, "text": "x"})


async def test_clock_and_faults_are_set_from_the_page(page: Page) -> None:
    """Run, stop, move, next; add, remove, clear."""
    assert (await page.post("clock", do="run"))["running"] is True
    assert (await page.post("clock", do="stop"))["running"] is False
    before = (await page.get("state"))["clock"]["now"]
    moved = await page.post("clock", do="move", seconds=60)
    assert moved["now"] == before + 60
    assert (await page.post("clock", do="next"))["stops"] == []
    assert (await page.post("clock", do="fly"))["ok"] is False
    rule = {"method": "chat.postMessage", "kind": "slow", "seconds": 2, "times": 3, "person": None}
    added = await page.post("faults", add=rule)
    assert added["faults"][0]["kind"] == "slow"
    assert (await page.post("faults", remove=added["faults"][0]["id"]))["faults"] == []
    assert (await page.post("faults", add={"kind": "odd"}))["ok"] is False
    await page.post("faults", add=rule)
    assert (await page.post("faults", clear=True))["faults"] == []


async def test_exchanges_are_read_and_filtered(page: Page) -> None:
    """By number and by words; secrets are not among them."""
    await page.act("rita", "command", channel="app", text="/access request")
    everything = (await page.get("exchanges"))["exchanges"]
    assert [one["what"] for one in everything][-2:] == ["views.open", "command /access"]
    last = everything[-1]["n"]
    assert (await page.get("exchanges", after=str(last)))["exchanges"] == []
    found = (await page.get("exchanges", filter="VIEWS.open"))["exchanges"]
    assert {one["direction"] for one in found} == {"app_to_slack"}
    assert page.playground.bot_token not in str(everything)


async def test_the_stream_says_where_to_look_again(page: Page) -> None:
    """One line per change, with ids."""
    mia = page.playground.person("mia")
    url = f"{page.playground.url}/page-api/stream"
    async with page.session.ws_connect(url) as socket:
        await page.act("mia", "say", channel="app", text="hello")
        line = await socket.receive_json(timeout=5)
        assert (line["kind"], line["as"], line["user"]) == ("message", mia.id, mia.id)
        await page.act("mia", "command", channel="app", text="/nope")


async def test_the_story_is_restarted_and_put_away(page: Page) -> None:
    """Restart begins at the first step; dismissed it is gone."""
    await page.act("rita", "command", channel="app", text="/access request")
    assert (await page.get("state"))["story"]["current"] == 1
    await page.post("story", do="restart")
    assert (await page.get("state"))["story"]["current"] == 0
    await page.post("story", do="dismiss")
    assert (await page.get("state"))["story"] is None
    assert (await page.post("story", do="sing"))["ok"] is False


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
async def test_other_sites_may_not_act_here(page: Page, headers: dict[str, str]) -> None:
    """A foreign Host (rebinding) or Origin is refused, on the page's API and on the Web API."""
    for path in ("page-api/state", "api/auth.test", "page-api/stream", ""):
        url = f"{page.playground.url}/{path}"
        async with page.session.get(url, headers=headers) as response:
            assert response.status == 403


async def test_static_files_have_their_types_and_stay_in_their_folder(page: Page) -> None:
    """The index at the root, scripts as scripts, nothing outside."""
    base = page.playground.url
    async with page.session.get(f"{base}/") as response:
        assert response.content_type == "text/html"
        assert response.headers["Cache-Control"] == "no-cache"
    async with page.session.get(f"{base}/page/app.js") as response:
        assert response.content_type == "text/javascript"
    for path in ("/page/../server.py", "/page/%2e%2e/server.py", "/page/none.js"):
        async with page.session.get(f"{base}{path}") as response:
            assert response.status == 404


async def test_files_are_put_where_a_form_can_name_them(page: Page) -> None:
    """The upload answers with the file's id."""
    rita = page.playground.person("rita").id
    url = f"{page.playground.url}/page-api/upload"
    params = {"as": rita, "name": "x.txt"}
    async with page.session.post(url, params=params, data=b"abc") as response:
        told = await response.json()
    assert told["file"]["size"] == 3
    assert page.playground.workspace.files[told["file"]["id"]].content == b"abc"
