"""The words of the form in which a reviewer decides, and of the two small ones on top. Markup."""

from datetime import datetime

from bot.views.texts import (
    cut,
    cut_markup,
    listed,
    mention,
    named,
    one_line,
    people,
    quote_line,
    when,
)
from bot.views.wording import words
from bot.views.wording.reviews import VERDICTS, last_used, lasting, progress
from bot.views.wording.words import several
from engine.application.review_queries import ReviewCounts, ReviewLineSummary
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.ids import PersonId
from engine.domain.people import Person
from engine.domain.review_lines import (
    Advice,
    Recommendation,
    ReviewDecision,
    ReviewVerdict,
    Why,
)
from engine.domain.reviews import ReviewRun
from engine.domain.stages import Verdict

JUSTIFICATION_SHOWN = 200
REASON_SHOWN = 300
BEFORE_SHOWN = 150
ABOUT_SHOWN = 120
APPROVERS_SHOWN = 4
_MARKS: dict[ReviewVerdict, str] = {
    ReviewVerdict.KEEP: "✓",
    ReviewVerdict.REMOVE: "✗",
    ReviewVerdict.DONT_KNOW: "?",
}
_RECOMMENDED: dict[Recommendation, str] = {
    Recommendation.KEEP: words.KEEP,
    Recommendation.REMOVE: words.REMOVE,
}


FORM_TITLE = "Access review"
CHOOSE_LINES = "Which lines"
CHOOSE_DEPARTMENT = "Which department"
ALL_DEPARTMENTS = "All departments"
NO_DEPARTMENT = "Without a department"
SHOW_UNDECIDED = "Undecided"
SHOW_TO_REMOVE = "Recommended to remove"
SHOW_ALL = "All"
ADD_REASON = "Add a reason"
CHANGE_REASON = "Change the reason"
SAVED = "Every answer is saved as soon as you press it."


def form_head(run: ReviewRun, counts: ReviewCounts) -> str:
    """What it is about, and how far they have come."""
    until = f"\nOpen until {when(run.stage_closes_at)}." if run.stage_closes_at else ""
    return f"Who keeps {named(run.package_name)}?\n{progress(counts)}{until}"


def choice(name: str, number: int) -> str:
    """One choice of the filter. Plain text."""
    return f"{cut(name, 60)} ({number:,})"


def nothing_shown(undecided: int, *, elsewhere: bool) -> str:
    """The filter lets nothing through; `elsewhere`: a department is chosen."""
    if undecided and elsewhere:
        return (
            f"Nothing is left here. {several(undecided, 'line is', 'lines are')} undecided in "
            f"other departments: choose “{ALL_DEPARTMENTS}” above."
        )
    if undecided:
        return f"No line fits this choice; {several(undecided, 'line is', 'lines are')} undecided."
    return (
        "*Everything is decided.* Thank you. You can still change answers: choose "
        f"“{SHOW_ALL}” above."
    )


def range_shown(shown: int, total: int, first: str, last: str) -> str:
    """Which of the lines these are; they are in the order of names."""
    here = f"{several(shown, 'line')} on this page"
    if shown >= total:
        return f"{here}."
    between = f"{named(first, bold=False)} to {named(last, bold=False)}"
    return f"{here} of {total:,}, by name: {between}."


def keep_recommended(number: int) -> str:
    """The button. Plain text."""
    return f"Keep all recommended ({number:,})"


def decide_shown(number: int) -> str:
    """The button. Plain text."""
    return f"Decide all shown ({number:,})"


def line(row: ReviewLineSummary) -> str:
    """Whose access it is, why it was asked for, and what is recommended."""
    why = row.origin.justification if row.origin else ""
    quoted = [f"> {quote_line(why, JUSTIFICATION_SHOWN)}"] if why.strip() else []
    return "\n".join([_who(row), *quoted, advice(row.advice, row.line.department)])


def facts(row: ReviewLineSummary) -> str:
    """Since when and until when it is held, when it was last used, and by whom it was given."""
    used = last_used(row.line.last_use)
    parts = [lasting(row), f"{used[:1].upper()}{used[1:]}"]
    return " · ".join([*parts, given_by(row.origin)] if row.origin else parts)


def _who(row: ReviewLineSummary) -> str:
    about = _about(row.person)
    return f"*{mention(row.line.target_id)}*{f' · {about}' if about else ''}"


def _about(person: Person | None) -> str:
    known = (person.title, person.department) if person else ()
    return cut_markup(", ".join(one_line(part) for part in known if part), ABOUT_SHOWN)


def given_by(origin: AssignmentRequest) -> str:
    """By whom it was approved."""
    if origin.request_type is RequestType.ADMIN_ADD:
        return f"Assigned by {mention(origin.requestor_id)}"
    yes = approvers(origin)
    if not yes:
        return "Needed no approval"
    return f"Approved by {people(yes, most=APPROVERS_SHOWN)}"


def approvers(origin: AssignmentRequest) -> tuple[PersonId, ...]:
    """Everybody who said yes to it."""
    said = (d for run in origin.runs for d in run.decisions if d.verdict is Verdict.APPROVED)
    return tuple(dict.fromkeys(d.person_id for d in said))


def advice(said: Advice, department: str) -> str:
    """The recommendation, with its reason."""
    why = advice_reason(said, department)
    if said.recommendation is None:
        return f"No recommendation: {why}."
    return f"Recommended: *{_RECOMMENDED[said.recommendation]}*. {why[:1].upper()}{why[1:]}."


