"""Access reviews: their runs, lines and answers, and what is counted of them.

Revision 0002, after 0001. Only adds: processes of the version before go on working, except that
they leave `people.department_key` as it is; the next reading of the directory puts it right.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BODY = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SORTED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
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


def _wakes() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.Column("wake_errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("parked_at", sa.BigInteger(), nullable=True),
    ]


def upgrade() -> None:
    """Add what is new."""
    _add_departments()
    _index(
        "assignments_active_by_policy", "assignments", ["policy_id", "id"], where="ended_at IS NULL"
    )
    _create_series_and_runs()
    _create_reviewers()
    _create_lines()
    _create_decisions()


def _add_departments() -> None:
    op.add_column("people", sa.Column("department_key", sa.String(), nullable=True))
    department = "json_extract(body, '$.department')"
    if op.get_bind().dialect.name == "postgresql":
        department = "body ->> 'department'"
    op.execute(f"UPDATE people SET department_key = nullif(trim({department}), '')")  # noqa: S608
    _index(
        "people_by_department",
        "people",
        ["department_key", "kind", "active"],
        where="department_key IS NOT NULL",
    )


def _create_series_and_runs() -> None:
    op.create_table(
        "review_series",
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("package_id", sa.String(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("body", BODY, nullable=False),
        *_wakes(),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("review_series_pkey")),
    )
    _index("review_series_due", "review_series", ["wake_at"], where="wake_at IS NOT NULL")
    _index("review_series_parked", "review_series", ["parked_at"], where="parked_at IS NOT NULL")
    op.create_table(
        "review_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("package_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=4), nullable=False),
        sa.Column("body", BODY, nullable=False),
        *_wakes(),
        sa.PrimaryKeyConstraint("id", name=op.f("review_runs_pkey")),
        postgresql_with=BUSY,
    )
    _index(
        "review_runs_one_per_occurrence",
        "review_runs",
        ["policy_id", "occurrence"],
        where="occurrence IS NOT NULL",
        unique=True,
    )
    _index("review_runs_due", "review_runs", ["wake_at"], where="wake_at IS NOT NULL")
    _index("review_runs_parked", "review_runs", ["parked_at"], where="parked_at IS NOT NULL")
    _index("review_runs_open_by_policy", "review_runs", ["policy_id"], where="closed_at IS NULL")
    op.create_index("review_runs_by_package", "review_runs", ["package_id", "id"])
    op.create_index("review_runs_by_reference", "review_runs", ["reference"])


def _create_reviewers() -> None:
    op.create_table(
        "review_reviewers",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("asked", SORTED, nullable=False),
        sa.Column("person_id", SORTED, nullable=False),
        sa.Column("own_assignment_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint(
            "review_id", "asked", "person_id", name=op.f("review_reviewers_pkey")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("review_reviewers_by_person", "review_reviewers", ["person_id", "review_id"])
    op.create_table(
        "review_departments",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("recommendation", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("colleagues", sa.Integer(), nullable=False),
        sa.Column("holding", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", "department", name=op.f("review_departments_pkey")),
        sqlite_with_rowid=False,
    )


def _create_lines() -> None:
    op.create_table(
        "review_lines",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("name_key", SORTED, nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("asked", SORTED, nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("recommendation", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("gone", sa.String(), nullable=True),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.Column("apply_result", sa.String(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("review_id", "assignment_id", name=op.f("review_lines_pkey")),
        postgresql_with=BUSY,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "review_lines_by_asked",
        "review_lines",
        ["review_id", "asked", "waiting", "name_key", "assignment_id"],
    )
    op.create_table(
        "review_tallies",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("asked", SORTED, nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("recommendation", sa.String(), nullable=False),
        sa.Column("undecided", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("dont_know", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "review_id",
            "asked",
            "department",
            "recommendation",
            name=op.f("review_tallies_pkey"),
        ),
        postgresql_with=BUSY,
        sqlite_with_rowid=False,
    )
    op.create_index("review_tallies_by_asked", "review_tallies", ["asked", "review_id"])


def _create_decisions() -> None:
    op.create_table(
        "review_decisions",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("review_decisions_pkey")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "review_decisions_by_line", "review_decisions", ["review_id", "assignment_id", "id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION review_decisions_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'review_decisions is append-only'; END $$
            """
        )
        op.execute(
            """
            CREATE TRIGGER review_decisions_append_only
            BEFORE UPDATE OR DELETE OR TRUNCATE ON review_decisions
            FOR EACH STATEMENT EXECUTE FUNCTION review_decisions_is_append_only()
            """
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""
            CREATE TRIGGER review_decisions_append_only_{verb.lower()}
            BEFORE {verb} ON review_decisions
            BEGIN SELECT RAISE(ABORT, 'review_decisions is append-only'); END
            """
        )
