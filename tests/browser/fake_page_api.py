"""A small page API with a fixed workspace behind it, for looking at the page alone.

Theory: the page is told what to show by seven addresses. This server answers them from three files
of sample data and follows just enough of Slack's rules to make a story walk: a command opens a form,
a form is refused or accepted, a press changes a card, the clock passes stops. Whatever the page
asks is kept in `asked`, so a test can say what a key or a press sent.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TypeAlias

from aiohttp import web

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Item: TypeAlias = "dict[str, Json]"

SAMPLES = Path(__file__).parent / "samples"
PAGE = Path(__file__).parents[2] / "playground" / "page"
DAY = 86_400
BOT = "U09BOT"


def item(value: Json) -> Item:
    """The value as an object; sample data and the page's requests are trusted to have that shape."""
    assert isinstance(value, dict), value
    return value


def items(value: Json) -> list[Item]:
    """The value as a list of objects."""
    assert isinstance(value, list), value
    return [item(one) for one in value]


def text_of(value: Json) -> str:
    """The value as a string; nothing is the empty string."""
    return value if isinstance(value, str) else ""


def number(value: Json) -> float:
    """The value as a number."""
    assert isinstance(value, int | float), value
    return float(value)


def load(name: str) -> Item:
    """One file of sample data."""
    return item(json.loads((SAMPLES / name).read_text(encoding="utf-8")))


class FakeWorkspace:
    """What the page is shown, and what it asked for."""

    def __init__(self) -> None:
        self.state = load("workspace.json")
        self.messages = {place: items(several) for place, several in load("messages.json").items()}
        self.views = load("views.json")
        self.stacks: dict[str, list[Item]] = {}
        self.exchanges: list[Json] = []
        self.asked: list[Item] = []
        self.sockets: set[web.WebSocketResponse] = set()
        self.slow_seconds = 0.0
        self._serial = 0

    @property
    def clock(self) -> Item:
        """The clock as the page reads it."""
        return item(self.state["clock"])

    def place(self, person: str, where: str) -> list[Item]:
        """The messages one person sees in one place."""
        key = f"{person}|app" if where == "app" else where
        return self.messages.setdefault(key, [])

    def post(self, person: str, where: str, message: Item) -> Item:
        """Adds a message that nobody has seen before."""
        self._serial += 1
        ts = f"{number(self.clock['now']):.0f}.{self._serial:06d}"
        known: Item = {"type": "message", "ts": ts, "channel": f"D-{person}"}
        if where != "app":
            known["channel"] = where
        posted: Item = {**known, **message}
        self.place(person, where).append(posted)
        return posted

    def exchange(self, what: str, request: Item, response: Item, to_app: bool = True) -> None:
        """Writes one exchange into the inspector's list."""
        self.exchanges.append(
            {
                "n": len(self.exchanges) + 1,
                "at": self.clock["now"],
                "direction": "slack_to_app" if to_app else "app_to_slack",
                "what": what,
                "status": 200 if response.get("ok", True) else "error",
                "ms": 12.4,
                "summary": text_of(request.get("text")) or text_of(request.get("action_id")),
                "request": request,
                "response": response,
            }
        )

    async def tell(self, kind: str, **ids: Json) -> None:
        """Says to every open page that something changed."""
        for socket in tuple(self.sockets):
            await socket.send_json({"kind": kind, **ids})

    def finish_step(self, step: str) -> None:
        """The story goes on when its present step is the one that was done."""
        if self.state["story"] is None:
            return
        story = item(self.state["story"])
        steps = items(story["steps"])
        current = int(number(story["current"]))
        if current < len(steps) and steps[current]["id"] == step:
            steps[current]["done"] = True
            story["steps"] = [*steps]
            story["current"] = current + 1


