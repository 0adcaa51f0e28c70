"""What must be true in the end, and after every commit; each rule answers what is broken.

What the scenario tests look at after every story (`tests/invariants.py`) is looked at here too.
"""

from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Connection, Select, exists, select
from sqlalchemy.dialects import sqlite

from bot.house import House
from engine.application.audit import AuditEntry
from engine.application.commands import CompleteTask, DecideRequest, GiveBack, SubmitRequest
from engine.domain import assignment_requests, assignments, holdings
from engine.domain.assignment_requests import RequestState
from engine.domain.assignments import EndReason
from engine.domain.conversation import CardKind, NoticeKind
from engine.domain.holdings import Holding, Level
from engine.domain.ids import RequestId
from playground.server import Playground
from storage import codec
from storage import tables as t
from storage.reader import ASSIGNMENT, HOLDING, REQUEST, SqlReader
from storage.types import to_millis_up
from tests import invariants
from tests.simulator import company
from tests.simulator.loop import OWNER, Owner
from tests.simulator.people import Answered
from tests.simulator.replica import Replica, World

_BRIEF = ("id", "version", "wake_at", "parked_at")
_R, _L, _M, _H = (t.requests.c, t.lanes.c, t.messages.c, t.holdings.c)


def _in_sql(query: Select[Any]) -> str:
    """For what is asked after every commit: as text, past everything that SQLAlchemy does."""
    return str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))


_ASLEEP_BESIDE_WORK = _in_sql(
    select(_L.key).where(
        _L.holder.is_(None),
        _L.wake_at.is_(None),
        exists().where(_M.lane == _L.key, _M.queue_number.is_not(None))
        | exists().where(_H.lane == _L.key, _H.next_at.is_not(None)),
    )
)
_WAITING = _in_sql(select(_M.key, _M.queue_number).where(_M.queue_number.is_not(None)))
_LEASES = _in_sql(select(_L.key, _L.holder, _L.lease_number))
_WAKES = tuple(
    (table, columns, timers, _in_sql(select(*map(table.c.get, _BRIEF))))
    for table, columns, timers in (
        (t.requests, REQUEST, assignment_requests.due_timers),
        (t.assignments, ASSIGNMENT, assignments.due_timers),
    )
)
_HOUSE_RULES = (
    invariants._wakes,
    invariants._lanes,
    invariants._nothing_parked,
    invariants._audit,
    invariants._claims,
    invariants._leavers,
)


@dataclass(frozen=True)
class Ledger:
    """Who had what before the story began."""

    groups: frozenset[str]
    accounts: frozenset[str]

    @classmethod
    def of(cls, world: World) -> "Ledger":
        """As it is now."""
        return cls(
            groups=frozenset(world.slack.groups[company.GROUP]),
            accounts=frozenset(account for _, account in world.accounts.rights),
        )


class Watcher:
    """Looks inside every transaction, at its end."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._due: dict[tuple[str, int], int | None] = {}
        """The earliest moment at which time does something to a row, in milliseconds."""
        self.first_number: dict[str, int] = {}
        """Each message's place in its lane when it was queued first."""
        self._held: dict[str, tuple[int, str]] = {}
        """Each leased lane: its lease's number, and whose it is."""
        self.found: list[str] = []

    def __call__(self, conn: Connection) -> None:
        """Note what is new and what is broken."""
        raw: Any = conn.connection.driver_connection
        self._leases(raw, OWNER.get())
        for (lane,) in raw.execute(_ASLEEP_BESIDE_WORK):
            self._say(f"{lane} sleeps beside its work")
        for key, number in raw.execute(_WAITING):
            self.first_number.setdefault(key, number)
        self._wakes(conn, raw)

    def _leases(self, raw: Any, owner: Owner | None) -> None:
        """Nobody gives back a lane that is another's by now."""
        name = owner.name if owner else "nobody"
        for key, holder, number in raw.execute(_LEASES):
            if holder is not None:
                if self._held.get(key, (0, ""))[0] != number:
                    self._held[key] = (number, name)
                continue
            held = self._held.pop(key, None)
            if held and owner and owner.name != held[1]:
                self._say(f"{owner.name} gave back {key}, which {held[1]} holds")

    def _wakes(self, conn: Connection, raw: Any) -> None:
        for table, columns, timers, brief in _WAKES:
            for row_id, version, wake_at, parked_at in raw.execute(brief).fetchall():
                known = (row_id, version)
                if known not in self._due:
                    one = select(*columns.columns).where(table.c.id == row_id)
                    state: Any = columns.from_row(conn.execute(one).one())
                    due_at = invariants._earliest(cast(Any, timers)(state))
                    self._due[known] = None if due_at is None else to_millis_up(due_at)
                due = self._due[known]
                late = due is not None and (wake_at is None or wake_at > due)
                if late and parked_at is None and not _backing_off(conn, table, row_id):
                    self._say(f"{table.name} {row_id} wakes at {wake_at}, but {due} is due")

    def _say(self, sentence: str) -> None:
        self.found.append(f"after a commit at {self._world.loop.time():.1f} s: {sentence}")


