"""Administration by pressing: the menu on the Home tab and under the command, and its forms.

What is pressed outside of any channel counts as done in the administrators' channel if whoever
presses is in it (`administration.placed`); what it changes is told there.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from bot.desk import Desk, Interaction
from bot.listeners import administration, review_administration
from bot.listeners.acks import NOTHING, Ack, errors
from bot.views import admin, admin_menu, review_lists
from bot.views import help as help_text
from bot.views.action_ids import BlockId, ListName, parse_id
from bot.views.blocks import OPTIONS, Message
from bot.views.request_form import error_text
from bot.views.texts import plainly
from engine.application.commands import (
    AssignDirectly,
    Command,
    ReassignRequest,
    RemoveDirectly,
    StartReview,
)
from engine.domain.ids import PackageId, PersonId, RequestId, ReviewRunId
from engine.domain.refusals import (
    AccountClosed,
    CannotDecide,
    JustificationTooLong,
    NotAdministrator,
    NotFound,
    OwnRequest,
    ReasonTooLong,
    Refusal,
)

# Pressing ---------------------------------------------------------------------------------------

A = TypeVar("A")


async def requests(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Requests**."""
    desk.answer(doing, await administration.page(desk, doing, ListName.ADMIN_REQUESTS))
    return NOTHING


async def packages(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Packages**."""
    desk.answer(doing, await administration.page(desk, doing, ListName.ADMIN_PACKAGES))
    return NOTHING


async def reviews(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Reviews**."""
    desk.answer(doing, await review_administration.page(desk, doing, ListName.ADMIN_REVIEWS, 0))
    return NOTHING


async def results(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Review results**."""
    desk.answer(doing, await review_administration.page(desk, doing, ListName.REPORT_REVIEWS, 0))
    return NOTHING


async def show_help(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Help** of the administrators' menu."""
    await administration.check(desk, doing)
    desk.answer(doing, help_text.administrators(desk.admin_command, menu=False))
    return NOTHING


async def story(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Story** beside a request or a review."""
    await administration.check(desk, doing)
    subject_id = parse_id(value)
    of_review = await desk.reviews.review_story(ReviewRunId(subject_id), limit=admin.STORY_ROWS)
    if of_review is not None:
        desk.answer(doing, review_lists.story(of_review))
    else:
        desk.answer(doing, await administration.story(desk, RequestId(subject_id)))
    return NOTHING


async def assign(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Assign a package**: the form."""
    await administration.check(desk, doing)
    desk.open_form(doing, admin_menu.assign_form())
    return NOTHING


async def take_away(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Remove a package**: the form."""
    await administration.check(desk, doing)
    desk.open_form(doing, admin_menu.remove_form())
    return NOTHING


async def start_review(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Start a review**: the form."""
    await administration.check(desk, doing)
    desk.open_form(doing, admin_menu.review_form())
    return NOTHING


async def reassign(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Reassign** beside a request: the form."""
    await administration.check(desk, doing)
    summary = await desk.queries.request(RequestId(parse_id(value)))
    if summary is None:
        raise NotFound("request", value)
    desk.open_form(doing, admin_menu.reassign_form(summary.request))
    return NOTHING


# Forms ------------------------------------------------------------------------------------------


async def package_options(desk: Desk, doing: Interaction, typed: str) -> list[dict[str, Any]]:
    """Every package whose name or description has what was typed, as far as Slack shows them."""
    if doing.person_id not in await desk.queries.administrators():
        raise NotAdministrator
    configured = await desk.configured()
    found = configured.fitting(typed)[:OPTIONS]
    catalogs = {one.id: one.name for one in configured.catalogs.values()}
    return admin_menu.package_options(found, catalogs)


async def submit_assign(desk: Desk, doing: Interaction) -> Ack | Message:
    """The form to assign was sent."""
    parsed = admin_menu.parse_grant(doing.state)
    if isinstance(parsed, dict):
        return errors(parsed)
    command = AssignDirectly(
        target_id=parsed.person_id, package_id=parsed.package_id, why=parsed.why
    )
    if isinstance(done := await _done(desk, doing, command, parsed.person_id), Mapping):
        return done
    return await administration.assigned(desk, done)


async def submit_take_away(desk: Desk, doing: Interaction) -> Ack | Message:
    """The form to remove was sent."""
    parsed = admin_menu.parse_grant(doing.state)
    if isinstance(parsed, dict):
        return errors(parsed)
    command = RemoveDirectly(
        target_id=parsed.person_id, package_id=parsed.package_id, why=parsed.why
    )
    if isinstance(done := await _done(desk, doing, command, parsed.person_id), Mapping):
        return done
    return admin.removed(parsed.person_id, await _name_of(desk, parsed.package_id))


async def submit_start_review(desk: Desk, doing: Interaction) -> Ack | Message:
    """The form to start a review was sent."""
    package_id = admin_menu.parse_review(doing.state)
    if isinstance(package_id, dict):
        return errors(package_id)
    done = await _done(desk, doing, StartReview(package_id=package_id))
    if isinstance(done, Mapping):
        return done
    held = (await desk.queries.holder_counts()).get(package_id, 0) > 0
    return review_lists.started(await _name_of(desk, package_id), done, held=held)


async def submit_reassign(desk: Desk, doing: Interaction) -> Ack | Message:
    """The form to reassign was sent."""
    assert doing.view is not None
    parsed = admin_menu.parse_reassign(doing.state, str(doing.view.get("private_metadata", "")))
    if isinstance(parsed, dict):
        return errors(parsed)
    request_id, to = parsed
    done = await _done(desk, doing, ReassignRequest(request_id=request_id, to=to), to)
    if isinstance(done, Mapping):
        return done
    return admin.reassigned(done, to)


async def _done(
    desk: Desk, doing: Interaction, command: Command[A], person_id: PersonId | None = None
) -> A | Ack:
    """What came of it; or, as an acknowledgement, why not, at the field that it is about.

    `person_id` is whoever was chosen, whom the mirror may not know yet.
    """
    await administration.check(desk, doing)
    try:
        if person_id is not None and await desk.queries.person(person_id) is None:
            await desk.look_up(person_id)
        return await desk.service.handle(command, await desk.actor(doing))
    except Refusal as refusal:
        wanted = _field_of(refusal)
        if wanted not in doing.state:
            raise
        known = await desk.known(people=[person_id] if person_id else [])
        why = admin.refused(refusal, known)
        words = plainly(why.text, known.name) if why else error_text(refusal, known)
        return errors({str(wanted): words})


def _field_of(refusal: Refusal) -> BlockId:
    match refusal:
        case AccountClosed() | CannotDecide() | OwnRequest():
            return BlockId.PERSON
        case JustificationTooLong() | ReasonTooLong():
            return BlockId.REASON
        case _:
            return BlockId.PACKAGE


async def _name_of(desk: Desk, package_id: PackageId) -> str:
    return (await desk.configured()).packages[package_id].name
