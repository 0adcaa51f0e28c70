"""What every part of a transaction works with: connection, clock, stored configuration."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Table,
    bindparam,
    cast,
    extract,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite

from engine.application.configured import Configured
from engine.application.ports import Clock
from engine.domain.configuration import Configuration
from storage import codec
from storage.errors import Again
from storage.tables import configurations
from storage.types import EPOCH, MILLISECOND, UtcMillis, from_millis


@dataclass(slots=True, kw_only=True)
class Home:
    """What outlives a transaction. The configuration read last is kept: it is large and rare."""

    clock: Clock
    postgres: bool
    only_writer: bool = False
    """Whether nobody else can store a configuration: true of whoever holds a SQLite file's lock."""
    configured: Configured | None = field(default=None)
    audit_base: int = 0
    """What is added to PostgreSQL's transaction numbers in the audit (see `audit.base_of`)."""

    @property
    def own_clock(self) -> bool:
        """Whether moments come from our clock: always on SQLite, and when it can be moved."""
        return not self.postgres or self.clock.movable


class Bound:
    """A connection inside its transaction."""

    def __init__(self, conn: Connection, home: Home) -> None:
        """Nothing is read before it is asked for."""
        self._conn = conn
        self.home = home
        self.postgres = home.postgres
        self._now: datetime | None = None
        self._revision: int | None = None
        self._looked = False
        self._added: Configured | None = None
        self._assumed: Configured | None = None
        self.assuming = False
        """Whether the configuration read last is taken for the stored one until something else is
        read; whoever sets this calls `confirm` at the end."""

    @property
    def conn(self) -> Connection:
        """The connection."""
        return self._conn

    @property
    def added(self) -> Configured | None:
        """The configuration stored by this transaction, if it stored one."""
        return self._added

    def now(self) -> datetime:
        """This moment, to the millisecond; the same for the whole transaction."""
        if self._now is None:
            if self.home.own_clock:
                moment = self.home.clock.now()
                self._now = moment - (moment - EPOCH) % MILLISECOND
            else:
                self._look()
        assert self._now is not None
        return self._now

    def configured(self) -> Configured | None:
        """The stored configuration, read again only when its revision is another."""
        if self._added is not None:
            return self._added
        if self.home.only_writer and self.home.configured is not None:
            return self.home.configured
        if self.assuming and not self._looked and self.home.configured is not None:
            self._assumed = self.home.configured
            return self._assumed
        if not self._looked:
            self._look()
        if self._revision is None:
            return None
        known = self.home.configured
        if known is None or known.revision != self._revision:
            body = self.conn.execute(_BODY, {"revision": self._revision}).scalar_one()
            known = Configured(codec.decode(Configuration, body), self._revision)
            self.home.configured = known
        return known

    def configuration_source(self) -> str | None:
        """The digest of the file that the stored configuration was read from."""
        found: str | None = self.conn.execute(_SOURCE).scalar_one_or_none()
        return found

    def confirm(self) -> None:
        """See that the configuration is the one that was assumed. Raises `Again` if it is not."""
        if self._assumed is not None and not self._looked:
            self._look()

    def written_under(self, revision: int | None) -> None:
        """What was decided under the stored configuration was written under this one.

        Another is stored by somebody whom the statement may have waited for (`hold_decisions`).
        Raises `Again` if it is another; None where nobody else can store one.
        """
        known = self._assumed.revision if self._assumed is not None else self._revision
        if None in (revision, known) or self._added is not None:
            return
        if revision != known:
            self.home.configured = None
            raise Again

    def riding(self, statement: Select[Any]) -> Select[Any]:
        """On PostgreSQL the clock and the revision ride along with another statement."""
        return _with_riders(statement) if self.postgres else statement

    def ridden(self, row: Sequence[Any]) -> None:
        """Take note of what rode along: the last two columns."""
        if self.postgres and not self._looked:
            self._learn(from_millis(row[-2]), row[-1])

    def _learn(self, now: datetime, revision: int | None) -> None:
        if not self.home.own_clock and self._now is None:
            self._now = now
        self._revision, self._looked = revision, True
        if self._assumed is not None and self._assumed.revision != revision:
            self.home.configured = None
            raise Again

    def _look(self) -> None:
        """The database's clock and the configuration's revision, in one statement."""
        if self.home.own_clock:
            self._learn(EPOCH, self.conn.execute(_REVISION).scalar_one())
        else:
            self._learn(*self.conn.execute(_NOW_AND_REVISION).one())


_REVISION = select(func.max(configurations.c.revision))
_SOURCE = select(configurations.c.source).order_by(configurations.c.revision.desc()).limit(1)
"""Of the newest revision."""
_BODY = select(configurations.c.body).where(configurations.c.revision == bindparam("revision"))
_MILLIS = cast(func.floor(extract("epoch", func.clock_timestamp()) * 1000), BigInteger)
RIDERS = (_MILLIS.label("rider_now"), _REVISION.scalar_subquery().label("rider_revision"))
_NOW_AND_REVISION = select(type_coerce(_MILLIS, UtcMillis), _REVISION.scalar_subquery())


@cache
def _with_riders(statement: Select[Any]) -> Select[Any]:
    return statement.add_columns(*RIDERS)


@cache
def upsert(table: Table, postgres: bool) -> Any:
    """An INSERT of this table on which `on_conflict_...` can be said."""
    return postgresql.insert(table) if postgres else sqlite.insert(table)
