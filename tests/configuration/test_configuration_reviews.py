"""The reviews of a policy: what a file can say, what is refused, and what it means."""

from datetime import date, timedelta

import pytest

import configuration
from configuration import describe, export, recurrences
from engine.domain.configuration import Configuration, changes
from engine.domain.ids import GroupId, PersonId
from engine.domain.people import CATALOG_OWNERS, members_of, the_manager, the_person
from engine.domain.review_settings import (
    MONTHLY,
    ONCE,
    QUARTERLY,
    MovesOn,
    NoResponse,
    Recurrence,
    ReviewReason,
    ReviewSettings,
    ReviewStage,
)
from tests.configuration.contoso import CONTOSO, GOOD, TODAY, faults, spoilt, warnings

DAY = timedelta(days=1)
PLACE = "            extension: {"


def with_reviews(reviews: str) -> str:
    """The good file with these reviews in its first policy, on line 35 and what follows."""
    return spoilt((PLACE, f"            reviews: {reviews}\n{PLACE}"))


def made(text: str) -> Configuration:
    """A file's configuration."""
    return configuration.read(
        text, filename="usher.yml", directory=CONTOSO, today=TODAY
    ).configuration


def reviews_of(text: str) -> ReviewSettings:
    """The reviews of its first policy."""
    found = made(text).policies[0].reviews
    assert found is not None
    return found


def test_the_short_form_has_usual_values() -> None:
    """ARV-5, ARV-6: a fortnight, silence keeps, a reason is wanted, from the day it is applied."""
    assert reviews_of(with_reviews("{every: quarterly, reviewers: [{manager: 1}]}")) == (
        ReviewSettings(
            every=QUARTERLY,
            starting=None,
            stages=(ReviewStage(reviewers=(the_manager(),), open_for=14 * DAY),),
            on_no_response=NoResponse.KEEP,
            reason=ReviewReason.REQUIRED,
        )
    )


def test_everything_can_be_said() -> None:
    """The long form, with every key of a review of one stage."""
    text = (
        "{every: P1M, starting: 2027-01-31, open_for: P10D,"
        ' reviewers: [{people: [olga@contoso.com]}, {group: "@it-leads"}, {catalog_owners: true}],'
        ' fallback_reviewers: ["@it-leads", ada@contoso.com], on_no_response: remove,'
        " confirm: true, reason: optional, remind: [P2D, P7D]}"
    )
    assert reviews_of(with_reviews(text)) == ReviewSettings(
        every=MONTHLY,
        starting=date(2027, 1, 31),
        stages=(
            ReviewStage(
                reviewers=(
                    the_person(PersonId("U-olga")),
                    members_of(GroupId("S-it-leads")),
                    CATALOG_OWNERS,
                ),
                fallback_reviewers=(
                    members_of(GroupId("S-it-leads")),
                    the_person(PersonId("U-ada")),
                ),
                open_for=10 * DAY,
                remind=(2 * DAY, 7 * DAY),
            ),
        ),
        on_no_response=NoResponse.REMOVE,
        reason=ReviewReason.OPTIONAL,
    )


@pytest.mark.parametrize("word", ["[self]", "[{self: true}]"])
def test_the_holders_themselves_can_be_asked(word: str) -> None:
    """ARV-3: the word alone is enough."""
    (stage,) = reviews_of(with_reviews(f"{{every: once, reviewers: {word}}}")).stages
    assert (stage.self_review, stage.reviewers) == (True, ())


def test_managers_can_be_asked_with_one_word() -> None:
    """The direct one is meant."""
    (stage,) = reviews_of(with_reviews("{every: once, reviewers: [manager]}")).stages
    assert stage.reviewers == (the_manager(1),)


