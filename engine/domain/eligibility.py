"""May this person have this package now, under which policy, from when and for how long.

The answer is made in one place for the form, the submit, the administrator's assignment and the
extension, so that what the form offers is what the submit accepts. A policy matches a person by
its scope; of the matching policies only the best class is offered (POL-3), and when that class
has several the person picks (POL-4). Guests are served only by policies that say so and by
catalogs visible to them (PKG-3). Strangers and bots are served by none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.catalogs import AccessPackage, Catalog, CatalogState
from engine.domain.ids import AssignmentId, GroupId, PackageId, PolicyId, RequestId
from engine.domain.people import Person, PersonKind, SubjectKind
from engine.domain.policies import (
    MAX_DURATION,
    PRECEDENCE,
    AssignmentPolicy,
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
    StartInPast,
    StartTooLate,
    TermsChanged,
    TooLong,
    TooShort,
)

LATEST_START = timedelta(days=366)
"""Nobody plans access further ahead than this."""
START_TOLERANCE = timedelta(minutes=1)
"""A start this little in the past is "now": a form takes time to fill in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A package as stored now, with everything that decides whether it can be asked for."""

    package: AccessPackage
    catalog: Catalog
    policies: tuple[AssignmentPolicy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAssignment:
    """The active assignment a person has for a package."""

    id: AssignmentId
    ends_at: datetime | None
    may_extend: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody is and has, as far as asking for one package goes."""

    person: Person
    groups: frozenset[GroupId] = frozenset()
    held: HeldAssignment | None = None
    open_request: RequestId | None = None
    held_packages: frozenset[PackageId] = frozenset()
    """Only those that matter: the packages the wanted one is incompatible with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the form says."""

    policy_id: PolicyId | None = None
    justification: str = ""
    duration: timedelta | None = None
    starts_at: datetime | None = None


def matches(policy: AssignmentPolicy, person: Person, groups: frozenset[GroupId]) -> bool:
    """Whether the policy's scope contains this person."""
    member = person.kind is PersonKind.MEMBER
    match policy.requestors.scope:
        case RequestorScope.ALL_MEMBERS:
            return member
        case RequestorScope.ALL_USERS:
            return member or person.kind is PersonKind.GUEST
        case RequestorScope.NOBODY:
            return False
        case RequestorScope.SPECIFIC:
            return any(
                subject.person_id == person.id
                if subject.kind is SubjectKind.PERSON
                else subject.group_id in groups
                for subject in policy.requestors.subjects
            )


def offered(
    policies: Iterable[AssignmentPolicy], person: Person, groups: frozenset[GroupId]
) -> tuple[AssignmentPolicy, ...]:
    """The policies this person may ask under: the best class that matches (POL-3, POL-4)."""
    matching = [policy for policy in policies if matches(policy, person, groups)]
    best = min((PRECEDENCE[policy.requestors.scope] for policy in matching), default=0)
    return tuple(p for p in matching if PRECEDENCE[p.requestors.scope] == best)


def may_see(catalog: Catalog, person: Person) -> bool:
    """Whether the catalog is open to this person at all (CAT-4)."""
    internal = person.kind is PersonKind.MEMBER
    published = catalog.state is CatalogState.PUBLISHED
    return published and (internal or catalog.visible_to_external_users)


def check_request(
    offer: Offer | None, standing: Standing, wish: Wish, *, now: datetime
) -> AssignmentPolicy:
    """The policy the request runs under, or the refusal that says why there is none."""
    check_account(standing.person)
    if offer is None or not may_see(offer.catalog, standing.person):
        raise PackageGone
    check_free(offer.package, standing)
    policy = _chosen(offer, standing, wish)
    check_justification(policy, wish.justification)
    check_times(policy, wish, now=now)
    return policy


def check_assignment(
    offer: Offer | None, standing: Standing, wish: Wish, *, now: datetime
) -> AssignmentPolicy:
    """The policy an administrator's assignment runs under (POL-12).

    A policy made for administrators comes first; else one whose scope contains the target; or, of
    those, the one the administrator names. Start and length are theirs to choose within it.
    """
    check_account(standing.person)
    if offer is None:
        raise PackageGone
    check_free(offer.package, standing)
    for_admins = [p for p in offer.policies if not p.enabled_for_requests]
    policies = (*for_admins, *offered(offer.policies, standing.person, standing.groups))
    for policy in policies:
        if wish.policy_id in {None, policy.id}:
            break
    else:
        raise NotInScope(offer.package.id)
    latest = policy.expiration.latest_end
    if latest is not None and latest <= now:
        raise TooLong(None, latest)
    if len(wish.justification.strip()) > MAX_REASON:
        raise JustificationTooLong(MAX_REASON)
    _check_span(policy, wish, now=now)
    return policy


def check_account(person: Person) -> None:
    """Refuse closed accounts, bots, and people of other workspaces (LIF-15)."""
    if not person.active or person.kind in {PersonKind.BOT, PersonKind.STRANGER}:
        raise AccountClosed


def check_free(package: AccessPackage, standing: Standing) -> None:
    """Refuse what is held, asked for, or excluded by what is held (DLV-7, DLV-8, SOD-2)."""
    if held := standing.held:
        raise AlreadyHeld(held.id, held.ends_at, held.may_extend)
    if standing.open_request is not None:
        raise AlreadyPending(standing.open_request)
    packages = tuple(p for p in package.incompatible_packages if p in standing.held_packages)
    groups = tuple(g for g in package.incompatible_groups if g in standing.groups)
    if packages or groups:
        raise Incompatible(packages, groups)


def check_justification(policy: AssignmentPolicy, justification: str) -> None:
    """Refuse a missing or endless why (REQ-1)."""
    if policy.justification is JustificationRule.REQUIRED and not justification.strip():
        raise JustificationMissing
    if len(justification.strip()) > MAX_REASON:
        raise JustificationTooLong(MAX_REASON)


def check_times(policy: AssignmentPolicy, wish: Wish, *, now: datetime) -> None:
    """Refuse a start or a length the policy does not allow (REQ-7, LIF-3, LIF-4)."""
    chosen = wish.duration is not None or wish.starts_at is not None
    if chosen and not policy.requestor_may_shorten:
        raise MayNotChooseTimes
    _check_span(policy, wish, now=now)


def _check_span(policy: AssignmentPolicy, wish: Wish, *, now: datetime) -> None:
    start = wish.starts_at or now
    latest_end = policy.expiration.latest_end
    if start < now - START_TOLERANCE:
        raise StartInPast
    latest_start = min(now + LATEST_START, latest_end or now + LATEST_START)
    if start > latest_start or (latest_end is not None and start >= latest_end):
        raise StartTooLate(latest_start)
    if wish.duration is None:
        return
    if wish.duration <= timedelta():
        raise TooShort
    longest = policy.expiration.after or MAX_DURATION
    if wish.duration > longest:
        raise TooLong(longest, latest_end)
    if latest_end is not None and start + wish.duration > latest_end:
        raise TooLong(None, latest_end)


def _chosen(offer: Offer, standing: Standing, wish: Wish) -> AssignmentPolicy:
    policies = offered(offer.policies, standing.person, standing.groups)
    if not policies:
        raise NotInScope(offer.package.id)
    if wish.policy_id is None:
        if len(policies) > 1:
            raise ChoosePolicy(tuple(policy.id for policy in policies))
        return policies[0]
    for policy in policies:
        if policy.id == wish.policy_id:
            return policy
    raise TermsChanged(offer.package.id)
