"""What a transaction leaves to be shown, said, granted and remembered; written just before COMMIT.

Cards, notices, woken lanes and audit rows are collected while the command runs and written together
at its end: a handful of statements however many rules asked for something, and the lanes locked
last, all at once, in the order of their keys. That order is what keeps transactions that touch the
same people's lanes from waiting for one another in a ring; no lane is ever locked before a request,
an assignment or a holding, except by whoever skips what others hold.

Values are made storable when they are given, so that nothing here can fail for one row's sake.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select

from engine.application.lane_ports import LaneKind
from engine.domain.conversation import FOLLOWING, Audience, Card, Notice
from storage import tables as t
from storage.codec import clean
from storage.saved import SAVED, SavedRow

Row = dict[str, Any]


@dataclass(slots=True)
class Outgoing:
    """The collected rows of one transaction."""

    saved: dict[Table, dict[Hashable, SavedRow]] = field(
        default_factory=lambda: {table: {} for table in SAVED}
    )
    """Rows of the tables that are saved whole, the last of each, by table and key."""
    messages: dict[str, Row] = field(default_factory=dict)
    """Cards and notices by key, in the order they were asked for."""
    subjects: dict[str, datetime] = field(default_factory=dict)
    """Subjects all of whose cards must be brought up to date, and since when."""
    lanes: dict[str, tuple[LaneKind, datetime]] = field(default_factory=dict)
    """Lanes to wake, and when."""
    approvals: dict[tuple[str, int, str], Row] = field(default_factory=dict)
    """For whom requests wait and who decided, by request, stage and person."""
    gone: set[tuple[str, int, str]] = field(default_factory=set)
    """The same that are to be deleted."""
    audit: list[Row] = field(default_factory=list)
    claimed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Holdings settled here, with the assignments they matter to, as far as they were known."""
    fences: dict[str, int] = field(default_factory=dict)
    """Lanes found to be leased under this number, which must still be so at the end."""
    releases: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """Lanes to give back: the lease's number, and the moment before which they must not wake."""
    held: dict[str, int] = field(default_factory=dict)
    """Lanes locked in this transaction, with the number of their lease."""

    def copy(self) -> "Outgoing":
        """As it is now: what a savepoint goes back to."""
        return Outgoing(
            saved={table: dict(rows) for table, rows in self.saved.items()},
            messages=dict(self.messages),
            subjects=dict(self.subjects),
            lanes=dict(self.lanes),
            approvals=dict(self.approvals),
            gone=set(self.gone),
            audit=list(self.audit),
            claimed=dict(self.claimed),
            fences=dict(self.fences),
            releases=dict(self.releases),
            held=dict(self.held),
        )

    def __bool__(self) -> bool:
        """Whether rows are to be written, more than lanes given back."""
        return bool(
            any(self.saved.values())
            or self.messages
            or self.subjects
            or self.lanes
            or self.approvals
            or self.gone
            or self.audit
        )

    def save(self, table: Table, row: Mapping[str, Any], *, added: bool = False) -> None:
        """A row of one of the tables that are saved whole; `added`: it must not be there yet."""
        how, rows = SAVED[table], self.saved[table]
        key = how.key_of(row)
        added = added or (key in rows and rows[key].added)
        rows[key] = SavedRow(values=how.values(row), added=added)

    def take_saved(self) -> "Outgoing":
        """The rows that are saved whole, alone, to be written before the rest."""
        taken = Outgoing()
        taken.saved, self.saved = self.saved, taken.saved
        return taken

    def ask(self, fresh: Iterable[Row], gone: Iterable[tuple[str, int, str]]) -> None:
        """Rows that say for whom a request waits, written or deleted."""
        for row in fresh:
            key = (row["request_id"], row["stage_number"], row["person_id"])
            self.approvals[key] = row
            self.gone.discard(key)
        for key in gone:
            self.approvals.pop(key, None)
            self.gone.add(key)

    def show(self, cards: Iterable[Card], now: datetime) -> None:
        """Cards that must exist and be up to date."""
        for card in cards:
            row = _message(card_key(card), card.audience, kind=card.kind, subject=card.subject_id)
            self._add(row | {"is_card": True, "part": card.part}, now)

    def say(self, notices: Iterable[Notice], now: datetime) -> None:
        """Notices, each said once for ever by its key."""
        for notice in notices:
            row = _message(notice.key, notice.audience, kind=notice.kind, subject=notice.subject_id)
            follows = notice.kind in FOLLOWING
            self._add(row | {"is_card": follows, "detail": clean(notice.detail)}, now)

    def wake(self, kind: LaneKind, lane: str, at: datetime) -> None:
        """A lane has something to do from that moment on."""
        known = self.lanes.get(lane)
        if known is None or at < known[1]:
            self.lanes[lane] = (kind, at)

    def _add(self, row: Row, now: datetime) -> None:
        self.messages.setdefault(row["key"], row)
        self.wake(LaneKind.MESSAGES, row["lane"], now)

    def touch_some(
        self, conn: Connection, subject_id: str, after: str, limit: int, now: datetime
    ) -> str | None:
        """Add the next cards of a subject that has many; the last one's key, None at the end."""
        asked = {"subjects": [subject_id], "after": after, "most": limit}
        found = conn.execute(_SOME_CARDS_OF, asked).mappings().all()
        for row in found:
            self._add({**row, **_FRESH, "part": row["part"]}, now)
        return str(found[-1]["key"]) if len(found) == limit else None


def card_key(card: Card) -> str:
    """What a card is known by in the database."""
    return f"card/{card.kind}/{card.subject_id}/{card.part}/{card.audience.key}"


_FRESH: Row = {"detail": "", "touched": False, "attempts": 0, "given_up": False, "part": 0}


def _message(key: str, audience: Audience, *, kind: str, subject: str) -> Row:
    return _FRESH | {
        "key": key,
        "lane": audience.key,
        "kind": str(kind),
        "subject_id": subject,
        "person_id": audience.person_id,
        "channel_id": audience.channel_id,
    }


_M = t.messages.c
_CARDS_OF = (
    select(
        _M.key, _M.lane, _M.is_card, _M.kind, _M.subject_id, _M.part, _M.person_id, _M.channel_id
    )
    .where(_M.is_card, _M.subject_id.in_(bindparam("subjects", expanding=True)))
    .order_by(_M.key)
)

_SOME_CARDS_OF = _CARDS_OF.where(_M.key > bindparam("after")).limit(bindparam("most"))
