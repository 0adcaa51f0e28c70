"""What the workspace remembers: people, conversations, messages, user groups, files.

These are mutable records, changed only by `workspace.py` and the Web API methods, in one event
loop. How they look on the wire is in `presenting.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from playground.seed import PersonKind
from playground.wire import Json


@dataclass(slots=True, kw_only=True)
class User:
    """A person, a guest, somebody from outside, or the app's bot."""

    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str = ""
    email: str | None = None
    title: str = ""
    tz: str = "Europe/Amsterdam"
    tz_offset: int = 3600
    locale: str = "en-US"
    kind: PersonKind = PersonKind.MEMBER
    is_admin: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    """Custom profile values by field id."""
    presence_note: str = ""
    enterprise_id: str | None = None
    updated: int = 0
    bot_id: str | None = None
    app_id: str | None = None

    @property
    def deleted(self) -> bool:
        """Deactivated: cannot be messaged, added or act."""
        return self.kind is PersonKind.DELETED

    @property
    def is_guest(self) -> bool:
        """Single- or multi-channel guest."""
        return self.kind in (PersonKind.GUEST, PersonKind.SINGLE_CHANNEL_GUEST)


@dataclass(slots=True, kw_only=True)
class Message:
    """One message; `body` is Slack's message object without what depends on the reader."""

    ts: str
    channel: str
    body: Json
    metadata: Json | None = None
    ephemeral_to: str | None = None
    by_app: bool = False

    @property
    def thread_ts(self) -> str | None:
        """The thread it belongs to: set on replies, and on a parent once it has any."""
        value = self.body.get("thread_ts")
        return value if isinstance(value, str) else None

    @property
    def is_reply(self) -> bool:
        """In a thread, and not its first message."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A channel, a direct message or a group message, with its messages in order of `ts`."""

    id: str
    name: str
    created: int
    creator: str
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_ext_shared: bool = False
    is_general: bool = False
    is_archived: bool = False
    topic: str = ""
    purpose: str = ""
    shared_team_ids: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    by_ts: dict[str, Message] = field(default_factory=dict)
    replies: dict[str, list[Message]] = field(default_factory=dict)
    read_until: dict[str, str] = field(default_factory=dict)
    is_open: bool = True

    def add(self, message: Message) -> None:
        """Append; timestamps only ever grow, so the list stays in order."""
        self.messages.append(message)
        self.by_ts[message.ts] = message
        if message.is_reply and message.thread_ts is not None:
            self.replies.setdefault(message.thread_ts, []).append(message)

    def remove(self, message: Message) -> None:
        """Forget a message."""
        index = bisect_left(self.messages, message.ts, key=lambda one: one.ts)
        del self.messages[index]
        del self.by_ts[message.ts]
        if message.is_reply and message.thread_ts is not None:
            self.replies[message.thread_ts].remove(message)


@dataclass(slots=True, kw_only=True)
class UserGroupRecord:
    """A user group; `date_delete` is 0 while it is enabled."""

    id: str
    handle: str
    name: str
    description: str = ""
    users: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    created_at: int = 0
    updated_at: int = 0
    deleted_at: int = 0

    @property
    def enabled(self) -> bool:
        """Whether it is in use; setting it raises no event (`Changes` does)."""
        return not self.deleted_at

    @enabled.setter
    def enabled(self, value: bool) -> None:
        self.deleted_at = 0 if value else max(1, self.updated_at)


@dataclass(slots=True, kw_only=True)
class FileRecord:
    """An uploaded file; `complete` once the app has finished the upload."""

    id: str
    name: str
    title: str
    length: int
    content: bytes = b""
    uploaded: bool = False
    complete: bool = False
    channels: list[str] = field(default_factory=list)
    created: int = 0
    alt_text: str = ""
    user_id: str = ""
    """Who uploaded it; empty for the app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something changed there: look again. Kinds and ids are those of the page's stream."""

    kind: str
    ids: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> Json:
        """The line for the stream."""
        return {"kind": self.kind, **dict(self.ids)}
