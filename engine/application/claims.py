"""What an assignment gives: its claims on holdings, kept in step with the package and its state.

A holding is wanted while some assignment claims it. Starting an assignment claims what its package
grants; ending it drops the claims; editing a package's resource roles does both for everybody who
holds it (RES-7). The workers then bring each holding level (`deliveries.py`).
"""

from collections.abc import Iterable
from datetime import datetime

from engine.application.configured import Configured
from engine.application.holding_ports import Claim
from engine.application.ports import Ids, LaneNames, Transaction
from engine.domain import holdings
from engine.domain.assignments import Assignment
from engine.domain.catalogs import Resource
from engine.domain.holdings import Holding, Level
from engine.domain.ids import HoldingId

Key = tuple[str, str, str]
"""Connector, target, role."""


class Claims:
    """The claims of assignments inside one transaction."""

    def __init__(
        self,
        tx: Transaction,
        configured: Configured,
        *,
        ids: Ids,
        serial: LaneNames,
        now: datetime,
    ) -> None:
        """Serial says of each connector whether its targets are changed one at a time."""
        self._tx = tx
        self._configured = configured
        self._ids = ids
        self._serial = serial
        self._now = now

    def in_step(self, assignment: Assignment, known: Iterable[Claim]) -> bool:
        """Whether what it claims is what its package gives now."""
        wanted = self._granted_by(assignment) if assignment.wanted else {}
        return set(wanted) == {_key(claim.holding) for claim in known if claim.active}

    def level(
        self,
        before: Assignment | None,
        after: Assignment,
        known: Iterable[Claim] | None = None,
    ) -> tuple[Level, ...]:
        """Claim what the package gives if the assignment is in force, drop the rest; how far is it.

        `known` are its claims, if they have been read already.

        Holdings are locked before anybody else's claims are looked at, so that two assignments
        ending at the same moment cannot each leave the removal to the other.
        """
        wanted = self._granted_by(after) if after.wanted else {}
        if before is None and not wanted:
            return ()
        if known is None:
            known = self._tx.claims_of(after.id) if before is not None else ()
        claims = {_key(claim.holding): claim for claim in known}
        missing = [key for key in wanted if key not in claims or not claims[key].active]
        extra = [key for key, claim in claims.items() if claim.active and key not in wanted]
        now_held = {key: claim.holding for key, claim in claims.items()}
        if missing or extra:
            locked = self._locked(after, wanted, missing, extra)
            now_held |= locked | self._claim(after, missing, locked)
            now_held |= self._drop(after, extra, locked)
        if after.wanted:
            return tuple(holdings.level(now_held[key]) for key in wanted)
        return tuple(
            Level.REACHED if holding.wanted else holdings.level(holding)
            for holding in now_held.values()
        )

    def _granted_by(self, assignment: Assignment) -> dict[Key, Resource]:
        package = self._configured.packages.get(assignment.package_id)
        granted: dict[Key, Resource] = {}
        for grant in package.grants if package else ():
            resource = self._configured.resources[grant.resource_id]
            granted[(resource.connector, resource.target, grant.role)] = resource
        return granted

    def _locked(
        self,
        assignment: Assignment,
        wanted: dict[Key, Resource],
        missing: list[Key],
        extra: list[Key],
    ) -> dict[Key, Holding]:
        """Every holding that is to be claimed or dropped; what does not exist yet is made."""
        locked = self._tx.lock_holdings(assignment.target_id, [*missing, *extra]) if extra else {}
        fresh = [
            self._fresh(assignment, wanted[key], key)
            for key in sorted(missing)
            if key not in locked
        ]
        made = self._tx.make_holdings([(holding, self.lane_of(holding)) for holding in fresh])
        return locked | made

    def _fresh(self, assignment: Assignment, resource: Resource, key: Key) -> Holding:
        connector, target, role = key
        return Holding(
            id=HoldingId(self._ids.new(self._now)),
            connector=connector,
            target=target,
            role=role,
            person_id=assignment.target_id,
            resource_id=resource.id,
            next_at=self._now,
            changed_at=self._now,
        )

    def _claim(
        self, assignment: Assignment, missing: list[Key], locked: dict[Key, Holding]
    ) -> dict[Key, Holding]:
        claimed = {key: holdings.want(locked[key], now=self._now) for key in missing}
        self.save(h for key, h in claimed.items() if h != locked[key])
        self._tx.claim_holdings(assignment.id, [h.id for h in claimed.values()])
        return claimed

    def _drop(
        self, assignment: Assignment, extra: list[Key], locked: dict[Key, Holding]
    ) -> dict[Key, Holding]:
        if not extra:
            return {}
        dropped = {locked[key].id: key for key in extra}
        package = self._configured.packages.get(assignment.package_id)
        keep = package is not None and package.keep_access_held_before
        released: dict[Key, Holding] = {}
        for holding_id in self._tx.drop_claims(assignment.id, dropped):
            holding = locked[dropped[holding_id]]
            released[dropped[holding_id]] = holdings.release(
                holding, keep_if_held_before=keep, now=self._now
            )
        self.save(released.values())
        self._tx.touch_cards([h.id for h in released.values()], self._now)
        return released

    def save(self, changed: Iterable[Holding]) -> None:
        """Store holdings, each in the lane that keeps its changes in order."""
        self._tx.save_holdings([(holding, self.lane_of(holding)) for holding in changed])

    def lane_of(self, holding: Holding) -> str:
        """One change at a time for each account, or, where the connector says so, each target."""
        one_by_one = self._serial.get(holding.connector, False)
        return f"hold:{holding.connector}:{holding.target if one_by_one else holding.person_id}"

    def redeliver(self, assignment: Assignment) -> None:
        """Try everything that failed once more, and let the assignment look at it."""
        keys = [_key(claim.holding) for claim in self._tx.claims_of(assignment.id) if claim.active]
        locked = self._tx.lock_holdings(assignment.target_id, keys)
        tried = [holdings.retry_now(holding, now=self._now) for holding in locked.values()]
        self.save(h for h in tried if h != locked[_key(h)])
        self._tx.wake_assignments(self._now, ids=[assignment.id])


def _key(holding: Holding) -> Key:
    return (holding.connector, holding.target, holding.role)
