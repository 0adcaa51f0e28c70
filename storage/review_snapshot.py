"""The snapshot of a review: lines written by the thousand, without ever being read into memory.

Each step is one INSERT ... SELECT, or one UPDATE, over the next assignments in the order of their
ids, and one statement that counts what it wrote. Who reviews a line is found out by the same
statement: the manager by following the mirror as many steps as the policy says, and, where there
is none, the pool that comes first (`reviewers.pool_for`).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.sql.dml import Insert, Update

from engine.application.review_ports import Department, Written
from engine.domain.ids import PersonId
from engine.domain.people import PersonKind
from engine.domain.review_lines import (
    FRESH,
    LOOK_BACK,
    Advice,
    Recommendation,
    asked_person,
    asked_pool,
)
from engine.domain.review_settings import MovesOn
from engine.domain.reviewers import Pools, pool_for
from engine.domain.reviews import ReviewRun
from storage import review_tables as t
from storage import tables
from storage.review_tallies import STANDING, ReviewTallies, stage_range
from storage.types import UtcMillis
from storage.uses import used_of

_A, _P = tables.assignments.c, tables.people.c
_L, _D = t.review_lines.c, t.review_departments.c
_SOMEBODY = [PersonKind.MEMBER, PersonKind.GUEST]
_STAGE = bindparam("to_stage", type_=Integer)
_POPULATION = and_(
    _A.package_id == bindparam("package"),
    _A.ended_at.is_(None),
    _A.starts_at <= bindparam("opened_at", type_=UtcMillis),
)
_HOLDERS = (
    select(_P.department_key, func.count())
    .select_from(tables.assignments.join(tables.people, _P.id == _A.target_id))
    .where(_POPULATION)
    .group_by(_P.department_key)
)
_PEOPLE = (
    select(_P.department_key, func.count())
    .where(_P.active, _P.kind.in_(_SOMEBODY), _P.department_key.is_not(None))
    .group_by(_P.department_key)
)
_RANGE = and_(
    _L.review_id == bindparam("run"),
    _L.assignment_id > bindparam("cursor"),
    _L.assignment_id <= bindparam("upper"),
)
_IN_RANGE_AND_STAGE = and_(_RANGE, _L.stage == _STAGE)
_NEXT_LINES = (
    select(_L.assignment_id)
    .where(_L.review_id == bindparam("run"), _L.assignment_id > bindparam("cursor"))
    .order_by(_L.assignment_id)
    .limit(bindparam("most"))
    .subquery()
)
_UPPER = select(func.max(_NEXT_LINES.c.assignment_id), func.count())
_ANSWERS = {MovesOn.KEPT: "keep", MovesOn.REMOVED: "remove", MovesOn.DONT_KNOW: "dont_know"}


class ReviewSnapshots(ReviewTallies):
    """Writing and handing over lines."""

    def departments_of(self, run: ReviewRun) -> tuple[Department, ...]:
        """The departments of everybody who holds the package."""
        asked = {"package": run.package_id, "opened_at": run.opened_at}
        holders = {row[0] or "": row[1] for row in self.conn.execute(_HOLDERS, asked)}
        people = {row[0]: row[1] for row in self.conn.execute(_PEOPLE)}
        return tuple(
            Department(name=name, people=people.get(name, 0), holders=count)
            for name, count in sorted(holders.items())
        )

    def save_advice(self, run: ReviewRun, advice: Iterable[tuple[str, Advice]]) -> None:
        """What is recommended in each department."""
        rows = [
            {
                "review_id": run.id,
                "department": department,
                "recommendation": str(one.recommendation or ""),
                "why": str(one.why),
                "colleagues": one.colleagues,
                "holding": one.holding,
            }
            for department, one in advice
        ]
        if rows:
            self.conn.execute(insert(t.review_departments), rows)

    def save_reviewers(self, run: ReviewRun) -> None:
        """Note who is in the pools of the running stage, for finding runs by person."""
        gone = t.review_reviewers.delete().where(
            t.review_reviewers.c.review_id == bindparam("run"),
            t.review_reviewers.c.asked >= bindparam("low"),
            t.review_reviewers.c.asked < bindparam("high"),
        )
        self.conn.execute(gone, stage_range(run.id, run.stage))
        rows = [
            {"review_id": run.id, "asked": asked_pool(run.stage, number), "person_id": person}
            for number, pool in enumerate(run.pools)
            for person in pool
        ]
        if rows:
            self.conn.execute(insert(t.review_reviewers), rows)
            own = {"package": run.package_id, "policy": run.policy_id, "opened_at": run.opened_at}
            self.conn.execute(_NOTE_OWN, own | stage_range(run.id, run.stage))

    def write_lines(self, run: ReviewRun, limit: int) -> Written:
        """Write the next lines of the first stage: one for each assignment held at the opening."""
        asked = _marks(run) | {
            "run": run.id,
            "policy": run.policy_id,
            "package": run.package_id,
            "opened_at": run.opened_at,
            "cursor": run.cursor,
            "most": limit,
        }
        if run.knows_uses:
            opened_at = run.opened_at or self.now()
            asked |= {"fresh_from": opened_at - FRESH, "used_from": opened_at - LOOK_BACK}
        level, self_review = run.rules.manager_level, run.rules.self_review
        uses = self.postgres if run.knows_uses else None
        self.conn.execute(_writing(level, self_review=self_review, uses=uses), asked)
        # Counted by what is there: SQLite knows no number of rows for an INSERT that begins WITH.
        where = {"run": run.id, "cursor": run.cursor}
        upper, count = self.conn.execute(_UPPER, where | {"most": limit}).one()
        if not count:
            return self._written(run, run.cursor, 0, complete=True)
        self.add_tallies(_IN_RANGE_AND_STAGE, where | {"upper": upper, "to_stage": run.stage})
        return self._written(run, upper, count, complete=count < limit)

    def move_lines(self, run: ReviewRun, limit: int) -> Written:
        """Bring the next lines that go on from the stage before into the running one."""
        where = {"run": run.id, "cursor": run.cursor}
        upper, count = self.conn.execute(_UPPER, where | {"most": limit}).one()
        if not count:
            return self._written(run, run.cursor, 0, complete=True)
        before = run.stage - 1
        going = and_(
            _RANGE, _L.stage == bindparam("before"), _going(run.settings.stages[before].moves_on)
        )
        asked = where | {"upper": upper, "before": before}
        leaving = self.counted(going, asked)
        level, self_review = run.rules.manager_level, run.rules.self_review
        moving = _moving(level, self_review=self_review).where(going)
        self.conn.execute(moving, asked | _marks(run))
        self.shift(run.id, ((bucket, column, -n) for (bucket, column), n in leaving.items()))
        self.add_tallies(_IN_RANGE_AND_STAGE, where | {"upper": upper, "to_stage": run.stage})
        return self._written(run, upper, sum(leaving.values()), complete=count < limit)

    def _written(self, run: ReviewRun, cursor: str, lines: int, *, complete: bool) -> Written:
        """What a step did. After many, PostgreSQL is told at once how large the table is now.

        Until it knows, it reads a whole run to find five hundred of its lines by their keys.
        """
        if complete and run.cursor and self.postgres:
            self.conn.execute(text("ANALYZE review_lines"))
        return Written(cursor=cursor, lines=lines, complete=complete)

    def hand_over(self, run: ReviewRun, left: Iterable[PersonId]) -> int:
        """Give the lines of these people, and of pools grown empty, to the pool that follows."""
        marks = [asked_person(run.stage, person) for person in sorted(left)]
        marks += [asked_pool(run.stage, number) for number in range(len(run.pools))]
        which = and_(
            _L.review_id == bindparam("run"),
            _L.asked.in_(bindparam("from_marks", expanding=True)),
            _L.gone.is_(None),
            _L.asked != _POOL,
        )
        asked = _marks(run) | {"run": run.id, "from_marks": marks}
        moving = self.counted(which, asked)
        if not moving:
            return 0
        grouped = self.conn.execute(_regrouped(which), asked).all()
        self.conn.execute(update(t.review_lines).where(which).values(asked=_POOL), asked)
        changes = [(bucket, column, -n) for (bucket, column), n in moving.items()]
        changes += [((mark, dep, rec), column, n) for mark, dep, rec, column, n in grouped]
        self.shift(run.id, changes)
        return sum(moving.values())


def _marks(run: ReviewRun) -> dict[str, Any]:
    """Who reviews what nobody is named for: one pool, but for one person who is all of it."""
    first = next((pool for pool in run.pools if pool), ())
    sole = first[0] if len(first) == 1 else PersonId("")
    return {
        "prefix": f"{run.stage}:",
        "to_stage": run.stage,
        "sole": sole,
        "sole_mark": _pool_mark(run.stage, run.pools, sole),
        "pool_mark": _pool_mark(run.stage, run.pools, PersonId("")),
    }


def _pool_mark(stage: int, pools: Pools, target_id: PersonId) -> str:
    return asked_pool(stage, pool_for(pools, target_id))


_PREFIX = bindparam("prefix", type_=String)


def _pool_of(target: ColumnElement[str]) -> ColumnElement[str]:
    return case(
        (target == bindparam("sole", type_=String), bindparam("sole_mark", type_=String)),
        else_=bindparam("pool_mark", type_=String),
    )


_POOL = _pool_of(_L.target_id)


def _chain(
    start: FromClause, person: FromClause, level: int, target: ColumnElement[str]
) -> tuple[FromClause, ColumnElement[str]]:
    """The manager so many steps up, joined; empty when nobody of ours is there."""
    joined, below = start, person
    for step in range(1, level + 1):
        above = tables.people.alias(f"manager_{step}")
        fits: ColumnElement[bool] = above.c.id == below.c.manager_id
        if step == level:
            here = and_(above.c.active, above.c.kind.in_(_SOMEBODY), above.c.id != target)
            fits = and_(fits, here)
        joined, below = joined.outerjoin(above, fits), above
    return joined, below.c.id


@lru_cache(maxsize=32)
def _writing(level: int | None, *, self_review: bool, uses: bool | None = None) -> Insert:
    """Lines for the next assignments; with `uses` by when they were used, on PostgreSQL or not."""
    person = tables.people.alias("holder")
    department = func.coalesce(person.c.department_key, "")
    source: FromClause = tables.assignments.outerjoin(
        person, person.c.id == _A.target_id
    ).outerjoin(
        t.review_departments,
        and_(_D.review_id == bindparam("run", type_=String), _D.department == department),
    )
    asked: ColumnElement[str] = _pool_of(_A.target_id)
    if self_review:
        asked = _PREFIX.concat(_A.target_id)
    elif level is not None:
        source, manager = _chain(source, person, level, _A.target_id)
        asked = case((manager.is_not(None), _PREFIX.concat(manager)), else_=asked)
    columns: dict[str, ColumnElement[Any]] = {
        "review_id": bindparam("run", type_=String),
        "assignment_id": _A.id,
        "target_id": _A.target_id,
        "name_key": func.lower(func.coalesce(person.c.name, _A.target_id)),
        "stage": _STAGE,
        "asked": asked,
        "waiting": true(),
        "department": department,
        "recommendation": func.coalesce(_D.recommendation, ""),
    }
    if uses is not None:
        used = used_of(_next(_A.id).cte("some"), postgres=uses)
        source = source.outerjoin(used, used.c.assignment_id == _A.id)
        columns |= _by_use(used, colleagues=columns["recommendation"])
    found = _next(*columns.values()).select_from(source)
    return insert(t.review_lines).from_select(list(columns), found, include_defaults=False)


def _next(*columns: ColumnElement[Any]) -> Select[Any]:
    """Of the assignments that are not written yet, the next."""
    return (
        select(*columns)
        .where(_POPULATION, _A.policy_id == bindparam("policy"), _A.id > bindparam("cursor"))
        .order_by(_A.id)
        .limit(bindparam("most"))
    )


def _by_use(used: CTE, *, colleagues: ColumnElement[str]) -> dict[str, ColumnElement[Any]]:
    """The columns of a line that depend on its use: `review_lines.advise_by_use` in SQL."""
    complete = used.c.told == used.c.rights
    lately = used.c.used_at >= bindparam("used_from", type_=UtcMillis)
    keep, remove = str(Recommendation.KEEP), str(Recommendation.REMOVE)
    return {
        "used_at": used.c.used_at,
        "use_complete": case((complete, true()), (used.c.told > 0, false())),
        "recommendation": case((lately, keep), (complete, remove), else_=colleagues),
    }


@lru_cache(maxsize=32)
def _moving(level: int | None, *, self_review: bool) -> Update:
    """Lines as they are at the beginning of the next stage."""
    asked: ColumnElement[str] = _POOL
    if self_review:
        asked = _PREFIX.concat(_L.target_id)
    elif level is not None:
        person = tables.people.alias("holder")
        source, manager = _chain(person, person, level, _L.target_id)
        found = (
            select(_PREFIX.concat(manager))
            .select_from(source)
            .where(person.c.id == _L.target_id, manager.is_not(None))
            .correlate(t.review_lines)
            .scalar_subquery()
        )
        asked = func.coalesce(found, _POOL)
    return update(t.review_lines).values(
        stage=_STAGE,
        asked=asked,
        waiting=true(),
        verdict=None,
        reason=None,
        decided_by=None,
        decided_at=None,
    )


def _going(moves_on: tuple[MovesOn, ...]) -> ColumnElement[bool]:
    """The lines that the next stage sees."""
    answers = [_ANSWERS[one] for one in moves_on if one in _ANSWERS]
    fits: list[ColumnElement[bool]] = [_L.verdict.in_(answers)] if answers else []
    if MovesOn.UNDECIDED in moves_on:
        fits.append(_L.verdict.is_(None))
    return and_(_L.gone.is_(None), or_(*fits) if fits else false())


def _regrouped(which: ColumnElement[bool]) -> Any:
    """How these lines will stand, by the pool they move to."""
    keys = (_POOL.label("mark"), _L.department, _L.recommendation, STANDING.label("standing"))
    moved = select(*keys).where(which).subquery()
    return select(*moved.c, func.count()).group_by(*moved.c)


_NOTE_OWN = (
    update(t.review_reviewers)
    .where(
        t.review_reviewers.c.review_id == bindparam("run"),
        t.review_reviewers.c.asked >= bindparam("low"),
        t.review_reviewers.c.asked < bindparam("high"),
    )
    .values(
        own_assignment_id=select(_A.id)
        .where(
            _POPULATION,
            _A.policy_id == bindparam("policy"),
            _A.target_id == t.review_reviewers.c.person_id,
        )
        .correlate(t.review_reviewers)
        .scalar_subquery()
    )
)
