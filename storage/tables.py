"""Every table, from what is configured to what is audited.

Three laws:

- A moment is `UtcMillis`; naive datetimes are refused. No column takes its value from the
  database's clock: moments come from the transaction.
- What wakes by itself has `wake_at`, written in the same UPDATE as the state it follows from, with
  an index over the rows that have one. Ten failures park a row: `parked_at` set, `wake_at` empty.
- Keys say the rules. A unique index is named after the rule it protects, so that a command that
  runs twice, or at the same moment as another, ends the same.

Columns bear the names of the domain's fields (`mapping`); what SQL never looks into is in `body`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from storage.types import Body, UtcMillis, WakeMillis

BUSY = {"fillfactor": 85, "autovacuum_vacuum_scale_factor": 0.02}
"""PostgreSQL: room for the next version of a row beside it, and early cleaning."""

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)


def some_rows(name: str, *columns: str, unique: bool = False, where: str) -> Index:
    """An index over the rows of which the condition holds, the same on both databases."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def waking_columns() -> tuple[Column[object], ...]:
    """The columns of a row that wakes by itself."""
    return (
        Column("version", Integer, nullable=False, server_default="1"),
        Column("wake_at", WakeMillis),
        Column("wake_errors", Integer, nullable=False, server_default="0"),
        Column("problem", Text),
        Column("parked_at", UtcMillis),
    )


# What is configured, and the mirror of the directory --------------------------------------------

