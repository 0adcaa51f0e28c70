"""The forms for more time and for a decision."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.views import decision_form, extension_form
from bot.views.action_ids import BadValue, Part
from bot.views.blocks import View
from bot.views.decision_form import DecisionFormData
from bot.views.extension_form import ExtensionFormData
from bot.views.form_state import remember
from engine.domain.ids import AssignmentId
from engine.domain.policies import (
    NEVER,
    AssignmentPolicy,
    ReasonRule,
)
from engine.domain.refusals import (
    JustificationMissing,
    NotHeld,
    ReasonMissing,
    TooLong,
)
from engine.domain.stages import Verdict
from tests.bot.views.house import (
    FULL,
    KNOWN,
    asked,
    held,
    holds,
)
from tests.bot.views.pictures_of_cards import PENDING
from tests.bot.views.reading import fields, option, said, state, written
from tests.builders import DAY, NOW, a_stage, begun

# More time ---------------------------------------------------------------------------------------


def extension(
    policy: AssignmentPolicy = FULL, until: datetime | None = NOW + 180 * DAY, **more: Any
) -> View:
    """The form for more time."""
    data = ExtensionFormData(held=held(**more), policy=policy, longest_end=until)
    return extension_form.build(data)


def test_more_time_is_asked_for_as_the_policy_wants() -> None:
    """Why, and for how long where that may be chosen."""
    assert list(fields(extension())) == ["Justification", "For how long"]
    assert list(fields(extension(replace(FULL, requestor_may_shorten=False)))) == ["Justification"]


def test_an_extension_for_good_says_so() -> None:
    """The policy may have lost its end meanwhile."""
    shown = extension(replace(FULL, expiration=NEVER), None, assignment=holds())

    assert "no end date any more" in said(shown)


def test_a_filled_in_extension_is_read_whole() -> None:
    """Which assignment, for how long, why."""
    filled = state(justification=written("Still on call"), duration=option("86400"))
    parsed = extension_form.parse(filled, remember(assignment="assignment"))

    assert parsed == extension_form.ParsedExtension(
        assignment_id=AssignmentId("assignment"), duration=DAY, justification="Still on call"
    )


def test_an_extension_form_that_is_not_ours_is_refused() -> None:
    """It names no assignment: whoever sends it is told that it is out of date."""
    with pytest.raises(BadValue):
        extension_form.parse({}, "")


def test_an_extension_with_a_strange_time_is_an_error_at_its_field() -> None:
    """What comes back is not trusted."""
    parsed = extension_form.parse(state(duration=option("x")), remember(assignment="a"))

    assert parsed == {"duration": "Choose how long."}


def test_refusals_of_an_extension_stand_at_its_fields_if_there_are_any() -> None:
    """Otherwise they are said as a message."""
    shown = state(justification={})
    missing = extension_form.errors_for(JustificationMissing(), KNOWN, shown)

    assert missing is not None
    assert list(missing) == ["justification"]
    assert extension_form.errors_for(TooLong(DAY, None), KNOWN, shown) is None
    assert extension_form.errors_for(NotHeld(None), KNOWN, shown) is None


# Decisions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "verdict", "opens", "required"),
    [
        (ReasonRule.REQUIRED, Verdict.APPROVED, True, True),
        (ReasonRule.ON_DENIAL, Verdict.APPROVED, False, False),
        (ReasonRule.OPTIONAL, Verdict.APPROVED, False, False),
        (ReasonRule.REQUIRED, Verdict.DENIED, True, True),
        (ReasonRule.ON_DENIAL, Verdict.DENIED, True, True),
        (ReasonRule.OPTIONAL, Verdict.DENIED, True, False),
    ],
)
def test_who_must_give_a_reason(
    rule: ReasonRule, verdict: Verdict, *, opens: bool, required: bool
) -> None:
    """APR-9: denying always opens the form; approving does where the stage wants a reason."""
    stage = a_stage(reason=rule)
    request = begun(request=asked(stage))
    shown = decision_form.build(DecisionFormData(verdict=verdict, requests=((request, 0),)))

    assert decision_form.opens(stage, verdict) is opens
    assert decision_form.required(stage, verdict) is required
    assert fields(shown)["Reason"]["optional"] is not required


def test_one_form_decides_ten_requests_and_no_more() -> None:
    """What fits one form."""
    data = DecisionFormData(verdict=Verdict.DENIED, requests=((PENDING, 0),) * 11)
    shown = decision_form.build(data)
    parsed = decision_form.parse(state(reason=written("No")), str(shown["private_metadata"]))

    assert isinstance(parsed, decision_form.ParsedDecision)
    assert parsed.targets == (Part(id=PENDING.id, number=0),) * 10
    assert parsed.reason == "No"
    assert parsed.verdict is Verdict.DENIED


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "{}",
        '{"verdict":"denied"}',
        '{"verdict":"maybe","targets":["a:0"]}',
        '{"verdict":"denied","targets":["a b"]}',
        '{"verdict":"denied","targets":[]}',
    ],
)
def test_a_decision_form_that_is_not_ours_decides_nothing(kept: str) -> None:
    """Forged or damaged."""
    with pytest.raises(BadValue):
        decision_form.parse(state(reason=written("No")), kept)


def test_a_missing_reason_is_an_error_at_the_reason() -> None:
    """Everything else is said as a message."""
    shown = state(reason={})

    assert decision_form.errors_for(NotHeld(None), KNOWN, shown) is None
    assert decision_form.errors_for(ReasonMissing(), KNOWN, shown) == {
        "reason": "Please give a reason; the person who asked will read it."
    }
