"""The form with which access is asked for: what it shows, and what was filled in.

Choosing a package or a policy updates the form. Block ids never change, so what was written stays
when the package changes; the field of time carries its policy in its action id, because its
choices differ from policy to policy (Slack keeps what was entered where both ids are the same).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.views import durations, form_state
from bot.views.action_ids import ActionId, BlockId, CallbackId
from bot.views.blocks import (
    Block,
    Option,
    Style,
    View,
    actions,
    button,
    divider,
    external_select,
    input_block,
    modal,
    options,
    section,
    static_select,
    text_input,
)
from bot.views.known import Known
from bot.views.texts import plainly
from bot.views.wording import forms, words
from bot.views.wording.refusals import sentence
from bot.views.wording.stages import preview
from engine.application.previews import StagePreview
from engine.domain.catalogs import AccessPackage
from engine.domain.eligibility import Wish
from engine.domain.ids import PackageId, PolicyId
from engine.domain.policies import AssignmentPolicy, JustificationRule
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import (
    AlreadyHeld,
    AuthorityRefusal,
    ChoosePolicy,
    JustificationMissing,
    JustificationTooLong,
    MayNotChooseTimes,
    Refusal,
    RequestRefusal,
    StartInPast,
    StartTooLate,
    TooLong,
    TooShort,
)

STAGES_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFormData:
    """Everything the form shows. Without a package it only asks for one."""

    now: datetime
    package: AccessPackage | None = None
    policies: tuple[AssignmentPolicy, ...] = ()
    """Those offered to this person for the package; with several they choose (POL-4)."""
    policy: AssignmentPolicy | None = None
    """The chosen one; with exactly one in `policies` it may be left out."""
    stages: tuple[StagePreview, ...] = ()
    """Of the chosen policy, as far as approval is wanted; empty: no approval needed."""
    refusal: Refusal | None = None
    """Why this package cannot be asked for; shown instead of the fields."""
    link: str | None = None
    """Where the card is of the request that the refusal is about."""
    note: str = ""
    """Markup above what follows from the choice, or in its place until there is one."""
    changed: Refusal | None = None
    """Why a form that was sent is drawn anew, with the terms as they are now."""
    nothing_to_request: bool = False
    """No package at all is offered to this person."""

    @property
    def chosen_policy(self) -> AssignmentPolicy | None:
        """The policy whose fields are shown."""
        if self.policy is not None:
            return self.policy
        return self.policies[0] if len(self.policies) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a form not yet sent has chosen so far."""

    package_id: PackageId | None = None
    policy_id: PolicyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRequest:
    """A filled-in form."""

    package_id: PackageId
    wish: Wish


# Drawing ----------------------------------------------------------------------------------------


def build(form: RequestFormData, known: Known) -> View:
    """The form."""
    if form.nothing_to_request and form.package is None:
        nothing = [section(forms.NOTHING_OFFERED)]
        return modal(CallbackId.REQUEST_FORM, forms.REQUEST_TITLE, nothing, close=words.CLOSE)
    policy = form.chosen_policy
    return modal(
        CallbackId.REQUEST_FORM,
        forms.REQUEST_TITLE,
        [_package_field(form.package), *_rest(form, policy, known)],
        submit=words.SEND_REQUEST,
        close=words.CLOSE,
        private_metadata=form_state.remember(
            package=form.package.id if form.package else None,
            policy=policy.id if policy else None,
        ),
    )


def _rest(form: RequestFormData, policy: AssignmentPolicy | None, known: Known) -> list[Block]:
    if form.package is None:
        return [section(form.note or forms.CHOOSE_FIRST), _why_field(optional=True, read=True)]
    note = sentence(form.changed, known) if form.changed is not None else form.note
    why = [section(note)] if note else []
    blocks = [*why, _about(form.package, known)]
    if form.refusal is not None:
        return [*blocks, *refused_blocks(form.refusal, known, link=form.link)]
    if len(form.policies) > 1:
        blocks.append(_policy_field(form.package, form.policies, policy))
    if policy is None:
        return blocks
    blocks += [section(who_is_asked(form.stages, forms.NO_APPROVAL)), section(forms.lasts(policy))]
    fields = justification_field(policy, read=bool(form.stages))
    if policy.requestor_may_shorten:
        fields.append(_duration_field(policy, form.now))
        fields.append(_starts_field(approval=bool(form.stages)))
    return [*blocks, divider(), *fields] if fields else blocks


