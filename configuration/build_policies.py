"""A package's policies: who may ask, who decides in which stages, for how long it lasts.

Every duration is checked against its bounds (LIF-3, APR-11) and against its neighbours: a
reminder or an escalation at or after the end of its stage would never happen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from configuration import approvability, durations, later, names
from configuration.build_reviews import reviews
from configuration.document import Path
from configuration.faults import Words
from configuration.reading import Reading
from configuration.shape import (
    EscalationPart,
    ExpirationPart,
    PolicyPart,
    RequestorsPart,
    StagePart,
)
from configuration.wording import meaning
from engine.domain.catalogs import AccessPackage, Catalog, Resource
from engine.domain.people import SubjectKind
from engine.domain.policies import (
    MAX_DECIDE_WITHIN,
    MAX_DURATION,
    NEVER,
    ApprovalStage,
    AssignmentPolicy,
    Escalation,
    Expiration,
    ExtensionRule,
    JustificationRule,
    ReasonRule,
    Requestors,
    RequestorScope,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a policy stands, as far as its meaning depends on it."""

    package: AccessPackage
    package_name: str
    catalog: Catalog
    resources: tuple[Resource, ...]
    has_fallback: bool
    """Whether the organization names fallback approvers."""
    owners_known: bool
    """False when an owner could not be found, so that nothing can be said about the owners."""

    def gives(self, connector: str) -> bool:
        """Whether the package grants something through this connector."""
        granted = {grant.resource_id for grant in self.package.grants}
        return any(
            resource.connector == connector and resource.id in granted
            for resource in self.resources
        )


def policies(
    reading: Reading, parts: Sequence[PolicyPart], path: Path, home: Home
) -> Iterator[AssignmentPolicy]:
    """The policies of one package."""
    seen: dict[str, Path] = {}
    for at, part in enumerate(parts):
        place = (*path, at)
        reading.named_once("policy of this package", part.name, place, seen)
        yield _policy(reading, part, place, home)


def _policy(reading: Reading, part: PolicyPart, path: Path, home: Home) -> AssignmentPolicy:
    requestors = _requestors(reading, part.requestors, (*path, "requestors"), home)
    stages = tuple(_stages(reading, part.approval.stages, (*path, "approval", "stages")))
    expiration = _expiration(reading, part.expiration, (*path, "expiration"))
    policy = AssignmentPolicy(
        id=names.policy_id(home.package_name, part.name),
        package_id=home.package.id,
        name=part.name,
        requestors=requestors,
        justification=JustificationRule(part.justification),
        stages=stages,
        approval_for_request="request" in part.approval.required_for,
        approval_for_extension="extension" in part.approval.required_for,
        expiration=expiration,
        requestor_may_shorten=part.requestor_may_shorten,
        extension=_extension(reading, part, path, expiration),
        reviews=reviews(reading, part.reviews, (*path, "reviews")),
    )
    _judge(reading, policy, path, home)
    return policy


def _judge(reading: Reading, policy: AssignmentPolicy, path: Path, home: Home) -> None:
    """Whether the stages of a policy can do what they are for."""
    if not (policy.approval_for_request or policy.approval_for_extension):
        if policy.stages:
            reading.warn((*path, "approval"), meaning.stages_never_used())
        return
    for at, stage in enumerate(policy.stages):
        place = (*path, "approval", "stages", at)
        by_manager_only = all(s.kind is SubjectKind.MANAGER for s in stage.approvers)
        has_fallback = stage.fallback_approvers or home.has_fallback
        if stage.approvers and by_manager_only and not has_fallback:
            reading.warn((*place, "approvers"), meaning.manager_without_fallback())
        owners = home.catalog.owners if home.owners_known else None
        approvability.judge(reading, policy.requestors, stage, place, owners)


def _requestors(
    reading: Reading, part: RequestorsPart | None, path: Path, home: Home
) -> Requestors:
    nobody = Requestors(scope=RequestorScope.NOBODY)
    if part is None or part.scope is None:
        return nobody
    if part.scope in later.SCOPES:
        reading.fault((*path, "scope"), meaning.not_supported_yet(f"scope {part.scope}"))
        return nobody
    for key, given in (("rule", part.rule), ("names", part.names), ("grace", part.grace)):
        if given is not None:
            reading.fault((*path, key), meaning.not_supported_yet(key))
    scope = RequestorScope(part.scope)
    subjects = (
        *reading.people(part.people or (), (*path, "people")),
        *reading.groups(part.groups or (), (*path, "groups")),
    )
    if scope is not RequestorScope.SPECIFIC:
        for key, named in (("people", part.people), ("groups", part.groups)):
            if named is not None:
                reading.fault((*path, key), meaning.only_with_specific(key, scope))
        if scope is RequestorScope.ALL_USERS and home.gives("slack_usergroup"):
            reading.warn((*path, "scope"), meaning.guests_in_user_group())
        return Requestors(scope=scope)
    if not subjects and reading.whole(path):
        reading.fault(path, meaning.specific_nobody())
    _named_guests(reading, part.people or (), (*path, "people"), home)
    return Requestors(scope=scope, subjects=subjects)


