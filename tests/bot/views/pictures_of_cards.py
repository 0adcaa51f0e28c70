"""One picture of every card and notice in every state worth looking at."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.views import approval_card, delivery_failure_card, notices, request_card, task_card
from bot.views.blocks import Message
from engine.application.queries import HeldSummary, RequestSummary
from engine.domain import request_transitions
from engine.domain.assignment_requests import (
    AssignmentRequest,
    Cancel,
    Look,
    Reassign,
    RequestState,
    RequestType,
)
from engine.domain.assignments import Assignment, AssignmentState, EndReason
from engine.domain.conversation import NoticeKind
from engine.domain.holdings import Holding, Seen, TaskDone
from engine.domain.ids import AssignmentId, PersonId
from engine.domain.people import the_manager
from engine.domain.stages import ApproverFacts
from tests.bot.views.house import (
    EVERYONE,
    KNOWN,
    MANAGER,
    NOTHING_KNOWN,
    OWNER,
    TWO_OF_THREE,
    VPN,
    asked,
    ended,
    held,
    holding,
    holds,
    in_state,
    whole,
)
from tests.builders import (
    ADA,
    ANN,
    BEN,
    DAN,
    DAY,
    HOUR,
    MAX,
    MIA,
    NOW,
    OLGA,
    ROB,
    a_stage,
    approve,
    approver_facts,
    begun,
    deny,
    facts,
)

Draw = Callable[[], Message]
S, A, K = RequestState, AssignmentState, NoticeKind


def _look(request: AssignmentRequest, after: timedelta) -> AssignmentRequest:
    return request_transitions.transition(request, Look(), facts(), now=NOW + after).request


def _canceled(request: AssignmentRequest) -> AssignmentRequest:
    command = Cancel(by=ROB)
    return request_transitions.transition(request, command, facts(), now=NOW + HOUR).request


def _reassigned(request: AssignmentRequest) -> AssignmentRequest:
    command = Reassign(by=ADA, to=DAN)
    known = facts(may_be_asked=[DAN])
    return request_transitions.transition(request, command, known, now=NOW + HOUR).request


PENDING = begun(request=asked())
SECOND = approve(PENDING, MAX, reason="On the rota").request
APPROVED = approve(SECOND, OLGA, now=NOW + 2 * HOUR).request
DENIED = deny(SECOND, OLGA, reason="Use the staging logs instead", now=NOW + 2 * HOUR).request
ESCALATED = _look(PENDING, 3 * DAY)
EXPIRED = _look(ESCALATED, 14 * DAY)
CANCELED = _canceled(PENDING)
NOBODY = begun(
    known=facts(ApproverFacts(people={}, excluded=frozenset({ROB}))), request=asked(MANAGER)
)
BOARD = begun(request=asked(TWO_OF_THREE))
BOARD_HALF = approve(BOARD, ANN, reason="").request
ALL = approve(begun(request=asked(EVERYONE)), ANN).request
REASSIGNED = _reassigned(PENDING)
FALLBACK = begun(
    known=facts(approver_facts(managers=[])),
    request=asked(a_stage(the_manager(), fallback=[OWNER.approvers[0]])),
)
STAND_IN = begun(known=facts(approver_facts(managers=[])), request=asked(MANAGER))
DELIVERING = in_state(APPROVED, S.DELIVERING)
DELIVERED = in_state(APPROVED, S.DELIVERED)
PARTIAL = in_state(APPROVED, S.PARTIALLY_DELIVERED)
FAILED = in_state(APPROVED, S.DELIVERY_FAILED)
MORE = begun(
    request=replace(asked(request_type=RequestType.USER_UPDATE), assignment_id=AssignmentId("a"))
)
MORE_DONE = in_state(
    approve(approve(MORE, MAX).request, OLGA, now=NOW + 2 * HOUR).request, S.DELIVERED
)
GIVEN = in_state(asked(request_type=RequestType.ADMIN_ADD), S.DELIVERED)

THERE = holding()
BY_HAND = holding(VPN, seen=Seen.PENDING)
REFUSED = holding(VPN, seen=Seen.ABSENT, given_up=True, problem="The licence has run out.")
TRYING = holding(seen=Seen.UNKNOWN, problem="Slack did not answer in time.")
ON_ITS_WAY = holding(seen=Seen.UNKNOWN)
REMOVAL = holding(VPN, wanted=False, seen=Seen.PENDING, generation=2)
STUCK = holding(
    wanted=False, seen=Seen.PRESENT, problem="Usher may not edit this group.", failing_since=NOW
)


def _card(
    request: AssignmentRequest,
    assignment: Assignment | None = None,
    holdings: Iterable[Holding] = (),
) -> Draw:
    return lambda: request_card.render(whole(request, assignment, holdings), ROB, KNOWN)


def _approval(
    request: AssignmentRequest,
    number: int,
    viewer: PersonId,
    assignment: Assignment | None = None,
) -> Draw:
    return lambda: approval_card.render(whole(request, assignment), number, viewer, KNOWN)


def _notice(
    kind: NoticeKind, subject: RequestSummary | HeldSummary | Holding | None, **more: Any
) -> Callable[[], Message | None]:
    return lambda: notices.render(kind, subject, KNOWN, **more)


def _of_review(detail: str) -> Callable[[], Message | None]:
    def draw() -> Message | None:
        from tests.bot.views.review_house import OPEN  # which is made of what stands here

        return notices.render(K.ADMINISTERED_REVIEW, OPEN, KNOWN, detail=detail)

    return draw


REQUEST_CARDS: dict[str, Draw] = {
    "pending": _card(PENDING),
    "pending_second_stage": _card(SECOND),
    "pending_escalated": _card(ESCALATED),
    "pending_two_of_three": _card(BOARD_HALF),
    "pending_nobody": _card(NOBODY),
    "pending_seen_by_target": lambda: request_card.render(whole(PENDING), MAX, KNOWN),
    "scheduled": _card(
        in_state(APPROVED, S.SCHEDULED, starts_at=NOW + 7 * DAY),
        holds(A.SCHEDULED, starts_in=7 * DAY),
    ),
    "delivering": _card(DELIVERING, holds(A.DELIVERING), [ON_ITS_WAY, BY_HAND]),
    "delivering_trying": _card(DELIVERING, holds(A.DELIVERING), [TRYING, BY_HAND]),
    "delivering_again": _card(
        replace(DELIVERING, delivered_at=NOW + HOUR), holds(A.DELIVERING), [THERE, ON_ITS_WAY]
    ),
    "delivered": _card(DELIVERED, holds(), [THERE, holding(VPN, held_before=True)]),
    "delivered_endless": _card(DELIVERED, holds(lasting=None), [THERE]),
    "partially_delivered": _card(PARTIAL, holds(A.PARTIALLY_DELIVERED), [THERE, REFUSED]),
    "delivery_failed": _card(FAILED, holds(A.DELIVERY_FAILED), [REFUSED]),
    "denied": _card(DENIED),
    "expired": _card(EXPIRED),
    "canceled": _card(CANCELED),
    "ended": _card(DELIVERED, ended(), [holding(wanted=False, seen=Seen.ABSENT), REMOVAL]),
    "given_back": _card(
        DELIVERED,
        ended(EndReason.GIVEN_BACK),
        [STUCK, THERE, holding(wanted=False, keep=True, held_before=True)],
    ),
    "extension_pending": _card(MORE, holds()),
    "extension_delivered": _card(MORE_DONE, holds(lasting=180 * DAY)),
    "assigned": _card(GIVEN, holds(), [THERE]),
    "nothing_known": lambda: request_card.render(whole(PENDING), ROB, NOTHING_KNOWN),
}

APPROVAL_CARDS: dict[str, Draw] = {
    "first_stage": _approval(PENDING, 0, MAX),
    "second_stage": _approval(SECOND, 1, OLGA),
    "escalated": _approval(ESCALATED, 0, MIA),
    "fallback": _approval(FALLBACK, 0, OLGA),
    "stand_in": _approval(STAND_IN, 0, OLGA),
    "reassigned": _approval(REASSIGNED, 0, DAN),
    "no_longer_asked": _approval(REASSIGNED, 0, MAX),
    "two_of_three": _approval(BOARD_HALF, 0, BEN),
    "your_answer": _approval(BOARD_HALF, 0, ANN),
    "all_your_answer": _approval(ALL, 0, ANN),
    "extension": _approval(MORE, 0, MAX, holds()),
    "no_reason_given": _approval(
        begun(request=asked(justification="", duration=4 * HOUR, starts_in=2 * DAY)), 0, MAX
    ),
    "approved_more_to_come": _approval(SECOND, 0, MAX),
    "approved_delivering": _approval(DELIVERING, 1, OLGA, holds(A.DELIVERING)),
    "approved_delivered": _approval(DELIVERED, 1, OLGA, holds()),
    "approved_then_denied": _approval(DENIED, 0, MAX),
    "denied": _approval(DENIED, 1, OLGA),
    "expired": _approval(EXPIRED, 0, MIA),
    "canceled": _approval(CANCELED, 0, MAX),
    "nothing_known": lambda: approval_card.render(whole(PENDING), 0, MAX, NOTHING_KNOWN),
}

OTHER_CARDS: dict[str, Draw] = {
    "task_grant": lambda: task_card.render(BY_HAND, 1, KNOWN, [held()]),
    "task_grant_for_two": lambda: task_card.render(
        BY_HAND, 1, KNOWN, [held(), held(holds(lasting=None))]
    ),
    "task_removal": lambda: task_card.render(REMOVAL, 2, KNOWN, [held(ended())]),
    "task_done": lambda: task_card.render(holding(VPN), 1, KNOWN),
    "task_removal_done": lambda: task_card.render(replace(REMOVAL, seen=Seen.ABSENT), 2, KNOWN),
    "task_void": lambda: task_card.render(REMOVAL, 1, KNOWN),
    "task_was_done": lambda: task_card.render(
        replace(REMOVAL, tasks_done=(TaskDone(generation=1, granted=True, by=MAX, at=NOW),)),
        1,
        KNOWN,
    ),
    "failure_partial": lambda: delivery_failure_card.render(
        whole(PARTIAL, holds(A.PARTIALLY_DELIVERED), [THERE, REFUSED]), KNOWN
    ),
    "failure_whole": lambda: delivery_failure_card.render(
        whole(FAILED, holds(A.DELIVERY_FAILED), [REFUSED]), KNOWN
    ),
    "failure_reprocessing": lambda: delivery_failure_card.render(
        whole(replace(DELIVERING, delivered_at=NOW), holds(A.DELIVERING), [ON_ITS_WAY]), KNOWN
    ),
    "failure_mended": lambda: delivery_failure_card.render(
        whole(DELIVERED, holds(), [THERE]), KNOWN
    ),
    "failure_ended": lambda: delivery_failure_card.render(
        whole(FAILED, ended(EndReason.GIVEN_BACK), [REMOVAL]), KNOWN
    ),
}

DRIFT = json.dumps(
    {
        "targets": [
            {
                "label": "@prod-readers",
                "role": "member",
                "expected": 7,
                "doubtful": False,
                "missing": ["@ann"],
                "outside": ["@ben", "deploy-bot", "@cat"],
                "missing_count": 1,
                "outside_count": 12,
            },
            {
                "label": "#incident-room",
                "role": "member",
                "expected": 9,
                "doubtful": True,
                "missing": ["@ann", "@ben", "@cat", "@dan", "@eve"],
                "outside": [],
                "missing_count": 8,
                "outside_count": 0,
            },
        ],
        "more": 3,
    }
)

NOTICES: dict[str, Callable[[], Message | None]] = {
    "approval_reminder": _notice(K.APPROVAL_REMINDER, whole(PENDING), detail="0"),
    "request_denied": _notice(K.REQUEST_DENIED, whole(DENIED)),
    "request_expired": _notice(K.REQUEST_EXPIRED, whole(EXPIRED)),
    "approvers_not_found": _notice(K.APPROVERS_NOT_FOUND, whole(NOBODY), detail="0"),
    "stand_ins_asked": _notice(K.APPROVERS_NOT_FOUND, whole(STAND_IN), detail="0"),
    "access_delivered": _notice(K.ACCESS_DELIVERED, held()),
    "access_partially_delivered": _notice(K.ACCESS_PARTIALLY_DELIVERED, held()),
    "delivery_failed": _notice(K.DELIVERY_FAILED, held()),
    "access_extended": _notice(K.ACCESS_EXTENDED, held(holds(lasting=180 * DAY))),
    "access_ending": _notice(K.ACCESS_ENDING, held()),
    "access_ending_asked": _notice(K.ACCESS_ENDING, held(extension_request_id=MORE.id)),
    "access_ending_over": _notice(K.ACCESS_ENDING, held(ended()), shown=True),
    "access_ending_endless": _notice(K.ACCESS_ENDING, held(holds(lasting=None)), shown=True),
    "access_ended": _notice(K.ACCESS_ENDED, held(ended())),
    "access_ended_given_back": _notice(K.ACCESS_ENDED, held(ended(EndReason.GIVEN_BACK))),
    "access_ended_removed": _notice(K.ACCESS_ENDED, held(ended(EndReason.REMOVED))),
    "access_ended_removed_why": _notice(
        K.ACCESS_ENDED, held(ended(EndReason.REMOVED)), why="Off the <rota>"
    ),
    "task_reminder": _notice(K.TASK_REMINDER, BY_HAND, detail="1"),
    "removal_failing": _notice(K.REMOVAL_FAILING, STUCK),
    "removal_waiting": _notice(K.REMOVAL_FAILING, REMOVAL),
    "row_parked": _notice(K.ROW_PARKED, None, subject_id="01hx5request0042", detail="request"),
    "many_endings": _notice(K.MANY_ENDINGS, None, subject_id="brake", detail="240/1000"),
    "many_leaving": _notice(K.MANY_LEAVING, None, subject_id="brake", detail="1240/5000"),
    "drift": _notice(K.DRIFT, None, subject_id="drift", detail=DRIFT),
    "greeting": _notice(K.GREETING, None),
    "administered_request": _notice(
        K.ADMINISTERED_REQUEST, whole(PENDING), detail="reassigned/ada/dan"
    ),
    **{
        f"administered_request_{what}": _notice(
            K.ADMINISTERED_REQUEST, whole(PENDING), detail=f"{what}/ada"
        )
        for what in ("assigned", "removed", "canceled", "reprocessed")
    },
    **{
        name: _of_review(f"{what}/ada")
        for name, what in (
            ("administered_review", "started"),
            ("administered_review_stopped", "stopped"),
            ("administered_review_reset", "reset"),
        )
    },
}
