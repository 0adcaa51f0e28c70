"""What every command shares: settings, running what is asynchronous, saying what is wrong."""

import asyncio
import os
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.cli_parts import Fault
from bot.logs import Redaction
from bot.settings import (
    OperatorSettings,
    SettingsFaults,
    forget_ambient,
    load_for_operator,
)
from bot.settings_values import unreadable
from bot.slack_checks import SlackFaults
from configuration import ConfigurationFaults
from engine.application.ports import Conflict

T = TypeVar("T")

DOTENV = Path(".env")
"""In the working directory."""
FAILED = 1
OVERTAKEN = "Others were faster each time, and nothing was changed. Please try again."


class Commands(click.Group):
    """A group that lists its commands in the order they were added and says faults in words."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The order in which an operator meets them."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what is expected to go wrong is said and exits 1."""
        sentences: Iterable[str]
        try:
            return super().invoke(ctx)
        except Fault as fault:
            sentences = fault.sentences
        except (SettingsFaults, SlackFaults) as faults:
            sentences = faults.faults
        except ConfigurationFaults as faults:
            sentences = (str(fault) for fault in faults.faults)
        except Conflict:
            sentences = (OVERTAKEN,)
        complain(sentences)
        return ctx.exit(FAILED)


def example(*lines: str) -> str:
    """How a command is typed, for the end of its help."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


def complain(sentences: Iterable[str]) -> None:
    """Say on standard error, a line each, what is wrong; nothing secret, wherever it came from."""
    redact = Redaction()
    for sentence in sentences:
        click.echo(redact(sentence), err=True)


def settings_for_operator() -> OperatorSettings:
    """The settings of a command that can do without Slack. Raises `SettingsFaults`."""
    settings = load_for_operator(os.environ, dotenv=DOTENV)
    forget_ambient(settings, os.environ)
    return settings


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run asynchronous work to its end."""
    return asyncio.run(work)


def text_of(path: Path) -> str:
    """A file's text. Raises `Fault`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"The file {path} {unreadable(error)}") from error
