"""Every card, form and list of reviews in which something of people's stands."""

from dataclasses import replace

from bot.views import review_card, review_form, review_lists, review_notices, review_reasons
from bot.views.blocks import Message, View
from bot.views.known import Known
from bot.views.review_form import FormLine
from bot.views.review_reasons import ReasonFormData
from bot.views.review_state import mark_of
from engine.application.review_queries import PlannedReview, ReviewSummary
from engine.domain.people import the_person
from engine.domain.reasons import MAX_REASON
from engine.domain.reviews import ReviewState
from tests.bot.views import review_house as house
from tests.bot.views.house import held, known_as
from tests.bot.views.review_house import (
    HALF,
    ONE,
    REVIEW,
    STATE,
    V,
    a_decision,
    a_line,
    a_page,
    a_run,
    form_data,
    several,
    summary,
)
from tests.builders import ANN, MAX, NOW, OLGA, PACKAGE, POLICY, ROB


def reviews_saying(text: str) -> list[Message | View]:
    """Every view in which something of people's stands."""
    known, reason = known_as(text), text[:MAX_REASON]
    stage = replace(house.OWNER, name=text, reviewers=(the_person(OLGA),))
    run = replace(a_run(stage, stage, stage=1), package_name=text, policy_name=text)
    closed = replace(run, state=ReviewState.APPLIED, closed_at=NOW)
    person = known.person(ROB)
    origin = replace(house.APPROVED, justification=text)
    row = replace(
        a_line(verdict=V.REMOVE, reason=reason),
        person=person,
        origin=origin,
        earlier=(a_decision(MAX, V.KEEP, reason),),
    )
    row = replace(row, line=replace(row.line, department=text, problem=text))
    who = summary(run, HALF, departments={text: HALF, "": ONE})
    line = FormLine(row=row, others=(a_decision(ANN, V.DONT_KNOW, reason),))
    counts = ReviewSummary(run=run, counts=HALF, in_stage=HALF)
    planned = PlannedReview(policy_id=POLICY, package_id=PACKAGE, next_at=NOW)
    data = form_data(line, row, of=who, state=replace(STATE, department=mark_of(text)), note="n")
    ask = ReasonFormData(
        run=run,
        verdict=V.REMOVE,
        assignment_id=row.line.assignment_id,
        target_id=ROB,
        required=True,
        reason=reason,
        state=replace(STATE, reason=reason),
    )
    own = replace(run, settings=replace(run.settings, stages=(house.THEMSELVES,)), stage=0)
    taken = replace(house.asked(justification=text))
    made = [
        review_card.render(who, 1),
        review_card.render(who, 0),
        review_card.render(summary(closed, HALF), 1),
        review_card.render(summary(own, ONE, person=ROB), 0, own=row),
        review_form.build(data, known),
        review_reasons.reason_form(ask),
        review_reasons.several_form(several(run=run, filters=(text,), decided=3)),
        review_lists.overview(a_page(*[counts] * 10), (planned,) * 20, known),
        review_lists.report(a_page(replace(counts, run=closed)), sending=closed),
        review_lists.started(text, (REVIEW,), held=True),
        review_lists.stopped(house.results(run)),
        review_lists.stopped(house.results(run, removed=0)),
        review_lists.reset(run, 3),
        review_notices.reminder(who),
        review_notices.reviewers_not_found(run, "3"),
        review_notices.not_applied(run, "3", "/access-admin"),
        review_notices.ended(
            held(house.ended_by_review(), package_name=text),
            replace(taken, request_type=house.ADMIN_REMOVE),
            Known(),
        ),
        review_notices.results(house.results(closed)),
    ]
    return [view for view in made if view is not None]
