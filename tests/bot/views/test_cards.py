"""What the cards say and offer, state by state and reader by reader."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from bot.views import approval_card, delivery_failure_card, request_card, task_card
from bot.views.blocks import Message
from bot.views.known import Known
from engine.domain.assignment_requests import AssignmentRequest, RequestState
from engine.domain.assignments import Assignment, AssignmentState
from engine.domain.holdings import Holding, Seen
from engine.domain.ids import HoldingId, PersonId
from engine.domain.people import PersonKind
from engine.domain.policies import NO_EXTENSION, JustificationRule
from tests.bot.views.house import (
    FULL,
    KNOWN,
    asked,
    configured,
    ended,
    held,
    holding,
    holds,
    in_state,
    whole,
)
from tests.bot.views.pictures_of_cards import (
    APPROVED,
    BOARD_HALF,
    BY_HAND,
    CANCELED,
    DELIVERED,
    DELIVERING,
    DENIED,
    ESCALATED,
    EXPIRED,
    FAILED,
    MORE,
    PARTIAL,
    PENDING,
    REASSIGNED,
    REFUSED,
    SECOND,
)
from tests.bot.views.reading import buttons, said, state, values, written
from tests.builders import ANN, BEN, DAN, EVE, MAX, MIA, OLGA, ROB, a_stage, begun

S, A = RequestState, AssignmentState


def card(
    request: AssignmentRequest,
    assignment: Assignment | None = None,
    holdings: Iterable[Holding] = (),
    viewer: PersonId = ROB,
    known: Known = KNOWN,
) -> Message:
    """The requestor's card."""
    return request_card.render(whole(request, assignment, holdings), viewer, known)


def approval(request: AssignmentRequest, number: int, viewer: PersonId) -> Message:
    """An approver's card."""
    return approval_card.render(whole(request), number, viewer, KNOWN)


# The requestor's card ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "assignment", "offered"),
    [
        (PENDING, None, ["Cancel request"]),
        (in_state(APPROVED, S.SCHEDULED), holds(A.SCHEDULED), ["Cancel request"]),
        (DELIVERING, holds(A.DELIVERING), ["Give back"]),
        (DELIVERED, holds(), ["Extend", "Give back"]),
        (DELIVERED, holds(lasting=None), ["Give back"]),
        (PARTIAL, holds(A.PARTIALLY_DELIVERED), ["Extend", "Give back"]),
        (FAILED, holds(A.DELIVERY_FAILED), ["Give back"]),
        (DENIED, None, ["Request again"]),
        (EXPIRED, None, ["Request again"]),
        (CANCELED, None, ["Request again"]),
        (DELIVERED, ended(), ["Request again"]),
        (MORE, holds(), ["Cancel request"]),
    ],
)
def test_the_requestors_buttons_fit_the_state(
    request_: AssignmentRequest, assignment: Assignment | None, offered: list[str]
) -> None:
    """Nothing is offered that would be refused."""
    assert buttons(card(request_, assignment)) == offered


def test_somebody_else_is_offered_nothing() -> None:
    """The card may be shown to whoever gets the access, who cannot cancel the request."""
    assert buttons(card(PENDING, viewer=EVE)) == []
    assert buttons(card(DELIVERED, holds(), viewer=EVE)) == []


def test_extend_is_not_offered_where_the_policy_has_changed_its_mind() -> None:
    """LIF-5: the present policy decides."""
    known = replace(KNOWN, configured=configured(replace(FULL, extension=NO_EXTENSION)))

    assert buttons(card(DELIVERED, holds(), known=known)) == ["Give back"]


@pytest.mark.parametrize(
    ("request_", "assignment", "words"),
    [
        (PENDING, None, "Waiting for approval"),
        (in_state(APPROVED, S.SCHEDULED), holds(A.SCHEDULED), "*Approved*"),
        (DELIVERING, holds(A.DELIVERING), "*Approved*"),
        (DELIVERED, holds(), "*Delivered*"),
        (PARTIAL, holds(A.PARTIALLY_DELIVERED), "*Partially delivered*"),
        (FAILED, holds(A.DELIVERY_FAILED), "*Delivery failed*"),
        (DENIED, None, "*Denied* by <@olga>"),
        (EXPIRED, None, "*Expired*"),
        (CANCELED, None, "*Canceled*"),
        (DELIVERED, ended(), "*ended*"),
    ],
)
def test_the_card_says_where_it_stands_first_and_in_the_notification(
    request_: AssignmentRequest, assignment: Assignment | None, words: str
) -> None:
    """The fixed words, with who and when."""
    shown = card(request_, assignment)

    assert words in shown.text
    assert words in str(shown.blocks[1])


