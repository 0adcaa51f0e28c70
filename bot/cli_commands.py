"""`usher`: the commands of an operator.

Every command answers on standard output, says what is wrong on standard error in a sentence each,
and exits 0 when it did what it says, 1 when it did not, 2 when it was called wrongly. Only a fault
of our own shows a traceback.
"""

from importlib.metadata import PackageNotFoundError, version

import click

from bot import cli_audit, cli_configuration, cli_running
from bot.cli_common import Commands, example

PACKAGE = "usher-access"


def _version() -> str:
    """The installed version."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "not installed"


@click.group(
    cls=Commands,
    epilog=example("usher check-config usher.yml", "USHER_CONFIG=usher.yml usher serve"),
)
@click.version_option(_version(), prog_name="usher", message="%(prog)s %(version)s")
def usher() -> None:
    """Ask for access in Slack, decide on it, and have it end when it should.

    Settings are environment variables, or lines of a file .env in the working directory.
    """


for command in (
    cli_running.serve,
    cli_configuration.check_config,
    cli_configuration.plan,
    cli_configuration.apply,
    cli_configuration.export,
    cli_running.migrate,
    cli_running.doctor,
    cli_audit.audit,
    cli_running.playground,
):
    usher.add_command(command)