def _named_guests(reading: Reading, emails: tuple[str, ...], path: Path, home: Home) -> None:
    """A guest who is named although nothing could come of it (CAT-4, Slack's user groups)."""
    for at, email in enumerate(emails):
        found = reading.lookups.person(email)
        if isinstance(found, Words) or not reading.lookups.is_guest(found):
            continue
        if not home.catalog.visible_to_external_users:
            reading.fault((*path, at), meaning.guest_cannot_see(email, home.catalog.name))
        elif home.gives("slack_usergroup"):
            reading.warn((*path, at), meaning.guest_in_user_group(email))


def _stages(reading: Reading, parts: Sequence[StagePart], path: Path) -> Iterator[ApprovalStage]:
    seen: dict[str, Path] = {}
    for at, part in enumerate(parts):
        place = (*path, at)
        stage = _stage(reading, part, at + 1, place)
        reading.named_once("stage of this policy", stage.name, place, seen)
        yield stage


def _stage(reading: Reading, part: StagePart, number: int, path: Path) -> ApprovalStage:
    usual = ApprovalStage(name="", approvers=())
    limit = reading.duration(
        part.decide_within,
        (*path, "decide_within"),
        default=usual.decide_within,
        most=MAX_DECIDE_WITHIN,
    )
    remind = _ascending(
        reading, part.remind, [(*path, "remind", i) for i in range(len(part.remind))]
    )
    for at, after in enumerate(remind):
        if after >= limit:
            reading.fault((*path, "remind", at), meaning.reminder_too_late(after, limit))
    return ApprovalStage(
        name=part.name or f"Stage {number}",
        approvers=reading.approvers(part.approvers, (*path, "approvers")),
        fallback_approvers=reading.people_and_groups(
            part.fallback_approvers, (*path, "fallback_approvers")
        ),
        needed={"any": 1, "all": None}[part.needed]
        if isinstance(part.needed, str)
        else part.needed,
        decide_within=limit,
        remind=remind,
        escalate=_escalations(reading, part.escalate, (*path, "escalate"), limit),
        reason=ReasonRule(part.reason),
    )


def _escalations(
    reading: Reading, parts: Sequence[EscalationPart], path: Path, limit: timedelta
) -> tuple[Escalation, ...]:
    timed = [(at, part) for at, part in enumerate(parts) if part.after is not None]
    times = _ascending(
        reading,
        tuple(part.after or "" for _, part in timed),
        [(*path, at, "after") for at, _ in timed],
    )
    made: list[Escalation] = []
    for (at, part), after in zip(timed, times, strict=True):
        if after >= limit:
            reading.fault((*path, at, "after"), meaning.escalation_too_late(after, limit))
        made.append(
            Escalation(
                after=after,
                to=reading.approvers(part.to, (*path, at, "to")),
                fallback=reading.people_and_groups(
                    part.fallback_approvers, (*path, at, "fallback_approvers")
                ),
            )
        )
    return tuple(made)


def _ascending(
    reading: Reading, texts: Sequence[str], paths: Sequence[Path]
) -> tuple[timedelta, ...]:
    """Durations, each above zero and above the one before it."""
    found: list[timedelta] = []
    for text, path in zip(texts, paths, strict=True):
        each = reading.duration(text, path, default=timedelta(0))
        if found and timedelta(0) < each <= found[-1]:
            reading.fault(path, meaning.not_ascending(each, found[-1]))
        found.append(each)
    return tuple(found)


def _expiration(reading: Reading, part: ExpirationPart | str, path: Path) -> Expiration:
    if isinstance(part, str):
        return NEVER
    if part.on is not None:
        on = date.fromisoformat(part.on)
        if on < reading.today:
            reading.fault((*path, "on"), meaning.ends_in_the_past(on, reading.today))
        elif on - reading.today > MAX_DURATION:
            reading.fault((*path, "on"), meaning.ends_too_late(on, reading.today + MAX_DURATION))
        return Expiration(on=on)
    if part.after is not None:
        after = reading.duration(
            part.after, (*path, "after"), default=MAX_DURATION, most=MAX_DURATION
        )
        return Expiration(after=after)
    return NEVER


def _extension(
    reading: Reading, part: PolicyPart, path: Path, expiration: Expiration
) -> ExtensionRule:
    place = (*path, "extension")
    extension, ends = part.extension, part.expiration != "never"
    if extension.allowed and not ends and reading.whole((*path, "expiration")):
        reading.warn((*place, "allowed"), meaning.nothing_to_extend())
    if extension.allowed and expiration.on is not None and not part.requestor_may_shorten:
        reading.warn((*place, "allowed"), meaning.never_extended(expiration.on))
    if extension.remind_before is None:
        return ExtensionRule(allowed=extension.allowed)
    told = (*place, "remind_before")
    if extension.remind_before and not ends and reading.whole((*path, "expiration")):
        reading.fault(told, meaning.no_end_to_remind_of())
    leads: list[timedelta] = []
    for at, text in enumerate(extension.remind_before):
        lead = reading.duration(text, (*told, at), default=timedelta(0))
        if lead in leads and lead > timedelta(0):
            reading.fault((*told, at), meaning.named_twice(durations.write(lead)))
        elif expiration.after is not None and lead >= expiration.after > timedelta(0):
            reading.warn((*told, at), meaning.lead_too_long(lead, expiration.after))
        leads.append(lead)
    return ExtensionRule(allowed=extension.allowed, remind_before=tuple(leads))
