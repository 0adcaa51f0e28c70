"""The words of lists: what I hold, what I asked for, what waits, and the home tab. Markup."""

from bot.views.texts import named, quote_line, when
from bot.views.wording import words
from bot.views.wording.requests import asks, short_standing, title_plainly, wanted_time
from bot.views.wording.words import several
from engine.application.queries import HeldSummary, RequestSummary, WaitingSummary
from engine.domain.assignments import AssignmentState

JUSTIFICATION_SHOWN = 200

# Titles: plain text.
HELD_TITLE = "What you have"
REQUESTS_TITLE = "What you have asked for"
WAITING_TITLE = "Waiting for your decision"
TASKS_TITLE = "To do by hand"
HOME_TITLE = "Your access"
ADMIN_TITLE = "Administration"


def range_shown(offset: int, shown: int, total: int) -> str:
    """Which part of a list this is."""
    if not shown:
        return f"Nothing more; {total:,} in all."
    return f"{offset + 1:,} to {offset + shown:,} of {total:,}"


# What I hold ------------------------------------------------------------------------------------


def held(row: HeldSummary) -> str:
    """One assignment."""
    return f"{named(row.package_name)}\n{_held_state(row)}{_asked_more(row)}"


def _held_state(row: HeldSummary) -> str:
    assignment = row.assignment
    lasts = f"until {when(assignment.ends_at)}" if assignment.ends_at else "with no end date"
    match assignment.state:
        case AssignmentState.SCHEDULED:
            return f"Starts {when(assignment.starts_at)}, {lasts}."
        case AssignmentState.DELIVERING:
            return f"Being set up, {lasts}."
        case AssignmentState.DELIVERED:
            return f"{lasts[:1].upper()}{lasts[1:]}."
        case AssignmentState.PARTIALLY_DELIVERED:
            return f"{words.PARTIALLY_DELIVERED}, {lasts}. The administrators know."
        case AssignmentState.DELIVERY_FAILED:
            return f"{words.DELIVERY_FAILED}. The administrators know and can try again."
        case AssignmentState.EXPIRED:
            ended = f" {when(assignment.ended_at)}" if assignment.ended_at else ""
            return f"Ended{ended}."


def _asked_more(row: HeldSummary) -> str:
    return " More time has been asked for." if row.extension_request_id else ""


def open_request(row: RequestSummary) -> str:
    """One request of mine."""
    return f"{named(title_plainly(row.request))}\n{short_standing(row)}"


NOTHING_HELD = "You hold no access package at the moment."
NOTHING_REQUESTED = "Nothing you asked for is open."


def mine_spoken(holds: int, requests: int) -> str:
    """The summary of both lists."""
    have = f"You have {several(holds, 'access package')}" if holds else "You have no access package"
    asked = f"{several(requests, 'request')} of yours {'is' if requests == 1 else 'are'} open"
    return f"{have}; {asked if requests else 'no request of yours is open'}."


# What waits -------------------------------------------------------------------------------------


def waiting(row: WaitingSummary) -> str:
    """One request that waits for me."""
    request = row.request
    lasting = wanted_time(request, None)
    first = f"{asks(request)}. {words.FOR_HOW_LONG}: {lasting[:1].lower() + lasting[1:]}."
    lines = [first]
    if request.justification:
        lines.append(f"> {quote_line(request.justification, JUSTIFICATION_SHOWN)}")
    lines.append(f"Please decide by {when(row.decide_until)}.")
    return "\n".join(lines)


def waiting_choice(row: WaitingSummary, name: str) -> str:
    """The same beside a checkbox. Plain text."""
    return f"{name}: {row.request.package_name}"


def waiting_spoken(total: int) -> str:
    """How much waits."""
    if not total:
        return "Nothing waits for your decision."
    return f"{several(total, 'request waits', 'requests wait')} for your decision."


NOTHING_WAITS = "Nothing waits for your decision. When something does, I write to you here."
SELECT_HINT = "To decide several at once, tick them here."


# Menu and home ----------------------------------------------------------------------------------


MENU = "What would you like to do?"
GREETING = (
    "I do not understand what people write, but everything I can do is behind these buttons. "
    "What would you like to do?"
)


def menu_help(command: str) -> str:
    """Under the menu."""
    return f"You can also type `{command} request`, `{command} mine` or `{command} help`."


def home_intro(command: str) -> str:
    """The first line of the home tab."""
    return (
        "Ask for access here, see what you have and until when, and decide what waits for you. "
        f"The same works anywhere with `{command}`."
    )


FIRST_STEPS = (
    "You have no access package yet. Press *Request access*, choose one, and you will see who "
    "decides and how long it lasts before you send anything. Once it is approved I set the access "
    "up, tell you before it ends, and take it away on time."
)
NOTHING_HELD_HOME = "Nothing at the moment. Press *Request access* to ask for something."


def task_row(task: str, since: str) -> str:
    """One open manual task."""
    return f"{task}\nAsked {since}."


def admin_counts(pending: int, failed: int, parked: int) -> str:
    """How things stand, for administrators: what is worth a look, or that nothing is."""
    lines = (
        (pending, "request waits for approval", "requests wait for approval"),
        (
            failed,
            "delivery has failed, wholly or in part",
            "deliveries have failed, wholly or in part",
        ),
        (
            parked,
            "row is parked after failing ten times",
            "rows are parked after failing ten times",
        ),
    )
    told = [f"{several(number, one, many)}." for number, one, many in lines if number]
    return "\n".join(told) or "No request waits for approval, and no delivery has failed."
