"""What is said once: a reminder, "you have access", "it ends soon", "nobody can decide this".

A notice is drawn when it is sent, which may be later than it was made. What is no longer true by
then is not said: a reminder of a request that was decided meanwhile is None. A warning that access
will end has buttons, so it is drawn again afterwards: it follows what becomes of the access.
"""

import json
from enum import StrEnum
from typing import Any

from bot.views import waiting
from bot.views.action_ids import ActionId
from bot.views.blocks import Block, Message, Style, button, context, message, say, section
from bot.views.known import Known
from bot.views.request_card import life_buttons
from bot.views.wording import admin, drift, lists, reviews, words
from bot.views.wording import notices as said
from bot.views.wording.requests import numbered
from engine.application.queries import HeldSummary, RequestSummary
from engine.domain.assignment_requests import RequestState
from engine.domain.assignments import EndReason
from engine.domain.conversation import Audience, Card, CardKind, NoticeKind
from engine.domain.holdings import Holding
from engine.domain.ids import PersonId
from engine.domain.reviews import ReviewRun
from engine.domain.stages import Verdict, deadline, may_decide, stand_ins, unresolved

_K = NoticeKind


class NoticeSubject(StrEnum):
    """What a notice's `subject_id` names."""

    REQUEST = "request"
    ASSIGNMENT = "assignment"
    HOLDING = "holding"
    ROW = "row"
    """The id of a parked row; anything or nothing for what the brake asks."""
    REVIEW = "review"
    NOBODY = "nobody"
    """Whoever wrote to us is the audience; nothing is looked up."""


SUBJECT: dict[NoticeKind, NoticeSubject] = {
    _K.APPROVAL_REMINDER: NoticeSubject.REQUEST,
    _K.REQUEST_DENIED: NoticeSubject.REQUEST,
    _K.REQUEST_EXPIRED: NoticeSubject.REQUEST,
    _K.APPROVERS_NOT_FOUND: NoticeSubject.REQUEST,
    _K.ACCESS_DELIVERED: NoticeSubject.ASSIGNMENT,
    _K.ACCESS_PARTIALLY_DELIVERED: NoticeSubject.ASSIGNMENT,
    _K.DELIVERY_FAILED: NoticeSubject.ASSIGNMENT,
    _K.ACCESS_EXTENDED: NoticeSubject.ASSIGNMENT,
    _K.ACCESS_ENDING: NoticeSubject.ASSIGNMENT,
    _K.ACCESS_ENDED: NoticeSubject.ASSIGNMENT,
    _K.TASK_REMINDER: NoticeSubject.HOLDING,
    _K.REMOVAL_FAILING: NoticeSubject.HOLDING,
    _K.ROW_PARKED: NoticeSubject.ROW,
    _K.MANY_ENDINGS: NoticeSubject.ROW,
    _K.MANY_LEAVING: NoticeSubject.ROW,
    _K.DRIFT: NoticeSubject.ROW,
    _K.ADMINISTERED_REQUEST: NoticeSubject.REQUEST,
    _K.ADMINISTERED_REVIEW: NoticeSubject.REVIEW,
    _K.GREETING: NoticeSubject.NOBODY,
}


def render(  # noqa: PLR0911 - a subject each
    kind: NoticeKind,
    subject: RequestSummary | HeldSummary | Holding | ReviewRun | None,
    known: Known,
    *,
    subject_id: str = "",
    detail: str = "",
    viewer: PersonId | None = None,
    link: str | None = None,
    command: str = "/access",
    shown: bool = False,
    why: str = "",
) -> Message | None:
    """The message; None when it is no longer true, or its subject is gone.

    `viewer` is the person it is for, None for a channel. `link` is the permalink of what
    `card_of` names, where there is one. `shown`: it stands in the conversation already. `why`:
    what an administrator wrote who took the access away. Raises `TypeError` when the subject is
    not of the kind that `SUBJECT` names.
    """
    admin_command = f"{command}-admin"
    match SUBJECT[kind], subject:
        case NoticeSubject.NOBODY, _:
            return waiting.menu(command, said=lists.GREETING)
        case NoticeSubject.ROW, _:
            return _about_row(kind, subject_id, detail)
        case _, None:
            return None
        case NoticeSubject.REVIEW, ReviewRun():
            return say(
                admin.done_to_review(subject.package_name, detail), reviews.numbered(subject)
            )
        case NoticeSubject.REQUEST, RequestSummary() if kind is _K.ADMINISTERED_REQUEST:
            request = subject.request
            return say(admin.done_to_request(request, detail), numbered(request))
        case NoticeSubject.REQUEST, RequestSummary():
            return _about_request(kind, subject, detail, viewer, link, admin_command)
        case NoticeSubject.ASSIGNMENT, HeldSummary():
            return _about_assignment(kind, subject, known, shown=shown, why=why)
        case NoticeSubject.HOLDING, Holding():
            return _about_holding(kind, subject, known, detail, link)
        case _:
            raise TypeError(f"a notice {kind} is not about a {type(subject).__name__}")


