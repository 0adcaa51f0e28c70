"""The house: every part of Usher, built top to bottom and handed to one another.

Here, and in `operations.py`, is the only place that knows every part. `usher serve`, the playground
and the tests open the same house, with another clock and another Slack.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import configuration
import storage
from bot import people_file, slack_checks, sources
from bot.desk import Desk
from bot.listeners import Listeners
from bot.measured import (
    MeasuredConnector,
    MeasuredMessenger,
    MeasuredStore,
    MeasuredWakes,
    measured,
)
from bot.messenger import SlackMessenger
from bot.metrics import Metrics
from bot.review_files import ReviewFiles
from bot.settings import Settings
from bot.slack_checks import Identity
from connectors.people_csv import Rows
from connectors.registry import ConnectorFaults
from connectors.slack_directory import SlackDirectory
from engine.application.clock import RandomIds, SystemClock
from engine.application.commands import OPERATOR, ApplyConfiguration
from engine.application.comparison import Comparison
from engine.application.connectors import Connector, tells_use
from engine.application.deliveries import Deliveries
from engine.application.jobs import Job, Jobs, NotYet
from engine.application.lanes import PACE, LaneWorker
from engine.application.last_uses import LastUses
from engine.application.messages import Messages
from engine.application.mirror import CHANNELS_JOB, GROUPS_JOB, PEOPLE_JOB, Mirror
from engine.application.ports import Clock, Reader, Store
from engine.application.queries import Queries
from engine.application.service import Entitlements
from engine.application.worker import Worker

log = logging.getLogger(__name__)

LAST_SECONDS = 1.0
"""For answers that are on their way when the house is closed."""
DIRECTORY_EVERY = timedelta(hours=24)
DIRECTORY_WITHIN = timedelta(minutes=30)
"""A workspace of a hundred thousand people is read in less, throttled as Slack may."""
DIRECTORY_JOBS = (PEOPLE_JOB, GROUPS_JOB, CHANNELS_JOB)
RECENTLY = timedelta(minutes=5)
"""A directory that another replica has read since then need not be read at start; for so long Slack
repeats the events that nobody took. On SQLite there is no other replica."""
COMPARED_EVERY = timedelta(hours=24)
COMPARED_WITHIN = timedelta(hours=2)
FIELDS_EVERY = timedelta(hours=1)
PROFILES_EVERY = timedelta(minutes=1)
LEAVERS_EVERY = timedelta(minutes=10)
SEAL_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts that whoever opened the house works with."""

    store: Store
    database: storage.DatabaseStore
    """The store itself, for whoever looks at rows."""
    service: Entitlements
    queries: Queries
    mirror: Mirror
    messenger: SlackMessenger
    worker: Worker
    jobs: Jobs
    desk: Desk
    bolt: AsyncApp
    client: AsyncWebClient
    metrics: Metrics
    clock: Clock
    settings: Settings
    people_rows: Rows
    """What the people file states."""
    connectors: tuple[str, ...]
    """The names that a configuration may use."""
    unusable: Mapping[str, ConnectorFaults]
    """Installed connectors that cannot be made, and why; they stop whoever uses them."""
    notices: tuple[str, ...]
    """What does not work fully, and what to do about it: scopes left out, broken connectors."""

    async def observe(self) -> None:
        """Bring the figures that are looked up, rather than counted, up to date."""
        due, oldest = await self.queries.backlog(self.clock.now())
        self.metrics.lanes(due, oldest.total_seconds())
        self.metrics.parked((await self.queries.parked()).total)

    async def read_directory(self) -> None:
        """Read the directory, unless another replica has just done so."""
        recently = RECENTLY if self.database.postgres else timedelta()
        for job in DIRECTORY_JOBS:
            catch_up = partial(self.jobs.catch_up, job, unless_within=recently)
            try:
                await sources.patiently(catch_up, self.clock)
            except NotYet as why:
                log.warning("%s", why)

    async def prepare(self) -> None:
        """Read the directory, and apply the configuration file unless it was applied before.

        A file that was applied is not read again: that somebody it names has left meanwhile must
        not keep Usher from starting.

        Raises what the directory raises, `configuration.ConfigurationFaults`, `ConnectorFaults` for
        what the configuration uses, and refusals.
        """
        await self.read_directory()
        for warning in await self.store.read(people_file.warnings, self.people_rows):
            log.warning("%s: %s", self.settings.people, warning)
        if self.settings.config is not None:
            text = self.settings.config.read_text(encoding="utf-8-sig")
            if await self.store.read(_source) != digest_of(text):
                await apply_file(self, self.settings.config.name, text)
        stored = await self.queries.configured()
        if stored is not None:
            sources.refuse_unusable(stored.configuration, self.unusable)


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    clock: Clock | None = None,
    pace: timedelta = PACE,
    more_connectors: Mapping[str, Connector] = MappingProxyType({}),
) -> AsyncIterator[House]:
    """Build everything and check that it can work; take it down in order afterwards.

    `more_connectors` come to the registered ones.

    Raises `slack_checks.SlackFaults`, `storage.DatabaseFault` and `people_csv.PeopleFileFaults`.
    """
    clock = clock or SystemClock()
    ids = RandomIds()
    metrics = Metrics()
    async with slack_checks.web_session() as session:
        client = slack_checks.web_client(settings, session)
        identity = await slack_checks.check(client, settings)
        async with await storage.open_store(settings.database_url, clock=clock) as store:
            queries = storage.StoreQueries(store)
            reviews = storage.ReviewStoreQueries(store)
            timed = MeasuredStore(store, metrics)
            await sources.belong(timed, identity)
            made, unusable = sources.connectors(client, identity, settings)
            built: dict[str, Connector] = {
                name: MeasuredConnector(name, connector, metrics)
                for name, connector in {**made, **more_connectors}.items()
            }
            serial = {name: connector.serial for name, connector in built.items()}
            telling = frozenset(name for name, one in built.items() if tells_use(one))
            service = Entitlements(timed, ids=ids, serial=serial, telling=telling)
            rows = await people_file.taken(timed, settings.people)
            source = sources.directory(client, identity, clock)
            mirror = Mirror(timed, source, complete=people_file.completing(rows))
            comparison = Comparison(timed, clock, built)
            recurring = _recurring(store, mirror, source, comparison)
            jobs = Jobs(timed, clock, tuple(measured(job, metrics) for job in recurring))
            desk = Desk(
                service=service,
                store=timed,
                queries=queries,
                reviews=reviews,
                mirror=mirror,
                jobs=jobs,
                client=client,
                session=session,
                clock=clock,
                told_of=source.told_of,
                command=settings.command,
                workspace_url=identity.url,
            )
            bolt = _bolt(client, settings, identity)
            Listeners(desk).register(bolt)
            files = ReviewFiles(reviews, queries, clock)
            slack = SlackMessenger(
                client,
                queries,
                reviews=reviews,
                files=files,
                workspace_url=identity.url,
                command=settings.command,
            )
            messages = Messages(timed, MeasuredMessenger(slack, metrics), pace=pace)
            worker = Worker(
                timed,
                clock,
                wakes=MeasuredWakes(timed, service, metrics),
                messages=LaneWorker("messages", messages),
                deliveries=LaneWorker("deliveries", Deliveries(timed, service, built, ids=ids)),
                last_uses=LaneWorker("last uses", LastUses(timed, service, built)),
                jobs=jobs,
            )
            house = House(
                store=timed,
                database=store,
                service=service,
                queries=queries,
                mirror=mirror,
                messenger=slack,
                worker=worker,
                jobs=jobs,
                desk=desk,
                bolt=bolt,
                client=client,
                metrics=metrics,
                clock=clock,
                settings=settings,
                people_rows=rows,
                connectors=(*built, *unusable),
                unusable=unusable,
                notices=(*identity.notices, *sources.sentences(unusable.values())),
            )
            try:
                yield house
                await desk.drain(LAST_SECONDS)
            finally:
                await files.close()


