"""What following the directory needs to remember: jobs that failed, people still to be read.

Revision 0004, after 0003. Only adds: processes of the version before go on working, except that a
job of theirs that fails is not tried again before its next turn.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.add_column("jobs", sa.Column("claimed_until", sa.BigInteger(), nullable=True))
    op.add_column(
        "jobs", sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("jobs", sa.Column("done_at", sa.BigInteger(), nullable=True))
    op.add_column("people", sa.Column("version", sa.BigInteger(), nullable=True))
    op.add_column(
        "people", sa.Column("unread", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    condition = sa.text("unread")
    op.create_index(
        "people_unread", "people", ["id"], sqlite_where=condition, postgresql_where=condition
    )
    op.create_table(
        "remembered",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("remembered_pkey")),
    )
