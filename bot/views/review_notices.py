"""What is said once about reviews: reminders, what the administrators must know, who took it away.

What is no longer true when it is drawn is not said: a reminder of answered lines is None. The
results come with files and are `bot/review_summary.py`'s.
"""

from bot.views.action_ids import ActionId
from bot.views.blocks import Message, button, say
from bot.views.known import Known
from bot.views.review_card import own_buttons, review_button
from bot.views.wording import review_results as said
from bot.views.wording import words
from engine.application.queries import HeldSummary
from engine.application.review_queries import ReviewerSummary, ReviewResults
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.assignments import EndReason
from engine.domain.conversation import NoticeKind
from engine.domain.ids import PersonId
from engine.domain.reviews import ReviewRun, ReviewState

_K = NoticeKind
TO_REVIEWERS = frozenset({_K.REVIEW_REMINDER, _K.REVIEW_CLEARED})
KINDS = TO_REVIEWERS | {_K.REVIEWERS_NOT_FOUND, _K.REVIEW_APPLIED, _K.REVIEW_NOT_APPLIED}


def reminder(summary: ReviewerSummary) -> Message | None:
    """To a reviewer who has undecided lines."""
    run = summary.run
    if not _waits(summary):
        return None
    if run.rules.self_review:
        return say(said.own_reminder(run), "", *own_buttons(run))
    return say(said.reminder(run, summary.counts), "", review_button(run))


def cleared(summary: ReviewerSummary, detail: str) -> Message | None:
    """To a reviewer whose answers an administrator cleared."""
    run = summary.run
    if not _waits(summary):
        return None
    by, _, why = detail.partition("/")
    if run.rules.self_review:
        return say(said.own_cleared(run, PersonId(by), why), "", *own_buttons(run))
    text = said.cleared(run, summary.counts, PersonId(by), why)
    return say(text, "", review_button(run))


def _waits(summary: ReviewerSummary) -> bool:
    return summary.run.state is ReviewState.IN_PROGRESS and summary.counts.undecided > 0


def reviewers_not_found(run: ReviewRun, detail: str) -> Message:
    """To the administrators."""
    return say(said.reviewers_not_found(run, _number(detail)), said.REVIEWERS_NOT_FOUND_NEXT)


def not_applied(run: ReviewRun, detail: str, admin_command: str) -> Message:
    """To the administrators."""
    text = said.not_applied(run, _number(detail))
    return say(text, said.not_applied_next(run, admin_command))


def ended(held: HeldSummary, removal: AssignmentRequest | None, known: Known) -> Message | None:
    """To whoever lost the access: who decided, and why; None if it did not end by a review."""
    assignment = held.assignment
    if assignment.active or assignment.end_reason is not EndReason.REVIEWED:
        return None
    by_others = (
        removal is not None
        and removal.request_type is not RequestType.SYSTEM_REMOVE
        and removal.requestor_id != removal.target_id
    )
    if not known.can_be_asked_for(assignment.package_id):
        hint = said.ONLY_ASSIGNED_BY_OTHERS_NEXT if by_others else said.ONLY_ASSIGNED_NEXT
        return say(said.ended(held, removal), hint)
    hint = said.ENDED_NEXT if by_others else said.ENDED_UNANSWERED_NEXT
    again = button(words.REQUEST_AGAIN, ActionId.OPEN_REQUEST_FORM, assignment.package_id)
    return say(said.ended(held, removal), hint, again)


def results(of: ReviewResults, *, refused: str = "") -> Message:
    """What came of a run, with the files that belong to it, or alone: Slack's word why."""
    drawn = any(each.counts.total for each in of.departments)
    follow = said.FILES_FOLLOW if drawn else said.FILE_FOLLOWS
    return say(said.summary(of), said.no_files(refused) if refused else follow)


def _number(detail: str) -> int:
    return int(detail) if detail.isascii() and detail.isdigit() else 0
