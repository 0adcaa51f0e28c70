"""Asking for access: the form, its updates, its submission; asking for more time.

The form shows what the submit will accept: both ask `eligibility`. Choosing a package redraws the
form with that package's policy, who will be asked, and for how long it lasts.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from bot.desk import Desk, Interaction
from bot.listeners.acks import NOTHING, Ack, errors, instead
from bot.views import answers, extension_form, request_form
from bot.views.action_ids import BlockId, parse_id
from bot.views.blocks import OPTIONS, View
from bot.views.extension_form import ExtensionFormData
from bot.views.request_form import RequestFormData
from bot.views.wording import forms
from engine.application import previews
from engine.application.commands import SubmitExtension, SubmitRequest
from engine.application.configured import Configured
from engine.domain import assignments
from engine.domain.catalogs import AccessPackage
from engine.domain.ids import AssignmentId, GroupId, PackageId, PolicyId
from engine.domain.people import Person
from engine.domain.refusals import (
    ChoosePolicy,
    NotFound,
    NotYours,
    PackageGone,
    Refusal,
    RequestRefusal,
    TermsChanged,
)


async def command(desk: Desk, doing: Interaction, words: str) -> Ack:
    """`/access request [words]`: the form; words that match exactly one package preselect it."""
    person = await desk.person(doing)
    configured = await desk.configured()
    groups = await desk.queries.groups_of(person.id)
    fit = fitting(configured, person, groups, words)
    if len(fit) == 1:
        view = await _form(desk, person, fit[0].id, None)
    else:
        names = [package.name for package in fit]
        view = await _form(desk, person, None, None, note=forms.found(words, names))
    desk.open_form(doing, view)
    return NOTHING


def fitting(
    configured: Configured, person: Person, groups: frozenset[GroupId], words: str
) -> tuple[AccessPackage, ...]:
    """What somebody can ask for that fits these words; nothing without words."""
    found = tuple(configured.requestable(person, groups, words)) if words.strip() else ()
    return _by_name(found, words) or found


def _by_name(found: tuple[AccessPackage, ...], words: str) -> tuple[AccessPackage, ...]:
    """Of what fits the words somewhere: the one named so, or those whose name has them all."""
    wanted = words.casefold().split()
    named = tuple(p for p in found if all(word in p.name.casefold() for word in wanted))
    return tuple(p for p in named if p.name.casefold().split() == wanted) or named


async def open_form(desk: Desk, doing: Interaction, value: str) -> Ack:
    """A button that opens the form, for a package or without one."""
    person = await desk.person(doing)
    package_id = PackageId(parse_id(value)) if value else None
    desk.open_form(doing, await _form(desk, person, package_id, None))
    return NOTHING


async def options(desk: Desk, doing: Interaction, typed: str) -> list[dict[str, Any]]:
    """The packages whose name or description has what was typed, as far as Slack shows them."""
    known, groups = await desk.queries.with_groups(doing.person_id)
    person = await desk.admit(doing, known)
    configured = await desk.configured()
    found = configured.requestable(person, groups, typed)
    return request_form.package_options(islice(found, OPTIONS))


async def chosen(desk: Desk, doing: Interaction) -> Ack:
    """A package or a policy was chosen in the form: draw what follows from it."""
    assert doing.view is not None
    choice = request_form.chosen(doing.state, doing.view.get("private_metadata", ""))
    person = await desk.person(doing)
    view = await _form(desk, person, choice.package_id, choice.policy_id)
    desk.update_form(doing, view)
    return NOTHING


async def submit(desk: Desk, doing: Interaction) -> Ack:
    """The form was sent: the request is stored before Slack closes the form."""
    assert doing.view is not None
    kept = doing.view.get("private_metadata", "")
    if request_form.shows_another(doing.state, kept):
        package_id = request_form.chosen(doing.state, kept).package_id
        return await _anew(desk, doing, package_id, note=forms.STILL_LOADING)
    parsed = request_form.parse(doing.state, kept)
    if isinstance(parsed, dict):
        return errors(parsed)
    actor = await desk.actor(doing)
    command = SubmitRequest(
        package_id=parsed.package_id, wish=parsed.wish, form_id=str(doing.view.get("id") or "")
    )
    try:
        await desk.service.handle(command, actor)
    except TermsChanged as refusal:
        return await _anew(desk, doing, parsed.package_id, changed=refusal)
    except RequestRefusal as refusal:
        if isinstance(refusal, ChoosePolicy) and BlockId.POLICY not in doing.state:
            return await _anew(desk, doing, parsed.package_id, changed=refusal)
        return await _at_field(desk, refusal, doing.state)
    return NOTHING


async def _anew(
    desk: Desk,
    doing: Interaction,
    package_id: PackageId | None,
    *,
    note: str = "",
    changed: Refusal | None = None,
) -> Ack:
    """The form that was sent showed something else than it should have: show that, and why."""
    person = await desk.person(doing)
    view = await _form(desk, person, package_id, None, note=note, changed=changed)
    return instead(view)


async def _at_field(desk: Desk, refusal: Refusal, state: Mapping[str, Any]) -> Ack:
    known = await desk.known()
    link = await desk.link(refusal)
    at_fields = request_form.errors_for(refusal, known, state)
    if at_fields and link is None:
        return errors(at_fields)
    return instead(answers.refused_in_modal(refusal, known, link=link))


# More time --------------------------------------------------------------------------------------


async def open_extension(desk: Desk, doing: Interaction, value: str) -> Ack:
    """**Extend**: the form, or the reason why there is none."""
    person = await desk.person(doing)
    held = await desk.queries.assignment(AssignmentId(parse_id(value)))
    if held is None:
        raise NotFound("assignment", value)
    if held.assignment.target_id != person.id:
        raise NotYours
    configured = await desk.configured()
    policy = configured.policies.get(held.assignment.policy_id)
    if policy is None:
        raise PackageGone
    longest = assignments.extension_end(held.assignment, policy, None)
    stages = await desk.store.read(
        previews.extension_preview, held.assignment, policy, now=desk.clock.now()
    )
    form = ExtensionFormData(held=held, policy=policy, longest_end=longest, stages=stages)
    desk.open_form(doing, extension_form.build(form))
    return NOTHING


async def submit_extension(desk: Desk, doing: Interaction) -> Ack:
    """The form for more time was sent."""
    assert doing.view is not None
    parsed = extension_form.parse(doing.state, doing.view.get("private_metadata", ""))
    if isinstance(parsed, dict):
        return errors(parsed)
    actor = await desk.actor(doing)
    command = SubmitExtension(
        assignment_id=parsed.assignment_id,
        justification=parsed.justification,
        duration=parsed.duration,
        form_id=str(doing.view.get("id") or ""),
    )
    try:
        await desk.service.handle(command, actor)
    except Refusal as refusal:
        known = await desk.known()
        at_fields = extension_form.errors_for(refusal, known, doing.state)
        if at_fields:
            return errors(at_fields)
        raise
    return NOTHING


# The form's content -----------------------------------------------------------------------------


async def _form(
    desk: Desk,
    person: Person,
    package_id: PackageId | None,
    policy_id: PolicyId | None,
    *,
    note: str = "",
    changed: Refusal | None = None,
) -> View:
    now = desk.clock.now()
    if package_id is None:
        configured = await desk.configured()
        groups = await desk.queries.groups_of(person.id)
        nothing = next(configured.requestable(person, groups), None) is None
        form = RequestFormData(now=now, nothing_to_request=nothing, note=note)
        return request_form.build(form, await desk.known())
    preview = await desk.store.read(
        previews.request_preview, person.id, package_id, policy_id, now=now
    )
    form = RequestFormData(
        now=now,
        package=preview.package,
        policies=preview.policies,
        policy=preview.policy,
        stages=preview.stages,
        refusal=preview.refusal,
        link=await desk.link(preview.refusal) if preview.refusal else None,
        note=note,
        changed=changed,
    )
    return request_form.build(form, await desk.known())