def test_the_card_says_with_whom_it_lies_and_what_happens_next() -> None:
    """Since when, then the reminder, then who is asked too, then the end."""
    shown = said(card(PENDING))
    steps = ["waiting for <@max> since", "a reminder", "<@mia> asked as well", "Expires"]
    places = [shown.index(step) for step in steps]

    assert places == sorted(places)
    assert "then asks <@olga>" in shown


def test_the_card_says_how_far_each_resource_role_is() -> None:
    """Delivered, waiting for a person, failed with the reason in words."""
    shown = said(card(PARTIAL, holds(A.PARTIALLY_DELIVERED), [holding(), BY_HAND, REFUSED]))

    assert "*@prod-readers* (member): delivered" in shown
    assert "for <!subteam^desk> or <@dan> to do it by hand" in shown
    assert "failed: The licence has run out." in shown


def test_many_stages_and_rights_are_counted_instead_of_shown() -> None:
    """Twelve are shown; a card is no list."""
    many = begun(request=asked(*[a_stage(OLGA, name=f"Stage {n}") for n in range(13)]))
    rights = [holding()] * 13

    assert "… and 1 more stage" in said(card(many))
    assert "… and 1 more resource role" in said(card(DELIVERED, holds(), rights))
    assert "more stage" not in said(
        card(begun(request=asked(*[a_stage(OLGA, name=f"S{n}") for n in range(12)])))
    )


# The approver's card -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "number", "viewer"),
    [
        (PENDING, 0, MAX),
        (ESCALATED, 0, MIA),
        (ESCALATED, 0, MAX),
        (SECOND, 1, OLGA),
        (REASSIGNED, 0, DAN),
        (BOARD_HALF, 0, BEN),
    ],
)
def test_whoever_may_decide_has_both_buttons(
    request_: AssignmentRequest, number: int, viewer: PersonId
) -> None:
    """Each carries the request and the stage it was shown for."""
    shown = approval(request_, number, viewer)

    assert buttons(shown) == ["Approve", "Deny"]
    assert values(shown, "Approve") == [f"{request_.id}:{number}"]
    assert values(shown, "Deny") == [f"{request_.id}:{number}"]


@pytest.mark.parametrize(
    ("request_", "number", "viewer", "words"),
    [
        (SECOND, 0, MAX, "*Approved* by <@max>"),
        (DENIED, 1, OLGA, "*Denied* by <@olga>"),
        (EXPIRED, 0, MAX, "*Expired*"),
        (CANCELED, 0, MAX, "*Canceled*"),
        (BOARD_HALF, 0, ANN, "Waiting for 1 more"),
        (REASSIGNED, 0, MAX, "*No longer waiting for you.*"),
        (PENDING, 0, EVE, "*No longer waiting for you.*"),
        (PENDING, 1, OLGA, "Nothing is left to decide here."),
    ],
)
def test_whoever_cannot_decide_has_a_line_instead(
    request_: AssignmentRequest, number: int, viewer: PersonId, words: str
) -> None:
    """No button outlives its purpose."""
    shown = approval(request_, number, viewer)

    assert buttons(shown) == []
    assert words in said(shown)
    assert words in shown.text


def test_earlier_stages_tell_what_they_said() -> None:
    """Who, verdict, when, reason: nobody has to ask."""
    shown = said(approval(SECOND, 1, OLGA))

    assert "*Manager*: *Approved* by <@max>" in shown
    assert "> On the rota" in shown


def test_the_approver_sees_who_asks() -> None:
    """Title, department and manager as the directory has them."""
    shown = said(approval(PENDING, 0, MAX))

    assert "Engineer, Platform" in shown
    assert "Manager: <@max>" in shown
    assert "Decide by" in shown


def test_the_approver_sees_that_a_guest_asks() -> None:
    """An outsider is another matter, and the name does not tell."""
    assert "guest" not in said(approval(PENDING, 0, MAX))
    guest = replace(KNOWN.people[ROB], kind=PersonKind.GUEST)
    known = replace(KNOWN, people={**KNOWN.people, ROB: guest})

    assert "A guest of this workspace" in said(approval_card.render(whole(PENDING), 0, MAX, known))


@pytest.mark.parametrize(
    ("rule", "told"), [(JustificationRule.OPTIONAL, True), (JustificationRule.HIDDEN, False)]
)
def test_a_justification_is_missed_only_where_it_was_asked_for(
    rule: JustificationRule, *, told: bool
) -> None:
    """A form without the field leaves nothing to be reproached."""
    policy = replace(FULL, justification=rule)
    request = replace(PENDING, justification="", policy=policy)

    assert ("None was given" in said(approval(request, 0, MAX))) is told


