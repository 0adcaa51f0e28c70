"""A request canceled, reassigned, delivered, reprocessed."""

from dataclasses import replace

import pytest

from engine.domain import request_transitions
from engine.domain.assignment_requests import (
    REMOVALS,
    REPROCESS_WITHIN,
    Cancel,
    FollowUp,
    Reassign,
    Reprocess,
    RequestOutcome,
    RequestState,
    RequestType,
)
from engine.domain.ids import PersonId
from engine.domain.people import the_manager, the_person
from engine.domain.refusals import (
    CannotDecide,
    NotAnApprover,
    NotCancelable,
    NotReassignable,
    NotReprocessable,
    NotYours,
    Refusal,
)
from engine.domain.stages import StageResult
from tests.builders import (
    ADA,
    ANN,
    BEN,
    CAT,
    DAY,
    HOUR,
    MIA,
    NOW,
    ROB,
    SECOND,
    a_request,
    a_stage,
    approve,
    approver_facts,
    asked,
    begun,
    escalating,
    facts,
)
from tests.domain.request_acts import (
    DELIVERED_AT,
    S,
    canceled,
    reassigned,
    reported,
    reprocessed,
    standing_at,
)

# Canceling -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "requestor", "administrator"),
    [
        (S.PENDING_APPROVAL, True, True),
        (S.SCHEDULED, True, True),
        (S.DELIVERING, False, True),
        (S.DELIVERED, False, False),
        (S.PARTIALLY_DELIVERED, False, False),
        (S.DELIVERY_FAILED, False, False),
        (S.DENIED, False, False),
        (S.EXPIRED, False, False),
        (S.CANCELED, False, False),
    ],
)
def test_who_may_cancel_when(state: RequestState, *, requestor: bool, administrator: bool) -> None:
    """CAN-1, CAN-2, CAN-3: while it waits; administrators until it is delivered."""
    request = a_request(state=state)
    for by, as_administrator, allowed in ((ROB, False, requestor), (ADA, True, administrator)):
        if allowed:
            outcome = canceled(request, by, as_administrator=as_administrator)
            assert outcome.request.state is S.CANCELED
        else:
            with pytest.raises(NotCancelable):
                canceled(request, by, as_administrator=as_administrator)


@pytest.mark.parametrize("person", [ANN, CAT, ADA])
def test_others_cannot_cancel(person: PersonId) -> None:
    """CAN-1: it is the requestor's own; an approver may deny."""
    with pytest.raises(NotYours):
        canceled(begun(a_stage(ANN)), person)


def test_what_ends_by_itself_is_canceled_by_nobody() -> None:
    """More time is moot once the access has ended; nobody is said to have withdrawn it."""
    command = Cancel(by=None)
    outcome = request_transitions.transition(begun(a_stage(ANN)), command, facts(), now=NOW + HOUR)

    assert outcome.request.state is S.CANCELED
    assert outcome.request.canceled_by is None


def test_canceling_closes_the_running_stage() -> None:
    """CAN-1: nobody is asked any more."""
    request = canceled(begun(a_stage(ANN))).request

    assert request.runs[0].result is StageResult.CANCELED
    assert asked(request) == ()
    assert request.closed_at == NOW + HOUR


@pytest.mark.parametrize(
    ("state", "follow_up"),
    [(S.PENDING_APPROVAL, None), (S.SCHEDULED, FollowUp.WITHDRAW)],
)
def test_canceling_withdraws_what_was_granted_already(
    state: RequestState, follow_up: FollowUp | None
) -> None:
    """CAN-2: a scheduled assignment goes with its request."""
    assert canceled(a_request(state=state)).follow_up is follow_up


@pytest.mark.parametrize("request_type", sorted(REMOVALS))
def test_a_removal_cannot_be_canceled(request_type: RequestType) -> None:
    """CAN-4: access does not come back by canceling its end."""
    request = a_request(request_type=request_type, state=S.DELIVERING)

    with pytest.raises(NotCancelable):
        canceled(request, ADA, as_administrator=True)


# Reassigning ---------------------------------------------------------------------------------------


def test_a_reassigned_request_waits_for_the_named_person_only() -> None:
    """APR-21: an administrator can always find somebody."""
    outcome = reassigned(begun(a_stage(ANN, BEN, needed=2)), CAT)

    assert asked(outcome.request) == (CAT,)
    assert outcome.activities == ("stage.reassigned",)
    with pytest.raises(NotAnApprover):
        approve(outcome.request, ANN)
    assert approve(outcome.request, CAT).request.state is S.DELIVERING


def test_reassigning_rescues_a_stage_without_people() -> None:
    """APR-20: this is how an unresolved stage is mended."""
    known = facts(approver_facts(managers=[], owners=[]))
    request = begun(a_stage(the_manager()), known=known)

    assert asked(reassigned(request, CAT).request) == (CAT,)


def test_reassigning_to_the_requestor_is_refused() -> None:
    """APR-8: not by an administrator's hand either."""
    with pytest.raises(CannotDecide):
        reassigned(begun(a_stage(ANN)), ROB)


def test_reassigning_to_somebody_gone_is_refused() -> None:
    """APR-21: only somebody who can decide is asked."""
    command = Reassign(by=ADA, to=CAT)

    with pytest.raises(CannotDecide):
        request_transitions.transition(begun(a_stage(ANN)), command, facts(), now=NOW)


def test_reassigning_to_somebody_who_has_approved_is_refused() -> None:
    """Their one word was given for the stage as it was; it does not become the whole answer."""
    request = approve(begun(a_stage(ANN, BEN, needed=2)), ANN).request

    with pytest.raises(CannotDecide):
        reassigned(request, ANN)


