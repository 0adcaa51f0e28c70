"""What commands do to requests: submit, extend, decide, cancel, reassign, reprocess.

Each function runs inside one transaction: look at what is there, let the rule decide, let the
unit of work store it. Locks are taken in the order request, assignment, holdings.
"""

from datetime import timedelta

from engine.application import facts
from engine.application.commands import (
    AssignDirectly,
    CancelRequest,
    DecideRequest,
    ReassignRequest,
    ReprocessRequest,
    SubmitExtension,
    SubmitRequest,
)
from engine.application.unit import Unit
from engine.domain import assignments, eligibility, request_transitions
from engine.domain.assignment_requests import (
    AssignmentRequest,
    Cancel,
    Decide,
    Reassign,
    Reprocess,
    RequestCommand,
    RequestState,
    RequestType,
)
from engine.domain.catalogs import AccessPackage
from engine.domain.conversation import NoticeKind
from engine.domain.eligibility import Wish
from engine.domain.ids import PersonId, RequestId
from engine.domain.policies import AssignmentPolicy
from engine.domain.refusals import (
    NotAdministrator,
    NotFound,
    NotInAdminChannel,
    NotReprocessable,
    NotYours,
    OwnRequest,
    PackageGone,
)

_TOLD = NoticeKind.ADMINISTERED_REQUEST


def submit(unit: Unit, command: SubmitRequest) -> RequestId:
    """Ask for a package for oneself."""
    person_id = acting_person(unit)
    offer = unit.configured.offer(command.package_id)
    person = facts.person_asking(unit.tx, unit.configured, person_id, command.package_id)
    if offer is None:
        raise PackageGone
    held = unit.tx.active_assignment_of(person_id, offer.package.id)
    open_request = unit.tx.open_request_of(person_id, offer.package.id)
    sent = _sent_with(unit, command.form_id, open_request, held.request_id if held else None)
    if sent is not None:
        return sent
    standing = facts.standing(unit.tx, unit.configured, person, offer.package)
    policy = eligibility.check_request(offer, standing, command.wish, now=unit.now)
    request = _fresh(
        unit,
        RequestType.USER_ADD,
        offer.package,
        policy,
        target_id=person_id,
        wish=command.wish,
        needs_approval=policy.approval_for_request,
        form_id=command.form_id,
    )
    return unit.begin_request(request, why=request.justification).id


def submit_extension(unit: Unit, command: SubmitExtension) -> RequestId:
    """Ask for more time for something one holds (LIF-5: only while still in scope)."""
    person_id = acting_person(unit)
    assignment = unit.tx.lock_assignment(command.assignment_id)
    if assignment is None:
        raise NotFound("assignment", command.assignment_id)
    if assignment.target_id != person_id:
        raise NotYours
    open_request = unit.tx.open_request_of(person_id, assignment.package_id)
    sent = _sent_with(unit, command.form_id, open_request, *assignment.extended_by[-1:])
    if sent is not None:
        return sent
    offer = unit.configured.offer(assignment.package_id)
    policy = unit.configured.policies.get(assignment.policy_id)
    if offer is None or policy is None:
        raise PackageGone
    assignments.extension_end(assignment, policy, command.duration)
    facts.check_extension(unit.tx, assignment, policy)
    eligibility.check_justification(policy, command.justification)
    request = _fresh(
        unit,
        RequestType.USER_UPDATE,
        offer.package,
        policy,
        target_id=person_id,
        wish=Wish(justification=command.justification, duration=command.duration),
        needs_approval=policy.approval_for_extension,
        extends=assignment,
        form_id=command.form_id,
    )
    return unit.begin_request(request, why=request.justification).id


def _sent_with(unit: Unit, form_id: str, *request_ids: RequestId | None) -> RequestId | None:
    """Which of these requests was asked with this form, which now came again.

    Of two copies that come at the same moment the database takes one, and the other looks again.
    """
    if form_id:
        for request_id in filter(None, request_ids):
            request = unit.tx.request(request_id)
            if request is not None and request.form_id == form_id:
                return request.id
    return None


def assign_directly(unit: Unit, command: AssignDirectly) -> RequestId:
    """An administrator gives a package: their word is the approval, except for themselves."""
    administrator = require_administrator(unit)
    if command.target_id == administrator:
        raise OwnRequest
    offer = unit.configured.offer(command.package_id)
    person = facts.person_asking(unit.tx, unit.configured, command.target_id, command.package_id)
    if offer is None:
        raise PackageGone
    standing = facts.standing(unit.tx, unit.configured, person, offer.package)
    wish = Wish(justification=command.why)
    policy = eligibility.check_assignment(offer, standing, wish, now=unit.now)
    request = _fresh(
        unit,
        RequestType.ADMIN_ADD,
        offer.package,
        policy,
        target_id=command.target_id,
        wish=wish,
        needs_approval=False,
    )
    begun = unit.begin_request(request, why=command.why)
    unit.tell_administrators(_TOLD, begun.id, "assigned")
    return begun.id


