"""`/access-admin`: administration, in the administrators' channel, or as if done there (`placed`).

Reading is refused to others here; whatever changes something is refused by the rules as well.
"""

import re
from dataclasses import replace

from bot.desk import Desk, Interaction
from bot.listeners import typed
from bot.listeners.acks import NOTHING, Ack
from bot.views import admin, answers
from bot.views import help as help_text
from bot.views.action_ids import MOST_WORDS, ListName, Place, parse_row
from bot.views.admin import RequestsWanted
from bot.views.blocks import Message
from bot.views.wording import admin as admin_words
from bot.views.wording import states
from engine.application.commands import (
    AssignDirectly,
    CancelRequest,
    ReassignRequest,
    ReleaseBrake,
    RemoveDirectly,
    ReprocessRequest,
)
from engine.application.queries import Page
from engine.domain.catalogs import AccessPackage
from engine.domain.ids import PersonId, RequestId
from engine.domain.refusals import (
    NotAdministrator,
    NotFound,
    NotInAdminChannel,
    OutsideAdminChannel,
    Refusal,
)

_PERSON = re.compile(r"<@|<mailto:|@|[^\s@]+@[^\s@]+\.")
_MENTION = re.compile(r"<@(?P<id>[A-Z0-9]+)(\|[^>]*)?>")
_MAIL = re.compile(r"<mailto:[^|>]+\|(?P<mail>[^>]+)>")


