"""People in a story: they type, press, read. Everything is found by the words they see.

After each act the driver waits until nothing is on its way and the attached app has settled, so no
test needs a sleep. When something is not there, the failure tells what the person saw instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from playground.acts import SlackSays
from playground.driver_forms import Form, Watch
from playground.elements import message_blocks
from playground.finding import Control, controls, labelled, near
from playground.reading import Reader, squeezed
from playground.records import Conversation, Message, User
from playground.seen import Home, NotThere, Reaction, Seen
from playground.views import View
from playground.wire import Json, as_json, as_list, as_text

if TYPE_CHECKING:
    from playground.server import Playground

SHOWN_IN_FAILURES = 6


class PersonDriver:
    """Somebody in the workspace, to act as."""

    def __init__(self, playground: Playground, user_id: str) -> None:
        self.playground = playground
        self.id = user_id

    @property
    def user(self) -> User:
        """What the workspace knows of this person."""
        return self.playground.workspace.users[self.id]

    @property
    def name(self) -> str:
        """The name others see."""
        return self.user.real_name

    # -- acting

    async def types(self, text: str, channel: str | None = None) -> Form | Reaction:
        """Type a command (in the app's messages unless told where); a form if one opened."""
        where = self._where(channel)
        watch = Watch(self)
        await self.playground.acts.command(self.user, where, text)
        return await watch.outcome()

    async def says(
        self, text: str, channel: str | None = None, *, on: str | None = None
    ) -> Reaction:
        """Write a message; with `on`, as a reply to the message that shows these words."""
        watch = Watch(self)
        if on is None:
            self.playground.acts.say(self.user, self._where(channel), text)
        else:
            message = self._message_showing(on)
            where = self.playground.workspace.conversations[message.channel]
            thread = message.thread_ts or message.ts
            self.playground.acts.say(self.user, where, text, thread_ts=thread)
        return watch.reaction(await watch.settled())

    async def presses(
        self, label: str, *, on: str | None = None, where: str = "anywhere", confirm: bool = True
    ) -> Form | Reaction:
        """Press the newest button with these words.

        An open modal comes first, then messages from the newest back, then the Home tab. `on`
        narrows by words near the button; `where` is `anywhere`, `modal`, `messages` or `home`. A
        confirmation dialog is answered with yes unless `confirm` is False.
        """
        control = self._control(label, on, where)
        asked = Reader(self.playground.workspace, self.user).blocks(
            [control.confirm.get("title"), control.confirm.get("text")] if control.confirm else []
        )
        watch = Watch(self)
        if control.confirm and not confirm:
            return Reaction(who=self.name, asked=asked)
        await self._act(
            control.container, control.placed.block_id, control.placed.action_id, control.value
        )
        return await watch.outcome(asked=asked)

    async def opens_home(self) -> Home:
        """Open the app's Home tab; the app hears of it."""
        self.playground.acts.open_home(self.user)
        await self.playground.settle_after_act()
        return self.home

    async def waits_to_see(self, words: str, *, within: float = 5.0) -> None:
        """For apps without a hook: wait (real seconds) until these words are seen."""
        changed = asyncio.Event()
        leave = self.playground.workspace.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(within):
                while not self._shows(words):
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            self.sees(words)
        finally:
            leave()

    # -- seeing

    @property
    def messages(self) -> list[Seen]:
        """Every message this person can see, oldest first."""
        return [self.seen(one) for one in self.visible()]

    def file(self, name: str) -> bytes:
        """The newest file of this name in a message this person can see."""
        shared: list[str] = []
        for message in reversed(self.visible()):
            for one in map(as_json, as_list(message.body.get("files"))):
                if one.get("name") == name:
                    return self.playground.workspace.files[as_text(one.get("id"))].content
                shared.append(as_text(one.get("name")))
        raise NotThere(f"{self.name} sees no file {name!r}; files: {', '.join(shared) or 'none'}")

    @property
    def form(self) -> Form | None:
        """The modal on top, if one is open."""
        stack = self.playground.views.stack(self.id)
        return Form(self.playground, self, stack[-1].id) if stack else None

    @property
    def home(self) -> Home:
        """The Home tab as last published; without words when there is none."""
        view = self.playground.views.homes.get(self.id)
        if view is None:
            return Home(who=self.name, text="", buttons=())
        reader = self._reader()
        found = controls(reader, view, _blocks(view))
        return Home(
            who=self.name,
            text=reader.view(view.payload),
            buttons=tuple(one.label for one in found),
        )

    @property
    def buttons(self) -> list[str]:
        """Words on all buttons this person could press, newest surface first."""
        return [one.label for found, _ in self._surfaces("anywhere") for one in found]

    def sees(self, words: str) -> None:
        """Fail unless these words are in a message or an open form."""
        if not self._shows(words):
            raise NotThere(f"{self.name} does not see {words!r}, but:\n{self._latest()}")

    def does_not_see(self, words: str) -> None:
        """Fail if these words are in a message or an open form."""
        for text in self._texts():
            if squeezed(words) in squeezed(text):
                raise NotThere(f"{self.name} sees {words!r} in:\n{text}")
        form = self.form
        if form is not None and squeezed(words) in squeezed(form.text):
            raise NotThere(f"{self.name} sees {words!r} in the form:\n{form.text}")

    # -- parts

    async def _act(
        self, container: Message | View, block_id: str, action_id: str, value: Json | None
    ) -> None:
        acts = self.playground.acts
        if isinstance(container, View):
            await acts.press_in_view(self.user, container, block_id, action_id, value)
        else:
            await acts.press_in_message(self.user, container, block_id, action_id, value)

    def _where(self, channel: str | None) -> Conversation:
        workspace = self.playground.workspace
        return workspace.channel(channel) if channel else workspace.direct([self.id])

    def _reader(self) -> Reader:
        return Reader(self.playground.workspace, self.user)

    def visible(self) -> list[Message]:
        """Every message record this person can see, oldest first."""
        found = [
            message
            for conversation in self.playground.workspace.visible_to(self.id)
            for message in conversation.messages
            if message.ephemeral_to in (None, self.id)
        ]
        return sorted(found, key=lambda one: one.ts)

    def seen(self, message: Message) -> Seen:
        """One message as this person sees it."""
        reader = self._reader()
        found = controls(reader, message, message_blocks(message))
        return Seen(
            text=reader.body(message.body),
            ts=message.ts,
            channel=message.channel,
            ephemeral=message.ephemeral_to is not None,
            buttons=tuple(one.label for one in found),
            notification=reader.plain(as_text(message.body.get("text"))),
        )

    def _message_showing(self, words: str) -> Message:
        reader = self._reader()
        for message in reversed(self.visible()):
            if squeezed(words) in squeezed(reader.body(message.body)):
                return message
        raise NotThere(f"{self.name} sees no message with {words!r}, but:\n{self._latest()}")

    def _surfaces(self, where: str) -> Iterator[tuple[list[Control], Callable[[], str]]]:
        """Controls of each surface, and what tells its words, in the order of looking."""
        reader = self._reader()
        stack = self.playground.views.stack(self.id)
        if stack and where in ("anywhere", "modal"):
            top = stack[-1]
            yield controls(reader, top, _blocks(top)), partial(reader.view, top.payload)
        if where in ("anywhere", "messages"):
            for one in reversed(self.visible()):
                yield controls(reader, one, message_blocks(one)), partial(reader.body, one.body)
        home = self.playground.views.homes.get(self.id)
        if home is not None and where in ("anywhere", "home"):
            yield controls(reader, home, _blocks(home)), partial(reader.view, home.payload)

    def _control(self, label: str, on: str | None, where: str) -> Control:
        for found, whole in self._surfaces(where):
            wanted = near(labelled(found, label), on, whole)
            if wanted:
                return wanted[0]
        near_words = f" near {on!r}" if on else ""
        buttons = ", ".join(dict.fromkeys(self.buttons)) or "none"
        lacking = f"{self.name} sees no button {label!r}{near_words}; buttons: {buttons}"
        raise NotThere(f"{lacking}\n{self._latest()}")

    def _shows(self, words: str) -> bool:
        form = self.form
        if form is not None and squeezed(words) in squeezed(form.text):
            return True
        return any(squeezed(words) in squeezed(one) for one in self._texts())

    def _texts(self) -> Iterator[str]:
        """The words of every message, newest first."""
        reader = self._reader()
        return (reader.body(one.body) for one in reversed(self.visible()))

    def _latest(self) -> str:
        shown = [f"- {one}" for one in islice(self._texts(), SHOWN_IN_FAILURES)][::-1]
        form = self.form
        if form is not None:
            shown.append(f"and the form:\n{form.text}")
        return "\n".join(shown) or "nothing at all"


def _blocks(view: View) -> list[Json]:
    return [as_json(one) for one in as_list(view.payload.get("blocks"))]


__all__ = ["Form", "Home", "NotThere", "PersonDriver", "Reaction", "Seen", "SlackSays"]
