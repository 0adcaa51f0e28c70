"""A request from submit to its last decision: who decides, what counts, what follows."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from engine.domain import request_transitions
from engine.domain.assignment_requests import (
    REMOVALS,
    FollowUp,
    RequestType,
)
from engine.domain.conversation import NoticeKind
from engine.domain.ids import PersonId
from engine.domain.people import members_of
from engine.domain.policies import Expiration, ReasonRule
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import (
    AlreadyDecided,
    NotAnApprover,
    OwnRequest,
    ReasonMissing,
    ReasonTooLong,
    YouAlreadyDecided,
)
from engine.domain.stages import StageResult
from tests.builders import (
    ADA,
    ANN,
    BEN,
    CAT,
    DAY,
    HOUR,
    LEADS,
    MAX,
    MIA,
    NOW,
    ROB,
    a_policy,
    a_request,
    a_stage,
    approve,
    approver_facts,
    asked,
    begun,
    deny,
    escalating,
    facts,
)
from tests.domain.request_acts import (
    S,
    looked,
)

# Submitting ----------------------------------------------------------------------------------------


def test_submitting_opens_the_first_stage() -> None:
    """APR-1, APR-13: stages are serial, and the first one's time starts now."""
    request = begun(a_stage(ANN), a_stage(BEN))

    assert request.state is S.PENDING_APPROVAL
    assert [run.opened_at for run in request.runs] == [NOW]
    assert asked(request) == (ANN,)


def test_without_stages_the_request_is_approved_at_once() -> None:
    """APR-1: none is a number of stages, too."""
    outcome = request_transitions.begin(a_request(), facts(), now=NOW)

    assert outcome.request.state is S.DELIVERING
    assert outcome.follow_up is FollowUp.ASSIGN
    assert outcome.activities == ("request.submitted", "request.auto_approved")


@pytest.mark.parametrize("request_type", [RequestType.USER_ADD, RequestType.USER_UPDATE])
def test_approval_is_wanted_for_requests_and_extensions_separately(
    request_type: RequestType,
) -> None:
    """APR-2, LIF-8: the same stages for both, and either can do without."""
    needs = a_request(a_stage(ANN), request_type=request_type)
    needs_none = replace(needs, needs_approval=False)

    assert begun(request=needs).state is S.PENDING_APPROVAL
    assert begun(request=needs_none).state is not S.PENDING_APPROVAL


def test_an_approved_extension_is_delivered_at_once() -> None:
    """LIF-8: nothing has to be granted, only the end moves."""
    request = begun(request=a_request(a_stage(ANN), request_type=RequestType.USER_UPDATE))
    outcome = approve(request, ANN)

    assert outcome.request.state is S.DELIVERED
    assert outcome.follow_up is FollowUp.EXTEND
    assert outcome.request.closed_at == NOW + HOUR


def test_a_future_start_is_scheduled() -> None:
    """REQ-7: approved now, delivered on the chosen day."""
    outcome = approve(begun(request=a_request(a_stage(ANN), starts_at=NOW + DAY)), ANN)

    assert outcome.request.state is S.SCHEDULED
    assert outcome.follow_up is FollowUp.ASSIGN


def test_a_start_that_has_come_meanwhile_is_delivered_at_once() -> None:
    """REQ-7: approval took longer than the wait; a start exactly now has come."""
    outcome = approve(begun(request=a_request(a_stage(ANN), starts_at=NOW + HOUR)), ANN)

    assert outcome.request.state is S.DELIVERING


@pytest.mark.parametrize("request_type", sorted(REMOVALS))
def test_a_removal_can_never_be_approved_into_access(request_type: RequestType) -> None:
    """ST-2: removals are requests, but nobody decides on them."""
    with pytest.raises(AssertionError):
        begun(request=a_request(request_type=request_type))


def test_approval_after_the_policys_last_day_expires_the_request() -> None:
    """LIF-1: everybody agreed, but there is no day left to give."""
    last = date(2026, 3, 2)
    policy = a_policy(a_stage(ANN), expiration=Expiration(on=last))
    request = begun(request=a_request(policy=policy))
    outcome = approve(request, ANN, now=datetime(2026, 3, 3, tzinfo=UTC))

    assert outcome.request.state is S.EXPIRED
    assert outcome.follow_up is None
    assert [notice.kind for notice in outcome.notices] == [NoticeKind.REQUEST_EXPIRED]


