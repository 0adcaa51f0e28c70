"""What the form of a review remembers between presses."""

from dataclasses import replace

import pytest

from bot.views import review_form, review_reasons
from bot.views.action_ids import ActionId, BadValue, BlockId
from bot.views.blocks import PRIVATE_METADATA
from bot.views.review_reasons import ReasonFormData
from bot.views.review_state import PAGE_SIZE, FormState, Show, at_place, mark_of, unpacked, which
from bot.views.texts import length
from engine.application.reviews import LONGEST_PLACE
from engine.domain.ids import AssignmentId
from engine.domain.reasons import MAX_REASON
from engine.domain.review_lines import LineFilter, Recommendation, ReviewVerdict
from tests.bot.views.reading import option
from tests.bot.views.review_house import HALF, ONE, OPEN, REVIEW, STATE, V, summary
from tests.builders import ROB

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
