"""What the answers of a stage settle, and what reassigning changes about it."""

import pytest

from engine.domain import stages
from engine.domain.ids import PersonId
from engine.domain.people import members_of, the_person
from engine.domain.stages import (
    StageResult,
    Verdict,
)
from tests.builders import (
    ANN,
    BEN,
    CAT,
    DAN,
    DAY,
    HOUR,
    LEADS,
    MIA,
    NOW,
    a_stage,
    approver_facts,
    escalating,
)
from tests.domain.stage_acts import approved, later, names, opened, reassigned, said

# What settles it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("needed", "approvals", "result"),
    [
        (1, [], None),
        (1, [BEN], StageResult.APPROVED),
        (2, [ANN], None),
        (2, [ANN, CAT], StageResult.APPROVED),
        (3, [ANN, CAT], None),
        (3, [ANN, CAT, BEN], StageResult.APPROVED),
        (None, [], None),
        (None, [ANN, BEN], None),
        (None, [ANN, BEN, CAT], StageResult.APPROVED),
    ],
)
def test_enough_approvals_settle_a_stage(
    needed: int | None, approvals: list[PersonId], result: StageResult | None
) -> None:
    """APR-6, and ours: any of them, a number of them, or all of them."""
    stage = a_stage(ANN, BEN, CAT, needed=needed)

    assert stages.settled(approved(opened(stage), *approvals), stage) is result


@pytest.mark.parametrize("needed", [1, 2, None])
def test_one_denial_settles_a_stage(needed: int | None) -> None:
    """APR-6: a denial ends it, however many were to approve and did."""
    stage = a_stage(ANN, BEN, CAT, needed=needed)
    run = said(approved(opened(stage), ANN), Verdict.DENIED, BEN)

    assert stages.settled(run, stage) is StageResult.DENIED


def test_all_means_everybody_who_can_be_found() -> None:
    """Somebody who left is not waited for."""
    stage = a_stage(ANN, BEN, needed=None)
    run = later(approved(opened(stage), ANN), stage, HOUR, approver_facts(left=[BEN]))

    assert stages.settled(run, stage) is StageResult.APPROVED


@pytest.mark.parametrize("order", [[ANN, BEN], [BEN, ANN]])
def test_the_order_in_which_approvers_leave_does_not_matter(order: list[PersonId]) -> None:
    """Ann approved; then both leave, one after the other or the other way round."""
    stage = a_stage(ANN, BEN, needed=None, fallback=[the_person(CAT)])
    run = approved(opened(stage), ANN)
    for count in (1, 2):
        run = later(run, stage, count * HOUR, approver_facts(left=order[:count]))

    assert stages.settled(run, stage) is StageResult.APPROVED


def test_everybody_leaving_unheard_approves_nothing() -> None:
    """APR-20: an empty room is not agreement; the fallbacks are asked."""
    stage = a_stage(ANN, BEN, needed=None, fallback=[the_person(CAT)])
    run = later(opened(stage), stage, HOUR, approver_facts(left=[ANN, BEN]))

    assert stages.settled(run, stage) is None
    assert names(run) == [CAT]


def test_all_includes_who_joined_meanwhile() -> None:
    """APR-21: whoever is in the group when the last one answers is asked, too."""
    stage = a_stage(members_of(LEADS), needed=None)
    run = approved(opened(stage, approver_facts(groups={LEADS: [ANN, BEN]})), ANN)
    run = later(run, stage, HOUR, approver_facts(groups={LEADS: [ANN, BEN, CAT]}))

    assert stages.settled(approved(run, BEN), stage) is None
    assert stages.settled(approved(run, BEN, CAT), stage) is StageResult.APPROVED


# Reassigning ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("needed", [1, 2, None])
def test_the_named_person_decides_alone(needed: int | None) -> None:
    """Reassigned: asked in place of the approvers, whose number no longer matters."""
    stage = a_stage(ANN, BEN, needed=needed, fallback=[the_person(DAN)])
    run = reassigned(opened(stage), stage, CAT)

    assert names(run) == [CAT]
    assert not stages.unresolved(run, stage)
    assert stages.settled(approved(run, CAT), stage) is StageResult.APPROVED


def test_reassigning_to_an_escalated_person_leaves_them_alone_with_it() -> None:
    """They were asked before, so they keep their place and their moment."""
    stage = a_stage(ANN, BEN, needed=None, escalate=[escalating(DAY, MIA)])
    run = later(opened(stage), stage, DAY)
    alone = reassigned(run, stage, MIA)

    assert names(alone) == [MIA]
    assert alone.approvers[0].asked_at == NOW + DAY
    assert stages.settled(approved(alone, MIA), stage) is StageResult.APPROVED


def test_the_stage_still_escalates_after_reassigning() -> None:
    """A silent substitute does not silence the ladder."""
    stage = a_stage(ANN, escalate=[escalating(3 * DAY, MIA)])
    run = reassigned(opened(stage), stage, CAT)

    assert names(later(run, stage, 3 * DAY)) == [CAT, MIA]


def test_the_approvers_return_when_the_named_person_leaves() -> None:
    """APR-21: nobody is waited for who is gone."""
    stage = a_stage(ANN, BEN, needed=2)
    run = reassigned(opened(stage), stage, CAT)
    run = later(run, stage, 2 * HOUR, approver_facts(left=[CAT]))

    assert names(run) == [ANN, BEN]
    assert stages.settled(approved(run, ANN), stage) is None
