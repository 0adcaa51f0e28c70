"""How a request stands, in words. Markup, except where a name ends in `_plainly`."""

from datetime import datetime, timedelta
from typing import assert_never

from bot.views.texts import day, how_long, mention, named, reference, when
from bot.views.wording import words
from bot.views.wording.states import ENDINGS, WITHOUT_ACCESS
from engine.application.queries import RequestSummary
from engine.domain.assignment_requests import AssignmentRequest, RequestState, RequestType
from engine.domain.assignments import Assignment, EndReason
from engine.domain.ids import PersonId
from engine.domain.policies import Expiration
from engine.domain.stages import Verdict


def title_plainly(request: AssignmentRequest) -> str:
    """The request's title for its requestor."""
    if request.request_type is RequestType.USER_UPDATE:
        return f"More time: {request.package_name}"
    return request.package_name


def asks(request: AssignmentRequest) -> str:
    """Who asks for what, or did it without asking, as the start of a sentence."""
    package = named(request.package_name)
    who, target = mention(request.requestor_id), mention(request.target_id)
    match request.request_type:
        case RequestType.USER_ADD:
            return f"{who} asks for {package}"
        case RequestType.USER_UPDATE:
            return f"{who} asks to keep {package} longer"
        case RequestType.USER_REMOVE:
            return f"{who} gave {package} back"
        case RequestType.ADMIN_ADD:
            return f"{who} assigned {package} to {target}"
        case RequestType.ADMIN_REMOVE:
            return f"{who} took {package} away from {target}"
        case RequestType.SYSTEM_REMOVE:
            return f"The access of {target} to {package} ended"


def asks_plainly(request: AssignmentRequest, name: str) -> str:
    """The same for a header."""
    if request.request_type is RequestType.USER_UPDATE:
        return f"{name} asks to keep {request.package_name} longer"
    return f"{name} asks for {request.package_name}"


def numbered(request: AssignmentRequest) -> str:
    """How to name this request to an administrator."""
    return f"Request {reference(request.id)}"


def origin(request: AssignmentRequest, *, own: bool) -> str:
    """The small print: who asked, when, and how to name the request."""
    at = when(request.submitted_at)
    if request.request_type is RequestType.ADMIN_ADD:
        return f"Assigned by {mention(request.requestor_id)} {at}. {numbered(request)}"
    by = "" if own else f" by {mention(request.requestor_id)}"
    return f"Asked{by} {at}. {numbered(request)}"


def spoken_to(viewer: PersonId, request: AssignmentRequest) -> str:
    """The same for somebody it may belong to."""
    package, number = named(request.package_name), reference(request.id)
    if request.request_type is RequestType.ADMIN_ADD and viewer == request.target_id:
        return f"{mention(request.requestor_id)} assigned {package} to you (request {number})."
    if viewer != request.requestor_id:
        return spoken(request)
    if request.request_type is RequestType.USER_UPDATE:
        return f"Your request to keep {package} longer (request {number})."
    return f"Your request for {package} (request {number})."


def spoken(request: AssignmentRequest) -> str:
    """The whole of it in one line, for notifications and screen readers."""
    return f"{asks(request)} (request {reference(request.id)})."


# For how long -----------------------------------------------------------------------------------


def wanted_time(request: AssignmentRequest, assignment: Assignment | None) -> str:
    """For how long access is asked for, or was given."""
    expiration = request.policy.expiration if request.policy else Expiration()
    more = request.duration or expiration.after
    if request.request_type is RequestType.USER_UPDATE:
        return _more_time(request, assignment, more, expiration)
    if assignment is not None:
        return until(assignment.ends_at)
    if more is not None:
        return how_long(more)
    return _policy_end(expiration)


def _more_time(
    request: AssignmentRequest,
    assignment: Assignment | None,
    more: timedelta | None,
    expiration: Expiration,
) -> str:
    ends_at = assignment.ends_at if assignment else None
    if request.state is not RequestState.PENDING_APPROVAL or ends_at is None:
        return how_long(more) + " more" if more else _policy_end(expiration)
    if more is None:
        return f"{_policy_end(expiration)} instead of {when(ends_at)}"
    return f"{how_long(more)} more: until {when(ends_at + more)} instead of {when(ends_at)}"


def _policy_end(expiration: Expiration) -> str:
    return f"Until the end of {day(expiration.on)} (UTC)" if expiration.on else "No end date"


def until(ends_at: datetime | None) -> str:
    """An end, or that there is none."""
    return f"Until {when(ends_at)}" if ends_at else "No end date"


def start(request: AssignmentRequest) -> str:
    """When access starts."""
    if request.starts_at is not None:
        return when(request.starts_at)
    return "At once" if not request.stages else "As soon as it is approved"


# Where it stands --------------------------------------------------------------------------------


