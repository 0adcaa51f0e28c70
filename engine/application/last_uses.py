"""Asking target systems when access was last used, for reviewers to see.

A review that is about to open wants it (`review_steps`): what was not listed within a day is asked
for, and the run waits a little. The systems are asked here, outside any transaction, and what they
say is stored some hundreds of accounts at a time. A listing that fails is no reason not to review:
then the last use is not known, and every line says so.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.application.commands import TIME
from engine.application.configured import Configured
from engine.application.connectors import Connector, ConnectorError, Target, Use, tells_use
from engine.application.ports import Store, Transaction
from engine.application.service import Entitlements
from engine.application.use_ports import Right, UseListing

log = logging.getLogger(__name__)

LISTING_SECONDS = 300.0
"""A report of a hundred thousand accounts, page by page, from a system that throttles."""
LEASE = timedelta(minutes=6)
"""Longer than a listing may take; whoever died is followed by another."""
AT_ONCE = 500
"""Accounts in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseWork:
    """A right to be listed."""

    listing: UseListing
    target: Target


class LastUses:
    """Lists who last used what; a kind of work for a `LaneWorker`."""

    def __init__(
        self, store: Store, service: Entitlements, connectors: Mapping[str, Connector]
    ) -> None:
        """Connectors by their registered names."""
        self._store = store
        self._service = service
        self._connectors = connectors

    async def take(self, limit: int) -> Sequence[UseWork]:
        """Begin what is due."""
        return await self._store.write(self._take, limit)

    def _take(self, tx: Transaction, limit: int) -> list[UseWork]:
        listings = tx.take_use_listings(tx.now(), LEASE, limit)
        if not listings:
            return []
        configured = self._service.unit(tx, TIME).configured
        return [
            UseWork(listing=listing, target=_target(configured, listing.right))
            for listing in listings
        ]

    async def do(self, work: UseWork) -> None:
        """Ask, store, and let the reviews that waited for it go on."""
        problem = ""
        try:
            async with asyncio.timeout(LISTING_SECONDS):
                if not await self._list(work):
                    return
        except TimeoutError:
            problem = "The system did not answer in time."
        except ConnectorError as error:
            problem = error.message
        except Exception as fault:  # anybody's code; a review must not wait for it
            log.exception("a connector could not tell when access was last used")
            problem = f"The connector failed: {type(fault).__name__}."
        if problem:
            log.warning("last uses are not known", extra={"of": work.target.label, "why": problem})
        await self._store.write(self._end, work, problem)

    async def _list(self, work: UseWork) -> bool:
        """Store everything that is told; False when another has taken over."""
        connector = self._connectors.get(work.listing.right.connector)
        if not tells_use(connector):
            raise ConnectorError("The system does not tell.")
        some: list[Use] = []
        async for use in connector.last_uses(work.target):
            some.append(use)
            if len(some) == AT_ONCE:
                if not await self._store.write(_save, work.listing, tuple(some)):
                    return False
                some.clear()
        return await self._store.write(_save, work.listing, tuple(some))

    def _end(self, tx: Transaction, work: UseWork, problem: str) -> None:
        now = tx.now()
        tx.end_use_listing(work.listing, problem, now)
        configured = self._service.unit(tx, TIME).configured
        for package_id in configured.packages:
            if work.listing.right in configured.rights_of(package_id):
                for policy in configured.policies_of.get(package_id, ()):
                    tx.wake_scheduled_runs(policy.id, now)


def _save(tx: Transaction, listing: UseListing, uses: Sequence[Use]) -> bool:
    return tx.save_uses(listing, uses)


def _target(configured: Configured, right: Right) -> Target:
    labels = (
        resource.target_label
        for resource in configured.resources.values()
        if (resource.connector, resource.target) == (right.connector, right.target)
    )
    return Target(id=right.target, role=right.role, label=next(labels, right.target))
