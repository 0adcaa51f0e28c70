"""How far each resource role has got, and what people are asked to do by hand. Markup."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.views.known import Known
from bot.views.texts import (
    cut_markup,
    escape,
    listed,
    mention,
    mention_channel,
    named,
    one_line,
    reference,
    when,
)
from bot.views.wording import words
from engine.application.queries import HeldSummary, RequestSummary
from engine.domain.assignment_requests import REPROCESS_WITHIN, AssignmentRequest, RequestState
from engine.domain.catalogs import Resource
from engine.domain.holdings import Holding, Level, Seen, TaskDone, level
from engine.domain.ids import PersonId

PROBLEM_SHOWN = 600
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
TASKS_PACKAGES = 5


def right(holding: Holding, known: Known) -> str:
    """A resource role: "@prod-readers (member)"."""
    label = known.label_of(holding)
    return right_of(holding.role, label)


def right_of(role: str, label: str) -> str:
    """A role on a resource."""
    return f"{named(label)} ({named(role, bold=False)})"


def right_plainly(holding: Holding, known: Known) -> str:
    """The same for plain text."""
    return f"{known.label_of(holding)} ({holding.role})"


def line(holding: Holding, known: Known, *, ended: bool = False, to_mend: bool = False) -> str:
    """One resource role of a request: on its way, there, waiting for a person, or failed.

    `to_mend`: for whoever can do something about what went wrong; others read only what did.
    """
    what = right(holding, known)
    at = when(holding.changed_at)
    why = ""
    if holding.problem:
        why = f": {problem(holding) if to_mend else _cause(holding)}"
    if ended and holding.wanted:
        return f"✓ {what}: stays, because another package gives it too"
    if holding.wanted:
        return _coming(holding, what, at, why, known)
    return _going(holding, what, at, why, known)


def _coming(holding: Holding, what: str, at: str, why: str, known: Known) -> str:
    if holding.given_up:
        return f"✗ {what}: failed{why}"
    if holding.seen is Seen.PRESENT:
        before = " (held before)" if holding.held_before else ""
        return f"✓ {what}: delivered{before}"
    if holding.task_open:
        return f"→ {what}: waiting since {at} for {fulfillers(holding, known)} to do it by hand"
    if holding.problem:
        return f"→ {what}: not yet; it is tried again by itself{why}"
    return f"→ {what}: being delivered"


def _going(holding: Holding, what: str, at: str, why: str, known: Known) -> str:
    if holding.keep:
        return f"✓ {what}: stays, because it was held before"
    if level(holding) is Level.REACHED:
        return f"✓ {what}: removed"
    if holding.task_open:
        return f"→ {what}: waiting since {at} for {fulfillers(holding, known)} to remove it by hand"
    if holding.problem:
        return f"→ {what}: not removed yet; it is tried again by itself{why}"
    return f"→ {what}: being removed"


def more(number: int) -> str:
    """Instead of resource roles there is no room for."""
    return f"… and {words.several(number, 'more resource role')}"


def problem(holding: Holding) -> str:
    """The connector's own sentences: what went wrong, and what to do about it."""
    return _told(holding, holding.problem or "no reason is known")


def _cause(holding: Holding) -> str:
    """The first of them: what to do is for others than whoever waits for the access."""
    return _told(holding, _SENTENCE_ENDS.split(holding.problem or "", maxsplit=1)[0])


def _told(holding: Holding, text: str) -> str:
    """With the person's name where a connector has only their account."""
    escaped = one_line(text)
    account = re.escape(holding.person_id)
    with_name = re.sub(rf"(?<!\w){account}(?!\w)", mention(holding.person_id), escaped)
    return cut_markup(with_name, PROBLEM_SHOWN)


def fulfillers(holding: Holding, known: Known) -> str:
    """Who is asked to do it by hand."""
    resource = known.resource_of(holding)
    asked = _asked(resource, holding, known) if resource else ()
    return listed(asked, "or") or "the administrators"


def _asked(resource: Resource, holding: Holding, known: Known) -> tuple[str, ...]:
    subjects = known.describe(resource.fulfillers.subjects, holding.person_id)
    return (*subjects, *(mention_channel(channel) for channel in resource.fulfillers.channels))


