"""The forms: what they ask for, and what is read from what was filled in."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.views import request_form
from bot.views.blocks import View
from bot.views.form_state import remember
from bot.views.request_form import Chosen, ParsedRequest, RequestFormData
from bot.views.wording import forms
from engine.domain.eligibility import Wish
from engine.domain.ids import AssignmentId, PackageId, PolicyId
from engine.domain.policies import (
    AssignmentPolicy,
    Expiration,
    JustificationRule,
)
from engine.domain.refusals import (
    AccountClosed,
    AlreadyHeld,
    AlreadyPending,
    ChoosePolicy,
    JustificationMissing,
    NotHeld,
    Refusal,
    StartInPast,
    TooLong,
)
from tests.bot.views.house import (
    FULL,
    FULL_PACKAGE,
    KNOWN,
    a_package_called,
)
from tests.bot.views.pictures_of_cards import PENDING
from tests.bot.views.reading import buttons, fields, option, said, state, written
from tests.builders import DAY, HOUR, NOW, PACKAGE, POLICY

SHOWN = remember(package=PACKAGE, policy=POLICY)


def form(policy: AssignmentPolicy = FULL, **more: Any) -> View:
    """The request form for the full package."""
    data = RequestFormData(now=NOW, package=FULL_PACKAGE, policies=(policy,), **more)
    return request_form.build(data, KNOWN)


# What the request form asks for ------------------------------------------------------------------


def test_the_form_asks_for_what_the_policy_wants() -> None:
    """The words of the fixed surface, in this order."""
    shown = fields(form())

    assert list(shown) == ["Package", "Justification", "For how long", "Starts"]
    assert [field["optional"] for field in shown.values()] == [False, False, False, True]


def test_a_hidden_justification_is_not_asked_for() -> None:
    """REQ-1."""
    assert "Justification" not in fields(
        form(replace(FULL, justification=JustificationRule.HIDDEN))
    )


def test_an_optional_justification_may_stay_empty() -> None:
    """REQ-1."""
    shown = fields(form(replace(FULL, justification=JustificationRule.OPTIONAL)))

    assert shown["Justification"]["optional"] is True


def test_times_are_asked_for_only_where_the_policy_allows() -> None:
    """REQ-7."""
    shown = fields(form(replace(FULL, requestor_may_shorten=False)))

    assert list(shown) == ["Package", "Justification"]


def test_the_package_tells_at_once_and_offers_before_anything_is_typed() -> None:
    """Choosing updates the form."""
    package = fields(form())["Package"]
    element = package["element"]

    assert package["dispatch_action"] is True
    assert isinstance(element, dict)
    assert element["min_query_length"] == 0


def test_several_policies_are_offered_before_anything_else() -> None:
    """POL-4: the person picks."""
    other = replace(FULL, id=PolicyId("contractors"), name="Contractors")
    data = RequestFormData(now=NOW, package=FULL_PACKAGE, policies=(FULL, other))

    assert list(fields(request_form.build(data, KNOWN))) == ["Package", "Policy"]


def test_a_package_that_cannot_be_asked_for_says_why_and_helps() -> None:
    """DLV-8: with Extend where that is possible."""
    refusal = AlreadyHeld(AssignmentId("assignment"), NOW, may_extend=True)
    shown = form(refusal=refusal)

    assert list(fields(shown)) == ["Package"]
    assert buttons(shown) == ["Extend"]
    assert "You have this access already" in said(shown)


def test_what_was_written_stays_when_the_form_changes() -> None:
    """Slack keeps an input whose block id and action id stay the same."""
    other = replace(FULL, id=PolicyId("contractors"), expiration=Expiration(after=DAY))
    views = (form(FULL), form(other), request_form.build(RequestFormData(now=NOW), KNOWN))
    ids = [
        {label: (f["block_id"], f["element"]["action_id"]) for label, f in fields(view).items()}
        for view in views
    ]

    assert ids[0]["Justification"] == ids[1]["Justification"] == ids[2]["Justification"]
    assert ids[0]["Starts"] == ids[1]["Starts"]
    assert ids[0]["For how long"] != ids[1]["For how long"], "its choices differ"


def test_a_hundred_packages_are_offered_and_the_next_is_found_by_typing() -> None:
    """Slack shows a hundred options."""
    packages = [a_package_called(f"Package {n}", "About it") for n in range(101)]

    assert len(request_form.package_options(packages[:100])) == 100
    assert len(request_form.package_options(packages)) == 100


# What is read from it ----------------------------------------------------------------------------


def test_a_filled_in_form_is_read_whole() -> None:
    """Every field becomes part of the wish."""
    start = NOW + 2 * DAY
    filled = state(
        package=option(PACKAGE),
        justification=written("  On call  "),
        duration=option("3600"),
        starts={"type": "datetimepicker", "selected_date_time": int(start.timestamp())},
    )

    assert request_form.parse(filled, SHOWN) == ParsedRequest(
        package_id=PACKAGE,
        wish=Wish(policy_id=POLICY, justification="On call", duration=HOUR, starts_at=start),
    )


def test_untouched_fields_leave_everything_to_the_policy() -> None:
    """Slack sends null for what nobody touched."""
    filled = state(
        package=option(PACKAGE),
        justification=written(None),
        duration=option("longest"),
        starts={"type": "datetimepicker", "selected_date_time": None},
    )

    assert request_form.parse(filled, SHOWN) == ParsedRequest(
        package_id=PACKAGE, wish=Wish(policy_id=POLICY)
    )


def test_no_package_is_an_error_at_the_package() -> None:
    """Said before anything is looked up."""
    assert request_form.parse({}, "") == {"package": "Choose a package."}


def test_a_form_sent_before_it_was_redrawn_asks_to_look_again() -> None:
    """Its fields belong to another package; it is drawn anew and says why."""
    assert request_form.shows_another(state(package=option("other")), SHOWN)
    assert not request_form.shows_another(state(package=option(PACKAGE)), SHOWN)
    assert not request_form.shows_another(state(package=option(PACKAGE)), "{}")
    assert "still showed another package" in said(form(note=forms.STILL_LOADING))


def test_a_form_sent_before_its_first_update_counts() -> None:
    """A quick person is not sent back; the policy decides what the form left open."""
    empty = fields(request_form.build(RequestFormData(now=NOW), KNOWN))
    filled = state(package=option(PACKAGE), justification=written("On call"))

    assert list(empty) == ["Package", "Justification"]
    assert empty["Justification"]["optional"] is True
    assert request_form.parse(filled, "{}") == ParsedRequest(
        package_id=PACKAGE, wish=Wish(justification="On call")
    )


def test_an_offered_policy_must_be_chosen() -> None:
    """POL-4."""
    filled = state(package=option(PACKAGE), policy={"selected_option": None})

    assert request_form.parse(filled, remember(package=PACKAGE)) == {
        "policy": "Choose one of the policies."
    }


def test_a_time_nobody_offered_is_an_error_at_its_field() -> None:
    """What comes back is not trusted."""
    filled = state(package=option(PACKAGE), duration=option("soon"))

    assert request_form.parse(filled, SHOWN) == {"duration": "Choose how long."}


@pytest.mark.parametrize("stamp", [-1, 10**12, "1", True, None])
def test_a_moment_that_is_none_counts_as_at_once(stamp: object) -> None:
    """Nonsense is as good as empty."""
    filled = state(package=option(PACKAGE), starts={"selected_date_time": stamp})
    parsed = request_form.parse(filled, SHOWN)

    assert isinstance(parsed, ParsedRequest)
    assert parsed.wish.starts_at is None


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", '{"package": 7}'])
def test_damaged_memory_is_no_memory(kept: str) -> None:
    """The form then starts over."""
    assert request_form.chosen({}, kept) == Chosen()


def test_the_policy_of_another_package_is_forgotten() -> None:
    """What was chosen for one package means nothing for the next."""
    filled = state(package=option("other"), policy=option(POLICY))

    assert request_form.chosen(filled, SHOWN) == Chosen(package_id=PackageId("other"))


def test_the_chosen_policy_of_the_same_package_counts() -> None:
    """The form is drawn for it."""
    filled = state(package=option(PACKAGE), policy=option("contractors"))

    assert request_form.chosen(filled, SHOWN) == Chosen(
        package_id=PACKAGE, policy_id=PolicyId("contractors")
    )


@pytest.mark.parametrize(
    ("refusal", "field"),
    [
        (ChoosePolicy(()), "policy"),
        (JustificationMissing(), "justification"),
        (TooLong(DAY, None), "duration"),
        (StartInPast(), "starts"),
        (AlreadyPending(PENDING.id), "package"),
        (AccountClosed(), "package"),
    ],
)
def test_a_refusal_is_written_at_the_field_it_is_about(refusal: Refusal, field: str) -> None:
    """Where the person can do something about it."""
    every = state(package={}, policy={}, justification={}, duration={}, starts={})
    errors = request_form.errors_for(refusal, KNOWN, every)

    assert errors is not None
    assert list(errors) == [field]
    assert not set("<>*") & set(errors[field]), "Slack draws no markup at a field"


def test_a_refusal_about_a_field_that_is_not_shown_stands_at_the_package() -> None:
    """Slack shows errors of blocks it knows only."""
    errors = request_form.errors_for(StartInPast(), KNOWN, state(package={}))

    assert errors is not None
    assert list(errors) == ["package"]


def test_a_refusal_of_something_else_is_not_for_this_form() -> None:
    """It is said as a message."""
    assert request_form.errors_for(NotHeld(None), KNOWN, state(package={})) is None


def test_moments_of_a_form_are_utc() -> None:
    """Slack sends seconds since 1970."""
    filled = state(package=option(PACKAGE), starts={"selected_date_time": 0})
    parsed = request_form.parse(filled, SHOWN)

    assert isinstance(parsed, ParsedRequest)
    assert parsed.wish.starts_at == datetime(1970, 1, 1, tzinfo=UTC)
