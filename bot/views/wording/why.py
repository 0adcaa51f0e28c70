"""Which policy of a package serves somebody, and why the others do not. Markup."""

from collections.abc import Sequence

from bot.views.texts import listed, mention_group, named
from bot.views.wording.delivery import raw
from bot.views.wording.words import several
from engine.domain.catalogs import AccessPackage
from engine.domain.people import PersonKind, Subject
from engine.domain.policies import AssignmentPolicy, RequestorScope

TITLE = "Explain a package"  # plain text, as the next two
EXPLAIN = "Explain"
WHICH_SHOWN = 8
HINT = "Its whole name. You learn which of its policies serves you, or why none does."
NO_POLICY = "It has no policy, so nobody can ask for it."


def unknown(typed: str, command: str) -> str:
    """No package that this person may know of is called so."""
    if not typed:
        return f"Name the package you mean: `{command} why PACKAGE`."
    return f"I know no package called {raw(typed[:100])}. Its whole name is needed."


def which(typed: str, fitting: Sequence[str]) -> str:
    """Several packages fit."""
    shown = listed((named(name) for name in fitting[:WHICH_SHOWN]), "or")
    return f"More than one package fits {raw(typed[:100])}. Name the one you mean: {shown}."


def offered(package: AccessPackage, policies: tuple[AssignmentPolicy, ...]) -> str:
    """They can ask for it."""
    names = listed((named(policy.name) for policy in policies), "or")
    return f"You can ask for {named(package.name)}, under the policy {names}."


def clause(
    policy: AssignmentPolicy, kind: PersonKind, *, serves: bool, first: AssignmentPolicy | None
) -> str:
    """One policy: whom it is for, and whether that is this person; `first` is what comes first."""
    whom = f"{named(policy.name)} is for {_whom(policy)}"
    if first is not None:
        return f"· {whom}, and so for you; but {named(first.name)} is for fewer and comes first."
    if serves:
        return f"✓ {whom}, and so for you."
    match policy.requestors.scope:
        case RequestorScope.NOBODY:
            return f"✗ {whom}."
        case RequestorScope.SPECIFIC:
            return f"✗ {whom}. You are not among them."
        case _:
            return f"✗ {whom}. You are a {kind.value}."


def _whom(policy: AssignmentPolicy) -> str:
    match policy.requestors.scope:
        case RequestorScope.ALL_MEMBERS:
            return "all members"
        case RequestorScope.ALL_USERS:
            return "members and guests"
        case RequestorScope.NOBODY:
            return "administrators to assign; nobody asks under it"
        case RequestorScope.SPECIFIC:
            return _named(policy.requestors.subjects)


def _named(subjects: tuple[Subject, ...]) -> str:
    groups = [mention_group(one.group_id) for one in subjects if one.group_id is not None]
    people = sum(one.person_id is not None for one in subjects)
    by_name = [f"{several(people, 'person', 'people')} by name"] if people else []
    return listed([*groups, *by_name])
