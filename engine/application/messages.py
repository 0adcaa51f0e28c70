"""The lanes of conversations: cards are shown and notices said, as the state is when sending.

A card touched again while it is being sent stays waiting and is drawn once more. One that may have
arrived is looked for before it is sent again. A message to somebody who is gone is given up and
logged. So is one that is wrong in itself, and one that ten times was refused for reasons of its own
or could not even be drawn; of these administrators are told. An outage is waited for without end,
and says nothing of the message.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.application.lane_ports import LaneKind, MessageWork
from engine.application.lanes import FAR_SIDE, LEASE, PACE, calls_until, holder_name
from engine.application.ports import MessageFailed, Messenger, Shown, Store, Transaction
from engine.domain.conversation import Audience, Notice, NoticeKind

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
MOST_REFUSALS = 10
"""Of a message that fails for reasons of its own."""


class Messages:
    """Carries messages to the messenger."""

    def __init__(self, store: Store, messenger: Messenger, *, pace: timedelta = PACE) -> None:
        """Pace is the least time between two posts in one conversation; an update is no post."""
        self._store = store
        self._messenger = messenger
        self._pace = pace
        self._holder = holder_name()

    async def take(self, limit: int) -> Sequence[MessageWork]:
        """Lease due conversations; each with its first waiting message."""
        return await self._store.write(self._take, limit)

    def _take(self, tx: Transaction, limit: int) -> Sequence[MessageWork]:
        leases = tx.lease_lanes(LaneKind.MESSAGES, self._holder, None, LEASE, limit)
        if not leases:
            return []
        works = tx.head_messages(leases)
        for lease in set(leases) - {work.lease for work in works}:
            tx.release_lane(lease, tx.now(), tx.now())
        return works

    async def do(self, work: MessageWork) -> None:
        """Show it and settle."""
        rest = timedelta()
        try:
            async with asyncio.timeout_at(calls_until()):
                shown = await self._messenger.show(work)
        except TimeoutError:
            failure = MessageFailed("no answer in time", retry_after=None)
            rest = FAR_SIDE
        except MessageFailed as failed:
            failure = failed
        except Exception as fault:  # it must not keep everything behind it waiting for ever
            log.exception("a message could not be drawn", extra={"key": work.key})
            failure = MessageFailed(type(fault).__name__, retry_after=None, counts=True)
        else:
            await self._store.write(self._settle, work, shown)
            return
        log.warning("a message was not shown", extra={"key": work.key, "why": failure.problem})
        await self._store.write(self._fail, work, failure, rest)

    def _settle(self, tx: Transaction, work: MessageWork, shown: Shown | None) -> None:
        if not tx.lock_lane(work.lease):
            return
        now = tx.now()
        posted = shown is not None and shown.ts != work.ts
        tx.message_shown(
            work,
            channel=shown.channel if shown else work.channel or "",
            ts=shown.ts if shown else work.ts or "",
            digest=shown.digest if shown else work.digest or "",
            now=now,
        )
        tx.release_lane(work.lease, now, now + self._pace if posted else now)

    def _fail(
        self, tx: Transaction, work: MessageWork, failure: MessageFailed, rest: timedelta
    ) -> None:
        if not tx.lock_lane(work.lease):
            return
        now = tx.now()
        exhausted = failure.counts and work.refusals + 1 >= MOST_REFUSALS
        give_up = failure.give_up or exhausted
        doubled = FIRST_PAUSE * 2 ** min(work.attempts, 10)
        retry_at = now + max(rest, failure.retry_after or min(doubled, LONGEST_PAUSE))
        tx.message_failed(
            work,
            problem=failure.problem,
            retry_at=None if give_up else retry_at,
            reached=failure.reached,
            refused=failure.counts,
            now=now,
        )
        if give_up and failure.counts:
            _tell_parked(tx, work, now)
        tx.release_lane(work.lease, now, now if give_up else retry_at)


def _tell_parked(tx: Transaction, work: MessageWork, now: datetime) -> None:
    """Tell the administrators, unless it is what they were to be told that cannot be said."""
    configured = tx.configured()
    if configured is None or work.kind == NoticeKind.ROW_PARKED:
        return
    notice = Notice(
        key=f"{work.key}/parked/{now.timestamp():.0f}",
        kind=NoticeKind.ROW_PARKED,
        audience=Audience(channel_id=configured.organization.admin_channel),
        subject_id=work.key,
        detail="message",
    )
    tx.add_notices([notice], now)