def test_a_stage_without_a_name_is_called_by_its_number_once() -> None:
    """Nothing is said twice: no "Stage 1 of 2: Stage 1"."""
    nameless = begun(request=asked(a_stage(MAX, name="Stage 1"), a_stage(OLGA, name="Stage 2")))

    assert "stage 1 of 2." in said(card(nameless))
    assert "*Stage*\n1 of 2" in said(approval(nameless, 0, MAX))
    assert "Stage 1" not in said(approval(nameless, 0, MAX))


def test_whoever_asks_is_not_announced_as_an_approver_of_their_own() -> None:
    """APR-8: of two named owners only the other one will be asked."""
    owners = begun(request=asked(a_stage(MAX), a_stage(ROB, OLGA, name="Owners")))
    assert "*Owners*: then asks <@olga>" in said(card(owners))

    only = begun(request=asked(a_stage(MAX), a_stage(ROB, name="Owners")))
    assert "*Owners*: then asks others" in said(card(only))


def test_a_decision_tells_what_became_of_the_request() -> None:
    """An approval that came to nothing later says so."""
    assert "The request now: *Denied* by <@olga>" in said(approval(DENIED, 0, MAX))


# Tasks and failures ------------------------------------------------------------------------------


def test_a_task_is_done_with_one_press() -> None:
    """The button carries the generation it was shown for."""
    shown = task_card.render(BY_HAND, 1, KNOWN)

    assert buttons(shown) == ["Done"]
    assert values(shown, "Done") == [f"{BY_HAND.id}:1"]


def test_a_task_tells_what_it_is_for_and_until_when() -> None:
    """Whoever does it need not ask; several packages need it until the last of them ends."""
    shown = said(task_card.render(BY_HAND, 1, KNOWN, [held()]))
    assert "*Package*\n*Production read access*" in shown
    assert "*For how long*\nUntil " in shown
    assert "Request " in shown

    endless = [held(), held(holds(lasting=None))]
    assert "No end date" in said(task_card.render(BY_HAND, 1, KNOWN, endless))
    gone = task_card.render(replace(BY_HAND, wanted=False), 1, KNOWN, [held(ended())])
    assert "For how long" not in said(gone)


@pytest.mark.parametrize(
    ("generation", "change", "words"),
    [
        (1, {"seen": Seen.PRESENT}, "*Done*"),
        (0, {}, "*Closed*"),
        (1, {"seen": Seen.UNKNOWN}, "*Closed*"),
    ],
)
def test_a_task_that_is_not_open_has_no_button(
    generation: int, change: dict[str, Any], words: str
) -> None:
    """It says that it is done, or that it is over."""
    shown = task_card.render(replace(BY_HAND, **change), generation, KNOWN)

    assert buttons(shown) == []
    assert words in said(shown)


def test_the_note_comes_with_the_press() -> None:
    """Whole, for the rules refuse what is too long; often nothing."""
    assert task_card.parse_note(state(note=written(" Key card 12 "))) == "Key card 12"
    assert len(task_card.parse_note(state(note=written("x" * 1001)))) == 1001
    assert task_card.parse_note({}) == ""


def test_reprocess_is_offered_only_while_it_helps() -> None:
    """Not once it is mended, and not once the access has ended."""
    failed = whole(FAILED, holds(A.DELIVERY_FAILED), [REFUSED])

    assert buttons(delivery_failure_card.render(failed, KNOWN)) == ["Reprocess"]
    assert values(delivery_failure_card.render(failed, KNOWN), "Reprocess") == [FAILED.id]
    for summary in (whole(DELIVERED, holds()), whole(FAILED, ended()), whole(DELIVERING)):
        assert buttons(delivery_failure_card.render(summary, KNOWN)) == []


def test_a_failure_with_very_many_rights_still_fits() -> None:
    """Thirty are shown, the rest counted."""
    rights = [replace(REFUSED, id=HoldingId(f"h{n}")) for n in range(31)]
    shown = delivery_failure_card.render(whole(FAILED, holds(A.DELIVERY_FAILED), rights), KNOWN)

    assert "… and 1 more resource role" in said(shown)
    assert len(shown.blocks) <= 50


def test_the_manual_card_names_the_thing_and_the_person() -> None:
    """In the notification too."""
    shown = task_card.render(BY_HAND, 1, KNOWN)

    assert "<@rob>" in shown.text
    assert "Office VPN" in shown.text
