"""The form with which access is asked for: what it shows, and what was filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.views.action_ids import ActionId, BlockId, CallbackId
from bot.views.blocks import Block, Option, View, external_select, input_block, modal, options
from bot.views.known import Known
from engine.domain.catalogs import AccessPackage
from engine.domain.eligibility import Wish
from engine.domain.ids import PackageId, PolicyId
from engine.domain.policies import ApprovalStage, AssignmentPolicy
from engine.domain.refusals import Refusal
from engine.domain.stages import Approver


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePreview:
    """A stage of the policy, and who would be asked if it opened now (`stages.open_stage`)."""

    stage: ApprovalStage
    approvers: tuple[Approver, ...] = ()


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
    nothing_to_request: bool = False
    """No package at all is offered to this person."""


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


def loading() -> View:
    """The form before anything is known: opened at once, then updated with `build`."""
    return modal(CallbackId.REQUEST_FORM, "Request access", [], close="Close")


def build(form: RequestFormData, known: Known) -> View:
    """The form."""
    initial = None
    if form.package is not None:
        initial = Option(words=form.package.name, value=form.package.id)
    select = external_select(ActionId.CHOOSE_PACKAGE, initial=initial, placeholder="Search")
    return modal(
        CallbackId.REQUEST_FORM,
        "Request access",
        [input_block(BlockId.PACKAGE, "Package", select, dispatch=True)],
        submit="Send request",
        close="Close",
    )


def package_options(packages: Iterable[AccessPackage]) -> list[Block]:
    """What the package field offers while somebody types; the first hundred."""
    return options(
        Option(words=package.name, value=package.id, description=package.description)
        for package in packages
    )


def chosen(state: Mapping[str, object], private_metadata: str) -> Chosen:
    """What is chosen now (`view["state"]["values"]`), to update the form when it changes."""
    return Chosen()


def parse(
    state: Mapping[str, object], private_metadata: str
) -> ParsedRequest | dict[str, str]:
    """The filled-in form (`view["state"]["values"]`), or what is wrong by block id."""
    return {BlockId.PACKAGE: "Choose a package."}


def errors_for(refusal: Refusal, known: Known) -> dict[str, str] | None:
    """The refusal written at the field it is about; every request refusal has one."""
    return None


def durations(policy: AssignmentPolicy, now: datetime) -> tuple[timedelta, ...]:
    """Sensible choices shorter than what the policy allows."""
    return ()
