"""Answers, lines that fall out, and what came of removing: set by set, each in one transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)

from engine.application.review_ports import Answered
from engine.domain.assignments import EndReason
from engine.domain.ids import AssignmentId, PersonId, ReviewRunId
from engine.domain.review_lines import (
    EVERY_LINE,
    ApplyResult,
    LastUse,
    LineFilter,
    Recommendation,
    ReviewLine,
    ReviewVerdict,
)
from engine.domain.review_settings import NoResponse
from engine.domain.reviews import ReviewRun, asked_of
from storage import review_tables as t
from storage import tables
from storage.bound import upsert
from storage.codec import clean
from storage.reader import chunks
from storage.review_snapshot import ReviewSnapshots
from storage.review_tallies import COLUMN_OF, Bucket, Counted
from storage.types import UtcMillis

_L, _D = t.review_lines.c, t.review_decisions.c
LINE_COLUMNS = (
    _L.review_id,
    _L.assignment_id,
    _L.target_id,
    _L.name_key,
    _L.stage,
    _L.asked,
    _L.department,
    _L.recommendation,
    _L.used_at,
    _L.use_complete,
    _L.verdict,
    _L.reason,
    _L.decided_by,
    _L.decided_at,
    _L.gone,
    _L.gone_at,
    _L.apply_result,
    _L.problem,
)
_OF = _L.review_id == bindparam("run")
_NAMED = and_(_OF, _L.assignment_id.in_(bindparam("ids", expanding=True)))
_IN_STAGE = and_(_OF, _L.stage == bindparam("in_stage"), _L.gone.is_(None))
_ANSWERED = and_(_IN_STAGE, _L.verdict.is_not(None))
_FAILED = and_(_OF, _L.apply_result == str(ApplyResult.FAILED))
STILL_HELD = (
    select(func.count())
    .select_from(t.review_lines)
    .join(tables.assignments, tables.assignments.c.id == _L.assignment_id)
    .where(
        _OF,
        _L.apply_result == str(ApplyResult.REMOVED),
        ~tables.assignments.c.level,
    )
)
_NOTED = ["review_id", "assignment_id", "stage", "verdict", "reason", "decided_by", "decided_at"]
_AT = bindparam("at", type_=UtcMillis)
_VERDICT = bindparam("new_verdict", type_=String)
_REASON = bindparam("new_reason", type_=String)
_BY = bindparam("by", type_=String)

_ANSWER = (
    update(t.review_lines)
    .where(_NAMED)
    .values(verdict=_VERDICT, reason=_REASON, decided_by=_BY, decided_at=_AT, waiting=~true())
)
"""The lines a filter lets through are looked for once, and then found by their key."""


_SAID = and_(_D.review_id == bindparam("run"), _D.stage == bindparam("in_stage"))
_CLEARED_BEFORE = (
    select(func.coalesce(func.max(_D.id), 0))
    .where(_SAID, _D.verdict.is_(None), _D.decided_at < _AT)
    .scalar_subquery()
)
_WHO_ANSWERED = (
    select(_D.decided_by)
    .where(
        _SAID,
        _D.verdict.is_not(None),
        _D.id > _CLEARED_BEFORE,
        _D.decided_at <= _AT,
        _D.decided_by.in_(bindparam("people", expanding=True)),
    )
    .distinct()
)


def line_from(row: Sequence[Any]) -> ReviewLine:
    """A line; `row` begins with `LINE_COLUMNS`."""
    (review_id, assignment_id, target_id, name_key, stage, asked, department) = row[:7]
    (recommendation, used_at, use_complete) = row[7:10]
    (verdict, reason, decided_by, decided_at) = row[10:14]
    (gone, gone_at, apply_result, problem) = row[14:18]
    return ReviewLine(
        review_id=ReviewRunId(review_id),
        assignment_id=AssignmentId(assignment_id),
        target_id=PersonId(target_id),
        name_key=name_key,
        stage=stage,
        asked=asked,
        department=department,
        recommendation=Recommendation(recommendation) if recommendation else None,
        last_use=None if use_complete is None else LastUse(at=used_at, complete=use_complete),
        verdict=ReviewVerdict(verdict) if verdict else None,
        reason=reason or "",
        decided_by=PersonId(decided_by) if decided_by else None,
        decided_at=decided_at,
        gone=EndReason(gone) if gone else None,
        gone_at=gone_at,
        apply_result=ApplyResult(apply_result) if apply_result else None,
        problem=problem or "",
    )


def reviewed_by(
    run: ReviewRun, person_id: PersonId, which: LineFilter
) -> tuple[ColumnElement[bool], dict[str, Any]]:
    """The lines of the running stage that this person reviews and the filter lets through.

    Those that fell out are among them.
    """
    parts: list[ColumnElement[bool]] = [_OF, _L.asked.in_(bindparam("marks", expanding=True))]
    asked: dict[str, Any] = {"run": run.id, "marks": sorted(asked_of(run, person_id))}
    if not run.rules.self_review:
        parts.append(_L.target_id != bindparam("person"))
        asked["person"] = person_id
    if which.undecided:
        parts.append(_L.waiting)
    if which.recommendation is not None:
        parts.append(_L.recommendation == bindparam("recommended"))
        asked["recommended"] = str(which.recommendation)
    if which.department is not None:
        parts.append(_L.department == bindparam("in_department"))
        asked["in_department"] = which.department
    return and_(*parts), asked


def to_be_removed(rule: NoResponse) -> ColumnElement[bool]:
    """Lines whose access goes at the close: `review_lines.final` in SQL."""
    silent = _L.verdict.is_(None)
    removed: list[ColumnElement[bool]] = [_L.verdict == str(ReviewVerdict.REMOVE)]
    if rule is NoResponse.REMOVE:
        removed.append(silent)
    if rule is NoResponse.TAKE_RECOMMENDATION:
        removed.append(and_(silent, _L.recommendation == str(Recommendation.REMOVE)))
    return and_(_L.gone.is_(None), or_(*removed))


class ReviewWrites(ReviewSnapshots):
    """Everything that is written of reviews."""

    def named_lines(
        self, run: ReviewRun, assignment_ids: Iterable[AssignmentId]
    ) -> tuple[ReviewLine, ...]:
        """These lines of the run."""
        asked = {"run": run.id, "ids": sorted(set(assignment_ids))}
        rows = self.conn.execute(select(*LINE_COLUMNS).where(_NAMED), asked)
        return tuple(line_from(row) for row in rows)

    def answer_lines(
        self,
        run: ReviewRun,
        person_id: PersonId,
        *,
        lines: Iterable[AssignmentId] = (),
        which: LineFilter = EVERY_LINE,
        verdict: ReviewVerdict,
        reason: str,
        now: datetime,
    ) -> Answered:
        """Answer the named lines, or all this person reviews that the filter lets through."""
        meant, asked = reviewed_by(run, person_id, which)
        meant = and_(meant, _L.gone.is_(None))
        if named := sorted(set(lines)):
            meant = and_(meant, _L.assignment_id.in_(bindparam("ids", expanding=True)))
            asked["ids"] = named
        found = list(self.conn.execute(select(_L.assignment_id).where(meant), asked).scalars())
        said: dict[str, Any] = {"run": run.id, "new_verdict": str(verdict)}
        said |= {"new_reason": clean(reason), "by": person_id, "at": now}
        before = Counter[tuple[Bucket, str]]()
        for some in chunks(found):
            these = said | {"ids": some}
            before.update(self.counted(_NAMED, these))
            self._note(_NAMED, these)
            self.conn.execute(_ANSWER, these)
        column = COLUMN_OF[verdict]
        self._restand(run, before, column)
        other = {"undecided", column}
        changed = sum(count for (_, was), count in before.items() if was not in other)
        return Answered(lines=len(found), changed=changed)

    def clear_answers(self, run: ReviewRun, by: PersonId, now: datetime) -> int:
        """Make every answered line of the running stage undecided; answers how many."""
        asked = {"run": run.id, "in_stage": run.stage}
        before = self.counted(_ANSWERED, asked)
        if not before:
            return 0
        said = asked | {"new_verdict": None, "new_reason": "", "by": by, "at": now}
        self._note(_ANSWERED, said)
        nothing = dict.fromkeys(("verdict", "reason", "decided_by", "decided_at"), null())
        clearing = update(t.review_lines).where(_ANSWERED).values(waiting=true(), **nothing)
        self.conn.execute(clearing, asked)
        self._restand(run, before, "undecided")
        return sum(before.values())

    def who_answered(
        self, run: ReviewRun, person_ids: Iterable[PersonId], cleared_at: datetime
    ) -> frozenset[PersonId]:
        """Those of these people whose answers in the running stage were cleared at that moment."""
        found: set[PersonId] = set()
        for some in chunks(sorted(set(person_ids))):
            asked = {"run": run.id, "in_stage": run.stage, "people": some, "at": cleared_at}
            found.update(self.conn.execute(_WHO_ANSWERED, asked).scalars())
        return frozenset(found)

    def _note(self, which: ColumnElement[bool], said: dict[str, Any]) -> None:
        """Keep the answer to each of these lines for ever."""
        noted = select(_L.review_id, _L.assignment_id, _L.stage, _VERDICT, _REASON, _BY, _AT).where(
            which
        )
        self.conn.execute(
            insert(t.review_decisions).from_select(_NOTED, noted, include_defaults=False), said
        )

    def _restand(self, run: ReviewRun, before: Counted, column: str) -> None:
        changes = [(bucket, was, -n) for (bucket, was), n in before.items()]
        changes += [(bucket, column, n) for (bucket, _), n in before.items()]
        self.shift(run.id, changes)

    def keep_review_place(self, review_id: ReviewRunId, person_id: PersonId, place: str) -> None:
        """Insert or replace where a reviewer is in the form."""
        statement = upsert(t.review_places, self.postgres)
        statement = statement.on_conflict_do_update(
            index_elements=["review_id", "person_id"], set_={"place": statement.excluded.place}
        )
        row = {"review_id": review_id, "person_id": person_id, "place": clean(place)}
        self.conn.execute(statement, row)

    def forget_review_places(self, review_id: ReviewRunId) -> None:
        """Nobody is anywhere in this form any more."""
        places = t.review_places
        gone = places.delete().where(places.c.review_id == bindparam("run"))
        self.conn.execute(gone, {"run": review_id})

    def fall_out(
        self, run: ReviewRun, assignment_id: AssignmentId, reason: EndReason, now: datetime
    ) -> ReviewLine | None:
        """The assignment ended: note it on its line; None when it has none, or fell out before."""
        which = and_(_NAMED, _L.gone.is_(None))
        asked = {"run": run.id, "ids": [assignment_id]}
        row = self.conn.execute(select(*LINE_COLUMNS).where(which), asked).one_or_none()
        if row is None:
            return None
        before = self.counted(which, asked)
        noted = {"gone": literal(str(reason)), "gone_at": _AT, "waiting": ~true()}
        self.conn.execute(update(t.review_lines).where(which).values(noted), asked | {"at": now})
        self._restand(run, before, "gone")
        return line_from(row)

    # Results

    def lines_to_remove(self, run: ReviewRun, limit: int) -> tuple[ReviewLine, ...]:
        """The next lines whose access is to be removed, after the cursor, failed ones again."""
        tried = str(ApplyResult.FAILED)
        due = _L.apply_result == tried if run.attempt else _L.apply_result.is_(None)
        found = (
            select(*LINE_COLUMNS)
            .where(
                _OF,
                to_be_removed(run.settings.on_no_response),
                due,
                _L.assignment_id > bindparam("cursor"),
            )
            .order_by(_L.assignment_id)
            .limit(bindparam("most"))
        )
        asked = {"run": run.id, "cursor": run.cursor, "most": limit}
        return tuple(line_from(row) for row in self.conn.execute(found, asked))

    def save_results(
        self, run: ReviewRun, results: Iterable[tuple[AssignmentId, ApplyResult, str]]
    ) -> None:
        """What came of removing; with the problem, if there was one."""
        rows = [
            {"of": run.id, "line": line, "result": str(result), "said": clean(problem)}
            for line, result, problem in results
        ]
        if rows:
            saving = (
                update(t.review_lines)
                .where(_L.review_id == bindparam("of"), _L.assignment_id == bindparam("line"))
                .values(apply_result=bindparam("result"), problem=bindparam("said"))
            )
            self.conn.execute(saving, rows)

    def still_held_lines(self, run: ReviewRun) -> int:
        """How many removed lines some system has not taken away yet."""
        found: int = self.conn.execute(STILL_HELD, {"run": run.id}).scalar_one()
        return found

    def failed_lines(self, run: ReviewRun) -> int:
        """How many could not be removed when last tried."""
        counting = select(func.count()).select_from(t.review_lines).where(_FAILED)
        found: int = self.conn.execute(counting, {"run": run.id}).scalar_one()
        return found
