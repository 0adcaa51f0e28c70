"""Once a night: whether everybody has what we think they have, and nobody else.

Every target that some package gives and that can list who has it is asked. What differs is told to
the administrators, once for as long as it stays the same; nothing is changed (`domain/drift.py`).
"""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from engine.application.connectors import (
    Connector,
    ConnectorError,
    HoldState,
    Retry,
    Target,
)
from engine.application.ports import Clock, Reader, Store, Transaction
from engine.domain.conversation import Audience, Notice, NoticeKind
from engine.domain.drift import Drift, compare
from engine.domain.ids import PersonId
from engine.domain.people import PersonKind

log = logging.getLogger(__name__)

LISTED_WITHIN = 300.0
"""Seconds of real time that one list may take."""
MOST_TRIES = 5
MOST_TARGETS = 10
"""Targets told of in one message; the rest is counted."""
MOST_NAMED = 5
"""People named for each; the rest is counted."""
REMEMBERED = "drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One resource role that could be listed."""

    connector: str
    target: Target
    drift: Drift
    people: frozenset[str]
    """Those of the accounts that are people of the mirror."""

    @property
    def key(self) -> str:
        """The resource role, whatever it is called."""
        return f"{self.connector}/{self.target.id}/{self.target.role}"

    @property
    def digest(self) -> str:
        """Tells one difference from another; empty when there is none."""
        if not self.drift:
            return ""
        return sha256(repr((self.drift.missing, self.drift.outside)).encode()).hexdigest()[:16]


class Comparison:
    """Asks the target systems, and tells what is new."""

    def __init__(self, store: Store, clock: Clock, connectors: Mapping[str, Connector]) -> None:
        """Connectors by their registered names."""
        self._store = store
        self._clock = clock
        self._connectors = connectors

    async def run(self) -> int:
        """Compare everything; answers how many targets could be listed."""
        found = []
        for name, target in await self._store.read(_targets):
            connector = self._connectors.get(name)
            listed = await self._listed(connector, target) if connector is not None else None
            if listed is not None:
                now = self._clock.now()
                found.append(await self._store.read(_compared, name, target, listed, now))
        await self._store.write(_tell, found)
        return len(found)

    async def _listed(self, connector: Connector, target: Target) -> tuple[str, ...] | None:
        """Who has it, as the target says; None where it cannot be said."""
        for _ in range(MOST_TRIES):
            try:
                async with asyncio.timeout(LISTED_WITHIN):
                    holds = [hold async for hold in connector.holds(target)]
            except Retry as throttled:
                if throttled.after is None:
                    break
                await self._clock.sleep(throttled.after.total_seconds())
            except ConnectorError as error:  # people look after it, or it is gone: told elsewhere
                log.info("not compared", extra={"target": target.id, "why": error.message})
                return None
            except Exception:  # anybody's code: one target must not stop the others
                log.exception("a list failed", extra={"target": target.id})
                return None
            else:
                return tuple(one.account for one in holds if one.state is not HoldState.ABSENT)
        log.warning("not compared tonight", extra={"target": target.id})
        return None


def _targets(reader: Reader) -> tuple[tuple[str, Target], ...]:
    configured = reader.configured()
    if configured is None:
        return ()
    granted = {
        (grant.resource_id, grant.role)
        for package in configured.packages.values()
        for grant in package.grants
    }
    resources = ((configured.resources[each], role) for each, role in sorted(granted))
    return tuple(
        (one.connector, Target(id=one.target, role=role, label=one.target_label))
        for one, role in resources
    )


def _compared(
    reader: Reader, name: str, target: Target, listed: Sequence[str], now: datetime
) -> Compared:
    holdings = reader.holdings_on(name, target.id, target.role)
    drift = compare(holdings, listed, now=now)
    known = reader.people(map(PersonId, (*drift.missing, *drift.outside)))
    apps = {person.id for person in known.values() if person.kind is PersonKind.BOT}
    outside = tuple(account for account in drift.outside if account not in apps)
    return Compared(
        connector=name,
        target=target,
        drift=Drift(missing=drift.missing, outside=outside, expected=drift.expected),
        people=frozenset(known),
    )


def _tell(tx: Transaction, found: Sequence[Compared]) -> None:
    told: dict[str, str] = json.loads(tx.remembered(REMEMBERED) or "{}")
    fresh = [one for one in found if one.digest not in {"", told.get(one.key)}]
    told |= {one.key: one.digest for one in found}
    tx.remember(REMEMBERED, json.dumps({key: digest for key, digest in told.items() if digest}))
    configured = tx.configured()
    if not fresh or configured is None:
        return
    notice = Notice(
        key=f"drift/{tx.now().timestamp():.0f}",
        kind=NoticeKind.DRIFT,
        audience=Audience(channel_id=configured.organization.admin_channel),
        subject_id="drift",
        detail=json.dumps(
            {
                "targets": [_detail(one) for one in fresh[:MOST_TARGETS]],
                "more": max(len(fresh) - MOST_TARGETS, 0),
            }
        ),
    )
    tx.add_notices([notice], tx.now())


def _detail(one: Compared) -> dict[str, object]:
    drift = one.drift
    return {
        "label": one.target.label,
        "role": one.target.role,
        "expected": drift.expected,
        "doubtful": drift.doubtful,
        "missing": _named(drift.missing, one.people),
        "outside": _named(drift.outside, one.people),
        "missing_count": len(drift.missing),
        "outside_count": len(drift.outside),
    }


def _named(accounts: Iterable[str], people: frozenset[str]) -> list[str]:
    """The first of them; people with an @."""
    named = [f"@{account}" if account in people else account for account in accounts]
    return named[:MOST_NAMED]
