"""A house without Slack for stories about reviews: database, door, workers, and a movable clock.

Everybody of `builders` is here: Max manages Rob and Ann, Mia manages Max and Ben; Olga owns the
catalog and Ada administers; the leads (Cat and Dan) are asked when nobody else can be found.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, func, select

import storage
from engine.application.clock import RandomIds
from engine.application.commands import (
    OPERATOR,
    Actor,
    ApplyConfiguration,
    Command,
    Decided,
    DecideReviewLines,
    ResetReview,
    StartReview,
    StopReview,
)
from engine.application.mirror import people_are
from engine.application.ports import Aggregate, Transaction
from engine.application.service import Entitlements
from engine.application.wakes import Wakes
from engine.domain.assignments import Assignment, AssignmentState
from engine.domain.catalogs import Organization, Resource
from engine.domain.configuration import Configuration
from engine.domain.ids import (
    AssignmentId,
    CatalogId,
    ChannelId,
    PersonId,
    RequestId,
    ResourceId,
    ReviewRunId,
)
from engine.domain.people import (
    Group,
    Person,
    PersonKind,
    Subject,
    members_of,
    the_manager,
    the_person,
)
from engine.domain.review_lines import EVERY_LINE, LineFilter, ReviewVerdict
from engine.domain.review_settings import (
    ALL_MOVE_ON,
    ONCE,
    MovesOn,
    NoResponse,
    Recurrence,
    ReviewReason,
    ReviewSettings,
    ReviewStage,
)
from engine.domain.reviews import ReviewRun, ReviewState
from storage import DatabaseStore, ReviewStoreQueries, StoreQueries
from storage import review_tables as t
from storage.review_tallies import COLUMNS, STANDING
from storage.tables import audit, messages
from tests import builders as a
from tests.builders import (
    ADA,
    ADMIN_CHANNEL,
    ANN,
    BEN,
    CAT,
    DAN,
    DAY,
    LEADS,
    MAX,
    MIA,
    NOW,
    OLGA,
    ROB,
)
from tests.databases import StandingClock

KEEP, REMOVE, DONT_KNOW = ReviewVerdict.KEEP, ReviewVerdict.REMOVE, ReviewVerdict.DONT_KNOW
TODAY = NOW.date()
ROUNDS = 2_000

BOSSES: Mapping[PersonId, PersonId] = {ROB: MAX, ANN: MAX, MAX: MIA, BEN: MIA}

A = TypeVar("A")


def a_review_stage(
    *reviewers: Subject | PersonId,
    self_review: bool = False,
    fallback: Iterable[Subject] = (),
    open_for: timedelta = 14 * DAY,
    remind: Iterable[timedelta] = (),
    moves_on: tuple[MovesOn, ...] = ALL_MOVE_ON,
    shows_earlier: bool = True,
) -> ReviewStage:
    """A stage for these reviewers, or the manager when none are named."""
    asked = tuple(the_person(r) if isinstance(r, str) else r for r in reviewers)
    return ReviewStage(
        self_review=self_review,
        reviewers=() if self_review else asked or (the_manager(),),
        fallback_reviewers=tuple(fallback),
        open_for=open_for,
        remind=tuple(remind),
        moves_on=moves_on,
        shows_earlier=shows_earlier,
    )


def settings(
    *stages: ReviewStage,
    every: Recurrence = ONCE,
    starting: date = TODAY,
    silence: NoResponse = NoResponse.KEEP,
    reason: ReviewReason = ReviewReason.OPTIONAL,
) -> ReviewSettings:
    """Reviews by the manager, once, today, for two weeks; silence keeps."""
    return ReviewSettings(
        every=every,
        starting=starting,
        stages=stages or (a_review_stage(),),
        on_no_response=silence,
        reason=reason,
    )


def a_configuration(reviews: ReviewSettings | None) -> Configuration:
    """One package under one policy with these reviews."""
    return Configuration(
        organization=Organization(
            name="Contoso",
            administrators=(the_person(ADA),),
            admin_channel=ADMIN_CHANNEL,
            fallback_approvers=(members_of(LEADS),),
        ),
        catalogs=(a.a_catalog(owners=[OLGA]),),
        resources=(
            Resource(
                id=ResourceId("readers"),
                catalog_id=CatalogId("engineering"),
                name="readers",
                connector="slack_usergroup",
                target="S1",
                target_label="@readers",
            ),
        ),
        packages=(a.a_package(),),
        policies=(replace(a.a_policy(), reviews=reviews),),
    )


def everybody(departments: Mapping[PersonId, str] | None = None) -> list[Person]:
    """The people of the house."""
    of = departments or {}
    return [
        Person(
            id=person,
            name=str(person).title(),
            kind=PersonKind.MEMBER,
            manager_id=BOSSES.get(person),
            department=of.get(person),
        )
        for person in a.EVERYBODY
    ]


@dataclass
class ReviewHouse:
    """Everything but Slack."""

    store: DatabaseStore
    clock: StandingClock
    service: Entitlements
    wakes: Wakes
    reviews: ReviewStoreQueries
    queries: StoreQueries
    given: dict[PersonId, AssignmentId] = field(default_factory=dict)

    # What there is ----------------------------------------------------------------------------

    async def configure(self, reviews: ReviewSettings | None) -> None:
        """Apply a configuration in which the policy is reviewed like that."""
        await self.do(ApplyConfiguration(configuration=a_configuration(reviews)), OPERATOR)

    async def people(self, people: Iterable[Person]) -> None:
        """Write people into the mirror."""
        some = list(people)
        await self.store.write(people_are, some)

    async def give(self, *people: PersonId, at: datetime | None = None) -> None:
        """These hold the package, since some time before now."""
        since = at or self.clock.now() - 10 * DAY
        for person in people:
            one = _assignment(f"held-by-{person}", person, since)
            self.given[person] = one.id
            await self.store.write(_insert, one)

    async def leaves(self, person: PersonId) -> None:
        """Somebody's account is closed."""
        known = await self.queries.person(person)
        assert known is not None
        await self.people([replace(known, active=False)])
        await self.settle()

    async def opens(self, reviews: ReviewSettings, *holders: PersonId) -> None:
        """These hold the package, and a review of them is open."""
        await self.give(*holders)
        await self.configure(reviews)
        await self.settle()
        assert (await self.run()).state is ReviewState.IN_PROGRESS

    # What happens -----------------------------------------------------------------------------

    async def settle(self) -> None:
        """Look at everything until nothing is due."""
        for _ in range(ROUNDS):
            if not await self.wakes.run_once():
                return
        raise AssertionError("the wakes do not come to rest")

    def step(self, tx: Transaction) -> int:
        """What the worker does for reviews in one transaction."""
        return self.wakes._pass(
            tx,
            (Aggregate.REVIEW_SERIES, self.wakes._look_at_series),
            (Aggregate.REVIEW_RUN, self.wakes._look_at_a_run),
        )

    async def passes(self, time: timedelta) -> None:
        """So much time passes."""
        self.clock.pass_by(time)
        await self.settle()

    async def do(self, command: Command[A], actor: Actor) -> A:
        """Give a command."""
        return await self.service.handle(command, actor)

    async def decides(
        self,
        who: PersonId,
        verdict: ReviewVerdict,
        *holders: PersonId,
        reason: str = "",
        which: LineFilter = EVERY_LINE,
        run: ReviewRunId | None = None,
    ) -> Decided:
        """A reviewer answers the lines of these holders, or all that the filter lets through."""
        command = DecideReviewLines(
            review_id=run or (await self.run()).id,
            verdict=verdict,
            reason=reason,
            lines=tuple(self.given[holder] for holder in holders),
            which=which,
        )
        return await self.do(command, Actor(person_id=who))

    async def starts(self, who: PersonId = ADA, channel: ChannelId = ADMIN_CHANNEL) -> ReviewRun:
        """An administrator starts a review outside the schedule."""
        command = StartReview(package_id=a.PACKAGE)
        await self.do(command, Actor(person_id=who, channel_id=channel))
        await self.settle()
        return await self.run()

    async def stops(self, who: PersonId = ADA, channel: ChannelId = ADMIN_CHANNEL) -> None:
        """An administrator stops the newest review."""
        command = StopReview(review_id=(await self.run()).id, why="Started by mistake")
        await self.do(command, Actor(person_id=who, channel_id=channel))
        await self.settle()

    async def resets(self, who: PersonId = ADA, channel: ChannelId = ADMIN_CHANNEL) -> object:
        """An administrator clears the answers."""
        command = ResetReview(review_id=(await self.run()).id, why="Wrong list")
        done = await self.do(command, Actor(person_id=who, channel_id=channel))
        await self.settle()
        return done

    # What is true -----------------------------------------------------------------------------

    async def runs(self) -> tuple[ReviewRun, ...]:
        """Every run, oldest first."""
        page = await self.reviews.reviews(limit=1000)
        return tuple(row.run for row in reversed(page.rows))

    async def run(self) -> ReviewRun:
        """The newest run."""
        return (await self.runs())[-1]

    async def lines_of(self, who: PersonId) -> list[PersonId]:
        """Whose access somebody reviews in the newest run, by name."""
        page = await self.reviews.review_lines((await self.run()).id, who, limit=100)
        return [row.line.target_id for row in page.rows]

    async def holds(self, person: PersonId) -> bool:
        """Whether somebody holds the package."""
        held = await self.store.read(lambda tx: tx.active_assignment_of(person, a.PACKAGE))
        return held is not None

    async def said(self, kind: str) -> list[tuple[str, str]]:
        """Every notice of a kind: to whom, and its detail."""
        return await self.store.look(lambda reader: _said(reader.conn, kind, card=False))

    async def cards(self) -> list[str]:
        """Who has a card about a review."""
        found = await self.store.look(lambda reader: _said(reader.conn, "review", card=True))
        return sorted({who for who, _ in found})

    async def story(self) -> list[str]:
        """The audit's activities about reviews, oldest first."""
        about = select(audit.c.activity).where(audit.c.activity.startswith("review."))
        found = await self.store.look(
            lambda reader: reader.conn.execute(about.order_by(audit.c.id)).scalars().all()
        )
        return list(found)

    async def check_counts(self) -> None:
        """Every count is what counting the lines gives."""
        kept, counted = await self.store.look(lambda reader: _tallies(reader.conn))
        assert kept == counted


