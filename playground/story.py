"""The first story on the page: which step a newcomer is at, told by what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.reading import Reader, squeezed
from playground.records import Change
from playground.seed import Story, StoryStep
from playground.wire import Json

if TYPE_CHECKING:
    from playground.server import Playground


class StoryTracker:
    """Follows a story.

    A step is done by an act (`command:/x`, `press:action_id`, `submit`, `clock`) or by words that
    its person (or anybody) gets to see.
    """

    def __init__(self, playground: Playground, story: Story | None) -> None:
        self._playground = playground
        self._story = story
        self.current = 0
        self.dismissed = False
        self._since = "0"
        playground.workspace.subscribe(self._note)

    def restart(self) -> None:
        """Begin again; what was seen before does not count."""
        self.current, self.dismissed = 0, False
        self._since = self._playground.workspace.new_ts()
        self._playground.workspace.tell("story")

    def dismiss(self) -> None:
        """Put the story away."""
        self.dismissed = True
        self._playground.workspace.tell("story")

    def did(self, what: str, who: str | None = None) -> None:
        """Somebody did something."""
        step = self._step()
        if step is None or step.done_when is None:
            return
        right_person = step.as_person is None or who is None or self._id(step.as_person) == who
        if right_person and (what == step.done_when or what.startswith(f"{step.done_when} ")):
            self._forward()

    def as_json(self) -> Json | None:
        """As the page has it; None when there is no story."""
        if self._story is None or self.dismissed:
            return None
        steps = [
            {
                "id": step.id,
                "text": step.text,
                "as": self._id(step.as_person) if step.as_person else None,
                "highlight": {"kind": step.highlight_kind, "label": step.highlight_label},
                "done": index < self.current,
            }
            for index, step in enumerate(self._story.steps)
        ]
        return {"title": self._story.title, "steps": steps, "current": self.current}

    def _note(self, change: Change) -> None:
        if change.kind not in ("message", "update", "ephemeral", "view", "home"):
            return
        while (step := self._step()) is not None and step.done_when_sees is not None:
            if not self._seen(step, step.done_when_sees):
                return
            self._forward()

    def _seen(self, step: StoryStep, words: str) -> bool:
        workspace = self._playground.workspace
        people = [workspace.person(step.as_person)] if step.as_person else list(workspace.people())
        for user in people:
            reader = Reader(workspace, user)
            shown = [
                reader.body(message.body)
                for conversation in workspace.visible_to(user.id)
                for message in conversation.messages[-20:]
                if message.ephemeral_to in (None, user.id) and message.ts > self._since
            ]
            shown += [reader.view(one.payload) for one in self._playground.views.stack(user.id)]
            if any(squeezed(words) in squeezed(one) for one in shown):
                return True
        return False

    def _step(self) -> StoryStep | None:
        if self._story is None or self.dismissed or self.current >= len(self._story.steps):
            return None
        return self._story.steps[self.current]

    def _forward(self) -> None:
        self.current += 1
        self._playground.workspace.tell("story")

    def _id(self, who: str) -> str:
        return self._playground.workspace.person(who).id
