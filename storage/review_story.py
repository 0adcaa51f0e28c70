"""What the audit tells of one review, found by the time the review lasted."""

from sqlalchemy import and_, bindparam, func, select, text

from engine.application.audit import AuditEntry
from engine.application.review_queries import ReviewStory
from engine.domain.reviews import ReviewRun
from storage import codec
from storage import tables as t
from storage.reader import SqlReader

_A = t.audit.c
_OF_IT = and_(
    text("activity LIKE 'review.%'"),  # as the index `audit_of_reviews` says it
    _A.at >= bindparam("since"),
    _A.entry.like(bindparam("named")),
)
_LATEST = select(_A.entry).where(_OF_IT).order_by(_A.id.desc()).limit(bindparam("most"))
_COUNT = select(func.count()).select_from(t.audit).where(_OF_IT)


def story_of(reader: SqlReader, run: ReviewRun, limit: int) -> ReviewStory:
    """The latest rows, oldest first, and how many there are."""
    asked = {"since": run.opens_at, "named": f'%"review":"{run.id}"%'}
    found = reader.conn.execute(_LATEST, {**asked, "most": limit}).scalars().all()
    return ReviewStory(
        run=run,
        entries=tuple(codec.decode(AuditEntry, entry) for entry in reversed(found)),
        total=reader.conn.execute(_COUNT, asked).scalar_one(),
    )
