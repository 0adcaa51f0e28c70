"""Somebody at a Slack client: types, presses, fills in forms, and reads what comes of it.

A client sends the least Slack's pages promise: `state.values` has only what was filled in, the
user only an identifier.
"""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.outsider import words
from tests.acceptance.outsider.standin import TEAM, Modal, Slack
from tests.acceptance.outsider.web_api import show

SECRET = "outsider-signs-with-this"
Payload = dict[str, Any]

_VALUES = {
    "datepicker": "selected_date",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
}


@dataclass(kw_only=True)
class Wire:
    """Where Usher listens, and how Slack speaks to it."""

    url: str
    secret: str = SECRET

    def post(self, body: str, kind: str) -> Payload:
        """Signed; answers what Usher says within three seconds."""
        now = str(int(time.time()))
        signed = hmac.new(self.secret.encode(), f"v0:{now}:{body}".encode(), hashlib.sha256)
        request = urllib.request.Request(
            f"{self.url}/slack/events",
            data=body.encode(),
            headers={
                "Content-Type": kind,
                "X-Slack-Request-Timestamp": now,
                "X-Slack-Signature": f"v0={signed.hexdigest()}",
            },
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200
            said = answer.read().decode()
        if not said.strip():
            return {}
        try:
            return dict(json.loads(said))
        except ValueError:
            return {"text": said}

    def form(self, **fields: str) -> Payload:
        """A form, as commands and interactions come."""
        return self.post(urllib.parse.urlencode(fields), "application/x-www-form-urlencoded")

    def event(self, event: Payload, event_id: str) -> None:
        """An event."""
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "event": event,
            "event_id": event_id,
            "event_time": int(time.time()),
        }
        self.post(json.dumps(body), "application/json")


@dataclass(kw_only=True)
class Came:
    """What reached a person after they did something."""

    things: list[Payload]

    @property
    def text(self) -> str:
        """Every word of it."""
        return "\n".join(words.words_of(thing) for thing in self.things)


@dataclass(kw_only=True)
class Persona:
    """One person at their client."""

    slack: Slack
    wire: Wire
    id: str
    response_urls: bool = True
    extras: Payload = field(default_factory=dict)

    # ---- doing

    def type(self, text: str, channel: str | None = None, *, command: str = "/access") -> Came:
        """A command; answers what came of it."""
        since = len(self.slack.happened)
        self.slack.screens[self.id].clear()  # a form in front of everything lets nobody type
        fields = {
            "command": command,
            "text": text,
            "user_id": self.id,
            "channel_id": channel or self.slack.direct(self.id),
            "team_id": TEAM,
            "trigger_id": self.slack.trigger_of(self.id),
        }
        if self.response_urls:
            fields["response_url"] = self.slack.response_url_of(self.id)
        return self._came(self.wire.form(**fields), since)

    def press(
        self, label: str, shown: Payload, *, near: str = "", channel: str = "", waiting: bool = True
    ) -> Came:
        """A button of a message, of Home or of a form."""
        block, element = words.button(shown, label, near)
        action = {
            "type": "button",
            "action_id": element["action_id"],
            "block_id": block.get("block_id", "made up"),
            "text": element["text"],
            "action_ts": str(time.time()),
        }
        if "value" in element:
            action["value"] = element["value"]
        return self.act(action, shown, channel=channel, waiting=waiting)

    def act(
        self, action: Payload, shown: Payload, *, channel: str = "", waiting: bool = True
    ) -> Came:
        """An action anywhere."""
        since = len(self.slack.happened)
        payload: Payload = {
            "type": "block_actions",
            "user": {"id": self.id},
            "team": {"id": TEAM},
            "trigger_id": self.slack.trigger_of(self.id),
            "actions": [action],
            **self.extras,
        }
        if "ts" in shown:
            payload["message"] = shown
            payload["channel"] = {"id": channel or self.slack.direct(self.id)}
        elif shown.get("type") in {"modal", "home"}:
            payload["view"] = shown | {"state": {"values": self._state(shown)}}
        if self.response_urls and shown.get("type") not in {"modal", "home"}:
            payload["response_url"] = self.slack.response_url_of(self.id)
        said = self.wire.form(payload=json.dumps(payload))
        return self._came(said, since, waiting=waiting)

    def _state(self, shown: Payload) -> Payload:
        for modal in self.slack.screens[self.id]:
            if modal.view["id"] == shown["id"]:
                return modal.state
        return {}

    def opens_home(self) -> Payload:
        """The Home tab of the app."""
        since = len(self.slack.happened)
        event = {"type": "app_home_opened", "user": self.id, "tab": "home", "channel": "D"}
        self.wire.event(event, self.slack.number("Ev"))
        self._came({}, since)
        return self.slack.homes[self.id]

    # ---- reading

    def _came(self, said: Payload, since: int, *, waiting: bool = True) -> Came:
        direct = self.slack.direct(self.id)
        if said:
            self.slack.happen("answer", self.id, said)

        def things() -> list[Payload]:
            return [one.what for one in self.slack.happened[since:] if one.to in {self.id, direct}]

        if not waiting:
            return Came(things=things())
        return Came(things=self.slack.until(things, what=lambda: f"nothing came to {self.id}"))

    def card(self, *texts: str, within: float = 15) -> Payload:
        """The newest message to this person that says all of this, as soon as there is one."""
        return self.find(self.slack.direct(self.id), *texts, within=within)

    def find(self, channel: str, *texts: str, within: float = 15) -> Payload:
        """The same anywhere."""

        def seen() -> Payload | None:
            for message in reversed(self.slack.messages[channel]):
                if all(text in words.words_of(message) for text in texts):
                    return message
            return None

        def there() -> str:
            return f"{texts} not in:\n" + "\n---\n".join(
                words.words_of(message) for message in self.slack.messages[channel]
            )

        return self.slack.until(seen, within=within, what=there) or {}

    def form(self, *texts: str) -> "Form":
        """The form on top, as soon as it says all of this."""

        def seen() -> Modal | None:
            screen = self.slack.screens[self.id]
            top = screen[-1] if screen else None
            said = words.words_of(top.view) if top else ""
            return top if all(text in said for text in texts) else None

        def there() -> str:
            screen = self.slack.screens[self.id]
            return f"form: {words.words_of(screen[-1].view) if screen else 'none'}"

        modal = self.slack.until(seen, what=there)
        assert modal is not None
        return Form(person=self, modal=modal)


