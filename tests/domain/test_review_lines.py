"""What may be said of a line, what is recommended, and what becomes of it."""

from dataclasses import replace

import pytest

from engine.domain.assignments import EndReason
from engine.domain.ids import AssignmentId, PersonId, ReviewRunId
from engine.domain.refusals import (
    LineFellOut,
    NotAReviewer,
    OwnAccess,
    ReasonMissing,
    ReasonTooLong,
)
from engine.domain.review_lines import (
    LastUse,
    Recommendation,
    ReviewLine,
    ReviewVerdict,
    Why,
    advise,
    advise_by_use,
    check_reason,
    check_reviewer,
    final,
    moves_on,
)
from engine.domain.review_settings import (
    ALL_MOVE_ON,
    MovesOn,
    NoResponse,
    ReviewReason,
    ReviewStage,
)
from tests.builders import ANN, DAY, MAX, NOW, ROB, SECOND

KEEP, REMOVE = Recommendation.KEEP, Recommendation.REMOVE


def a_line(
    verdict: ReviewVerdict | None = None,
    *,
    recommended: Recommendation | None = None,
    gone: EndReason | None = None,
    asked: str = "0:max",
    target: PersonId = ROB,
) -> ReviewLine:
    """Rob's line, which Max reviews."""
    return ReviewLine(
        review_id=ReviewRunId("run"),
        assignment_id=AssignmentId("assignment"),
        target_id=target,
        name_key="rob",
        stage=0,
        asked=asked,
        department="",
        recommendation=recommended,
        verdict=verdict,
        gone=gone,
        gone_at=NOW if gone else None,
    )


@pytest.mark.parametrize(
    ("verdict", "recommended", "silence", "expected"),
    [
        # ARV-8: an answer counts, whatever silence means; don't know keeps.
        ("keep", REMOVE, NoResponse.REMOVE, KEEP),
        ("remove", KEEP, NoResponse.KEEP, REMOVE),
        ("dont_know", REMOVE, NoResponse.REMOVE, KEEP),
        ("dont_know", REMOVE, NoResponse.TAKE_RECOMMENDATION, KEEP),
        # ARV-5: silence is what the policy says it is.
        (None, REMOVE, NoResponse.KEEP, KEEP),
        (None, KEEP, NoResponse.REMOVE, REMOVE),
        (None, REMOVE, NoResponse.TAKE_RECOMMENDATION, REMOVE),
        (None, KEEP, NoResponse.TAKE_RECOMMENDATION, KEEP),
        (None, None, NoResponse.TAKE_RECOMMENDATION, KEEP),
    ],
)
def test_what_becomes_of_a_line(
    verdict: str | None,
    recommended: Recommendation | None,
    silence: NoResponse,
    expected: Recommendation,
) -> None:
    """Nothing is removed without an answer or the policy's word for silence."""
    said = ReviewVerdict(verdict) if verdict else None
    assert final(a_line(said, recommended=recommended), silence) is expected


@pytest.mark.parametrize("silence", list(NoResponse))
def test_nothing_becomes_of_a_line_that_fell_out(silence: NoResponse) -> None:
    """The assignment has ended by itself."""
    line = a_line(ReviewVerdict.REMOVE, gone=EndReason.EXPIRED)
    assert final(line, silence) is None


@pytest.mark.parametrize(
    ("department", "people", "holders", "recommendation", "why"),
    [
        ("", 100, 1, None, Why.NO_DEPARTMENT),
        ("IT", 2, 1, None, Why.SMALL_DEPARTMENT),
        ("IT", 3, 1, REMOVE, Why.UNUSUAL),
        ("IT", 3, 2, KEEP, Why.USUAL),
        ("IT", 11, 2, REMOVE, Why.UNUSUAL),
        ("IT", 11, 3, KEEP, Why.USUAL),
        ("IT", 6, 2, KEEP, Why.USUAL),
    ],
)
def test_what_is_recommended_depends_on_the_colleagues(
    department: str, people: int, holders: int, recommendation: Recommendation | None, why: Why
) -> None:
    """Where the last use is not known: less than a fifth of the others is unusual."""
    advice = advise(department, people, holders)
    assert (advice.recommendation, advice.why) == (recommendation, why)


