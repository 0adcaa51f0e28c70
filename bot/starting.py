"""Everything that keeps Usher from starting, told at once.

A start ends at the first thing that is wrong. Whoever mends that should not start again only to
hear of the next; so before it is told, all else that can be looked at without it is looked at too.
Nothing is changed.
"""

import asyncio
from collections.abc import Collection, Iterable

from bot import operations, slack_checks
from bot.cli_parts import Fault, NoDatabase
from bot.settings import OperatorSettings
from bot.slack_checks import SlackFaults


async def all_faults(
    told: Iterable[str], settings: OperatorSettings, *, wrong: Collection[str] = ()
) -> tuple[str, ...]:
    """What was found already, and whatever else is wrong; each once.

    Variables in `wrong` have a fault of their own: what they lead to is not looked at.
    """
    slack, database = await asyncio.gather(_slack(settings, wrong), _database(settings, wrong))
    people = operations.people_file_faults(None, settings)
    return tuple(dict.fromkeys((*told, *slack, *people, *database)))


async def _slack(settings: OperatorSettings, wrong: Collection[str]) -> tuple[str, ...]:
    if settings.bot_token is None or "SLACK_API_URL" in wrong:
        return ()
    async with slack_checks.web_session() as session:
        try:
            await slack_checks.check(slack_checks.web_client(settings, session), settings)
        except SlackFaults as faults:
            return faults.faults
    return ()


async def _database(settings: OperatorSettings, wrong: Collection[str]) -> tuple[str, ...]:
    if "DATABASE_URL" in wrong:
        return ()
    try:
        async with operations.open_database(settings, write=False):
            return ()
    except NoDatabase:  # a start makes it
        return ()
    except Fault as fault:
        return fault.sentences
