"""A dozen small helpers that make Block Kit, and keep every limit of it.

Limits are Slack's (reference of Block Kit; counted in UTF-16 units, the strictest reading). Text
is cut here and nowhere else. `markup` is our own mrkdwn, in which everything people wrote has been
escaped before (`texts.py`); `words` is plain text, shown as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.views.texts import cut, cut_markup, plain

Block = dict[str, object]
"""A block, an element, a text object: JSON as Slack takes it."""
View = dict[str, object]
"""A modal or a home tab."""

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 3000
"""Of Slack's 4,000 for `chat.update`, with room for whatever escaping somebody adds."""
SECTION_TEXT = 3000
FIELD_TEXT = 2000
FIELDS = 10
CONTEXT_TEXT = 2000
CONTEXT_ELEMENTS = 10
HEADER_TEXT = 150
ACTIONS = 25
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
CHECKBOXES = 10
LABEL_TEXT = 2000
PLACEHOLDER_TEXT = 150
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
TITLE_TEXT = 24
PRIVATE_METADATA = 3000


class Style(StrEnum):
    """The colours a button can have; at most one primary in a message."""

    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message: a whole sentence for notifications and screen readers, and its blocks."""

    text: str
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what Slack would refuse."""
        if not self.text or len(self.blocks) > MESSAGE_BLOCKS:
            raise ValueError("a message has a text and at most 50 blocks")

    def payload(self) -> dict[str, object]:
        """As arguments of `chat.postMessage` and its like."""
        return {"text": self.text, "blocks": list(self.blocks)}


def message(text: str, blocks: Iterable[Block] = ()) -> Message:
    """A message whose text is cut to what an update may carry."""
    return Message(text=cut_markup(text, MESSAGE_TEXT), blocks=tuple(blocks))


def mrkdwn(markup: str, limit: int = SECTION_TEXT) -> Block:
    """A text object of our own markup. Slack must not make links or mentions by itself in it."""
    return {"type": "mrkdwn", "text": cut_markup(markup, limit), "verbatim": True}


def plain_text(words: str, limit: int) -> Block:
    """A plain text object; control characters of markup have no meaning in it."""
    return {"type": "plain_text", "text": cut(plain(words), limit), "emoji": True}


def section(
    markup: str = "", *, fields: Sequence[str] = (), accessory: Block | None = None
) -> Block:
    """A paragraph, or up to ten fields in two columns, or both."""
    block: Block = {"type": "section"}
    if markup:
        block["text"] = mrkdwn(markup)
    if fields:
        block["fields"] = [mrkdwn(field, FIELD_TEXT) for field in fields[:FIELDS]]
    if accessory is not None:
        block["accessory"] = accessory
    return block


def header(words: str) -> Block:
    """A title line."""
    return {"type": "header", "text": plain_text(words, HEADER_TEXT)}


def context(*markup: str) -> Block:
    """Small print."""
    elements = [mrkdwn(line, CONTEXT_TEXT) for line in markup[:CONTEXT_ELEMENTS]]
    return {"type": "context", "elements": elements}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """A row of buttons."""
    block: Block = {"type": "actions", "elements": list(elements[:ACTIONS])}
    if block_id is not None:
        block["block_id"] = str(block_id)
    return block


def button(
    words: str,
    action_id: str,
    value: str = "",
    *,
    style: Style | None = None,
    confirm: Block | None = None,
    spoken: str = "",
) -> Block:
    """A button. `spoken` is what a screen reader says instead of its words."""
    block: Block = {
        "type": "button",
        "action_id": str(action_id),
        "text": plain_text(words, BUTTON_TEXT),
    }
    if value:
        if len(value) > BUTTON_VALUE:
            raise ValueError("a button's value is at most 2,000 characters")
        block["value"] = value
    if style is not None:
        block["style"] = style.value
    if confirm is not None:
        block["confirm"] = confirm
    if spoken:
        block["accessibility_label"] = cut(plain(spoken), BUTTON_TEXT)
    return block


def confirm(title: str, words: str, yes: str, no: str, *, style: Style | None = None) -> Block:
    """The question before something that cannot be undone by pressing again."""
    dialog: Block = {
        "title": plain_text(title, CONFIRM_TITLE),
        "text": plain_text(words, CONFIRM_TEXT),
        "confirm": plain_text(yes, CONFIRM_BUTTON),
        "deny": plain_text(no, CONFIRM_BUTTON),
    }
    if style is not None:
        dialog["style"] = style.value
    return dialog