def test_approval_in_the_last_second_of_the_policy_gives_access() -> None:
    """LIF-1: the last day lasts to its end."""
    policy = a_policy(a_stage(ANN), expiration=Expiration(on=date(2026, 3, 2)))
    request = begun(request=a_request(policy=policy))

    outcome = approve(request, ANN, now=datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC))
    assert outcome.request.state is S.DELIVERING


# Deciding ------------------------------------------------------------------------------------------


def test_each_stage_opens_when_the_one_before_approves() -> None:
    """APR-6, APR-13: one approval moves on, and the next stage's time starts then."""
    outcome = approve(begun(a_stage(ANN), a_stage(BEN)), ANN)
    request = outcome.request

    assert request.state is S.PENDING_APPROVAL
    assert [run.result for run in request.runs] == [StageResult.APPROVED, None]
    assert [run.opened_at for run in request.runs] == [NOW, NOW + HOUR]
    assert asked(request) == (BEN,)
    assert outcome.follow_up is None


def test_the_last_approval_gives_access() -> None:
    """APR-6: after the last stage there is nobody left to ask."""
    request = approve(begun(a_stage(ANN), a_stage(BEN)), ANN).request
    outcome = approve(request, BEN)

    assert outcome.request.state is S.DELIVERING
    assert outcome.follow_up is FollowUp.ASSIGN
    assert outcome.activities == ("decision.approved", "request.approved")


def test_any_number_of_stages() -> None:
    """APR-1: three is the model's limit, not ours."""
    request = begun(*(a_stage(ANN, name=f"Step {number}") for number in range(7)))
    for _ in range(7):
        assert request.state is S.PENDING_APPROVAL
        request = approve(request, ANN).request

    assert request.state is S.DELIVERING


@pytest.mark.parametrize("approvals", [0, 1, 2])
def test_a_denial_at_any_stage_ends_the_request(approvals: int) -> None:
    """APR-6: one denial, and everything before it counts for nothing."""
    request = begun(*(a_stage(ANN) for _ in range(3)))
    for _ in range(approvals):
        request = approve(request, ANN).request
    outcome = deny(request, ANN)

    assert outcome.request.state is S.DENIED
    assert outcome.follow_up is None
    assert outcome.request.closed_at == NOW + HOUR
    assert [notice.kind for notice in outcome.notices] == [NoticeKind.REQUEST_DENIED]


def test_the_first_decision_wins() -> None:
    """APR-6, APR-7: the second is told who was first, and changes nothing."""
    request = approve(begun(a_stage(ANN, BEN)), ANN).request

    with pytest.raises(AlreadyDecided) as caught:
        deny(request, BEN)
    assert (caught.value.by, caught.value.approved, caught.value.at) == (ANN, True, NOW + HOUR)


@pytest.mark.parametrize("person", [CAT, ADA, MIA])
def test_how_a_stage_ended_is_not_told_to_whoever_was_never_asked(person: PersonId) -> None:
    """APR-7: who decided is for those who were asked; a copied button tells a stranger nothing."""
    for request in (
        approve(begun(a_stage(ANN)), ANN).request,
        deny(begun(a_stage(ANN)), ANN).request,
    ):
        with pytest.raises(NotAnApprover):
            approve(request, person)


def test_the_same_click_twice_decides_once() -> None:
    """A decision stands; pressing again is told what was said and when."""
    request = approve(begun(a_stage(ANN, BEN, needed=2)), ANN).request

    with pytest.raises(YouAlreadyDecided) as caught:
        deny(request, ANN)
    assert (caught.value.approved, caught.value.at) == (True, NOW + HOUR)


def test_an_approver_of_two_stages_decides_each_on_its_own_card() -> None:
    """APR-19: a double click on the first card never decides the second stage."""
    request = approve(begun(a_stage(ANN), a_stage(ANN)), ANN).request

    with pytest.raises(YouAlreadyDecided):
        approve(request, ANN, stage=0)
    assert approve(request, ANN, stage=1).request.state is S.DELIVERING


