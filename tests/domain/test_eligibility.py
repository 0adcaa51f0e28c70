"""Who may have which package now, under which policy, from when and for how long."""

from datetime import datetime, timedelta

import pytest

from engine.domain import eligibility
from engine.domain.eligibility import LATEST_START, START_TOLERANCE, HeldAssignment, Wish
from engine.domain.ids import AssignmentId, GroupId, PackageId, PolicyId
from engine.domain.people import Person, the_person
from engine.domain.policies import (
    MAX_DURATION,
    NEVER,
    AssignmentPolicy,
    Expiration,
    JustificationRule,
    RequestorScope,
)
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import (
    AccountClosed,
    AlreadyHeld,
    AlreadyPending,
    ChoosePolicy,
    Incompatible,
    JustificationMissing,
    JustificationTooLong,
    MayNotChooseTimes,
    NotInScope,
    PackageGone,
    Refusal,
    StartInPast,
    StartTooLate,
    TermsChanged,
    TooLong,
    TooShort,
)
from tests.builders import (
    ANN,
    DAY,
    DESK,
    LEADS,
    NOW,
    SECOND,
    a_catalog,
    a_package,
    a_person,
    a_policy,
    an_offer,
    standing_of,
)
from tests.domain.eligibility_acts import (
    BOT,
    CLOSED,
    END_OF_JUNE,
    EVERY_POLICY,
    FOR_90_DAYS,
    FOR_LEADS,
    FOR_MEMBERS,
    FOR_NOBODY,
    FOR_ROB,
    FOR_USERS,
    GUEST,
    MEMBER,
    OVER,
    STRANGER,
    TO_JUNE,
    WHY,
    asks,
    gives,
)

# Who ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "groups", "matching"),
    [
        (MEMBER, [], [FOR_USERS, FOR_MEMBERS, FOR_ROB]),
        (MEMBER, [LEADS], [FOR_USERS, FOR_MEMBERS, FOR_LEADS, FOR_ROB]),
        (a_person("ann"), [DESK], [FOR_USERS, FOR_MEMBERS]),
        (GUEST, [], [FOR_USERS]),
        (GUEST, [LEADS], [FOR_USERS, FOR_LEADS]),
        (STRANGER, [], []),
        (BOT, [], []),
    ],
)
def test_a_policys_scope_contains_whom_it_says(
    person: Person, groups: list[GroupId], matching: list[AssignmentPolicy]
) -> None:
    """POL-1: members, members and guests, named people and groups, nobody."""
    found = [p for p in EVERY_POLICY if eligibility.matches(p, person, frozenset(groups))]

    assert found == matching


@pytest.mark.parametrize(
    ("person", "groups", "offered"),
    [
        (MEMBER, [], [FOR_ROB]),
        (MEMBER, [LEADS], [FOR_LEADS, FOR_ROB]),
        (a_person("ann"), [], [FOR_MEMBERS]),
        (GUEST, [], [FOR_USERS]),
        (STRANGER, [], []),
    ],
)
def test_only_the_best_class_is_offered(
    person: Person, groups: list[GroupId], offered: list[AssignmentPolicy]
) -> None:
    """POL-2, POL-3: specific before members before everybody; the looser ones are not offered."""
    found = eligibility.offered(EVERY_POLICY, person, frozenset(groups))

    assert list(found) == offered


def test_one_policy_is_chosen_silently() -> None:
    """POL-4: there is nothing to pick."""
    assert asks(an_offer(FOR_USERS, FOR_MEMBERS)) == FOR_MEMBERS


def test_several_of_one_class_must_be_picked_from() -> None:
    """POL-4: the requestor says which."""
    offer = an_offer(FOR_ROB, FOR_LEADS, FOR_USERS)
    standing = standing_of(groups=[LEADS])

    with pytest.raises(ChoosePolicy) as caught:
        asks(offer, standing)
    assert caught.value.policy_ids == (FOR_ROB.id, FOR_LEADS.id)
    picked = Wish(justification="On call", policy_id=FOR_LEADS.id)
    assert asks(offer, standing, picked) == FOR_LEADS