def _backing_off(conn: Connection, table: Any, row_id: str) -> bool:
    errors = conn.execute(select(table.c.wake_errors).where(table.c.id == row_id)).scalar_one()
    return bool(errors)


async def broken(
    world: World, replica: Replica, ledger: Ledger, watcher: Watcher, answered: list[Answered]
) -> list[str]:
    """Every broken promise of a world that should have come to rest."""
    house = cast(
        House,
        SimpleNamespace(
            store=replica.store,
            database=replica.store,
            queries=replica.queries,
            clock=world.clock,
        ),
    )
    found = []
    for rule in _HOUSE_RULES:
        found += await rule(cast(Playground, None), house)
    if not world.look(lambda reader: invariants.resting(reader, world.clock.now())):
        found.append("something is left to do")
    found += _said(world)
    found += _in_order(world, watcher)
    found += await _cards(world, replica)
    found += world.look(_levels)
    found += world.look(lambda reader: _world(reader, world, ledger))
    found += world.look(_outcomes)
    found += world.look(lambda reader: _notices(reader, world))
    return found + world.look(lambda reader: _answered(reader, answered))


# Messages ---------------------------------------------------------------------------------------


def _said(world: World) -> list[str]:
    """Everything was said, where the database says, and nothing twice."""
    said = [one for all_said in world.slack.conversations.values() for one in all_said]
    counts = Counter(one.key for one in said)
    found = [f"{key} stands there {count} times" for key, count in counts.items() if count > 1]
    rows = world.look(lambda reader: reader.conn.execute(select(t.messages)).mappings().all())
    for row in rows:
        if row["given_up"]:
            found.append(f"{row['key']} was given up: {row['problem']}")
        elif row["ts"] is None:
            found.append(f"{row['key']} was never said")
        elif world.slack.message(row["channel"], row["ts"]) is None:
            found.append(f"{row['key']} is not where it was said")
    strangers = set(counts) - {row["key"] for row in rows}
    return found + [f"{key} was said and is not known" for key in sorted(strangers)]


def _in_order(world: World, watcher: Watcher) -> list[str]:
    """In each conversation messages stand in the order in which they were queued."""
    found = []
    for place, said in world.slack.conversations.items():
        numbers = [watcher.first_number[one.key] for one in said if one.key in watcher.first_number]
        if numbers != sorted(numbers):
            found.append(f"{place} is out of order: {numbers}")
    return found


async def _cards(world: World, replica: Replica) -> list[str]:
    """Every card shows the state as it is; one whose access is all gone, as it was then."""
    found = []
    for work in world.look(invariants._shown):
        if work.kind != CardKind.TASK:
            summary = await replica.queries.request(RequestId(work.subject_id))
            if summary and summary.assignment and summary.assignment.level:
                continue
        drawn = await replica.messenger._drawn(work)
        said = world.slack.message(work.channel or "", work.ts or "")
        if drawn is not None and said is not None and said.text != drawn.text:
            found.append(f"{work.key} shows {said.text}, not {drawn.text}")
    return found


# Target systems ---------------------------------------------------------------------------------


def _levels(reader: SqlReader) -> list[str]:
    rows = reader.conn.execute(select(*HOLDING.columns).order_by(_H.id))
    return [
        f"{held.connector} of {held.person_id} is {holdings.level(held)}: {held.problem}"
        for held in HOLDING.all_from(rows)
        if holdings.level(held) is not Level.REACHED
    ]


def _world(reader: SqlReader, world: World, ledger: Ledger) -> list[str]:
    """Who has what is who should: wanted, or had before and nobody's business."""
    rows = reader.conn.execute(select(*HOLDING.columns))
    held = {(one.connector, one.person_id): one for one in HOLDING.all_from(rows)}
    group = world.slack.groups[company.GROUP]
    found = []
    for who in company.ASKING:
        account = f"account-{who}"
        found += _compare(
            held.get(("slack_usergroup", who)), who in group, who in ledger.groups, f"group: {who}"
        )
        found += _compare(
            held.get(("accounts", who)),
            (company.ACCOUNT, account) in world.accounts.rights,
            account in ledger.accounts,
            f"accounts: {who}",
        )
    if company.OLGA not in group or len(group) != len(set(group)):
        found.append(f"group: {group}")
    return found


def _compare(held: Holding | None, there: bool, before: bool, where: str) -> list[str]:
    if held is None or (not held.wanted and not held.tried):
        return [] if there == before else [f"{where} is {there} though nobody touched it"]
    if held.wanted:
        return [] if there else [f"{where} should be there and is not"]
    if held.keep:
        return [] if there and before else [f"{where} is kept: there {there}, before {before}"]
    return [f"{where} should be gone and is there"] if there else []


# Decisions, audit, notices ----------------------------------------------------------------------


def _entries(reader: SqlReader) -> list[AuditEntry]:
    rows = reader.conn.execute(select(t.audit.c.entry).order_by(t.audit.c.id)).scalars()
    return [codec.decode(AuditEntry, entry) for entry in rows]


