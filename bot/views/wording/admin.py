"""What administrators read: lists, answers, and a request's story. Markup."""

from collections.abc import Sequence

from bot.views.known import Known
from bot.views.texts import (
    cut_markup,
    listed,
    mention,
    named,
    one_line,
    quote_line,
    reference,
    when,
)
from bot.views.wording import audit, delivery, review_story
from bot.views.wording.requests import asks, numbered
from bot.views.wording.states import how_far
from bot.views.wording.words import several
from engine.application.audit import AuditEntry
from engine.application.queries import RequestSummary
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.catalogs import AccessPackage
from engine.domain.ids import PersonId
from engine.domain.refusals import (
    AccountClosed,
    AlreadyHeld,
    AlreadyPending,
    Incompatible,
    NotInScope,
    OwnRequest,
    Refusal,
)

PACKAGES_TITLE = "Access packages"
REQUESTS_TITLE = "Requests"
STORY_TITLE = "The story of a request"
NO_PACKAGES = (
    "No access package has been configured yet. Add one to the configuration file and run "
    "`usher apply FILE`."
)
NO_REQUESTS = "Nobody has asked for anything yet."
NO_SUCH_REQUEST = "No request is like that."
NO_STORY = "Nothing has been recorded about this request."
WHY_SHOWN = 300


def packages_spoken(total: int) -> str:
    """The list in one sentence."""
    return f"{several(total, 'access package')}, by name."


def requests_spoken(total: int) -> str:
    """The list in one sentence."""
    return f"{several(total, 'request')}, newest first."


def no_package_has(words: str) -> str:
    """Instead of the packages, when none has these words."""
    return f"No access package has {delivery.raw(words)} in its name or description."


def only(person_id: PersonId | None, packages: Sequence[str] | None, state: str) -> str:
    """Above the requests, when it is not everybody's."""
    parts = [mention(person_id)] if person_id else []
    if packages is not None and len(packages) == 1:
        parts.append(named(packages[0]))
    elif packages is not None:
        parts.append(several(len(packages), "access package"))
    return f"Only: {' · '.join([*parts, *([state] if state else [])])}"


def package(row: AccessPackage, holders: int, policies: int, known: Known) -> str:
    """One package."""
    catalog = known.catalog_name(row.catalog_id)
    where = f" in {named(catalog, bold=False)}" if catalog else ""
    hidden = ", hidden" if row.hidden else ""
    held = f"held by {several(holders, 'person', 'people')}" if holders else "held by nobody"
    return (
        f"{named(row.name)}{where}{hidden}: {held}, {several(policies, 'policy', 'policies')}, "
        f"gives {several(len(row.grants), 'resource role')}"
    )


_TYPES: dict[RequestType, str] = {
    RequestType.USER_ADD: "asked for",
    RequestType.USER_UPDATE: "more time",
    RequestType.USER_REMOVE: "given back",
    RequestType.ADMIN_ADD: "assigned",
    RequestType.ADMIN_REMOVE: "removed",
    RequestType.SYSTEM_REMOVE: "ended",
}


def request(row: RequestSummary) -> str:
    """One request."""
    asked = row.request
    return (
        f"{named(asked.package_name)} · {mention(asked.target_id)}\n{how_far(row)} · "
        f"{_TYPES[asked.request_type]} {when(asked.submitted_at)} · `{reference(asked.id)}`"
    )


# Answers ----------------------------------------------------------------------------------------


def assigned(given: RequestSummary, *, choice: bool) -> str:
    """After `assign`; with the policy it follows, where there was a `choice` of several."""
    request, assignment = given.request, given.assignment
    under = f" under its policy {named(request.policy.name)}" if choice and request.policy else ""
    ends_at = assignment.ends_at if assignment else None
    lasts = f" until {when(ends_at)}" if ends_at else ""
    return (
        f"{mention(request.target_id)} gets {named(request.package_name)}{under}{lasts}. "
        "It is being set up now, and they will be told."
    )