# Tasks ------------------------------------------------------------------------------------------


def task_title_plainly(holding: Holding, name: str, known: Known) -> str:
    """What is to be done, for a header."""
    label = known.label_of(holding)
    todo = "please give access" if holding.wanted else "please take access away"
    return f"{label} for {name}: {todo}"


def task(holding: Holding, known: Known) -> str:
    """What is to be done."""
    return f"P{please(holding, known)[1:]}."


def please(holding: Holding, known: Known) -> str:
    """The same inside a sentence."""
    what, who = right(holding, known), mention(holding.person_id)
    return f"please give {who} {what}" if holding.wanted else f"please take {what} from {who}"


def packages_of(given_by: Sequence[HeldSummary]) -> str:
    """What was asked for that needs this to be done."""
    return listed(named(each.package_name) for each in given_by[:TASKS_PACKAGES])


def lasts(given_by: Sequence[HeldSummary]) -> str:
    """Until when it is needed: until the last of them ends."""
    ends = [each.assignment.ends_at for each in given_by]
    if None in ends:
        return "No end date"
    return f"Until {when(max(end for end in ends if end is not None))}"


def requests_of(given_by: Sequence[HeldSummary]) -> tuple[str, ...]:
    """How to name to an administrator what it is about."""
    return tuple(f"Request {reference(each.request_id)}" for each in given_by[:TASKS_PACKAGES])


def task_rest(holding: Holding) -> str:
    """What happens once it is done."""
    if holding.wanted:
        return (
            f"Press *{words.DONE}* once it works. "
            "Until then the request shows that it waits for you."
        )
    return f"Press *{words.DONE}* once it is gone. You are reminded every day until then."


def task_done(holding: Holding, known: Known) -> str:
    """The card afterwards."""
    what, who = right(holding, known), mention(holding.person_id)
    became = f"{who} has {what}" if holding.wanted else f"{who} no longer has {what}"
    return f"{_done(holding.changed_at, holding.done_by)}: {became}."


def task_was_done(holding: Holding, did: TaskDone, known: Known) -> str:
    """The card once something else is to be done about the same right."""
    what, who = right(holding, known), mention(holding.person_id)
    became = f"{who} was given {what}" if did.granted else f"{what} was taken from {who}"
    return f"{_done(did.at, did.by)}: {became}."


def _done(at: datetime, by: PersonId | None) -> str:
    who = f" by {mention(by)}" if by is not None else ""
    return f"✓ *{words.DONE}*{who} {when(at)}"


def task_void(holding: Holding, known: Known) -> str:
    """The card of a task that nobody said they did."""
    return (
        f"*Closed*: {right(holding, known)} for {mention(holding.person_id)}. "
        "It is no longer needed; nothing is left for you to do here."
    )


def asked_since(at: str) -> str:
    """Since when a task waits."""
    return f"Asked {at}."


TASK_NOTE_HINT = "What you did, for the record."


# Failures ---------------------------------------------------------------------------------------


def failure(summary: RequestSummary) -> str:
    """The first line of the administrators' card."""
    request = summary.request
    return f"{named(request.package_name)} for {mention(request.target_id)}"


def failure_title_plainly(request: AssignmentRequest, name: str, state: str) -> str:
    """The header of the administrators' card."""
    return f"{state}: {request.package_name} for {name}"


def failed_at(request: AssignmentRequest) -> str:
    """What happened, and when."""
    at = f" {when(request.delivered_at)}" if request.delivered_at else ""
    if request.state is RequestState.PARTIALLY_DELIVERED:
        return f"*{words.PARTIALLY_DELIVERED}*{at}."
    return f"*{words.DELIVERY_FAILED}*{at}."


def what_to_do(request: AssignmentRequest) -> str:
    """The next step for administrators."""
    last = f" until {when(request.delivered_at + REPROCESS_WITHIN)}" if request.delivered_at else ""
    return (
        f"Mend the cause, then press *{words.REPROCESS}*; that is possible{last}. "
        "Only what is missing is tried again."
    )


def raw(text: str) -> str:
    """Something an administrator must read exactly as it is."""
    return f"`{escape(text.replace('`', chr(39)))}`"
