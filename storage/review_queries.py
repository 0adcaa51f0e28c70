"""The read side of reviews in SQL: `engine.application.review_queries.ReviewQueries`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import and_, bindparam, func, or_, select

from engine.application.queries import Page
from engine.application.review_queries import (
    PlannedReview,
    ReviewCounts,
    ReviewerSummary,
    ReviewLinePage,
    ReviewLineSummary,
    ReviewResults,
    ReviewStory,
    ReviewSummary,
)
from engine.domain.ids import AssignmentId, PackageId, PersonId, PolicyId, ReviewRunId
from engine.domain.review_lines import (
    EVERY_LINE,
    LineFilter,
    Recommendation,
    ReviewDecision,
    asked_person,
    asked_pool,
)
from engine.domain.review_settings import MAX_STAGES
from engine.domain.reviews import ReviewRun, ReviewState, asked_of
from storage import review_line_pages as lines
from storage import review_tables as t
from storage.queries import MOST_FOUND, REFERENCE_LENGTH
from storage.reader import SqlReader
from storage.review_results import SUMS, by_name, counts_of, results_of
from storage.review_runs import ONE_RUN, RUN
from storage.review_story import story_of
from storage.review_tallies import STANDING
from storage.store import DatabaseStore

_R, _S, _L = t.review_runs.c, t.review_series.c, t.review_lines.c
_Y, _W = t.review_tallies.c, t.review_reviewers.c
_BY_REFERENCE = select(_R.id).where(_R.reference == bindparam("reference")).order_by(_R.id.desc())
_PLANNED = (
    select(_S.policy_id, _S.package_id, _S.next_at)
    .where(_S.next_at.is_not(None))
    .order_by(_S.next_at, _S.policy_id)
)
_STAGE_OF = func.substr(_Y.asked, 1, 1)
"""A mark begins with its stage, of which there are few (`MAX_STAGES`)."""
_COUNTS_OF = (
    select(_Y.review_id, _STAGE_OF.label("stage"), *SUMS)
    .where(_Y.review_id.in_(bindparam("ids", expanding=True)))
    .group_by(_Y.review_id, _STAGE_OF)
)
_OF_MARKS = (
    select(_Y.department, _Y.recommendation, *SUMS)
    .where(_Y.review_id == bindparam("run"), _Y.asked.in_(bindparam("marks", expanding=True)))
    .group_by(_Y.department, _Y.recommendation)
)
_WITH_LINES = (
    select(_Y.asked)
    .where(_Y.review_id == bindparam("run"), _Y.asked.in_(bindparam("marks", expanding=True)))
    .group_by(_Y.asked)
    .having(func.sum(_Y.undecided + _Y.kept + _Y.removed + _Y.dont_know) > 0)
)
_OWN = (
    select(_L.department, _L.recommendation, STANDING.label("standing"))
    .join(
        t.review_reviewers,
        and_(_W.review_id == _L.review_id, _W.own_assignment_id == _L.assignment_id),
    )
    .where(
        _W.review_id == bindparam("run"),
        _W.person_id == bindparam("person"),
        _W.asked == _L.asked,
        _L.asked.in_(bindparam("marks", expanding=True)),
    )
)
_PLACE_OF = select(t.review_places.c.place).where(
    t.review_places.c.review_id == bindparam("run"),
    t.review_places.c.person_id == bindparam("person"),
)
_WAITING = (
    select(*RUN.columns)
    .where(
        _R.state == ReviewState.IN_PROGRESS,
        or_(
            _R.id.in_(select(_W.review_id).where(_W.person_id == bindparam("person"))),
            _R.id.in_(select(_Y.review_id).where(_Y.asked.in_(bindparam("marks", expanding=True)))),
        ),
    )
    .order_by(_R.id)
)


class ReviewStoreQueries:
    """Every read of access reviews."""

    def __init__(self, store: DatabaseStore) -> None:
        """Reads never wait for the store's writers."""
        self._store = store

    async def review(self, review_id: ReviewRunId) -> ReviewSummary | None:
        """One run."""
        return await self._store.look(lambda reader: _summary(reader, review_id))

    async def find_reviews(self, reference: str) -> tuple[ReviewRunId, ...]:
        """The runs whose id ends with this text (at least four characters), at most five."""
        return await self._store.look(lambda reader: _find(reader, reference))

    async def review_story(self, review_id: ReviewRunId, *, limit: int) -> ReviewStory | None:
        """The audit of a run: started, answered, changed, reset, closed, carried out."""

        def read(reader: SqlReader) -> ReviewStory | None:
            run = _run(reader, review_id)
            return story_of(reader, run, limit) if run is not None else None

        return await self._store.look(read)

    async def reviews(
        self,
        *,
        states: Iterable[ReviewState] = (),
        offset: int = 0,
        limit: int = 10,
    ) -> Page[ReviewSummary]:
        """Runs, newest first; only in these states, if any are named."""
        wanted = sorted(str(state) for state in states)
        return await self._store.look(lambda reader: _page_of_runs(reader, wanted, offset, limit))

    async def planned_reviews(self, *, limit: int = 10) -> Page[PlannedReview]:
        """The next run of the first policies that have one, soonest first, and how many have."""
        return await self._store.look(lambda reader: _planned(reader, limit))

    async def reviews_waiting_for(
        self, person_id: PersonId, *, offset: int = 0, limit: int = 10
    ) -> Page[ReviewerSummary]:
        """Open runs in which this person reviews something, by what closes first."""
        return await self._store.look(lambda reader: _waiting(reader, person_id, offset, limit))

    async def reviewer(self, review_id: ReviewRunId, person_id: PersonId) -> ReviewerSummary | None:
        """What this person has to do in a run; None for an unknown run."""

        def read(reader: SqlReader) -> ReviewerSummary | None:
            run = _run(reader, review_id)
            return _reviewer(reader, run, person_id) if run is not None else None

        return await self._store.look(read)

    async def review_lines(
        self,
        review_id: ReviewRunId,
        person_id: PersonId,
        *,
        which: LineFilter = EVERY_LINE,
        after: str | None = None,
        before: str | None = None,
        limit: int = 10,
    ) -> ReviewLinePage:
        """Lines this person reviews in the running stage: the first, or after or before a place."""

        def read(reader: SqlReader) -> ReviewLinePage:
            run = _run(reader, review_id)
            if run is None:
                return NO_LINES
            return lines.page_of_lines(
                reader, run, person_id, which, after=after, before=before, limit=limit
            )

        return await self._store.look(read)

    async def review_place(self, review_id: ReviewRunId, person_id: PersonId) -> str | None:
        """Where this person is in the form, as it was kept; None: nowhere yet."""
        asked = {"run": review_id, "person": person_id}
        return await self._store.look(
            lambda reader: reader.conn.execute(_PLACE_OF, asked).scalar_one_or_none()
        )

    async def count_review_lines(
        self, review_id: ReviewRunId, person_id: PersonId, which: LineFilter
    ) -> int:
        """How many lines a `DecideReviewLines` with this filter would answer now."""

        def read(reader: SqlReader) -> int:
            run = _run(reader, review_id)
            return lines.count_lines(reader, run, person_id, which) if run is not None else 0

        return await self._store.look(read)

    async def review_line(
        self, review_id: ReviewRunId, assignment_id: AssignmentId
    ) -> ReviewLineSummary | None:
        """One line."""

        def read(reader: SqlReader) -> ReviewLineSummary | None:
            run = _run(reader, review_id)
            return lines.one_line(reader, run, assignment_id) if run is not None else None

        return await self._store.look(read)

    async def own_review_line(
        self, review_id: ReviewRunId, person_id: PersonId, stage: int
    ) -> ReviewLineSummary | None:
        """The line about which this person was asked in a self-review, if it got no further."""

        def read(reader: SqlReader) -> ReviewLineSummary | None:
            run = _run(reader, review_id)
            return lines.own_line(reader, run, person_id, stage) if run is not None else None

        return await self._store.look(read)

    async def line_history(
        self, review_id: ReviewRunId, assignment_id: AssignmentId
    ) -> tuple[ReviewDecision, ...]:
        """Everything that was said of a line, oldest first."""
        said = await self._store.look(
            lambda reader: lines.history(reader, review_id, [assignment_id])
        )
        return tuple(said.get(assignment_id, ()))

    async def review_results(self, review_id: ReviewRunId) -> ReviewResults | None:
        """What became of a run. Counts lines: not for every click."""

        def read(reader: SqlReader) -> ReviewResults | None:
            found = _summary(reader, review_id)
            return results_of(reader, found.run, found.counts) if found is not None else None

        return await self._store.look(read)

    async def all_review_lines(
        self, review_id: ReviewRunId, *, after: str | None = None, limit: int = 1000
    ) -> ReviewLinePage:
        """Every line of a run, page after page, for a file; in no order a reader would want."""

        def read(reader: SqlReader) -> ReviewLinePage:
            run = _run(reader, review_id)
            return lines.every_line(reader, run, after, limit) if run is not None else NO_LINES

        return await self._store.look(read)


