"""`usher doctor`: whether everything is there that Usher needs, and what to do if not.

Each thing looked at gives a finding: ok, a note (works, but know this), or a problem with what to
do. A problem in one place does not keep the others from being looked at; what cannot be looked at
for want of another is said to be so. Nothing is changed, and a running `usher serve` is not
disturbed.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

import configuration
from bot import operations, slack_checks, sources
from bot.cli_parts import Fault, NoDatabase
from bot.logs import Redaction
from bot.operations import Database
from bot.settings import OperatorSettings, SettingsFaults, load, load_for_operator
from bot.slack_checks import Identity, SlackFaults
from bot.views.wording.words import several
from connectors import known_connectors
from connectors.slack_calls import ask, part
from connectors.slack_errors import ENTRIES, raised
from engine.application.clock import SystemClock
from engine.application.configured import Configured
from engine.application.connectors import Connector, ConnectorError, Target
from engine.application.ports import Reader
from engine.domain.catalogs import Resource
from engine.domain.configuration import changes
from engine.domain.ids import ChannelId

CHECK_SECONDS = 30.0
"""Per call of a connector, as when it works."""
STALE_AFTER = timedelta(hours=50)
"""The directory is read nightly; two nights missed are a problem."""


class State(StrEnum):
    """How it is."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, how it is, and what that means or what to do."""

    what: str
    state: State
    says: str


async def examine(
    environ: Mapping[str, str], *, dotenv: Path | None, terminal: bool | None = None
) -> tuple[Finding, ...]:
    """Look at everything. Raises nothing that is expected to be wrong."""
    findings = list(_settings(environ, dotenv, terminal))
    try:
        settings = load_for_operator(environ, dotenv=dotenv, terminal=terminal)
    except SettingsFaults:
        return (*findings, _unlooked("Everything else", "the settings must be right first."))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(slack_checks.web_session())
        client = slack_checks.web_client(settings, session)
        identity, of_slack = await _slack(client, settings)
        findings += of_slack
        database, of_database = await _database(stack, settings)
        findings += await _people_file(settings, database)
        findings += of_database
        if database is not None:
            examination = _Examination(settings, database, client, identity)
            findings += [finding async for finding in examination.findings()]
    return tuple(findings)


def table(findings: Iterable[Finding]) -> str:
    """The findings as lines of text, and a last line that says whether all is well."""
    told = tuple(findings)
    redact = Redaction()
    width = max((len(finding.what) for finding in told), default=0)
    lines = [
        redact(f"{finding.state:<8} {finding.what:<{width}}  {finding.says}") for finding in told
    ]
    count = sum(finding.state is State.PROBLEM for finding in told)
    end = {0: "All is well.", 1: "1 problem."}.get(count, f"{count} problems.")
    return "\n".join([*lines, "", end])


def _settings(
    environ: Mapping[str, str], dotenv: Path | None, terminal: bool | None
) -> Iterable[Finding]:
    try:
        load(environ, dotenv=dotenv, terminal=terminal)
    except SettingsFaults as faults:
        return [_problem("Settings", sentence) for sentence in faults.faults]
    return [_ok("Settings", "complete")]


async def _slack(
    client: AsyncWebClient, settings: OperatorSettings
) -> tuple[Identity | None, list[Finding]]:
    if settings.bot_token is None:
        return None, [_unlooked("Slack", "SLACK_BOT_TOKEN is not set.")]
    try:
        identity = await slack_checks.check(client, settings)
    except SlackFaults as faults:
        return None, [_problem("Slack", sentence) for sentence in faults.faults]
    scopes = [_note("Scopes", notice) for notice in identity.notices]
    if identity.scopes is None:
        scopes.append(_note("Scopes", "Slack did not say which it has granted."))
    return identity, [
        _ok("Slack", f"connected to {identity.team_name or identity.team_id}"),
        *(scopes or [_ok("Scopes", f"all that {slack_checks.MANIFEST} asks for")]),
    ]


async def _people_file(settings: OperatorSettings, database: Database | None) -> list[Finding]:
    if settings.people is None:
        return []
    if database is None:
        faults = operations.people_file_faults(None, settings)
    else:
        faults = await database.store.read(operations.people_file_faults, settings)
    if faults:
        return [_problem("People file", fault) for fault in faults]
    found = [_ok("People file", f"{settings.people} can be read")]
    if database is not None and (await database.mirror_state()).people:
        unknown = await database.store.read(operations.people_file_warnings, settings)
        found += [_note("People file", warning) for warning in unknown]
    return found


async def _database(
    stack: AsyncExitStack, settings: OperatorSettings
) -> tuple[Database | None, list[Finding]]:
    try:
        database = await stack.enter_async_context(operations.open_database(settings, write=False))
    except NoDatabase:
        says = f"{settings.database_name} is not there yet; `usher serve` makes it."
        return None, [_note("Database", says)]
    except Fault as fault:
        return None, [_problem("Database", sentence) for sentence in fault.sentences]
    return database, [_ok("Database", f"{settings.database_name}, tables up to date")]


