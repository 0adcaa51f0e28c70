"""How a workspace begins: plain values, given by whoever starts the playground.

Only types live here. The sample people of an application belong to that application. Ids may be
given (for stories that name them) or are made from the order of appearance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PersonKind(StrEnum):
    """What Slack knows of a person's standing (docs.slack.dev, user object)."""

    MEMBER = "member"
    GUEST = "guest"
    """Multi-channel guest: `is_restricted`."""
    SINGLE_CHANNEL_GUEST = "single_channel_guest"
    """`is_restricted` and `is_ultra_restricted`."""
    STRANGER = "stranger"
    """From another workspace, seen through a Slack Connect channel: `is_stranger`."""
    BOT = "bot"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the workspace; `name` is the handle by which scripts speak of them."""

    name: str
    real_name: str
    email: str | None = None
    title: str = ""
    tz: str = "Europe/Amsterdam"
    tz_offset: int = 3600
    """Seconds east of UTC."""
    locale: str = "en-US"
    kind: PersonKind = PersonKind.MEMBER
    is_admin: bool = False
    fields: tuple[tuple[str, str], ...] = ()
    """Custom profile fields, label and value."""
    presence_note: str = ""
    """A line for the page: who this is in the story."""
    team_id: str | None = None
    """Home workspace of a stranger; everybody else belongs to this one."""
    enterprise_id: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel; `members` are handles of people, and the app is in it unless told otherwise."""

    name: str
    members: tuple[str, ...] = ()
    is_private: bool = False
    is_ext_shared: bool = False
    has_app: bool = True
    is_general: bool = False
    is_archived: bool = False
    topic: str = ""
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usergroup:
    """A user group with its @handle (no at sign) and the handles of its people."""

    handle: str
    name: str
    members: tuple[str, ...] = ()
    description: str = ""
    enabled: bool = True
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStep:
    """One step of the page's first story and how to tell that it is done."""

    id: str
    text: str
    as_person: str | None = None
    highlight_kind: str = "button"
    """button, command, field, clock or submit."""
    highlight_label: str = ""
    done_when_sees: str | None = None
    """Words that person (or anybody) sees once the step is done."""
    done_when: str | None = None
    """Or something that was done: `command:/x`, `submit`, `press:Label`, `clock`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a newcomer follows on the page."""

    title: str
    steps: tuple[StoryStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The workspace itself."""

    name: str = "Playground"
    domain: str = "playground"
    id: str = "T0PLAY00001"
    enterprise_id: str | None = None
    email_domain: str = ""
    profile_fields: tuple[str, ...] = field(default=())
    """Labels of custom profile fields defined although nobody has a value yet."""
