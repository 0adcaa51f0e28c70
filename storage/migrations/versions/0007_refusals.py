"""How often a message was refused, apart from how often it was tried.

Revision 0007, after 0006. Only adds: processes of the version before go on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.add_column(
        "messages", sa.Column("refusals", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
