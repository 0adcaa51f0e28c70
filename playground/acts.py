"""What people do: type commands, write, press, choose, open the Home tab; and all of `modal_acts`.

Each act is delivered to the app as Slack would and its answer carried out. When the app does not
answer, `SlackSays` has the words the person would read. Sources: docs.slack.dev, slash commands,
interaction payloads, Slack Connect.
"""

from __future__ import annotations

from playground.acting import SlackSays
from playground.delivery import Answer, NotAnswered, Parcel
from playground.elements import (
    Placed,
    Typed,
    action_entry,
    message_blocks,
    placed_elements,
    state_values,
)
from playground.escaping import escaped, is_within, links_in
from playground.modal_acts import ModalActs
from playground.records import Conversation, Message, User
from playground.seed import PersonKind
from playground.suggestions import accepted_options
from playground.views import View
from playground.wire import Json, Refused, as_json, as_text
from playground.workspace import APP_ID

__all__ = ["Acts", "SlackSays"]


class Acts(ModalActs):
    """Everything a person can do, by user id."""

    def typed_in(self, user_id: str, ts: str) -> Typed:
        """What somebody chose on a message so far."""
        return self._typed_in_messages.get((user_id, ts), {})

    # -- typing

    async def command(self, user: User, conversation: Conversation, text: str) -> None:
        """Type a slash command in a conversation."""
        playground = self._playground
        name, _, words = text.strip().partition(" ")
        self._check_may_type(user, conversation)
        if user.kind is PersonKind.STRANGER:
            raise SlackSays(f"{name} is not available to people from other organizations")
        declared = playground.workspace.manifest.command(name)
        if declared is None:
            raise SlackSays(f"{name} is not a valid command")
        words = words.strip()
        team = playground.workspace.team
        payload: Json = {
            "token": "verification-token",
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": conversation.id,
            "channel_name": _channel_name(conversation),
            "user_id": user.id,
            "user_name": user.name,
            "command": name,
            "text": escaped(playground.workspace, words) if declared.should_escape else words,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": playground.response_urls.issue(user.id, conversation),
            "trigger_id": playground.views.issue_trigger(user.id),
        }
        if team.enterprise_id is not None:
            payload |= {"enterprise_id": team.enterprise_id, "enterprise_name": team.name}
        parcel = Parcel(
            kind="slash_commands", what=f"command {name}", payload=payload, user_id=user.id
        )
        try:
            answer = await playground.delivery.send(parcel)
        except NotAnswered as failure:
            word = "operation_timeout" if failure.reason == "http_timeout" else "dispatch_failed"
            raise self._says(user, f'{name} failed with the error "{word}"') from failure
        self._answered(user, conversation, answer, f"{name} failed with the error", typed=text)

    def say(
        self, user: User, conversation: Conversation, text: str, *, thread_ts: str | None = None
    ) -> Message:
        """Write a message."""
        workspace = self._playground.workspace
        self._check_may_type(user, conversation)
        if not text.strip():
            raise SlackSays("There is nothing to send")
        if thread_ts is not None and thread_ts not in conversation.by_ts:
            raise SlackSays("This message is not there any more")
        body: Json = {"user": user.id, "text": escaped(workspace, text), "team": user.team_id}
        if thread_ts is not None:
            body["thread_ts"] = thread_ts
        message = workspace.post(conversation, body)
        conversation.read_until[user.id] = message.ts
        self._playground.events.message_posted(conversation, message)
        domains = workspace.manifest.unfurl_domains
        urls = [one for one in links_in(text) if is_within(one, domains)]
        if urls:
            self._playground.events.links_shared(conversation, message, urls)
        return message

    def open_home(self, user: User) -> None:
        """Open the app's Home tab."""
        self._check_active(user)
        self._playground.events.home_opened(user.id)

    # -- pressing and choosing

    async def press_in_message(
        self, user: User, message: Message, block_id: str, action_id: str, value: Json | None
    ) -> None:
        """Press a button, or choose something, on a message."""
        playground = self._playground
        self._check_active(user)
        conversation = playground.workspace.conversations[message.channel]
        blocks = message_blocks(message)
        placed = _find(blocks, block_id, action_id)
        typed = self._typed_in_messages.setdefault((user.id, message.ts), {})
        if value is not None and "type" in value:
            typed.setdefault(block_id, {})[action_id] = value
        ephemeral = message.ephemeral_to is not None
        payload = self._interaction("block_actions", user)
        payload |= {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": conversation.id,
                "is_ephemeral": ephemeral,
            },
            "trigger_id": playground.views.issue_trigger(user.id),
            "channel": {"id": conversation.id, "name": _channel_name(conversation)},
            "state": {"values": state_values(blocks, typed)},
            "response_url": playground.response_urls.issue(user.id, conversation, message),
            "actions": [action_entry(placed, value, playground.workspace.new_ts())],
        }
        if message.is_reply:
            payload["container"]["thread_ts"] = message.thread_ts
        if not ephemeral:
            payload["message"] = dict(message.body)
        await self._press(user, placed, payload)

    async def press_in_view(
        self, user: User, view: View, block_id: str, action_id: str, value: Json | None
    ) -> None:
        """Press a button, or choose something, in a modal or on the Home tab."""
        playground = self._playground
        self._check_active(user)
        placed = _find(view.payload.get("blocks"), block_id, action_id)
        if value is not None and "type" in value:
            view.typed.setdefault(block_id, {})[action_id] = value
        if placed.is_input and not placed.block.get("dispatch_action"):
            return
        shown = playground.views.shown(view)
        trigger = playground.views.issue_trigger(user.id, view_id=None if view.is_home else view.id)
        payload = self._interaction("block_actions", user)
        payload |= {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": trigger,
            "view": shown,
            "actions": [action_entry(placed, value, playground.workspace.new_ts())],
        }
        await self._press(user, placed, payload)

    async def _press(self, user: User, placed: Placed, payload: Json) -> None:
        what = f"block_actions {placed.action_id}"
        parcel = Parcel(kind="interactive", what=what, payload=payload, user_id=user.id)
        try:
            await self._playground.delivery.send(parcel)
        except NotAnswered as failure:
            label = as_text(as_json(placed.element.get("text")).get("text")) or placed.kind
            raise self._says(user, f"{label}: {_press_failed(failure)}") from failure

    async def options(
        self, user: User, container: View | Message, block_id: str, action_id: str, query: str
    ) -> Json:
        """Ask the app for the options of an external select; `options` or `option_groups`."""
        playground = self._playground
        payload = self._interaction("block_suggestion", user)
        payload |= {"action_id": action_id, "block_id": block_id, "value": query}
        if isinstance(container, View):
            payload["container"] = {"type": "view", "view_id": container.id}
            payload["view"] = playground.views.shown(container)
        else:
            payload["container"] = {
                "type": "message",
                "message_ts": container.ts,
                "channel_id": container.channel,
                "is_ephemeral": container.ephemeral_to is not None,
            }
            payload["channel"] = {"id": container.channel, "name": "directmessage"}
            payload["message"] = dict(container.body)
        what = f"block_suggestion {action_id}"
        parcel = Parcel(kind="interactive", what=what, payload=payload, user_id=user.id)
        try:
            answer = await playground.delivery.send(parcel)
        except NotAnswered as failure:
            raise self._says(user, "The options could not be loaded") from failure
        options = accepted_options(answer.body)
        if options is None:
            raise self._says(user, "The options could not be loaded (invalid options)")
        return options

    # -- parts

    def _answered(
        self, user: User, conversation: Conversation, answer: Answer, prefix: str, *, typed: str
    ) -> None:
        body = answer.body
        if not body.get("text") and not body.get("blocks") and not body.get("attachments"):
            return
        if body.get("response_type") == "in_channel":
            self._playground.workspace.post(
                conversation, {"user": user.id, "text": typed, "team": user.team_id}
            )
        try:
            self._playground.response_urls.apply(user.id, conversation, body, original=None)
        except Refused as refusal:
            raise self._says(user, f'{prefix} "{refusal.error}"') from refusal


def _find(blocks: object, block_id: str, action_id: str) -> Placed:
    for placed in placed_elements(blocks):
        if placed.block_id == block_id and placed.action_id == action_id:
            return placed
    raise SlackSays("What you pressed is not there any more")


def _press_failed(failure: NotAnswered) -> str:
    """What is read beside a button whose press the app did not take."""
    if failure.reason == "http_timeout":
        return "Operation timed out. Apps need to respond within 3 seconds."
    if failure.status:
        return f"This app responded with Status Code {failure.status}."
    return "This app could not be reached."


def _channel_name(conversation: Conversation) -> str:
    if conversation.is_im:
        return "directmessage"
    return "privategroup" if conversation.is_private else conversation.name
