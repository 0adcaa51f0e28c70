"""The words of access reviews: progress, the reviewer's card, the question to a holder. Markup.

The form's are in `review_form.py`; lists in `review_lists.py`; what is said once, and
results, in `review_results.py`.
"""

from bot.views.texts import (
    day_of,
    listed,
    mention,
    named,
    people,
    quote,
    quote_line,
    reference,
    when,
)
from bot.views.wording import words
from bot.views.wording.words import several
from engine.application.review_queries import ReviewCounts, ReviewLineSummary
from engine.domain.ids import PersonId
from engine.domain.review_lines import LastUse, Recommendation, ReviewVerdict, on_silence
from engine.domain.review_settings import NoResponse, ReviewReason
from engine.domain.reviews import ReviewRun, ReviewState

BAR_CELLS = 10
REASON_SHOWN = 300

VERDICTS: dict[ReviewVerdict, str] = {
    ReviewVerdict.KEEP: words.KEEP,
    ReviewVerdict.REMOVE: words.REMOVE,
    ReviewVerdict.DONT_KNOW: words.DONT_KNOW,
}


def numbered(run: ReviewRun) -> str:
    """The review, so that people can name it."""
    return f"Review {reference(run.id)}"


def bar(done: int, total: int) -> str:
    """How far somebody has come, as a row of cells: begun is never empty, nor undone full."""
    filled = max(min(done, 1), done * BAR_CELLS // total) if total else BAR_CELLS
    return "■" * filled + "□" * (BAR_CELLS - filled)


def progress(counts: ReviewCounts) -> str:
    """The bar with the numbers in words."""
    return f"{bar(counts.decided, counts.total)}  *{counts.decided:,} of {counts.total:,} decided*"


def answered(counts: ReviewCounts) -> str:
    """How many were answered how."""
    parts = [
        f"{counts.kept:,} to keep",
        f"{counts.removed:,} to remove",
        *([f"{counts.dont_know:,} “don't know”"] if counts.dont_know else []),
    ]
    return listed(parts)


def gone(counts: ReviewCounts) -> str:
    """How many need no answer any more."""
    if not counts.gone:
        return ""
    return f"{several(counts.gone, 'line')} fell out, because the access ended meanwhile."


# The card ---------------------------------------------------------------------------------------

HOW_MANY = "Lines for you"
ANSWER_BY = "Answer by"
NOTHING_UNDECIDED = "Everything is decided. You can change your answers until the end."
NOTHING_FOR_YOU = "Nothing is left for you to review here."


def card_title(run: ReviewRun) -> str:
    """Plain text."""
    return f"Access review: {run.package_name}"


def please_review(run: ReviewRun, counts: ReviewCounts) -> str:
    """The notification."""
    until = f" by {when(run.stage_closes_at)}" if run.stage_closes_at else ""
    return (
        f"Please review who keeps {named(run.package_name)}: {several(counts.total, 'line')}"
        f"{until}. {numbered(run)}."
    )


def what(run: ReviewRun) -> str:
    """What is reviewed."""
    return f"Who holds {named(run.package_name)} under the policy {named(run.policy_name)}"


def together(others: tuple[PersonId, ...]) -> str:
    """Who else was asked about the same lines."""
    if not others:
        return ""
    return f"Also asked: {people(others)}. Of several answers the last before the end counts."


def silence(rule: NoResponse) -> str:
    """What becomes of a line that nobody decides."""
    match rule:
        case NoResponse.KEEP:
            return "Without an answer access is kept."
        case NoResponse.REMOVE:
            return "Without an answer access is removed."
        case NoResponse.TAKE_RECOMMENDATION:
            return (
                "Without an answer the recommendation counts; where there is none, access is kept."
            )


def place(run: ReviewRun) -> str:
    """Which stage of how many, with its name; nothing where there is only one."""
    if len(run.settings.stages) < 2:
        return ""
    return f"Stage {run.stage + 1} of {len(run.settings.stages)}: " + named(
        run.rules.name, bold=False
    )


def rules(run: ReviewRun) -> str:
    """What a reviewer should know before they begin."""
    why = " Each answer needs a reason." if run.settings.reason is ReviewReason.REQUIRED else ""
    return f"Nothing is removed before the end, and you can change any answer until then.{why}"


def over(run: ReviewRun, counts: ReviewCounts) -> str:
    """How the review ended, for one of its reviewers."""
    match run.state:
        case ReviewState.STOPPED:
            by = f" by {mention(run.stopped_by)}" if run.stopped_by else ""
            at = f" {when(run.closed_at)}" if run.closed_at else ""
            wrote = quote_line(run.stopped_why, REASON_SHOWN)
            why = f" They wrote: {wrote}" if run.stopped_why else ""
            return f"*Stopped*{by}{at}. Nothing more is removed because of it.{why}"
        case ReviewState.APPLIED:
            return f"*Closed*{_closed_at(run)}. {_what_was_said(run, counts)}"
        case _:
            return (
                f"*Closed*{_closed_at(run)}. {_what_was_said(run, counts)} "
                "What is to be removed is being removed now."
            )


def _closed_at(run: ReviewRun) -> str:
    return f" {when(run.closed_at)}" if run.closed_at else ""


def _what_was_said(run: ReviewRun, counts: ReviewCounts) -> str:
    if not counts.total:
        return "Nothing was left to decide."
    then = _undecided(run)
    if counts.total == counts.undecided == 1:
        return f"1 line was not decided, and so {then}."
    if not counts.decided:
        return f"None of {counts.total:,} lines was decided, and so they were {then}."
    silent = f"; {counts.undecided:,} not decided, and so {then}" if counts.undecided else ""
    return f"Of {several(counts.total, 'line')}: {answered(counts)}{silent}."


def _undecided(run: ReviewRun) -> str:
    match run.settings.on_no_response:
        case NoResponse.KEEP:
            return "kept"
        case NoResponse.REMOVE:
            return "removed"
        case NoResponse.TAKE_RECOMMENDATION:
            return "treated as recommended"


STAGE_OVER = "*This stage is over.*"


def stage_over(run: ReviewRun) -> str:
    """The card of an earlier stage, while a later one runs."""
    return (
        f"{STAGE_OVER} The review of {named(run.package_name)} goes on with stage "
        f"{run.stage + 1} of {len(run.settings.stages)}: {named(run.rules.name, bold=False)}."
    )


# A line -------------------------------------------------------------------------------------------


def lasting(row: ReviewLineSummary) -> str:
    """Since when it is held, and until when."""
    since, ends = row.assignment.starts_at, row.assignment.ends_at
    until = f"until {day_of(ends)}" if ends else "with no end date"
    return f"Since {day_of(since)}, {until}"


def last_used(use: LastUse | None) -> str:
    """When it was last used, where its systems tell."""
    if use is None or (use.at is None and not use.complete):
        return "last use not known"
    return f"last used {day_of(use.at)}" if use.at else "never used"


def fell_out(row: ReviewLineSummary) -> str:
    """Instead of the buttons, once the access has ended."""
    at = f" {when(row.line.gone_at)}" if row.line.gone_at else ""
    return f"This access ended{at} while it was under review. Nothing is left to decide."


# Self-review ------------------------------------------------------------------------------------


def own_question(run: ReviewRun) -> str:
    """One question, two buttons. Plain text."""
    return f"Do you still need {run.package_name}?"


def own_asked(run: ReviewRun) -> str:
    """The question, once it is over."""
    return f"Do you still need {named(run.package_name)}?"


def own_spoken(run: ReviewRun) -> str:
    """The beginning of the notification; what was answered, or until when, follows."""
    return f"{own_asked(run)} {numbered(run)}."


def own_facts(row: ReviewLineSummary) -> str:
    """What they hold and since when."""
    why = row.origin.justification if row.origin else ""
    asked = f"\nYou asked for it with these words:\n{quote(why, 600)}" if why.strip() else ""
    used = f"; {last_used(row.line.last_use)}" if row.line.last_use else ""
    return f"{lasting(row)}{used}{asked}"


def own_answer(row: ReviewLineSummary, run: ReviewRun) -> str:
    """What they said, or what silence means."""
    closes = f" {when(run.stage_closes_at)}" if run.stage_closes_at else ""
    line = row.line
    if line.gone is not None:
        return fell_out(row)
    if line.verdict is None or line.decided_at is None:
        until = f" by{closes}" if closes else ""
        silent = on_silence(run.settings.on_no_response, line.recommendation)
        then = "it is taken away" if silent is Recommendation.REMOVE else "you keep it"
        return f"Please answer{until}. Without an answer {then}."
    why = f"\n{quote(line.reason, REASON_SHOWN)}" if line.reason else ""
    until = f" You can change that until{closes}." if closes else ""
    return f"You answered *{VERDICTS[line.verdict]}* {when(line.decided_at)}.{until}{why}"


def own_result(row: ReviewLineSummary, run: ReviewRun) -> str:
    """What became of it after the close."""
    if run.state is ReviewState.STOPPED:
        return over(run, ReviewCounts())
    if row.line.gone is not None:
        return fell_out(row)
    said = (
        f"you answered *{VERDICTS[row.line.verdict]}*"
        if row.line.verdict is not None
        else "you did not answer"
    )
    kept = row.final is not Recommendation.REMOVE
    then = "you keep it" if kept else "the access is taken away"
    return f"*Closed*{_closed_at(run)}: {said}, so {then}."


STALE_OWN = "This question is over. Your newest message from me shows how things stand now."