def test_stages_have_their_own_reviewers_and_times() -> None:
    """ARV-19: and say which lines go on, and whether earlier answers are shown."""
    text = (
        "{every: yearly, stages: [{reviewers: [self], open_for: P7D, moves_on: [undecided, kept]},"
        " {name: Boss, reviewers: [manager], earlier_answers: hidden}]}"
    )
    first, second = reviews_of(with_reviews(text)).stages
    assert (first.name, first.open_for) == ("Stage 1", 7 * DAY)
    assert first.moves_on == (MovesOn.KEPT, MovesOn.UNDECIDED)
    assert (second.name, second.open_for, second.shows_earlier) == ("Boss", 14 * DAY, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "{every: quarterly, reviewers: [{manager: 1}], on_no_response: remove}",
            "35: on_no_response: remove takes access from everybody nobody spoke for."
            " If that is meant, add confirm: true; else write keep.",
            id="ARV-21: removing everybody",
        ),
        pytest.param(
            "{every: weekly, reviewers: [{manager: 1}]}",
            "35: A review is open for P14D, longer than from one to the next (weekly)."
            " Lower open_for, or review less often.",
            id="ARV-2: the usual fortnight in a week",
        ),
        pytest.param(
            "{every: P1M, open_for: P28DT1S, reviewers: [{manager: 1}]}",
            "35: A review is open for P28DT1S, longer than from one to the next (monthly)."
            " Lower open_for, or review less often.",
            id="ARV-2: longer than February",
        ),
        pytest.param(
            "{every: monthly, stages: [{reviewers: [self]},"
            " {reviewers: [manager], open_for: P14DT1S}]}",
            "35: A review is open for P28DT1S, longer than from one to the next (monthly)."
            " Lower open_for, or review less often.",
            id="ARV-2: all stages together",
        ),
        pytest.param(
            "{every: once, open_for: P181D, reviewers: [{manager: 1}]}",
            "35: open_for is at most P180D, not P181D.",
            id="longer than half a year",
        ),
        pytest.param(
            "{every: P0D, reviewers: [{manager: 1}]}",
            "35: P0D is no time at all. Write once, or an interval.",
            id="no interval",
        ),
        pytest.param(
            "{every: P11Y, reviewers: [{manager: 1}]}",
            "35: every is at most P3660D, not P11Y.",
            id="an interval of eleven years",
        ),
        pytest.param(
            "{every: once, open_for: P7D, remind: [P7D], reviewers: [{manager: 1}]}",
            "35: A reminder after P7D never comes: the review closes after P7D."
            " Remind earlier, or raise open_for.",
            id="a reminder at the close",
        ),
        pytest.param(
            "{every: once, remind: [P7D, P2D], reviewers: [{manager: 1}]}",
            "35: P2D does not come after P7D. Write the times in ascending order, each once.",
            id="reminders in descending order",
        ),
        pytest.param(
            "{every: once, reviewers: [{manager: 1}, {people: [olga@contoso.com]}]}",
            "35: The manager cannot review together with others."
            " Ask one after the other, in two stages.",
            id="a manager and somebody else",
        ),
        pytest.param(
            "{every: once, reviewers: [self, manager]}",
            "35: The holder cannot review together with others."
            " Ask one after the other, in two stages.",
            id="holders and managers",
        ),
        pytest.param(
            "{every: once}",
            "35: Nobody is asked to review."
            " Write reviewers: [{manager: 1}], or stages with reviewers each.",
            id="nobody is asked",
        ),
        pytest.param(
            "{every: once, open_for: P7D, stages: [{reviewers: [self]}]}",
            "35: open_for stands beside stages, which have their own."
            " Write open_for in each stage, or leave the stages out.",
            id="both ways at once",
        ),
        pytest.param(
            "{every: once, stages: [{name: A, reviewers: [self]}, {name: a, reviewers: [self]}]}",
            '35: Another stage of these reviews is already called "a", on line 35.'
            " Give one of them another name.",
            id="two stages of one name",
        ),
    ],
)
def test_what_cannot_work_is_refused(text: str, expected: str) -> None:
    """Each with what to write instead."""
    assert faults(with_reviews(text)) == [f"usher.yml:{expected}"]