@pytest.mark.parametrize("picked", [FOR_USERS.id, FOR_NOBODY.id, PolicyId("elsewhere")])
def test_a_policy_that_is_not_offered_cannot_be_picked(picked: PolicyId) -> None:
    """POL-3, POL-4: not by a forged form either."""
    wish = Wish(justification="On call", policy_id=picked)

    with pytest.raises(TermsChanged):
        asks(an_offer(*EVERY_POLICY), standing_of(), wish)


def test_outside_every_scope_is_refused() -> None:
    """PKG-3, POL-9: scope is looked at when somebody asks."""
    with pytest.raises(NotInScope):
        asks(an_offer(FOR_LEADS, FOR_NOBODY))


@pytest.mark.parametrize("person", [CLOSED, STRANGER, BOT])
def test_closed_accounts_strangers_and_bots_ask_for_nothing(person: Person) -> None:
    """LIF-15: and nothing is given to them, though a policy names them."""
    named = a_policy(scope=RequestorScope.SPECIFIC, subjects=[the_person(person.id)])

    with pytest.raises(AccountClosed):
        asks(an_offer(named), standing_of(person))
    with pytest.raises(AccountClosed):
        gives(an_offer(named), standing_of(person))


# What --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "external", "person", "seen"),
    [
        (True, True, MEMBER, True),
        (True, True, GUEST, True),
        (True, False, MEMBER, True),
        (True, False, GUEST, False),
        (False, True, MEMBER, False),
        (False, True, GUEST, False),
    ],
)
def test_a_catalog_is_open_to_whom_it_says(
    person: Person, *, published: bool, external: bool, seen: bool
) -> None:
    """CAT-4, PKG-3: unpublished for nobody, internal for members only."""
    catalog = a_catalog(published=published, visible_to_external_users=external)
    offer = an_offer(FOR_USERS, catalog=catalog)

    assert eligibility.may_see(catalog, person) is seen
    if seen:
        assert asks(offer, standing_of(person)) == FOR_USERS
    else:
        with pytest.raises(PackageGone):
            asks(offer, standing_of(person))


def test_a_package_that_is_gone_is_refused() -> None:
    """The form was open while the package was removed."""
    with pytest.raises(PackageGone):
        eligibility.check_request(None, standing_of(), WHY, now=NOW)
    with pytest.raises(PackageGone):
        eligibility.check_assignment(None, standing_of(), WHY, now=NOW)


def test_a_hidden_package_can_be_asked_for() -> None:
    """PKG-2: hidden is not forbidden, whoever knows it may ask."""
    assert asks(an_offer(FOR_MEMBERS, package=a_package(hidden=True))) == FOR_MEMBERS


def test_what_is_held_cannot_be_asked_for_again() -> None:
    """DLV-7, DLV-8: one assignment a person and package; the way on is to extend."""
    held = HeldAssignment(id=AssignmentId("held"), ends_at=NOW + DAY, may_extend=True)

    for ask in (asks, gives):
        with pytest.raises(AlreadyHeld) as caught:
            ask(None, standing_of(held=held))
        assert (caught.value.assignment_id, caught.value.may_extend) == (held.id, True)


def test_what_was_asked_for_cannot_be_asked_for_again() -> None:
    """DLV-7: one open request a person and package, with the way to it."""
    for ask in (asks, gives):
        with pytest.raises(AlreadyPending) as caught:
            ask(None, standing_of(open_request="open"))
        assert caught.value.request_id == "open"


def test_incompatible_packages_and_groups_exclude() -> None:
    """SOD-2: for requestors and administrators alike."""
    offer = an_offer(package=a_package(excludes=["release"], excludes_groups=[DESK]))
    for ask in (asks, gives):
        with pytest.raises(Incompatible) as caught:
            ask(offer, standing_of(held_packages=["release"], groups=[DESK, LEADS]))
        assert caught.value.package_ids == (PackageId("release"),)
        assert caught.value.group_ids == (DESK,)


