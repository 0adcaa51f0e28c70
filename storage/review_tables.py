"""The tables of access reviews; the laws of `storage.tables` hold here too.

A run may have a hundred thousand lines, so nothing that is shown counts them: `review_tallies` has
how many lines stand how, for each mark (who is asked, see `review_lines.asked_person`), department
and recommendation, written in the transaction that changes the lines, under the lock of their run.
Lines are written by the thousand, without foreign keys: their run and assignment are never deleted.
On SQLite such tables lie in the order of their key, without a second copy of it.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from storage.tables import BUSY, metadata, some_rows, waking_columns
from storage.types import Body, UtcMillis, WakeMillis

Sorted = String().with_variant(String(collation="C"), "postgresql")
"""Text that is put in order and compared by its bytes, on both databases alike."""
Identity = BigInteger().with_variant(Integer, "sqlite")

review_series = Table(
    "review_series",
    metadata,
    Column("policy_id", String, primary_key=True),
    Column("package_id", String, nullable=False),
    Column("next_at", UtcMillis),
    Column("body", Body, nullable=False),
    *waking_columns(),
    some_rows("review_series_due", "wake_at", where="wake_at IS NOT NULL"),
    some_rows("review_series_parked", "parked_at", where="parked_at IS NOT NULL"),
)
"""When each policy is reviewed next."""

review_runs = Table(
    "review_runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("policy_id", String, nullable=False),
    Column("package_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("occurrence", UtcMillis),
    Column("stage", Integer, nullable=False),
    Column("opened_at", UtcMillis),
    Column("closed_at", UtcMillis),
    Column("reference", String(4), nullable=False),
    Column("body", Body, nullable=False),
    *waking_columns(),
    some_rows(
        "review_runs_one_per_occurrence",
        "policy_id",
        "occurrence",
        unique=True,
        where="occurrence IS NOT NULL",
    ),
    some_rows("review_runs_due", "wake_at", where="wake_at IS NOT NULL"),
    some_rows("review_runs_parked", "parked_at", where="parked_at IS NOT NULL"),
    some_rows("review_runs_open_by_policy", "policy_id", where="closed_at IS NULL"),
    Index("review_runs_by_package", "package_id", "id"),
    Index("review_runs_by_reference", "reference"),
    postgresql_with=BUSY,
)
"""`reference`: the last four characters of the id, in lower case."""

review_reviewers = Table(
    "review_reviewers",
    metadata,
    Column("review_id", String, primary_key=True),
    Column("asked", Sorted, primary_key=True),
    Column("person_id", Sorted, primary_key=True),
    Column("own_assignment_id", String),
    Index("review_reviewers_by_person", "person_id", "review_id"),
    sqlite_with_rowid=False,
)
"""Who is in the pools of a run. Follows the run's `pools`, which remain the truth.
`own_assignment_id`: the reviewer's own line in the run, which is not theirs to review."""

review_departments = Table(
    "review_departments",
    metadata,
    Column("review_id", String, primary_key=True),
    Column("department", String, primary_key=True),
    Column("recommendation", String, nullable=False),
    Column("why", String, nullable=False),
    Column("colleagues", Integer, nullable=False),
    Column("holding", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""What is recommended for the people of a department, and why: the same for all of them.
`department` is empty for those who have none; `recommendation` where there is none."""

review_lines = Table(
    "review_lines",
    metadata,
    Column("review_id", String, primary_key=True),
    Column("assignment_id", String, primary_key=True),
    Column("target_id", String, nullable=False),
    Column("name_key", Sorted, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("asked", Sorted, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("department", String, nullable=False),
    Column("recommendation", String, nullable=False),
    Column("used_at", UtcMillis),
    Column("use_complete", Boolean),
    Column("verdict", String),
    Column("reason", Text),
    Column("decided_by", String),
    Column("decided_at", UtcMillis),
    Column("gone", String),
    Column("gone_at", UtcMillis),
    Column("apply_result", String),
    Column("problem", Text),
    Index("review_lines_by_asked", "review_id", "asked", "waiting", "name_key", "assignment_id"),
    postgresql_with=BUSY,
    sqlite_with_rowid=False,
)
"""`waiting`: has no answer in its stage and has not fallen out. `use_complete`: whether every right
is told of, empty where none is; `used_at`: the latest use of those that are."""

review_tallies = Table(
    "review_tallies",
    metadata,
    Column("review_id", String, primary_key=True),
    Column("asked", Sorted, primary_key=True),
    Column("department", String, primary_key=True),
    Column("recommendation", String, primary_key=True),
    Column("undecided", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("dont_know", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Index("review_tallies_by_asked", "asked", "review_id"),
    postgresql_with=BUSY,
    sqlite_with_rowid=False,
)
"""How many lines stand how. A line that goes on to the next stage leaves one row for another."""

review_decisions = Table(
    "review_decisions",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("review_id", String, nullable=False),
    Column("assignment_id", String, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("verdict", String),
    Column("reason", Text, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", UtcMillis, nullable=False),
    Index("review_decisions_by_line", "review_id", "assignment_id", "id"),
    sqlite_autoincrement=True,
)
"""Every answer ever given, append-only by trigger. `verdict` is empty where an administrator
cleared the answers."""

review_places = Table(
    "review_places",
    metadata,
    Column("review_id", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    Column("place", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Where each reviewer is in the form, in the form's own words; gone when the stage closes."""

use_listings = Table(
    "use_listings",
    metadata,
    Column("connector", String, primary_key=True),
    Column("target", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("wake_at", WakeMillis),
    Column("told_at", UtcMillis),
    Column("failed_at", UtcMillis),
    Column("problem", Text),
    some_rows("use_listings_due", "wake_at", where="wake_at IS NOT NULL"),
)
"""Rights of which a system was asked when they were last used. `wake_at`: when to ask, and, while
somebody asks, when another may. `number`: of the listing that was begun last."""

last_uses = Table(
    "last_uses",
    metadata,
    Column("connector", String, primary_key=True),
    Column("target", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("used_at", UtcMillis),
    sqlite_with_rowid=False,
)
"""When each account last used a right, as its system says; empty: never, as far as it knows."""
