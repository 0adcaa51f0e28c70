"""The lanes of target systems: each holding is brought level with what is wanted now.

The attempt is committed before the connector is called (`holdings.begin`), the answer afterwards,
onto the holding as it is by then: if what is wanted has changed meanwhile, the next step undoes
or repeats it. Settling looks at every assignment that claims the holding, in the same transaction;
what that means for a request is the rules' business. Should that fail, the answer is stored all the
same and the assignments are woken, where what keeps failing is parked.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from engine.application import facts
from engine.application.commands import TIME
from engine.application.connectors import (
    Connector,
    ConnectorError,
    Gone,
    Hold,
    HoldState,
    Refused,
    Retry,
    Target,
)
from engine.application.holding_ports import Claimed
from engine.application.lane_ports import HoldingWork, LaneKind, Lease
from engine.application.lanes import (
    FAR_SIDE,
    LEASE,
    calls_until,
    holder_name,
    refuse_when_late,
)
from engine.application.ports import Ids, Store, Transaction
from engine.application.service import Entitlements
from engine.application.unit import Unit
from engine.domain import holdings
from engine.domain.conversation import Audience, Card, CardKind, Notice, NoticeKind
from engine.domain.holdings import Failure, Holding, Step
from engine.domain.ids import PersonId
from engine.domain.people import Person, PersonKind

log = logging.getLogger(__name__)

AFTER_FAULT = timedelta(minutes=1)
"""How long a lane rests whose work could not even be begun."""
A = TypeVar("A", Hold, Exception)
"""A connector's answer, or why there is none."""


class Deliveries:
    """Carries holdings to their connectors."""

    def __init__(
        self,
        store: Store,
        service: Entitlements,
        connectors: dict[str, Connector],
        *,
        ids: Ids,
    ) -> None:
        """Connectors by their registered names."""
        self._store = store
        self._service = service
        self._connectors = connectors
        self._ids = ids
        self._holder = holder_name()

    async def take(self, limit: int) -> Sequence[HoldingWork]:
        """Lease due lanes; each with its first due holding, the attempt written down.

        If one cannot be begun, each is tried on its own, and only that one waits.
        """
        try:
            return await self._store.write(self._take, limit)
        except Exception:  # whichever it was is found, put off and reported one by one
            log.info("not all lanes could be begun together", exc_info=True)
            return await self._store.write(self._take_each, limit)

    def _take(self, tx: Transaction, limit: int) -> list[HoldingWork]:
        leases = tx.lease_lanes(LaneKind.HOLDINGS, self._holder, None, LEASE, limit)
        return _begin(self._service.unit(tx, TIME), leases) if leases else []

    def _take_each(self, tx: Transaction, limit: int) -> list[HoldingWork]:
        unit = self._service.unit(tx, TIME)
        works = []
        for lease in tx.lease_lanes(LaneKind.HOLDINGS, self._holder, None, LEASE, limit):
            try:
                with tx.savepoint():
                    works += _begin(unit, [lease])
            except Exception:  # one bad row must not stop the other lanes
                log.exception("a lane's work could not be begun", extra={"lane": lease.lane})
                tx.release_lane(lease, unit.now, unit.now + AFTER_FAULT)
        return works

    async def do(self, work: HoldingWork) -> None:
        """Call the connector and settle."""
        step = holdings.next_step(work.holding)
        assert step is not None, "only holdings with a step are taken"
        try:
            async with asyncio.timeout_at(calls_until()):
                hold = await self._call(work, step)
        except TimeoutError:
            error: Exception = Retry("The system did not answer in time.")
        except Exception as failed:  # noqa: BLE001 - anybody's code; its faults are counted
            error = failed
        else:
            await self._settled(self._settle, work, step, hold)
            return
        if not isinstance(error, ConnectorError):
            log.error("a connector failed", exc_info=error, extra={"holding": work.holding.id})
        await self._settled(self._fail, work, step, error)

    async def _call(self, work: HoldingWork, step: Step) -> Hold:
        holding = work.holding
        connector = self._connectors.get(holding.connector)
        if connector is None:
            raise Refused(f"No connector is called {holding.connector}.")
        account = holding.account or await connector.find(work.person)
        if account is None:
            if step is Step.REVOKE:
                return Hold(account="", state=HoldState.ABSENT)
            raise Refused(f"{work.person.name} has no account there.")
        call = connector.grant if step is Step.GRANT else connector.revoke
        refuse_when_late()
        return await call(work.target, account)

    async def _settled(
        self,
        settle: Callable[[Transaction, HoldingWork, Step, A, bool], None],
        work: HoldingWork,
        step: Step,
        answer: A,
    ) -> None:
        """Store an answer with what it means for assignments; if that fails, the answer alone."""
        try:
            await self._store.write(settle, work, step, answer, True)
        except Exception:  # a rule that fails must not lose an answer; its wake is counted
            log.exception("what an answer means could not be stored with it")
            await self._store.write(settle, work, step, answer, False)

    def _settle(
        self, tx: Transaction, work: HoldingWork, step: Step, hold: Hold, looking: bool
    ) -> None:
        unit = self._service.unit(tx, TIME)
        claimed = _locked(unit, work)
        if claimed is None:
            return
        holding = claimed.holding
        pending = hold.state is HoldState.PENDING
        if step is Step.GRANT:
            after = holdings.granted(
                holding, account=hold.account, pending=pending, changed=hold.changed, now=unit.now
            )
        else:
            after = holdings.revoked(holding, pending=pending, now=unit.now)
        if after.task_open:
            _show_task(unit, after)
        elif not pending:
            activity = "access.granted" if step is Step.GRANT else "access.removed"
            unit.audit_holding(activity, after, claimed=claimed)
        _store_settled(unit, work, claimed, after, looking=looking)

    def _fail(
        self, tx: Transaction, work: HoldingWork, step: Step, error: Exception, looking: bool
    ) -> None:
        unit = self._service.unit(tx, TIME)
        claimed = _locked(unit, work)
        if claimed is None:
            return
        problem = f"The connector failed: {type(error).__name__}."
        if isinstance(error, ConnectorError):
            problem = error.message
        after = holdings.failed(
            claimed.holding,
            step,
            _failure(error),
            problem,
            after=error.after if isinstance(error, Retry) else None,
            jitter=self._ids.jitter(),
            now=unit.now,
        )
        if after.given_up:
            unit.audit_holding("access.not_granted", after, after.problem or "", claimed)
        if holdings.alarming(after, now=unit.now):
            _alarm(unit, after)
        _store_settled(unit, work, claimed, after, looking=looking, rest=_rest_after(error))


