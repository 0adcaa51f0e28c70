"""From the workspace to the app: commands, interactions and events, over either transport.

Rules (docs.slack.dev, events API and interactivity): the app has 3 seconds. Commands and
interactions are never repeated; the person sees an error instead. Events are repeated three
times: at once, after 1 minute and after 5 minutes, unless the answer says `x-slack-no-retry: 1`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from playground.clock import stopwatch
from playground.wire import Json, as_json, as_text
from playground.workspace import APP_ID, BOT_USER_ID

if TYPE_CHECKING:
    from playground.server import Playground

log = logging.getLogger(__name__)

RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One thing to deliver."""

    kind: str
    """`events_api`, `slash_commands` or `interactive`, Socket Mode's names."""
    what: str
    """For people: `command /x`, `block_actions approve`, `event team_join`."""
    payload: Json
    user_id: str | None = None
    retry_num: int = 0
    retry_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the app acknowledged with; an empty body is `{}`."""

    body: Json = field(default_factory=dict)
    status: int = 200


class NotAnswered(Exception):
    """The app did not acknowledge: reason in Slack's words for `x-slack-retry-reason`."""

    def __init__(self, reason: str, *, status: int = 0, no_retry: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.no_retry = no_retry


class Transport(Protocol):
    """A way to reach the app."""

    kind: str

    async def deliver(self, parcel: Parcel, *, within: float) -> Answer:
        """Deliver and wait at most `within` real seconds; raises NotAnswered."""

    async def close(self) -> None:
        """Let connections go."""


class Delivery:
    """Sends parcels, repeats events, knows what is under way."""

    def __init__(self, playground: Playground, *, ack_within: float) -> None:
        self._playground = playground
        self._ack_within = ack_within
        self._tasks: set[asyncio.Task[None]] = set()
        self.failed: list[str] = []
        """Events that were given up, in words."""
        self._reachable = True

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way to the app at this moment."""
        return not self._tasks

    @property
    def reachable(self) -> bool:
        """Whether the app's request URL answered when it was last tried."""
        return self._reachable

    @reachable.setter
    def reachable(self, value: bool) -> None:
        if value is not self._reachable:
            self._reachable = value
            self._playground.workspace.tell("app")

    async def verify(self) -> None:
        """The handshake with which Slack accepts a request URL: the app returns the challenge.

        docs.slack.dev/reference/events/url_verification. `reachable` says what came of it.
        """
        challenge = secrets.token_urlsafe(24)
        payload: Json = {
            "token": "verification-token",
            "challenge": challenge,
            "type": "url_verification",
        }
        parcel = Parcel(kind="events_api", what="url_verification", payload=payload)
        try:
            answer = await self._deliver(parcel, self._ack_within)
        except NotAnswered:
            self.reachable = False
        else:
            self.reachable = challenge in (answer.body.get("challenge"), answer.body.get("text"))

    async def settled(self) -> None:
        """Wait until nothing is on its way. Retries that wait for their time do not count."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Do something in the background that `settled` waits for."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send(self, parcel: Parcel) -> Answer:
        """Deliver once over whatever connects the app; raises NotAnswered."""
        begun = stopwatch()
        status, response = "ok", Answer()
        try:
            faults, within = self._playground.faults, self._ack_within
            async with faults.around_delivery(parcel, within=within) as way:
                for _ in range(way.copies):
                    response = await self._arrive(parcel, way.late)
                return response
        except NotAnswered as failure:
            status = failure.reason
            raise
        finally:
            self._playground.journal.note(
                "slack_to_app",
                parcel.what,
                status=status,
                seconds=stopwatch() - begun,
                request=parcel.payload,
                response=response.body,
            )

    async def _arrive(self, parcel: Parcel, late: float) -> Answer:
        """Deliver after so many real seconds; the app has what they leave of its time to answer."""
        left = self._ack_within - late
        if left > 0:
            await asyncio.sleep(late)
            return await self._deliver(parcel, left)
        await asyncio.sleep(self._ack_within)
        self.start(self._arrive_anyway(parcel, -left))
        raise NotAnswered("http_timeout")

    async def _arrive_anyway(self, parcel: Parcel, wait: float) -> None:
        """Nobody waits for the answer any more; the app gets it all the same."""
        await asyncio.sleep(wait)
        with contextlib.suppress(NotAnswered):
            await self._deliver(parcel, self._ack_within)

    async def _deliver(self, parcel: Parcel, within: float) -> Answer:
        try:
            answer = await self._transport().deliver(parcel, within=within)
        except NotAnswered as failure:
            self.reachable = failure.reason != "connection_failed"
            raise
        self.reachable = True
        return answer

    def _transport(self) -> Transport:
        playground = self._playground
        if playground.sockets.connected:
            return playground.sockets
        if playground.http is None:
            raise NotAnswered("connection_failed")
        return playground.http

    def _has_app(self) -> bool:
        """Whether an app was ever connected; an app that nobody configured misses no events."""
        return self._playground.http is not None or self._playground.sockets.ever_connected

    # -- events

    def event(self, kind: str, event: Json) -> None:
        """Send an event if the app subscribed to it, and repeat it until it is taken."""
        workspace = self._playground.workspace
        if not workspace.manifest.wants(kind) or not self._has_app():
            return
        team_id = workspace.team.id
        payload: Json = {
            "token": "verification-token",
            "team_id": team_id,
            "context_team_id": team_id,
            "context_enterprise_id": workspace.team.enterprise_id,
            "api_app_id": APP_ID,
            "event": {**event, "event_ts": event.get("event_ts") or workspace.new_ts()},
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": workspace.seconds(),
            "authorizations": [
                {
                    "enterprise_id": workspace.team.enterprise_id,
                    "team_id": team_id,
                    "user_id": BOT_USER_ID,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": self._is_shared(event),
            "event_context": f"4-{secrets.token_urlsafe(24)}",
        }
        user = as_json(event).get("user")
        parcel = Parcel(
            kind="events_api",
            what=f"event {as_text(event.get('type'))}",
            payload=payload,
            user_id=as_text(as_json(user).get("id")) or as_text(user) or None,
        )
        self.start(self._event(parcel))

    def _is_shared(self, event: Json) -> bool:
        """Whether an event is about a channel that is shared with another organization."""
        place = self._playground.workspace.conversations.get(as_text(event.get("channel")))
        return place is not None and place.is_ext_shared

    async def _event(self, parcel: Parcel) -> None:
        try:
            await self.send(parcel)
        except NotAnswered as failure:
            if failure.no_retry or parcel.retry_num >= len(RETRY_AFTER):
                self.failed.append(f"{parcel.what}: {failure.reason}")
                return
            again = Parcel(
                kind=parcel.kind,
                what=parcel.what,
                payload=parcel.payload,
                user_id=parcel.user_id,
                retry_num=parcel.retry_num + 1,
                retry_reason=failure.reason,
            )
            wait = RETRY_AFTER[parcel.retry_num]
            if not wait:
                self.start(self._event(again))
                return
            playground = self._playground
            playground.agenda.at(
                playground.clock.now() + wait,
                f"{parcel.what} is delivered again",
                lambda: self.start(self._event(again)),
            )

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery failed", exc_info=error)
            self.failed.append(f"{type(error).__name__}: {error}")
