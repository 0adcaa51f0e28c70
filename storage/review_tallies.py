"""How many lines stand how: reading the counts, and moving lines from one count to another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.sql.dml import Insert

from engine.domain.ids import PersonId, ReviewRunId
from engine.domain.people import PersonKind
from engine.domain.review_lines import ReviewVerdict, asked_person
from engine.domain.reviews import ReviewRun, asked_of
from storage import review_tables as t
from storage import tables
from storage.bound import upsert
from storage.reader import chunks
from storage.uses import UseWrites

_L, _Y, _W = t.review_lines.c, t.review_tallies.c, t.review_reviewers.c
COLUMNS = ("undecided", "kept", "removed", "dont_know", "gone")
COLUMN_OF: dict[str | None, str] = {
    None: "undecided",
    ReviewVerdict.KEEP: "kept",
    ReviewVerdict.REMOVE: "removed",
    ReviewVerdict.DONT_KNOW: "dont_know",
}
"""Where a line with this answer is counted."""
Bucket = tuple[str, str, str]
"""Mark, department, recommendation."""
Counted = Mapping[tuple[Bucket, str], int]
"""How many lines of a bucket are counted in which column."""


def _word(text: str) -> ColumnElement[str]:
    """A constant of ours, written out: what is grouped by must read the same in both places."""
    return literal_column(f"'{text}'", String)


STANDING = case(
    (_L.gone.is_not(None), _word("gone")),
    *((_L.verdict == _word(said), _word(name)) for said, name in COLUMN_OF.items() if said),
    else_=_word("undecided"),
)
"""The column a line is counted in."""
GROUPED = select(
    _L.asked, _L.department, _L.recommendation, STANDING.label("standing"), func.count()
).group_by(_L.asked, _L.department, _L.recommendation, STANDING)
_SUM = func.coalesce(func.sum(_Y.undecided), 0)
_IN_STAGE = and_(
    _Y.review_id == bindparam("run"),
    _Y.asked >= bindparam("low"),
    _Y.asked < bindparam("high"),
)
_UNDECIDED_MARKED = select(_SUM).where(
    _Y.review_id == bindparam("run"), _Y.asked.in_(bindparam("marks", expanding=True))
)
_STAYING = func.coalesce(func.sum(_Y.undecided + _Y.kept + _Y.removed + _Y.dont_know), 0)
_IN_STAGE_COUNT = select(_STAYING).where(_IN_STAGE)
_MARKED_COUNT = select(_STAYING).where(
    _Y.review_id == bindparam("run"), _Y.asked.in_(bindparam("marks", expanding=True))
)
OWN_LINES = (
    select(_W.person_id, _L.asked, _L.waiting)
    .join(
        t.review_lines, and_(_L.review_id == _W.review_id, _L.assignment_id == _W.own_assignment_id)
    )
    .where(
        _W.review_id == bindparam("run"),
        _W.person_id.in_(bindparam("people", expanding=True)),
        _W.asked == _L.asked,
    )
)
"""Lines of reviewers that lie in a pool of theirs."""


def _alone(*, undecided: bool) -> Select[Any]:
    person = func.substr(_Y.asked, bindparam("skip"))
    total = func.sum(_Y.undecided)
    statement = (
        select(person, total)
        .where(
            _IN_STAGE,
            _Y.asked > bindparam("after"),
            ~_Y.asked.startswith(bindparam("pools"), autoescape=False),
        )
        .group_by(_Y.asked)
        .order_by(_Y.asked)
        .limit(bindparam("most"))
    )
    return statement.having(total > 0) if undecided else statement


_ALONE = {undecided: _alone(undecided=undecided) for undecided in (True, False)}
_POOLED = (
    select(_Y.asked, _SUM, _STAYING)
    .where(_IN_STAGE, _Y.asked.startswith(bindparam("pools"), autoescape=False))
    .group_by(_Y.asked)
)
_HERE = tables.people.c.active & tables.people.c.kind.in_([PersonKind.MEMBER, PersonKind.GUEST])
_GONE_ALONE = (
    select(tables.people.c.id)
    .join(t.review_tallies, tables.people.c.id == func.substr(_Y.asked, bindparam("skip")))
    .where(_IN_STAGE, ~_HERE, _Y.undecided + _Y.kept + _Y.removed + _Y.dont_know > 0)
    .distinct()
)
_GONE_POOLED = (
    select(tables.people.c.id)
    .join(t.review_reviewers, _W.person_id == tables.people.c.id)
    .where(
        _W.review_id == bindparam("run"),
        _W.asked >= bindparam("low"),
        _W.asked < bindparam("high"),
        ~_HERE,
    )
    .distinct()
)


def stage_range(review_id: ReviewRunId, stage: int) -> dict[str, Any]:
    """The marks of a stage: from `0:` to before `0;`, which follows it byte by byte."""
    return {"run": review_id, "low": f"{stage}:", "high": f"{stage};"}


class ReviewTallies(UseWrites):
    """The counts of lines."""

    def undecided_lines_of(self, run: ReviewRun, person_id: PersonId) -> int:
        """How many lines this person has not decided in the running stage; their own left out."""
        marks = sorted(asked_of(run, person_id))
        asked = {"run": run.id, "marks": marks}
        undecided: int = self.conn.execute(_UNDECIDED_MARKED, asked).scalar_one()
        return undecided - self._own_waiting(run, [person_id]).get(person_id, 0)

    def lines_in_stage(self, run: ReviewRun) -> int:
        """How many lines of the running stage have not fallen out."""
        found: int = self.conn.execute(_IN_STAGE_COUNT, stage_range(run.id, run.stage)).scalar_one()
        return found

    def lines_asked(self, run: ReviewRun, marks: Iterable[str]) -> int:
        """How many lines bear these marks and have not fallen out."""
        asked = {"run": run.id, "marks": sorted(set(marks))}
        found: int = self.conn.execute(_MARKED_COUNT, asked).scalar_one()
        return found

    def reviewers_after(
        self, run: ReviewRun, after: str, limit: int, *, undecided: bool
    ) -> tuple[tuple[PersonId, int], ...]:
        """Who reviews in the running stage, by id, with how many lines they have not decided."""
        asked = stage_range(run.id, run.stage) | {"pools": f"{run.stage}:#"}
        own = self.conn.execute(
            _ALONE[undecided],
            asked
            | {
                "skip": len(f"{run.stage}:") + 1,
                "after": asked_person(run.stage, PersonId(after)),
                "most": limit,
            },
        )
        alone = {PersonId(person): int(count) for person, count in own}
        pooled = self._pooled(run, asked, after)
        known = {
            person: alone.get(person, 0) + pooled.get(person, 0)
            for person in sorted(alone.keys() | pooled.keys())
        }
        some = [(person, n) for person, n in known.items() if n or not undecided]
        return tuple(some[:limit])

    def _pooled(self, run: ReviewRun, asked: dict[str, Any], after: str) -> dict[PersonId, int]:
        """The members of pools that have lines, with the undecided ones of them."""
        counts = {
            mark: (int(n), int(lines)) for mark, n, lines in self.conn.execute(_POOLED, asked)
        }
        found: dict[PersonId, int] = {}
        for number, pool in enumerate(run.pools):
            undecided, lines = counts.get(f"{run.stage}:#{number}", (0, 0))
            for person in pool if lines else ():
                if person > after:
                    found[person] = found.get(person, 0) + undecided
        for person, own in self._own_waiting(run, found).items():
            found[person] -= own
        return found

    def _own_waiting(self, run: ReviewRun, people: Iterable[PersonId]) -> dict[PersonId, int]:
        """Undecided lines of these reviewers that lie in a pool of theirs."""
        own: dict[PersonId, int] = defaultdict(int)
        if run.rules.self_review:
            return own
        for some in chunks(sorted(people)):
            asked = {"run": run.id, "people": some}
            for person, mark, waiting in self.conn.execute(OWN_LINES, asked):
                own[PersonId(person)] += int(waiting and mark.startswith(f"{run.stage}:"))
        return own

    def gone_reviewers(self, run: ReviewRun) -> frozenset[PersonId]:
        """Who is asked in the running stage, alone or in a pool, and has left."""
        asked = stage_range(run.id, run.stage)
        found = set(self.conn.execute(_GONE_POOLED, asked).scalars())
        if not run.rules.self_review:
            skip = {"skip": len(f"{run.stage}:") + 1}
            found |= set(self.conn.execute(_GONE_ALONE, asked | skip).scalars())
        return frozenset(PersonId(person) for person in found)

    # Moving

    def counted(self, which: ColumnElement[bool], asked: dict[str, Any]) -> Counted:
        """How these lines stand."""
        rows = self.conn.execute(GROUPED.where(which), asked)
        return {((mark, dep, rec), standing): n for mark, dep, rec, standing, n in rows}

    def shift(self, review_id: ReviewRunId, changes: Iterable[tuple[Bucket, str, int]]) -> None:
        """Add so many lines, or take them away, in the columns of these buckets."""
        rows: dict[Bucket, dict[str, Any]] = {}
        for bucket, column, number in changes:
            mark, department, recommendation = bucket
            row = rows.setdefault(
                bucket,
                {
                    "review_id": review_id,
                    "asked": mark,
                    "department": department,
                    "recommendation": recommendation,
                    **dict.fromkeys(COLUMNS, 0),
                },
            )
            row[column] += number
        if rows:
            self.conn.execute(_add_up(self.postgres), [rows[bucket] for bucket in sorted(rows)])

    def add_tallies(self, which: ColumnElement[bool], asked: dict[str, Any]) -> None:
        """Count these undecided lines."""
        self.conn.execute(_count_fresh(self.postgres, which), asked)


def _adding(statement: Any) -> Insert:
    added: Insert = statement.on_conflict_do_update(
        index_elements=["review_id", "asked", "department", "recommendation"],
        set_={name: _Y[name] + statement.excluded[name] for name in COLUMNS},
    )
    return added


@cache
def _add_up(postgres: bool) -> Insert:
    return _adding(upsert(t.review_tallies, postgres))


@cache
def _count_fresh(postgres: bool, which: ColumnElement[bool]) -> Insert:
    # Grouped first by what differs most: sorting is half of the work.
    keys = (_L.department, _L.recommendation, _L.asked)
    run, zero = bindparam("run", type_=String), func.count() * 0
    fresh = select(run, *keys, func.count(), zero, zero, zero, zero).where(which).group_by(*keys)
    columns = ["review_id", "department", "recommendation", "asked", *COLUMNS]
    return _adding(upsert(t.review_tallies, postgres).from_select(columns, fresh))