@asynccontextmanager
async def review_house(
    url: str, *, telling: frozenset[str] = frozenset(), begins: bool = True
) -> AsyncIterator[ReviewHouse]:
    """The house over this database, with everybody in the mirror and nobody holding anything.

    Connectors in `telling` tell when access was last used. One that does not begin finds
    everything as an earlier one left it.
    """
    clock = StandingClock()
    async with await storage.open_store(url, clock=clock) as store:
        service = Entitlements(store, ids=RandomIds(), serial={}, telling=telling)
        house = ReviewHouse(
            store=store,
            clock=clock,
            service=service,
            wakes=Wakes(store, service),
            reviews=ReviewStoreQueries(store),
            queries=StoreQueries(store),
        )
        if begins:
            leads = Group(id=LEADS, handle="leads", name="Leads", members=frozenset({CAT, DAN}))
            await house.people(everybody())
            await store.write(lambda tx: tx.put_groups([leads]))
        yield house


def _assignment(id_: str, person: PersonId, since: datetime) -> Assignment:
    return replace(
        a.an_assignment(lasting=None),
        id=AssignmentId(id_),
        request_id=RequestId(f"request-{id_}"),
        target_id=person,
        state=AssignmentState.DELIVERED,
        starts_at=since,
        delivered_at=since,
    )


