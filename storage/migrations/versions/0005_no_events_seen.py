"""A table that nothing ever wrote goes: what repeats is told by the keys of what it made.

Revision 0005, after 0004. Processes of the version before do not know the table either.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop it, with its index."""
    op.drop_table("events_seen")
