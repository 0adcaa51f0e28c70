"""A Slack that remembers messages and user groups, behind the simulated network.

The client answers to the names of `AsyncWebClient`'s methods which the messenger and the
connectors call, and raises what that raises: so the product's own messenger and its own connector
for user groups run in the simulation as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError

from tests.simulator.network import Network, ServerError, Throttled

PAGE = 4
"""Messages in a page of history at most: Slack may always give fewer than were asked for."""
Json = dict[str, Any]


class Answer(dict[str, Any]):
    """As the client's response: a mapping with a status."""

    def __init__(
        self, body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(body)
        self.status_code = status
        self.headers = dict(headers or {})

    @property
    def data(self) -> Json:
        """The body."""
        return dict(self)


@dataclass
class Said:
    """A message where it stands."""

    ts: str
    text: str
    key: str
    metadata: Json
    edits: int = 0


@dataclass
class SimulatedSlack:
    """What is really there."""

    now: Callable[[], datetime]
    conversations: dict[str, list[Said]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    _last_ts: float = 0.0

    def post(self, channel: str, text: str, metadata: Json) -> Json:
        """A new message; a person's id means their own conversation."""
        place = _conversation(channel)
        ts = max(self.now().timestamp(), self._last_ts + 0.000_01)
        self._last_ts = ts
        key = str(metadata["event_payload"]["key"])
        said = Said(ts=f"{ts:.6f}", text=text, key=key, metadata=metadata)
        self.conversations.setdefault(place, []).append(said)
        return {"ok": True, "channel": place, "ts": said.ts}

    def update(self, channel: str, ts: str, text: str, metadata: Json) -> Json:
        """Another text for a message."""
        said = self.message(channel, ts)
        if said is None:
            raise _refused("message_not_found")
        said.text, said.metadata = text, metadata
        said.edits += 1
        return {"ok": True, "channel": channel, "ts": ts}

    def message(self, channel: str, ts: str) -> Said | None:
        """The message that stands there."""
        return next((one for one in self.conversations.get(channel, ()) if one.ts == ts), None)

    def history(self, channel: str, oldest: str, cursor: str | None, limit: int) -> Json:
        """A page, newest first."""
        all_said = self.conversations.get(channel, [])
        found = [one for one in reversed(all_said) if float(one.ts) > float(oldest)]
        start = int(cursor or 0)
        end = start + min(PAGE, limit)
        messages = [
            {"ts": one.ts, "text": one.text, "metadata": one.metadata} for one in found[start:end]
        ]
        following = str(end) if end < len(found) else ""
        return {
            "ok": True,
            "messages": messages,
            "response_metadata": {"next_cursor": following},
        }

    def list_groups(self) -> Json:
        """Every user group; one without members is disabled."""
        listed = [
            {"id": group_id, "date_delete": 0 if users else 1, "users": list(users)}
            for group_id, users in self.groups.items()
        ]
        return {"ok": True, "usergroups": listed}

    def set_users(self, group_id: str, users: tuple[str, ...]) -> Json:
        """Replace a group's whole list."""
        self.groups[group_id] = list(users)
        return {"ok": True}


class SimulatedClient:
    """One process's way to Slack."""

    def __init__(self, slack: SimulatedSlack, network: Network) -> None:
        self._slack = slack
        self._network = network

    async def chat_postMessage(  # noqa: N802 - Slack's name
        self, *, channel: str, text: str, metadata: Json, **_: object
    ) -> Answer:
        """Post."""
        what = f"post {metadata['event_payload']['key']}"
        place = _conversation(channel)
        return await self._call(what, place, lambda: self._slack.post(channel, text, metadata))

    async def chat_update(
        self, *, channel: str, ts: str, text: str, metadata: Json, **_: object
    ) -> Answer:
        """Update."""
        what = f"update {metadata['event_payload']['key']}"
        effect = lambda: self._slack.update(channel, ts, text, metadata)  # noqa: E731
        return await self._call(what, channel, effect)

    async def conversations_open(self, *, users: str) -> Answer:
        """The conversation with somebody."""
        body = {"ok": True, "channel": {"id": _conversation(users)}}
        return await self._call("open", None, lambda: body)

    async def conversations_history(
        self, *, channel: str, oldest: str, limit: int, cursor: str | None, **_: object
    ) -> Answer:
        """A page of what was said."""
        effect = lambda: self._slack.history(channel, oldest, cursor, limit)  # noqa: E731
        return await self._call("history", None, effect)

    async def usergroups_list(self, **_: object) -> Answer:
        """Every group."""
        return await self._call("list groups", None, self._slack.list_groups)

    async def usergroups_users_update(
        self, *, usergroup: str, users: tuple[str, ...], **_: object
    ) -> Answer:
        """Replace a list."""
        effect = lambda: self._slack.set_users(usergroup, tuple(users))  # noqa: E731
        return await self._call(f"write {','.join(users)} into", usergroup, effect)

    async def usergroups_disable(self, *, usergroup: str, **_: object) -> Answer:
        """Leave a group empty."""
        effect = lambda: self._slack.set_users(usergroup, ())  # noqa: E731
        return await self._call("disable", usergroup, effect)

    async def usergroups_enable(self, *, usergroup: str, **_: object) -> Answer:
        """A group with somebody in it is enabled here."""
        return await self._call("enable", usergroup, lambda: {"ok": True})

    async def _call(self, what: str, where: str | None, effect: Callable[[], Json]) -> Answer:
        try:
            return Answer(await self._network.call(what, where, effect))
        except Throttled as throttled:
            wait = {"Retry-After": str(throttled.seconds)}
            raise _refused("ratelimited", status=429, headers=wait) from throttled
        except ServerError as broken:
            raise _refused("internal_error", status=503) from broken


def _conversation(audience: str) -> str:
    return f"D{audience}" if audience.startswith("U") else audience


def _refused(
    code: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> SlackApiError:
    body = {"ok": False, "error": code}
    return SlackApiError(code, Answer(body, status, headers))  # type: ignore[no-untyped-call]
