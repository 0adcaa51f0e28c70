"""The short answers to a press or a command: what was done, or why not and what to do."""

from collections.abc import Sequence

from bot.views.action_ids import CallbackId
from bot.views.blocks import Message, View, message, modal, say, section
from bot.views.known import Known
from bot.views.request_form import refused_blocks
from bot.views.wording import answers as said
from bot.views.wording import notices as notice_words
from bot.views.wording import words
from bot.views.wording.refusals import sentence
from engine.domain.refusals import Refusal
from engine.domain.stages import Verdict

REFUSED_SHOWN = 10


def refused(refusal: Refusal, known: Known, *, link: str | None = None) -> Message:
    """Why not, and what to do. `link` is the permalink of the card it is about, if there is one."""
    return message(sentence(refusal, known, link=link), refused_blocks(refusal, known, link=link))


def refused_in_modal(refusal: Refusal, known: Known, *, link: str | None = None) -> View:
    """The same as a modal, where a form was expected."""
    blocks = refused_blocks(refusal, known, link=link)
    return modal(CallbackId.MESSAGE, said.REFUSED_TITLE, blocks, close=words.CLOSE)


def decided(verdict: Verdict, package_name: str, *, waiting_for_others: bool = False) -> Message:
    """After Approve or Deny."""
    approve = verdict is Verdict.APPROVED
    return say(said.decided(approve, package_name, waiting_for_others=waiting_for_others))


def decided_several(
    verdict: Verdict, done: int, refused: Sequence[tuple[str, Refusal]], known: Known
) -> Message:
    """After a bulk decision: how many, and per package name why not."""
    first = said.decided_several(verdict is Verdict.APPROVED, done)
    lines = [said.not_decided(name, sentence(why, known)) for name, why in refused[:REFUSED_SHOWN]]
    return message(first, [section(first), *(section(line) for line in lines)])


def canceled(package_name: str) -> Message:
    """After Cancel request."""
    return say(said.canceled(package_name))


def given_back(package_name: str) -> Message:
    """After Give back."""
    return say(said.given_back(package_name))


def task_done(label: str) -> Message:
    """After Done."""
    return say(said.task_done(label))


def reprocessing(package_name: str) -> Message:
    """After Reprocess."""
    return say(said.reprocessing(package_name))


def nothing_selected() -> Message:
    """After a bulk decision with nothing ticked."""
    return say(said.NOTHING_SELECTED)


def form_not_opened(told: Message | None = None) -> Message:
    """Slack did not take the form that a press or a command should have opened.

    `told`: what was done already, and the form should have said too.
    """
    if told is None:
        return say(said.FORM_NOT_OPENED)
    rest = section(said.FORM_FOR_THE_REST_NOT_OPENED)
    return message(told.text, [*told.blocks, rest])


def outdated() -> Message:
    """A button that this version does not know, or whose value is damaged."""
    return say(said.OUTDATED)


def brake_released() -> Message:
    """After **Let them end**."""
    return say(notice_words.BRAKE_RELEASED)


def fault(reference: str) -> Message:
    """Something broke on our side; `reference` finds it in the log."""
    return say(said.fault(reference))


def not_drawn(reference: str) -> Message:
    """A form could not be drawn anew after something was done in it."""
    return say(said.not_drawn(reference))
