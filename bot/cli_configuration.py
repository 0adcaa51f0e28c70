"""Commands about the configuration file: check-config, plan, apply, export."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

import configuration
from bot import operations, slack_checks
from bot.cli_common import (
    FAILED,
    complain,
    example,
    finish,
    settings_for_operator,
    text_of,
)
from bot.cli_parts import Fault, NoDatabase
from bot.house import digest_of
from bot.operations import Database
from bot.settings import OperatorSettings, SettingsFaults
from bot.still_held import WOULD_BE_REFUSED, still_held
from connectors import known_connectors
from engine.application.clock import SystemClock
from engine.application.commands import OPERATOR, ApplyConfiguration
from engine.application.configurations import refuse_removal_of_held
from engine.application.directory import DirectoryNames
from engine.application.ports import Reader
from engine.domain.configuration import changes
from engine.domain.refusals import StillHeld

NOT_LOOKED_UP = "Whether the people, groups and channels in it exist was not checked: {why}"
NO_MIRROR = "the directory has not been read from Slack yet, and SLACK_BOT_TOKEN is not set."
Checked = tuple[tuple[configuration.Fault, ...], tuple[configuration.ConfigurationWarning, ...]]

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command("check-config", epilog=example("usher check-config usher.yml"))
@FILE
@click.pass_context
def check_config(ctx: click.Context, file: Path) -> None:
    """Check a configuration file.

    Every fault is said with its line. Needs neither a token nor a database. With a database that
    knows the directory, or else with a token, it is also checked whether the people, groups and
    channels exist. Changes nothing.
    """
    text = text_of(file)
    today = _today()
    (faults, warnings), unchecked = finish(_check(file.name, text, today))
    complain(str(fault) for fault in faults)
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    if unchecked is not None:
        click.echo(NOT_LOOKED_UP.format(why=unchecked), err=True)
    if faults:
        ctx.exit(FAILED)
    click.echo(f"{file} can be applied." if unchecked is None else f"{file} is well formed.")


@click.command(epilog=example("usher plan usher.yml"))
@FILE
@click.pass_context
def plan(ctx: click.Context, file: Path) -> None:
    """Say what applying a file would change. Changes nothing.

    If the directory was never read, it is read from Slack (SLACK_BOT_TOKEN) and not kept. Works
    beside a running `usher serve`. Exits 0 whether or not there would be changes, and 1 if
    applying the file would be refused, because of what is still held.
    """
    told, refused = finish(_plan(settings_for_operator(), file.name, text_of(file)))
    click.echo(told, nl=False)
    complain(refused)
    if refused:
        ctx.exit(FAILED)


@click.command(epilog=example("usher apply usher.yml"))
@FILE
def apply(file: Path) -> None:
    """Make a file the configuration. Applying it again changes nothing.

    What is still held is not removed; it is said who holds it. If the directory was never read, it
    is read from Slack first (SLACK_BOT_TOKEN). On SQLite this needs `usher serve` to be stopped:
    rather set USHER_CONFIG and restart it.
    """
    click.echo(finish(_apply(settings_for_operator(), file.name, text_of(file))), nl=False)


@click.command(epilog=example("usher export > usher.yml"))
def export() -> None:
    """Write the stored configuration as a file.

    `usher plan` calls it unchanged.
    """
    click.echo(finish(_export(settings_for_operator())), nl=False)


async def _check(name: str, text: str, today: date) -> tuple[Checked, str | None]:
    """What is found in the file, and why the directory was not asked, if it was not."""

    def with_directory(reader: Reader) -> Checked:
        directory = reader.directory()
        return _checked(name, text, today, directory)

    try:
        async with _informed(settings_for_operator(), whatever_the_database=True) as database:
            if database is not None:
                return await database.store.read(with_directory), None
            why = NO_MIRROR
    except SettingsFaults as faults:
        why = " ".join(faults.faults)
    except Fault as fault:
        why = " ".join(fault.sentences)
    except slack_checks.SlackFaults as slack:
        why = " ".join(slack.faults)
    return _checked(name, text, today, None), why


def _checked(name: str, text: str, today: date, directory: DirectoryNames | None) -> Checked:
    return configuration.check(
        text, filename=name, directory=directory, today=today, connectors=known_connectors()
    )


async def _plan(settings: OperatorSettings, name: str, text: str) -> tuple[str, list[str]]:
    """What would change, and why it would be refused, if it would."""
    async with _informed(settings) as database:
        if database is None:
            raise Fault(_cannot_look_up())
        found = await database.store.read(_read, name, text, _today())
        told = await database.store.read(_described, found)
        try:
            await database.store.read(_refuse_as_apply_does, found)
        except StillHeld as refusal:
            return told, await still_held(database.queries, refusal, WOULD_BE_REFUSED)
        return told, []


@asynccontextmanager
async def _informed(
    settings: OperatorSettings, *, whatever_the_database: bool = False
) -> AsyncIterator[Database | None]:
    """A database that knows the directory, to read from; None where nobody can be asked.

    It is the stored one. As long as that is empty, and with a bot token, the directory is read
    from Slack into one for the moment: whoever only checks or plans changes nothing. The same for
    one that cannot be opened, where only the directory is wanted.
    """
    async with AsyncExitStack() as stack:
        reading = operations.open_database(settings, write=False)
        try:
            stored: Database | None = await stack.enter_async_context(reading)
        except NoDatabase:  # the first start makes it
            stored = None
        except Fault:
            if settings.bot_token is None or not whatever_the_database:
                raise
            stored = None
        if stored is not None and (await stored.mirror_state()).people:
            yield stored
            return
        if settings.bot_token is None:
            yield None
            return
        folder = stack.enter_context(TemporaryDirectory(prefix="usher-"))
        moment = replace(settings, database_url=f"sqlite+aiosqlite:///{folder}/usher.db")
        made = await stack.enter_async_context(operations.open_database(moment, write=True))
        await _read_directory(made, settings)
        yield made


async def _apply(settings: OperatorSettings, name: str, text: str) -> str:
    async with operations.open_database(settings, write=True) as database:
        if not (await database.mirror_state()).people:
            await _read_directory(database, settings)
        found = await database.store.read(_read, name, text, _today())
        told = await database.store.read(_described, found)
        for warning in found.warnings:
            click.echo(f"warning: {warning}", err=True)
        operations.refuse_unusable(settings, found.configuration)
        try:
            command = ApplyConfiguration(configuration=found.configuration, source=digest_of(text))
            await database.service.handle(command, OPERATOR)
        except StillHeld as refusal:
            raise Fault(*await still_held(database.queries, refusal)) from refusal
        return told


async def _read_directory(database: Database, settings: OperatorSettings) -> None:
    if settings.bot_token is None:
        raise Fault(_cannot_look_up())
    async with slack_checks.web_session() as session:
        client = slack_checks.web_client(settings, session)
        identity = await slack_checks.check(client, settings)
        count = await operations.refresh_mirror(database, client, identity, settings)
    click.echo(f"Read {count} people from Slack.", err=True)


async def _export(settings: OperatorSettings) -> str:
    def write(reader: Reader) -> str | None:
        configured = reader.configured()
        if configured is None:
            return None
        return configuration.export(configured.configuration, reader.directory())

    async with operations.open_database(settings, write=False) as database:
        text = await database.store.read(write)
    if text is None:
        raise Fault("Nothing is stored yet. Apply a file first: usher apply usher.yml")
    return text


def _described(reader: Reader, found: configuration.Read) -> str:
    """What applying it would change, in words."""
    stored = reader.configured()
    old = stored.configuration if stored is not None else None
    return configuration.describe(changes(old, found.configuration), reader.directory())


def _refuse_as_apply_does(reader: Reader, found: configuration.Read) -> None:
    stored = reader.configured()
    if stored is not None:
        refuse_removal_of_held(reader, stored.configuration, found.configuration)


def _read(reader: Reader, name: str, text: str, today: date) -> configuration.Read:
    """The file, once: to read it takes longer than all else. Raises `ConfigurationFaults`."""
    directory = reader.directory()
    return configuration.read(
        text, filename=name, directory=directory, today=today, connectors=known_connectors()
    )


def _cannot_look_up() -> str:
    return (
        "The directory has not been read from Slack yet, so people in the file cannot be looked"
        " up. Set SLACK_BOT_TOKEN, or start `usher serve` once."
    )


def _today() -> date:
    """The day it is, UTC."""
    return SystemClock().now().date()