def removed(target: PersonId, package_name: str) -> str:
    """After `remove`."""
    return f"{mention(target)} no longer has {named(package_name)}. It is being taken away now."


def refused(refusal: Refusal, known: Known) -> str | None:  # noqa: PLR0911 - a sentence each
    """What is else said to whoever asks, said about whoever should get it; None: as ever."""
    match refusal:
        case AlreadyHeld(ends_at=ends_at):
            until = f" until {when(ends_at)}" if ends_at else ", with no end date"
            return f"They have this package already{until}."
        case AlreadyPending(request_id):
            return (
                f"They have asked for this already and the request ({reference(request_id)}) is "
                "still open. Have it decided, or cancel it first."
            )
        case NotInScope(package_id):
            package = known.package_name(package_id)
            name = named(package) if package else "This package"
            return f"{name} is not offered to this person: no policy of it serves them."
        case Incompatible(package_ids):
            names = [known.package_name(package_id) for package_id in package_ids]
            held = listed(named(name) for name in names if name) or "something they have"
            return f"It may not be held together with {held}. Take that away first."
        case AccountClosed():
            return "Only open accounts of this workspace can have access."
        case OwnRequest():
            return "Nobody assigns to themselves. Ask another administrator, or request it."
        case _:
            return None


def reprocessed(request_: AssignmentRequest) -> str:
    """After `reprocess`."""
    return (
        f"What is missing of {named(request_.package_name)} for {mention(request_.target_id)} is "
        "being tried again. The card of the request shows how it goes."
    )


def reassigned(request_: AssignmentRequest, to: PersonId) -> str:
    """After `reassign`."""
    return f"{mention(to)} has been asked to decide: {asks(request_)}."


CANCEL_TITLE = "Cancel this request?"


def cancel_question(request_: AssignmentRequest, name: str) -> str:
    """Before an administrator cancels. Plain text."""
    return (
        f"{name} will not get {request_.package_name} by this request, and reads on its card that "
        "you canceled it."
    )


def canceled(request_: AssignmentRequest) -> str:
    """After an administrator canceled."""
    return (
        f"The request for {named(request_.package_name)} is canceled. "
        f"{mention(request_.requestor_id)} and whoever was asked can see that."
    )


def ambiguous(text: str) -> str:
    """Before the requests that end with the same characters."""
    return f"More than one request ends with {delivery.raw(text[:100])}. Give more of its id:"


def which(request_: AssignmentRequest) -> str:
    """One of them, with its whole id."""
    return f"`{request_.id}` {asks(request_)}, {when(request_.submitted_at)}"


# The story --------------------------------------------------------------------------------------

_ACTIVITIES: dict[str, str] = {
    "request.submitted": "asked",
    "request.auto_approved": "needed no approval",
    "request.approved": "all stages have approved",
    "request.denied": "the request was denied",
    "request.expired": "the request expired",
    "request.canceled": "canceled the request",
    "request.scheduled": "the request waits for its start",
    "request.delivering": "the request is being delivered",
    "request.delivered": "the request was delivered",
    "request.partially_delivered": "the request was partially delivered",
    "request.delivery_failed": "the request could not be delivered",
    "request.reprocessed": "had the delivery tried again",
    "stage.opened": "began",
    "stage.reminded": "reminded those who had not decided",
    "stage.escalated": "asked further people, because nobody had decided",
    "stage.unresolved": "found nobody to decide",
    "stage.stand_ins": "asked stand-ins, because the policy finds too few people",
    "stage.reassigned": "was handed to {}",
    "decision.approved": "approved",
    "decision.denied": "denied",
    "assignment.started": "access started",
    "assignment.delivering": "access is being set up",
    "assignment.delivered": "access is complete",
    "assignment.partially_delivered": "access is there in part",
    "assignment.delivery_failed": "access could not be set up",
    "assignment.extended": "access was extended",
    "assignment.ending_soon": "the holder was told that it ends soon",
    "assignment.expired": "access ended, its time was up",
    "assignment.given_back": "access was given back",
    "assignment.removed": "access was removed",
    "assignment.reviewed": "access was taken away by an access review",
    "assignment.left": "access ended with the account",
    "assignment.canceled": "access ended with the request",
    "assignment.access_removed": "everything was taken away",
    "access.granted": "was granted",
    "access.not_granted": "could not be granted",
    "access.removed": "was taken away",
    "task.granted": "gave {}by hand",
    "task.removed": "took {}away by hand",
}