@dataclass(kw_only=True)
class Form:
    """A form being filled in."""

    person: Persona
    modal: Modal

    @property
    def text(self) -> str:
        """Every word of it."""
        return words.words_of(self.modal.view)

    def offers(self, label: str, typed: str = "") -> list[str]:
        """What a list offers for what was typed."""
        return [option["text"]["text"] for option in self._options(label, typed)]

    def _options(self, label: str, typed: str) -> list[Payload]:
        block, element = words.field_of(self.modal.view, label)
        if element["type"] != "external_select":
            return words.options_of(element)
        payload = {
            "type": "block_suggestion",
            "user": {"id": self.person.id},
            "team": {"id": TEAM},
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": typed,
            "view": self.modal.view,
            **self.person.extras,
        }
        return words.options_of(self.person.wire.form(payload=json.dumps(payload)))

    def choose(self, label: str, text: str, *, typed: str = "", telling: bool = True) -> None:
        """One of a list; `telling`: the client tells Usher at once, where asked to."""
        found = [one for one in self._options(label, typed) if text in one["text"]["text"]]
        assert found, f"{text!r} is not offered: {self.offers(label, typed)}"
        block, element = words.field_of(self.modal.view, label)
        self._put(block, element, {"selected_option": found[0]}, telling=telling)

    def fill(self, label: str, value: str | int, *, telling: bool = True) -> None:
        """A text, a number, a date or a person."""
        block, element = words.field_of(self.modal.view, label)
        name = _VALUES.get(element["type"], "value")
        self._put(block, element, {name: value}, telling=telling)

    def _put(self, block: Payload, element: Payload, value: Payload, *, telling: bool) -> None:
        entry = {"type": element["type"], **value}
        self.modal.state.setdefault(block["block_id"], {})[element["action_id"]] = entry
        if telling and (block["type"] != "input" or block.get("dispatch_action")):
            action = {"action_id": element["action_id"], "block_id": block["block_id"], **entry}
            before = self.modal.view["hash"]
            self.person.act(action, self.modal.view, waiting=False)
            self.person.slack.until(lambda: self.modal.view["hash"] != before)

    def press(self, label: str, near: str = "") -> Came:
        """A button inside it."""
        return self.person.press(label, self.modal.view, near=near)

    def submit(self) -> dict[str, str]:
        """Send it; answers the errors by label, and closes without any."""
        view = self.modal.view
        payload = {
            "type": "view_submission",
            "user": {"id": self.person.id},
            "team": {"id": TEAM},
            "trigger_id": self.person.slack.trigger_of(self.person.id),
            "view": view | {"state": {"values": self._values()}},
            **self.person.extras,
        }
        said = self.person.wire.form(payload=json.dumps(payload))
        screen = self.person.slack.screens[self.person.id]
        match said.get("response_action"):
            case "errors":
                return {self._label(block): text for block, text in said["errors"].items()}
            case "update":
                show(self.person.slack, self.modal, said["view"])
            case "push":
                raise AssertionError("a push was not expected")
            case "clear":
                screen.clear()
            case _:
                screen.remove(self.modal)
        return {}

    def _values(self) -> Payload:
        """What was filled in, and what was there at the start."""
        values: Payload = {block: dict(fields) for block, fields in self.modal.state.items()}
        for block, element in words.elements_of(self.modal.view):
            started = {
                name.replace("initial_", "selected_").replace("selected_value", "value"): value
                for name, value in element.items()
                if name.startswith("initial_")
            }
            if started:
                fields = values.setdefault(block["block_id"], {})
                fields.setdefault(element["action_id"], {"type": element["type"], **started})
        return values

    def _label(self, block_id: str) -> str:
        for block, element in words.elements_of(self.modal.view):
            if block["block_id"] == block_id:
                return words._label(block, element)
        raise AssertionError(f"an error at {block_id!r}, which is not in the form")
