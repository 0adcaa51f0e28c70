"""Cards and forms of access reviews: what they remember, what they offer, and every limit."""

import json
from dataclasses import replace

import pytest

from bot.views import review_card, review_form, review_notices, review_reasons
from bot.views.action_ids import BadValue, ListName
from bot.views.blocks import OPTIONS, VIEW_BLOCKS, View
from bot.views.known import Known
from bot.views.review_form import FormLine
from bot.views.review_reasons import ParsedSeveral
from bot.views.review_state import PAGE_SIZE, mark_of
from bot.views.wording import review_form as said
from bot.views.wording import review_lists as review_words
from bot.views.wording import reviews as card_said
from engine.application.review_queries import ReviewSummary
from engine.domain.refusals import ReasonMissing, ReasonTooLong
from engine.domain.review_lines import LastUse, Recommendation, ReviewVerdict, Why
from engine.domain.review_settings import NoResponse
from engine.domain.reviews import ReviewState
from tests.bot.views import review_house as house
from tests.bot.views.house import KNOWN, held
from tests.bot.views.pictures_of_reviews import HOMES, MESSAGES
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
    SECOND,
    STATE,
    STOPPED,
    V,
    a_decision,
    a_line,
    a_run,
    form_data,
    several,
    summary,
)
from tests.builders import ANN, BEN, HOUR, MAX, NOW, ROB

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
    assert review_notices.ended(held(), None, Known()) is None
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


def test_pages_of_both_lists_are_turned_apart() -> None:
    """Approvals and reviews each remember where they stand."""
    both = MESSAGES["waiting_both"]()
    home = HOMES["reviews"]()

    assert f"{ListName.WAITING_REVIEWS}:5" in json.dumps(body(both))
    assert home["private_metadata"] == '{"home_reviews":5}'


def test_nothing_depends_on_the_moment_of_drawing() -> None:
    """A card of an hour ago and one of now are the same if nothing happened."""
    later = replace(OPEN, stepped_at=NOW + HOUR)

    assert review_card.render(summary(later), 0) == review_card.render(summary(), 0)
