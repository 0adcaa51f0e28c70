"""What a transaction leaves behind, written in one statement whatever it is.

Theory of operation
-------------------
Almost every command ends by writing rows that follow from what it decided: for whom a request
waits, lanes that wake, cards and notices that are queued in them, the audit. Six statements for
each command would cost more than the command. So the rows travel as JSON in one statement: on
PostgreSQL one INSERT after another inside it (`WITH`), on SQLite an INSERT into a view of the
writing connection, whose trigger does the same.

The lanes are written before the messages that belong to them, in the order of their keys. A lane
that is given back finds its next moment in what was written before; so one that is queued into at
the same time is given back by a statement of its own (`give_back`), as is one that is given back
alone.
"""

# ruff: noqa: S608 - every part of the statements below is a constant of this file

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import String

from storage import codec
from storage.outgoing import Outgoing, Row
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
    "number": "bigint",
    "earliest": "bigint",
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
_NEXT = """coalesce(
    (SELECT coalesce(m.retry_at, 0) FROM messages m
     WHERE m.lane = lanes.key AND m.queue_number IS NOT NULL
     ORDER BY m.queue_number, m.key LIMIT 1),
    (SELECT min(h.next_at) FROM holdings h
     WHERE h.lane = lanes.key AND h.next_at IS NOT NULL))"""
"""When a lane has something to do next."""


def _given_back(earliest: str) -> str:
    """It wakes for its next work, but not before that moment, nor does new work wake it before."""
    return f"""
UPDATE lanes SET holder = NULL, not_before = {earliest},
    wake_at = (SELECT CASE WHEN next.at < {earliest} THEN {earliest} ELSE next.at END
        FROM (SELECT {_NEXT} AS at LIMIT 1) next)"""


def _held_under(lane: str, number: str) -> str:
    return f"lanes.key = {lane} AND lanes.lease_number = {number} AND lanes.holder IS NOT NULL"


def _json(name: str, columns: Sequence[str], postgres: bool) -> str:
    """The rows of a JSON array of arrays, as a table with these columns."""
    if postgres:
        picked = ", ".join(
            f"(value ->> {at})::{_TYPES.get(column, 'text')} AS {column}"
            for at, column in enumerate(columns)
        )
        return f"(SELECT {picked} FROM jsonb_array_elements(CAST(:{name} AS jsonb)))"
    picked = ", ".join(
        f"json_extract(value, '$[{at}]') AS {column}" for at, column in enumerate(columns)
    )
    return f"(SELECT {picked} FROM json_each(NEW.{name}))"


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


def _statements(postgres: bool) -> dict[str, str]:
    """The statements by a name for each, in their order."""
    approvals = _json("approvals", (*_APPROVAL_KEY, *_SAID), postgres)
    gone = _json("gone", _APPROVAL_KEY, postgres)
    entries = _json("entries", ("place", *_ENTRY), postgres)
    released = _json("released", ("lane", "number", "earliest"), postgres)
    own_number = "pg_current_xact_id()::text::bigint + CAST(:base AS bigint)"
    not_queued_into = "AND lanes.key NOT IN (SELECT lane FROM every)" if postgres else ""
    return {
        "gone": f"""
DELETE FROM approvals WHERE ({_names(_APPROVAL_KEY)}) IN (SELECT * FROM {gone} gone)""",
        "approvals": f"""
INSERT INTO approvals ({_names((*_APPROVAL_KEY, *_SAID))})
SELECT * FROM {approvals} asked WHERE true {_ANSWER}""",
        "woken": f"""
INSERT INTO lanes (key, kind, last_number, lease_number, wake_at)
SELECT lane, kind, messages, 0, at FROM {_every_lane(postgres)} every WHERE true
ORDER BY lane {_WAKE}""",
        "queued": _insert_messages(postgres, "woken" if postgres else "lanes"),
        "entries": f"""
INSERT INTO audit (xid, {_names(_ENTRY)})
SELECT {own_number if postgres else 0}, {_names(_ENTRY)} FROM {entries} entries
ORDER BY place""",
        "released": f"""
{_given_back("released.earliest")} FROM {released} released
WHERE {_held_under("released.lane", "released.number")} {not_queued_into}""",
    }


_PARTS = ("gone", "approvals", "told", "touched", "woken", "entries", "released")


