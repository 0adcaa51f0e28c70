"""Where each reviewer is in the form of a review.

Revision 0006, after 0005. Only adds: processes of the version before go on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "review_places",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", "person_id", name=op.f("review_places_pkey")),
        sqlite_with_rowid=False,
    )
