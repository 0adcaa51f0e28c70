"""What is said once: a reminder, an escalation, "you have access", "it ends soon"."""

from enum import StrEnum

from bot.views.blocks import Message, message
from bot.views.known import Known
from engine.application.queries import HeldSummary, RequestSummary
from engine.domain.conversation import NoticeKind
from engine.domain.holdings import Holding


class NoticeSubject(StrEnum):
    """What a notice's `subject_id` names."""

    REQUEST = "request"
    ASSIGNMENT = "assignment"
    HOLDING = "holding"
    ROW = "row"
    """`kind/id` of a parked row; anything or nothing for `many_endings`."""


SUBJECT: dict[NoticeKind, NoticeSubject] = {
    NoticeKind.APPROVAL_REMINDER: NoticeSubject.REQUEST,
    NoticeKind.REQUEST_DENIED: NoticeSubject.REQUEST,
    NoticeKind.REQUEST_EXPIRED: NoticeSubject.REQUEST,
    NoticeKind.APPROVERS_NOT_FOUND: NoticeSubject.REQUEST,
    NoticeKind.ACCESS_DELIVERED: NoticeSubject.ASSIGNMENT,
    NoticeKind.ACCESS_PARTIALLY_DELIVERED: NoticeSubject.ASSIGNMENT,
    NoticeKind.DELIVERY_FAILED: NoticeSubject.ASSIGNMENT,
    NoticeKind.ACCESS_EXTENDED: NoticeSubject.ASSIGNMENT,
    NoticeKind.ACCESS_ENDING: NoticeSubject.ASSIGNMENT,
    NoticeKind.ACCESS_ENDED: NoticeSubject.ASSIGNMENT,
    NoticeKind.TASK_REMINDER: NoticeSubject.HOLDING,
    NoticeKind.REMOVAL_FAILING: NoticeSubject.HOLDING,
    NoticeKind.ROW_PARKED: NoticeSubject.ROW,
    NoticeKind.MANY_ENDINGS: NoticeSubject.ROW,
}


def render(
    kind: NoticeKind,
    subject: RequestSummary | HeldSummary | Holding | None,
    known: Known,
    *,
    subject_id: str = "",
    detail: str = "",
) -> Message | None:
    """The message; None when it is no longer true and need not be said."""
    return message(kind)
