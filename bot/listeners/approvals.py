"""Deciding: Approve and Deny on a card, in the list, one or several at a time.

A press decides at once, or opens the form for the reason where the stage or the verdict wants one.
Whether the press still counts is the rules' business; the card it came from is only a hint.
"""

from bot.desk import Desk, Interaction
from bot.listeners.acks import NOTHING, Ack, errors
from bot.views import answers, decision_form, review_lists, waiting
from bot.views.action_ids import Part, parse_part
from bot.views.blocks import Message
from bot.views.decision_form import DecisionFormData
from engine.application.commands import DecideRequest
from engine.application.queries import RequestSummary
from engine.domain import stages
from engine.domain.ids import PersonId, RequestId
from engine.domain.refusals import ReasonMissing, ReasonTooLong, Refusal
from engine.domain.stages import Verdict


async def approve(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Approve** on a card or in the list."""
    return await _pressed(desk, doing, parse_part(value), Verdict.APPROVED)


async def deny(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Deny** on a card or in the list."""
    return await _pressed(desk, doing, parse_part(value), Verdict.DENIED)


async def approve_selected(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Approve** for everything ticked."""
    return await _selected(desk, doing, Verdict.APPROVED)


async def deny_selected(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Deny** for everything ticked."""
    return await _selected(desk, doing, Verdict.DENIED)


async def command(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`/access approvals`: everything that waits for this person."""
    return dict((await show(desk, doing, 0)).payload())


async def show(desk: Desk, doing: Interaction, offset: int, reviews_from: int = 0) -> Message:
    """A page of the list, and of the reviews beside it."""
    person = await desk.person(doing)
    page = await desk.queries.waiting_for(person.id, offset=offset, limit=waiting.PAGE_SIZE)
    reviews = await desk.reviews.reviews_waiting_for(
        person.id, offset=reviews_from, limit=review_lists.PAGE_SIZE
    )
    return waiting.render(page, await desk.known(*page.rows), reviews)


async def submit(desk: Desk, doing: Interaction) -> Ack | Message:
    """The form with the reason was sent, for one request or several."""
    assert doing.view is not None
    parsed = decision_form.parse(doing.state, doing.view.get("private_metadata", ""))
    if isinstance(parsed, dict):
        return errors(parsed)
    try:
        done, refused = await _decide_all(
            desk, doing, parsed.targets, parsed.verdict, parsed.reason
        )
    except (ReasonMissing, ReasonTooLong) as refusal:
        return errors(decision_form.errors_for(refusal, await desk.known(), doing.state) or {})
    if not refused:
        return NOTHING
    if len(parsed.targets) == 1:
        raise refused[0][1]
    return answers.decided_several(parsed.verdict, done, refused, await desk.known())


async def _pressed(desk: Desk, doing: Interaction, target: Part, verdict: Verdict) -> Ack:
    actor = await desk.actor(doing)
    decision = DecideRequest(
        request_id=RequestId(target.id), stage_number=target.number, verdict=verdict
    )
    # Whoever denies is always asked why; who approves, only where the rules miss a reason.
    if verdict is Verdict.DENIED and await _asked_why(desk, doing, target, verdict):
        return NOTHING
    try:
        request = await desk.service.handle(decision, actor)
    except ReasonMissing:
        if await _asked_why(desk, doing, target, verdict):
            return NOTHING
        raise
    if doing.ephemeral or doing.in_home:
        waits = request.run is not None and request.run.number == target.number
        told = answers.decided(verdict, request.package_name, waiting_for_others=waits)
        desk.answer(doing, told)
    return NOTHING


async def _selected(desk: Desk, doing: Interaction, verdict: Verdict) -> Ack:
    await desk.person(doing)
    targets = waiting.parse_selection(doing.state)
    if not targets:
        desk.answer(doing, answers.nothing_selected())
        return NOTHING
    asking: list[tuple[RequestSummary, int]] = []
    for target in targets:
        summary = await desk.queries.request(RequestId(target.id))
        if summary is not None and _wants_form(summary, target.number, doing.person_id, verdict):
            asking.append((summary, target.number))
    asked = {summary.request.id for summary, _ in asking}
    told: Message | None = None
    if others := tuple(target for target in targets if target.id not in asked):
        done, refused = await _decide_all(desk, doing, others, verdict, "")
        told = answers.decided_several(verdict, done, refused, await desk.known())
    if asking:  # one press opens one form, which then says the rest too
        await _open_form(desk, doing, verdict, asking, told)
    elif told is not None:
        desk.answer(doing, told)
    return NOTHING


async def _asked_why(desk: Desk, doing: Interaction, target: Part, verdict: Verdict) -> bool:
    """Whether the form with the reason was opened."""
    summary = await desk.queries.request(RequestId(target.id))
    if summary is None or not _wants_form(summary, target.number, doing.person_id, verdict):
        return False
    await _open_form(desk, doing, verdict, [(summary, target.number)])
    return True


def _wants_form(
    summary: RequestSummary, stage_number: int, person_id: PersonId, verdict: Verdict
) -> bool:
    """Whether this press opens the form; one that can no longer count is refused instead."""
    run, stage = summary.request.run, summary.request.stage
    if run is None or stage is None or run.number != stage_number:
        return False
    return stages.may_decide(run, person_id) and decision_form.opens(stage, verdict)


async def _open_form(
    desk: Desk,
    doing: Interaction,
    verdict: Verdict,
    about: list[tuple[RequestSummary, int]],
    told: Message | None = None,
) -> None:
    requests = tuple((summary.request, number) for summary, number in about)
    said = told.blocks if told is not None else ()
    form = DecisionFormData(verdict=verdict, requests=requests, told=said)
    desk.open_form(doing, decision_form.build(form), told)


async def _decide_all(
    desk: Desk, doing: Interaction, targets: tuple[Part, ...], verdict: Verdict, reason: str
) -> tuple[int, list[tuple[str, Refusal]]]:
    """Decide each on its own; answers how many were, and why the others were not.

    A missing reason is the form's fault, not the request's, and is raised.
    """
    actor = await desk.actor(doing)
    done = 0
    refused: list[tuple[str, Refusal]] = []
    for target in targets:
        decision = DecideRequest(
            request_id=RequestId(target.id),
            stage_number=target.number,
            verdict=verdict,
            reason=reason,
        )
        try:
            await desk.service.handle(decision, actor)
            done += 1
        except (ReasonMissing, ReasonTooLong):
            raise
        except Refusal as refusal:
            summary = await desk.queries.request(RequestId(target.id))
            name = summary.request.package_name if summary else target.id
            refused.append((name, refusal))
    return done, refused
