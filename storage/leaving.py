"""What a transaction leaves behind, written in one statement whatever it is.

Theory of operation
-------------------
Almost every command ends by writing what it decided and what follows from that: requests and
assignments, for whom a request waits, lanes that wake, cards and notices that are queued in them,
the audit. A statement for each would cost more than the command. So the rows travel as JSON in
one statement: on PostgreSQL one INSERT after another inside it (`WITH`); on SQLite, after what was
decided, an INSERT into a view of the writing connection, whose trigger does the same.

Lanes are written after everything a command may lock, before the messages that belong to them, and
in the order of their keys. A lane is given back last, in a statement of its own (`give_back`), for
it finds its next moment in what was written before.
"""

# ruff: noqa: S608 - every part of the statements below is a constant of this file

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import String

from storage import json_rows
from storage.json_rows import NOTHING, to_text
from storage.outgoing import Outgoing, Row
from storage.saved import SAVED
from storage.types import from_millis, to_millis, to_millis_up

_TOLD = ("key", "lane", "is_card", "kind", "subject_id", "part", "person_id", "channel_id")
"""The columns of a message that a card shown again has as well."""
_TOLD_ROW = ("place", *_TOLD, "detail")
_MESSAGE = (*_TOLD, "detail", "queue_number", "touched", "attempts", "given_up")
_APPROVAL_KEY = ("request_id", "stage_number", "person_id")
_SAID = ("role", "asked_at", "decide_until", "verdict", "decided_at", "is_open")
_ENTRY = ("at", "actor", "activity", "request_id", "assignment_id", "target_id", "entry")
_TYPES = {
    "is_card": "boolean",
    "is_open": "boolean",
    "part": "integer",
    "stage_number": "integer",
    "asked_at": "bigint",
    "decide_until": "bigint",
    "decided_at": "bigint",
    "at": "bigint",
    "place": "integer",
}
"""Of the columns that are no text."""


def _names(columns: Iterable[str], table: str = "") -> str:
    return ", ".join(f"{table}{column}" for column in columns)


_LATER = """CASE WHEN lanes.not_before IS NULL OR lanes.not_before <= excluded.wake_at
    THEN excluded.wake_at ELSE lanes.not_before END"""
_WAKE = f"""
ON CONFLICT (key) DO UPDATE SET
    last_number = lanes.last_number + excluded.last_number,
    wake_at = CASE
        WHEN lanes.holder IS NOT NULL THEN lanes.wake_at
        WHEN lanes.wake_at <= {_LATER} THEN lanes.wake_at
        ELSE {_LATER} END
"""
"""New work: the lane is due at once, unless it is leased, paced, or due already."""
_QUEUE = """
ON CONFLICT (key) DO UPDATE SET
    queue_number = coalesce(messages.queue_number, excluded.queue_number),
    touched = messages.sending_since IS NOT NULL,
    attempts = CASE WHEN messages.given_up THEN 0 ELSE messages.attempts END,
    refusals = CASE WHEN messages.given_up THEN 0 ELSE messages.refusals END,
    given_up = false
WHERE messages.is_card
"""
"""A card waits at most once and keeps its place; a notice that exists is left alone."""
_ANSWER = f"""
ON CONFLICT ({_names(_APPROVAL_KEY)}) DO UPDATE SET
    {", ".join(f"{column} = excluded.{column}" for column in _SAID)}
"""


def _json(name: str, columns: Sequence[str], postgres: bool) -> str:
    if not postgres:
        return json_rows.on_sqlite(name, columns)
    return json_rows.on_postgres(name, {each: _TYPES.get(each, "text") for each in columns})


def _touched_cards(postgres: bool) -> str:
    """FROM and WHERE of the cards `m` of what was `touched`.

    PostgreSQL takes any JSON for a hundred rows, and would read all messages rather than look up
    so many; OFFSET keeps it to looking up each.
    """
    touched = _json("touched", ("subject_id", "at"), postgres)
    if not postgres:
        return f"FROM messages m JOIN {touched} touched USING (subject_id) WHERE m.is_card"
    return f"""FROM {touched} touched CROSS JOIN LATERAL (
            SELECT * FROM messages WHERE is_card AND subject_id = touched.subject_id OFFSET 0) m
        WHERE true"""


def _every_message(postgres: bool) -> str:
    """The cards of what was touched, then cards and notices asked for.

    What somebody looks at tells the truth before anything new rings: between two messages of one
    conversation a second passes. `at` is since when one waits; NULL is at once.
    """
    told = "told" if postgres else _json("told", _TOLD_ROW, postgres)
    return f"""(
        SELECT place, {_names(_TOLD)}, detail, CAST(NULL AS bigint) AS at FROM {told} told
        UNION ALL
        SELECT -1, {_names(_TOLD, "m.")}, '', touched.at {_touched_cards(postgres)}
            AND m.key NOT IN (SELECT key FROM {told} again))"""


