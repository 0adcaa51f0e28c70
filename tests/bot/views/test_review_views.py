"""Cards and forms of access reviews: what they remember, what they offer, and every limit."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from bot.views import review_card, review_form, review_lists, review_notices, review_reasons
from bot.views.action_ids import ActionId, BadValue, BlockId
from bot.views.blocks import OPTIONS, PRIVATE_METADATA, VIEW_BLOCKS, Message, View
from bot.views.review_form import FormLine
from bot.views.review_reasons import ParsedSeveral, ReasonFormData, SeveralFormData
from bot.views.review_state import (
    PAGE_SIZE,
    FormState,
    Show,
    at_place,
    mark_of,
    unpacked,
    which,
)
from bot.views.texts import length
from bot.views.wording import review_form as said
from bot.views.wording import review_lists as review_words
from bot.views.wording import reviews as card_said
from engine.application.review_queries import PlannedReview, ReviewSummary
from engine.application.reviews import LONGEST_PLACE
from engine.domain.ids import AssignmentId
from engine.domain.people import the_person
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import ReasonMissing, ReasonTooLong
from engine.domain.review_lines import LastUse, LineFilter, Recommendation, ReviewVerdict, Why
from engine.domain.review_settings import NoResponse
from engine.domain.reviews import ReviewState
from tests.bot.views import review_house as house
from tests.bot.views.house import KNOWN, held
from tests.bot.views.reading import body, buttons, everything, fields, option, state, written
from tests.bot.views.review_house import (
    APPLIED,
    DONE,
    FRESH,
    HALF,
    MANY,
    ONE,
    OPEN,
    OWN,
    REVIEW,
    SECOND,
    STOPPED,
    V,
    a_decision,
    a_line,
    a_page,
    a_run,
    form_data,
    summary,
)
from tests.bot.views.test_any_text import NASTY, TEXT, faults, known_as
from tests.builders import ANN, BEN, MAX, NOW, OLGA, PACKAGE, POLICY, ROB

STATE = FormState(review_id=REVIEW)
FULL = FormState(
    review_id=REVIEW,
    show=Show.ALL,
    department=mark_of("Platform"),
    lines=tuple(AssignmentId("x" * 100) for _ in range(PAGE_SIZE)),
    before="b" * 300,
    after="a" * 300,
    reason="r" * 300,
    reason_for=ReviewVerdict.DONT_KNOW,
)


# What the form remembers ------------------------------------------------------------------------


def test_the_form_finds_its_place_again() -> None:
    """Whatever it kept comes back."""
    kept = replace(FULL, reason="Left the rota “early”")

    assert unpacked(kept.kept()) == kept
    assert unpacked(STATE.kept()) == STATE


@pytest.mark.parametrize("letter", ["x", "é", "\\", '"', "\n", "\x01", "営", "😀"])
def test_what_is_kept_has_room_whatever_was_written(letter: str) -> None:
    """Ten long ids, two places and a reason; where it is too much, the reason goes first."""
    kept = replace(FULL, reason=letter * 300)
    packed = review_reasons.reason_form(
        ReasonFormData(
            run=OPEN,
            verdict=V.DONT_KNOW,
            assignment_id=AssignmentId("x" * 100),
            target_id=ROB,
            required=True,
            reason=letter * MAX_REASON,
            state=kept,
        )
    )["private_metadata"]

    assert isinstance(packed, str)
    assert length(packed) <= PRIVATE_METADATA
    assert length(kept.kept()) <= PRIVATE_METADATA
    assert unpacked(packed).lines == FULL.lines
    assert unpacked(packed).after == FULL.after


def test_a_remembered_reason_is_cut() -> None:
    """Three hundred characters stay as they are, one more does not."""
    assert unpacked(replace(STATE, reason="r" * 300).kept()).reason == "r" * 300
    assert len(unpacked(replace(STATE, reason="r" * 301).kept()).reason) == 300


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"review":"R","show":"everything"}',
        '{"review":"<!channel>","show":"all"}',
        '{"show":"all"}',
        '{"review":"R","show":"all","lines":7}',
        '{"review":"R","show":"all","lines":["a b"]}',
    ],
)
def test_a_form_that_is_not_ours_is_refused(garbage: str) -> None:
    """Nothing is decided by what nobody wrote."""
    with pytest.raises(BadValue):
        unpacked(garbage)


def test_the_choice_of_lines_in_the_engines_words() -> None:
    """Undecided, recommended to remove, all; a department that is gone means all of them."""
    known = summary(departments={"Platform": HALF, "": ONE})

    assert which(STATE, known) == LineFilter(undecided=True)
    assert which(replace(STATE, show=Show.ALL), known) == LineFilter()
    assert which(replace(STATE, show=Show.TO_REMOVE), known) == LineFilter(
        undecided=True, recommendation=Recommendation.REMOVE
    )
    assert which(replace(STATE, department=mark_of("")), known).department == ""
    assert which(replace(STATE, department=mark_of("Gone")), known).department is None


def test_a_place_is_found_again_with_the_lines_that_were_chosen() -> None:
    """The page begins at the same name; garbage is the beginning."""
    placed = replace(FULL, before="01HX5ASSIGNME001/greta adler/smith")
    state, after = at_place(REVIEW, placed.place())

    assert (state.show, state.department, after) == (
        Show.ALL,
        FULL.department,
        "/greta adler/smith",
    )
    assert at_place(REVIEW, replace(STATE, after="x/y").place()) == (STATE, None)
    assert at_place(REVIEW, '{"show":["all"],"begins":7}') == (STATE, None)
    assert length(replace(FULL, before="x/" + "b" * 398).place()) < LONGEST_PLACE


def test_a_reason_is_offered_again_for_the_same_answer_only() -> None:
    """Why somebody keeps it is no reason why another loses it."""
    kept = replace(STATE, reason="Still on the rota", reason_for=V.KEEP)

    assert unpacked(kept.kept()).reason_to_offer(V.KEEP) == "Still on the rota"
    assert unpacked(kept.kept()).reason_to_offer(V.REMOVE) == ""
    assert unpacked('{"review":"R","show":"all","reason":"x","reason_for":[]}').reason_for is None


def test_choosing_lines_begins_with_the_first_page() -> None:
    """What one menu says is kept when the other is used; garbage changes nothing."""
    before = replace(FULL, department=mark_of("Sales"))
    picked = {f"{BlockId.LINES}:x": {ActionId.CHOOSE_LINES: option("undecided")}}
    after = review_form.chosen(picked, before)

    assert (after.show, after.department) == (Show.UNDECIDED, mark_of("Sales"))
    assert (after.lines, after.before, after.after) == ((), None, None)
    everywhere = {"lines:x": {ActionId.CHOOSE_DEPARTMENT: option(review_form.EVERYWHERE)}}
    assert review_form.chosen(everywhere, before).department is None
    nonsense = {"lines:x": {ActionId.CHOOSE_LINES: option("secrets")}, "lines:y": 7}
    assert review_form.chosen(nonsense, before).show is Show.ALL


# What the form offers ---------------------------------------------------------------------------


def drawn(*rows: object, **more: object) -> View:
    """A page of the form."""
    return review_form.build(form_data(*rows, **more), KNOWN)


def test_a_page_is_ten_lines_and_an_eleventh_is_not_drawn() -> None:
    """Ten lines with their buttons are far below Slack's hundred blocks."""
    at = drawn(*MANY)
    past = drawn(*MANY, a_line(MAX, 11))

    assert buttons(at).count("Keep") == PAGE_SIZE
    assert buttons(past).count("Keep") == PAGE_SIZE
    assert len(at["blocks"]) <= VIEW_BLOCKS / 2