configurations = Table(
    "configurations",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", UtcMillis, nullable=False),
    Column("applied_by", String, nullable=False),
    Column("source", String, nullable=False),
    Column("body", Body, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("email_key", String),
    Column("manager_id", String),
    Column("department_key", String),
    Column("version", BigInteger),
    Column("unread", Boolean, nullable=False, server_default=false()),
    Column("body", Body, nullable=False),
    Index("people_by_email", "email_key"),
    some_rows("people_unread", "id", where="unread"),
    some_rows(
        "people_by_department",
        "department_key",
        "kind",
        "active",
        where="department_key IS NOT NULL",
    ),
)
"""`email_key` and `department_key` repeat what the body says, for finding and counting by it.
`version`: the directory's own, by which an older word is told from a newer one. `unread`: the
custom fields did not come along, those known before stay, and they are still to be read."""

groups = Table(
    "groups",
    metadata,
    Column("id", String, primary_key=True),
    Column("handle", String, nullable=False),
    Column("name", String, nullable=False),
    Column("active", Boolean, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", String, ForeignKey("groups.id"), primary_key=True),
    Column("person_id", String, primary_key=True),
    Index("group_members_by_person", "person_id"),
)

channels = Table(
    "channels",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("is_archived", Boolean, nullable=False),
)

# Requests ---------------------------------------------------------------------------------------

requests = Table(
    "requests",
    metadata,
    Column("id", String, primary_key=True),
    Column("request_type", String, nullable=False),
    Column("state", String, nullable=False),
    Column("package_id", String, nullable=False),
    Column("package_name", String, nullable=False),
    Column("policy_id", String, nullable=False),
    Column("requestor_id", String, nullable=False),
    Column("target_id", String, nullable=False),
    Column("assignment_id", String),
    Column("submitted_at", UtcMillis, nullable=False),
    Column("closed_at", UtcMillis),
    Column("delivered_at", UtcMillis),
    Column("runs", Body, nullable=False),
    Column("body", Body, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("reference", String(4), nullable=False),
    *waking_columns(),
    some_rows(
        "requests_one_open_per_target_and_package",
        "target_id",
        "package_id",
        unique=True,
        where="is_open",
    ),
    some_rows("requests_due", "wake_at", where="wake_at IS NOT NULL"),
    some_rows("requests_parked", "parked_at", where="parked_at IS NOT NULL"),
    some_rows("requests_open_by_package", "package_id", where="is_open"),
    Index("requests_by_target", "target_id", "id"),
    Index("requests_by_requestor", "requestor_id", "id"),
    Index("requests_by_state", "state", "id"),
    some_rows("requests_by_assignment", "assignment_id", where="assignment_id IS NOT NULL"),
    Index("requests_by_reference", "reference"),
    postgresql_with=BUSY,
)
"""`is_open`: asks for access or more time, and was not delivered yet. `reference`: the last four
characters of the id, in lower case."""

approvals = Table(
    "approvals",
    metadata,
    Column("request_id", String, ForeignKey("requests.id"), primary_key=True),
    Column("stage_number", Integer, primary_key=True, autoincrement=False),
    Column("person_id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("asked_at", UtcMillis, nullable=False),
    Column("decide_until", UtcMillis, nullable=False),
    Column("verdict", String),
    Column("decided_at", UtcMillis),
    Column("is_open", Boolean, nullable=False),
    some_rows("approvals_waiting", "person_id", "decide_until", where="is_open"),
    postgresql_with=BUSY,
)
"""Who is asked in which stage, and what they said: one decision per person and stage. Follows the
request's `runs`, which remain the truth."""

# Assignments and what they give -----------------------------------------------------------------

assignments = Table(
    "assignments",
    metadata,
    Column("id", String, primary_key=True),
    Column("package_id", String, nullable=False),
    Column("policy_id", String, nullable=False),
    Column("target_id", String, nullable=False),
    Column("request_id", String, ForeignKey("requests.id"), nullable=False),
    Column("removal_request_id", String, ForeignKey("requests.id")),
    Column("state", String, nullable=False),
    Column("starts_at", UtcMillis, nullable=False),
    Column("ends_at", UtcMillis),
    Column("delivered_at", UtcMillis),
    Column("ended_at", UtcMillis),
    Column("level", Boolean, nullable=False),
    Column("body", Body, nullable=False),
    *waking_columns(),
    CheckConstraint("(state = 'expired') = (ended_at IS NOT NULL)", name="expired_is_ended"),
    some_rows(
        "assignments_one_active_per_target_and_package",
        "target_id",
        "package_id",
        unique=True,
        where="ended_at IS NULL",
    ),
    some_rows("assignments_due", "wake_at", where="wake_at IS NOT NULL"),
    some_rows("assignments_parked", "parked_at", where="parked_at IS NOT NULL"),
    some_rows("assignments_active_by_package", "package_id", where="ended_at IS NULL"),
    some_rows("assignments_active_by_policy", "policy_id", "id", where="ended_at IS NULL"),
    postgresql_with=BUSY,
)

holdings = Table(
    "holdings",
    metadata,
    Column("id", String, primary_key=True),
    Column("connector", String, nullable=False),
    Column("target", String, nullable=False),
    Column("role", String, nullable=False),
    Column("person_id", String, nullable=False),
    Column("wanted", Boolean, nullable=False),
    Column("seen", String, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("given_up", Boolean, nullable=False),
    Column("next_at", WakeMillis),
    Column("changed_at", UtcMillis, nullable=False),
    Column("lane", String, nullable=False),
    Column("body", Body, nullable=False),
    Index(
        "holdings_one_per_person_and_right",
        "person_id",
        "connector",
        "target",
        "role",
        unique=True,
    ),
    some_rows("holdings_due", "lane", "next_at", where="next_at IS NOT NULL"),
    postgresql_with=BUSY,
)

claims = Table(
    "claims",
    metadata,
    Column("assignment_id", String, ForeignKey("assignments.id"), primary_key=True),
    Column("holding_id", String, ForeignKey("holdings.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Index("claims_by_holding", "holding_id"),
)
"""Which assignment gives which holdings; a dropped claim stays, inactive."""

# What is shown and said -------------------------------------------------------------------------

messages = Table(
    "messages",
    metadata,
    Column("key", String, primary_key=True),
    Column("lane", String, nullable=False),
    Column("is_card", Boolean, nullable=False),
    Column("kind", String, nullable=False),
    Column("subject_id", String, nullable=False),
    Column("part", Integer, nullable=False),
    Column("person_id", String),
    Column("channel_id", String),
    Column("detail", Text, nullable=False),
    Column("queue_number", BigInteger),
    Column("touched", Boolean, nullable=False),
    Column("retry_at", WakeMillis),
    Column("sending_since", UtcMillis),
    Column("attempts", Integer, nullable=False),
    Column("refusals", Integer, nullable=False, server_default=text("0")),
    Column("problem", Text),
    Column("given_up", Boolean, nullable=False),
    Column("channel", String),
    Column("ts", String),
    Column("digest", String),
    CheckConstraint("(person_id IS NULL) <> (channel_id IS NULL)", name="one_audience"),
    some_rows("messages_waiting", "lane", "queue_number", where="queue_number IS NOT NULL"),
    some_rows("messages_cards_by_subject", "subject_id", where="is_card"),
    some_rows("messages_tasks_by_person", "person_id", where="kind = 'task'"),
    postgresql_with=BUSY,
)
"""Cards and notices; `is_card` is true of notices that follow their subject as well. Waiting while
`queue_number` is set: the place in the lane. `touched`: the card's subject changed while it was
being sent, so it must be sent once more. `refusals`: how many of its `attempts` failed for reasons
of its own. A notice's row stays for ever: its key is why it is said only once."""

lanes = Table(
    "lanes",
    metadata,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    Column("holder", String),
    Column("lease_number", BigInteger, nullable=False),
    Column("not_before", WakeMillis),
    Column("wake_at", WakeMillis),
    some_rows("lanes_due", "kind", "wake_at", where="wake_at IS NOT NULL"),
    postgresql_with=BUSY,
)
"""What is worked off in order, one thing at a time. While `holder` is set, `wake_at` is the end of
its lease and belongs to the holder: new work must not move it."""

# Repeats ----------------------------------------------------------------------------------------

jobs = Table(
    "jobs",
    metadata,
    Column("name", String, primary_key=True),
    Column("wake_at", WakeMillis, nullable=False),
    Column("claimed_until", WakeMillis),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("done_at", UtcMillis),
)
"""What recurs. While it is being done, `claimed_until` is set; past it, whoever did it has died.
`done_at`: when it was last done well; `failures`: how often it has failed since."""

remembered = Table(
    "remembered",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Single things to know again at the next start: which workspace this is, who the people file
named."""

brake = Table(
    "brake",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("released_until", UtcMillis, nullable=False),
)
"""At most one row: until when an administrator said that many endings are right."""

# Audit ------------------------------------------------------------------------------------------

Identity = BigInteger().with_variant(Integer, "sqlite")

audit = Table(
    "audit",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("xid", BigInteger, nullable=False),
    Column("at", UtcMillis, nullable=False),
    Column("actor", String, nullable=False),
    Column("activity", String, nullable=False),
    Column("request_id", String),
    Column("assignment_id", String),
    Column("target_id", String),
    Column("entry", Text, nullable=False),
    some_rows("audit_by_request", "request_id", where="request_id IS NOT NULL"),
    some_rows("audit_by_assignment", "assignment_id", where="assignment_id IS NOT NULL"),
    some_rows("audit_of_reviews", "at", where="activity LIKE 'review.%'"),
    Index("audit_in_commit_order", "xid", "id"),
    sqlite_autoincrement=True,
)
"""Append-only, by trigger. `entry` is the canonical text that is sealed; the other columns repeat
parts of it to find it by. `xid`: PostgreSQL's transaction number, 0 on SQLite."""

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed_at", UtcMillis, nullable=False),
    Column("upto_xid", BigInteger, nullable=False),
    Column("upto_id", BigInteger, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("root", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)
"""Each seals the rows after the one before it: `root` over the rows, `seal` over `root` and the
seal before."""