@pytest.mark.parametrize(
    "text",
    [
        "{every: P1M, open_for: P28D, reviewers: [manager]}",
        "{every: once, open_for: P180D, reviewers: [manager]}",
        "{every: P10Y, reviewers: [manager]}",
        "{every: PT10S, open_for: PT10S, remind: [PT9S], reviewers: [manager]}",
        "{every: once, reviewers: [manager], on_no_response: remove, confirm: true}",
    ],
)
def test_what_just_works_is_accepted(text: str) -> None:
    """The last value on the right side of each limit."""
    assert faults(with_reviews(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "{every: fortnightly, reviewers: [manager]}",
        "{every: 14 days, reviewers: [manager]}",
        "{every: once, reviewers: []}",
        "{every: once, reviewers: [owner]}",
        "{every: once, stages: []}",
        "{every: once, stages: [{}]}",
        "{every: once, stages: [{reviewers: [self], moves_on: []}]}",
        "{every: once, stages: [{reviewers: [self], moves_on: [approved]}]}",
        "{reviewers: [manager]}",
        "{every: once, reviewers: [{manager: 1, self: true}]}",
        "{every: once, reviewers: [{manager: 11}]}",
        (
            "{every: once, stages: [{reviewers: [self]}, {reviewers: [self]}, {reviewers: [self]},"
            " {reviewers: [self]}]}"
        ),
    ],
)
def test_what_is_built_wrongly_is_one_fault(text: str) -> None:
    """The schema knows it, and the sentence stands on the right line."""
    (found,) = faults(with_reviews(text))
    assert found.startswith("usher.yml:35: ")


def test_a_single_review_on_a_day_that_is_over_is_only_warned_of() -> None:
    """The file must go on to load after its review was held."""
    text = with_reviews("{every: once, starting: 2026-11-22, reviewers: [manager]}")
    assert faults(text) == []
    assert any("2026-11-22 is over" in one for one in warnings(text))


def test_a_choice_that_no_stage_follows_is_warned_of() -> None:
    """The last stage decides."""
    text = with_reviews("{every: once, stages: [{reviewers: [self], moves_on: kept}]}")
    assert any("no stage follows" in one for one in warnings(text))


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("quarterly", QUARTERLY),
        ("P3M", QUARTERLY),
        ("once", ONCE),
        ("P1Y6M", Recurrence(months=18)),
        ("P1M10DT2H", Recurrence(months=1, length=timedelta(days=10, hours=2))),
        ("PT30M", Recurrence(length=timedelta(minutes=30))),
        ("P2W", Recurrence(length=timedelta(weeks=2))),
    ],
)
def test_intervals_are_words_or_durations_with_months(text: str, every: Recurrence) -> None:
    """And what is written is read as the same."""
    assert recurrences.parse(text) == every
    assert recurrences.parse(recurrences.write(every)) == every


@pytest.mark.parametrize("text", ["", "P", "P0M", "PT0S", "P1M1Y", "often", "P1.5M", "1M"])
def test_what_is_no_interval_is_none(text: str) -> None:
    """Months come after years and before days."""
    assert recurrences.parse(text) is None


def test_the_plan_names_what_changes_in_reviews() -> None:
    """Field by field, in the file's words."""
    before = with_reviews("{every: quarterly, reviewers: [manager]}")
    after = with_reviews("{every: P1M, reviewers: [manager], open_for: P7D, reason: optional}")
    text = describe(changes(made(before), made(after)), CONTOSO)
    assert "reviews.every: quarterly -> monthly" in text
    assert "reviews.stages.Review.open_for: P14D -> P7D" in text
    assert "reviews.reason: required -> optional" in text


def test_the_plan_tells_reviews_that_are_new() -> None:
    """Nothing before, everything after."""
    text = describe(
        changes(made(GOOD), made(with_reviews("{every: once, reviewers: [manager]}"))), CONTOSO
    )
    assert "reviews.every: (none) -> once" in text
    assert "reviews.stages.Review.reviewers: (none) -> [manager 1]" in text


def test_reviews_come_back_from_an_export() -> None:
    """The file that is written says the same as the one that was read."""
    text = (
        "{every: yearly, starting: 2027-01-01, stages: [{name: Holder, reviewers: [self],"
        " moves_on: [kept, dont_know]}, {name: Boss, reviewers: [{manager: 2}], remind: [P3D],"
        " earlier_answers: hidden}], on_no_response: remove, confirm: true}"
    )
    once = made(with_reviews(text))
    assert made(export(once, CONTOSO)) == once
