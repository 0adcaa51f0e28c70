"""The sample review the views are drawn from: who keeps production read access at Contoso."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.views.review_form import FormData, FormLine
from bot.views.review_reasons import SeveralFormData
from bot.views.review_state import FormState
from engine.application.queries import Page
from engine.application.review_queries import (
    DepartmentCounts,
    ReviewCounts,
    ReviewerSummary,
    ReviewLineSummary,
    ReviewResults,
)
from engine.domain.assignment_requests import RequestType
from engine.domain.assignments import Assignment, EndReason
from engine.domain.ids import AssignmentId, PersonId, ReviewRunId
from engine.domain.people import the_manager, the_person
from engine.domain.review_lines import (
    Advice,
    ApplyResult,
    LastUse,
    Recommendation,
    ReviewDecision,
    ReviewLine,
    ReviewVerdict,
    Why,
    advise_by_use,
    asked_pool,
)
from engine.domain.review_settings import (
    QUARTERLY,
    NoResponse,
    ReviewReason,
    ReviewSettings,
    ReviewStage,
)
from engine.domain.reviews import ReviewRun, ReviewState
from tests.bot.views.house import KNOWN, NAME, asked, ended, holds
from tests.bot.views.pictures_of_cards import APPROVED, GIVEN
from tests.builders import ANN, BEN, CAT, DAN, DAY, HOUR, MAX, MIA, NOW, OLGA, PACKAGE, POLICY, ROB

ADMIN_REMOVE = RequestType.ADMIN_REMOVE
REVIEW = ReviewRunId("01HX5REVIEW00042")
STATE = FormState(review_id=REVIEW)
S, V, R = ReviewState, ReviewVerdict, Recommendation
OWNER = ReviewStage(name="Owner", reviewers=(the_person(OLGA),), open_for=14 * DAY)
THEMSELVES = ReviewStage(name="Holders", self_review=True, open_for=7 * DAY)
BY_MANAGERS = ReviewStage(name="Managers", reviewers=(the_manager(),), open_for=7 * DAY)


def a_run(
    *stages: ReviewStage,
    reason: ReviewReason = ReviewReason.OPTIONAL,
    on_no_response: NoResponse = NoResponse.KEEP,
    **more: object,
) -> ReviewRun:
    """A run that opened a moment ago; Olga reviews unless stages are named."""
    settings = ReviewSettings(
        every=QUARTERLY,
        starting=NOW.date(),
        stages=stages or (OWNER,),
        reason=reason,
        on_no_response=on_no_response,
    )
    run = ReviewRun(
        id=REVIEW,
        policy_id=POLICY,
        package_id=PACKAGE,
        package_name=NAME,
        policy_name="Employees",
        settings=settings,
        state=S.IN_PROGRESS,
        lines=40,
        opens_at=NOW,
        opened_at=NOW,
        stage_opened_at=NOW,
        pools=((OLGA,),),
    )
    return replace(run, **more)


OPEN = a_run()
STRICT = a_run(reason=ReviewReason.REQUIRED, on_no_response=NoResponse.REMOVE)
SECOND = a_run(BY_MANAGERS, OWNER, stage=1, on_no_response=NoResponse.TAKE_RECOMMENDATION)
CLOSED_AT = NOW + 14 * DAY
APPLYING = replace(OPEN, state=S.APPLYING, closed_at=CLOSED_AT)
APPLIED = replace(APPLYING, state=S.APPLIED, applied_at=CLOSED_AT + HOUR)
STOPPED = replace(
    OPEN, state=S.STOPPED, closed_at=NOW + DAY, stopped_by=ANN, stopped_why="Too <early>"
)
OWN = a_run(THEMSELVES)

NOTHING = ReviewCounts()
FRESH = ReviewCounts(undecided=38)
HALF = ReviewCounts(undecided=19, kept=14, removed=4, dont_know=1, gone=2)
DONE = ReviewCounts(kept=30, removed=8)
ONE = ReviewCounts(undecided=1)


def summary(
    run: ReviewRun = OPEN,
    counts: ReviewCounts = FRESH,
    *,
    to_keep: int = 0,
    to_remove: int = 0,
    departments: dict[str, ReviewCounts] | None = None,
    person: PersonId = OLGA,
) -> ReviewerSummary:
    """What Olga has to do."""
    known = departments if departments is not None else {"Platform": counts}
    return ReviewerSummary(
        run=run,
        person_id=person,
        counts=counts,
        to_keep=to_keep,
        to_remove=to_remove,
        departments=tuple(DepartmentCounts(department=n, counts=c) for n, c in known.items()),
    )


USUAL = Advice(recommendation=R.KEEP, why=Why.USUAL, colleagues=10, holding=8)
UNUSUAL = Advice(recommendation=R.REMOVE, why=Why.UNUSUAL, colleagues=10, holding=1)
NOBODY_ELSE = Advice(recommendation=R.REMOVE, why=Why.UNUSUAL, colleagues=10)
FEW = Advice(recommendation=None, why=Why.SMALL_DEPARTMENT, colleagues=1)
NO_DEPARTMENT = Advice(recommendation=None, why=Why.NO_DEPARTMENT)


def a_line(
    target: PersonId = ROB,
    number: int = 1,
    *,
    advice: Advice = USUAL,
    verdict: ReviewVerdict | None = None,
    by: PersonId = OLGA,
    reason: str = "",
    lasting: timedelta | None = 90 * DAY,
    **more: object,
) -> ReviewLineSummary:
    """Somebody's line."""
    line = ReviewLine(
        review_id=REVIEW,
        assignment_id=AssignmentId(f"01HX5ASSIGNME{number:03d}"),
        target_id=target,
        name_key=target,
        stage=0,
        asked=asked_pool(0, 0),
        department="" if advice.why is Why.NO_DEPARTMENT else "Platform",
        recommendation=advice.recommendation,
        verdict=verdict,
        reason=reason,
        decided_by=by if verdict else None,
        decided_at=NOW + HOUR if verdict else None,
    )
    row = ReviewLineSummary(
        line=line,
        advice=advice,
        assignment=holds(lasting=lasting),
        person=KNOWN.person(target),
        origin=APPROVED,
    )
    return replace(row, **more)


