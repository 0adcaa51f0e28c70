"""Runs migrations on the connection that `storage.schema` hands over, in its transaction."""

from alembic import context

from storage.review_tables import review_runs  # noqa: F401 - completes the metadata
from storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