_DECIDING = frozenset(
    {
        "request.approved",
        "request.auto_approved",
        "request.denied",
        "request.expired",
    }
)


def _outcomes(reader: SqlReader) -> list[str]:
    """Each request was decided once at most, and the audit tells every decision and outcome."""
    entries = _entries(reader)
    found = []
    for request in REQUEST.all_from(reader.conn.execute(select(*REQUEST.columns))):
        story = [one.activity for one in entries if one.request_id == request.id]
        deciding = [activity for activity in story if activity in _DECIDING]
        removal = request.policy is None
        if len(deciding) > 1 or (not removal and story.count("request.submitted") != 1):
            found.append(f"request {request.id} went {story}")
        told = sorted(one for one in story if one.startswith("decision."))
        decided = sorted(f"decision.{d.verdict}" for run in request.runs for d in run.decisions)
        if told != decided:
            found.append(f"request {request.id}: the audit tells {told}, the stages {decided}")
        if request.state in _TOLD and f"request.{request.state}" not in story:
            found.append(f"request {request.id} is {request.state}, its audit ends {story[-1:]}")
    return found


_TOLD = frozenset({RequestState.DENIED, RequestState.EXPIRED, RequestState.CANCELED})


def _notices(reader: SqlReader, world: World) -> list[str]:
    """Each thing that happened was said as often as it happened."""
    said: Counter[tuple[str, str]] = Counter()
    for one in (one for all_said in world.slack.conversations.values() for one in all_said):
        if not one.key.startswith("card/"):
            kind, subject, *_ = one.text.split(" ")
            said[(kind, subject)] += 1
    entries = _entries(reader)
    expected: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        about = _SAID_OF.get(entry.activity)
        if about is not None and entry.assignment_id is not None:
            expected[(about, entry.assignment_id)] += 1
        if entry.activity in _SAID_OF_REQUEST and entry.request_id is not None:
            expected[(_SAID_OF_REQUEST[entry.activity], entry.request_id)] += 1
    for assignment in ASSIGNMENT.all_from(reader.conn.execute(select(*ASSIGNMENT.columns))):
        if assignment.delivered_at is not None:
            expected[(NoticeKind.ACCESS_DELIVERED, assignment.id)] = 1
    watched = {*_SAID_OF.values(), *_SAID_OF_REQUEST.values(), NoticeKind.ACCESS_DELIVERED}
    found = [
        f"{kind} of {subject} was said {said[kind, subject]} times, not {times}"
        for (kind, subject), times in expected.items()
        if said[kind, subject] != times
    ]
    found += [
        f"{kind} of {subject} was said for no reason"
        for (kind, subject) in said
        if kind in watched and (kind, subject) not in expected
    ]
    alarms = Counter(
        tuple(one.key.split("/")[1:3])
        for all_said in world.slack.conversations.values()
        for one in all_said
        if one.text.startswith(NoticeKind.REMOVAL_FAILING)
    )
    found += [
        f"the failing removal {holding_id} was told {times} times"
        for (holding_id, _), times in alarms.items()
        if times > 1
    ]
    return found


_SAID_OF = {
    "assignment.ending_soon": NoticeKind.ACCESS_ENDING,
    "assignment.extended": NoticeKind.ACCESS_EXTENDED,
    f"assignment.{EndReason.EXPIRED}": NoticeKind.ACCESS_ENDED,
    f"assignment.{EndReason.GIVEN_BACK}": NoticeKind.ACCESS_ENDED,
    f"assignment.{EndReason.REMOVED}": NoticeKind.ACCESS_ENDED,
}
_SAID_OF_REQUEST = {
    "request.denied": NoticeKind.REQUEST_DENIED,
    "request.expired": NoticeKind.REQUEST_EXPIRED,
}


def _answered(reader: SqlReader, answered: list[Answered]) -> list[str]:
    """What somebody was told is done is done, once, and in the audit."""
    entries = _entries(reader)
    requests = set(reader.conn.execute(select(_R.id)).scalars())
    found = []
    for one in answered:
        match one.command:
            case SubmitRequest():
                if one.result not in requests:
                    found.append(f"request {one.result} was answered and is lost")
            case DecideRequest(request_id=request_id, verdict=verdict):
                told = [
                    entry
                    for entry in entries
                    if entry.request_id == request_id
                    and entry.actor == one.actor.audit_name
                    and entry.activity == f"decision.{verdict}"
                    and entry.stage is not None
                ]
                if not told:
                    found.append(f"{one.command} was answered and is not in the audit")
            case GiveBack(assignment_id=assignment_id):
                ended = reader.assignment(assignment_id)
                if ended is None or ended.active:
                    found.append(f"assignment {assignment_id} was given back and is active")
            case CompleteTask():
                if not any(entry.activity.startswith("task.") for entry in entries):
                    found.append(f"{one.command} was answered and is not in the audit")
            case _:
                pass
    return found
