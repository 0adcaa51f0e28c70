"""What there is to picture of access reviews: their cards, forms, lists and notices."""

from collections.abc import Callable
from dataclasses import replace

from bot.views import (
    home_tab,
    review_card,
    review_form,
    review_lists,
    review_notices,
    review_reasons,
    waiting,
)
from bot.views.blocks import Message, View
from bot.views.home_tab import HomeData
from bot.views.known import Known
from bot.views.review_form import FormLine
from bot.views.review_reasons import ReasonFormData, SeveralFormData
from bot.views.review_state import FormState, Show, mark_of
from engine.application.audit import SYSTEM, AuditEntry
from engine.application.review_queries import (
    DepartmentCounts,
    PlannedReview,
    ReviewCounts,
    ReviewStory,
    ReviewSummary,
)
from engine.domain.assignment_requests import RequestType
from engine.domain.assignments import EndReason
from engine.domain.ids import AssignmentId
from engine.domain.reviews import ReviewState
from tests.bot.views import review_house as house
from tests.bot.views.house import KNOWN, asked, ended, held, page, waits
from tests.bot.views.pictures_of_cards import PENDING
from tests.bot.views.review_house import (
    APPLIED,
    APPLYING,
    DONE,
    FRESH,
    HALF,
    MANY,
    NOTHING,
    ONE,
    OPEN,
    OWN,
    REVIEW,
    SECOND,
    STOPPED,
    STRICT,
    V,
    a_decision,
    a_line,
    a_page,
    form_data,
    gone,
    summary,
    used,
)
from tests.builders import ANN, DAY, MAX, NOW, OLGA, PACKAGE, POLICY, ROB

STATE = FormState(review_id=REVIEW)
DEPARTMENTS = {"Platform": HALF, "": ONE}


def _own(run: house.ReviewRun, **more: object) -> Message:
    row = a_line(ROB, **more)
    who = summary(run, ONE, person=ROB)
    return review_card.render(who, 0, own=row)


def _form(*rows: object, **more: object) -> View:
    return review_form.build(form_data(*rows, **more), KNOWN)


def _reason(verdict: house.ReviewVerdict, **more: object) -> View:
    data = ReasonFormData(
        run=STRICT,
        verdict=verdict,
        assignment_id=AssignmentId("01HX5ASSIGNME001"),
        target_id=ROB,
        required=True,
        state=STATE,
    )
    return review_reasons.reason_form(replace(data, **more))


def _several(**more: object) -> View:
    data = SeveralFormData(run=OPEN, state=STATE, number=120, required=False)
    return review_reasons.several_form(replace(data, **more))


