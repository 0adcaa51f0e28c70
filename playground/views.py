"""Views: a stack of at most three modals per person, one Home each, and the triggers.

Rules (docs.slack.dev, surfaces/modals and views.* methods): a trigger lives 3 seconds and opens
one view; a push needs a trigger from inside the modal; `hash` guards against racing updates;
`external_id` is unique among open views; typed input survives an update that keeps block_id and
action_id.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from playground.elements import Typed, keep_typed, state_values
from playground.wire import Json, Refused, as_text
from playground.workspace import APP_ID, BOT_ID, Workspace

TRIGGER_LIVES = timedelta(seconds=3)
MOST_IN_STACK = 3


@dataclass(slots=True, kw_only=True)
class View:
    """An open modal or a Home tab."""

    id: str
    user_id: str
    payload: Json
    """The view as the app gave it, block ids filled in."""
    hash: str
    root_id: str
    previous_id: str | None = None
    typed: Typed = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """What the last submission was refused with, by block_id."""

    @property
    def external_id(self) -> str:
        """The app's own name for the view, or nothing."""
        return as_text(self.payload.get("external_id"))

    @property
    def is_home(self) -> bool:
        """A Home tab rather than a modal."""
        return self.payload.get("type") == "home"


@dataclass(slots=True, kw_only=True)
class Trigger:
    """Proof of a person's recent act; exchanged once."""

    id: str
    user_id: str
    issued_at: datetime
    view_id: str | None
    used: bool = False


class Views:
    """All open views and Home tabs."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self._triggers: dict[str, Trigger] = {}

    # -- triggers

    def issue_trigger(self, user_id: str, *, view_id: str | None = None) -> str:
        """A fresh trigger id, remembered with the modal it came from."""
        now = self.workspace.clock.now()
        stale = now - timedelta(minutes=10)
        while self._triggers and next(iter(self._triggers.values())).issued_at < stale:
            del self._triggers[next(iter(self._triggers))]
        made = f"{int(now.timestamp() * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[made] = Trigger(id=made, user_id=user_id, issued_at=now, view_id=view_id)
        return made

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger up; raises the three refusals of views.open."""
        held = self._triggers.get(trigger_id)
        if held is None:
            raise Refused("invalid_trigger_id")
        if held.used:
            raise Refused("exchanged_trigger_id")
        if self.workspace.clock.now() - held.issued_at > TRIGGER_LIVES:
            raise Refused("expired_trigger_id")
        held.used = True
        return held

    # -- modals

    def stack(self, user_id: str) -> list[View]:
        """Open modals of a person, bottom first."""
        return self.stacks.setdefault(user_id, [])

    def open(self, trigger: Trigger, payload: Json) -> View:
        """Open a modal; one that is already open is replaced as a whole, as the client does."""
        self._check_external_id(payload, None)
        self.stacks[trigger.user_id] = []
        return self._put(trigger.user_id, payload)

    def push(self, trigger: Trigger, payload: Json) -> View:
        """Put a modal above the one the trigger came from."""
        stack = self.stack(trigger.user_id)
        if trigger.view_id is None or trigger.view_id not in [one.id for one in stack]:
            raise Refused("invalid_trigger_id")
        return self.push_for(trigger.user_id, payload)

    def push_for(self, user_id: str, payload: Json) -> View:
        """Put a modal on top; `push_limit_reached` past three."""
        if len(self.stack(user_id)) >= MOST_IN_STACK:
            raise Refused("push_limit_reached")
        self._check_external_id(payload, None)
        return self._put(user_id, payload)

    def update(self, view: View, payload: Json, *, expected_hash: str | None = None) -> View:
        """Replace the content of an open view, keeping what still fits of the typed input."""
        if expected_hash and expected_hash != view.hash:
            raise Refused("hash_conflict")
        self._check_external_id(payload, view)
        view.payload = payload
        view.typed = keep_typed(payload.get("blocks"), view.typed)
        view.errors = {}
        view.hash = self._new_hash()
        self.workspace.tell(
            "home" if view.is_home else "view", **{"as": view.user_id, "view": view.id}
        )
        return view

    def find(self, *, view_id: str | None, external_id: str | None) -> View:
        """An open view by id or external id, or `not_found`."""
        for view in self._everything():
            if view_id is not None and view.id == view_id:
                return view
            if view_id is None and external_id is not None and view.external_id == external_id:
                return view
        raise Refused("not_found")

    def close(self, view: View) -> None:
        """Take one modal away; those above it go too."""
        stack = self.stack(view.user_id)
        del stack[stack.index(view) :]
        self.workspace.tell("view", **{"as": view.user_id, "view": view.id})

    def close_all(self, user_id: str) -> None:
        """Take all modals of a person away."""
        self.stacks[user_id] = []
        self.workspace.tell("view", **{"as": user_id})

    # -- Home

    def publish(self, user_id: str, payload: Json, *, expected_hash: str | None) -> View:
        """Show a Home tab to a person."""
        held = self.homes.get(user_id)
        if held is not None:
            return self.update(held, payload, expected_hash=expected_hash)
        self._check_external_id(payload, None)
        view = self._new(user_id, payload)
        self.homes[user_id] = view
        self.workspace.tell("home", **{"as": user_id, "view": view.id})
        return view

    # -- parts

    def _everything(self) -> list[View]:
        return [*self.homes.values(), *(one for stack in self.stacks.values() for one in stack)]

    def _put(self, user_id: str, payload: Json) -> View:
        stack = self.stack(user_id)
        view = self._new(user_id, payload)
        if stack:
            view.root_id, view.previous_id = stack[0].id, stack[-1].id
        stack.append(view)
        self.workspace.tell("view", **{"as": user_id, "view": view.id})
        return view

    def _new(self, user_id: str, payload: Json) -> View:
        made = self.workspace.new_id("V")
        return View(id=made, user_id=user_id, payload=payload, hash=self._new_hash(), root_id=made)

    def _new_hash(self) -> str:
        return f"{self.workspace.seconds()}.{secrets.token_hex(4)}"

    def _check_external_id(self, payload: Json, itself: View | None) -> None:
        wanted = as_text(payload.get("external_id"))
        if not wanted:
            return
        for view in self._everything():
            if view is not itself and view.external_id == wanted:
                raise Refused("duplicate_external_id")

    def shown(self, view: View) -> Json:
        """The view object of answers and payloads, with its state."""
        blocks = view.payload.get("blocks", [])
        team_id = self.workspace.team.id
        return {
            "callback_id": "",
            "private_metadata": "",
            "title": None,
            "close": None,
            "submit": None,
            "clear_on_close": False,
            "notify_on_close": False,
            "external_id": "",
            **view.payload,
            "id": view.id,
            "team_id": team_id,
            "app_id": APP_ID,
            "app_installed_team_id": team_id,
            "bot_id": BOT_ID,
            "state": {"values": state_values(blocks, view.typed)},
            "hash": view.hash,
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
        }