def test_departments_are_offered_as_far_as_slack_shows_them_and_the_chosen_one_always() -> None:
    """A hundred options at most; a chosen one beyond them stands at the end."""
    many = {f"Department {n:03d}": ONE for n in range(OPTIONS + 20)}
    for chosen in (None, mark_of("Department 119")):
        shown = drawn(
            a_line(), of=summary(departments=many), state=replace(STATE, department=chosen)
        )
        menu = next(
            each for each in everything(shown) if each.get("action_id") == "choose_department"
        )

        assert len(menu["options"]) <= OPTIONS
        assert menu["initial_option"] in menu["options"]


def test_one_department_is_no_choice() -> None:
    """Where all are of one department there is no second menu."""
    assert "choose_department" not in json.dumps(drawn(a_line()))


def test_both_ways_to_decide_many_say_how_many() -> None:
    """They stay away where there is nothing to decide at once."""
    both = drawn(*MANY, of=summary(to_keep=20), fitting=38)
    neither = drawn(a_line(), of=summary(counts=ONE), fitting=1)

    assert {"Keep all recommended (20)", "Decide all shown (38)"} <= set(buttons(both))
    assert not [words for words in buttons(neither) if "all" in words]


def test_the_present_answer_stands_out_in_words_and_colour() -> None:
    """The words are there too: colour is never the only sign."""
    shown = drawn(a_line(verdict=V.REMOVE))
    styles = {
        str(each["text"]["text"]): each.get("style")
        for each in everything(shown)
        if each.get("type") == "button"
    }

    assert styles["Remove"] == "danger"
    assert styles["Keep"] is None
    assert "✗ *Remove* by you" in json.dumps(shown, ensure_ascii=False)


