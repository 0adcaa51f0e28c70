"""What `help` and unknown input answer, for both commands."""

from collections.abc import Iterable

from bot.views import admin_menu
from bot.views.blocks import Block, Message, actions, context, message, section
from bot.views.my_access import request_button
from bot.views.wording import help as usage


def people(command: str, *, unknown: str = "") -> Message:
    """The usage of `/access`; `unknown` is what was typed and not understood."""
    first = usage.not_understood(unknown) if unknown.strip() else usage.people_intro(command)
    return _usage(first, usage.people_usage(command), actions(request_button()))


def administrators(
    command: str, *, unknown: str = "", incomplete: str = "", menu: bool = True
) -> Message:
    """The usage of `/access-admin`; `incomplete` is a word that came without what it needs.

    With the `menu` of buttons above it, unless something was not understood.
    """
    first, lines = usage.administrators_intro(command), usage.administrators_usage(command)
    buttons = admin_menu.menu() if menu else []
    if unknown.strip():
        first, buttons = usage.not_understood(unknown), []
        if about := _of(lines, command, unknown.split(maxsplit=1)[0]):
            first, lines = usage.not_understood(unknown, begun=True), about
    elif incomplete:
        first, buttons = usage.incomplete(incomplete), []
        lines = _of(lines, command, incomplete)
    explained = {"ID": usage.IDS, "STATE": usage.STATES}
    below = [
        context(text) for word, text in explained.items() if any(word in line for line in lines)
    ]
    return _usage(first, lines, *below, above=buttons)


def _of(lines: Iterable[str], command: str, words: str) -> tuple[str, ...]:
    """Those that begin with these words."""
    return tuple(line for line in lines if line.startswith(f"`{command} {words.lower()}"))


def _usage(
    first: str, lines: tuple[str, ...], *below: Block, above: Iterable[Block] = ()
) -> Message:
    listed = "\n".join(f"• {line}" for line in lines)
    return message(f"{first}\n{listed}", [section(first), *above, section(listed), *below])