def standing(summary: RequestSummary) -> str:  # noqa: PLR0911 - a sentence each
    """The card's one big line."""
    request, assignment = summary.request, summary.assignment
    if assignment is not None and not assignment.active and not gave_nothing(request):
        return _after_the_end(request, assignment)
    match request.state:
        case RequestState.PENDING_APPROVAL:
            return _pending(request)
        case RequestState.SCHEDULED:
            starts_at = assignment.starts_at if assignment else request.starts_at
            return (
                f"*{words.APPROVED}*. Access starts {when(starts_at)}."
                if starts_at
                else (f"*{words.APPROVED}*. Access starts later.")
            )
        case RequestState.DELIVERING:
            again = request.delivered_at is not None
            return f"*{words.APPROVED}*. Access is being set up{' again' if again else ''}."
        case RequestState.DELIVERED:
            return _delivered(request, assignment)
        case RequestState.PARTIALLY_DELIVERED:
            return (
                f"*{words.PARTIALLY_DELIVERED}*{_at(request.delivered_at)}. Some of it could not "
                "be set up. The administrators know and can try again."
            )
        case RequestState.DELIVERY_FAILED:
            return (
                f"*{words.DELIVERY_FAILED}*{_at(request.delivered_at)}. "
                "It could not be set up. The administrators know and can try again."
            )
        case RequestState.DENIED:
            return f"{_denied(request)}."
        case RequestState.EXPIRED:
            more = request.request_type is RequestType.USER_UPDATE
            outcome = "the end of the access did not change" if more else "no access was given"
            return (
                f"*{words.EXPIRED}*{_at(request.closed_at)}. "
                f"{undecided(request).capitalize()}, so {outcome}."
            )
        case RequestState.CANCELED:
            left = "" if request.canceled_by else f": {ENDINGS[EndReason.LEFT]}"
            return f"{_canceled(request)}{left}."
        case _:
            assert_never(request.state)


def undecided(request: AssignmentRequest) -> str:
    """Why it expired: of several who must approve, some may have."""
    some = bool(request.runs) and bool(request.runs[-1].decisions)
    return "too few people approved in time" if some else "nobody decided in time"


def gave_nothing(request: AssignmentRequest) -> bool:
    """It asked in vain for more time, so that the access goes its way without it."""
    return (
        request.request_type is RequestType.USER_UPDATE
        and request.state in WITHOUT_ACCESS
        and not (request.state is RequestState.CANCELED and request.canceled_by is None)
    )


def _pending(request: AssignmentRequest) -> str:
    run, stage = request.run, request.stage
    if run is None or stage is None or len(request.stages) == 1:
        return "*Waiting for approval*."
    place = f"*Waiting for approval*, stage {run.number + 1} of {len(request.stages)}"
    if stage.name == f"Stage {run.number + 1}":
        return f"{place}."
    return f"{place}: {named(stage.name, bold=False)}."


def _delivered(request: AssignmentRequest, assignment: Assignment | None) -> str:
    at = _at(request.closed_at or request.delivered_at)
    ends_at = assignment.ends_at if assignment else None
    lasts = f"lasts until {when(ends_at)}" if ends_at else "has no end date"
    now = "now " if request.request_type is RequestType.USER_UPDATE else ""
    return f"*{words.DELIVERED}*{at}. The access {now}{lasts}."


def _denied(request: AssignmentRequest) -> str:
    said = next(
        (d for run in request.runs for d in run.decisions if d.verdict is Verdict.DENIED), None
    )
    by = f" by {mention(said.person_id)}" if said else ""
    return f"*{words.DENIED}*{by}{_at(said.decided_at if said else request.closed_at)}"


def _canceled(request: AssignmentRequest) -> str:
    by = f" by {mention(request.canceled_by)}" if request.canceled_by else ""
    return f"*{words.CANCELED}*{by}{_at(request.closed_at)}"


def _after_the_end(request: AssignmentRequest, assignment: Assignment) -> str:
    why = ENDINGS[assignment.end_reason] if assignment.end_reason else "its time was up"
    ended = f"{_at(assignment.ended_at)}: {why}"
    match request.state:
        case RequestState.CANCELED:
            by_itself = assignment.end_reason is not EndReason.CANCELED
            more = request.request_type is RequestType.USER_UPDATE
            because = f": {'the access had ended; ' if more else ''}{why}" if by_itself else ""
            return f"{_canceled(request)}{because}."
        case RequestState.DENIED:
            return f"{_denied(request)}. The access has ended{ended}."
        case RequestState.EXPIRED:
            return f"*{words.EXPIRED}*{_at(request.closed_at)}. The access has ended{ended}."
        case _:
            given = request.closed_at or request.delivered_at
            before = f"*{words.DELIVERED}*{_at(given)}, and *ended*" if given else "*Ended*"
            return f"{before}{ended}."


def short_standing(summary: RequestSummary) -> str:
    """Where a request stands, for a row of a list."""
    request = summary.request
    run, stage = request.run, request.stage
    if run is not None and stage is not None:
        return f"{_pending(request)} It expires {when(run.opened_at + stage.decide_within)}."
    return standing(summary)


def _at(moment: datetime | None) -> str:
    return f" {when(moment)}" if moment else ""


NOTHING_TO_DECIDE = "Nothing is left to decide here."