def _insert(tx: Transaction, one: Assignment) -> None:
    origin = replace(
        a.a_request(requestor=one.target_id),
        id=one.request_id,
        assignment_id=one.id,
        submitted_at=one.starts_at,
        delivered_at=one.starts_at,
        closed_at=one.starts_at,
    )
    tx.add_request(replace(origin, state=a.RequestState.DELIVERED), None)
    tx.add_assignment(one, None)


def _said(conn: Connection, kind: str, *, card: bool) -> list[tuple[str, str]]:
    rows = conn.execute(
        select(messages.c.lane, messages.c.detail)
        .where(messages.c.kind == kind, messages.c.is_card == card)
        .order_by(messages.c.key)
    )
    return [(lane.partition(":")[2], detail) for lane, detail in rows]


def _tallies(conn: Connection) -> tuple[dict[object, int], dict[object, int]]:
    kept: dict[object, int] = {}
    for row in conn.execute(select(t.review_tallies)):
        for name in COLUMNS:
            if count := getattr(row, name):
                kept[row.review_id, row.asked, row.department, row.recommendation, name] = count
    line = t.review_lines.c
    keys = (line.review_id, line.asked, line.department, line.recommendation, STANDING)
    rows = conn.execute(select(*keys, func.count()).group_by(*keys))
    return kept, {tuple(row[:-1]): row[-1] for row in rows}