NO_LINES = ReviewLinePage(rows=(), before=None, after=None)


def _run(reader: SqlReader, review_id: ReviewRunId) -> ReviewRun | None:
    row = reader.conn.execute(ONE_RUN, {"id": review_id}).one_or_none()
    return RUN.from_row(row) if row is not None else None


def _summary(reader: SqlReader, review_id: ReviewRunId) -> ReviewSummary | None:
    run = _run(reader, review_id)
    return _with_counts(reader, [run])[0] if run is not None else None


def _with_counts(reader: SqlReader, runs: Sequence[ReviewRun]) -> tuple[ReviewSummary, ...]:
    rows = reader.conn.execute(_COUNTS_OF, {"ids": [run.id for run in runs]})
    found: dict[str, dict[int, ReviewCounts]] = defaultdict(dict)
    for row in rows:
        found[row.review_id][int(row.stage)] = counts_of(row)
    return tuple(
        ReviewSummary(
            run=run,
            counts=sum(found[run.id].values(), ReviewCounts()),
            in_stage=found[run.id].get(run.stage, ReviewCounts()),
        )
        for run in runs
    )


def _find(reader: SqlReader, reference: str) -> tuple[ReviewRunId, ...]:
    wanted = reference.strip().lower()
    if len(wanted) < REFERENCE_LENGTH:
        return ()
    asked = {"reference": wanted[-REFERENCE_LENGTH:]}
    found = reader.conn.execute(_BY_REFERENCE, asked).scalars()
    return tuple(ReviewRunId(one) for one in found if one.lower().endswith(wanted))[:MOST_FOUND]


