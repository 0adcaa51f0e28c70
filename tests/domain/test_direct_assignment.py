"""Whom an administrator may give which package now, under which policy and for how long."""

from datetime import timedelta

import pytest

from engine.domain.eligibility import Wish
from engine.domain.people import Person
from engine.domain.policies import NEVER, AssignmentPolicy, Expiration
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import (
    JustificationTooLong,
    NotInScope,
    Refusal,
    StartInPast,
    TooLong,
    TooShort,
)
from tests.builders import DAY, NOW, a_catalog, a_package, a_policy, an_offer, standing_of
from tests.domain.eligibility_acts import (
    FOR_90_DAYS,
    FOR_LEADS,
    FOR_MEMBERS,
    FOR_NOBODY,
    FOR_USERS,
    GUEST,
    MEMBER,
    OVER,
    gives,
)


@pytest.mark.parametrize(
    ("policies", "person", "chosen"),
    [
        ([FOR_MEMBERS, FOR_NOBODY], MEMBER, FOR_NOBODY),
        ([FOR_USERS, FOR_MEMBERS], MEMBER, FOR_MEMBERS),
        ([FOR_USERS, FOR_MEMBERS], GUEST, FOR_USERS),
        ([FOR_NOBODY], GUEST, FOR_NOBODY),
    ],
)
def test_an_administrator_assigns_under_a_policy_of_the_package(
    policies: list[AssignmentPolicy], person: Person, chosen: AssignmentPolicy
) -> None:
    """POL-12: one made for administrators first, else one whose scope contains the target."""
    assert gives(an_offer(*policies), standing_of(person)) == chosen


def test_an_administrator_may_name_the_policy() -> None:
    """POL-12: any that fits."""
    offer = an_offer(FOR_NOBODY, FOR_MEMBERS)

    assert gives(offer, wish=Wish(policy_id=FOR_MEMBERS.id)) == FOR_MEMBERS


@pytest.mark.parametrize("wish", [Wish(), Wish(policy_id=FOR_LEADS.id)])
def test_an_administrator_cannot_assign_outside_every_scope(wish: Wish) -> None:
    """POL-12: it fails."""
    with pytest.raises(NotInScope):
        gives(an_offer(FOR_LEADS), wish=wish)


def test_an_administrator_need_not_say_why_and_may_assign_what_is_hidden() -> None:
    """POL-12, CAT-4: what nobody may ask for can still be given."""
    offer = an_offer(
        FOR_MEMBERS, package=a_package(hidden=True), catalog=a_catalog(published=False)
    )

    assert gives(offer, wish=Wish()) == FOR_MEMBERS


@pytest.mark.parametrize(
    ("expiration", "wish", "refusal"),
    [
        (OVER, Wish(), TooLong),
        (FOR_90_DAYS, Wish(duration=91 * DAY), TooLong),
        (FOR_90_DAYS, Wish(duration=0 * DAY), TooShort),
        (FOR_90_DAYS, Wish(duration=-DAY), TooShort),
        (NEVER, Wish(duration=timedelta.max), TooLong),
        (NEVER, Wish(starts_at=NOW - DAY), StartInPast),
        (NEVER, Wish(justification="x" * (MAX_REASON + 1)), JustificationTooLong),
    ],
)
def test_an_administrator_stays_within_the_policys_times(
    expiration: Expiration, wish: Wish, refusal: type[Refusal]
) -> None:
    """POL-12: start and end are optional, and may not be nonsense."""
    with pytest.raises(refusal):
        gives(an_offer(a_policy(expiration=expiration)), wish=wish)


def test_an_administrator_chooses_times_where_requestors_may_not() -> None:
    """POL-12: a shorter time is theirs to give."""
    policy = a_policy(expiration=FOR_90_DAYS)

    assert gives(an_offer(policy), wish=Wish(duration=DAY, starts_at=NOW + DAY)) == policy
