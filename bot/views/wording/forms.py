"""The words of the forms. Plain text, except where it says markup."""

from collections.abc import Sequence
from datetime import timedelta

from bot.views.texts import cut_markup, day, escape, how_long, listed, named, when
from bot.views.wording import words
from bot.views.wording.delivery import raw, right_of
from engine.application.queries import HeldSummary
from engine.domain.catalogs import AccessPackage
from engine.domain.policies import AssignmentPolicy, Expiration

REQUEST_TITLE = "Request access"
EXTENSION_TITLE = "Keep access longer"
PACKAGE_PLACEHOLDER = "Type to search what you can ask for"
POLICY_PLACEHOLDER = "Choose one"
POLICY_HINT = "You can get this package in more than one way."
JUSTIFICATION_PLACEHOLDER = "What do you need it for?"
JUSTIFICATION_HINT = "The people who decide will read this."
JUSTIFICATION_HINT_UNREAD = "Kept with your request."
STARTS_HINT = "Leave empty to start as soon as it is approved."
STARTS_HINT_UNAPPROVED = "Leave empty to start at once."
DURATION_PLACEHOLDER = "Choose how long"
REASON_HINT = "The person who asked will read this."
REASON_HINT_SEVERAL = "Each person who asked will read this."

CHOOSE_FIRST = (  # markup
    "Choose a package, and you will see who decides and how long it lasts before you send anything."
)
NOTHING_OFFERED = (  # markup
    "There is nothing you can ask for at the moment. "
    "If you need access for your work, ask your manager or an administrator."
)
WHO_WILL_BE_ASKED = "*Who will be asked*"
NO_APPROVAL = "*Nobody needs to approve this.* It starts as soon as you send the request."
NO_APPROVAL_EXTENSION = "*Nobody needs to approve this.* Your time is extended at once."

CHOOSE_PACKAGE = "Choose a package."
CHOOSE_POLICY = "Choose one of the policies."
FITTING_SHOWN = 10
STILL_LOADING = "The form still showed another package. Look at it once more, then send it again."
CHOOSE_DURATION = "Choose how long."


def found(words_typed: str, names: Sequence[str]) -> str:
    """Why no package is chosen yet, after words that do not fit exactly one. Markup."""
    if not words_typed.strip():
        return CHOOSE_FIRST
    typed = raw(words_typed[:100])
    if not names:
        return f"I found no package you can ask for that fits {typed}. Choose one from the list."
    shown = listed(named(name) for name in names[:FITTING_SHOWN])
    more = f" and {len(names) - FITTING_SHOWN} more" if len(names) > FITTING_SHOWN else ""
    return f"More than one package fits {typed}: {shown}{more}. Choose the one you mean."


def about_package(package: AccessPackage, catalog: str, rights: list[tuple[str, str]]) -> str:
    """What the package is, where it belongs, and what it gives. Markup."""
    lines = [named(package.name)]
    if package.description.strip():
        lines.append(cut_markup(escape(package.description.strip()), 1500))
    if rights:
        given = listed(right_of(role, label) for role, label in rights[:10])
        more = f" and {len(rights) - 10} more" if len(rights) > 10 else ""
        lines.append(f"You get: {given}{more}.")
    if catalog:
        lines.append(f"Catalog: {named(catalog, bold=False)}")
    return "\n".join(lines)


def lasts(policy: AssignmentPolicy) -> str:
    """How long access lasts and whether it can be extended. Markup."""
    expiration = policy.expiration
    if expiration.after is not None:
        term = f"{how_long(expiration.after)} from its start"
    elif expiration.on is not None:
        term = f"until the end of {day(expiration.on)} (UTC)"
    else:
        return "*How long it lasts*\nIt has no end date. You can give it back at any time."
    if policy.extension.allowed:
        more = " Before it ends you can ask for more time."
    else:
        more = " It cannot be extended, but you can ask for it again."
    return f"*How long it lasts*\n{_capital(term)}.{more if expiration.on is None else ''}"


def longest(expiration: Expiration) -> str:
    """The first choice of time: all the policy gives."""
    if expiration.after is not None:
        return f"{how_long(expiration.after)} (the longest possible)"
    if expiration.on is not None:
        return f"Until {day(expiration.on)} (the longest possible)"
    return "No end date"


_WHOLE = {
    timedelta(days=7): "1 week",
    timedelta(days=14): "2 weeks",
    timedelta(days=365): "1 year",
}


def choice_of_time(duration: timedelta) -> str:
    """A shorter time to choose."""
    return _WHOLE.get(duration) or how_long(duration)


def extension(held: HeldSummary) -> str:
    """What is extended. Markup."""
    ends_at = held.assignment.ends_at
    ends = f" now ends {when(ends_at)}." if ends_at else " has no end date."
    return f"{named(held.package_name)}{ends}"


def new_end(end_markup: str | None) -> str:
    """When access would end instead. Markup."""
    if end_markup is None:
        return "With the extension it has no end date any more."
    return f"With the extension it lasts until {end_markup}."


# Decisions --------------------------------------------------------------------------------------


def decision_title(approve: bool) -> str:
    """The title of the form."""
    return "Approve request" if approve else "Deny request"


def decision_title_several(approve: bool) -> str:
    """The title of the form for more than one request."""
    return "Approve requests" if approve else "Deny requests"


def decision_verb(approve: bool) -> str:
    """Its button."""
    return words.APPROVE if approve else words.DENY


def decision_effect(approve: bool, number: int) -> str:
    """What sending it means. Markup."""
    if approve:
        return ""
    if number == 1:
        return "Denying ends the request. Say why, so that they know what to do next."
    return f"Denying ends these {number} requests. The same reason is sent to each person."


GIVE_BACK_TITLE = "Give this access back?"


def give_back_question(package_name: str, *, again: bool) -> str:
    """The question before giving back. `again`: people may ask for the package."""
    later = "You can ask for it again later." if again else words.ONLY_ASSIGNED_AGAIN
    return f"You lose {package_name} at once. {later}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
