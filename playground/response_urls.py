"""response_url: an answer to a command or a press, five times within thirty minutes.

Rules (docs.slack.dev, handling user interaction): ephemeral unless it says `in_channel`;
`replace_original` and `delete_original` act on the message that was pressed; works where the app
may not post; afterwards `used_url` or `expired_url` (404).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from playground.arguments import Arguments
from playground.clock import stopwatch
from playground.content import author, read_content, read_metadata
from playground.records import Conversation, Message
from playground.wire import Json, Refused, as_json

if TYPE_CHECKING:
    from playground.server import Playground

LIVES = timedelta(minutes=30)
USES = 5


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """One address given to the app."""

    user_id: str
    conversation: Conversation
    issued_at: datetime
    original: Message | None
    uses: int = 0


class ResponseUrls:
    """All addresses given out."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._given: dict[str, ResponseUrl] = {}

    def issue(
        self, user_id: str, conversation: Conversation, original: Message | None = None
    ) -> str:
        """A fresh address for this person here, bound to the message that was pressed."""
        now = self._playground.clock.now()
        while self._given and now - next(iter(self._given.values())).issued_at > 2 * LIVES:
            del self._given[next(iter(self._given))]
        key = secrets.token_urlsafe(18)
        self._given[key] = ResponseUrl(
            user_id=user_id, conversation=conversation, issued_at=now, original=original
        )
        return f"{self._playground.url}/respond/{key}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Take what the app posts to such an address."""
        begun = stopwatch()
        body: Json = {}
        try:
            body = await _read(request)
            status, answer = self._use(request.match_info["key"], body)
        except Refused as refusal:
            status, answer = 400, refusal.answer()
        self._playground.journal.app_called(
            "response_url", body, answer, status=status, seconds=stopwatch() - begun
        )
        if status == 200:
            return web.Response(text="ok")
        return web.json_response(answer, status=status)

    def _use(self, key: str, body: Json) -> tuple[int, Json]:
        given = self._given.get(key)
        if given is None:
            return 404, {"ok": False, "error": "invalid_url"}
        if self._playground.clock.now() - given.issued_at > LIVES:
            return 404, {"ok": False, "error": "expired_url"}
        if given.uses >= USES:
            return 404, {"ok": False, "error": "used_url"}
        self.apply(given.user_id, given.conversation, body, original=given.original)
        given.uses += 1
        return 200, {"ok": True}

    def apply(
        self, user_id: str, conversation: Conversation, body: Json, *, original: Message | None
    ) -> None:
        """Do what an answer says: show, replace or delete. Raises Refused for bad content."""
        workspace = self._playground.workspace
        args = Arguments(body)
        if args.flag("delete_original"):
            if original is not None and original.ts in conversation.by_ts:
                conversation.remove(original)
                workspace.tell_of("delete", conversation, original)
            return
        content = read_content(args, self._playground.journal)
        if args.flag("replace_original") and original is not None:
            original.body.pop("blocks", None)
            original.body |= content
            original.metadata = read_metadata(args) or original.metadata
            workspace.tell_of("update", conversation, original)
            return
        message: Json = {**author(workspace), **content}
        public = args.text("response_type", "ephemeral") == "in_channel"
        if "thread_ts" in args:
            message["thread_ts"] = args.text("thread_ts")
        posted = workspace.post(
            conversation,
            message,
            by_app=True,
            metadata=read_metadata(args),
            ephemeral_to=None if public else user_id,
        )
        if public:
            self._playground.events.message_posted(conversation, posted)


async def _read(request: web.Request) -> Json:
    if request.content_type == "application/x-www-form-urlencoded":
        form = await request.post()
        return as_json(json.loads(str(form.get("payload", "{}"))))
    try:
        return as_json(json.loads(await request.read() or b"{}"))
    except ValueError:
        raise Refused("invalid_payload") from None
