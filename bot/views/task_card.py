"""The card that asks a person to grant or remove something by hand.

Done acts at once; what was written into the field beside it comes with the press, so that no form
stands between the person and being finished.
"""

from collections.abc import Mapping, Sequence

from bot.views import form_state
from bot.views.action_ids import ActionId, BlockId, with_part
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    context,
    header,
    input_block,
    message,
    say,
    section,
    text_input,
)
from bot.views.known import Known
from bot.views.texts import when
from bot.views.wording import approvals, delivery, words
from engine.application.queries import HeldSummary
from engine.domain.holdings import Holding, Level, level
from engine.domain.reasons import MAX_REASON


def render(
    holding: Holding, generation: int, known: Known, given_by: Sequence[HeldSummary] = ()
) -> Message:
    """The card for the task shown with this generation of the holding (`MessageWork.part`).

    With the packages that give what is to be done, and until when.
    """
    if holding.generation != generation:
        did = next((one for one in holding.tasks_done if one.generation == generation), None)
        line = (
            delivery.task_was_done(holding, did, known)
            if did
            else delivery.task_void(holding, known)
        )
        return say(line)
    if not holding.task_open:
        reached = level(holding) is Level.REACHED
        line = (delivery.task_done if reached else delivery.task_void)(holding, known)
        return say(line)
    task = delivery.task(holding, known)
    blocks = [
        header(delivery.task_title_plainly(holding, known.name(holding.person_id), known)),
        section(task),
        section(fields=_facts(holding, known, given_by)),
        _note_field(),
        actions(done_button(holding, known, primary=True)),
        context(
            delivery.task_rest(holding),
            delivery.asked_since(when(holding.changed_at)),
            *delivery.requests_of(given_by),
        ),
    ]
    return message(f"{task} {delivery.task_rest(holding)}", blocks)


def _facts(holding: Holding, known: Known, given_by: Sequence[HeldSummary]) -> list[str]:
    fields = [f"*{approvals.WHO}*\n{approvals.who(holding.person_id, known)}"]
    if given_by:
        fields.append(f"*{words.PACKAGE}*\n{delivery.packages_of(given_by)}")
        if holding.wanted:
            fields.append(f"*{words.FOR_HOW_LONG}*\n{delivery.lasts(given_by)}")
    return fields


def done_button(holding: Holding, known: Known, *, primary: bool = False) -> Block:
    """Say that it is done."""
    return button(
        words.DONE,
        ActionId.DONE,
        with_part(holding.id, holding.generation),
        style=Style.PRIMARY if primary else None,
        spoken=f"{words.DONE}: {delivery.right_plainly(holding, known)}",
    )


def _note_field() -> Block:
    field = text_input(ActionId.NOTE, multiline=False, most=MAX_REASON)
    return input_block(BlockId.NOTE, words.NOTE, field, optional=True, hint=delivery.TASK_NOTE_HINT)


def parse_note(state: Mapping[str, object]) -> str:
    """What was written beside Done (`payload["state"]["values"]`); often nothing."""
    return form_state.text(state, BlockId.NOTE)