async def packages(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`packages [words]`: the packages that have these words, with how many hold each."""
    await check(desk, doing)
    if len(words) > MOST_WORDS:
        return await usage(desk, doing, f"packages {words}")
    return dict((await page(desk, doing, ListName.ADMIN_PACKAGES, Place(words=words))).payload())


async def requests(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`requests [@person] [PACKAGE] [STATE]`: the newest requests, of everybody or only these."""
    await check(desk, doing)
    if len(words) > MOST_WORDS:
        return await usage(desk, doing, f"requests {words}")
    return dict((await page(desk, doing, ListName.ADMIN_REQUESTS, Place(words=words))).payload())


FIRST = Place()


async def page(desk: Desk, doing: Interaction, name: ListName, place: Place = FIRST) -> Message:
    """A page of one of the administrators' lists."""
    await check(desk, doing)
    if name is ListName.ADMIN_REQUESTS:
        return await _requests(desk, doing, place)
    everything = (await desk.configured()).fitting(typed.plain_name(place.words))
    shown: Page[AccessPackage] = Page(
        rows=tuple(everything[place.offset : place.offset + admin.PAGE_SIZE]),
        offset=place.offset,
        total=len(everything),
    )
    counts = await desk.queries.holder_counts()
    return admin.packages(shown, counts, await desk.known(), words=place.words)


async def _requests(desk: Desk, doing: Interaction, place: Place) -> Message:
    only = await _wanted(desk, doing, place.words)
    if only.packages == ():
        typed_as = f"requests {await typed.in_words(desk, place.words)}"
        return help_text.administrators(desk.admin_command, unknown=typed_as)
    found = await desk.queries.requests(
        states=states.TYPED.get(only.state, ()),
        target_id=only.person_id,
        package_ids=None if only.packages is None else [each.id for each in only.packages],
        offset=place.offset,
        limit=admin.PAGE_SIZE,
    )
    people = [only.person_id] if only.person_id else []
    return admin.requests(found, await desk.known(*found.rows, people=people), only)


async def _wanted(desk: Desk, doing: Interaction, words: str) -> RequestsWanted:
    """Whose requests, of which packages, in which state: in this order, each if it was said.

    A package is meant by its name, whatever else that says, or by words that it has.
    """
    person_id, rest = None, words
    if _PERSON.match(words):
        person_id, rest = await _person_and_rest(desk, doing, words)
    configured = await desk.configured()
    named, state = typed.plain_name(rest), ""
    first, _, last = rest.rpartition(" ")
    if named not in configured.package_named and last.lower() in states.TYPED:
        named, state = typed.plain_name(first), last.lower()
    package = configured.package_named.get(named)
    fitting = (package,) if package else tuple(configured.fitting(named))
    return RequestsWanted(
        words=words, person_id=person_id, packages=fitting if named else None, state=state
    )


async def assign(desk: Desk, doing: Interaction, words: str) -> Ack | Message:
    """`assign @person PACKAGE`."""
    target, rest = await _person_and_rest(desk, doing, words)
    if not rest:
        return await incomplete(desk, doing, "assign")
    package = await package_named(desk, rest)
    command = AssignDirectly(target_id=target, package_id=package.id)
    try:
        done = await desk.service.handle(command, await desk.actor(doing))
    except Refusal as refusal:
        why = admin.refused(refusal, await desk.known())
        if why is None:
            raise
        return why
    return await assigned(desk, done)


async def assigned(desk: Desk, request_id: RequestId) -> Message:
    """What an assignment gives, and under which terms."""
    given = await desk.queries.request(request_id)
    assert given is not None, "it was stored a moment ago, and requests are never deleted"
    return admin.assigned(given, await desk.known(given))


async def remove(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`remove @person PACKAGE`."""
    target, rest = await _person_and_rest(desk, doing, words)
    if not rest:
        return await incomplete(desk, doing, "remove")
    package = await package_named(desk, rest)
    command = RemoveDirectly(target_id=target, package_id=package.id)
    await desk.service.handle(command, await desk.actor(doing))
    return dict(admin.removed(target, package.name).payload())


async def reprocess(desk: Desk, doing: Interaction, words: str) -> Ack | Message:
    """`reprocess ID`."""
    await check(desk, doing)
    found = await _request(desk, words)
    if isinstance(found, Message):
        return found
    command = ReprocessRequest(request_id=found)
    done = await desk.service.handle(command, await desk.actor(doing))
    return admin.reprocessed(done)


async def press_reprocess(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Reprocess** on a card, in the list or in a request's story."""
    request_id, place = parse_row(value)
    command = ReprocessRequest(request_id=RequestId(request_id))
    done = await desk.service.handle(command, await desk.actor(doing))
    desk.answer(doing, answers.reprocessing(done.package_name))
    if place is not None:
        desk.replace(doing, await page(desk, doing, ListName.ADMIN_REQUESTS, place))
    return NOTHING


async def press_cancel(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Cancel request** in the list or in a request's story, confirmed in a dialog.

    What is shown afterwards is for administrators, also if they could cancel as who asked.
    """
    await check(desk, doing)
    request_id, place = parse_row(value)
    command = CancelRequest(request_id=RequestId(request_id))
    done = await desk.service.handle(command, await desk.actor(doing))
    if place is None:
        desk.replace(doing, await story(desk, done.id, note=admin_words.canceled(done)))
        return NOTHING
    desk.answer(doing, admin.canceled(done))
    desk.replace(doing, await page(desk, doing, ListName.ADMIN_REQUESTS, place))
    return NOTHING


async def press_release_brake(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Let them end**, after many endings at once were stopped."""
    await desk.service.handle(ReleaseBrake(), await desk.actor(doing))
    desk.answer(doing, answers.brake_released())
    return NOTHING


async def reassign(desk: Desk, doing: Interaction, words: str) -> Ack | Message:
    """`reassign ID @person`."""
    await check(desk, doing)
    reference, _, rest = words.strip().partition(" ")
    if not rest.strip():
        return await incomplete(desk, doing, "reassign")
    found = await _request(desk, reference)
    if isinstance(found, Message):
        return found
    to, _ = await _person_and_rest(desk, doing, rest)
    command = ReassignRequest(request_id=found, to=to)
    done = await desk.service.handle(command, await desk.actor(doing))
    return admin.reassigned(done, to)


async def audit(desk: Desk, doing: Interaction, words: str) -> Ack | Message:
    """`audit ID`: the story of a request."""
    await check(desk, doing)
    found = await _request(desk, words)
    return found if isinstance(found, Message) else await story(desk, found)


async def story(desk: Desk, request_id: RequestId, *, note: str = "") -> Message:
    """A request's story, with what can be done about it."""
    summary = await desk.queries.request(request_id)
    if summary is None:
        raise NotFound("request", request_id)
    entries = await desk.queries.audit_of(request_id)
    actors = [PersonId(entry.actor) for entry in entries]
    known = await desk.known(summary, people=actors)
    return admin.story(summary, entries, known, note=note)


async def show_help(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`help`, for administrators."""
    await check(desk, doing)
    return dict(help_text.administrators(desk.admin_command).payload())


async def usage(desk: Desk, doing: Interaction, word: str) -> Ack:
    """What nobody understands."""
    await check(desk, doing)
    return dict(help_text.administrators(desk.admin_command, unknown=word).payload())


async def incomplete(desk: Desk, doing: Interaction, word: str) -> Ack:
    """A command without whom or what it is about."""
    await check(desk, doing)
    return dict(help_text.administrators(desk.admin_command, incomplete=word).payload())


async def check(desk: Desk, doing: Interaction) -> None:
    """Refuse everybody but administrators in their channel."""
    person = await desk.person(doing)
    if person.id not in await desk.queries.administrators():
        raise NotAdministrator
    channel = (await desk.configured()).organization.admin_channel
    if doing.channel_id != channel:
        raise NotInAdminChannel(channel)


async def placed(desk: Desk, doing: Interaction) -> Interaction:
    """What an administrator presses on their Home tab or in a form, as done in their channel.

    For whoever is in that channel; Slack is asked, for a moment at most. What others press, and
    what is pressed in a conversation, stays where it is. Raises `OutsideAdminChannel`.
    """
    if doing.view is None:
        return doing
    person = await desk.person(doing)
    if person.id not in await desk.queries.administrators():
        return doing
    channel = (await desk.configured()).organization.admin_channel
    if not await desk.is_member(channel, person.id):
        raise OutsideAdminChannel(channel)
    return replace(doing, channel_id=channel, out_of_sight=True)


async def _person_and_rest(desk: Desk, doing: Interaction, words: str) -> tuple[PersonId, str]:
    """Whoever the first word names: a mention, an e-mail address, or `@` and its first part."""
    await check(desk, doing)
    first, _, rest = words.strip().partition(" ")
    mention, mail = _MENTION.fullmatch(first), _MAIL.fullmatch(first)
    if mention:
        named = PersonId(mention["id"])
        if await desk.queries.person(named) is None and await desk.look_up(named) is None:
            raise NotFound("person", first)
        return named, rest.strip()
    address = mail["mail"] if mail else first
    addresses = [address] if "@" in address else []
    if address.startswith("@"):
        domains = (await desk.configured()).organization.domains
        addresses = [f"{address[1:]}@{domain}" for domain in domains]
    found = [await desk.queries.person_by_email(one) for one in addresses]
    people = [person for person in found if person is not None]
    if len(people) != 1:
        raise NotFound("person", first)
    return people[0].id, rest.strip()


async def package_named(desk: Desk, words: str) -> AccessPackage:
    """The package of this name, whatever its case; quotes around it are left out."""
    configured = await desk.configured()
    package = configured.package_named.get(typed.plain_name(words))
    if package is None:
        raise NotFound("package", words.strip())
    return package


async def _request(desk: Desk, words: str) -> RequestId | Message:
    """The request of this id, or of an id that ends so; of several such ids the question which."""
    reference = typed.reference(words)
    found = await desk.queries.find_requests(reference) if reference else ()
    if not reference or not found:
        raise NotFound("request", words.strip())
    if len(found) == 1:
        return found[0]
    summaries = [await desk.queries.request(request_id) for request_id in found]
    return admin.ambiguous(reference, [one.request for one in summaries if one is not None])
