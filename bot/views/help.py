"""What `help` and unknown input answer, for both commands."""

from bot.views.blocks import Message, message


def people(command: str, *, unknown: str = "") -> Message:
    """The usage of `/access`; `unknown` is what was typed and not understood."""
    return message(f"{command} helps you ask for access.")


def administrators(command: str, *, unknown: str = "") -> Message:
    """The usage of `/access-admin`."""
    return message(f"{command} helps you administer access.")
