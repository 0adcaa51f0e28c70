"""Forms in a story: fields are found by their label, options by their words."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from playground.elements import STATE_KEYS, TEXT_INPUTS, Placed, placed_elements, state_of
from playground.finding import option_label
from playground.reading import Reader, squeezed
from playground.records import Change, Message
from playground.seen import NotThere, Reaction
from playground.views import View
from playground.wire import Json, as_json, as_list, as_text

if TYPE_CHECKING:
    from playground.driver import PersonDriver
    from playground.server import Playground


class FormRefused(AssertionError):
    """The form was not taken; `errors` has the words under each label."""

    def __init__(self, errors: dict[str, str]) -> None:
        told = "; ".join(f"{label}: {words}" for label, words in errors.items())
        super().__init__(f"the form was refused: {told}")
        self.errors = errors


class Form:
    """The modal somebody has in front of them."""

    def __init__(self, playground: Playground, person: PersonDriver, view_id: str) -> None:
        self._playground = playground
        self._person = person
        self._view_id = view_id

    # -- seeing

    @property
    def is_open(self) -> bool:
        """Whether it is still in front."""
        return any(one.id == self._view_id for one in self._stack())

    @property
    def title(self) -> str:
        """The words at its top."""
        return as_text(as_json(self._view.payload.get("title")).get("text"))

    @property
    def text(self) -> str:
        """All words on it, values included."""
        reader = self._reader()
        held = [f"{label}: {self._told(placed)}" for label, placed in self._fields().items()]
        return "\n".join([reader.view(self._view.payload), *held, *self.errors.values()])

    @property
    def labels(self) -> list[str]:
        """The fields, by their labels, in order."""
        return list(self._fields())

    @property
    def errors(self) -> dict[str, str]:
        """What the last submission was refused with, by label."""
        blocks = {as_text(one.get("block_id")): one for one in self._blocks()}
        return {
            self._label(blocks.get(block_id, {})) or block_id: words
            for block_id, words in self._view.errors.items()
        }

    def value(self, label: str) -> str:
        """What a field holds, in words."""
        return self._told(self._field(label))

    async def options(self, label: str, typed: str = "") -> list[str]:
        """The options somebody is offered; an external select asks the app."""
        return [option_label(one) for one in await self._offered(self._field(label), typed)]

    def sees(self, words: str) -> None:
        """Fail unless these words are on it."""
        if squeezed(words) not in squeezed(self.text):
            raise NotThere(f"the form does not show {words!r}, but:\n{self.text}")

    def does_not_see(self, words: str) -> None:
        """Fail if these words are on it."""
        if squeezed(words) in squeezed(self.text):
            raise NotThere(f"the form shows {words!r}:\n{self.text}")

    # -- filling in

    async def fill(self, label: str, value: object) -> None:
        """Type into a text field or pick a date or time; None empties it."""
        placed = self._field(label)
        if placed.kind not in STATE_KEYS:
            raise NotThere(f"{label!r} is a {placed.kind} and cannot be filled in")
        key, _ = STATE_KEYS[placed.kind]
        state = {"type": placed.kind, key: _typed(placed.kind, value)}
        triggers = as_list(
            as_json(placed.element.get("dispatch_action_config")).get("trigger_actions_on")
        ) or ["on_enter_pressed"]
        quiet = placed.kind in TEXT_INPUTS and "on_character_entered" not in triggers
        await self._hold(placed, state, quiet=quiet)

    async def choose(self, label: str, *options: str) -> None:
        """Choose one option, or several where the field takes several, by their words."""
        placed = self._field(label)
        kind = placed.kind
        if kind not in STATE_KEYS or kind in TEXT_INPUTS:
            raise NotThere(f"{label!r} is a {kind} and has nothing to choose from")
        key, _ = STATE_KEYS[kind]
        several = kind == "checkboxes" or kind.startswith("multi_")
        chosen = [await self._pick(label, placed, words) for words in options]
        value: object = chosen if several else (chosen[0] if chosen else None)
        await self._hold(placed, {"type": kind, key: value}, quiet=False)

    async def attach(self, label: str, name: str, content: bytes | str) -> None:
        """Choose a file in a file field."""
        placed = self._field(label)
        if placed.kind != "file_input":
            raise NotThere(f"{label!r} is a {placed.kind} and takes no file")
        data = content.encode() if isinstance(content, str) else content
        file = self._playground.workspace.add_file(self._person.id, name, data)
        state = {"type": "file_input", "files": [{"id": file.id}]}
        self._playground.acts.remember(self._view, {placed.block_id: {placed.action_id: state}})

    async def presses(self, label: str, *, on: str | None = None) -> Form | Reaction:
        """Press a button inside the form."""
        return await self._person.presses(label, on=on, where="modal")

    async def submit(self) -> Form | Reaction:
        """Press the submit button; raises FormRefused with the errors by label."""
        watch = Watch(self._person)
        errors = await self._playground.acts.submit(self._person.user, self._view)
        if errors:
            await watch.settled()
            raise FormRefused(self.errors)
        return await watch.outcome()

    async def close(self) -> None:
        """Press Cancel."""
        await self._playground.acts.close(self._person.user, self._view)
        await self._playground.settle_after_act()

    async def dismiss(self) -> None:
        """Press the cross: all forms go."""
        await self._playground.acts.close(self._person.user, self._view, everything=True)
        await self._playground.settle_after_act()

    # -- parts

    @property
    def _view(self) -> View:
        for one in self._stack():
            if one.id == self._view_id:
                return one
        raise NotThere(f"the form is closed; {self._person.name} sees no such form any more")

    def _stack(self) -> list[View]:
        return self._playground.views.stack(self._person.id)

    def _reader(self) -> Reader:
        return Reader(self._playground.workspace, self._person.user)

    def _blocks(self) -> list[Json]:
        return [as_json(one) for one in as_list(self._view.payload.get("blocks"))]

    def _label(self, block: Json) -> str:
        for part in ("label", "text"):
            words = self._reader().words(as_json(block.get(part)))
            if words:
                return words
        return ""

    def _fields(self) -> dict[str, Placed]:
        found: dict[str, Placed] = {}
        for placed in placed_elements(self._blocks()):
            if placed.kind in STATE_KEYS:
                words = as_text(as_json(placed.element.get("placeholder")).get("text"))
                label = self._label(placed.block) or words or placed.action_id
                found.setdefault(label, placed)
        return found

    def _field(self, label: str) -> Placed:
        fields = self._fields()
        for words, placed in fields.items():
            if squeezed(words) == squeezed(label):
                return placed
        raise NotThere(f"the form has no field {label!r}; it has {', '.join(fields) or 'none'}")

    def _told(self, placed: Placed) -> str:
        held = self._view.typed.get(placed.block_id, {}).get(placed.action_id)
        state = state_of(placed.element, held)
        key, _ = STATE_KEYS[placed.kind]
        value = state[key]
        many = value if isinstance(value, list) else [value]
        return ", ".join(self._told_one(one) for one in many if one not in (None, ""))

    def _told_one(self, value: object) -> str:
        if isinstance(value, dict):
            return option_label(value) or as_text(value.get("name"))
        user = self._playground.workspace.users.get(str(value))
        return user.real_name if user is not None else str(value)

    async def _hold(self, placed: Placed, state: Json, *, quiet: bool) -> None:
        acts = self._playground.acts
        if quiet:
            acts.remember(self._view, {placed.block_id: {placed.action_id: state}})
            return
        await acts.press_in_view(
            self._person.user, self._view, placed.block_id, placed.action_id, state
        )
        await self._playground.settle_after_act()

    async def _offered(self, placed: Placed, typed: str) -> list[Json]:
        if "external_select" in placed.kind:
            answer = await self._playground.acts.options(
                self._person.user, self._view, placed.block_id, placed.action_id, typed
            )
        else:
            answer = placed.element
        groups = [as_json(one) for one in as_list(answer.get("option_groups"))]
        flat = as_list(answer.get("options"))
        return [as_json(one) for group in [{"options": flat}, *groups] for one in group["options"]]

    async def _pick(self, label: str, placed: Placed, words: str) -> object:
        workspace = self._playground.workspace
        if "users_select" in placed.kind:
            return workspace.person(_user_handle(self._playground, words)).id
        if "channels_select" in placed.kind or "conversations_select" in placed.kind:
            return workspace.channel(words).id
        seen: list[str] = []
        for typed in (words, "") if "external_select" in placed.kind else ("",):
            if len(typed) < int(placed.element.get("min_query_length", 0 if typed == "" else 1)):
                continue
            for option in await self._offered(placed, typed):
                if squeezed(option_label(option)) == squeezed(words):
                    return option
                seen.append(option_label(option))
        offered = ", ".join(dict.fromkeys(seen)) or "nothing"
        raise NotThere(f"{label!r} does not offer {words!r}, but {offered}")


class Watch:
    """What one person gets to see from now on."""

    def __init__(self, person: PersonDriver) -> None:
        self._person = person
        self._playground = person.playground
        self._touched: dict[tuple[str, str], None] = {}
        self._views_before = [(one.id, one.hash) for one in self._playground.views.stack(person.id)]
        self._leave = self._playground.workspace.subscribe(self._note)

    def _note(self, change: Change) -> None:
        ids = dict(change.ids)
        if change.kind in ("message", "ephemeral", "update"):
            self._touched[ids["channel"], ids["ts"]] = None

    async def settled(self) -> list[Message]:
        """Wait until all is quiet; the messages that came or changed."""
        try:
            await self._playground.settle_after_act()
        finally:
            self._leave()
        visible = {(one.channel, one.ts): one for one in self._person.visible()}
        return [visible[key] for key in self._touched if key in visible]

    def reaction(self, messages: list[Message], asked: str = "") -> Reaction:
        """What these messages are to the person."""
        seen = tuple(self._person.seen(one) for one in messages)
        return Reaction(who=self._person.name, messages=seen, asked=asked)

    async def outcome(self, asked: str = "") -> Form | Reaction:
        """Wait until all is quiet; the form in front if it is a new one, else what was seen."""
        messages = await self.settled()
        stack = self._playground.views.stack(self._person.id)
        if stack and [(one.id, one.hash) for one in stack] != self._views_before:
            return Form(self._playground, self._person, stack[-1].id)
        return self.reaction(messages, asked)


def _user_handle(playground: Playground, words: str) -> str:
    for user in playground.workspace.users.values():
        if squeezed(user.real_name) == squeezed(words):
            return user.id
    return words.removeprefix("@")


def _typed(kind: str, value: object) -> object:
    match value:
        case None:
            return None
        case datetime():
            return int(value.timestamp()) if kind == "datetimepicker" else value.date().isoformat()
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case _:
            return int(str(value)) if kind == "datetimepicker" else str(value)


__all__ = ["Form", "FormRefused", "NotThere"]