def used(row: ReviewLineSummary, at: datetime | None) -> ReviewLineSummary:
    """The systems told when it was last used."""
    use = LastUse(at=at, complete=True)
    line = replace(row.line, last_use=use)
    return replace(row, line=line, advice=advise_by_use(use, row.advice, opened_at=NOW))


def gone(row: ReviewLineSummary, why: EndReason = EndReason.GIVEN_BACK) -> ReviewLineSummary:
    """The access ended meanwhile."""
    return replace(row, line=replace(row.line, gone=why, gone_at=NOW + DAY))


def applied(
    row: ReviewLineSummary, result: ApplyResult | None, *, problem: str = ""
) -> ReviewLineSummary:
    """After the close."""
    final = R.REMOVE if row.line.verdict is V.REMOVE else R.KEEP
    line = replace(row.line, apply_result=result, problem=problem)
    return replace(row, line=line, final=final)


def a_decision(
    by: PersonId, verdict: ReviewVerdict | None, reason: str = "", *, stage: int = 0
) -> ReviewDecision:
    """What somebody said."""
    return ReviewDecision(
        assignment_id=AssignmentId("01HX5ASSIGNME001"),
        stage=stage,
        verdict=verdict,
        reason=reason,
        decided_by=by,
        decided_at=NOW + HOUR / 2,
    )


def ended_by_review() -> Assignment:
    """Rob's assignment after a review took it away."""
    return ended(EndReason.REVIEWED)


def form_data(
    *rows: ReviewLineSummary | FormLine,
    of: ReviewerSummary | None = None,
    state: FormState | None = None,
    fitting: int | None = None,
    note: str = "",
) -> FormData:
    """A page of the form."""
    lines = tuple(row if isinstance(row, FormLine) else FormLine(row=row) for row in rows)
    kept = replace(
        state or FormState(review_id=REVIEW),
        lines=tuple(line.row.line.assignment_id for line in lines),
    )
    known = of or summary()
    return FormData(
        state=kept,
        summary=known,
        lines=lines,
        fitting=known.counts.undecided if fitting is None else fitting,
        note=note,
    )


MANY = tuple(
    a_line(target, n, advice=advice)
    for n, (target, advice) in enumerate(
        [
            (ROB, USUAL),
            (ANN, UNUSUAL),
            (BEN, NOBODY_ELSE),
            (CAT, FEW),
            (DAN, NO_DEPARTMENT),
            (MAX, USUAL),
            (MIA, USUAL),
            (ROB, USUAL),
            (ANN, USUAL),
            (BEN, USUAL),
        ],
        start=1,
    )
)
ASSIGNED = replace(a_line(), origin=GIVEN)
UNKNOWN_ORIGIN = replace(a_line(), origin=None)
WITHOUT_WORDS = replace(a_line(), origin=asked(justification=""))


def results(run: ReviewRun = APPLIED, **more: object) -> ReviewResults:
    """What came of it."""
    made = ReviewResults(
        run=run,
        counts=ReviewCounts(undecided=3, kept=25, removed=8, dont_know=2, gone=1),
        kept=30,
        removed=8,
        to_remove=0,
        not_found=0,
        still_held=0,
        departments=(
            DepartmentCounts(
                department="Platform", counts=ReviewCounts(undecided=3, kept=20, removed=6)
            ),
            DepartmentCounts(
                department="", counts=ReviewCounts(kept=5, removed=2, dont_know=2, gone=1)
            ),
        ),
    )
    return replace(made, **more)


def a_page(*rows: object, offset: int = 0, total: int | None = None) -> Page:
    """Rows of a longer list."""
    return Page(rows=rows, offset=offset, total=len(rows) if total is None else total)


def several(**more: object) -> SeveralFormData:
    """The confirmation for 38 lines."""
    data = SeveralFormData(run=OPEN, state=STATE, number=38, required=False)
    return replace(data, **more)
