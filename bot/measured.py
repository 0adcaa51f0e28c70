"""The parts of the house with their figures: each does what it wraps, and counts."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from bot.metrics import Metrics
from engine.application.connectors import Connector, ConnectorError, Hold, Target, Use
from engine.application.jobs import Job, NotYet
from engine.application.lane_ports import MessageWork
from engine.application.ports import Messenger, Reader, Shown, Store, Transaction
from engine.application.service import Entitlements
from engine.application.wakes import Wakes
from engine.domain.people import Person

P = ParamSpec("P")
T = TypeVar("T")


class MeasuredStore:
    """A store whose transactions are timed, waiting included."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        """The store does the work."""
        self._store = store
        self._metrics = metrics

    async def write(
        self, fn: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As the store's."""
        began = time.perf_counter()
        try:
            return await self._store.write(fn, *args, **kwargs)
        finally:
            self._metrics.observe_database("write", time.perf_counter() - began)

    async def read(
        self, fn: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As the store's."""
        began = time.perf_counter()
        try:
            return await self._store.read(fn, *args, **kwargs)
        finally:
            self._metrics.observe_database("read", time.perf_counter() - began)

    async def next_wake_at(self) -> datetime | None:
        """As the store's."""
        return await self._store.next_wake_at()

    async def wait_for_change(self, seconds: float) -> None:
        """As the store's."""
        await self._store.wait_for_change(seconds)


class MeasuredMessenger:
    """A messenger whose messages are counted."""

    def __init__(self, messenger: Messenger, metrics: Metrics) -> None:
        """The messenger does the work."""
        self._messenger = messenger
        self._metrics = metrics

    async def show(self, work: MessageWork) -> Shown | None:
        """As the messenger's."""
        try:
            shown = await self._messenger.show(work)
        except Exception:
            self._metrics.message_failed()
            raise
        if shown is not None:
            self._metrics.message_sent(work.kind)
        return shown


class MeasuredConnector:
    """A connector whose grants and removals are counted and timed."""

    def __init__(self, name: str, connector: Connector, metrics: Metrics) -> None:
        """The connector does the work."""
        self._name = name
        self._connector = connector
        self._metrics = metrics

    @property
    def serial(self) -> bool:
        """As the connector's."""
        return self._connector.serial

    async def find(self, person: Person) -> str | None:
        """As the connector's."""
        return await self._connector.find(person)

    async def grant(self, target: Target, account: str) -> Hold:
        """As the connector's."""
        return await self._measured("granted", self._connector.grant, target, account)

    async def revoke(self, target: Target, account: str) -> Hold:
        """As the connector's."""
        return await self._measured("removed", self._connector.revoke, target, account)

    def holds(self, target: Target) -> AsyncIterator[Hold]:
        """As the connector's."""
        return self._connector.holds(target)

    async def check(self, target: Target | None = None) -> None:
        """As the connector's."""
        await self._connector.check(target)

    @property
    def last_uses(self) -> Callable[[Target], AsyncIterator[Use]]:
        """As the connector's; `AttributeError` if it has none, which is how one finds out."""
        told: Callable[[Target], AsyncIterator[Use]] = self._connector.last_uses  # type: ignore[attr-defined]
        return told

    async def _measured(
        self,
        outcome: str,
        call: Callable[[Target, str], Awaitable[Hold]],
        target: Target,
        account: str,
    ) -> Hold:
        began = time.perf_counter()
        try:
            return await call(target, account)
        except ConnectorError as error:
            outcome = type(error).__name__.lower()
            raise
        except Exception:
            outcome = "fault"
            raise
        finally:
            self._metrics.delivery(self._name, outcome, time.perf_counter() - began)


class MeasuredWakes(Wakes):
    """Wakes that are counted."""

    def __init__(self, store: Store, service: Entitlements, metrics: Metrics) -> None:
        """As wakes, with somewhere to count."""
        super().__init__(store, service)
        self._metrics = metrics

    async def run_once(self) -> int:
        """As ever."""
        looked = await super().run_once()
        self._metrics.woken(looked)
        return looked


def measured(job: Job, metrics: Metrics) -> Job:
    """A recurring job whose turns are counted."""

    async def do() -> None:
        try:
            await job.do()
        except NotYet:
            metrics.job(job.name, "not yet")
            raise
        except Exception:
            metrics.job(job.name, "failed")
            raise
        metrics.job(job.name, "ok")

    return replace(job, do=do)
