"""The words for states, verdicts and reasons to end."""

from bot.views.texts import when
from bot.views.wording import words
from engine.application.queries import RequestSummary
from engine.domain.assignment_requests import FAILED, REMOVALS, RequestState
from engine.domain.assignments import EndReason
from engine.domain.reviews import ReviewState

_STATES: dict[str, str] = {
    RequestState.PENDING_APPROVAL: "Waiting for approval",
    RequestState.SCHEDULED: "Approved, not started yet",
    RequestState.DELIVERING: "Approved, being set up",
    RequestState.DELIVERED: words.DELIVERED,
    RequestState.PARTIALLY_DELIVERED: words.PARTIALLY_DELIVERED,
    RequestState.DELIVERY_FAILED: words.DELIVERY_FAILED,
    RequestState.DENIED: words.DENIED,
    RequestState.EXPIRED: words.EXPIRED,
    RequestState.CANCELED: words.CANCELED,
}

ENDINGS: dict[EndReason, str] = {
    EndReason.EXPIRED: "its time was up",
    EndReason.GIVEN_BACK: "it was given back",
    EndReason.REMOVED: "an administrator removed it",
    EndReason.LEFT: "the account was closed",
    EndReason.CANCELED: "the request was canceled",
    EndReason.REVIEWED: "an access review took it away",
}


WITHOUT_ACCESS = frozenset({RequestState.DENIED, RequestState.EXPIRED, RequestState.CANCELED})
"""A request that ended so gave nothing."""
_NOW: dict[str, str] = {
    RequestState.PENDING_APPROVAL: "is waiting for approval",
    RequestState.SCHEDULED: "is approved and starts later",
    RequestState.DELIVERING: "is approved and being set up",
    RequestState.DELIVERED: "has been delivered",
    RequestState.PARTIALLY_DELIVERED: "has been delivered in part",
    RequestState.DELIVERY_FAILED: "could not be delivered",
    RequestState.DENIED: "was denied",
    RequestState.EXPIRED: "expired",
    RequestState.CANCELED: "was canceled",
}


def how_it_is(state: str) -> str:
    """The end of a sentence that starts with "this request"."""
    return _NOW.get(state, f"is {state.replace('_', ' ')}")


_REVIEW_NOW: dict[str, str] = {
    ReviewState.SCHEDULED: "has not begun yet",
    ReviewState.OPENING: "is being prepared",
    ReviewState.IN_PROGRESS: "is open",
    ReviewState.APPLYING: "was closed and is being carried out",
    ReviewState.APPLIED: "was closed",
    ReviewState.STOPPED: "was stopped",
}


def review_is(state: str) -> str:
    """The end of a sentence that starts with "this review"."""
    return _REVIEW_NOW.get(state, f"is {state.replace('_', ' ')}")


_REMOVED: dict[str, str] = {
    RequestState.DELIVERING: "Being taken away",
    RequestState.DELIVERED: "Taken away",
}


def how_far(summary: RequestSummary) -> str:
    """How far a request is, for a row of a list; a removal is delivered when access is gone.

    What it gave may have ended since, and is said to.
    """
    request, assignment = summary.request, summary.assignment
    if request.request_type in REMOVALS and request.state in _REMOVED:
        return _REMOVED[request.state]
    ended_at = assignment.ended_at if assignment else None
    ended = f", ended {when(ended_at)}" if ended_at and request.state not in WITHOUT_ACCESS else ""
    return f"{state_words(request.state)}{ended}"


TYPED: dict[str, tuple[RequestState, ...]] = {
    "waiting": (RequestState.PENDING_APPROVAL,),
    "scheduled": (RequestState.SCHEDULED,),
    "delivering": (RequestState.DELIVERING,),
    "delivered": (RequestState.DELIVERED,),
    "failed": tuple(sorted(FAILED)),
    "denied": (RequestState.DENIED,),
    "expired": (RequestState.EXPIRED,),
    "canceled": (RequestState.CANCELED,),
}
"""How far a request is, as an administrator types it."""


def state_words(state: str) -> str:
    """A request's state as people say it."""
    return _STATES.get(state, state.replace("_", " "))
