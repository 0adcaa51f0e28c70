"""Finding a control by the words on it, and telling apart those of the same name.

The neighbourhood of a control is the entry it stands in: on a card the whole card, in a list the
lines of the one thing the button is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from playground.elements import Placed, placed_elements
from playground.reading import Reader, squeezed
from playground.records import Message
from playground.views import View
from playground.wire import Json, as_json, as_list, as_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A pressable thing on a surface: a button, or one option of an overflow menu."""

    container: Message | View
    placed: Placed
    label: str
    value: Json | None
    reader: Reader
    entry: list[Json]

    @property
    def nearby(self) -> str:
        """The words of the entry it stands in."""
        return self.reader.blocks(self.entry)

    @property
    def confirm(self) -> Json:
        """The dialog Slack asks first, or nothing."""
        return as_json(self.placed.element.get("confirm"))


def controls(reader: Reader, container: Message | View, blocks: list[Json]) -> list[Control]:
    """Everything pressable, in reading order."""
    found: list[Control] = []
    for entry in entries(blocks):
        for placed in placed_elements(entry):
            found += _of_element(reader, container, placed, entry)
    return found


def entries(blocks: list[Json]) -> list[list[Json]]:
    """Blocks that belong together.

    A divider or a header begins a new entry, and so does a section after something pressable.
    """
    found: list[list[Json]] = [[]]
    pressable = False
    for block in blocks:
        kind = block.get("type")
        if kind in ("divider", "header") or (kind == "section" and pressable):
            found.append([])
            pressable = False
        found[-1].append(block)
        pressable = pressable or any(True for _ in placed_elements([block]))
    return found


def _of_element(
    reader: Reader, container: Message | View, placed: Placed, entry: list[Json]
) -> list[Control]:
    element = placed.element
    control = partial(Control, container=container, placed=placed, reader=reader, entry=entry)
    if placed.kind in ("button", "workflow_button"):
        label = reader.words(as_json(element.get("text")))
        return [control(label=label, value=None)]
    if placed.kind == "overflow":
        return [
            control(label=option_label(as_json(option)), value={"selected_option": option})
            for option in as_list(element.get("options"))
        ]
    return []


def option_label(option: Json) -> str:
    """The words of an option."""
    return as_text(as_json(option.get("text")).get("text"))


def labelled(found: list[Control], label: str) -> list[Control]:
    """Those with exactly these words, else those whose words begin with them."""
    wanted = squeezed(label)
    exact = [one for one in found if squeezed(one.label) == wanted]
    return exact or [one for one in found if squeezed(one.label).startswith(f"{wanted} ")]


def near(found: list[Control], on: str | None, whole: Callable[[], str]) -> list[Control]:
    """Those near these words; a surface with a single such control needs them anywhere on it."""
    if on is None:
        return found
    close = [one for one in found if squeezed(on) in squeezed(one.nearby)]
    if close or len(found) != 1:
        return close
    return found if squeezed(on) in squeezed(whole()) else []