def decide(unit: Unit, command: DecideRequest) -> AssignmentRequest:
    """An approver's answer."""
    answer = Decide(
        by=acting_person(unit),
        stage_number=command.stage_number,
        verdict=command.verdict,
        reason=command.reason,
    )
    request = _locked(unit, command.request_id)
    return _change(unit, request, answer, why=command.reason.strip())


def cancel(unit: Unit, command: CancelRequest) -> AssignmentRequest:
    """The requestor's withdrawal, or an administrator's in their channel."""
    person_id = acting_person(unit)
    request = _locked(unit, command.request_id)
    as_administrator = request.requestor_id != person_id and is_administrator(unit)
    if as_administrator:
        require_administrator(unit)
        unit.tell_administrators(_TOLD, request.id, "canceled")
    return _change(unit, request, Cancel(by=person_id, as_administrator=as_administrator))


def reassign(unit: Unit, command: ReassignRequest) -> AssignmentRequest:
    """An administrator asks somebody else to decide."""
    administrator = require_administrator(unit)
    request = _locked(unit, command.request_id)
    answer = Reassign(by=administrator, to=command.to)
    unit.tell_administrators(_TOLD, request.id, "reassigned", command.to)
    return _change(unit, request, answer, reassign_to=command.to)


def reprocess(unit: Unit, command: ReprocessRequest) -> AssignmentRequest:
    """A failed delivery is tried again (DLV-2).

    By owners of the catalog wherever they press, by administrators in their channel.
    """
    person_id = acting_person(unit)
    request = _locked(unit, command.request_id)
    package = unit.configured.packages.get(request.package_id)
    owners = facts.catalog_owners(unit.tx, unit.configured, package.catalog_id) if package else ()
    if person_id not in owners:
        require_administrator(unit)
    assignment = unit.tx.assignment(request.assignment_id) if request.assignment_id else None
    if assignment is None or not assignment.active:
        raise NotReprocessable(request.state)
    unit.tell_administrators(_TOLD, request.id, "reprocessed")
    return _change(unit, request, Reprocess(by=person_id))


def look(unit: Unit, request: AssignmentRequest) -> AssignmentRequest:
    """Time passed, or somebody came or left. Always written: the wake has been used up."""
    outcome = request_transitions.look(request, unit.request_facts(request), now=unit.now)
    if outcome.request == request:
        unit.sleep_again(request)
        return request
    return unit.save_request(request, outcome)


def acting_person(unit: Unit) -> PersonId:
    """The person who commands; only people do what is in this file."""
    if unit.actor.person_id is None:
        raise NotYours
    return unit.actor.person_id


def is_administrator(unit: Unit) -> bool:
    """Whether whoever commands administers now."""
    return unit.actor.person_id in facts.administrators(unit.tx, unit.configured)


def require_administrator(unit: Unit) -> PersonId:
    """Whoever commands, if they administer and do it in the administrators' channel."""
    person_id = acting_person(unit)
    if not is_administrator(unit):
        raise NotAdministrator
    channel = unit.configured.organization.admin_channel
    if unit.actor.channel_id != channel:
        raise NotInAdminChannel(channel)
    return person_id


def _locked(unit: Unit, request_id: RequestId) -> AssignmentRequest:
    request = unit.tx.lock_request(request_id)
    if request is None:
        raise NotFound("request", request_id)
    return request


def _change(
    unit: Unit,
    request: AssignmentRequest,
    command: RequestCommand,
    *,
    why: str = "",
    reassign_to: PersonId | None = None,
) -> AssignmentRequest:
    """What comes of a command to a request that is locked."""
    known = unit.request_facts(request, reassign_to=reassign_to)
    outcome = request_transitions.transition(request, command, known, now=unit.now)
    return unit.save_request(request, outcome, why)


def _fresh(
    unit: Unit,
    request_type: RequestType,
    package: AccessPackage,
    policy: AssignmentPolicy,
    *,
    target_id: PersonId,
    wish: Wish,
    needs_approval: bool,
    extends: assignments.Assignment | None = None,
    form_id: str = "",
) -> AssignmentRequest:
    starts_at = wish.starts_at
    if starts_at is not None and starts_at <= unit.now + timedelta(seconds=1):
        starts_at = None
    return AssignmentRequest(
        id=RequestId(unit.ids.new(unit.now)),
        request_type=request_type,
        state=RequestState.PENDING_APPROVAL,
        package_id=package.id,
        package_name=package.name,
        policy_id=policy.id,
        policy=policy,
        needs_approval=needs_approval,
        requestor_id=acting_person(unit),
        target_id=target_id,
        justification=wish.justification.strip(),
        starts_at=starts_at,
        duration=wish.duration,
        assignment_id=extends.id if extends else None,
        submitted_at=unit.now,
        form_id=form_id,
    )