def say(text: str, hint: str = "", *buttons: Block) -> Message:
    """A sentence or two; with small print and buttons below, if there are any."""
    blocks = [section(text)]
    if hint:
        blocks.append(context(hint))
    if buttons:
        blocks.append(actions(*buttons))
    return message("\n".join(filter(None, (text, hint))), blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a select or a checkbox."""

    words: str
    value: str
    description: str = ""

    def block(self) -> Block:
        """As Slack takes it."""
        if not self.value or len(self.value) > OPTION_VALUE:
            raise ValueError("an option's value is 1 to 150 characters")
        made: Block = {"text": plain_text(self.words, OPTION_TEXT), "value": self.value}
        if self.description.strip():
            made["description"] = plain_text(self.description, OPTION_TEXT)
        return made


def options(choices: Iterable[Option], limit: int = OPTIONS) -> list[Block]:
    """At most as many choices as Slack shows."""
    return [choice.block() for choice in tuple(choices)[:limit]]


def static_select(
    action_id: str, choices: Sequence[Option], *, initial: Option | None, placeholder: str
) -> Block:
    """A drop-down with its choices in it. `initial` must be one of them."""
    made: Block = {
        "type": "static_select",
        "action_id": str(action_id),
        "placeholder": plain_text(placeholder, PLACEHOLDER_TEXT),
        "options": options(choices),
    }
    if initial is not None:
        made["initial_option"] = initial.block()
    return made


def external_select(action_id: str, *, initial: Option | None, placeholder: str) -> Block:
    """A drop-down whose choices we are asked for as the person types."""
    made: Block = {
        "type": "external_select",
        "action_id": str(action_id),
        "placeholder": plain_text(placeholder, PLACEHOLDER_TEXT),
        "min_query_length": 0,
    }
    if initial is not None:
        made["initial_option"] = initial.block()
    return made


def people_select(action_id: str, *, placeholder: str) -> Block:
    """A drop-down of everybody in the workspace."""
    return {
        "type": "users_select",
        "action_id": str(action_id),
        "placeholder": plain_text(placeholder, PLACEHOLDER_TEXT),
    }


def checkboxes(action_id: str, choices: Sequence[Option]) -> Block:
    """Up to ten choices, of which any number can be ticked."""
    return {
        "type": "checkboxes",
        "action_id": str(action_id),
        "options": options(choices, CHECKBOXES),
    }


def text_input(
    action_id: str, *, multiline: bool, most: int, placeholder: str = "", initial: str = ""
) -> Block:
    """A field to write in; `most` characters."""
    made: Block = {
        "type": "plain_text_input",
        "action_id": str(action_id),
        "multiline": multiline,
        "max_length": most,
    }
    if placeholder:
        made["placeholder"] = plain_text(placeholder, PLACEHOLDER_TEXT)
    if initial:
        made["initial_value"] = initial
    return made


def input_block(
    block_id: str,
    label: str,
    element: Block,
    *,
    optional: bool = False,
    hint: str = "",
    dispatch: bool = False,
) -> Block:
    """A labelled field of a form. `dispatch`: tell us at once when it changes."""
    block: Block = {
        "type": "input",
        "block_id": str(block_id),
        "label": plain_text(label, LABEL_TEXT),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain_text(hint, LABEL_TEXT)
    if dispatch:
        block["dispatch_action"] = True
    return block


def modal(
    callback_id: str,
    title: str,
    blocks: Iterable[Block],
    *,
    submit: str = "",
    close: str = "",
    private_metadata: str = "",
) -> View:
    """A form. Without `submit` it has no fields and only says something."""
    if len(private_metadata) > PRIVATE_METADATA:
        raise ValueError("private_metadata is at most 3,000 characters")
    view: View = {
        "type": "modal",
        "callback_id": str(callback_id),
        "title": plain_text(title, TITLE_TEXT),
        "blocks": list(blocks)[:VIEW_BLOCKS],
    }
    if submit:
        view["submit"] = plain_text(submit, TITLE_TEXT)
    if close:
        view["close"] = plain_text(close, TITLE_TEXT)
    if private_metadata:
        view["private_metadata"] = private_metadata
    return view
