"""Who a subject can be, when a policy's last day ends, and which cards a request has."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.domain import cards
from engine.domain.assignment_requests import REMOVALS, RequestState, RequestType
from engine.domain.conversation import Audience, CardKind
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import CATALOG_OWNERS, Subject, SubjectKind, members_of, the_manager
from engine.domain.policies import NEVER, Expiration
from tests.builders import (
    ADA,
    ADMIN_CHANNEL,
    ANN,
    BEN,
    DAY,
    LEADS,
    MAX,
    NOW,
    OLGA,
    ROB,
    a_policy,
    a_request,
    a_stage,
    approve,
    approver_facts,
    begun,
    deny,
    facts,
)

# Subjects ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "person", "group", "level"),
    [
        (SubjectKind.PERSON, None, None, None),
        (SubjectKind.PERSON, None, LEADS, None),
        (SubjectKind.PERSON, ANN, LEADS, None),
        (SubjectKind.GROUP, ANN, None, None),
        (SubjectKind.GROUP, None, LEADS, 1),
        (SubjectKind.MANAGER, None, None, None),
        (SubjectKind.MANAGER, None, None, 0),
        (SubjectKind.CATALOG_OWNERS, None, None, 1),
    ],
)
def test_a_subject_says_exactly_one_thing(
    kind: SubjectKind, person: PersonId | None, group: GroupId | None, level: int | None
) -> None:
    """APR-4: a kind carries its own field and no other."""
    with pytest.raises(ValueError, match="cannot be made"):
        Subject(kind=kind, person_id=person, group_id=group, level=level)


def test_managers_of_any_level_can_be_named() -> None:
    """APR-4: two levels are the model's limit, not ours."""
    assert the_manager(5).level == 5
    assert members_of(LEADS) != CATALOG_OWNERS


@pytest.mark.parametrize(
    ("person", "channel"), [(None, None), (ANN, ADMIN_CHANNEL)], ids=["nobody", "both"]
)
def test_an_audience_is_a_person_or_a_channel(
    person: PersonId | None, channel: ChannelId | None
) -> None:
    """Never both, never neither."""
    with pytest.raises(ValueError, match="audience"):
        Audience(person_id=person, channel_id=channel)


# Policies ----------------------------------------------------------------------------------------


def test_the_last_day_lasts_to_its_end() -> None:
    """LIF-1: access on the last of May ends when June begins, UTC."""
    expiration = Expiration(on=date(2026, 5, 31))

    assert expiration.latest_end == datetime(2026, 6, 1, tzinfo=UTC)
    assert expiration.end_for(NOW) == expiration.latest_end


@pytest.mark.parametrize(
    ("expiration", "ends_at"),
    [
        (NEVER, None),
        (Expiration(after=DAY), NOW + DAY),
        (Expiration(after=timedelta(seconds=5)), NOW + timedelta(seconds=5)),
    ],
)
def test_a_length_has_no_last_day(expiration: Expiration, ends_at: datetime | None) -> None:
    """LIF-1, LIF-2: a length counts from the start, and never is never."""
    assert expiration.latest_end is None
    assert expiration.end_for(NOW) == ends_at


def test_an_edited_policy_is_another_value() -> None:
    """APR-21, LIF-10, LIF-11: what a request carries cannot be changed from outside."""
    policy = a_policy(a_stage(ANN))
    request = a_request(policy=policy)
    replace(policy, stages=())

    assert request.stages == (a_stage(ANN),)


# Cards -------------------------------------------------------------------------------------------


def test_the_requestor_and_everybody_asked_have_a_card() -> None:
    """APR-7: one card a person and stage."""
    shown = cards.request_cards(begun(a_stage(ANN, BEN)), ADMIN_CHANNEL)

    assert [(card.kind, card.part, card.audience.person_id) for card in shown] == [
        (CardKind.REQUEST, 0, ROB),
        (CardKind.APPROVAL, 0, ANN),
        (CardKind.APPROVAL, 0, BEN),
    ]


def test_approvers_of_earlier_stages_keep_their_card() -> None:
    """APR-22: they see how it goes on; and somebody asked twice has a card for each stage."""
    request = approve(begun(a_stage(ANN), a_stage(ANN, BEN)), ANN).request
    shown = cards.request_cards(deny(request, BEN).request, ADMIN_CHANNEL)

    approvals = [(c.part, c.audience.person_id) for c in shown if c.kind is CardKind.APPROVAL]
    assert approvals == [(0, ANN), (1, ANN), (1, BEN)]


def test_asking_for_somebody_else_shows_both_how_it_stands() -> None:
    """Max asks, Rob gets: each has the card, neither has one to decide on."""
    known = facts(approver_facts(excluded=[MAX, ROB]))
    request = begun(request=a_request(a_stage(MAX, ANN), requestor=MAX, target=ROB), known=known)
    shown = cards.request_cards(request, ADMIN_CHANNEL)

    assert [(card.kind, card.audience.person_id) for card in shown] == [
        (CardKind.REQUEST, ROB),
        (CardKind.REQUEST, MAX),
        (CardKind.APPROVAL, ANN),
    ]


def test_an_administrators_assignment_is_shown_to_whom_it_is_given() -> None:
    """The administrator has the channel; the card is the target's."""
    request = a_request(request_type=RequestType.ADMIN_ADD, requestor=ADA, target=ROB)
    shown = cards.request_cards(request, ADMIN_CHANNEL)

    assert [card.audience.person_id for card in shown] == [ROB]


@pytest.mark.parametrize("request_type", sorted(REMOVALS))
def test_a_removal_has_no_card(request_type: RequestType) -> None:
    """Its end is told as a notice, and shown on the request that gave it."""
    assert cards.request_cards(a_request(request_type=request_type), ADMIN_CHANNEL) == ()


@pytest.mark.parametrize("state", sorted(RequestState))
def test_a_failed_delivery_is_shown_to_whoever_may_have_it_tried_again(
    state: RequestState,
) -> None:
    """DLV-2: with Reprocess, in the administrators' channel and to the catalog's owners."""
    failed = state in {RequestState.PARTIALLY_DELIVERED, RequestState.DELIVERY_FAILED}
    shown = cards.request_cards(a_request(state=state), ADMIN_CHANNEL, [OLGA])
    told = [card.audience for card in shown if card.kind is CardKind.DELIVERY_FAILURE]

    everybody = [Audience(channel_id=ADMIN_CHANNEL), Audience(person_id=OLGA)]
    assert told == (everybody if failed else [])
