"""The database: tables, transactions, migrations; SQLite and PostgreSQL behind one door.

Start at `store.py`: a transaction is a synchronous function over a connection, so that nothing slow
can hide in it. `transaction.py` is everything such a function can do, layer upon layer: `bound`
(connection, clock, configuration), `reader`, `lanes`, `requests`, `assignments`, `repeats`,
`wakes`, `audit`, `mirror`. `tables.py` has every table and the rules its keys protect; `mapping.py`
turns rows into the domain's values. `queries.py` is the read side; `agenda.py` says what
comes next by itself, `counts.py` what only an operator asks.
"""

from storage.errors import DatabaseBusy, DatabaseFault, DatabaseUnavailable, SchemaOutdated
from storage.queries import StoreQueries
from storage.review_queries import ReviewStoreQueries
from storage.store import DatabaseStore, check_schema, migrate, open_store

__all__ = [
    "DatabaseBusy",
    "DatabaseFault",
    "DatabaseStore",
    "DatabaseUnavailable",
    "ReviewStoreQueries",
    "SchemaOutdated",
    "StoreQueries",
    "check_schema",
    "migrate",
    "open_store",
]
