"""The door's table of contents: every command has a handler, and says what it answers."""

import inspect
from typing import get_args, get_type_hints

import pytest

from engine.application import commands
from engine.application.commands import Command
from engine.application.service import HANDLERS

COMMANDS = [
    one
    for _, one in inspect.getmembers(commands, inspect.isclass)
    if issubclass(one, Command) and one is not Command
]


def test_every_command_has_a_handler() -> None:
    """None is missing, and nothing else is handled."""
    assert set(HANDLERS) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_handler_takes_its_command_and_answers_what_the_command_says(
    command: type[Command[object]],
) -> None:
    """Callers trust the command's word for the type of the answer."""
    [said] = get_args(command.__orig_bases__[0])  # type: ignore[attr-defined]
    hints = get_type_hints(HANDLERS[command])
    answered = hints.pop("return")
    named = getattr(said, "__forward_arg__", None)
    assert answered == (getattr(commands, named) if named else said)
    assert command in hints.values()
