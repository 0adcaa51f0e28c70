"""What can be wrong with the database itself, each said in one sentence an operator can act on."""

from sqlalchemy.exc import DBAPIError


class DatabaseFault(Exception):
    """The database cannot be used as it is. The message is the sentence to print."""


class DatabaseUnavailable(DatabaseFault):
    """It cannot be reached, or its address cannot be understood."""


class DatabaseBusy(DatabaseFault):
    """Another process has this SQLite file open for writing."""


class SchemaOutdated(DatabaseFault):
    """Its tables are not those this version works with."""


class Again(BaseException):
    """Somebody was faster in a way only another look can show: the transaction starts over.

    No fault of what was being looked at, so nobody who puts faulty rows aside may catch it.
    """


_WORTH_ANOTHER_TRY = frozenset({"40001", "40P01"})
"""PostgreSQL's codes of a serialization failure and a deadlock."""


def was_overtaken(error: DBAPIError) -> bool:
    """Whether the database undid what it was told because of somebody else's transaction."""
    return getattr(error.orig, "sqlstate", None) in _WORTH_ANOTHER_TRY