def test_a_screen_reader_hears_whose_line_a_button_is_for() -> None:
    """Ten buttons called Keep would say nothing."""
    labels = [each.get("accessibility_label") for each in everything(drawn(a_line()))]

    assert "Keep: Rob Reed" in labels


def test_of_many_other_answers_the_last_three_are_shown() -> None:
    """With four, the first is left out."""
    others = tuple(a_decision(who, V.KEEP) for who in (ANN, BEN, MAX, ROB))
    text = json.dumps(drawn(FormLine(row=a_line(verdict=V.REMOVE), others=others)))

    assert "Before: Keep by <@ann>" not in text
    assert text.count("Before: ") == 3


@pytest.mark.parametrize("why", Why)
def test_every_recommendation_has_its_reason_in_words(why: Why) -> None:
    """No name of the code reaches a reader."""
    advice = house.Advice(recommendation=Recommendation.KEEP, why=why, colleagues=4, holding=3)
    text = said.advice(advice, "Platform")

    assert text.startswith("Recommended: *Keep*. ")
    assert "_" not in text


@pytest.mark.parametrize("rule", NoResponse)
def test_what_silence_means_is_said_before_and_after(rule: NoResponse) -> None:
    """On the open card, and on the closed one where somebody was silent."""
    run = a_run(on_no_response=rule)
    closed = replace(run, state=ReviewState.APPLIED, closed_at=NOW)

    assert card_said.silence(rule) in json.dumps(body(review_card.render(summary(run), 0)))
    assert "19 not decided, and so " in review_card.render(summary(closed, HALF), 0).text


# The bar ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "total", "filled"),
    [
        (0, 38, 0),
        (1, 38, 1),
        (7, 38, 1),
        (8, 38, 2),
        (37, 38, 9),
        (38, 38, 10),
        (0, 0, 10),
        (99_999, 10**5, 9),
    ],
)
def test_the_bar_is_full_only_when_nothing_is_left(done: int, total: int, filled: int) -> None:
    """Ten cells, and whoever has begun sees it."""
    assert card_said.bar(done, total) == "■" * filled + "□" * (10 - filled)


# Saying why, and many at once -------------------------------------------------------------------


def several(**more: object) -> SeveralFormData:
    """The confirmation for 38 lines."""
    data = SeveralFormData(run=OPEN, state=STATE, number=38, required=False)
    return replace(data, **more)


def test_the_confirmation_comes_back_as_it_was_shown() -> None:
    """Number, answer, reason."""
    view = review_reasons.several_form(several())
    filled = state(verdict=option("remove"), reason=written(" Project over "))
    parsed = review_reasons.parse_several(filled, str(view["private_metadata"]))

    assert isinstance(parsed, ParsedSeveral)
    assert (parsed.number, parsed.verdict, parsed.reason) == (38, V.REMOVE, "Project over")
    assert not parsed.recommended


def test_without_an_answer_the_confirmation_asks_for_one() -> None:
    """At its field."""
    view = review_reasons.several_form(several())
    parsed = review_reasons.parse_several(state(), str(view["private_metadata"]))

    assert parsed == {"verdict": said.VERDICT_MISSING}


def test_keeping_what_is_recommended_needs_no_answer() -> None:
    """It is in the question."""
    view = review_reasons.several_form(several(recommended=True))
    parsed = review_reasons.parse_several(state(), str(view["private_metadata"]))

    assert isinstance(parsed, ParsedSeveral)
    assert parsed.verdict is V.KEEP
    assert "Answer" not in fields(view)


