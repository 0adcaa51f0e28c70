"""When access was last used: listings of rights, account by account.

A listing is stored in parts, each in a transaction of its own. Its number is on every row it wrote;
when it is complete, what an earlier one wrote and this one did not is removed. So what is stored of
somebody is never older than the last complete listing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    String,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)

from engine.application.connectors import Use
from engine.application.use_ports import Right, UseListing
from storage import review_tables as t
from storage import tables
from storage.bound import upsert
from storage.codec import clean
from storage.reader import locked
from storage.review_runs import ReviewRunWrites
from storage.types import UtcMillis, WakeMillis

_G, _U = t.use_listings.c, t.last_uses.c
_C, _H = tables.claims.c, tables.holdings.c
_NOW = bindparam("now", type_=WakeMillis)
_AT = bindparam("at", type_=UtcMillis)
_COLUMNS = (_G.connector, _G.target, _G.role, _G.number, _G.told_at, _G.failed_at)
_THIS = and_(
    _G.connector == bindparam("of_connector"),
    _G.target == bindparam("of_target"),
    _G.role == bindparam("of_role"),
)
_STILL_OURS = and_(_THIS, _G.number == bindparam("of_number"))
_KNOWN = select(*_COLUMNS).where(
    tuple_(_G.connector, _G.target, _G.role).in_(bindparam("rights", expanding=True))
)
_DUE = locked(
    select(*_COLUMNS).where(_G.wake_at <= _NOW).order_by(_G.wake_at).limit(bindparam("most")),
    skip=True,
)
_BEGIN = (
    update(t.use_listings)
    .where(_THIS)
    .values(number=_G.number + 1, wake_at=bindparam("until", type_=WakeMillis))
)
_OURS = locked(select(_G.number).where(_STILL_OURS))
_TOLD = (
    update(t.use_listings)
    .where(_STILL_OURS)
    .values(wake_at=None, told_at=_AT, failed_at=None, problem=None)
)
_FAILED = (
    update(t.use_listings)
    .where(_STILL_OURS)
    .values(wake_at=None, failed_at=_AT, problem=bindparam("said"))
)
_FORGET = delete(t.last_uses).where(
    _U.connector == bindparam("of_connector"),
    _U.target == bindparam("of_target"),
    _U.role == bindparam("of_role"),
    _U.number != bindparam("of_number"),
)


class UseWrites(ReviewRunWrites):
    """Listings of last uses."""

    def use_listings(self, rights: Iterable[Right]) -> dict[Right, UseListing]:
        """What is known of these; nothing of those that were never asked for."""
        asked = {"rights": [tuple(right) for right in sorted(set(rights))]}
        if not asked["rights"]:
            return {}
        found = [_listing(row) for row in self.conn.execute(_KNOWN, asked)]
        return {listing.right: listing for listing in found}

    def ask_uses(self, rights: Iterable[Right], now: datetime) -> None:
        """Have these listed as soon as possible, unless they are being listed."""
        rows = [{**right._asdict(), "number": 0, "wake_at": now} for right in sorted(set(rights))]
        statement = upsert(t.use_listings, self.postgres)
        statement = statement.on_conflict_do_update(
            index_elements=["connector", "target", "role"],
            set_={"wake_at": statement.excluded.wake_at},
            where=_G.wake_at.is_(None),
        )
        if rows:
            self.conn.execute(statement, rows)
            self.note_wake(now)

    def take_use_listings(
        self, now: datetime, lease: timedelta, limit: int
    ) -> tuple[UseListing, ...]:
        """Begin listings that are due; whoever does not end one in time loses it to another."""
        due = [_listing(row) for row in self.conn.execute(_DUE, {"now": now, "most": limit})]
        for listing in due:
            self.conn.execute(_BEGIN, _of(listing) | {"until": now + lease})
        return tuple(
            UseListing(right=listing.right, number=listing.number + 1, told_at=listing.told_at)
            for listing in due
        )

    def save_uses(self, listing: UseListing, uses: Iterable[Use]) -> bool:
        """Store a part of a listing; False when a later listing has begun."""
        if self.conn.execute(_OURS, _of(listing)).one_or_none() is None:
            return False
        latest = {use.account: use.at for use in uses}
        rows = [
            {
                **listing.right._asdict(),
                "account": clean(account),
                "number": listing.number,
                "used_at": at,
            }
            for account, at in sorted(latest.items())
        ]
        statement = upsert(t.last_uses, self.postgres)
        statement = statement.on_conflict_do_update(
            index_elements=["connector", "target", "role", "account"],
            set_={name: statement.excluded[name] for name in ("number", "used_at")},
        )
        if rows:
            self.conn.execute(statement, rows)
        return True

    def end_use_listing(self, listing: UseListing, problem: str, now: datetime) -> None:
        """The listing is complete, and whom it did not name is not known any more; or it failed."""
        ours = _of(listing)
        if problem:
            self.conn.execute(_FAILED, ours | {"at": now, "said": clean(problem)})
        elif self.conn.execute(_OURS, ours).one_or_none() is not None:
            self.conn.execute(_FORGET, ours)
            self.conn.execute(_TOLD, ours | {"at": now})


def used_of(some: CTE, *, postgres: bool) -> CTE:
    """When each of these assignments was last used, and how many of its rights are told of.

    Listings older than `fresh_from` are not believed. The account is looked up in the body: in a
    column of its own it would be missing from what processes of an earlier version write.
    """
    account: ColumnElement[str] = func.json_extract(_H.body, "$.account")
    if postgres:
        account = _H.body.op("->>", return_type=String)(literal_column("'account'"))
    same = and_(
        _G.connector == _H.connector,
        _G.target == _H.target,
        _G.role == _H.role,
        _G.told_at >= bindparam("fresh_from", type_=UtcMillis),
    )
    theirs = and_(
        _U.connector == _G.connector,
        _U.target == _G.target,
        _U.role == _G.role,
        _U.account == account,
    )
    return (
        select(
            _C.assignment_id,
            func.max(_U.used_at).label("used_at"),
            func.count(_U.account).label("told"),
            func.count().label("rights"),
        )
        .select_from(some)
        .join(tables.claims, and_(_C.assignment_id == some.c.id, _C.active))
        .join(tables.holdings, _H.id == _C.holding_id)
        .outerjoin(t.use_listings, same)
        .outerjoin(t.last_uses, theirs)
        .group_by(_C.assignment_id)
        .cte("used")
    )


def _listing(row: Sequence[Any]) -> UseListing:
    connector, target, role, number, told_at, failed_at = row
    return UseListing(
        right=Right(connector, target, role), number=number, told_at=told_at, failed_at=failed_at
    )


def _of(listing: UseListing) -> dict[str, Any]:
    right = listing.right
    return {
        "of_connector": right.connector,
        "of_target": right.target,
        "of_role": right.role,
        "of_number": listing.number,
    }
