"""The answers to a press or a command. Markup."""

from bot.views.texts import named
from bot.views.wording import delivery
from bot.views.wording.words import several

REFUSED_TITLE = "Not possible"
NOTHING_SELECTED = "Nothing is ticked. Tick the requests you want to decide, then press again."
FORM_NOT_OPENED = "The form did not open. Nothing was changed; please try again."
FORM_FOR_THE_REST_NOT_OPENED = "The form for the others did not open; please try again with them."
OUTDATED = (
    "This button or form is no longer valid. Nothing was changed. "
    "Open my Home tab or type the command again to see how things stand."
)


def decided(approve: bool, package_name: str, *, waiting_for_others: bool) -> str:
    """After Approve or Deny."""
    package = named(package_name)
    if not approve:
        return f"You denied the request for {package}. Whoever asked is told why."
    if waiting_for_others:
        return f"You approved the request for {package}. Others still have to decide."
    return f"You approved the request for {package}."


def decided_several(approve: bool, done: int) -> str:
    """After a bulk decision: how many."""
    verb = "approved" if approve else "denied"
    return f"You {verb} {several(done, 'request')}." if done else f"No request was {verb}."


def not_decided(package_name: str, why: str) -> str:
    """One that a bulk decision did not reach."""
    return f"• {named(package_name)}: {why}"


def canceled(package_name: str) -> str:
    """After Cancel request."""
    return f"Your request for {named(package_name)} is canceled. Whoever was asked can see that."


def given_back(package_name: str) -> str:
    """After Give back."""
    return f"You gave {named(package_name)} back. It is being taken away now."


def task_done(label: str) -> str:
    """After Done."""
    return f"Thank you. {named(label)} is noted as done."


def reprocessing(package_name: str) -> str:
    """After Reprocess."""
    return f"What is missing of {named(package_name)} is being tried again."


def fault(reference: str) -> str:
    """Something broke on our side."""
    return (
        "Sorry, something went wrong on my side and nothing was changed, as far as I know. "
        "Please try again; if it happens again, tell an administrator this: "
        f"{delivery.raw(reference)}"
    )


def not_drawn(reference: str) -> str:
    """What was done in a form is kept, but the form shows what was before."""
    return (
        "Sorry, the form could not be drawn anew. What you did is kept: please close it and open "
        f"it again. If it happens again, tell an administrator this: {delivery.raw(reference)}"
    )
