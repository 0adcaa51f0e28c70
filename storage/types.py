"""How moments, durations and values are stored: the same on both databases.

SQLite gives back naive datetimes whatever one asks for, and PostgreSQL keeps microseconds that
SQLite may not; so a moment is a number of milliseconds since 1970 UTC in both, and a naive datetime
is refused before it reaches either. A moment is cut to its millisecond; the moment to wake at is
rounded up, for whoever wakes a fraction early finds nothing due and would wake again and again.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970, cut. Raises `ValueError` for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone cannot be stored: {moment!r}")
    return (moment - EPOCH) // MILLISECOND


def to_millis_up(moment: datetime) -> int:
    """Milliseconds since 1970, rounded up. Raises `ValueError` for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone cannot be stored: {moment!r}")
    return -((EPOCH - moment) // MILLISECOND)


def from_millis(millis: int) -> datetime:
    """The moment, aware, UTC."""
    return EPOCH + millis * MILLISECOND


class UtcMillis(TypeDecorator[datetime]):
    """An aware moment as BIGINT milliseconds UTC; comes back aware, in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Refuse naive moments."""
        return None if value is None else to_millis(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Always aware."""
        return None if value is None else from_millis(value)


class WakeMillis(UtcMillis):
    """A moment to wake at: rounded up to the millisecond."""

    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Refuse naive moments."""
        return None if value is None else to_millis_up(value)


Body = Text().with_variant(JSONB(), "postgresql")
"""A value as JSON text made by `codec`. SQL looks into it for an account only (`uses.used_of`)."""