def test_incompatibility_works_one_way() -> None:
    """SOD-1: whoever holds this one may ask for the other unless that one says no, too."""
    assert asks(an_offer(package=a_package("release")), standing_of(held_packages=["production"]))


# Why, from when, for how long --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "said", "refusal"),
    [
        (JustificationRule.REQUIRED, "  ", JustificationMissing),
        (JustificationRule.REQUIRED, "Why", None),
        (JustificationRule.OPTIONAL, "", None),
        (JustificationRule.HIDDEN, "", None),
        (JustificationRule.REQUIRED, "x" * MAX_REASON, None),
        (JustificationRule.OPTIONAL, "x" * (MAX_REASON + 1), JustificationTooLong),
    ],
)
def test_a_justification_is_wanted_as_the_policy_says(
    rule: JustificationRule, said: str, refusal: type[Refusal] | None
) -> None:
    """REQ-1: required, optional or hidden; and never more than a card can show."""
    offer = an_offer(a_policy(justification=rule))
    wish = Wish(justification=said)
    if refusal is None:
        assert asks(offer, wish=wish)
    else:
        with pytest.raises(refusal):
            asks(offer, wish=wish)


@pytest.mark.parametrize(
    ("expiration", "duration", "starts_at", "refusal"),
    [
        (FOR_90_DAYS, 90 * DAY, None, None),
        (FOR_90_DAYS, 90 * DAY + SECOND, None, TooLong),
        (FOR_90_DAYS, timedelta.max, None, TooLong),
        (FOR_90_DAYS, SECOND, None, None),
        (FOR_90_DAYS, 0 * DAY, None, TooShort),
        (FOR_90_DAYS, -DAY, None, TooShort),
        (NEVER, MAX_DURATION, None, None),
        (NEVER, MAX_DURATION + SECOND, None, TooLong),
        (NEVER, timedelta.max, None, TooLong),
        (TO_JUNE, END_OF_JUNE - NOW, None, None),
        (TO_JUNE, END_OF_JUNE - NOW + SECOND, None, TooLong),
        (TO_JUNE, DAY, END_OF_JUNE - DAY, None),
        (TO_JUNE, 2 * DAY, END_OF_JUNE - DAY, TooLong),
        (TO_JUNE, None, END_OF_JUNE - SECOND, None),
        (TO_JUNE, None, END_OF_JUNE, StartTooLate),
        (OVER, None, None, StartTooLate),
        (NEVER, None, NOW - START_TOLERANCE, None),
        (NEVER, None, NOW - START_TOLERANCE - SECOND, StartInPast),
        (NEVER, None, NOW + LATEST_START, None),
        (NEVER, None, NOW + LATEST_START + SECOND, StartTooLate),
    ],
)
def test_times_stay_within_the_policy(
    expiration: Expiration,
    duration: timedelta | None,
    starts_at: datetime | None,
    refusal: type[Refusal] | None,
) -> None:
    """LIF-1, LIF-3, LIF-4, REQ-7: at each limit yes, one second past it no."""
    offer = an_offer(a_policy(expiration=expiration, may_shorten=True))
    wish = Wish(justification="On call", duration=duration, starts_at=starts_at)
    if refusal is None:
        assert asks(offer, wish=wish)
    else:
        with pytest.raises(refusal):
            asks(offer, wish=wish)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(justification="On call", duration=DAY),
        Wish(justification="On call", starts_at=NOW + DAY),
    ],
)
def test_times_are_not_chosen_where_the_policy_fixes_them(wish: Wish) -> None:
    """REQ-7: only if the policy allows it."""
    with pytest.raises(MayNotChooseTimes):
        asks(an_offer(a_policy(expiration=FOR_90_DAYS)), wish=wish)


def test_ann_is_not_rob() -> None:
    """POL-1: a policy for one person is for that person."""
    assert not eligibility.matches(FOR_ROB, a_person(ANN), frozenset())
