"""Assignment policies: who may ask for a package, who decides, for how long it lasts.

A package has one or more policies (PKG-1, POL-2); a policy is its own small contract between the
people who may ask and the people who decide. When a request is submitted, the policy's terms are
copied into it (APR-21, LIF-11): editing a policy never changes a request that is already running,
nor the end of access already given (LIF-10).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from engine.domain.ids import PackageId, PolicyId
from engine.domain.people import Subject
from engine.domain.review_settings import ReviewSettings

MAX_DURATION = timedelta(days=3660)
"""LIF-1: an expiration is at most 3660 days away."""
MAX_DECIDE_WITHIN = timedelta(days=90)
"""APR-11, our choice: a stage may wait 90 days at most."""


class RequestorScope(StrEnum):
    """Whom a policy serves (Graph: allowedTargetScope)."""

    ALL_MEMBERS = "all_members"
    ALL_USERS = "all_users"
    """Members and guests."""
    SPECIFIC = "specific"
    NOBODY = "nobody"
    """Administrators assign; nobody asks."""


PRECEDENCE: dict[RequestorScope, int] = {
    RequestorScope.SPECIFIC: 1,
    RequestorScope.ALL_MEMBERS: 2,
    RequestorScope.ALL_USERS: 3,
}
"""POL-3: of the policies that match a person only the best class is offered; 1 is the best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requestors:
    """Who may ask under a policy. `subjects` (people and groups) only with scope `specific`."""

    scope: RequestorScope
    subjects: tuple[Subject, ...] = ()


class JustificationRule(StrEnum):
    """Whether the requestor says why (REQ-1)."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    HIDDEN = "hidden"


class ReasonRule(StrEnum):
    """Whether the approver says why (APR-9)."""

    REQUIRED = "required"
    ON_DENIAL = "on_denial"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """More people are asked `after` the stage opened; those asked before may still decide."""

    after: timedelta
    to: tuple[Subject, ...]
    fallback: tuple[Subject, ...] = ()
    """Asked instead when nobody in `to` can be found (APR-16)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStage:
    """One serial step of approval. All durations count from the moment the stage opens (APR-13)."""

    name: str
    approvers: tuple[Subject, ...]
    fallback_approvers: tuple[Subject, ...] = ()
    """Asked at once when nobody in `approvers` can be found (APR-14)."""
    needed: int | None = 1
    """How many must approve; 1 is "any of them", None is "all of them"."""
    decide_within: timedelta = timedelta(days=14)
    remind: tuple[timedelta, ...] = ()
    """Ascending."""
    escalate: tuple[Escalation, ...] = ()
    """Ascending by `after`."""
    reason: ReasonRule = ReasonRule.ON_DENIAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiration:
    """When an assignment ends: `after` a duration, `on` a date, or, with neither, never (LIF-1)."""

    after: timedelta | None = None
    on: date | None = None
    """Access lasts to the end of this day, UTC."""

    @property
    def latest_end(self) -> datetime | None:
        """The moment no assignment of this policy outlives, if the policy names a date."""
        if self.on is None:
            return None
        return datetime.combine(self.on + timedelta(days=1), time(), UTC)

    def end_for(self, starts_at: datetime) -> datetime | None:
        """When access that starts then ends at the latest; None is never (LIF-2)."""
        return starts_at + self.after if self.after is not None else self.latest_end


NEVER = Expiration()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRule:
    """Whether a holder may ask for more time, and how long before the end they are told."""

    allowed: bool = False
    remind_before: tuple[timedelta, ...] = (timedelta(days=14), timedelta(days=1))
    """NOT-3: told at each of these leads before the end, whether or not extension is allowed."""


NO_EXTENSION = ExtensionRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPolicy:
    """Who may ask for a package, who decides, how long it lasts; names unique in the package."""

    id: PolicyId
    package_id: PackageId
    name: str
    requestors: Requestors
    justification: JustificationRule = JustificationRule.REQUIRED
    stages: tuple[ApprovalStage, ...] = ()
    approval_for_request: bool = True
    approval_for_extension: bool = True
    """APR-2: both use the same stages; False skips them."""
    expiration: Expiration = NEVER
    requestor_may_shorten: bool = False
    """Lets the requestor choose a shorter time and a start date (REQ-7)."""
    extension: ExtensionRule = NO_EXTENSION
    reviews: ReviewSettings | None = None
    """How what was given under this policy is reviewed; None: never."""

    @property
    def enabled_for_requests(self) -> bool:
        """False for a policy under which only administrators assign (PKG-3)."""
        return self.requestors.scope is not RequestorScope.NOBODY
