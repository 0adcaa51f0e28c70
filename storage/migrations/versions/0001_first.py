"""The first schema.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BODY = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BUSY = {"fillfactor": 85, "autovacuum_vacuum_scale_factor": 0.02}


def _index(name: str, table: str, columns: list[str], *, where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def upgrade() -> None:
    """Create everything."""
    _create_tables()
    _forbid_changes("audit")
    _forbid_changes("audit_seals")


def _forbid_changes(table: str) -> None:
    """Append-only: the database itself refuses to change or remove a row."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"""
            CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{table} is append-only'; END $$
            """
        )
        op.execute(
            f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()
            """
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_append_only_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
            """
        )


def _create_tables() -> None:
    op.create_table(
        "audit",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("assignment_id", sa.String(), nullable=True),
        sa.Column("target_id", sa.String(), nullable=True),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_pkey")),
        sqlite_autoincrement=True,
    )
    _index("audit_by_assignment", "audit", ["assignment_id"], where="assignment_id IS NOT NULL")
    _index("audit_by_request", "audit", ["request_id"], where="request_id IS NOT NULL")
    op.create_index("audit_in_commit_order", "audit", ["xid", "id"], unique=False)
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("upto_xid", sa.BigInteger(), nullable=False),
        sa.Column("upto_id", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("audit_seals_pkey")),
    )
    op.create_table(
        "brake",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("released_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("brake_pkey")),
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("channels_pkey")),
    )
    op.create_table(
        "configurations",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_by", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("configurations_pkey")),
    )
    op.create_table(
        "events_seen",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("events_seen_pkey")),
    )
    op.create_index("events_seen_by_age", "events_seen", ["seen_at"], unique=False)
    op.create_table(
        "groups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("groups_pkey")),
    )
    op.create_table(
        "holdings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("holdings_pkey")),
        postgresql_with=BUSY,
    )
    _index("holdings_due", "holdings", ["lane", "next_at"], where="next_at IS NOT NULL")
    op.create_index(
        "holdings_one_per_person_and_right",
        "holdings",
        ["person_id", "connector", "target", "role"],
        unique=True,
    )
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wake_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("jobs_pkey")),
    )
    op.create_table(
        "lanes",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("lease_number", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("lanes_pkey")),
        postgresql_with=BUSY,
    )
    _index("lanes_due", "lanes", ["kind", "wake_at"], where="wake_at IS NOT NULL")
    op.create_table(
        "messages",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("is_card", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("channel_id", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("queue_number", sa.BigInteger(), nullable=True),
        sa.Column("touched", sa.Boolean(), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=True),
        sa.Column("sending_since", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (channel_id IS NULL)", name=op.f("messages_one_audience")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("messages_pkey")),
        postgresql_with=BUSY,
    )
    _index("messages_cards_by_subject", "messages", ["subject_id"], where="is_card")
    _index("messages_tasks_by_person", "messages", ["person_id"], where="kind = 'task'")
    _index(
        "messages_waiting", "messages", ["lane", "queue_number"], where="queue_number IS NOT NULL"
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("manager_id", sa.String(), nullable=True),
        sa.Column("body", BODY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("people_pkey")),
    )
    op.create_index("people_by_email", "people", ["email_key"], unique=False)
    op.create_table(
        "requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("request_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("package_id", sa.String(), nullable=False),
        sa.Column("package_name", sa.String(), nullable=False),
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("requestor_id", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=True),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("runs", BODY, nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(length=4), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.Column("wake_errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("parked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("requests_pkey")),
        postgresql_with=BUSY,
    )
    _index(
        "requests_by_assignment", "requests", ["assignment_id"], where="assignment_id IS NOT NULL"
    )
    op.create_index("requests_by_reference", "requests", ["reference"], unique=False)
    op.create_index("requests_by_requestor", "requests", ["requestor_id", "id"], unique=False)
    op.create_index("requests_by_state", "requests", ["state", "id"], unique=False)
    op.create_index("requests_by_target", "requests", ["target_id", "id"], unique=False)
    _index("requests_due", "requests", ["wake_at"], where="wake_at IS NOT NULL")
    _index(
        "requests_one_open_per_target_and_package",
        "requests",
        ["target_id", "package_id"],
        where="is_open",
        unique=True,
    )
    _index("requests_open_by_package", "requests", ["package_id"], where="is_open")
    _index("requests_parked", "requests", ["parked_at"], where="parked_at IS NOT NULL")
    op.create_table(
        "approvals",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("stage_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decide_until", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("approvals_request_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "request_id", "stage_number", "person_id", name=op.f("approvals_pkey")
        ),
        postgresql_with=BUSY,
    )
    _index("approvals_waiting", "approvals", ["person_id", "decide_until"], where="is_open")
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("package_id", sa.String(), nullable=False),
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("removal_request_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.Boolean(), nullable=False),
        sa.Column("body", BODY, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.Column("wake_errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("parked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'expired') = (ended_at IS NOT NULL)",
            name=op.f("assignments_expired_is_ended"),
        ),
        sa.ForeignKeyConstraint(
            ["removal_request_id"],
            ["requests.id"],
            name=op.f("assignments_removal_request_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("assignments_request_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("assignments_pkey")),
        postgresql_with=BUSY,
    )
    _index("assignments_active_by_package", "assignments", ["package_id"], where="ended_at IS NULL")
    _index("assignments_due", "assignments", ["wake_at"], where="wake_at IS NOT NULL")
    _index(
        "assignments_one_active_per_target_and_package",
        "assignments",
        ["target_id", "package_id"],
        where="ended_at IS NULL",
        unique=True,
    )
    _index("assignments_parked", "assignments", ["parked_at"], where="parked_at IS NOT NULL")
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("group_members_group_id_fkey")
        ),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("group_members_pkey")),
    )
    op.create_index("group_members_by_person", "group_members", ["person_id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("holding_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("claims_assignment_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["holdings.id"], name=op.f("claims_holding_id_fkey")
        ),
        sa.PrimaryKeyConstraint("assignment_id", "holding_id", name=op.f("claims_pkey")),
    )
    op.create_index("claims_by_holding", "claims", ["holding_id"], unique=False)
