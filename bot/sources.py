"""Where people come from and where access goes, for the house and an operator's commands alike."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import OperatorSettings
from bot.slack_checks import Identity, SlackFaults
from connectors import registry
from connectors.registry import ConnectorFaults
from connectors.slack_directory import SlackDirectory
from engine.application.connectors import Connector, Retry
from engine.application.ports import Clock, Reader, Store, Transaction
from engine.domain.configuration import Configuration

log = logging.getLogger(__name__)

WORKSPACE = "workspace"
"""What the database remembers the id of the workspace under."""
MOST_WAITS = 100
"""Throttled answers in a row before we believe that it is no throttling."""


def directory(client: AsyncWebClient, identity: Identity, clock: Clock) -> SlackDirectory:
    """The people, groups and channels of the workspace, or of the whole organization."""

    async def wait(pause: timedelta) -> None:
        await clock.sleep(pause.total_seconds())

    return SlackDirectory(
        client, our_team_id=identity.team_id, org_team_id=organization_of(identity), wait=wait
    )


async def belong(store: Store, identity: Identity) -> None:
    """See that the database is of this workspace; from the first start on it is.

    Raises `SlackFaults`.
    """
    other = await store.write(_other_workspace, identity.team_id)
    if other is not None:
        raise SlackFaults([said_of_workspace(other, identity)])


def said_of_workspace(other: str, identity: Identity) -> str:
    """Why the database of another workspace is not touched, and what to do."""
    return (
        f"The database is of the Slack workspace {other}, and SLACK_BOT_TOKEN is of"
        f" {identity.team_id} ({identity.team_name}). Set SLACK_BOT_TOKEN to a token of the"
        " workspace the database is of, or DATABASE_URL to another database."
    )


def workspace_of(reader: Reader) -> str | None:
    """The workspace whose people, requests and access are in the database."""
    return reader.remembered(WORKSPACE)


def _other_workspace(tx: Transaction, team_id: str) -> str | None:
    known = workspace_of(tx)
    if known is None:
        tx.remember(WORKSPACE, team_id)
    return known if known not in {None, team_id} else None


async def patiently(read: Callable[[], Awaitable[object]], clock: Clock) -> None:
    """Read, as often and as late as Slack asks for: a start must not fail for being throttled.

    Raises what reading raises otherwise.
    """
    for _ in range(MOST_WAITS):
        try:
            await read()
        except Retry as throttled:
            if throttled.after is None:
                raise
            log.info("waiting for Slack", extra={"seconds": throttled.after.total_seconds()})
            await clock.sleep(throttled.after.total_seconds())
        else:
            return
    await read()


def connectors(
    client: AsyncWebClient, identity: Identity | None, settings: OperatorSettings
) -> tuple[dict[str, Connector], dict[str, ConnectorFaults]]:
    """Every connector that can be made, and why the others cannot; none calls Slack meanwhile."""
    made: dict[str, Connector] = {}
    faults: dict[str, ConnectorFaults] = {}
    for name in registry.known_connectors():
        try:
            made[name] = connector(name, client, identity, settings)
        except ConnectorFaults as why:
            faults[name] = why
    return made, faults


def connector(
    name: str, client: AsyncWebClient, identity: Identity | None, settings: OperatorSettings
) -> Connector:
    """The connector of this name. Raises `ConnectorFaults`."""
    team_id = organization_of(identity) if identity is not None else None
    return registry.build(name, client, team_id=team_id, environment=settings.environment)


def refuse_unusable(wanted: Configuration, unusable: Mapping[str, ConnectorFaults]) -> None:
    """Raise `ConnectorFaults` if a resource's connector cannot be made."""
    used = {resource.connector for resource in wanted.resources}
    if faults := sentences(why for name, why in unusable.items() if name in used):
        raise ConnectorFaults(faults)


def sentences(unusable: Iterable[ConnectorFaults]) -> tuple[str, ...]:
    """Everything that is wrong with them."""
    return tuple(fault for why in unusable for fault in why.faults)


def organization_of(identity: Identity) -> str | None:
    """The team to name in calls, where the app is installed for a whole organization."""
    return identity.team_id if identity.is_enterprise_install else None