def test_reassigning_after_the_end_is_refused_though_no_wake_has_come() -> None:
    """APR-12: at the end of its time the request is over."""
    with pytest.raises(NotReassignable) as caught:
        reassigned(begun(a_stage(ANN)), CAT, after=14 * DAY)
    assert caught.value.state == S.EXPIRED


@pytest.mark.parametrize("state", sorted(set(S) - {S.PENDING_APPROVAL}))
def test_what_waits_for_nobody_cannot_be_reassigned(state: RequestState) -> None:
    """There is no stage to hand over."""
    with pytest.raises(NotReassignable):
        reassigned(a_request(state=state), CAT)


def test_the_next_stage_is_not_reassigned() -> None:
    """Reassigning is for the stage that waits; the next one asks its own."""
    request = reassigned(begun(a_stage(ANN), a_stage(BEN)), CAT).request

    assert asked(approve(request, CAT).request) == (BEN,)


# Delivery ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "news", "then"),
    [
        (S.SCHEDULED, S.DELIVERING, S.DELIVERING),
        (S.SCHEDULED, S.DELIVERED, S.DELIVERED),
        (S.SCHEDULED, S.CANCELED, S.CANCELED),
        (S.DELIVERING, S.DELIVERED, S.DELIVERED),
        (S.DELIVERING, S.PARTIALLY_DELIVERED, S.PARTIALLY_DELIVERED),
        (S.DELIVERING, S.DELIVERY_FAILED, S.DELIVERY_FAILED),
        (S.DELIVERING, S.CANCELED, S.CANCELED),
        (S.DELIVERED, S.DELIVERING, S.DELIVERING),
        (S.DELIVERED, S.PARTIALLY_DELIVERED, S.PARTIALLY_DELIVERED),
        (S.DELIVERED, S.DELIVERY_FAILED, S.DELIVERY_FAILED),
        (S.DELIVERED, S.CANCELED, S.DELIVERED),
        (S.PARTIALLY_DELIVERED, S.DELIVERED, S.DELIVERED),
        (S.DELIVERY_FAILED, S.PARTIALLY_DELIVERED, S.PARTIALLY_DELIVERED),
        (S.CANCELED, S.DELIVERED, S.CANCELED),
        (S.DENIED, S.DELIVERED, S.DENIED),
        (S.EXPIRED, S.DELIVERING, S.EXPIRED),
    ],
)
def test_the_request_shows_how_delivery_stands(
    state: RequestState, news: RequestState, then: RequestState
) -> None:
    """DLV-1, RES-7: it follows its assignment, and what is over stays over."""
    assert reported(a_request(state=state), news).request.state is then


@pytest.mark.parametrize("news", sorted(S))
def test_no_message_about_delivery_gets_past_approval(news: RequestState) -> None:
    """APR-6: what still waits has no assignment, so nothing can be said about one."""
    request = begun(a_stage(ANN))

    assert reported(request, news) == RequestOutcome(request=request)


def test_an_assignment_that_ends_on_its_way_cancels_its_request() -> None:
    """DLV-7: given back while delivering; otherwise the request would stay open for ever."""
    outcome = reported(a_request(state=S.DELIVERING), S.CANCELED)

    assert outcome.request.state is S.CANCELED
    assert outcome.request.closed_at == DELIVERED_AT


def test_what_was_delivered_once_is_not_canceled_by_its_end() -> None:
    """RES-7: a resource role was on its way when the assignment ended."""
    delivered = reported(a_request(state=S.DELIVERING), S.DELIVERED).request
    again = reported(delivered, S.DELIVERING).request

    assert reported(again, S.CANCELED).request.state is S.DELIVERED


def test_the_first_delivery_closes_the_request() -> None:
    """What happens afterwards moves the state, not that moment."""
    first = reported(a_request(state=S.DELIVERING), S.DELIVERED).request
    partly = replace(reported(first, S.PARTIALLY_DELIVERED).request)

    assert first.closed_at == DELIVERED_AT
    assert partly.closed_at == DELIVERED_AT


@pytest.mark.parametrize("state", sorted(S))
def test_only_failed_and_partial_deliveries_are_reprocessed(state: RequestState) -> None:
    """DLV-2: in every other state there is nothing to mend, or nobody to mend it for."""
    request = standing_at(state)
    if state in {S.PARTIALLY_DELIVERED, S.DELIVERY_FAILED}:
        outcome = reprocessed(request, DELIVERED_AT)
        assert outcome.request.state is S.DELIVERING
        assert outcome.follow_up is FollowUp.REDELIVER
    else:
        with pytest.raises(NotReprocessable):
            reprocessed(request, DELIVERED_AT)


def test_reprocessing_ends_after_fourteen_days() -> None:
    """DLV-3, our choice: on the fourteenth day yes, a second later no."""
    request = standing_at(S.DELIVERY_FAILED)
    last = DELIVERED_AT + REPROCESS_WITHIN

    assert reprocessed(request, last).request.state is S.DELIVERING
    with pytest.raises(NotReprocessable):
        reprocessed(request, last + SECOND)


# Refusals change nothing ---------------------------------------------------------------------------


def test_a_refused_command_leaves_the_request_as_it_was() -> None:
    """Values are never changed in place, so a no is nothing but a no."""
    request = begun(a_stage(ANN, escalate=[escalating(DAY, the_person(MIA))]))
    copy = replace(request)
    for command in (Cancel(by=CAT), Reassign(by=ADA, to=ROB), Reprocess(by=ADA)):
        with pytest.raises(Refusal):
            request_transitions.transition(request, command, facts(), now=NOW + 2 * DAY)

    assert request == copy