def _package_field(package: AccessPackage | None) -> Block:
    initial = Option(words=package.name, value=package.id) if package else None
    select = external_select(
        ActionId.CHOOSE_PACKAGE, initial=initial, placeholder=forms.PACKAGE_PLACEHOLDER
    )
    return input_block(BlockId.PACKAGE, words.PACKAGE, select, dispatch=True)


def _about(package: AccessPackage, known: Known) -> Block:
    catalog = known.catalog_name(package.catalog_id)
    return section(forms.about_package(package, catalog, known.rights_of(package)))


def refused_blocks(refusal: Refusal, known: Known, *, link: str | None = None) -> list[Block]:
    """Why not, with the button that helps if there is one."""
    blocks = [section(sentence(refusal, known, link=link))]
    if isinstance(refusal, AlreadyHeld) and refusal.may_extend:
        extend = button(words.EXTEND, ActionId.EXTEND, refusal.assignment_id, style=Style.PRIMARY)
        blocks.append(actions(extend))
    return blocks


def _policy_field(
    package: AccessPackage,
    policies: tuple[AssignmentPolicy, ...],
    chosen_policy: AssignmentPolicy | None,
) -> Block:
    choices = [Option(words=policy.name, value=policy.id) for policy in policies]
    initial = next((c for c in choices if chosen_policy and c.value == chosen_policy.id), None)
    select = static_select(
        f"{ActionId.CHOOSE_POLICY}:{package.id}",
        choices,
        initial=initial,
        placeholder=forms.POLICY_PLACEHOLDER,
    )
    return input_block(BlockId.POLICY, words.POLICY, select, hint=forms.POLICY_HINT, dispatch=True)


def who_is_asked(stages: tuple[StagePreview, ...], nobody: str) -> str:
    """Who would decide, stage by stage, before anything is sent."""
    if not stages:
        return nobody
    lines = [preview(n, s.stage, s.approvers) for n, s in enumerate(stages[:STAGES_SHOWN])]
    return "\n".join((forms.WHO_WILL_BE_ASKED, *lines))


def justification_field(policy: AssignmentPolicy, *, read: bool) -> list[Block]:
    """The field that asks why, as the policy wants it; nothing when it is hidden."""
    if policy.justification is JustificationRule.HIDDEN:
        return []
    return [_why_field(optional=policy.justification is JustificationRule.OPTIONAL, read=read)]


def _why_field(*, optional: bool, read: bool) -> Block:
    """Always the same ids: what was written before a package was chosen stays."""
    field = text_input(
        ActionId.JUSTIFICATION,
        multiline=True,
        most=MAX_REASON,
        placeholder=forms.JUSTIFICATION_PLACEHOLDER,
    )
    return input_block(
        BlockId.JUSTIFICATION,
        words.JUSTIFICATION,
        field,
        optional=optional,
        hint=forms.JUSTIFICATION_HINT if read else forms.JUSTIFICATION_HINT_UNREAD,
    )


def _duration_field(policy: AssignmentPolicy, now: datetime) -> Block:
    return duration_field(policy, durations.choices(policy.expiration, now=now))


def duration_field(policy: AssignmentPolicy, choices: tuple[Option, ...]) -> Block:
    """The field for how long; the first choice is the default."""
    select = static_select(
        f"{ActionId.DURATION}:{policy.id}",
        choices,
        initial=choices[0],
        placeholder=forms.DURATION_PLACEHOLDER,
    )
    return input_block(BlockId.DURATION, words.FOR_HOW_LONG, select)


