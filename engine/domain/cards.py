"""Which cards exist: one list per subject, from its state.

A card once shown stays in the list for good, so that every copy is brought up to date when the
subject changes, whoever decided it and wherever.
"""

from collections.abc import Iterable

from engine.domain.assignment_requests import (
    FAILED,
    REMOVALS,
    AssignmentRequest,
    RequestType,
)
from engine.domain.conversation import Audience, Card, CardKind
from engine.domain.ids import ChannelId, PersonId, RequestId


def request_cards(
    request: AssignmentRequest, admin_channel: ChannelId, owners: Iterable[PersonId] = ()
) -> tuple[Card, ...]:
    """The cards that show this request: to whoever asked or gets it, and to every approver.

    A failed delivery is shown to whoever may have it tried again: administrators, and the
    catalog's owners (DLV-2).
    """
    if request.request_type in REMOVALS:
        return ()
    readers = {request.target_id: None}
    if request.request_type is RequestType.USER_ADD:
        readers[request.requestor_id] = None
    shown = [request_card(request.id, person_id) for person_id in readers]
    for run in request.runs:
        shown.extend(approval_card(request.id, run.number, a.person_id) for a in run.approvers)
    if request.state in FAILED:
        people = (Audience(person_id=owner) for owner in owners)
        shown.extend(
            Card(kind=CardKind.DELIVERY_FAILURE, subject_id=request.id, audience=audience)
            for audience in (Audience(channel_id=admin_channel), *people)
        )
    return tuple(shown)


def request_card(request_id: RequestId, person_id: PersonId) -> Card:
    """The card on which this person sees where the request stands."""
    audience = Audience(person_id=person_id)
    return Card(kind=CardKind.REQUEST, subject_id=request_id, audience=audience)


def approval_card(request_id: RequestId, stage_number: int, person_id: PersonId) -> Card:
    """The card on which this approver decides this stage."""
    audience = Audience(person_id=person_id)
    return Card(kind=CardKind.APPROVAL, subject_id=request_id, part=stage_number, audience=audience)
