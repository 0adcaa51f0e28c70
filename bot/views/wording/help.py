"""The usage of both commands. Markup."""

from bot.views.wording import delivery
from bot.views.wording.states import TYPED


def people_intro(command: str) -> str:
    """What the command is for."""
    return (
        f"With `{command}` you ask for access, see what you have, and decide what waits for you. "
        "The same is in my Home tab, with buttons."
    )


def people_usage(command: str) -> tuple[str, ...]:
    """Every form of the command, with what it does."""
    return (
        f"`{command}`: a menu with buttons",
        f"`{command} request [words]`: ask for access; with words, for the package they name",
        f"`{command} mine`: what you have, until when, and what you have asked for",
        f"`{command} approvals`: what waits for your decision",
        f"`{command} why PACKAGE`: which of its policies serves you, or why none does",
        f"`{command} help`: this",
    )


def administrators_intro(command: str) -> str:
    """What the administrators' command is for."""
    return (
        f"With `{command}` administrators look after access, in their channel only. "
        "The same is on their Home tab with me, with buttons."
    )


def administrators_usage(command: str) -> tuple[str, ...]:
    """Every form of the administrators' command, with what it does."""
    return (
        f"`{command} packages [words]`: the access packages, and how many hold each",
        f"`{command} requests [@person] [PACKAGE] [STATE]`: requests, newest first",
        f"`{command} assign @person PACKAGE`: give somebody a package",
        f"`{command} remove @person PACKAGE`: take a package away",
        f"`{command} reprocess ID`: try a failed delivery again",
        f"`{command} reassign ID @person`: have somebody else decide",
        f"`{command} audit ID`: the story of a request or a review",
        f"`{command} reviews`: every access review with its progress, and what is planned",
        f"`{command} review start PACKAGE`: begin a review now, outside its schedule",
        f"`{command} review stop ID [why]`: end a review for good",
        f"`{command} review reset ID [why]`: clear its answers",
        f"`{command} report reviews [ID]`: the results of closed reviews, with picture and file",
        f"`{command} help`: this",
    )


IDS = "ID is what a card shows after “Request” or “Review”; the last four characters are enough."


STATES = f"STATE is {', '.join([*TYPED][:-1])} or {[*TYPED][-1]}."


def incomplete(text: str) -> str:
    """Before the command's own usage, when it lacked whom or what it is about."""
    return f"Something is missing after {delivery.raw(text[:200])}. It goes like this:"


def not_understood(text: str, *, begun: bool = False) -> str:
    """Before the usage, when something else was typed; `begun` as one of these begins."""
    then = "It goes like this:" if begun else "This is what I can do:"
    return f"I do not understand {delivery.raw(text[:200])}. {then}"