CARDS: dict[str, Callable[[], Message]] = {
    "open": lambda: review_card.render(summary(), 0),
    "half": lambda: review_card.render(summary(counts=HALF), 0),
    "done": lambda: review_card.render(summary(counts=DONE), 0),
    "strict": lambda: review_card.render(summary(STRICT), 0),
    "second_stage": lambda: review_card.render(summary(SECOND), 1),
    "earlier_stage": lambda: review_card.render(summary(SECOND, NOTHING), 0),
    "nothing_for_you": lambda: review_card.render(summary(counts=NOTHING), 0),
    "applying": lambda: review_card.render(summary(APPLYING, HALF), 0),
    "applied": lambda: review_card.render(summary(APPLIED, HALF), 0),
    "applied_undecided": lambda: review_card.render(summary(APPLIED, FRESH), 0),
    "applied_done": lambda: review_card.render(summary(APPLIED, DONE), 0),
    "stopped": lambda: review_card.render(summary(STOPPED, HALF), 0),
    "own": lambda: _own(OWN),
    "own_used": lambda: review_card.render(
        summary(OWN, ONE, person=ROB), 0, own=used(a_line(ROB), NOW - 3 * DAY)
    ),
    "own_kept": lambda: _own(OWN, verdict=V.KEEP, by=ROB),
    "own_removed": lambda: _own(OWN, verdict=V.REMOVE, by=ROB, reason="I have changed teams"),
    "own_over": lambda: _own(
        replace(OWN, state=ReviewState.APPLIED, closed_at=NOW + 7 * DAY), verdict=V.KEEP, by=ROB
    ),
}
FORMS: dict[str, Callable[[], View]] = {
    "first_page": lambda: _form(
        *MANY,
        of=summary(counts=FRESH, to_keep=20, to_remove=5, departments={"Platform": FRESH}),
        state=replace(STATE, after="rob/01"),
    ),
    "answered": lambda: _form(
        used(a_line(ROB, 1, verdict=V.KEEP), NOW - 3 * DAY),
        used(a_line(ANN, 2, verdict=V.REMOVE, reason="Left the rota in January"), None),
        FormLine(
            row=a_line(MAX, 3, verdict=V.DONT_KNOW, by=MAX),
            others=(a_decision(OLGA, V.REMOVE, "Not needed"), a_decision(ANN, V.KEEP)),
        ),
        gone(a_line(house.CAT, 4)),
        of=summary(counts=HALF, departments=DEPARTMENTS),
        state=replace(STATE, show=Show.ALL, before="ann/01", after="rob/01"),
        fitting=38,
    ),
    "second_stage": lambda: _form(
        replace(a_line(), earlier=(a_decision(MAX, V.KEEP, "Is on the rota"),)),
        house.ASSIGNED,
        house.UNKNOWN_ORIGIN,
        house.WITHOUT_WORDS,
        a_line(lasting=None),
        of=summary(SECOND),
    ),
    "all_decided": lambda: _form(of=summary(counts=DONE), note="19 lines now say *Keep*."),
    "nothing_fits": lambda: _form(
        of=summary(counts=HALF, departments=DEPARTMENTS),
        state=replace(STATE, show=Show.TO_REMOVE, department=mark_of("")),
        fitting=0,
    ),
    "department_done": lambda: _form(
        of=summary(counts=HALF, departments={"Platform": DONE, "": ONE}),
        state=replace(STATE, department=mark_of("Platform")),
        fitting=0,
    ),
    "keep_why": lambda: _reason(V.KEEP),
    "remove_why": lambda: _reason(V.REMOVE, reason="Left the rota"),
    "dont_know_why": lambda: _reason(V.DONT_KNOW, required=False),
    "own_why": lambda: _reason(V.KEEP, own=True),
    "keep_recommended": lambda: _several(recommended=True, required=True),
    "decide_shown": lambda: _several(
        number=38, decided=19, filters=("undecided", "Platform"), required=True
    ),
    "decide_shown_again": lambda: _several(number=39, again=True),
}
LISTED = ReviewSummary(run=OPEN, counts=HALF, in_stage=HALF)
PLANNED = PlannedReview(policy_id=POLICY, package_id=PACKAGE, next_at=NOW + 90 * DAY)
RUNS = (
    LISTED,
    replace(LISTED, run=replace(OPEN, state=ReviewState.SCHEDULED)),
    replace(LISTED, run=SECOND),
    replace(LISTED, run=APPLYING),
    replace(LISTED, run=APPLIED),
    replace(LISTED, run=STOPPED),
)
BY_OLGA = replace(
    asked(request_type=RequestType.ADMIN_REMOVE), requestor_id=OLGA, justification="Off the rota"
)
BY_SILENCE = replace(asked(request_type=RequestType.SYSTEM_REMOVE), justification="")
STORY = ReviewStory(
    run=APPLIED,
    entries=tuple(
        AuditEntry(at=NOW, actor=who, activity=f"review.{what}", details={"review": REVIEW, **more})
        for who, what, more in (
            (SYSTEM, "in_progress", {"lines": "38"}),
            (OLGA, "bulk_decided", {"verdict": "keep", "lines": "30", "changed": "2"}),
            (SYSTEM, "closed", {}),
            (SYSTEM, "applied", {"lines": "0"}),
        )
    ),
    total=200,
)
TAKEN = held(ended(EndReason.REVIEWED))
MESSAGES: dict[str, Callable[[], Message | None]] = {
    "waiting": lambda: waiting.render(page(), KNOWN, a_page(summary(), summary(OWN, ONE))),
    "waiting_both": lambda: waiting.render(
        page(waits(PENDING)), KNOWN, a_page(*[summary()] * 5, total=7)
    ),
    "overview": lambda: review_lists.overview(a_page(*RUNS, total=16), (PLANNED,), KNOWN),
    "overview_none": lambda: review_lists.overview(a_page(), (), KNOWN),
    "overview_planned": lambda: review_lists.overview(a_page(), (PLANNED,), KNOWN),
    "report": lambda: review_lists.report(a_page(RUNS[4]), sending=APPLIED),
    "report_none": lambda: review_lists.report(a_page()),
    "started": lambda: review_lists.started("Office VPN", (REVIEW,), held=True),
    "started_empty": lambda: review_lists.started("Office VPN", (REVIEW,), held=False),
    "stopped": lambda: review_lists.stopped(house.results(STOPPED, kept=32)),
    "stopped_half_way": lambda: review_lists.stopped(house.results(STOPPED, kept=28, removed=4)),
    "stopped_undecided": lambda: review_lists.stopped(house.results(STOPPED, counts=FRESH)),
    "reset": lambda: review_lists.reset(OPEN, 12),
    "reset_nothing": lambda: review_lists.reset(SECOND, 0),
    "story": lambda: review_lists.story(STORY),
    "not_closed": lambda: review_lists.no_results(OPEN),
    "no_lines": lambda: review_lists.no_results(replace(APPLIED, lines=0)),
    "reminder": lambda: review_notices.reminder(summary(counts=HALF)),
    "reminder_own": lambda: review_notices.reminder(summary(OWN, ONE)),
    "cleared": lambda: review_notices.cleared(summary(), f"{ANN}/The list was <wrong>"),
    "cleared_own": lambda: review_notices.cleared(summary(OWN, ONE), f"{ANN}/"),
    "reviewers_not_found": lambda: review_notices.reviewers_not_found(OPEN, "12"),
    "not_applied": lambda: review_notices.not_applied(APPLIED, "3", "/access-admin"),
    "ended_by_reviewer": lambda: review_notices.ended(TAKEN, BY_OLGA, Known()),
    "ended_by_oneself": lambda: review_notices.ended(
        TAKEN, replace(BY_OLGA, requestor_id=BY_OLGA.target_id), Known()
    ),
    "ended_by_silence": lambda: review_notices.ended(TAKEN, BY_SILENCE, Known()),
    "ended_unknown": lambda: review_notices.ended(TAKEN, None, Known()),
    "results": lambda: review_notices.results(house.results()),
    "results_nothing_left": lambda: review_notices.results(
        house.results(
            counts=ReviewCounts(gone=2),
            kept=0,
            removed=0,
            departments=(DepartmentCounts(department="", counts=ReviewCounts(gone=2)),),
        )
    ),
    "results_troubled": lambda: review_notices.results(
        house.results(to_remove=2, still_held=1, not_found=1), refused="missing_scope"
    ),
    "results_too_large": lambda: review_notices.results(
        house.results(), refused="file_upload_size_restricted"
    ),
}
HOMES: dict[str, Callable[[], View]] = {
    "reviews": lambda: home_tab.build(
        HomeData(reviews=a_page(summary(counts=HALF), summary(OWN, ONE), offset=5, total=7)), KNOWN
    )
}
