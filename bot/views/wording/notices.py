"""What is said once. Markup."""

from datetime import datetime

from bot.views.known import Known
from bot.views.texts import mention, named, people, quote_line, when
from bot.views.wording import delivery, words
from bot.views.wording.requests import asks, numbered, undecided
from bot.views.wording.stages import decide_by
from engine.application.queries import HeldSummary, RequestSummary
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.assignments import EndReason
from engine.domain.holdings import Holding
from engine.domain.policies import ApprovalStage
from engine.domain.stages import ApprovalDecision, Approver, StageRun

REASON_SHOWN = 800


def approval_reminder(request: AssignmentRequest, run: StageRun, stage: ApprovalStage) -> str:
    """To an approver who has not answered."""
    return (
        f"A reminder: {asks(request)} and waits for your decision. "
        f"Without an answer it expires {decide_by(run, stage)}."
    )


def denied(summary: RequestSummary, said: ApprovalDecision | None) -> str:
    """To whoever asked."""
    by = f" by {mention(said.person_id)}" if said else ""
    why = f" They wrote:\n> {_reason(said)}" if said and said.reason else ""
    return f"{_your_request(summary.request)} was denied{by}.{_until(summary)}{why}"


def _your_request(request: AssignmentRequest) -> str:
    package = named(request.package_name)
    if request.request_type is RequestType.USER_UPDATE:
        return f"Your request to keep {package} longer"
    return f"Your request for {package}"


def _until(summary: RequestSummary) -> str:
    """What becomes of access that was to last longer and does not."""
    held = summary.still_held
    return f" You have it until {when(held.ends_at)}." if held and held.ends_at else ""


def _reason(said: ApprovalDecision) -> str:
    return quote_line(said.reason, REASON_SHOWN)


DENIED_NEXT = "If you still need it, talk to them, then ask again."
EXPIRED_NEXT = "If you still need it, ask again; it may help to talk to the people who decide."


def expired(summary: RequestSummary) -> str:
    """To whoever asked."""
    more = summary.request.request_type is RequestType.USER_UPDATE
    return (
        f"{_your_request(summary.request)} has expired, because {undecided(summary.request)}."
        f"{_until(summary) if more else ' No access was given.'}"
    )


def approvers_not_found(request: AssignmentRequest, stage: ApprovalStage, ends_at: datetime) -> str:
    """To the administrators."""
    return (
        f"Too few people can be found to decide stage {named(stage.name)} of a request: "
        f"{asks(request)}. Unless somebody is found it expires {when(ends_at)}."
    )


def stand_ins_asked(
    request: AssignmentRequest, stage: ApprovalStage, asked: tuple[Approver, ...]
) -> str:
    """To the administrators."""
    return (
        f"The policy finds too few people to decide stage {named(stage.name)} of a request: "
        f"{asks(request)}. Asked in their place: {people(a.person_id for a in asked)}."
    )


def approvers_not_found_next(request: AssignmentRequest, command: str) -> str:
    """What the administrators can do."""
    return (
        f"Ask somebody to decide it with `{command} reassign {numbered(request).split()[-1]} "
        "@person`, or complete the policy's approvers."
    )


def delivered(held: HeldSummary) -> str:
    """To the holder."""
    return f"You now have {named(held.package_name)}{_lasts(held)}."


def partially_delivered(held: HeldSummary) -> str:
    """To the holder."""
    return (
        f"You have only a part of {named(held.package_name)} so far. The administrators have been "
        "told what is missing and why; you do not need to do anything."
    )


def delivery_failed(held: HeldSummary) -> str:
    """To the holder."""
    return (
        f"{named(held.package_name)} was approved, but could not be set up. The administrators "
        "have been told why and can try again; you do not need to do anything."
    )


def extended(held: HeldSummary) -> str:
    """To the holder."""
    return f"You keep {named(held.package_name)}{_lasts(held)}."


def ending(held: HeldSummary, ends_at: datetime, *, may_extend: bool, again: bool) -> str:
    """To the holder, ahead of the end. `again`: people may ask for the package."""
    soon = f"Your access to {named(held.package_name)} ends {when(ends_at)}."
    if held.extension_request_id is not None:
        return f"{soon} You have asked for more time; that is not decided yet."
    if may_extend:
        return f"{soon} If you need it for longer, press *{words.EXTEND}*."
    if not again:
        return f"{soon} If you need it for longer, talk to an administrator."
    return f"{soon} It cannot be extended, but you can ask for it again afterwards."