def _page_of_runs(
    reader: SqlReader, states: Sequence[str], offset: int, limit: int
) -> Page[ReviewSummary]:
    meant = [_R.state.in_(states)] if states else []
    total = reader.conn.execute(
        select(func.count()).select_from(t.review_runs).where(*meant)
    ).scalar_one()
    statement = select(*RUN.columns).where(*meant).order_by(_R.id.desc())
    rows = reader.conn.execute(statement.limit(limit).offset(offset))
    return Page(rows=_with_counts(reader, RUN.all_from(rows)), offset=offset, total=total)


def _planned(reader: SqlReader, limit: int) -> Page[PlannedReview]:
    rows = [
        PlannedReview(
            policy_id=PolicyId(row.policy_id),
            package_id=PackageId(row.package_id),
            next_at=row.next_at,
        )
        for row in reader.conn.execute(_PLANNED)
    ]
    return Page(rows=tuple(rows[:limit]), offset=0, total=len(rows))


def _waiting(
    reader: SqlReader, person_id: PersonId, offset: int, limit: int
) -> Page[ReviewerSummary]:
    marks = [asked_person(stage, person_id) for stage in range(MAX_STAGES)]
    runs = RUN.all_from(reader.conn.execute(_WAITING, {"person": person_id, "marks": marks}))
    found = [_reviewer(reader, run, person_id) for run in runs]
    theirs = [one for one in found if one.counts.total]
    theirs.sort(key=lambda one: (one.run.stage_closes_at or one.run.opens_at, one.run.id))
    return Page(rows=tuple(theirs[offset : offset + limit]), offset=offset, total=len(theirs))


def _together(reader: SqlReader, run: ReviewRun, person_id: PersonId) -> tuple[PersonId, ...]:
    """Who else reviews lines of theirs: the rest of their pools, but of none without a line."""
    mine = {
        asked_pool(run.stage, number): pool
        for number, pool in enumerate(run.pools)
        if person_id in pool and len(pool) > 1
    }
    if not mine:
        return ()
    asked = {"run": run.id, "marks": sorted(mine)}
    marks = sorted(reader.conn.execute(_WITH_LINES, asked).scalars())
    others = (who for mark in marks for who in mine[mark] if who != person_id)
    return tuple(dict.fromkeys(others))


def _reviewer(reader: SqlReader, run: ReviewRun, person_id: PersonId) -> ReviewerSummary:
    asked = {"run": run.id, "marks": sorted(asked_of(run, person_id))}
    found: dict[tuple[str, str], ReviewCounts] = {
        (row.department, row.recommendation): counts_of(row)
        for row in reader.conn.execute(_OF_MARKS, asked)
    }
    if not run.rules.self_review:
        for row in reader.conn.execute(_OWN, asked | {"person": person_id}):
            own = ReviewCounts(**{row.standing: -1})
            found[row.department, row.recommendation] += own
    departments: dict[str, ReviewCounts] = {}
    for (department, _), counts in found.items():
        departments[department] = departments.get(department, ReviewCounts()) + counts
    return ReviewerSummary(
        run=run,
        person_id=person_id,
        counts=sum(found.values(), ReviewCounts()),
        together=_together(reader, run, person_id),
        to_keep=_recommended(found, Recommendation.KEEP),
        to_remove=_recommended(found, Recommendation.REMOVE),
        departments=tuple(
            replace(
                one,
                to_keep=_recommended(found, Recommendation.KEEP, one.department),
                to_remove=_recommended(found, Recommendation.REMOVE, one.department),
            )
            for one in by_name(departments)
        ),
    )


def _recommended(
    found: dict[tuple[str, str], ReviewCounts], what: Recommendation, of: str | None = None
) -> int:
    return sum(
        counts.undecided
        for (department, said), counts in found.items()
        if said == what and of in (None, department)
    )