def _starts_field(*, approval: bool) -> Block:
    picker: Block = {"type": "datetimepicker", "action_id": ActionId.STARTS.value}
    return input_block(
        BlockId.STARTS,
        words.STARTS,
        picker,
        optional=True,
        hint=forms.STARTS_HINT if approval else forms.STARTS_HINT_UNAPPROVED,
    )


def package_options(packages: Iterable[AccessPackage]) -> list[Block]:
    """What the package field offers while somebody types; the first hundred."""
    return options(
        Option(words=package.name, value=package.id, description=package.description)
        for package in packages
    )


# Reading ----------------------------------------------------------------------------------------


def chosen(state: Mapping[str, object], private_metadata: str) -> Chosen:
    """What is chosen now (`view["state"]["values"]`), to update the form when it changes.

    The policy counts only while the package is still the one it was chosen for.
    """
    shown = form_state.remembered_text(private_metadata, "package")
    package_id = form_state.choice(state, BlockId.PACKAGE) or shown
    if package_id is None:
        return Chosen()
    policy_id = None
    if package_id == shown:
        kept = form_state.remembered_text(private_metadata, "policy")
        policy_id = form_state.choice(state, BlockId.POLICY) or kept
    return Chosen(
        package_id=PackageId(package_id),
        policy_id=PolicyId(policy_id) if policy_id else None,
    )


def shows_another(state: Mapping[str, object], private_metadata: str) -> bool:
    """Whether the terms in it are those of another package than is chosen: an update was lost."""
    shown = form_state.remembered_text(private_metadata, "package")
    return shown is not None and shown != chosen(state, private_metadata).package_id


def parse(state: Mapping[str, object], private_metadata: str) -> ParsedRequest | dict[str, str]:
    """The filled-in form (`view["state"]["values"]`), or what is wrong by block id.

    A form sent before its first update still counts: the policy then decides what it leaves open.
    One that shows the terms of another package (`shows_another`) does not, and is to be redrawn.
    """
    now_chosen = chosen(state, private_metadata)
    if now_chosen.package_id is None:
        return {str(BlockId.PACKAGE): forms.CHOOSE_PACKAGE}
    if BlockId.POLICY in state and now_chosen.policy_id is None:
        return {str(BlockId.POLICY): forms.CHOOSE_POLICY}
    try:
        duration = durations.parse(form_state.choice(state, BlockId.DURATION))
    except ValueError:
        return {str(BlockId.DURATION): forms.CHOOSE_DURATION}
    return ParsedRequest(
        package_id=now_chosen.package_id,
        wish=Wish(
            policy_id=now_chosen.policy_id,
            justification=form_state.text(state, BlockId.JUSTIFICATION),
            duration=duration,
            starts_at=form_state.moment(state, BlockId.STARTS),
        ),
    )


def errors_for(
    refusal: Refusal, known: Known, state: Mapping[str, object]
) -> dict[str, str] | None:
    """The refusal written at its field, or at the package if that field is not shown.

    None when it is about neither a request nor whoever asks: say it with `answers`.
    """
    if not isinstance(refusal, RequestRefusal | AuthorityRefusal):
        return None
    block_id = _field_of(refusal)
    shown = block_id if block_id in state else BlockId.PACKAGE
    return {str(shown): error_text(refusal, known)}


def error_text(refusal: Refusal, known: Known) -> str:
    """A refusal's sentence for a field, where Slack shows plain text only."""
    return plainly(sentence(refusal, known), known.name)


def _field_of(refusal: Refusal) -> BlockId:
    match refusal:
        case ChoosePolicy():
            return BlockId.POLICY
        case JustificationMissing() | JustificationTooLong():
            return BlockId.JUSTIFICATION
        case TooLong() | TooShort() | MayNotChooseTimes():
            return BlockId.DURATION
        case StartInPast() | StartTooLate():
            return BlockId.STARTS
        case _:
            return BlockId.PACKAGE
