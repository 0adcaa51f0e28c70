"""`/access why PACKAGE`, typed or asked for on the Home tab.

Words that fit one package the person can ask for are enough. What they cannot ask for they must
know by its whole name: nothing here lists it.
"""

from bot.desk import Desk, Interaction
from bot.listeners import requests, typed
from bot.listeners.acks import NOTHING, Ack
from bot.views import why as views
from bot.views.blocks import Message
from engine.application import previews
from engine.domain import eligibility


async def command(desk: Desk, doing: Interaction, words: str) -> Message:
    """Which policy of this package applies to whoever asks."""
    person = await desk.person(doing)
    eligibility.check_account(person)
    configured = await desk.configured()
    groups = await desk.queries.groups_of(person.id)
    named = configured.package_named.get(typed.plain_name(words))
    if named is not None and eligibility.may_see(configured.catalogs[named.catalog_id], person):
        package = named
    else:
        fitting = requests.fitting(configured, person, groups, words)
        if len(fitting) != 1:
            return views.unknown(words, [one.name for one in fitting], desk.command)
        (package,) = fitting
    policies = configured.policies_of.get(package.id, ())
    preview = await desk.store.read(
        previews.request_preview, person.id, package.id, None, now=desk.clock.now()
    )
    offered = eligibility.offered(policies, person, groups)
    known = await desk.known()
    return views.render(package, policies, offered, person, groups, preview.refusal, known)


async def open_form(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Explain a package**: the form that asks for its name."""
    await desk.person(doing)
    desk.open_form(doing, views.form())
    return NOTHING


async def submit(desk: Desk, doing: Interaction) -> Message:
    """The name was filled in."""
    return await command(desk, doing, views.parse(doing.state))
