"""The statements that take lanes, by our clock or by PostgreSQL's."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    case,
    cast,
    extract,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from storage import tables as t
from storage.bound import RIDERS
from storage.reader import locked
from storage.types import WakeMillis

_L = t.lanes.c
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