def _begin(unit: Unit, leases: Sequence[Lease]) -> list[HoldingWork]:
    """The first due holding of each lane, its attempt written down.

    A lane where nothing is to be done, or only to be reminded of, is given back.
    """
    heads = unit.tx.head_holdings(leases)
    works, looked_at = [], []
    for lease in leases:
        holding = heads.get(lease.lane)
        if holding is not None and holdings.next_step(holding) is not None:
            works.append(_begun(unit, lease, holding))
            continue
        unit.tx.release_lane(lease, unit.now, unit.now)
        if holding is not None:
            looked_at.append(_looked_at(unit, holding))
    unit.save_holdings([*looked_at, *(work.holding for work in works)])
    return works


def _begun(unit: Unit, lease: Lease, holding: Holding) -> HoldingWork:
    """What is to be done with a holding, its attempt begun."""
    person = unit.tx.person(holding.person_id) or _unknown(holding.person_id)
    resource = unit.configured.resource_of(holding)
    label = resource.target_label if resource else holding.target
    target = Target(id=holding.target, role=holding.role, label=label)
    begun = holdings.begin(holding, lease_ends_at=lease.ends_at)
    return HoldingWork(lease=lease, holding=begun, target=target, person=person)


def _looked_at(unit: Unit, holding: Holding) -> Holding:
    """A holding there is nothing to be done with but to remind of its task, if one is open."""
    if not holding.task_open:
        return holdings.rest(holding)
    told = _remind_of_task(unit, holding)
    if _administrators(unit) not in told and holdings.alarming(holding, now=unit.now):
        _alarm(unit, holding)
    return holdings.reminded(holding, now=unit.now)


def _locked(unit: Unit, work: HoldingWork) -> Claimed | None:
    """The holding as it is now, unless the lane has been taken from us."""
    claimed = unit.tx.lock_claimed(work.holding.id)
    return claimed if unit.tx.still_leased(work.lease) else None


def _rest_after(error: Exception) -> timedelta:
    """How long the lane rests: what nobody knows the end of may still happen, and come between.

    A grant that arrives late must not arrive after the removal that followed it, nor an old list
    of a group's members over a new one.
    """
    told = isinstance(error, (Refused, Gone)) or (isinstance(error, Retry) and error.after)
    return timedelta() if told else FAR_SIDE


def _store_settled(
    unit: Unit,
    work: HoldingWork,
    claimed: Claimed,
    after: Holding,
    *,
    looking: bool,
    rest: timedelta = timedelta(),
) -> None:
    unit.save_holdings([after])
    unit.tx.touch_cards([after.id], unit.now)
    unit.tx.release_lane(work.lease, unit.now, unit.now + rest)
    if looking:
        unit.look_at_claimants(claimed, after)
    else:
        claimants = [each.assignment.id for each in claimed.claimants]
        unit.tx.wake_assignments(unit.now, ids=claimants)


def _failure(error: Exception) -> Failure:
    match error:
        case Retry():
            return Failure.RETRY
        case Gone():
            return Failure.GONE
        case Refused():
            return Failure.REFUSED
        case _:
            return Failure.FAULT


def _show_task(unit: Unit, holding: Holding) -> None:
    cards = [
        Card(
            kind=CardKind.TASK,
            subject_id=holding.id,
            part=holding.generation,
            audience=audience,
        )
        for audience in facts.task_audiences(unit.tx, unit.configured, holding)
    ]
    unit.tx.show_cards(cards, unit.now)


def _remind_of_task(unit: Unit, holding: Holding) -> tuple[Audience, ...]:
    """Remind whoever is asked to do it now, and answer who that is."""
    audiences = facts.task_audiences(unit.tx, unit.configured, holding)
    stamp = f"{unit.now.timestamp():.0f}"
    notices = [
        Notice(
            key=f"holding/{holding.id}/{holding.generation}/reminder/{stamp}/{audience.key}",
            kind=NoticeKind.TASK_REMINDER,
            audience=audience,
            subject_id=holding.id,
            detail=str(holding.generation),
        )
        for audience in audiences
    ]
    unit.tx.add_notices(notices, unit.now)
    _show_task(unit, holding)
    return audiences


def _alarm(unit: Unit, holding: Holding) -> None:
    """Tell the administrators once for each time what is wanted changed."""
    notice = Notice(
        key=f"holding/{holding.id}/{holding.generation}/removal-failing",
        kind=NoticeKind.REMOVAL_FAILING,
        audience=_administrators(unit),
        subject_id=holding.id,
    )
    unit.tx.add_notices([notice], unit.now)


def _administrators(unit: Unit) -> Audience:
    return Audience(channel_id=unit.configured.organization.admin_channel)


def _unknown(person_id: PersonId) -> Person:
    """Somebody the mirror has lost; a removal must still go through."""
    return Person(id=person_id, name=str(person_id), kind=PersonKind.MEMBER, active=False)