def ending_no_more(held: HeldSummary) -> str:
    """The same message later, when there is nothing left to warn of."""
    package, ended_at = named(held.package_name), held.assignment.ended_at
    if held.assignment.active:
        return f"Your access to {package} was about to end. It has no end date now."
    at = f" {when(ended_at)}" if ended_at else ""
    return f"Your access to {package} was about to end. It ended{at}."


def ended(held: HeldSummary, why: str = "") -> str:
    """To the former holder; with what an administrator wrote who ended it."""
    package, at = named(held.package_name), held.assignment.ended_at
    moment = f" {when(at)}" if at else ""
    match held.assignment.end_reason:
        case EndReason.GIVEN_BACK:
            return f"You gave {package} back{moment}. Thank you for tidying up."
        case EndReason.REMOVED:
            wrote = f" They wrote:\n> {quote_line(why, REASON_SHOWN)}" if why.strip() else ""
            return f"An administrator ended your access to {package}{moment}.{wrote}"
        case EndReason.LEFT:
            return f"The access to {package} ended{moment} with the account."
        case EndReason.REVIEWED:
            return f"Your access to {package} ended{moment}, because an access review decided so."
        case EndReason.CANCELED:
            return f"The access to {package} ended{moment}, because its request was canceled."
        case EndReason.EXPIRED | None:
            return f"Your access to {package} ended{moment}, as planned."


ENDED_NEXT = "If you still need it, ask again."
REMOVED_NEXT = "If you still need it, talk to an administrator or ask again."
ONLY_ASSIGNED_NEXT = "If you still need it, talk to an administrator."


def task_reminder(holding: Holding, known: Known) -> str:
    """To the fulfillers."""
    return (
        f"A reminder: {delivery.please(holding, known)}. It has been waiting since "
        f"{when(holding.changed_at)}."
    )


def at_its_card(link: str | None) -> str:
    """Where to decide: buttons of a message that never changes would outlive their purpose."""
    return (
        f"<{link}|Open its card> to decide." if link else "Decide on its card, or from this list:"
    )


def done_at_its_card(link: str | None) -> str:
    """Where to say that it is done."""
    where = f"<{link}|its card>" if link else "its card further up"
    return f"Press *{words.DONE}* on {where} once it is done."


def removal_failing(holding: Holding, known: Known) -> str:
    """To the administrators."""
    since = f" since {when(holding.failing_since)}" if holding.failing_since else ""
    return (
        f"{delivery.right(holding, known)} should have been taken from "
        f"{mention(holding.person_id)}, and could not be{since}: {delivery.problem(holding)}"
    )


REMOVAL_NEXT = (
    "It is tried again by itself until it succeeds. Please mend the cause, or take it away by hand."
)


def removal_waiting(holding: Holding, known: Known) -> str:
    """To the administrators, of a removal that somebody has to do by hand."""
    return (
        f"{delivery.right(holding, known)} should have been taken from "
        f"{mention(holding.person_id)} by hand. It has been waiting since "
        f"{when(holding.changed_at)} for {delivery.fulfillers(holding, known)} to do it."
    )


REMOVAL_WAITING_NEXT = (
    f"They are reminded every day until one of them presses *{words.DONE}*. Please see to it."
)


def row_parked(what: str, row_id: str) -> str:
    """To the administrators."""
    return (
        f"Working on {delivery.raw(f'{what} {row_id}')} kept failing, so it has been set aside. "
        "Nothing happens to it by itself until somebody looks."
    )


PARKED_NEXT = "The log says why, under this id. It is looked at again when somebody acts on it."


LET_THEM_END = "Let them end"
BRAKE_RELEASED = "They end now. For the next hour I do not ask again."


def many_endings(ending_now: int, active: int) -> str:
    """To the administrators."""
    if not active:
        return "Unusually much access would end at once, so I have stopped to ask."
    return (
        f"{ending_now:,} of {active:,} active assignments would end at this moment. That is "
        "unusually many, so I have stopped to ask: nothing has been ended."
    )


def many_leaving(closed: int, people: int) -> str:
    """To the administrators."""
    if not people:
        return "Unusually many people would lose their access at once, so I have stopped to ask."
    return (
        f"The directory names {closed:,} of {people:,} people no more, or says that their accounts "
        "are closed. That is unusually many, so I have stopped to ask: nobody has lost any access."
    )


MANY_LEAVING_NEXT = (
    "If Slack listed only some of the people, it goes on by itself once it lists them all again. "
    "If they have really left, let them end: all their access is taken away."
)


MANY_ENDINGS_NEXT = (
    "If the clock of the machine is wrong, correct it and it goes on by itself. "
    "If they are really due, let them end."
)


def _lasts(held: HeldSummary) -> str:
    ends_at = held.assignment.ends_at
    return f" until {when(ends_at)}" if ends_at else ", with no end date"
