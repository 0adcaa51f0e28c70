"""Who did something where, read from any payload Slack sends about a person's doing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.views.action_ids import is_over_home
from engine.application.commands import Actor
from engine.domain.ids import ChannelId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One doing of one person."""

    person_id: PersonId
    team_id: str | None = None
    channel_id: ChannelId | None = None
    trigger_id: str | None = None
    response_url: str | None = None
    view: Mapping[str, Any] | None = None
    """The form or home tab it happened in."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """`values` of the view or of the message."""
    ephemeral: bool = False
    """Pressed in a message only this person sees."""
    pressed_at: float = 0.0
    """By Slack's clock, where it tells; to know which of two choices came last."""
    out_of_sight: bool = False
    """An administrator's, in no channel, which counts as done in theirs (`Actor`)."""

    @property
    def actor(self) -> Actor:
        """Whoever it was, unchecked: for what is only written down."""
        return Actor(
            person_id=self.person_id,
            channel_id=self.channel_id,
            out_of_sight=self.out_of_sight,
        )

    @property
    def in_home(self) -> bool:
        """Pressed on the home tab."""
        return self.view is not None and self.view.get("type") == "home"

    @property
    def in_form(self) -> bool:
        """Pressed inside a form."""
        return self.view is not None and self.view.get("type") == "modal"

    @property
    def over_home(self) -> bool:
        """In a form that was opened from the home tab, which is to be drawn anew after it."""
        return self.in_form and is_over_home((self.view or {}).get("callback_id"))


def interaction(body: Mapping[str, Any]) -> Interaction:
    """Read who and where from a command, a click, a submission or an options request."""
    user = body.get("user") or {}
    view = body.get("view")
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    channel = channel or body.get("channel_id")
    values = ((view or {}).get("state") or body.get("state") or {}).get("values") or {}
    team_id = user.get("team_id") or (body.get("team") or {}).get("id") or body.get("team_id")
    return Interaction(
        person_id=PersonId(user.get("id") or body.get("user_id") or ""),
        team_id=team_id,
        channel_id=ChannelId(channel) if channel else None,
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
        view=view,
        state={**_unfilled(view), **values},
        ephemeral=bool(container.get("is_ephemeral")),
        pressed_at=_pressed_at(body),
    )


def _pressed_at(body: Mapping[str, Any]) -> float:
    action = (body.get("actions") or [{}])[0]
    try:
        return float(action.get("action_ts") or 0)
    except ValueError:
        return 0.0


def _unfilled(view: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """Every field of a form, empty: Slack names also those that nobody filled in, others do not."""
    blocks = (view or {}).get("blocks") or ()
    return {
        block["block_id"]: {}
        for block in blocks
        if block.get("type") == "input" and block.get("block_id")
    }