def _trigger() -> str:
    body = ";".join(_statements(postgres=False).values())
    return f"CREATE TEMP TRIGGER leave INSTEAD OF INSERT ON leaving BEGIN {body}; END"


SQLITE_SETUP = (
    f"CREATE TEMP VIEW leaving AS SELECT {', '.join(f'NULL AS {part}' for part in _PARTS)}",
    _trigger(),
)
"""What the writing connection needs, once the tables are there."""


_RARE = frozenset({"gone", "approvals", "released"})
"""What PostgreSQL is not asked to plan and to begin when there is none of it."""


@cache
def _on_postgres(rare: frozenset[str]) -> TextClause:
    """The statement with these of the parts that are not always there."""
    parts = _statements(postgres=True)
    parts["woken"] += " RETURNING key, last_number, wake_at"
    parts["released"] += " RETURNING lanes.key, lanes.wake_at"
    read = {"told": f"SELECT * FROM {_json('told', _TOLD_ROW, postgres=True)} told"}
    read["every"] = f"SELECT * FROM {_every_message(postgres=True)} every"
    written = {name: parts[name] for name in parts if name in rare or name not in _RARE}
    with_ = [f"{name} AS MATERIALIZED ({statement})" for name, statement in read.items()]
    with_ += [f"{name} AS ({statement})" for name, statement in written.items()]
    released = "UNION ALL SELECT key, wake_at, true FROM released" if "released" in rare else ""
    return text(f"""
WITH {", ".join(with_)}
SELECT key, wake_at, false AS released FROM woken {released}""")


_ON_SQLITE = text(f"INSERT INTO leaving VALUES ({', '.join(f':{part}' for part in _PARTS)})")


def leave(
    conn: Connection, outgoing: Outgoing, now: datetime, *, base: int | None
) -> tuple[bool, set[str]]:
    """Write it all; whether something is due now, and the lanes that were not given back.

    `base` is added to PostgreSQL's transaction numbers in the audit; None on SQLite, where a lane
    that wakes or is given back counts as due, which at worst is a look too many.
    """
    asked: dict[str, object] = {
        "gone": _text(outgoing.gone),
        "approvals": _text(_approval(row) for row in outgoing.approvals.values()),
        "told": _text(
            (place, *(row[name] for name in _TOLD), row["detail"])
            for place, row in enumerate(outgoing.messages.values())
        ),
        "touched": _text((key, to_millis_up(at)) for key, at in outgoing.subjects.items()),
        "woken": _text(
            (lane, str(kind), to_millis_up(at)) for lane, (kind, at) in outgoing.lanes.items()
        ),
        "entries": _text(
            (place, to_millis(row["at"]), *(row[name] for name in _ENTRY[1:]))
            for place, row in enumerate(outgoing.audit)
        ),
        "released": _text(
            (lane, number, to_millis_up(at)) for lane, (number, at) in outgoing.releases.items()
        ),
    }
    if base is None:
        conn.execute(_ON_SQLITE, asked)
        moments = [at for _, at in outgoing.lanes.values()]
        due = outgoing.subjects or outgoing.releases or any(at <= now for at in moments)
        return bool(due), set()
    rare = frozenset(part for part in _RARE if asked[part] != _NOTHING)
    often = {part: asked[part] for part in _PARTS if part in rare or part not in _RARE}
    found = conn.execute(_on_postgres(rare), {**often, "base": base}).all()
    due = any(row.wake_at is not None and from_millis(row.wake_at) <= now for row in found)
    return due, set(outgoing.releases) - {row.key for row in found if row.released}


_GIVE_BACK = text(
    f"""
{_given_back("CAST(:earliest AS bigint)")}
WHERE {_held_under(":lane", ":number")} RETURNING wake_at"""
)


def give_back(conn: Connection, lane: str, number: int, earliest: datetime) -> datetime | None:
    """Give back a lane alone; when it wakes, if it was ours and does."""
    asked = {"lane": lane, "number": number, "earliest": to_millis_up(earliest)}
    wakes_at = conn.execute(_GIVE_BACK, asked).scalar()
    return None if wakes_at is None else from_millis(wakes_at)


def _text(rows: Iterable[Sequence[object]]) -> str:
    return codec.encode(list(rows))


_NOTHING = _text(())


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
