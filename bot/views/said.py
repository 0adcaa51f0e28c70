"""A message in front of somebody who is in a form, where messages cannot be shown."""

from bot.views.action_ids import CallbackId
from bot.views.blocks import Message, View, modal, section
from bot.views.wording import words


def in_modal(message: Message) -> View:
    """The message as a form with nothing to fill in."""
    blocks = message.blocks or (section(message.text),)
    return modal(CallbackId.MESSAGE, words.USHER, blocks, close=words.CLOSE)
