"""A message in front of somebody who is in a form, where messages cannot be shown."""

from bot.views.action_ids import CallbackId
from bot.views.blocks import TITLE_TEXT, Block, Message, View, modal, section
from bot.views.texts import length
from bot.views.wording import words


def in_modal(message: Message) -> View:
    """The message as a form with nothing to fill in; its header becomes the title if it fits."""
    blocks = message.blocks or (section(message.text),)
    title = _title_of(blocks[0])
    if title and length(title) <= TITLE_TEXT and len(blocks) > 1:
        return modal(CallbackId.MESSAGE, title, blocks[1:], close=words.CLOSE)
    return modal(CallbackId.MESSAGE, words.USHER, blocks, close=words.CLOSE)


def _title_of(block: Block) -> str:
    text = block.get("text")
    return str(text["text"]) if block["type"] == "header" and isinstance(text, dict) else ""