def digest_of(text: str) -> str:
    """Tells one configuration file from another."""
    return hashlib.sha256(text.encode()).hexdigest()


async def apply_file(house: House, name: str, text: str) -> int:
    """Make this file the configuration; answers how many things changed.

    Raises `configuration.ConfigurationFaults`, `ConnectorFaults`, and `StillHeld`.
    """

    def read(reader: Reader) -> configuration.Read:
        names = reader.directory()
        today = house.clock.now().date()
        return configuration.read(
            text, filename=name, directory=names, today=today, connectors=house.connectors
        )

    found = await house.store.read(read)
    sources.refuse_unusable(found.configuration, house.unusable)
    for warning in found.warnings:
        log.warning("%s", warning)
    command = ApplyConfiguration(configuration=found.configuration, source=digest_of(text))
    changed = await house.service.handle(command, OPERATOR)
    log.info("the configuration is applied", extra={"changes": changed})
    return changed


def _bolt(client: AsyncWebClient, settings: Settings, identity: Identity) -> AsyncApp:
    """Bolt, told everything, so that it asks neither the environment nor Slack."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=identity.enterprise_id,
            team_id=identity.team_id,
            bot_token=settings.bot_token,
            bot_user_id=identity.bot_user_id,
            bot_id=identity.bot_id,
        )

    bolt_log = logging.getLogger("slack_bolt")
    bolt_log.setLevel(logging.ERROR)  # it warns of every setting it was not asked to guess
    return AsyncApp(
        name=bolt_log.name,  # or it looks for one in its callers; it sets that log's level too
        logger=bolt_log,
        client=client,
        authorize=authorize,
        signing_secret=settings.signing_secret,
        process_before_response=True,
        raise_error_for_unhandled_request=False,
    )


def _source(reader: Reader) -> str | None:
    return reader.configuration_source()


def _recurring(
    store: storage.DatabaseStore, mirror: Mirror, source: SlackDirectory, comparison: Comparison
) -> tuple[Job, ...]:
    def nightly(name: str, do: Callable[[], Awaitable[object]]) -> Job:
        return Job(name=name, every=DIRECTORY_EVERY, within=DIRECTORY_WITHIN, do=do)

    return (
        nightly(PEOPLE_JOB, mirror.refresh_people),
        nightly(GROUPS_JOB, mirror.refresh_groups),
        nightly(CHANNELS_JOB, mirror.refresh_channels),
        Job(
            name="profile fields",
            every=FIELDS_EVERY,
            do=partial(source.profile_fields, again=True),
            everywhere=True,
        ),
        Job(name="profiles", every=PROFILES_EVERY, do=mirror.read_fields),
        Job(name="leavers", every=LEAVERS_EVERY, do=mirror.look_after_leavers),
        Job(
            name="comparison",
            every=COMPARED_EVERY,
            within=COMPARED_WITHIN,
            do=comparison.run,
            first_later=True,
        ),
        Job(name="seal audit", every=SEAL_EVERY, do=store.seal_audit),
    )