def entry(row: AuditEntry, known: Known) -> str:
    """One row of the audit: when, who, what, why."""
    if row.activity.startswith(f"{review_story.SUBJECT}."):
        return audit.row(row, review_story.happened(row, named_review=True))
    verb = _ACTIVITIES.get(row.activity) or _unnamed(row.activity)
    if row.activity == "request.submitted" and row.target_id and row.actor != row.target_id:
        verb = f"assigned it to {mention(PersonId(row.target_id))}"
    subject = row.activity.partition(".")[0]
    stage = f"stage {row.stage + 1} " if row.stage is not None and subject == "stage" else ""
    what = _what(row, known)
    done = verb.replace("{}", what) if "{}" in verb else f"{what}{verb}"
    why = f": {cut_markup(one_line(row.why), WHY_SHOWN)}" if row.why.strip() else ""
    return audit.row(row, f"{stage}{done}{why}")


def _unnamed(activity: str) -> str:
    return named(activity.replace("_", " ").replace(".", ": "), bold=False)


def _what(row: AuditEntry, known: Known) -> str:
    """The right it is about, or whoever is to decide instead."""
    if row.activity == "stage.reassigned":
        to = row.details.get("to")
        return mention(PersonId(to)) if to else "somebody else"
    role, target = row.details.get("role"), row.details.get("target")
    if not role or not target:
        return ""
    label = known.target_label(row.details.get("connector", ""), target)
    return f"{delivery.right_of(role, label)} "


def done_to_request(request_: AssignmentRequest, detail: str) -> str:
    """What an administrator did out of the channel's sight; `detail` is that of the notice."""
    what, by, *others = detail.split("/")
    who, package = mention(PersonId(by)), named(request_.package_name)
    target = mention(request_.target_id)
    match what:
        case "assigned":
            return f"{who} assigned {package} to {target}.{_why(request_)}"
        case "removed":
            return f"{who} took {package} away from {target}.{_why(request_)}"
        case "canceled":
            asked = mention(request_.requestor_id)
            return f"{who} canceled the request of {asked} for {package}."
        case "reassigned":
            named_ = mention(PersonId("".join(others)))
            return f"{who} asked {named_} to decide: {asks(request_)}."
        case _:
            return f"{who} had the delivery of {package} to {target} tried again."


def _why(request_: AssignmentRequest) -> str:
    if not request_.justification:
        return ""
    return f"\n> {quote_line(request_.justification, WHY_SHOWN)}"


def done_to_review(package_name: str, detail: str) -> str:
    """The same of an access review."""
    what, by, *_ = detail.split("/")
    who, package = mention(PersonId(by)), named(package_name)
    match what:
        case "started":
            return f"{who} started an access review of {package}."
        case "stopped":
            return f"{who} stopped the access review of {package}. Nothing more is removed by it."
        case _:
            return f"{who} cleared the answers of the access review of {package}."


def story_head(row: RequestSummary) -> str:
    """What the story is about."""
    asked = row.request
    return f"{asks(asked)}. {numbered(asked)} (`{asked.id}`), {how_far(row)}."


def story_cut(number: int) -> str:
    """Instead of the rows there is no room for."""
    return f"… {several(number, 'earlier row')}; `usher audit export` has them all."
