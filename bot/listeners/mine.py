"""What is mine: `/access`, `/access mine`, giving back, canceling, tasks; and turning pages."""

import asyncio

from bot.desk import Desk, Interaction
from bot.listeners import administration, approvals, home, review_administration
from bot.listeners.acks import NOTHING, Ack
from bot.views import answers, my_access, review_lists, task_card, waiting
from bot.views import help as help_text
from bot.views.action_ids import ListName, parse_id, parse_page, parse_part
from bot.views.blocks import Message
from bot.views.known import Known
from engine.application.commands import CancelRequest, CompleteTask, GiveBack
from engine.domain.ids import AssignmentId, HoldingId, RequestId

REVIEWS_COUNTED = 50


async def menu(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`/access`: request, my access, waiting for me."""
    person = await desk.person(doing)
    waiting_page, held, reviews = await asyncio.gather(
        desk.queries.waiting_for(person.id, limit=1),
        desk.queries.held_by(person.id, limit=1),
        desk.reviews.reviews_waiting_for(person.id, limit=REVIEWS_COUNTED),
    )
    waits = waiting_page.total + review_lists.undecided(reviews)
    return dict(waiting.menu(desk.command, waiting=waits, held=held.total).payload())


async def command(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`/access mine`."""
    return dict((await _mine(desk, doing, 0, 0)).payload())


async def show_mine(desk: Desk, doing: Interaction, value: str) -> Ack:
    """The menu's button for it."""
    desk.answer(doing, await _mine(desk, doing, 0, 0))
    return NOTHING


async def show_waiting(desk: Desk, doing: Interaction, value: str) -> Ack:
    """The menu's button for what waits."""
    desk.answer(doing, await approvals.show(desk, doing, 0))
    return NOTHING


async def show_help(desk: Desk, doing: Interaction, value: str) -> Ack:
    """The menu's button for help."""
    desk.answer(doing, help_text.people(desk.command))
    return NOTHING


async def give_back(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Give back**, confirmed in a dialog."""
    actor = await desk.actor(doing)
    assignment_id = AssignmentId(parse_id(value))
    held = await desk.queries.assignment(assignment_id)
    await desk.service.handle(GiveBack(assignment_id=assignment_id), actor)
    if held is not None:
        desk.answer(doing, answers.given_back(held.package_name))
    return NOTHING


async def cancel_request(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Cancel request**, confirmed in a dialog."""
    actor = await desk.actor(doing)
    request = await desk.service.handle(CancelRequest(request_id=RequestId(parse_id(value))), actor)
    desk.answer(doing, answers.canceled(request.package_name))
    return NOTHING


async def done(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Done** on a task card; the note beside it comes along."""
    actor = await desk.actor(doing)
    task = parse_part(value)
    holding = await desk.service.handle(
        CompleteTask(
            holding_id=HoldingId(task.id),
            generation=task.number,
            note=task_card.parse_note(doing.state),
        ),
        actor,
    )
    if doing.ephemeral or doing.in_home:
        known = await desk.known()
        desk.answer(doing, answers.task_done(known.label_of(holding)))
    return NOTHING


async def turn_page(desk: Desk, doing: Interaction, value: str) -> Ack:
    """Another page of whatever list they are in."""
    name, place = parse_page(value)
    offset = place.offset
    match name:
        case ListName.MINE:
            desk.replace(doing, await _mine(desk, doing, offset, 0))
        case ListName.MINE_REQUESTS:
            desk.replace(doing, await _mine(desk, doing, 0, offset))
        case ListName.WAITING:
            desk.replace(doing, await approvals.show(desk, doing, offset))
        case ListName.WAITING_REVIEWS:
            desk.replace(doing, await approvals.show(desk, doing, 0, offset))
        case ListName.ADMIN_REVIEWS | ListName.REPORT_REVIEWS:
            doing = await administration.placed(desk, doing)
            desk.replace(doing, await review_administration.page(desk, doing, name, offset))
        case ListName.ADMIN_PACKAGES | ListName.ADMIN_REQUESTS:
            doing = await administration.placed(desk, doing)
            desk.replace(doing, await administration.page(desk, doing, name, place))
        case _:
            await home.refresh(desk, doing, {name: offset})
    return NOTHING


async def _mine(desk: Desk, doing: Interaction, held_offset: int, requests_offset: int) -> Message:
    mine = await desk.queries.mine(
        doing.person_id,
        held_from=held_offset,
        requests_from=requests_offset,
        limit=my_access.PAGE_SIZE,
    )
    await desk.admit(doing, mine.person)
    return my_access.render(mine.held, mine.requests, Known(configured=mine.configured))