@pytest.mark.parametrize("number", ['"38"', "-1", "true", "null", "1000000001"])
def test_a_confirmation_with_another_number_is_not_ours(number: str) -> None:
    """What was confirmed must be a number of lines."""
    with pytest.raises(BadValue):
        review_reasons.parse_several(
            state(verdict=option("keep")), f'{{"review":"R","show":"all","number":{number}}}'
        )


def test_an_answer_nobody_offered_is_refused() -> None:
    """Neither in the one form nor in the other."""
    with pytest.raises(BadValue):
        review_reasons.parse_several(
            state(verdict=option("burn")), '{"review":"R","show":"all","number":1}'
        )
    with pytest.raises(BadValue):
        review_reasons.parse_reason(state(), '{"review":"R","show":"all","verdict":"burn"}')


def test_a_missing_or_long_reason_is_said_at_its_field() -> None:
    """Any other refusal is not the field's."""
    filled = state(reason=written(""))
    missing = review_reasons.errors_for(ReasonMissing(), KNOWN, filled)

    assert missing == {"reason": said.REASON_MISSING}
    assert review_reasons.errors_for(ReasonTooLong(1000), KNOWN, filled)
    assert review_reasons.errors_for(ReasonMissing(), KNOWN, {}) is None


# Whatever people write --------------------------------------------------------------------------


def everything_saying(text: str) -> list[Message | View]:
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
        ),
        review_notices.results(house.results(closed)),
    ]
    return [view for view in made if view is not None]


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(TEXT)
def test_any_text_keeps_every_limit_and_leaks_no_markup(text: str) -> None:
    """Names, reasons, departments, stages: all of them, in every view."""
    complaints = [fault for view in everything_saying(text) for fault in faults(view)]

    assert not complaints


@pytest.mark.parametrize("piece", NASTY)
def test_the_worst_text_at_full_length_keeps_every_limit(piece: str) -> None:
    """A thousand characters, each of which may become five."""
    text = (piece * 1000)[:1000]
    complaints = [fault for view in everything_saying(text) for fault in faults(view)]

    assert not complaints


def test_every_state_of_a_review_has_words_on_card_and_list() -> None:
    """No name of the code reaches a reader."""
    for run_state in ReviewState:
        run = replace(APPLIED, state=run_state)
        row = review_words.row(ReviewSummary(run=run, counts=DONE, in_stage=DONE))
        assert "_" not in row.replace("date_short_pretty", "")
        assert review_words.state_of(run)


def test_a_line_says_when_it_was_last_used_or_that_nobody_knows() -> None:
    """What only some of its systems tell is no reason to say "never"."""
    told = card_said.last_used

    assert told(None) == "last use not known"
    on = f"last used <!date^{int(NOW.timestamp())}^{{date_short}}|2 Mar 2026>"
    assert told(LastUse(at=NOW, complete=True)) == on
    assert told(LastUse(at=NOW, complete=False)) == on
    assert told(LastUse(at=None, complete=True)) == "never used"
    assert told(LastUse(at=None, complete=False)) == "last use not known"


def test_what_is_no_longer_true_is_not_said() -> None:
    """A reminder after the close, or of nothing; an ending that no review made."""
    assert review_notices.reminder(summary(APPLIED, HALF)) is None
    assert review_notices.reminder(summary(counts=DONE)) is None
    assert review_notices.ended(held(), None) is None
    assert review_notices.reminder(summary(STOPPED, FRESH)) is None


def test_a_self_reviews_card_without_its_line_asks_nothing() -> None:
    """The line went to somebody else meanwhile, or fell out long ago."""
    shown = review_card.render(summary(OWN, ONE), 0)

    assert buttons(shown) == []
    assert card_said.NOTHING_FOR_YOU in shown.text


def test_the_card_of_an_earlier_stage_says_where_the_review_is() -> None:
    """Its numbers would be those of the running stage, so it has none."""
    shown = review_card.render(summary(SECOND, HALF), 0)

    assert "goes on with stage 2 of 2: Owner" in shown.text
    assert "decided" not in shown.text


def test_verdicts_have_the_words_of_the_fixed_surface() -> None:
    """Guides and tests find the buttons by them."""
    assert {card_said.VERDICTS[verdict] for verdict in ReviewVerdict} == {
        "Keep",
        "Remove",
        "Don't know",
    }
    assert "Review now" in buttons(review_card.render(summary(), 0))