def _every_lane(postgres: bool) -> str:
    """Every lane to wake, with its kind, how many messages come into it, and when it wakes."""
    woken = _json("woken", ("lane", "kind", "at"), postgres)
    return f"""(
        SELECT lane, max(kind) AS kind, sum(messages) AS messages, min(at) AS at FROM (
            SELECT lane, kind, 0 AS messages, at FROM {woken} woken
            UNION ALL
            SELECT lane, 'messages', 1, at FROM {_every(postgres)} every
        ) asked GROUP BY lane)"""


def _every(postgres: bool) -> str:
    """Every message; PostgreSQL looks for them once."""
    return "every" if postgres else _every_message(postgres)


def _insert_messages(postgres: bool, lanes: str) -> str:
    return f"""
INSERT INTO messages ({_names(_MESSAGE)})
SELECT {_names(_TOLD, "every.")}, every.detail,
    lane.last_number - count(*) OVER (PARTITION BY every.lane)
        + row_number() OVER (PARTITION BY every.lane ORDER BY every.place, every.key),
    false, 0, false
FROM {_every(postgres)} every JOIN {lanes} lane ON lane.key = every.lane
WHERE true
ORDER BY every.lane, every.place, every.key
{_QUEUE}"""


def _statements(postgres: bool, before_lanes: Iterable[str] = ()) -> dict[str, str]:
    """The statements by a name for each, in their order; lanes wait for those of these names."""
    written = [f"(SELECT count(*) FROM {name}) >= 0" for name in before_lanes]
    approvals = _json("approvals", (*_APPROVAL_KEY, *_SAID), postgres)
    gone = _json("gone", _APPROVAL_KEY, postgres)
    entries = _json("entries", ("place", *_ENTRY), postgres)
    own_number = "pg_current_xact_id()::text::bigint + CAST(:base AS bigint)"
    return {
        "gone": f"""
DELETE FROM approvals WHERE ({_names(_APPROVAL_KEY)}) IN (SELECT * FROM {gone} gone)""",
        "approvals": f"""
INSERT INTO approvals ({_names((*_APPROVAL_KEY, *_SAID))})
SELECT * FROM {approvals} asked WHERE true {_ANSWER}""",
        "woken": f"""
INSERT INTO lanes (key, kind, last_number, lease_number, wake_at)
SELECT lane, kind, messages, 0, at FROM {_every_lane(postgres)} every
WHERE {" AND ".join(written) or "true"} ORDER BY lane {_WAKE}""",
        "queued": _insert_messages(postgres, "woken" if postgres else "lanes"),
        "entries": f"""
INSERT INTO audit (xid, {_names(_ENTRY)})
SELECT {own_number if postgres else 0}, {_names(_ENTRY)} FROM {entries} entries
ORDER BY place""",
    }


_PARTS = ("gone", "approvals", "told", "touched", "woken", "entries")


def _trigger() -> str:
    body = ";".join(_statements(postgres=False).values())
    return f"CREATE TEMP TRIGGER leave INSTEAD OF INSERT ON leaving BEGIN {body}; END"


SQLITE_SETUP = (
    f"CREATE TEMP VIEW leaving AS SELECT {', '.join(f'NULL AS {part}' for part in _PARTS)}",
    _trigger(),
)
"""What the writing connection needs, once the tables are there."""
_ON_SQLITE = text(f"INSERT INTO leaving VALUES ({', '.join(f':{part}' for part in _PARTS)})")


_SAVED_ON_SQLITE, _SAVED_ON_POSTGRES = (
    {
        name: statement
        for saved in SAVED.values()
        for name, statement in saved.statements(postgres=postgres).items()
    }
    for postgres in (False, True)
)
_MESSAGES = frozenset({"told", "touched", "woken"})
"""Parts that are written together: lanes and what is queued in them."""


@cache
def _on_postgres(given: frozenset[str]) -> TextClause:
    """The statement with these parts, for what there is none of must not be planned or begun.

    What may have to wait for somebody is written before the lanes: they ask for it.
    """
    parts = {
        name: f"{statement} RETURNING 1"
        for name, statement in _SAVED_ON_POSTGRES.items()
        if name in given
    }
    statements = _statements(postgres=True, before_lanes=parts)
    parts |= {name: statements[name] for name in ("gone", "approvals") if name in given}
    wakes = "CAST(NULL AS bigint)"
    if given & _MESSAGES:
        told = _json("told", _TOLD_ROW, postgres=True)
        parts["told"] = f"SELECT * FROM {told} told"
        parts["every"] = f"SELECT * FROM {_every_message(postgres=True)} every"
        parts["woken"] = statements["woken"] + " RETURNING key, last_number, wake_at"
        parts["queued"] = statements["queued"]
        wakes = "(SELECT min(wake_at) FROM woken)"
    if "entries" in given:
        parts["entries"] = statements["entries"]
    written = ", ".join(f"{name} AS MATERIALIZED ({part})" for name, part in parts.items())
    newest = "(SELECT max(revision) FROM configurations)"
    return text(f"WITH {written} SELECT {wakes} AS wake_at, {newest} AS revision")


@dataclass(frozen=True, slots=True)
class Left:
    """What came back from writing."""

    due: bool
    """Whether something is due now."""
    revision: int | None = None
    """The newest of the configuration, as PostgreSQL saw it when it wrote."""


