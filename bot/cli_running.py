"""Commands that run something: serve, migrate, doctor, playground."""

import os
from collections.abc import Iterator, Mapping

import click

from bot import doctor as examination
from bot import main, operations, settings, starting
from bot.cli_common import DOTENV, FAILED, example, finish, settings_for_operator
from bot.cli_parts import Fault


@click.command(
    epilog=example(
        "SLACK_BOT_TOKEN=xoxb-... SLACK_APP_TOKEN=xapp-... USHER_CONFIG=usher.yml usher serve"
    )
)
@click.pass_context
def serve(ctx: click.Context) -> None:
    """Run Usher until it is stopped.

    Slack, timers and deliveries in one process. A SIGTERM or Ctrl-C lets what is in hand finish,
    for ten seconds at most. With USHER_CONFIG the file is applied at start if it differs from what
    is stored.
    """
    try:
        found = settings.load(os.environ, dotenv=DOTENV)
    except settings.SettingsFaults as faults:
        settings.forget_ambient(faults.right, os.environ)
        looking = starting.all_faults(faults.faults, faults.right, wrong=faults.wrong)
        raise Fault(*finish(looking)) from faults
    settings.forget_ambient(found, os.environ)
    ctx.exit(finish(main.serve(found)))


@click.command(
    epilog=example("DATABASE_URL=postgresql+asyncpg://usher:password@localhost/usher usher migrate")
)
def migrate() -> None:
    """Bring the database's tables up to date.

    SQLite is brought up to date at every start too. On PostgreSQL run this once before starting a
    new version; running replicas of the old one may go on meanwhile.
    """
    done = finish(operations.migrate(settings_for_operator()))
    if done.changed:
        click.echo(f"The database was brought to revision {done.revision}.")
    else:
        click.echo(f"The database is up to date: revision {done.revision}.")


@click.command(epilog=example("usher doctor"))
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Check everything Usher needs, and say what to do.

    Settings, tokens, scopes against manifest.yml, database, configuration, every resource at its
    system, and the directory. Changes nothing; works beside a running `usher serve`. Exits 1 if
    there is a problem.
    """
    findings = finish(examination.examine(os.environ, dotenv=DOTENV))
    click.echo(examination.table(findings))
    if any(finding.state is examination.State.PROBLEM for finding in findings):
        ctx.exit(FAILED)


@click.command(
    epilog=example(
        "usher playground --port 8081",
        "usher playground --app-url http://127.0.0.1:3000/slack/events",
    )
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 for any free one.",
)
@click.option("--app-url", help="Serve another Bolt app instead: its request URL.")
@click.option("--socket", is_flag=True, help="Serve another Bolt app that uses Socket Mode.")
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False),
    help="The other app's manifest, YAML or JSON.",
)
@click.option(
    "--workspace",
    type=click.Path(exists=True, dir_okay=False),
    help="People, channels and user groups for the other app, YAML or JSON.",
)
@click.option("--hook", help="The other app's URL that tells what it does next.")
@click.option(
    "--journal",
    type=click.Path(file_okay=False),
    help="Folder for a record of every exchange with the other app.",
)
@click.option(
    "--live-validate",
    is_flag=True,
    help="Show each payload to Slack's own validator too, with the token in SLACK_LIVE_TOKEN.",
)
@click.option("--no-rate-limits", is_flag=True, help="Never answer the other app with 429.")
@click.pass_context
def playground(
    ctx: click.Context,
    /,
    host: str,
    port: int,
    app_url: str | None,
    **of_other_app: str | bool | None,
) -> None:
    """Try Usher on a local Slack, or any other Bolt app.

    A page in the browser with sample people. Needs no account, no token and no settings, and
    forgets everything when it is stopped.

    Another app is served with --app-url or --socket, and only then do the options below them
    mean something.
    """
    socket = of_other_app.pop("socket")
    given = [*_as_typed(of_other_app)]
    if app_url is not None and socket:
        raise click.UsageError("Give --app-url or --socket, not both.")
    # Imported here, so that `usher serve` does without the playground.
    if app_url is not None or socket:
        from playground import standalone  # noqa: PLC0415

        way = ["--socket"] if app_url is None else ["--app-url", app_url]
        ctx.exit(standalone.main([*way, *given, "--host", host, "--port", str(port)]))
    if given:
        raise click.UsageError(f"{given[0]} is for another app: give --app-url or --socket, too.")
    from bot import playground_app  # noqa: PLC0415

    ctx.exit(finish(playground_app.run(host=host, port=port)))


def _as_typed(options: Mapping[str, str | bool | None]) -> Iterator[str]:
    """The options that were given, as they are typed."""
    for name, value in options.items():
        if value:
            yield f"--{name.replace('_', '-')}"
            if isinstance(value, str):
                yield value