def test_nobody_decides_on_their_own_request() -> None:
    """APR-8: not the requestor, though they are named as an approver."""
    request = begun(a_stage(ROB, ANN))

    assert asked(request) == (ANN,)
    with pytest.raises(OwnRequest):
        approve(request, ROB)


def test_nobody_decides_on_what_they_would_get() -> None:
    """APR-8: not the target either, when somebody else asked for them."""
    known = facts(approver_facts(excluded=[MAX, ROB]))
    request = begun(request=a_request(a_stage(ROB, MAX, ANN), requestor=MAX, target=ROB))

    for person in (ROB, MAX):
        with pytest.raises(OwnRequest):
            approve(request, person, known=known)


@pytest.mark.parametrize("person", [CAT, ADA, MIA])
def test_only_the_asked_decide(person: PersonId) -> None:
    """APR-21: authority is looked up at the click; others change nothing."""
    with pytest.raises(NotAnApprover):
        approve(begun(a_stage(ANN)), person)


def test_an_approver_who_left_decides_nothing() -> None:
    """APR-21: the card is still there, the authority is not."""
    known = facts(approver_facts(left=[ANN]))

    with pytest.raises(NotAnApprover):
        approve(begun(a_stage(ANN, BEN)), ANN, known=known)


def test_an_approver_who_joined_a_moment_ago_decides() -> None:
    """APR-21: no wake has come yet, and still they may."""
    request = begun(a_stage(members_of(LEADS)), known=facts(approver_facts(groups={LEADS: [BEN]})))
    known = facts(approver_facts(groups={LEADS: [CAT]}))

    assert approve(request, CAT, known=known).request.state is S.DELIVERING


def test_a_later_stage_cannot_be_decided_before_it_opens() -> None:
    """A forged click for a stage that is not there yet is nobody's."""
    with pytest.raises(NotAnApprover):
        approve(begun(a_stage(ANN), a_stage(BEN)), BEN, stage=1)


def test_the_primary_may_approve_after_escalation() -> None:
    """APR-15: escalation adds, it does not take away."""
    request = begun(a_stage(ANN, escalate=[escalating(3 * DAY, MIA)]))
    request = looked(request, 3 * DAY).request

    assert asked(request) == (ANN, MIA)
    assert approve(request, ANN, now=NOW + 4 * DAY).request.state is S.DELIVERING


def test_an_escalation_that_is_due_but_not_looked_at_counts_at_the_click() -> None:
    """A late wake takes nothing from those who may decide by now."""
    request = begun(a_stage(ANN, escalate=[escalating(3 * DAY, MIA)]))

    assert approve(request, MIA, now=NOW + 3 * DAY).request.state is S.DELIVERING


@pytest.mark.parametrize(
    ("rule", "approving", "denying"),
    [
        (ReasonRule.REQUIRED, False, False),
        (ReasonRule.ON_DENIAL, True, False),
        (ReasonRule.OPTIONAL, True, True),
    ],
)
def test_a_reason_is_wanted_as_the_stage_says(
    rule: ReasonRule, *, approving: bool, denying: bool
) -> None:
    """APR-9: and blanks are no reason."""
    request = begun(a_stage(ANN, reason=rule))
    for decide, accepted in ((approve, approving), (deny, denying)):
        if accepted:
            assert decide(request, ANN, reason="  ").request != request
        else:
            with pytest.raises(ReasonMissing):
                decide(request, ANN, reason="  ")


def test_a_reason_is_kept_as_it_was_said() -> None:
    """APR-9: it is shown to the requestor and to other approvers."""
    run = deny(begun(a_stage(ANN)), ANN, reason="  Ask again in May. ").request.runs[0]

    assert [decision.reason for decision in run.decisions] == ["Ask again in May."]


def test_a_reason_fits_a_card() -> None:
    """A thousand characters are accepted, one more is not."""
    request = begun(a_stage(ANN))

    assert deny(request, ANN, reason="x" * MAX_REASON).request.state is S.DENIED
    with pytest.raises(ReasonTooLong):
        deny(request, ANN, reason="x" * (MAX_REASON + 1))
