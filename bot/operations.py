"""What the commands of an operator work with: the house without its Slack side.

The database is opened beside a running `usher serve` to read, or instead of one to write. Like
`house.py`, this is a place that knows every part; the commands know only what stands here and in
`cli_parts.py`.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

import storage
from bot import people_file, sources
from bot.cli_parts import AuditVerdict, Fault, Migration, MirrorState, NoDatabase
from bot.settings import OperatorSettings
from bot.slack_checks import Identity
from connectors import people_csv, registry
from engine.application.clock import RandomIds, SystemClock
from engine.application.connectors import Connector, ConnectorError
from engine.application.jobs import NotYet
from engine.application.mirror import PEOPLE_JOB, Mirror
from engine.application.ports import Reader, Store
from engine.application.queries import Queries
from engine.application.service import Entitlements
from engine.domain.configuration import Configuration
from storage import address, counts, schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database with what works on it."""

    store: Store
    service: Entitlements
    queries: Queries
    rows: storage.DatabaseStore
    """The store again, for what only the command line asks."""

    async def mirror_state(self) -> MirrorState:
        """How much of the directory is known; `read_at` from the job that reads it nightly."""
        return await self.store.read(_mirror_state)

    async def audit_lines(self, since: datetime | None) -> AsyncIterator[str]:
        """The audit as JSON texts, oldest first; from `since` on, if given."""
        async for entry in self.rows.export_audit():
            if since is None or datetime.fromisoformat(str(entry["at"])) >= since:
                yield json.dumps(entry, ensure_ascii=False, default=str)

    async def verify_audit(self) -> AuditVerdict:
        """Check every row against its seal, and the seals against each other."""
        problem = await self.rows.verify_audit()
        rows, sealed, last = await self.store.read(counts.audit_counts)
        problems = (problem,) if problem else ()
        return AuditVerdict(rows=rows, sealed=sealed, last_seal=last, problems=problems)


@asynccontextmanager
async def open_database(settings: OperatorSettings, *, write: bool) -> AsyncIterator[Database]:
    """Open it to read, beside whoever writes, or to write. Raises `Fault`.

    Writing to SQLite keeps every other process from it and brings its tables up to date, as a
    start does; a file that is not there is made. Reading one that is not there is `NoDatabase`.
    """
    missing = _missing_file(settings)
    if not write and missing is not None:
        raise NoDatabase(f"There is no database {missing} yet; `usher serve` makes it.")
    clock = SystemClock()
    try:
        store = await storage.open_store(settings.database_url, clock=clock, read_only=not write)
    except storage.DatabaseBusy as busy:
        raise Fault(
            f"{busy} To change the configuration while Usher runs, set USHER_CONFIG to the file and"
            " restart `usher serve`."
        ) from busy
    except storage.DatabaseFault as fault:
        raise Fault(str(fault)) from fault
    async with store:
        service = Entitlements(store, ids=RandomIds(), serial=_serial(settings))
        try:
            queries = storage.StoreQueries(store)
            yield Database(store=store, service=service, queries=queries, rows=store)
        except storage.DatabaseFault as fault:
            raise Fault(str(fault)) from fault


async def migrate(settings: OperatorSettings) -> Migration:
    """Bring the tables up to date. Raises `Fault`."""
    clock = SystemClock()
    try:
        current = await _is_current(settings, clock)
        await storage.migrate(settings.database_url, clock=clock)
    except storage.DatabaseFault as fault:
        raise Fault(str(fault)) from fault
    return Migration(changed=not current, revision=schema.HEAD)


async def refresh_mirror(
    database: Database, client: AsyncWebClient, identity: Identity, settings: OperatorSettings
) -> int:
    """Read the whole directory from Slack; answers how many people it has. Raises `Fault`."""
    clock = SystemClock()
    source = sources.directory(client, identity, clock)
    await sources.belong(database.store, identity)
    try:
        rows = await people_file.taken(database.store, settings.people)
        mirror = Mirror(database.store, source, complete=people_file.completing(rows))
        for read in (mirror.refresh_people, mirror.refresh_groups, mirror.refresh_channels):
            await sources.patiently(read, clock)
        return (await database.mirror_state()).people
    except people_csv.PeopleFileFaults as faults:
        raise Fault(*(f"{settings.people}: {fault}" for fault in faults.faults)) from faults
    except NotYet as why:
        raise Fault(f"The directory could not be read from Slack: {why}") from why
    except ConnectorError as error:
        raise Fault(f"The directory could not be read from Slack: {error.message}") from error


def connector(
    name: str, client: AsyncWebClient, identity: Identity, settings: OperatorSettings
) -> Connector:
    """The connector of this name. Raises `Fault`."""
    try:
        return sources.connector(name, client, identity, settings)
    except registry.ConnectorFaults as faults:
        raise Fault(*faults.faults) from faults


def people_file_faults(reader: Reader | None, settings: OperatorSettings) -> tuple[str, ...]:
    """What is wrong with the file in USHER_PEOPLE; nothing if it is not set.

    With a database it is also compared with the file that was taken last.
    """
    if settings.people is None:
        return ()
    try:
        if reader is not None:
            people_file.read(reader, settings.people)
        else:
            people_csv.read_people(settings.people.read_bytes())
    except people_csv.PeopleFileFaults as faults:
        return tuple(f"{settings.people}: {fault}" for fault in faults.faults)
    return ()


def people_file_warnings(reader: Reader, settings: OperatorSettings) -> tuple[str, ...]:
    """Whom the file in USHER_PEOPLE names and the directory does not know; it has no faults."""
    if settings.people is None:
        return ()
    return people_file.warnings(reader, people_file.read(reader, settings.people))


def refuse_unusable(settings: OperatorSettings, wanted: Configuration) -> None:
    """Raise `Fault` if a resource's connector cannot be made."""
    try:
        sources.refuse_unusable(wanted, _connectors(settings)[1])
    except registry.ConnectorFaults as faults:
        raise Fault(*faults.faults) from faults


def _serial(settings: OperatorSettings) -> dict[str, bool]:
    """Which connectors change a target one at a time: the lanes of what we write depend on it."""
    return {name: each.serial for name, each in _connectors(settings)[0].items()}


def _connectors(
    settings: OperatorSettings,
) -> tuple[dict[str, Connector], dict[str, registry.ConnectorFaults]]:
    client = AsyncWebClient(token=settings.bot_token, base_url=settings.slack_api_url)
    return sources.connectors(client, None, settings)


async def _is_current(settings: OperatorSettings, clock: SystemClock) -> bool:
    if _missing_file(settings) is not None:
        return False
    try:
        await storage.check_schema(settings.database_url, clock=clock)
    except storage.SchemaOutdated:
        return False
    return True


def _missing_file(settings: OperatorSettings) -> str | None:
    """The SQLite file, if that is what is meant and it is not there."""
    url = address.written(settings.database_url)
    if not url.scheme.startswith("sqlite") or Path(url.database).exists():
        return None
    return url.database


def _mirror_state(reader: Reader) -> MirrorState:
    read_at = reader.job_state(PEOPLE_JOB).done_at
    return MirrorState(people=counts.active_people(reader), read_at=read_at)
