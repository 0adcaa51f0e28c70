"""Which cards exist: one list per subject, from its state.

A card once shown stays in the list for good, so that every copy is brought up to date when the
subject changes, whoever decided it and wherever.
"""

from engine.domain.assignment_requests import (
    REMOVALS,
    AssignmentRequest,
    RequestState,
    RequestType,
)
from engine.domain.conversation import Audience, Card, CardKind
from engine.domain.ids import ChannelId, PersonId, RequestId

FAILED = frozenset({RequestState.PARTIALLY_DELIVERED, RequestState.DELIVERY_FAILED})


def request_cards(request: AssignmentRequest, admin_channel: ChannelId) -> tuple[Card, ...]:
    """The cards that show this request: to whoever asked or gets it, and to every approver."""
    if request.request_type in REMOVALS:
        return ()
    readers = {request.target_id: None}
    if request.request_type is RequestType.USER_ADD:
        readers[request.requestor_id] = None
    shown = [request_card(request.id, person_id) for person_id in readers]
    for run in request.runs:
        shown.extend(approval_card(request.id, run.number, a.person_id) for a in run.approvers)
    if request.state in FAILED:
        channel = Audience(channel_id=admin_channel)
        shown.append(Card(kind=CardKind.DELIVERY_FAILURE, subject_id=request.id, audience=channel))
    return tuple(shown)


def request_card(request_id: RequestId, person_id: PersonId) -> Card:
    """The card on which this person sees where the request stands."""
    audience = Audience(person_id=person_id)
    return Card(kind=CardKind.REQUEST, subject_id=request_id, audience=audience)


def approval_card(request_id: RequestId, stage_number: int, person_id: PersonId) -> Card:
    """The card on which this approver decides this stage."""
    audience = Audience(person_id=person_id)
    return Card(kind=CardKind.APPROVAL, subject_id=request_id, part=stage_number, audience=audience)
