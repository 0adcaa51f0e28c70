"""`/access why PACKAGE`: which policy applies to me, or clause by clause why none does."""

from collections.abc import Mapping, Sequence

from bot.views import form_state
from bot.views.action_ids import ActionId, BlockId, CallbackId
from bot.views.blocks import (
    Block,
    Message,
    Style,
    View,
    actions,
    button,
    input_block,
    message,
    modal,
    say,
    section,
    text_input,
)
from bot.views.known import Known
from bot.views.wording import why as said
from bot.views.wording import words
from bot.views.wording.refusals import sentence
from engine.domain.catalogs import AccessPackage
from engine.domain.eligibility import matches
from engine.domain.ids import GroupId
from engine.domain.people import Person
from engine.domain.policies import AssignmentPolicy
from engine.domain.refusals import Refusal

POLICIES_SHOWN = 30
LONGEST_NAME = 200


def render(
    package: AccessPackage,
    policies: tuple[AssignmentPolicy, ...],
    offered: tuple[AssignmentPolicy, ...],
    person: Person,
    groups: frozenset[GroupId],
    refusal: Refusal | None,
    known: Known,
) -> Message:
    """The answer first, then every policy; with the button when it can be asked for now."""
    first = sentence(refusal, known) if refusal else said.offered(package, offered)
    lines = []
    for policy in policies[:POLICIES_SHOWN]:
        serves = matches(policy, person, groups)
        better = offered[0] if serves and policy not in offered else None
        lines.append(said.clause(policy, person.kind, serves=serves, first=better))
    blocks: list[Block] = [section(first), *(section(line) for line in lines or [said.NO_POLICY])]
    if refusal is None:
        ask = ActionId.OPEN_REQUEST_FORM
        blocks.append(actions(button(words.REQUEST_ACCESS, ask, package.id, style=Style.PRIMARY)))
    return message(first, blocks)


def unknown(typed: str, fitting: Sequence[str], command: str) -> Message:
    """Nothing that this person may know of is called so; several that they can ask for may fit."""
    text = said.which(typed, fitting) if fitting else said.unknown(typed, command)
    return say(text)


def form() -> View:
    """Asks for the name of the package."""
    name = text_input(ActionId.PACKAGE_NAME, multiline=False, most=LONGEST_NAME)
    field = input_block(BlockId.PACKAGE, words.PACKAGE, name, hint=said.HINT)
    return modal(CallbackId.WHY_FORM, said.TITLE, [field], submit=said.EXPLAIN, close=words.CLOSE)


def parse(state: Mapping[str, object]) -> str:
    """The name that was filled in."""
    return form_state.text(state, BlockId.PACKAGE)
