"""The statements that take lanes, by our clock or by PostgreSQL's, and the first work of each."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    case,
    cast,
    exists,
    extract,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from engine.domain.holdings import Seen
from storage import tables as t
from storage.bound import RIDERS
from storage.reader import HOLDING, PERSON, locked
from storage.types import UtcMillis, WakeMillis

_L, _M, _H = t.lanes.c, t.messages.c, t.holdings.c
_NOW = bindparam("now", type_=WakeMillis)
_THEIR_NOW = cast(func.floor(extract("epoch", func.statement_timestamp()) * 1000), BigInteger)
"""The database's clock when the statement began."""


def _lease(now: ColumnElement[Any], until: ColumnElement[Any]) -> ReturningUpdate[Any]:
    due = locked(
        select(_L.key)
        .where(_L.kind == bindparam("lane_kind"), _L.wake_at <= now)
        .order_by(_L.wake_at)
        .limit(bindparam("most")),
        skip=True,
    ).cte("due")
    return (
        update(t.lanes)
        .where(_L.key.in_(select(due.c.key)))
        .values(
            holder=bindparam("new_holder"),
            lease_number=_L.lease_number + 1,
            wake_at=until,
        )
        .returning(_L.key, _L.lease_number, _L.wake_at)
    )


LEASE = _lease(bindparam("now", type_=WakeMillis), bindparam("until", type_=WakeMillis))
LEASE_BY_THEIR_CLOCK = _lease(
    type_coerce(_THEIR_NOW, WakeMillis),
    type_coerce(_THEIR_NOW + bindparam("for_millis", type_=BigInteger), WakeMillis),
).returning(*RIDERS)
LEASED_UNDER = case((_L.holder.is_not(None), _L.lease_number)).label("lease_number")
"""The number a lane is leased under; empty when nobody has it."""

_THESE_LANES = _L.key.in_(bindparam("lanes", expanding=True))
_waiting, _due = t.messages.alias("waiting"), t.holdings.alias("due")
_FIRST_WAITING = (
    select(_waiting.c.key)
    .where(_waiting.c.lane == _L.key, _waiting.c.queue_number.is_not(None))
    .order_by(_waiting.c.queue_number, _waiting.c.key)
    .limit(1)
    .correlate(t.lanes)
    .scalar_subquery()
)
HEAD_MESSAGES = (
    select(t.messages)
    .select_from(t.lanes.join(t.messages, _M.key == _FIRST_WAITING))
    .where(_THESE_LANES, or_(_M.retry_at.is_(None), _M.retry_at <= _NOW))
)
SENDING = (
    update(t.messages)
    .where(_M.key.in_(bindparam("keys", expanding=True)))
    .values(
        sending_since=func.coalesce(_M.sending_since, bindparam("since", type_=UtcMillis)),
        attempts=_M.attempts + 1,
        touched=False,
    )
)

_FIRST_DUE = (
    select(_due.c.id)
    .where(_due.c.lane == _L.key, _due.c.next_at <= _NOW)
    .order_by(_due.c.wanted, _due.c.next_at, _due.c.id)
    .limit(1)
    .correlate(t.lanes)
    .scalar_subquery()
)
HEAD_HOLDINGS = (
    select(*HOLDING.columns, *PERSON.columns, _H.lane)
    .select_from(t.lanes.join(t.holdings, _H.id == _FIRST_DUE))
    .outerjoin(t.people, t.people.c.id == _H.person_id)
    .where(_THESE_LANES)
    .with_for_update(key_share=True, skip_locked=True, of=t.holdings)
)
"""With the person each is of, whom whoever brings it level has to know."""

BEGUN_BY_THE_DEAD = (
    update(t.holdings)
    .where(
        _H.seen == Seen.UNKNOWN,
        _H.next_at > bindparam("rested", type_=WakeMillis()),
        exists().where(_L.key == _H.lane, _L.holder.is_not(None), _L.wake_at == _H.next_at),
    )
    .values(next_at=bindparam("rested", type_=WakeMillis()))
)
"""What was begun under a lease whose holder has died: it is looked at again once it has rested."""
