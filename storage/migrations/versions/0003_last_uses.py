"""When access was last used, for reviewers to see; and reviews found in the audit.

Revision 0003, after 0002. Only adds: processes of the version before go on working, and the lines
they write say nothing of any use.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _index(name: str, table: str, columns: list[str], *, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    """Add what is new."""
    op.add_column("review_lines", sa.Column("used_at", sa.BigInteger(), nullable=True))
    op.add_column("review_lines", sa.Column("use_complete", sa.Boolean(), nullable=True))
    op.create_table(
        "use_listings",
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("connector", "target", "role", name=op.f("use_listings_pkey")),
    )
    _index("use_listings_due", "use_listings", ["wake_at"], where="wake_at IS NOT NULL")
    op.create_table(
        "last_uses",
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "connector", "target", "role", "account", name=op.f("last_uses_pkey")
        ),
        sqlite_with_rowid=False,
    )
    _index("audit_of_reviews", "audit", ["at"], where="activity LIKE 'review.%'")
