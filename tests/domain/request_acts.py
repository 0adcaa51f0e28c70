"""What happens to a request in the stories about requests."""

from dataclasses import replace
from datetime import datetime, timedelta

from engine.domain import request_transitions
from engine.domain.assignment_requests import (
    AssignmentRequest,
    Cancel,
    DeliveryChanged,
    Look,
    Reassign,
    Reprocess,
    RequestFacts,
    RequestOutcome,
    RequestState,
)
from engine.domain.ids import PersonId
from tests.builders import (
    ADA,
    DAY,
    HOUR,
    NOW,
    ROB,
    a_request,
    facts,
)

S = RequestState
DELIVERED_AT = NOW + DAY


def looked(
    request: AssignmentRequest, after: timedelta, known: RequestFacts | None = None
) -> RequestOutcome:
    """A wake comes so long after submitting."""
    return request_transitions.transition(request, Look(), known or facts(), now=NOW + after)


def canceled(
    request: AssignmentRequest, by: PersonId = ROB, *, as_administrator: bool = False
) -> RequestOutcome:
    """Somebody withdraws it an hour later."""
    command = Cancel(by=by, as_administrator=as_administrator)
    return request_transitions.transition(request, command, facts(), now=NOW + HOUR)


def reassigned(
    request: AssignmentRequest, to: PersonId, *, after: timedelta = HOUR
) -> RequestOutcome:
    """Ada asks somebody else to decide."""
    command = Reassign(by=ADA, to=to)
    known = facts(may_be_asked=[to])
    return request_transitions.transition(request, command, known, now=NOW + after)


def reported(request: AssignmentRequest, state: RequestState) -> RequestOutcome:
    """The assignment says where delivery stands, a day after submitting."""
    command = DeliveryChanged(state=state)
    return request_transitions.transition(request, command, facts(), now=DELIVERED_AT)


def standing_at(state: RequestState) -> AssignmentRequest:
    """A request whose delivery came to this state a day after submitting."""
    ended = state in {S.DELIVERED, S.PARTIALLY_DELIVERED, S.DELIVERY_FAILED}
    return replace(a_request(state=state), delivered_at=DELIVERED_AT if ended else None)


def reprocessed(request: AssignmentRequest, at: datetime) -> RequestOutcome:
    """Somebody who may presses Reprocess."""
    return request_transitions.transition(request, Reprocess(by=ADA), facts(), now=at)
