"""What must be true of a house that has come to rest, whatever happened before.

Each function looks at one promise and answers the sentences that say where it is broken.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from sqlalchemy import select

from bot import messenger
from bot.house import House
from engine.application.lane_ports import Lease, MessageWork
from engine.domain import assignment_requests, assignments, holdings
from engine.domain.conversation import Audience, CardKind
from engine.domain.holdings import Holding, Level, Seen
from engine.domain.ids import ChannelId, PersonId, RequestId
from playground.server import Playground
from storage import tables as t
from storage.reader import ACTIVE, ASSIGNMENT, HOLDING, REQUEST, SqlReader
from storage.types import from_millis, to_millis_up

Timers = Iterable[tuple[datetime, str]]
Rule = Callable[[Playground, House], Awaitable[list[str]]]


async def broken(playground: Playground, house: House) -> list[str]:
    """Every broken promise, as a sentence."""
    found: list[str] = []
    for rule in RULES:
        found += await rule(playground, house)
    return found


def resting(reader: SqlReader, now: datetime) -> bool:
    """Whether nothing is left to do before something new happens."""
    busy = (
        select(t.messages.c.key).where(t.messages.c.queue_number.is_not(None)),
        select(t.holdings.c.id).where(t.holdings.c.next_at.is_not(None)),
        select(t.lanes.c.key).where(t.lanes.c.holder.is_not(None)),
        select(t.requests.c.id).where(t.requests.c.wake_at <= now),
        select(t.assignments.c.id).where(t.assignments.c.wake_at <= now),
    )
    return all(reader.conn.execute(one.limit(1)).one_or_none() is None for one in busy)


async def _wakes(playground: Playground, house: House) -> list[str]:
    """Nothing sleeps past its moment, and nothing wakes without a reason."""

    def look(reader: SqlReader) -> list[str]:
        requests = reader.conn.execute(select(*REQUEST.columns, t.requests.c.wake_at)).all()
        held = reader.conn.execute(select(*ASSIGNMENT.columns, t.assignments.c.wake_at)).all()
        found = []
        for row in requests:
            request = REQUEST.from_row(row)
            wanted = _earliest(assignment_requests.due_timers(request))
            if row[-1] != wanted:
                found.append(f"request {request.id} wakes at {row[-1]}, not at {wanted}")
        for row in held:
            assignment = ASSIGNMENT.from_row(row)
            wanted = _earliest(assignments.due_timers(assignment))
            if row[-1] != wanted:
                found.append(f"assignment {assignment.id} wakes at {row[-1]}, not at {wanted}")
        return found

    return await house.database.look(look)


def _earliest(timers: Timers) -> datetime | None:
    moment = min((moment for moment, _ in timers), default=None)
    return None if moment is None else from_millis(to_millis_up(moment))


async def _lanes(playground: Playground, house: House) -> list[str]:
    """No lane has anything left to do now, and nobody holds one."""

    def look(reader: SqlReader) -> list[str]:
        found = []
        for lane in reader.conn.execute(select(t.lanes)).mappings():
            if lane["holder"] is not None:
                found.append(f"lane {lane['key']} is still leased")
            elif lane["wake_at"] is not None and lane["wake_at"] <= house.clock.now():
                found.append(f"lane {lane['key']} is due since {lane['wake_at']}")
        return found

    return await house.database.look(look)


async def _nothing_parked(playground: Playground, house: House) -> list[str]:
    """No row failed again and again."""
    parked = (await house.queries.parked()).rows
    return [f"{row.kind} {row.id} is parked: {row.problem}" for row in parked]


async def _audit(playground: Playground, house: House) -> list[str]:
    """The audit is whole."""
    await house.database.seal_audit()
    wrong = await house.database.verify_audit()
    return [wrong] if wrong else []


SHOW_RIGHTS = frozenset({CardKind.REQUEST, CardKind.DELIVERY_FAILURE})


async def _cards(playground: Playground, house: House) -> list[str]:
    """Every open card shows the state as it is now: drawn afresh it is the same.

    The cards of what has ended, and is all gone, stay as they were then: the same right may have
    been given again by something else.
    """
    carrier = house.messenger
    found = []
    for work in await house.database.look(_shown):
        channel, ts = work.channel, work.ts
        if work.kind in SHOW_RIGHTS:
            summary = await house.queries.request(RequestId(work.subject_id))
            if summary and summary.assignment and summary.assignment.level:
                continue
        if channel is None or ts is None:
            found.append(f"{work.key} was never posted")
            continue
        drawn = await carrier._drawn(work)
        message = playground.workspace.conversations[channel].by_ts.get(ts)
        if message is None:
            found.append(f"{work.key} is not where it was posted")
        elif drawn is not None and message.body.get("text") != drawn.text:
            found.append(f"{work.key} says {message.body.get('text')!r}, not {drawn.text!r}")
        elif drawn is not None and messenger._digest(drawn) != work.digest:
            found.append(f"{work.key} shows what is no longer so")
    return found


def _shown(reader: SqlReader) -> list[MessageWork]:
    rows = reader.conn.execute(select(t.messages).where(t.messages.c.is_card)).mappings()
    return [
        MessageWork(
            lease=Lease(lane=row["lane"], number=0, ends_at=from_millis(0)),
            key=row["key"],
            is_card=True,
            kind=row["kind"],
            subject_id=row["subject_id"],
            part=row["part"],
            audience=Audience(
                person_id=PersonId(row["person_id"]) if row["person_id"] else None,
                channel_id=ChannelId(row["channel_id"]) if row["channel_id"] else None,
            ),
            detail=row["detail"],
            channel=row["channel"],
            ts=row["ts"],
            digest=row["digest"],
            sending_since=None,
            attempts=0,
            refusals=0,
        )
        for row in rows
        if row["queue_number"] is None and not row["given_up"]
    ]


async def _said_once(playground: Playground, house: House) -> list[str]:
    """No message of ours stands anywhere twice."""
    keys: Counter[str] = Counter()
    for conversation in playground.workspace.conversations.values():
        for message in conversation.messages:
            metadata = message.metadata or {}
            if metadata.get("event_type") == messenger.EVENT_TYPE:
                keys[str(metadata["event_payload"]["key"])] += 1
    return [f"{key} was posted {count} times" for key, count in keys.items() if count > 1]


async def _claims(playground: Playground, house: House) -> list[str]:
    """What is wanted is what some assignment in force gives, and nothing else."""
    configured = await house.queries.configured()
    assert configured is not None, "every story has a configuration"

    def look(reader: SqlReader) -> list[str]:
        active = reader.conn.execute(select(t.claims).where(t.claims.c.active))
        wanted = {row.holding_id for row in active}
        found = [
            f"{_name(holding)}: wanted is {holding.wanted}, claims say otherwise"
            for holding in _holdings(reader)
            if holding.wanted != (holding.id in wanted)
        ]
        for row in reader.conn.execute(select(*ASSIGNMENT.columns)):
            assignment = ASSIGNMENT.from_row(row)
            claims = reader.claims_of(assignment.id)
            now = {
                (c.holding.connector, c.holding.target, c.holding.role) for c in claims if c.active
            }
            package = configured.packages.get(assignment.package_id)
            given = set()
            for grant in package.grants if package and assignment.wanted else ():
                resource = configured.resources[grant.resource_id]
                given.add((resource.connector, resource.target, grant.role))
            if now != given:
                found.append(f"assignment {assignment.id} claims {now}, its package gives {given}")
        return found

    return await house.database.look(look)


async def _leavers(playground: Playground, house: House) -> list[str]:
    """Whose account is closed holds nothing and asks for nothing."""

    def look(reader: SqlReader) -> list[str]:
        closed = set(reader.conn.execute(select(t.people.c.id).where(~t.people.c.active)).scalars())
        held = select(t.assignments.c.id, t.assignments.c.target_id).where(ACTIVE)
        asked = select(t.requests.c.id, t.requests.c.target_id).where(t.requests.c.is_open)
        return [
            *(
                f"assignment {row.id} is held by {row.target_id}, who has left"
                for row in reader.conn.execute(held)
                if row.target_id in closed
            ),
            *(
                f"request {row.id} is of {row.target_id}, who has left"
                for row in reader.conn.execute(asked)
                if row.target_id in closed
            ),
        ]

    return await house.database.look(look)


async def _world(playground: Playground, house: House) -> list[str]:
    """Slack's groups and channels hold whom we think they hold."""
    found = []
    for holding in await house.database.look(_holdings):
        really = _really_in(playground, holding)
        if really is None or holdings.level(holding) is not Level.REACHED:
            continue
        if holding.seen is Seen.PRESENT and not really:
            found.append(f"{_name(holding)} is said to be there and is not")
        if holding.seen is Seen.ABSENT and really:
            found.append(f"{_name(holding)} is said to be gone and is there")
    return found


def _really_in(playground: Playground, holding: Holding) -> bool | None:
    workspace = playground.workspace
    user = workspace.users.get(str(holding.person_id))
    if user is None or user.deleted:
        return None
    match holding.connector:
        case "slack_usergroup":
            group = workspace.usergroup(holding.target)
            return not group.deleted_at and holding.person_id in group.users
        case "slack_channel":
            return holding.person_id in workspace.channel(holding.target).members
        case _:
            return None


def _holdings(reader: SqlReader) -> tuple[Holding, ...]:
    return HOLDING.all_from(reader.conn.execute(select(*HOLDING.columns)))


def _name(holding: Holding) -> str:
    return f"{holding.connector} {holding.target} ({holding.role}) of {holding.person_id}"


RULES: tuple[Rule, ...] = (
    _wakes,
    _lanes,
    _nothing_parked,
    _audit,
    _cards,
    _said_once,
    _claims,
    _leavers,
    _world,
)
"""Everything that is looked at after every story."""