def test_advice_names_the_colleagues_without_the_holder() -> None:
    """Of ten others, one holds it."""
    advice = advise("IT", 11, 2)
    assert (advice.colleagues, advice.holding) == (10, 1)


@pytest.mark.parametrize(
    ("use", "recommendation", "why"),
    [
        (None, REMOVE, Why.UNUSUAL),
        (LastUse(at=NOW - DAY, complete=True), KEEP, Why.USED),
        (LastUse(at=NOW - 30 * DAY, complete=False), KEEP, Why.USED),
        (LastUse(at=NOW - 30 * DAY - SECOND, complete=True), REMOVE, Why.NOT_USED),
        (LastUse(at=None, complete=True), REMOVE, Why.NOT_USED),
        (LastUse(at=NOW - 31 * DAY, complete=False), REMOVE, Why.UNUSUAL),
        (LastUse(at=None, complete=False), REMOVE, Why.UNUSUAL),
    ],
)
def test_what_is_recommended_depends_on_the_use_where_it_is_known(
    use: LastUse | None, recommendation: Recommendation, why: Why
) -> None:
    """ARV-7: thirty days back. What only some rights tell may have been used in the others."""
    colleagues = advise("IT", 11, 2)
    advice = advise_by_use(use, colleagues, opened_at=NOW)
    assert (advice.recommendation, advice.why) == (recommendation, why)
    nothing = advise_by_use(use, advise("", 1, 1), opened_at=NOW)
    assert (nothing.recommendation is None) is (why is Why.UNUSUAL)


def test_a_reason_is_wanted_where_the_policy_says_so() -> None:
    """ARV-6: spaces are no reason, and a card shows only so much."""
    check_reason(ReviewReason.OPTIONAL, "", most=10)
    check_reason(ReviewReason.REQUIRED, " 123456789 ", most=10)
    check_reason(ReviewReason.REQUIRED, "1234567890", most=10)
    with pytest.raises(ReasonMissing):
        check_reason(ReviewReason.REQUIRED, "  ", most=10)
    with pytest.raises(ReasonTooLong):
        check_reason(ReviewReason.OPTIONAL, "12345678901", most=10)


def test_only_who_is_asked_may_answer() -> None:
    """By name or as one of a pool."""
    stage = ReviewStage()
    check_reviewer(a_line(), stage, frozenset({"0:max"}), MAX)
    check_reviewer(a_line(asked="0:#1"), stage, frozenset({"0:ann", "0:#1"}), ANN)
    with pytest.raises(NotAReviewer):
        check_reviewer(a_line(), stage, frozenset({"0:ann", "0:#1"}), ANN)


def test_nobody_reviews_their_own_access_unless_the_holders_are_asked() -> None:
    """Being in the pool does not help."""
    own = a_line(asked="0:#0")
    with pytest.raises(OwnAccess):
        check_reviewer(own, ReviewStage(), frozenset({"0:#0"}), ROB)
    check_reviewer(a_line(asked="0:rob"), ReviewStage(self_review=True), frozenset({"0:rob"}), ROB)


def test_a_line_that_fell_out_cannot_be_answered() -> None:
    """Whoever presses hears why."""
    with pytest.raises(LineFellOut):
        check_reviewer(a_line(gone=EndReason.LEFT), ReviewStage(), frozenset({"0:max"}), MAX)


@pytest.mark.parametrize(
    ("verdict", "answer"),
    [
        (ReviewVerdict.KEEP, MovesOn.KEPT),
        (ReviewVerdict.REMOVE, MovesOn.REMOVED),
        (ReviewVerdict.DONT_KNOW, MovesOn.DONT_KNOW),
        (None, MovesOn.UNDECIDED),
    ],
)
def test_lines_go_on_by_their_answer(verdict: ReviewVerdict | None, answer: MovesOn) -> None:
    """ARV-19: each answer is named by one word; what fell out goes nowhere."""
    others = tuple(each for each in ALL_MOVE_ON if each is not answer)
    line = a_line(verdict)
    assert moves_on(line, ReviewStage(moves_on=(answer,)))
    assert not moves_on(line, ReviewStage(moves_on=others))
    assert not moves_on(replace(line, gone=EndReason.EXPIRED), ReviewStage())