def _about_request(  # noqa: PLR0911 - a sentence each
    kind: NoticeKind,
    summary: RequestSummary,
    detail: str,
    viewer: PersonId | None,
    link: str | None,
    admin_command: str,
) -> Message | None:
    request = summary.request
    if kind is _K.REQUEST_DENIED:
        if request.state is not RequestState.DENIED:
            return None
        answers = [d for run in request.runs for d in run.decisions]
        no = next((d for d in answers if d.verdict is Verdict.DENIED), None)
        return say(said.denied(summary, no), said.DENIED_NEXT, *_again_after(summary))
    if kind is _K.REQUEST_EXPIRED:
        if request.state is not RequestState.EXPIRED:
            return None
        return say(said.expired(summary), said.EXPIRED_NEXT, *_again_after(summary))
    run, stage = request.run, request.stage
    if run is None or stage is None or str(run.number) != detail:
        return None
    if kind is _K.APPROVERS_NOT_FOUND:
        if unresolved(run, stage):
            text = said.approvers_not_found(request, stage, deadline(run, stage))
        elif asked := stand_ins(run):
            text = said.stand_ins_asked(request, stage, asked)
        else:
            return None
        return say(text, said.approvers_not_found_next(request, admin_command))
    if viewer is not None and not may_decide(run, viewer):
        return None
    shown = () if link else (button(words.WAITING_FOR_ME, ActionId.SHOW_WAITING),)
    text = said.approval_reminder(request, run, stage)
    return say(text, said.at_its_card(link), *shown)


def _about_assignment(  # noqa: PLR0911 - a sentence each
    kind: NoticeKind, held: HeldSummary, known: Known, *, shown: bool, why: str
) -> Message | None:
    assignment = held.assignment
    if kind is _K.ACCESS_ENDING:
        return _ending(held, known, shown=shown)
    if kind is _K.ACCESS_ENDED:
        removed = assignment.end_reason is EndReason.REMOVED
        if assignment.active:
            return None
        if assignment.end_reason is EndReason.GIVEN_BACK:
            return say(said.ended(held))
        if not known.can_be_asked_for(assignment.package_id):
            return say(said.ended(held, why), said.ONLY_ASSIGNED_NEXT)
        hint = said.REMOVED_NEXT if removed else said.ENDED_NEXT
        return say(said.ended(held, why), hint, _again(assignment.package_id))
    if not assignment.active:
        return None
    match kind:
        case _K.ACCESS_DELIVERED:
            return say(said.delivered(held))
        case _K.ACCESS_PARTIALLY_DELIVERED:
            return say(said.partially_delivered(held))
        case _K.DELIVERY_FAILED:
            return say(said.delivery_failed(held))
        case _:
            return say(said.extended(held))


def _ending(held: HeldSummary, known: Known, *, shown: bool) -> Message | None:
    """The warning; once there is nothing to warn of, what became of it, without buttons."""
    assignment = held.assignment
    if not assignment.active or assignment.ends_at is None:
        return say(said.ending_no_more(held)) if shown else None
    asked = held.extension_request_id is not None
    text = said.ending(
        held,
        assignment.ends_at,
        may_extend=known.may_extend(assignment),
        again=known.can_be_asked_for(assignment.package_id),
    )
    return say(text, "", *life_buttons(assignment, held.package_name, known, asked=asked))


def _about_holding(
    kind: NoticeKind, holding: Holding, known: Known, detail: str, link: str | None
) -> Message | None:
    if kind is _K.REMOVAL_FAILING:
        if not holding.wanted and holding.task_open:
            return say(said.removal_waiting(holding, known), said.REMOVAL_WAITING_NEXT)
        if holding.wanted or holding.failing_since is None:
            return None
        return say(said.removal_failing(holding, known), said.REMOVAL_NEXT)
    if not holding.task_open or str(holding.generation) != detail:
        return None
    return say(said.task_reminder(holding, known), said.done_at_its_card(link))


def _about_row(kind: NoticeKind, subject_id: str, detail: str) -> Message:
    if kind is _K.ROW_PARKED:
        return say(said.row_parked(detail or "row", subject_id), said.PARKED_NEXT)
    if kind is _K.DRIFT:
        return _about_drift(json.loads(detail))
    ending, _, active = detail.partition("/")
    numbers = (int(ending), int(active)) if ending.isdigit() and active.isdigit() else (0, 0)
    let = button(said.LET_THEM_END, ActionId.RELEASE_BRAKE, style=Style.DANGER)
    if kind is _K.MANY_LEAVING:
        return say(said.many_leaving(*numbers), said.MANY_LEAVING_NEXT, let)
    return say(said.many_endings(*numbers), said.MANY_ENDINGS_NEXT, let)


def _about_drift(found: dict[str, Any]) -> Message:
    texts = [drift.INTRODUCTION, *map(drift.target, found["targets"])]
    if found["more"]:
        texts.append(drift.more(found["more"]))
    blocks = [*map(section, texts), context(drift.NEXT)]
    return message("\n".join((*texts, drift.NEXT)), blocks)


def card_of(kind: NoticeKind, subject_id: str, detail: str, audience: Audience) -> Card | None:
    """The card a reminder leads to, so that its place can be looked up and linked."""
    kinds = {_K.APPROVAL_REMINDER: CardKind.APPROVAL, _K.TASK_REMINDER: CardKind.TASK}
    shown = kinds.get(kind)
    if shown is None or not detail.isdigit():
        return None
    return Card(kind=shown, subject_id=subject_id, part=int(detail), audience=audience)


def _again_after(summary: RequestSummary) -> list[Block]:
    """Nothing while the access is held: then its own card has what can be pressed."""
    return [] if summary.still_held else [_again(summary.request.package_id)]


def _again(package_id: str) -> Block:
    return button(words.REQUEST_AGAIN, ActionId.OPEN_REQUEST_FORM, package_id)