class FakeActs:
    """What people do, as far as the sample story needs it."""

    def __init__(self, workspace: FakeWorkspace) -> None:
        self.workspace = workspace

    async def act(self, asked: Item) -> Item:
        """Carries out one act and answers as the page API does."""
        person = text_of(asked.get("as"))
        match asked.get("do"):
            case "command":
                return await self.command(person, asked)
            case "say":
                return await self.say(person, asked)
            case "press":
                return await self.press(person, asked)
            case "options":
                return self.options(text_of(asked.get("query")))
            case "submit":
                return await self.submit(person, asked)
            case "close":
                return await self.close(person, asked)
            case "read" | "remember" | "open_home":
                return {"ok": True}
            case other:
                return {"ok": False, "error": f"Nobody can {other} here."}

    async def command(self, person: str, asked: Item) -> Item:
        """`/access request` opens the form, `/access every` the one with all fields."""
        text = text_of(asked.get("text"))
        if text == "/access slow":
            await self.workspace.tell(
                "error", text='/access failed with the error "operation_timeout"', **{"as": person}
            )
            return {"ok": True}
        if not text.startswith("/access"):
            return {"ok": False, "error": f"{text.split()[0]} is not a valid command."}
        opened = "every" if "every" in text else "request"
        view = copy.deepcopy(item(self.workspace.views[opened]))
        self.workspace.stacks[person] = [view]
        self.workspace.exchange(text, {"text": text, "user_id": person}, {"ok": True})
        self.workspace.exchange(
            "views.open", {"view": view}, {"ok": True, "view": view}, to_app=False
        )
        self.workspace.finish_step("ask")
        await self.workspace.tell("view", **{"as": person})
        await self.workspace.tell("story")
        await self.workspace.tell("exchange")
        return {"ok": True}

    async def say(self, person: str, asked: Item) -> Item:
        """Puts what somebody typed into the conversation."""
        where = text_of(asked.get("channel"))
        message: Item = {"user": person, "text": text_of(asked.get("text"))}
        if asked.get("thread_ts"):
            message["thread_ts"] = asked["thread_ts"]
            return {"ok": True}
        self.workspace.post(person, where, message)
        await self.workspace.tell("message")
        return {"ok": True}

    async def press(self, person: str, asked: Item) -> Item:
        """Decides the sample card; any other press is only noted."""
        self.workspace.exchange("block_actions", asked, {"ok": True})
        action = text_of(asked.get("action_id"))
        if action == "next":
            view = copy.deepcopy(item(self.workspace.views["request"]))
            view["id"] = "V03NEXT"
            self.workspace.stacks[person].append(view)
            await self.workspace.tell("view", **{"as": person})
        if action in ("approve", "deny"):
            self.decide(person, "Approved" if action == "approve" else "Denied")
            self.workspace.finish_step("approve")
            await self.workspace.tell("update")
            await self.workspace.tell("story")
        await self.workspace.tell("exchange")
        return {"ok": True}

    def decide(self, person: str, word: str) -> None:
        """The card shows the decision instead of its buttons."""
        for message in self.workspace.place(person, "app"):
            blocks = items(message.get("blocks", []))
            if any(block["type"] == "actions" for block in blocks):
                kept = [block for block in blocks if block["type"] != "actions"]
                line: Item = {"type": "mrkdwn", "text": f"*{word}* by <@{person}>"}
                decided: Item = {"type": "section", "block_id": "decided", "text": line}
                message["blocks"] = [*kept, decided]

    def options(self, query: str) -> Item:
        """Packages whose name holds what was typed."""
        found: list[Json] = []
        for name in self.workspace.views["packages"]:  # type: ignore[union-attr]
            if query.lower() in text_of(name).lower():
                label: Item = {"type": "plain_text", "text": name}
                found.append({"text": label, "value": text_of(name).lower()})
        return {"ok": True, "options": found}

    async def submit(self, person: str, asked: Item) -> Item:
        """Refuses a ticket that is none, and closes the form otherwise."""
        self.workspace.exchange("view_submission", asked, {"ok": True})
        values = item(asked["values"])
        ticket = item(item(values.get("ticket", {})).get("ticket", {})).get("value")
        if "ticket" in values and not text_of(ticket).startswith("OPS-"):
            return {"ok": True, "errors": {"ticket": "This is no ticket: it begins with OPS-."}}
        self.workspace.stacks[person].pop()
        self.workspace.post(
            person,
            "app",
            {"user": BOT, "bot_id": "B01", "text": "Your request went to <@U02MIA>."},
        )
        self.workspace.finish_step("form")
        await self.workspace.tell("view", **{"as": person})
        await self.workspace.tell("story")
        return {"ok": True, "errors": None}

    async def close(self, person: str, asked: Item) -> Item:
        """Takes away the top view, or all of them."""
        stack = self.workspace.stacks.get(person, [])
        self.workspace.stacks[person] = [] if asked.get("all") else stack[:-1]
        await self.workspace.tell("view", **{"as": person})
        return {"ok": True}
