"""A second opinion: every payload with blocks is shown to Slack's own `blocks.validate` as well.

For whoever has a token of a real workspace; nothing is posted there. Where Slack and the playground
do not agree, an exchange of the inspector and the journal says so, with both judgements.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

import aiohttp

from playground.clock import stopwatch
from playground.methods.validation import judged
from playground.wire import Json, as_json

if TYPE_CHECKING:
    from playground.server import Playground

SLACK = "https://slack.com/api/"
REST = 1.0
"""Real seconds between two questions; Slack limits this method and does not say how much."""


class LiveValidator:
    """Asks about each different payload once, one after another."""

    def __init__(self, playground: Playground, token: str, *, url: str = SLACK) -> None:
        self._playground = playground
        self._token = token
        self._url = f"{url}blocks.validate"
        self._asked: set[str] = set()
        self._waiting: asyncio.Queue[tuple[str, Json]] = asyncio.Queue()
        playground.journal.on_payload = self._take

    def _take(self, surface: str, payload: Json) -> None:
        text = json.dumps([surface, payload], sort_keys=True)
        if text not in self._asked:
            self._asked.add(text)
            self._waiting.put_nowait(("message" if surface == "message" else "view", payload))

    async def run(self, *, rest: float = REST) -> None:
        """Ask until cancelled."""
        async with aiohttp.ClientSession() as session:
            while True:
                name, payload = await self._waiting.get()
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    await self._compare(session, name, payload)
                self._waiting.task_done()
                await asyncio.sleep(rest)

    async def caught_up(self) -> None:
        """Wait until Slack was asked about everything so far."""
        await self._waiting.join()

    async def _compare(self, session: aiohttp.ClientSession, name: str, payload: Json) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        begun = stopwatch()
        async with session.post(self._url, json={name: payload}, headers=headers) as answer:
            theirs = as_json(await answer.json(content_type=None))
        ours = judged(name, payload)
        refused = theirs.get("error") == f"invalid_{name}"
        if not (refused or theirs.get("ok")):
            status = str(theirs.get("error", answer.status))
        elif refused is bool(ours):
            return
        else:
            status = "Slack refuses it" if refused else "Slack takes it"
        self._playground.journal.note(
            "app_to_slack",
            "blocks.validate at Slack",
            status=status,
            seconds=stopwatch() - begun,
            request={name: payload},
            response={"slack": theirs, "playground": [one.as_json() for one in ours]},
        )