def leave(conn: Connection, outgoing: Outgoing, now: datetime, *, base: int | None) -> Left:
    """Write it all, but lanes given back.

    `base` is added to PostgreSQL's transaction numbers in the audit; None on SQLite, where a lane
    that wakes counts as due, which at worst is a look too many.
    """
    saved = {
        part: rows
        for table, how in SAVED.items()
        for part, rows in how.parts(outgoing.saved[table].values()).items()
    }
    asked = {
        "gone": to_text(outgoing.gone),
        "approvals": to_text(_approval(row) for row in outgoing.approvals.values()),
        "told": to_text(
            (place, *(row[name] for name in _TOLD), row["detail"])
            for place, row in enumerate(outgoing.messages.values())
        ),
        "touched": to_text((key, to_millis_up(at)) for key, at in outgoing.subjects.items()),
        "woken": to_text(
            (lane, str(kind), to_millis_up(at)) for lane, (kind, at) in outgoing.lanes.items()
        ),
        "entries": to_text(
            (place, to_millis(row["at"]), *(row[name] for name in _ENTRY[1:]))
            for place, row in enumerate(outgoing.audit)
        ),
    }
    given = {part for part, rows in asked.items() if rows != NOTHING}
    if base is None:
        for part, rows in saved.items():
            conn.exec_driver_sql(_SAVED_ON_SQLITE[part], rows)
        if given:
            conn.execute(_ON_SQLITE, asked)
        due = any(at <= now for _, at in outgoing.lanes.values())
        return Left(due=bool(outgoing.subjects) or due)
    given |= _MESSAGES if given & _MESSAGES else set()
    parts: dict[str, object] = {part: asked[part] for part in given}
    parts |= {part: to_text(rows) for part, rows in saved.items()}
    statement = _on_postgres(frozenset(parts))
    found = conn.execute(statement, parts | ({"base": base} if "entries" in given else {})).one()
    due = found.wake_at is not None and from_millis(found.wake_at) <= now
    return Left(due=due, revision=found.revision)


_NEXT = """coalesce(
    (SELECT coalesce(m.retry_at, 0) FROM messages m
     WHERE m.lane = lanes.key AND m.queue_number IS NOT NULL
     ORDER BY m.queue_number, m.key LIMIT 1),
    (SELECT min(h.next_at) FROM holdings h
     WHERE h.lane = lanes.key AND h.next_at IS NOT NULL))"""
"""When a lane has something to do next."""
_GIVE_BACK = text(
    f"""
UPDATE lanes SET holder = NULL, not_before = CAST(:earliest AS bigint),
    wake_at = (
        SELECT CASE WHEN next.at < CAST(:earliest AS bigint) THEN CAST(:earliest AS bigint)
            ELSE next.at END
        FROM (SELECT {_NEXT} AS at LIMIT 1) next)
WHERE key = :lane AND lease_number = :number AND holder IS NOT NULL
RETURNING wake_at"""
)
"""It wakes for its next work, but not before that moment, nor does new work wake it before."""


def give_back(conn: Connection, lane: str, number: int, earliest: datetime) -> datetime | None:
    """Give back a lane; when it wakes, if it was ours and does."""
    asked = {"lane": lane, "number": number, "earliest": to_millis_up(earliest)}
    wakes_at = conn.execute(_GIVE_BACK, asked).scalar()
    return None if wakes_at is None else from_millis(wakes_at)


def _approval(row: Row) -> tuple[object, ...]:
    decided_at = row["decided_at"]
    return (
        *(row[name] for name in _APPROVAL_KEY),
        row["role"],
        to_millis(row["asked_at"]),
        to_millis(row["decide_until"]),
        row["verdict"],
        None if decided_at is None else to_millis(decided_at),
        row["is_open"],
    )


LOCK_LANES = text(
    """
SELECT key, CASE WHEN holder IS NOT NULL THEN lease_number END AS lease_number, EXISTS (
    SELECT 1 FROM claims JOIN assignments ON assignments.id = claims.assignment_id
    WHERE claims.holding_id = ANY(:holdings) AND NOT claims.assignment_id = ANY(:looked_at)
        AND NOT assignments.level) AS overlooked
FROM lanes
WHERE key IN (
    SELECT unnest(:keys)
    UNION SELECT lane FROM messages WHERE is_card AND subject_id = ANY(:subjects))
ORDER BY key FOR NO KEY UPDATE
"""
).bindparams(
    *(
        bindparam(name, type_=ARRAY(String))
        for name in ("holdings", "looked_at", "keys", "subjects")
    )
)
"""PostgreSQL: every lane a transaction writes, locked in the order of their keys, and whether
somebody has claimed one of the holdings since its claimants were looked for."""


def locks(outgoing: Outgoing, ours: Iterable[str]) -> dict[str, Any]:
    """The parameters of `LOCK_LANES`."""
    return {
        "holdings": list(outgoing.claimed),
        "looked_at": [each for ids in outgoing.claimed.values() for each in ids],
        "keys": sorted({*ours, *outgoing.lanes}),
        "subjects": list(outgoing.subjects),
    }
