"""A request that waits: nobody there, reminders, the end of its time."""

from datetime import timedelta

import pytest

from engine.domain import assignment_requests, request_transitions
from engine.domain.assignment_requests import (
    RequestOutcome,
    RequestState,
)
from engine.domain.conversation import NoticeKind
from engine.domain.people import the_manager, the_person
from engine.domain.refusals import (
    NoLongerPending,
)
from engine.domain.stages import StageResult
from tests.builders import (
    ADMIN_CHANNEL,
    ANN,
    BEN,
    CAT,
    DAY,
    HOUR,
    NOW,
    OLGA,
    SECOND,
    a_policy,
    a_request,
    a_stage,
    approve,
    approver_facts,
    asked,
    begun,
    facts,
)
from tests.domain.request_acts import S, canceled, looked

# Nobody there --------------------------------------------------------------------------------------


def test_administrators_are_told_when_nobody_can_be_found() -> None:
    """APR-20: told once, never approved by itself."""
    known = facts(approver_facts(managers=[], owners=[]))
    outcome = request_transitions.begin(a_request(a_stage(the_manager())), known, now=NOW)

    assert outcome.request.state is S.PENDING_APPROVAL
    assert "stage.unresolved" in outcome.activities
    [notice] = outcome.notices
    assert notice.kind is NoticeKind.APPROVERS_NOT_FOUND
    assert notice.audience.channel_id == ADMIN_CHANNEL
    assert looked(outcome.request, DAY, known).notices == ()


def test_a_request_nobody_can_decide_ends_without_access() -> None:
    """APR-20: it runs to its time-out."""
    known = facts(approver_facts(managers=[], owners=[]))
    request = begun(a_stage(the_manager()), known=known)

    assert looked(request, 14 * DAY, known).request.state is S.EXPIRED


def test_administrators_are_told_when_too_few_can_be_found() -> None:
    """Two must approve and there is one: it is known from the start, and told once."""
    known = facts(approver_facts(owners=[]))
    outcome = request_transitions.begin(a_request(a_stage(ANN, needed=2)), known, now=NOW)
    then = approve(outcome.request, ANN, known=known)

    assert [notice.kind for notice in outcome.notices] == [NoticeKind.APPROVERS_NOT_FOUND]
    assert then.request.state is S.PENDING_APPROVAL
    assert then.notices == ()


def test_administrators_are_told_when_the_second_of_two_leaves() -> None:
    """APR-21: one approved, the other left, and nobody else can be found."""
    known = facts(approver_facts(owners=[]))
    request = approve(begun(a_stage(ANN, BEN, needed=2), known=known), ANN, known=known).request
    outcome = looked(request, DAY, facts(approver_facts(owners=[], left=[BEN])))

    assert [notice.kind for notice in outcome.notices] == [NoticeKind.APPROVERS_NOT_FOUND]


def test_administrators_are_told_when_the_policy_finds_nobody_and_others_stand_in() -> None:
    """APR-20: the owner is asked at once, and the administrators know that the policy is wanting."""
    known = facts(approver_facts(managers=[]))
    outcome = request_transitions.begin(a_request(a_stage(the_manager())), known, now=NOW)

    assert asked(outcome.request) == (OLGA,)
    assert "stage.stand_ins" in outcome.activities
    [notice] = outcome.notices
    assert (notice.kind, notice.audience.channel_id) == (
        NoticeKind.APPROVERS_NOT_FOUND,
        ADMIN_CHANNEL,
    )
    assert looked(outcome.request, DAY, known).notices == ()


def test_administrators_are_told_when_an_approver_leaves_and_others_stand_in() -> None:
    """APR-20, APR-21: told once, however often it is looked at afterwards."""
    request = begun(a_stage(ANN))
    left = facts(approver_facts(left=[ANN]))
    outcome = looked(request, DAY, left)

    assert [notice.kind for notice in outcome.notices] == [NoticeKind.APPROVERS_NOT_FOUND]
    assert looked(outcome.request, 2 * DAY, left).notices == ()


def test_fallbacks_the_policy_names_are_no_alarm() -> None:
    """APR-14: that is what they are for."""
    stage = a_stage(the_manager(), fallback=[the_person(CAT)])
    known = facts(approver_facts(managers=[]))
    outcome = request_transitions.begin(a_request(stage), known, now=NOW)

    assert asked(outcome.request) == (CAT,)
    assert outcome.notices == ()


