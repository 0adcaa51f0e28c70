"""What people are shown and told, as values: cards that follow the state, notices that ring once.

A *card* is one message that shows one subject to one audience; it is drawn from the state when it
is sent, and drawn again whenever the state has changed. Nobody commands its content, only that it
exists. A *notice* is said once; its key is built from the domain and unique, so a command that runs
twice still says it once. It never changes, unless it is one of `FOLLOWING`. Delivering both is the
business of the lanes (`engine/application/lanes.py`).
"""

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.ids import ChannelId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who sees it: a person in their own conversation with us, or a channel."""

    person_id: PersonId | None = None
    channel_id: ChannelId | None = None

    def __post_init__(self) -> None:
        """Exactly one of the two."""
        if (self.person_id is None) == (self.channel_id is None):
            raise ValueError("an audience is a person or a channel")

    @property
    def key(self) -> str:
        """The conversation's name, also the name of its lane."""
        return f"person:{self.person_id}" if self.person_id else f"channel:{self.channel_id}"


class CardKind(StrEnum):
    """What a card shows."""

    REQUEST = "request"
    """To the requestor: where the request stands. Subject: the request."""
    APPROVAL = "approval"
    """To an approver: one stage to decide. Subject: the request; part: the stage's number."""
    TASK = "task"
    """To a fulfiller: a manual grant or removal. Subject: the holding; part: its generation."""
    DELIVERY_FAILURE = "delivery_failure"
    """To the administrators: what failed, with Reprocess. Subject: the request."""
    REVIEW = "review"
    """To a reviewer: what there is to review. Subject: the review run; part: its stage's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card that should exist. The three first fields and the audience are its identity."""

    kind: CardKind
    subject_id: str
    part: int = 0
    audience: Audience


class NoticeKind(StrEnum):
    """Everything that is said once. The words are in the views."""

    APPROVAL_REMINDER = "approval_reminder"
    REQUEST_DENIED = "request_denied"
    REQUEST_EXPIRED = "request_expired"
    APPROVERS_NOT_FOUND = "approvers_not_found"
    ACCESS_DELIVERED = "access_delivered"
    ACCESS_PARTIALLY_DELIVERED = "access_partially_delivered"
    DELIVERY_FAILED = "delivery_failed"
    ACCESS_EXTENDED = "access_extended"
    ACCESS_ENDING = "access_ending"
    ACCESS_ENDED = "access_ended"
    TASK_REMINDER = "task_reminder"
    REMOVAL_FAILING = "removal_failing"
    ROW_PARKED = "row_parked"
    MANY_ENDINGS = "many_endings"
    MANY_LEAVING = "many_leaving"
    DRIFT = "drift"
    """To the administrators: target systems have other people than we think. Detail: JSON."""
    ADMINISTERED_REQUEST = "administered_request"
    """To the administrators: what one of them did out of their sight. Subject: the request; detail:
    what, by whom, and whom else it names, with slashes between."""
    ADMINISTERED_REVIEW = "administered_review"
    """The same of an access review. Subject: the review run."""
    GREETING = "greeting"
    """To whoever wrote to us. Subject: that person."""
    REVIEW_REMINDER = "review_reminder"
    """To a reviewer. Subject: the review run; detail: how many of their lines are undecided."""
    REVIEW_CLEARED = "review_cleared"
    """To a reviewer whose answers an administrator cleared. Subject: the review run; detail: who,
    a slash, and why."""
    REVIEWERS_NOT_FOUND = "reviewers_not_found"
    """To the administrators. Subject: the review run; detail: how many lines went to others."""
    REVIEW_APPLIED = "review_applied"
    """To the administrators and the catalog's owners: the results. Subject: the review run."""
    REVIEW_NOT_APPLIED = "review_not_applied"
    """To the administrators. Subject: the review run; detail: how many could not be removed."""


FOLLOWING = frozenset({NoticeKind.ACCESS_ENDING})
"""Notices drawn again like cards when their subject changes: their buttons do not outlive it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to be said once to one audience."""

    key: str
    """Unique for ever, built from the domain: `request/01H.../stage/0/reminder/1/U123`."""
    kind: NoticeKind
    audience: Audience
    subject_id: str
    """The request, assignment, holding or review run it is about; for a parked row, `kind/id`."""
    detail: str = ""
    """What the state will not tell later: which reminder, why it ended."""
