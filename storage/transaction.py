"""One transaction: everything that can be read and written in it, and savepoints."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from engine.domain.conversation import Card, Notice
from storage.errors import Again, was_overtaken
from storage.together import Together


class SqlTransaction(Together):
    """`engine.application.ports.Transaction` over a connection that has begun."""

    def show_cards(self, cards: Iterable[Card], now: datetime) -> None:
        """Make sure these cards exist and are up to date; wakes their lanes."""
        self.outgoing.show(cards, now)

    def touch_cards(self, subject_ids: Iterable[str], now: datetime) -> None:
        """Bring every card of these subjects up to date; wakes their lanes."""
        self.outgoing.subjects |= dict.fromkeys(subject_ids, now)

    def touch_some_cards(
        self, subject_id: str, after: str, limit: int, now: datetime
    ) -> str | None:
        """Bring the next cards of this subject up to date; the last one's key, None at the end."""
        return self.outgoing.touch_some(self.conn, subject_id, after, limit, now)

    def add_notices(self, notices: Iterable[Notice], now: datetime) -> None:
        """Say these, each once for ever by its key; wakes their lanes."""
        self.outgoing.say(notices, now)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is done inside is undone when an exception leaves it."""
        conn = self.conn
        before, added = self.outgoing.copy(), self._added
        try:
            with conn.begin_nested():
                yield
                self.write_saved()
        except BaseException as error:
            self.outgoing, self._added = before, added
            self.forget()
            if isinstance(error, DBAPIError) and was_overtaken(error):
                raise Again from error
            raise
