"""What the database says when a key is taken, as the engine's word for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from engine.application.ports import Conflict

UNIQUE_VIOLATION = "23505"
"""PostgreSQL's code."""


@contextmanager
def keys_checked() -> Iterator[None]:
    """Raise `Conflict` when what is done inside meets a key that exists already."""
    try:
        yield
    except IntegrityError as error:
        if key_taken(error):
            raise Conflict(str(error.orig)) from error
        raise


def key_taken(error: IntegrityError) -> bool:
    """Whether a unique key was the reason."""
    if getattr(error.orig, "sqlstate", None) == UNIQUE_VIOLATION:
        return True
    return "UNIQUE constraint failed" in str(error.orig)
