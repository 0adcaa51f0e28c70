"""Who is asked in a stage: now, after people came and left, and when nobody can be found."""

from collections.abc import Iterable

import pytest

from engine.domain import stages
from engine.domain.ids import PersonId
from engine.domain.people import CATALOG_OWNERS, Subject, members_of, the_manager, the_person
from engine.domain.stages import (
    Approver,
    ApproverFacts,
    ApproverRole,
)
from tests.builders import (
    ANN,
    BEN,
    CAT,
    DAN,
    DAY,
    DESK,
    HOUR,
    LEADS,
    MAX,
    MIA,
    NOW,
    OLGA,
    ROB,
    a_stage,
    approver_facts,
    escalating,
)
from tests.domain.stage_acts import (
    approved,
    later,
    names,
    opened,
    roles,
)

ORGANIZATION = (the_person(DAN),)


@pytest.mark.parametrize(
    ("asks", "known", "expected"),
    [
        ([the_person(ANN)], approver_facts(), [ANN]),
        ([members_of(LEADS)], approver_facts(groups={LEADS: [BEN, ANN]}), [BEN, ANN]),
        ([the_manager()], approver_facts(), [MAX]),
        ([the_manager(2)], approver_facts(), [MIA]),
        ([CATALOG_OWNERS], approver_facts(), [OLGA]),
        ([the_person(ANN), members_of(LEADS)], approver_facts(groups={LEADS: [ANN]}), [ANN]),
        ([members_of(LEADS)], approver_facts(groups={LEADS: [ROB, ANN]}), [ANN]),
    ],
    ids=["person", "group", "manager", "second manager", "owners", "each once", "not oneself"],
)
def test_a_stage_asks_whoever_its_subjects_are_now(
    asks: list[Subject], known: ApproverFacts, expected: list[PersonId]
) -> None:
    """APR-4: each kind of approver; APR-8: never the requestor, however they got there."""
    assert names(opened(a_stage(*asks), known)) == expected


@pytest.mark.parametrize(
    ("fallback", "organization", "owners", "expected"),
    [
        ([CAT], ORGANIZATION, [OLGA], {CAT: ApproverRole.FALLBACK}),
        ([], ORGANIZATION, [OLGA], {DAN: ApproverRole.STAND_IN}),
        ([], (), [OLGA], {OLGA: ApproverRole.STAND_IN}),
        ([], (), [], {}),
        ([ROB], (the_person(ROB),), [ROB], {}),
    ],
    ids=["stage", "organization", "owners", "nobody", "only oneself"],
)
def test_fallbacks_are_asked_at_once_and_in_order(
    fallback: list[PersonId],
    organization: Iterable[Subject],
    owners: list[PersonId],
    expected: dict[PersonId, ApproverRole],
) -> None:
    """APR-14, APR-20: the stage's, then the organization's, then the owners; nobody by default."""
    stage = a_stage(the_manager(), fallback=[the_person(person) for person in fallback])
    known = approver_facts(managers=[], organization_fallback=organization, owners=owners)
    run = opened(stage, known)

    assert roles(run) == expected
    assert stages.unresolved(run, stage) is (not expected)
    stand_ins = [who for who, role in expected.items() if role is ApproverRole.STAND_IN]
    assert [a.person_id for a in stages.stand_ins(run)] == stand_ins


def test_fallbacks_stay_out_of_it_while_the_manager_is_there() -> None:
    """APR-14: they replace who cannot be found, not who is slow."""
    stage = a_stage(the_manager(), fallback=[the_person(CAT)])

    assert names(later(opened(stage), stage, 13 * DAY)) == [MAX]


def test_the_requestor_as_the_targets_manager_is_not_asked() -> None:
    """APR-8: Max asks for Rob, so somebody else than Max decides."""
    stage = a_stage(the_manager(), fallback=[the_person(CAT)])

    assert names(opened(stage, approver_facts(excluded=[MAX, ROB]))) == [CAT]


def test_too_few_to_approve_brings_in_the_fallbacks() -> None:
    """Two must approve and one is there: the fallbacks are asked beside them."""
    stage = a_stage(ANN, needed=2, fallback=[the_person(CAT)])
    run = opened(stage)

    assert roles(run) == {ANN: ApproverRole.PRIMARY, CAT: ApproverRole.FALLBACK}
    assert not stages.unresolved(run, stage)


def test_too_few_with_every_fallback_is_unresolved() -> None:
    """Two must approve, and everybody who can be found is one person."""
    stage = a_stage(ANN, needed=2)
    run = opened(stage, approver_facts(owners=[]))

    assert names(run) == [ANN]
    assert stages.unresolved(run, stage)


def test_an_approval_of_somebody_who_left_counts_as_found() -> None:
    """Ann approved and left, Ben can still answer: two of two, so nobody else is bothered."""
    stage = a_stage(ANN, BEN, needed=2, fallback=[the_person(CAT)])
    run = approved(opened(stage), ANN)

    assert names(later(run, stage, HOUR, approver_facts(left=[ANN]))) == [ANN, BEN]


def test_who_left_is_not_waited_for_and_who_joined_may_decide() -> None:
    """APR-21: people are looked up anew at every wake and click."""
    stage = a_stage(members_of(LEADS))
    run = opened(stage, approver_facts(groups={LEADS: [ANN, BEN]}))
    run = later(run, stage, HOUR, approver_facts(groups={LEADS: [BEN, CAT]}))

    assert names(run) == [BEN, CAT]
    assert not stages.may_decide(run, ANN)
    assert stages.may_decide(run, CAT)
    assert [approver.asked_at for approver in run.approvers] == [NOW, NOW + HOUR]


def test_who_comes_back_was_asked_just_now() -> None:
    """APR-21: leaving a group and returning starts anew."""
    stage = a_stage(members_of(LEADS))
    run = opened(stage, approver_facts(groups={LEADS: [ANN, BEN]}))
    run = later(run, stage, HOUR, approver_facts(groups={LEADS: [BEN]}))
    run = later(run, stage, 2 * HOUR, approver_facts(groups={LEADS: [ANN, BEN]}))

    assert run.approvers[-1] == Approver(
        person_id=ANN, role=ApproverRole.PRIMARY, asked_at=NOW + 2 * HOUR
    )


def test_a_fallback_steps_back_when_a_primary_appears() -> None:
    """APR-14: the fallback replaces the missing; once somebody is there it is theirs."""
    stage = a_stage(members_of(LEADS), fallback=[the_person(CAT)])
    run = opened(stage, approver_facts(groups={LEADS: []}))
    run = later(run, stage, HOUR, approver_facts(groups={LEADS: [ANN]}))

    assert names(run) == [ANN]


def test_the_subjects_to_look_up_are_all_a_stage_names() -> None:
    """Nobody a stage may ever ask is forgotten when its people are looked up."""
    stage = a_stage(
        the_manager(),
        fallback=[members_of(LEADS)],
        escalate=[escalating(DAY, the_manager(2), fallback=[members_of(DESK)])],
    )

    assert stages.subjects_of(stage, ORGANIZATION) == {
        the_manager(),
        members_of(LEADS),
        the_manager(2),
        members_of(DESK),
        *ORGANIZATION,
        CATALOG_OWNERS,
    }