class _Examination:
    """What can be looked at once there is a database."""

    def __init__(
        self,
        settings: OperatorSettings,
        database: Database,
        client: AsyncWebClient,
        identity: Identity | None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._client = client
        self._identity = identity
        self._clock = SystemClock()

    async def findings(self) -> AsyncIterator[Finding]:
        """In the order in which one thing needs the other."""
        stored = await self._database.store.read(sources.workspace_of)
        identity = self._identity
        if identity is not None and stored is not None and stored != identity.team_id:
            yield _problem("Workspace", sources.said_of_workspace(stored, identity))
        yield await self._directory()
        configured = await self._database.queries.configured()
        for finding in await self._configuration(configured):
            yield finding
        if configured is not None:
            yield await self._admin_channel(configured)
            async for finding in self._resources(configured):
                yield finding
        parked = await self._database.queries.parked()
        for row in parked.rows:
            yield _problem(
                "Parked", f"{row.kind} {row.id} failed ten times since {row.since}: {row.problem}"
            )
        if (more := parked.total - len(parked.rows)) > 0:
            rest = several(more, "more row")
            yield _problem("Parked", f"{rest} failed ten times, later than these")

    async def _directory(self) -> Finding:
        mirror = await self._database.mirror_state()
        if not mirror.people:
            return _note("Directory", "not read yet; `usher serve` reads it at start.")
        if mirror.read_at is None:
            return _ok("Directory", f"{mirror.people} people")
        age = self._clock.now() - mirror.read_at
        says = f"{mirror.people} people, read {_ago(age)}"
        if age > STALE_AFTER:
            return _problem("Directory", f"{says}. Is `usher serve` running? It reads it nightly.")
        return _ok("Directory", says)

    async def _configuration(self, configured: Configured | None) -> list[Finding]:
        found = [
            _note("Configuration", "Nothing is stored yet. Apply a file: usher apply usher.yml")
            if configured is None
            else _ok("Configuration", _counted(configured))
        ]
        if self._settings.config is None:
            return found
        text = self._settings.config.read_text(encoding="utf-8-sig")
        today = self._clock.now().date()
        return found + await self._database.store.read(
            _file_findings, str(self._settings.config), text, today
        )

    async def _admin_channel(self, configured: Configured) -> Finding:
        """Whether trouble can be told where it is to be told."""
        what = "Administrators"
        if self._identity is None:
            return _unlooked(what, "Slack must be reached first.")
        channel_id = configured.organization.admin_channel
        thing = await self._database.store.read(_channel_name, channel_id)
        call = self._client.conversations_info(channel=channel_id)
        try:
            channel = part((await ask(call, thing=thing)).get("channel"))
            if channel.get("is_archived"):
                raise raised(ENTRIES["is_archived"], thing=thing)
            if channel.get("is_member") is False:
                raise raised(ENTRIES["not_in_channel"], thing=thing)
        except ConnectorError as error:
            return _problem(what, error.message)
        return _ok(what, f"can be told in {thing}")

    async def _resources(self, configured: Configured) -> AsyncIterator[Finding]:
        resources = configured.resources.values()
        for name in sorted({resource.connector for resource in resources}):
            if self._identity is None:
                yield _unlooked(name, "Slack must be reached first.")
                continue
            try:
                connector = operations.connector(name, self._client, self._identity, self._settings)
            except Fault as fault:
                for sentence in fault.sentences:
                    yield _problem(name, sentence)
                continue
            async for finding in _of_connector(name, connector, resources):
                yield finding


def _channel_name(reader: Reader, channel_id: ChannelId) -> str:
    known = reader.directory().channel(channel_id)
    return f"#{known.name}" if known is not None else channel_id


def _file_findings(reader: Reader, name: str, text: str, today: date) -> list[Finding]:
    """What the file in USHER_CONFIG would do at the next start."""
    directory = reader.directory()
    try:
        read = configuration.read(
            text,
            filename=name,
            directory=directory,
            today=today,
            connectors=known_connectors(),
        )
    except configuration.ConfigurationFaults as faults:
        return [_problem("USHER_CONFIG", str(fault)) for fault in faults.faults]
    found = [_note("USHER_CONFIG", str(warning)) for warning in read.warnings]
    stored = reader.configured()
    different = changes(stored.configuration if stored is not None else None, read.configuration)
    if different:
        says = f"differs from what is stored in {len(different)} places; applied at the next start"
        return [*found, _note("USHER_CONFIG", says)]
    return [*found, _ok("USHER_CONFIG", "the same as what is stored")]


async def _of_connector(
    name: str, connector: Connector, resources: Iterable[Resource]
) -> AsyncIterator[Finding]:
    problem = await _checked(connector, None)
    if problem is not None:
        yield _problem(name, problem)
        return
    count = 0
    for resource in resources:
        if resource.connector != name:
            continue
        for role in resource.roles:
            target = Target(id=resource.target, role=role, label=resource.target_label)
            problem = await _checked(connector, target)
            if problem is None:
                count += 1
            else:
                yield _problem(f"{name}: {resource.name}", problem)
    if count:
        yield _ok(name, f"{count} resource {'role' if count == 1 else 'roles'} can be given")


async def _checked(connector: Connector, target: Target | None) -> str | None:
    """Why it would not work; None if it would."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await connector.check(target)
    except TimeoutError:
        return f"It did not answer within {CHECK_SECONDS:.0f} seconds."
    except ConnectorError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - anybody's code, and its faults are what we look for
        return f"The connector failed: {type(error).__name__}: {error}"
    return None


def _counted(configured: Configured) -> str:
    counted = (
        several(len(configured.catalogs), "catalog"),
        several(len(configured.resources), "resource"),
        several(len(configured.packages), "package"),
        several(len(configured.policies), "policy", "policies"),
    )
    return f"revision {configured.revision}: {', '.join(counted)}"


def _ago(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hours ago" if hours > 1 else "within the last two hours"


def _ok(what: str, says: str) -> Finding:
    return Finding(what=what, state=State.OK, says=says)


def _note(what: str, says: str) -> Finding:
    return Finding(what=what, state=State.NOTE, says=says)


def _problem(what: str, says: str) -> Finding:
    return Finding(what=what, state=State.PROBLEM, says=says)


def _unlooked(what: str, why: str) -> Finding:
    return _note(what, f"Not looked at: {why}")