def test_administrators_are_told_of_a_later_stage_without_people() -> None:
    """APR-20: the second stage opens into an empty room."""
    known = facts(approver_facts(managers=[], owners=[]))
    outcome = approve(begun(a_stage(ANN), a_stage(the_manager()), known=known), ANN, known=known)

    [notice] = outcome.notices
    assert (notice.kind, notice.detail) == (NoticeKind.APPROVERS_NOT_FOUND, "1")


def test_a_leaver_who_completes_all_is_no_alarm() -> None:
    """All others have approved, so the last one's leaving settles it and nobody is told off."""
    request = approve(begun(a_stage(ANN, BEN, needed=None)), ANN).request
    outcome = looked(request, DAY, facts(approver_facts(left=[BEN])))

    assert outcome.request.state is S.DELIVERING
    assert outcome.notices == ()
    assert "stage.unresolved" not in outcome.activities


# Time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "state"),
    [(14 * DAY - SECOND, S.PENDING_APPROVAL), (14 * DAY, S.EXPIRED), (99 * DAY, S.EXPIRED)],
    ids=["one second early", "exactly", "late"],
)
def test_a_stage_expires_when_its_time_is_up(after: timedelta, state: RequestState) -> None:
    """APR-11, APR-12: at the limit it is over; ST-1: with a state of its own."""
    outcome = looked(begun(a_stage(ANN)), after)

    assert outcome.request.state is state
    if state is S.EXPIRED:
        assert [notice.kind for notice in outcome.notices] == [NoticeKind.REQUEST_EXPIRED]
        assert outcome.request.runs[0].result is StageResult.EXPIRED


def test_a_click_in_the_last_second_counts_and_one_at_the_end_does_not() -> None:
    """APR-12: nobody can decide afterwards, whether or not a wake has come."""
    request = begun(a_stage(ANN, decide_within=5 * SECOND))

    assert approve(request, ANN, now=NOW + 4 * SECOND).request.state is S.DELIVERING
    with pytest.raises(NoLongerPending) as caught:
        approve(request, ANN, now=NOW + 5 * SECOND)
    assert (caught.value.state, caught.value.at) == (S.EXPIRED, NOW + 5 * SECOND)


def test_the_second_stage_has_its_own_time() -> None:
    """APR-13: the worst case is the sum of the stages."""
    request = begun(a_stage(ANN), a_stage(BEN))
    request = approve(request, ANN, now=NOW + 13 * DAY).request

    assert looked(request, 26 * DAY).request.state is S.PENDING_APPROVAL
    assert looked(request, 27 * DAY).request.state is S.EXPIRED


def test_a_decision_after_the_end_by_any_road_is_told_how_it_ended() -> None:
    """APR-12, CAN-1: expired and canceled requests say so."""
    expired = looked(begun(a_stage(ANN)), 14 * DAY).request
    withdrawn = canceled(begun(a_stage(ANN))).request

    for request in (expired, withdrawn):
        with pytest.raises(NoLongerPending) as caught:
            approve(request, ANN)
        assert caught.value.state == request.state
        assert caught.value.at == request.closed_at


def test_reminders_go_to_the_undecided_with_a_key_of_their_own() -> None:
    """Each rings once for ever: request, stage, reminder, person."""
    request = begun(a_stage(ANN, BEN, needed=2, remind=[DAY]))
    outcome = looked(request, DAY)

    assert [notice.key for notice in outcome.notices] == [
        "request/request/stage/0/reminder/1/ann",
        "request/request/stage/0/reminder/1/ben",
    ]
    assert looked(outcome.request, DAY).notices == ()


def test_a_superfluous_look_changes_nothing() -> None:
    """A wake is only: look again."""
    request = begun(a_stage(ANN, remind=[DAY]))

    assert looked(request, HOUR) == RequestOutcome(request=request)


@pytest.mark.parametrize("state", sorted(set(S) - {S.PENDING_APPROVAL}))
def test_time_does_nothing_after_approval(state: RequestState) -> None:
    """From then on the assignment's time counts."""
    request = a_request(state=state)

    assert looked(request, 999 * DAY) == RequestOutcome(request=request)
    assert assignment_requests.due_timers(request) == ()


def test_editing_the_policy_changes_nothing_for_a_running_request() -> None:
    """APR-21, LIF-11: it carries its stages; only the people are looked up."""
    request = begun(a_stage(ANN, decide_within=DAY))
    a_policy(a_stage(BEN, decide_within=9 * DAY))

    assert asked(request) == (ANN,)
    assert assignment_requests.due_timers(request) == ((NOW + DAY, "time-out"),)
