"""Faults planted on purpose: the simulator must find every one, or it proves nothing.

Each is put into the product from outside, for as long as a `with` lasts, the way somebody might
write it by mistake; nothing of the kind stands in the product.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import update

from engine.application.lane_ports import Lease, MessageWork
from engine.domain import holdings
from engine.domain.conversation import Notice
from engine.domain.holdings import Holding
from storage import tables as t
from storage.transaction import SqlTransaction
from tests.simulator.replica import PlainMessenger

Plant = Callable[[], Any]


@contextmanager
def no_look_up() -> Iterator[None]:
    """What may have been sent already is sent again without looking."""

    async def not_found(self: PlainMessenger, work: MessageWork) -> tuple[None, None]:
        return None, None

    with patch.object(PlainMessenger, "_found", not_found):
        yield


@contextmanager
def sending_not_written() -> Iterator[None]:
    """That a message is being sent is not committed before it leaves."""

    class Planted(SqlTransaction):
        def head_messages(self, leases: Iterable[Lease]) -> tuple[MessageWork, ...]:
            works = super().head_messages(leases)
            keys = [work.key for work in works]
            row = update(t.messages).where(t.messages.c.key.in_(keys))
            self.conn.execute(row.values(sending_since=None))
            return works

    with _transactions(Planted):
        yield


@contextmanager
def touching_wakes_leased() -> Iterator[None]:
    """New work for a lane wakes it though somebody works on it."""

    class Planted(SqlTransaction):
        def finish(self) -> None:
            woken = dict(self.outgoing.lanes)
            super().finish()
            for key, (_, at) in sorted((*woken.items(), *self.outgoing.lanes.items())):
                lane = update(t.lanes).where(
                    t.lanes.c.key == key, t.lanes.c.holder.is_not(None), t.lanes.c.wake_at > at
                )
                self.conn.execute(lane.values(wake_at=at))

    with _transactions(Planted):
        yield


@contextmanager
def short_lease() -> Iterator[None]:
    """The lease is hardly longer than the time one call may take to be given up."""
    lease = timedelta(seconds=11)
    with (
        patch("engine.application.messages.LEASE", lease),
        patch("engine.application.deliveries.LEASE", lease),
    ):
        yield


@contextmanager
def no_fencing() -> Iterator[None]:
    """Whoever worked on a lane settles, whoever has it by now."""

    class Planted(SqlTransaction):
        def still_leased(self, lease: Lease) -> bool:
            return True

        def lock_lane(self, lease: Lease) -> bool:
            return True

        def release_lane(self, lease: Lease, now: datetime, not_before: datetime) -> None:
            found = self.conn.execute(t.lanes.select().where(t.lanes.c.key == lease.lane)).one()
            super().release_lane(replace(lease, number=found.lease_number), now, not_before)

    with _transactions(Planted):
        yield


@contextmanager
def notices_by_moment() -> Iterator[None]:
    """A notice's key names the moment, not what happened."""

    class Planted(SqlTransaction):
        def add_notices(self, notices: Iterable[Notice], now: datetime) -> None:
            moved = [replace(one, key=f"{one.key}/{now.timestamp()}") for one in notices]
            super().add_notices(moved, now)

    with _transactions(Planted):
        yield


@contextmanager
def held_before_by_changed() -> Iterator[None]:
    """Access counts as held before whenever a grant found it there."""
    granted = holdings.granted

    def planted(
        holding: Holding, *, account: str, pending: bool, changed: bool, now: datetime
    ) -> Holding:
        after = granted(holding, account=account, pending=pending, changed=changed, now=now)
        return replace(after, held_before=not pending and not changed)

    with patch.object(holdings, "granted", planted):
        yield


@contextmanager
def no_rest() -> Iterator[None]:
    """After a call that nobody answered the lane goes on at once."""
    none = timedelta()
    with (
        patch("engine.application.messages.FAR_SIDE", none),
        patch("engine.application.deliveries.FAR_SIDE", none),
    ):
        yield


@contextmanager
def begun_late() -> Iterator[None]:
    """Whoever was frozen begins its call when it wakes, however late."""

    def never() -> float:
        return float("inf")

    with (
        patch("engine.application.messages.calls_until", never),
        patch("engine.application.deliveries.calls_until", never),
        patch("engine.application.lanes.calls_until", never),
    ):
        yield


@contextmanager
def looked_for_too_late() -> Iterator[None]:
    """A message is looked for from the moment on at which its call was given up."""

    class Planted(SqlTransaction):
        def message_failed(self, work: MessageWork, **failed: Any) -> None:
            super().message_failed(work, **failed)
            if failed["reached"] is not False and work.sending_since is None:
                row = update(t.messages).where(t.messages.c.key == work.key)
                self.conn.execute(row.values(sending_since=failed["now"]))

    with _transactions(Planted):
        yield


def _transactions(planted: type[SqlTransaction]) -> Any:
    return patch("storage.store.SqlTransaction", planted)


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        no_look_up,
        sending_not_written,
        touching_wakes_leased,
        short_lease,
        no_fencing,
        notices_by_moment,
        held_before_by_changed,
        no_rest,
        begun_late,
        looked_for_too_late,
    )
}
