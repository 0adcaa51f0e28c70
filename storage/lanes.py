"""Lanes: who works on what, one thing at a time, in order, paced, and fenced.

Theory of operation
-------------------
A lane is leased for longer than one attempt can take. The lease has a number that grows with each:
what a holder wants to write down after its lease passed to another is refused, for the number is
no longer the lane's. While a lane is leased its `wake_at` is the end of the lease; new work leaves
it alone, or the lane would be taken from under its holder.

Before a message leaves, `sending_since` is committed. So after a crash only what was being sent is
in doubt, and whoever finds it looks whether it arrived before sending it again.

On PostgreSQL a lane is locked before its next work is looked for, in a statement of its own: a
statement that had to wait for the lock would go on with what it saw before it waited, and could
put a lane to sleep beside work that was queued meanwhile.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Table,
    bindparam,
    case,
    func,
    null,
    select,
    update,
)

from engine.application.lane_ports import LaneKind, Lease, MessageWork
from engine.application.lanes import FAR_SIDE
from engine.domain.conversation import Audience
from engine.domain.holdings import Holding
from engine.domain.ids import ChannelId, PersonId
from storage import tables as t
from storage.bound import Home
from storage.codec import clean
from storage.conflicts import keys_checked
from storage.errors import Again
from storage.leases import (
    BEGUN_BY_THE_DEAD,
    HEAD_HOLDINGS,
    HEAD_MESSAGES,
    LEASE,
    LEASE_BY_THEIR_CLOCK,
    LEASED_UNDER,
    SENDING,
)
from storage.leaving import LOCK_LANES, give_back, leave, locks
from storage.outgoing import Outgoing
from storage.reader import HOLDING, PERSON, SqlReader, locked
from storage.types import MILLISECOND, UtcMillis

_L, _M, _H, _C = t.lanes.c, t.messages.c, t.holdings.c, t.claims.c
NOBODYS = -1
"""The number of a lease that nobody has."""

_NUMBERS = (
    select(_L.key, LEASED_UNDER)
    .where(_L.key.in_(bindparam("keys", expanding=True)))
    .order_by(_L.key)
)
_LOCKED_NUMBERS = locked(_NUMBERS)

_others = t.messages.alias("others")
_AT_THE_END = (
    select(func.max(_others.c.queue_number) + 1)
    .where(_others.c.lane == _M.lane, _others.c.queue_number.is_not(None))
    .correlate(t.messages)
    .scalar_subquery()
)
_SHOWN = (
    update(t.messages)
    .where(_M.key == bindparam("of"))
    .values(
        channel=bindparam("shown_channel"),
        ts=bindparam("shown_ts"),
        digest=bindparam("shown_digest"),
        queue_number=case((_M.touched, _AT_THE_END), else_=null()),
        touched=False,
        sending_since=None,
        retry_at=None,
        attempts=0,
        refusals=0,
        problem=None,
    )
)
_FAILED = (
    update(t.messages)
    .where(_M.key == bindparam("of"))
    .values(
        queue_number=case((_M.touched | bindparam("again"), _M.queue_number), else_=null()),
        given_up=~(_M.touched | bindparam("again")),
        sending_since=case(
            (bindparam("not_sent"), bindparam("since", type_=UtcMillis)), else_=_M.sending_since
        ),
        retry_at=bindparam("not_before"),
        refusals=_M.refusals + bindparam("refused", type_=Integer),
        problem=bindparam("said"),
    )
)


class LaneWork(SqlReader):
    """Leasing lanes, their heads, and what came of them."""

    def __init__(self, conn: Connection, home: Home) -> None:
        """With nothing collected yet."""
        super().__init__(conn, home)
        self.outgoing = Outgoing()
        self.seen_leases: dict[str, int | None] = {}
        """The number each lane was leased under when it was looked at, not locked."""
        self.wakes_now = False
        """Whether something written here is due at once."""

    @property
    def conn(self) -> Connection:
        """The connection, for anything; what was saved is written first."""
        self.write_saved()
        return self._conn

    def asking(self, *tables: Table) -> Connection:
        """The connection, for a statement to which only these of the saved tables matter."""
        if any(self.outgoing.saved[table] for table in tables):
            self.write_saved()
        return self._conn

    def write_saved(self) -> None:
        """Write what was saved so far. Raises `Conflict` when a key is taken."""
        if any(self.outgoing.saved.values()):
            self._write(self.outgoing.take_saved())

    def lease_lanes(
        self, kind: LaneKind, holder: str, now: datetime | None, lease: timedelta, limit: int
    ) -> tuple[Lease, ...]:
        """Take due lanes, skipping those others hold; `now` is this moment if it is not given."""
        if now is None and self.postgres and not self.home.own_clock and self._now is None:
            return self._lease_by_their_clock(kind, holder, lease, limit)
        now = now or self.now()
        ends_at = now + lease
        asked = {"lane_kind": str(kind), "now": now, "most": limit}
        taken = self.conn.execute(LEASE, {**asked, "new_holder": holder, "until": ends_at})
        numbers = _by_lane(taken)
        self.outgoing.held |= numbers
        self.outgoing.fences |= numbers
        return tuple(
            Lease(lane=lane, number=number, ends_at=ends_at) for lane, number in numbers.items()
        )

    def _lease_by_their_clock(
        self, kind: LaneKind, holder: str, lease: timedelta, limit: int
    ) -> tuple[Lease, ...]:
        """The same by the database's clock, which rides along."""
        asked = {
            "lane_kind": str(kind),
            "most": limit,
            "new_holder": holder,
            "for_millis": lease // MILLISECOND,
        }
        rows = self.conn.execute(LEASE_BY_THEIR_CLOCK, asked).all()
        if not rows:
            return ()
        self.ridden(rows[0])
        numbers = _by_lane(rows)
        self.outgoing.held |= numbers
        self.outgoing.fences |= numbers
        return tuple(
            Lease(lane=row.key, number=row.lease_number, ends_at=row.wake_at) for row in rows
        )

    def still_leased(self, lease: Lease) -> bool:
        """Whether the lane is still ours.

        It is locked only at the end, after everything a command may lock; if it passed to another
        meanwhile, the transaction starts over and this is False.
        """
        number = self.outgoing.held.get(lease.lane)
        if number is None and lease.lane in self.seen_leases:
            number = self.seen_leases[lease.lane]
        elif number is None:
            found = self.asking().execute(_NUMBERS, {"keys": [lease.lane]}).one_or_none()
            number = found.lease_number if found is not None else None
        if number == lease.number:
            self.outgoing.fences[lease.lane] = lease.number
        return number == lease.number

    def lock_lane(self, lease: Lease) -> bool:
        """Lock the lane, for whoever locks nothing else; whether it is still ours."""
        if lease.lane not in self.outgoing.held:
            found = self.conn.execute(self.riding(_LOCKED_NUMBERS), {"keys": [lease.lane]}).all()
            if found:
                self.ridden(found[0])
            self.outgoing.held |= {lease.lane: NOBODYS, **_by_lane(found)}
        return self.outgoing.held[lease.lane] == lease.number

    def head_messages(self, leases: Iterable[Lease]) -> tuple[MessageWork, ...]:
        """Of lanes leased just now: mark the first waiting message as being sent, and return it."""
        by_lane = {lease.lane: lease for lease in leases}
        asked = {"lanes": sorted(by_lane), "now": self.now()}
        rows = self.conn.execute(HEAD_MESSAGES, asked).all()
        if rows:
            keys = [row.key for row in rows]
            self.conn.execute(SENDING, {"keys": keys, "since": self.now()})
        return tuple(self._work(by_lane[row.lane], row) for row in rows)

    def _work(self, lease: Lease, row: Any) -> MessageWork:
        return MessageWork(
            lease=lease,
            key=row.key,
            is_card=row.is_card,
            kind=row.kind,
            subject_id=row.subject_id,
            part=row.part,
            audience=Audience(
                person_id=PersonId(row.person_id) if row.person_id else None,
                channel_id=ChannelId(row.channel_id) if row.channel_id else None,
            ),
            detail=row.detail,
            channel=row.channel,
            ts=row.ts,
            digest=row.digest,
            sending_since=row.sending_since,
            attempts=row.attempts,
            refusals=row.refusals,
        )

    def message_shown(
        self,
        work: MessageWork,
        *,
        channel: str,
        ts: str,
        digest: str,
        now: datetime,  # noqa: ARG002 - the port's
    ) -> None:
        """It is there as rendered; touched again meanwhile, it waits at the lane's end.

        Nothing is written when the lane has passed to another.
        """
        if not self.lock_lane(work.lease):
            return
        shown = {
            "shown_channel": channel or None,
            "shown_ts": ts or None,
            "shown_digest": digest or None,
        }
        self.conn.execute(_SHOWN, {"of": work.key, **shown})

    def message_failed(
        self,
        work: MessageWork,
        *,
        problem: str,
        retry_at: datetime | None,
        reached: bool | None,
        refused: bool,
        now: datetime,  # noqa: ARG002 - the port's
    ) -> None:
        """It is not there, or nobody knows. `retry_at` None gives it up, until it is touched.

        Surely not sent (`reached` False), it is in doubt only if an earlier attempt left it so.
        Else it is in doubt since the moment before it was sent, which `head_message` wrote down.
        """
        if not self.lock_lane(work.lease):
            return
        failed = {
            "again": retry_at is not None,
            "not_sent": reached is False,
            "since": work.sending_since,
            "not_before": retry_at,
            "refused": int(refused),
            "said": clean(problem),
        }
        self.conn.execute(_FAILED, {"of": work.key, **failed})

    def head_holdings(self, leases: Iterable[Lease]) -> dict[str, Holding]:
        """Of lanes leased just now: the first due holding, removals before grants, by lane; locked.

        One that somebody else is changing is left out; the lane wakes again for it.
        """
        asked = {"lanes": sorted(lease.lane for lease in leases), "now": self.now()}
        heads: dict[str, Holding] = {}
        for row in self.conn.execute(HEAD_HOLDINGS, asked):
            heads[row.lane] = holding = HOLDING.from_row(row)
            theirs = row[len(HOLDING.columns) :]
            self.people_seen[holding.person_id] = (
                PERSON.from_row(theirs) if theirs[0] is not None else None
            )
        return heads

    def release_lane(self, lease: Lease, now: datetime, not_before: datetime) -> None:  # noqa: ARG002
        """Give the lane back at the end of this transaction.

        It wakes for its next work, but not before that moment, nor does new work wake it before.
        """
        self.outgoing.releases[lease.lane] = (lease.number, not_before)

    def free_leases(self) -> None:
        """End every lease at once: whoever held them died with their process (SQLite only).

        What they had begun need not rest until their lease would have ended, only for as long as
        the far side may still take with it.
        """
        self.conn.execute(BEGUN_BY_THE_DEAD, {"rested": self.now() + FAR_SIDE})
        held = update(t.lanes).where(_L.holder.is_not(None))
        self.conn.execute(held.values(holder=None, wake_at=self.now()))
        begun = update(t.jobs).where(t.jobs.c.claimed_until.is_not(None))
        self.conn.execute(begun.values(claimed_until=self.now()))

    def finish(self) -> None:
        """Write what was collected; the last thing before COMMIT. Raises `Again`, `Conflict`."""
        self._check_fences()
        outgoing = self.outgoing
        for lane in self._ours() - {row["lane"] for row in outgoing.messages.values()}:
            outgoing.lanes.pop(lane, None)
        self._write(outgoing)
        for lane in sorted(outgoing.releases):
            wakes_at = give_back(self._conn, lane, *outgoing.releases[lane])
            if wakes_at is not None and wakes_at <= self.now():
                self.wakes_now = True

    def _write(self, outgoing: Outgoing) -> None:
        if outgoing:
            base = self.home.audit_base if self.postgres else None
            with keys_checked():
                left = leave(self._conn, outgoing, self.now(), base=base)
            self.wakes_now = self.wakes_now or left.due
            self.written_under(left.revision)

    def leave_approvals(self) -> None:
        """Write what is known so far about who is asked, for somebody who looks for it now."""
        if self.outgoing.approvals or self.outgoing.gone:
            asked = self.outgoing.take_saved()
            asked.approvals, self.outgoing.approvals = self.outgoing.approvals, {}
            asked.gone, self.outgoing.gone = self.outgoing.gone, set()
            self._write(asked)

    def _ours(self) -> set[str]:
        """Lanes that are leased to us: their next moment is the lease's end, or found at release.

        A holding saved in one of them has no need to wake it.
        """
        return set(self.outgoing.fences)

    def _check_fences(self) -> None:
        """Lock every lane this transaction writes, and see that ours are still ours."""
        outgoing = self.outgoing
        ours = set(outgoing.fences) | set(outgoing.releases)
        if not self.postgres or ours <= set(outgoing.held):
            return
        found = self.asking().execute(LOCK_LANES, locks(outgoing, ours)).all()
        if any(row.overlooked for row in found):
            raise Again
        numbers = _by_lane(found)
        if any(numbers.get(lane) != number for lane, number in outgoing.fences.items()):
            raise Again


def _by_lane(rows: Iterable[Any]) -> dict[str, int]:
    """The number each lane is leased under; one that was given back is leased under none."""
    return {row.key: row.lease_number for row in rows if row.lease_number is not None}