def advice_reason(said: Advice, department: str) -> str:
    """Why it is recommended, or why nothing is."""
    where = named(cut(department, 60), bold=False) if department else "their department"
    colleagues = f"{several(said.colleagues, 'colleague')} in {where}"
    held = f"{said.holding:,} of {colleagues} {'has' if said.holding == 1 else 'have'} it"
    match said.why:
        case Why.USED:
            return "it was used in the 30 days before the review"
        case Why.NOT_USED:
            return "it was not used in the 30 days before the review"
        case Why.USUAL:
            return f"{held} too"
        case Why.UNUSUAL:
            return f"only {held}" if said.holding else f"none of {colleagues} has it"
        case Why.SMALL_DEPARTMENT:
            return f"too few people in {where} to compare with"
        case Why.NO_DEPARTMENT:
            return "the directory knows no department to compare with"


def said_of(row: ReviewLineSummary, viewer: PersonId) -> str:
    """The present answer of a line; nothing while there is none."""
    line_ = row.line
    if line_.verdict is None or line_.decided_at is None:
        return ""
    return _said(line_.verdict, _by(line_.decided_by, viewer), line_.decided_at, line_.reason)


def said_before(decision: ReviewDecision, viewer: PersonId) -> str:
    """What somebody else said of the same line before."""
    return f"Before: {_brief(decision, viewer)}"


def said_earlier(decision: ReviewDecision, viewer: PersonId) -> str:
    """What an earlier stage said of the line."""
    return f"Stage {decision.stage + 1}: {_brief(decision, viewer)}"


def _brief(decision: ReviewDecision, viewer: PersonId) -> str:
    by, at = _by(decision.decided_by, viewer), when(decision.decided_at)
    if decision.verdict is None:
        return f"cleared by {by} {at}"
    why = f": {quote_line(decision.reason, BEFORE_SHOWN)}" if decision.reason else ""
    return f"{VERDICTS[decision.verdict]} by {by} {at}{why}"


def _said(verdict: ReviewVerdict, by: str, at: datetime, reason: str) -> str:
    why = f"\n> {quote_line(reason, REASON_SHOWN)}" if reason else ""
    return f"{_MARKS[verdict]} *{VERDICTS[verdict]}* by {by} {when(at)}{why}"


def _by(person_id: PersonId | None, viewer: PersonId) -> str:
    if person_id is None:
        return words.SOMEBODY
    return "you" if person_id == viewer else mention(person_id)


# Saying why, and many at once -------------------------------------------------------------------

WHY_TITLE = "Say why"
SEVERAL_TITLE = "Several at once"
ANSWER = "Answer"
WHY_HINT_REMOVE = "Whoever loses the access will read it, and so do the other reviewers."
WHY_HINT = "The other reviewers and the administrators will read it."
WHY_HINT_OWN = "The administrators will read it."


def why_question(
    verdict: ReviewVerdict, target_id: PersonId, package_name: str, *, own: bool = False
) -> str:
    """What the reason is for; `own`: the reader's own access."""
    who, what_ = mention(target_id), named(package_name)
    match verdict:
        case ReviewVerdict.KEEP if own:
            return f"You keep {what_}."
        case ReviewVerdict.REMOVE if own:
            return f"{what_} is taken from you at the end of the review."
        case ReviewVerdict.KEEP:
            return f"{who} keeps {what_}."
        case ReviewVerdict.REMOVE:
            return f"{what_} is taken from {who} at the end of the review."
        case ReviewVerdict.DONT_KNOW:
            return f"You do not know whether {who} needs {what_}. It is kept."


def several_question(
    number: int, verdict: ReviewVerdict | None, filters: tuple[str, ...], decided: int
) -> str:
    """The confirmation: how many lines, and which."""
    lines = several(number, "line")
    which = f" ({listed(named(f, bold=False) for f in filters)})" if filters else ""
    if verdict is ReviewVerdict.KEEP:
        are = "is" if number == 1 else "are"
        first = (
            f"*{lines}*{which} that {are} recommended to be kept and undecided will say "
            f"*{words.KEEP}*."
        )
    else:
        first = f"Your answer goes to *{lines}*{which}, on all pages."
    again = (
        f" {several(decided, 'of them has', 'of them have')} an answer that will be replaced."
        if decided
        else ""
    )
    return f"{first}{again} You can change each of them until the end."


def several_submit(number: int, verdict: ReviewVerdict | None) -> str:
    """The button that does it. Plain text."""
    verb = VERDICTS[verdict] if verdict is not None else "Answer"
    return f"{verb} {number:,}"


def more_than_confirmed(number: int) -> str:
    """Meanwhile there are more lines than the confirmation said."""
    return f"Meanwhile it is {several(number, 'line')}. Please confirm once more."


VERDICT_MISSING = "Choose an answer."
REASON_MISSING = "Please give a reason: this review wants one for every answer."


def several_decided(verdict: ReviewVerdict, lines: int, undecided: int) -> str:
    """After many were decided at once."""
    left = (
        f"{several(undecided, 'line is', 'lines are')} still undecided"
        if undecided
        else ("nothing is left to decide")
    )
    say = "says" if lines == 1 else "say"
    return f"{several(lines, 'line')} now {say} *{VERDICTS[verdict]}*; {left}."


def filters(show: str, department: str | None) -> tuple[str, ...]:
    """What the form shows, in words. Plain text."""
    shown = {"undecided": SHOW_UNDECIDED, "to_remove": SHOW_TO_REMOVE}.get(show, "")
    named_ = () if department is None else (department or NO_DEPARTMENT,)
    return (*filter(None, (shown.lower(),)), *named_)


def own_decided(verdict: ReviewVerdict, run: ReviewRun) -> str:
    """After the answer to a self-review, where its card is not in sight."""
    until = (
        f" You can change that until {when(run.stage_closes_at)}." if run.stage_closes_at else ""
    )
    return f"You answered *{VERDICTS[verdict]}* for {named(run.package_name)}.{until}"
