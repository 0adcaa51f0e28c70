"""What the administrators' command answers."""

from collections.abc import Mapping, Sequence

from bot.views.blocks import Message, message
from bot.views.known import Known
from engine.application.audit import AuditEntry
from engine.application.queries import Page, RequestSummary
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.catalogs import AccessPackage
from engine.domain.ids import PackageId, PersonId

PAGE_SIZE = 8


def packages(
    page: Page[AccessPackage], counts: Mapping[PackageId, int], known: Known
) -> Message:
    """Every package, with how many hold it."""
    return message("Packages.")


def requests(page: Page[RequestSummary], known: Known) -> Message:
    """Everybody's requests, newest first."""
    return message("Requests.")


def story(request: AssignmentRequest, entries: Sequence[AuditEntry], known: Known) -> Message:
    """The audit of one request, oldest first."""
    return message("The story of this request.")


def assigned(target: PersonId, package_name: str) -> Message:
    """After `assign`."""
    return message("Assigned.")


def removed(target: PersonId, package_name: str) -> Message:
    """After `remove`."""
    return message("Removed.")


def reprocessed(request: AssignmentRequest) -> Message:
    """After `reprocess`."""
    return message("Trying again.")


def reassigned(request: AssignmentRequest, to: PersonId) -> Message:
    """After `reassign`."""
    return message("Reassigned.")


def ambiguous(reference: str, requests: Sequence[AssignmentRequest], known: Known) -> Message:
    """Several requests end with this text."""
    return message("Which one?")
