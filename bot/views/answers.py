"""The one-sentence answers to a press or a command."""

from collections.abc import Sequence

from bot.views.blocks import Message, View, message
from bot.views.known import Known
from engine.domain.catalogs import AccessPackage
from engine.domain.refusals import Refusal
from engine.domain.stages import Verdict


def refused(refusal: Refusal, known: Known, *, link: str | None = None) -> Message:
    """Why not, and what to do. `link` is the permalink of the card it is about, if there is one."""
    return message("That is not possible.")


def refused_in_modal(refusal: Refusal, known: Known, *, link: str | None = None) -> View:
    """The same as a modal that replaces a form whose fields have nothing to do with it."""
    return {"type": "modal"}


def request_sent(package_name: str, *, approval_needed: bool) -> Message:
    """After the form was sent."""
    return message("Sent.")


def extension_sent(package_name: str, *, approval_needed: bool) -> Message:
    """After more time was asked for."""
    return message("Sent.")


def decided(verdict: Verdict, package_name: str, *, waiting_for_others: bool = False) -> Message:
    """After Approve or Deny."""
    return message("Done.")


def decided_several(
    verdict: Verdict, done: int, refused: Sequence[tuple[str, Refusal]], known: Known
) -> Message:
    """After a bulk decision: how many, and per package name why not."""
    return message("Done.")


def canceled(package_name: str) -> Message:
    """After Cancel request."""
    return message("Canceled.")


def given_back(package_name: str) -> Message:
    """After Give back."""
    return message("Given back.")


def task_done(label: str) -> Message:
    """After Done."""
    return message("Thank you.")


def reprocessing(package_name: str) -> Message:
    """After Reprocess."""
    return message("Trying again.")


def nothing_selected() -> Message:
    """After a bulk decision with nothing ticked."""
    return message("Nothing is ticked.")


def several_packages(words: str, packages: Sequence[AccessPackage]) -> Message:
    """`/access request words` fits more than one package: a button for each, up to ten."""
    return message("Which one?")


def outdated() -> Message:
    """A button that this version does not know, or whose value is damaged."""
    return message("This button is outdated.")


def not_understood_person(words: str) -> Message:
    """An administrator's command named nobody we know."""
    return message("Who is that?")


def fault(reference: str) -> Message:
    """Something broke on our side; `reference` finds it in the log."""
    return message("Something went wrong.")
