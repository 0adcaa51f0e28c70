"""Every card, form and list of access reviews as it goes to Slack, kept as a picture and judged.

To accept a change: `USHER_UPDATE_PICTURES=1 pytest tests/bot/views`, then read the difference.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.views import (
    home_tab,
    review_card,
    review_form,
    review_lists,
    review_notices,
    review_reasons,
    waiting,
)
from bot.views.action_ids import ListName
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
from playground.blocks.check import check_blocks, check_view
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
from tests.bot.views.test_pictures import ORACLE, UPDATE, judged
from tests.builders import ANN, DAY, HOUR, MAX, NOW, OLGA, PACKAGE, POLICY, ROB

FOLDER = Path(__file__).parent / "review_snapshots"
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
PICTURES: dict[str, tuple[str, Callable[[], object]]] = {
    **{f"card_{name}": ("message", draw) for name, draw in CARDS.items()},
    **{f"form_{name}": ("modal", draw) for name, draw in FORMS.items()},
    **{f"message_{name}": ("message", draw) for name, draw in MESSAGES.items()},
    **{f"home_{name}": ("home", draw) for name, draw in HOMES.items()},
}


def drawn(name: str) -> dict[str, object]:
    """The payload of a picture, as JSON would carry it."""
    _, draw = PICTURES[name]
    made = draw()
    assert made is not None, "this picture shows a message that is said"
    payload = made.payload() if isinstance(made, Message) else made
    found: dict[str, object] = json.loads(json.dumps(payload))
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_a_view_looks_as_it_did(name: str) -> None:
    """What people see changes on purpose only."""
    payload = drawn(name)
    path = FOLDER / f"{name}.json"
    if UPDATE:
        path.write_text(json.dumps(payload, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    assert json.loads(path.read_text(encoding="utf-8")) == payload


@pytest.mark.parametrize("name", PICTURES)
def test_slack_would_take_every_view(name: str) -> None:
    """Limits, shapes and surfaces as Slack documents them."""
    surface, _ = PICTURES[name]
    payload = drawn(name)

    if surface == "message":
        assert not check_blocks(payload["blocks"], surface)
        assert payload["text"]
    else:
        assert not check_view(payload, surface)


def test_drawing_twice_gives_the_same() -> None:
    """A card is sent again only when its state changed, which its digest tells."""
    assert [drawn(name) for name in PICTURES] == [drawn(name) for name in PICTURES]


def test_every_picture_on_disk_is_still_drawn() -> None:
    """No picture outlives its view."""
    assert {path.stem for path in FOLDER.glob("*.json")} == set(PICTURES)


def test_other_peoples_validators_take_every_view(tmp_path: Path) -> None:
    """The Block Kit models of two independent libraries, where the checks stand beside us."""
    lines = "".join(
        json.dumps({"name": name, "surface": surface, "payload": drawn(name)}) + "\n"
        for name, (surface, _) in PICTURES.items()
    )
    complaints = judged(lines, tmp_path) if ORACLE.exists() else []

    assert not complaints


def test_pages_of_both_lists_are_turned_apart() -> None:
    """Approvals and reviews each remember where they stand."""
    shown = drawn("message_waiting_both")

    assert f"{ListName.WAITING_REVIEWS}:5" in json.dumps(shown)
    assert drawn("home_reviews")["private_metadata"] == '{"home_reviews":5}'


def test_nothing_depends_on_the_moment_of_drawing() -> None:
    """A card of an hour ago and one of now are the same if nothing happened."""
    later = replace(OPEN, stepped_at=NOW + HOUR)

    assert review_card.render(summary(later), 0) == review_card.render(summary(), 0)
