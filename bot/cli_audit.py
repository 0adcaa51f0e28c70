"""Commands about the audit: verify, export."""

from datetime import UTC, date, datetime, time
from typing import NoReturn

import click

from bot import operations
from bot.cli_common import FAILED, Commands, complain, example, finish, settings_for_operator
from bot.cli_parts import AuditVerdict
from bot.settings import OperatorSettings
from bot.views.wording.words import several


class Moment(click.ParamType[datetime]):
    """A date or a moment in ISO 8601; without a time zone it is UTC."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse it."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            if len(text) == len("2027-01-31"):
                return datetime.combine(date.fromisoformat(text), time(), UTC)
            moment = datetime.fromisoformat(text)
        except ValueError:
            self._refuse(text, param, ctx)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

    def _refuse(
        self, text: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> NoReturn:
        self.fail(
            f"{text!r} is neither a date such as 2027-01-31 nor a moment such as"
            " 2027-01-31T09:00:00Z.",
            param,
            ctx,
        )


@click.group(cls=Commands, epilog=example("usher audit verify"))
def audit() -> None:
    """Verify or export who did what, when and why."""


@audit.command(epilog=example("usher audit verify"))
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Check that no row of the audit was changed, removed or moved.

    Exits 1 and says where, if one was.
    """
    verdict = finish(_verify(settings_for_operator()))
    if verdict.problems:
        complain(verdict.problems)
        ctx.exit(FAILED)
    rows = several(verdict.rows, "row")
    click.echo(f"The audit is whole: {rows}, {verdict.sealed:,} of them sealed.")
    if verdict.last_seal is not None:
        click.echo(f"Last seal: {verdict.last_seal}")


@audit.command(epilog=example("usher audit export --since 2027-01-01 > audit.jsonl"))
@click.option("--since", type=Moment(), help="Only what happened from then on; UTC.")
def export(since: datetime | None) -> None:
    """Write the audit as JSON lines, oldest first."""
    finish(_export(settings_for_operator(), since))


async def _verify(settings: OperatorSettings) -> AuditVerdict:
    async with operations.open_database(settings, write=False) as database:
        return await database.verify_audit()


async def _export(settings: OperatorSettings, since: datetime | None) -> None:
    async with operations.open_database(settings, write=False) as database:
        async for line in database.audit_lines(since):
            click.echo(line)
