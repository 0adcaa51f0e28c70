"""Lists of access reviews, and what administrators are answered about them. Markup."""

from collections.abc import Iterable

from bot.views.texts import cut, listed, mention, named, reference, when
from bot.views.wording import words
from bot.views.wording.reviews import VERDICTS, answered, numbered, progress
from bot.views.wording.states import review_is
from bot.views.wording.words import several
from engine.application.review_queries import (
    PlannedReview,
    ReviewCounts,
    ReviewerSummary,
    ReviewResults,
    ReviewSummary,
)
from engine.domain.ids import ReviewRunId
from engine.domain.review_lines import ReviewVerdict
from engine.domain.reviews import ReviewRun, ReviewState

REVIEWS_TITLE = "Reviews waiting for you"
ADMIN_TITLE = "Access reviews"
REPORT_TITLE = "Results of access reviews"
NO_REVIEWS = "No policy has reviews, and none was started."
NO_REPORTS = "No review has been closed yet."


def waiting(row: ReviewerSummary) -> str:
    """One review of mine."""
    run, counts = row.run, row.counts
    until = f"Open until {when(run.stage_closes_at)}." if run.stage_closes_at else ""
    if run.rules.self_review:
        verdict = own_verdict(counts)
        state = f"You answered *{VERDICTS[verdict]}*." if verdict else "Your answer is missing."
        return f"Do you still need {named(run.package_name)}?\n{state} {until}"
    return f"{named(run.package_name)}\n{progress(counts)}\n{until}"


def own_verdict(counts: ReviewCounts) -> ReviewVerdict | None:
    """What somebody answered in a self-review, where they have one line."""
    if counts.kept:
        return ReviewVerdict.KEEP
    return ReviewVerdict.REMOVE if counts.removed else None


def waiting_spoken(total: int) -> str:
    """How many reviews wait."""
    return f"{several(total, 'review waits', 'reviews wait')} for you."


_STATES: dict[ReviewState, str] = {
    ReviewState.SCHEDULED: "Planned",
    ReviewState.OPENING: "Being prepared",
    ReviewState.IN_PROGRESS: "Open",
    ReviewState.APPLYING: "Closed, being carried out",
    ReviewState.APPLIED: "Closed",
    ReviewState.STOPPED: "Stopped",
}


def state_of(run: ReviewRun) -> str:
    """Where a run stands. Plain text."""
    return _STATES[run.state]


def row(summary: ReviewSummary) -> str:
    """One run, for administrators."""
    run, counts = summary.run, summary.counts
    first = (
        f"`{reference(run.id)}` {named(run.package_name)}, policy "
        f"{named(run.policy_name, bold=False)}"
    )
    match run.state:
        case ReviewState.IN_PROGRESS:
            number = len(run.settings.stages)
            stage = f", stage {run.stage + 1} of {number}" if number > 1 else ""
            until = f" until {when(run.stage_closes_at)}" if run.stage_closes_at else ""
            return f"{first}\nOpen{stage}{until}\n{progress(summary.in_stage)}"
        case ReviewState.SCHEDULED:
            return f"{first}\nOpens {when(run.opens_at)}"
        case ReviewState.STOPPED:
            by = f" by {mention(run.stopped_by)}" if run.stopped_by else ""
            at = f" {when(run.closed_at)}" if run.closed_at else ""
            return f"{first}\nStopped{by}{at}"
        case ReviewState.OPENING | ReviewState.APPLYING | ReviewState.APPLIED:
            at = f" {when(run.closed_at)}" if run.closed_at else ""
            if run.closed_at and not run.lines:
                return f"{first}\n{state_of(run)}{at}: nobody held it"
            if run.closed_at and not counts.total:
                return f"{first}\n{state_of(run)}{at}: nothing was left to decide"
            said = f": {answered(counts)}, {counts.undecided:,} undecided" if at else ""
            return f"{first}\n{state_of(run)}{at}{said}"


def planned(plan: PlannedReview, package: str | None, policy: str | None) -> str:
    """The next run of one policy."""
    what = named(package) if package else words.A_PACKAGE
    under = f", policy {named(policy, bold=False)}" if policy else ""
    return f"{what}{under}: next {when(plan.next_at)}"


PLANNED_TITLE = "*Planned*"


def list_spoken(total: int) -> str:
    """The list in one sentence."""
    return f"{several(total, 'access review')}, newest first."


LIST_HINT = "The six characters are the review's ID, for `review stop`, `review reset` and reports."

# Answers to administrators ----------------------------------------------------------------------


def started(package_name: str, review_ids: Iterable[ReviewRunId], *, held: bool) -> str:
    """After `review start`; `held`: somebody has the package."""
    ids = listed(f"`{reference(review_id)}`" for review_id in review_ids)
    then = "Each reviewer gets a card as soon as it is open."
    if not held:
        then = "Nobody has it, so there is nothing to decide and it is over at once."
    return f"The review of {named(package_name)} begins now: {ids}. {then}"


STOP = "Stop"
STOP_TITLE = "Stop this review for good?"
CLEAR = "Clear answers"
CLEAR_TITLE = "Clear these answers?"


def stop_question(summary: ReviewSummary) -> str:
    """Before a review is stopped. Plain text."""
    run, counts = summary.run, summary.counts
    if run.state is ReviewState.APPLYING:
        return (
            f"{_which(run)}, is being carried out. What has been removed stays removed, everybody "
            "else keeps the access, and it cannot be taken up again."
        )
    decided = f"{_decided(counts)}, and " if counts.decided else ""
    return (
        f"{_which(run)}: {decided}nothing will be removed because of it. It cannot be opened "
        "again; planned reviews go on."
    )


def _which(run: ReviewRun) -> str:
    return f"{numbered(run)}, {cut(run.package_name, 60)}"


def _decided(counts: ReviewCounts) -> str:
    were = "is" if counts.decided == 1 else "are"
    return f"{counts.decided:,} of {several(counts.total, 'line')} {were} decided"


def clear_question(summary: ReviewSummary) -> str:
    """Before answers are cleared. Plain text."""
    run, number = summary.run, summary.in_stage.decided
    return (
        f"{_which(run)}: {several(number, 'answer')} will be cleared{_stage(run)}, and its "
        "reviewers begin anew. It closes when it was to close."
    )


def _stage(run: ReviewRun) -> str:
    return f" in stage {run.stage + 1}" if len(run.settings.stages) > 1 else ""


def stopped(results: ReviewResults) -> str:
    """After `review stop`: what became of the work."""
    run, counts = results.run, results.counts
    first = f"{numbered(run)} of {named(run.package_name)} is stopped for good."
    if results.removed:
        kept = several(results.kept, "other line keeps its", "other lines keep their")
        lost = several(results.removed, "line had lost its access", "lines had lost their access")
        what = f"{lost} by then; {kept} access."
    elif counts.decided:
        decided = f"{counts.decided:,} of {several(counts.total, 'line')}"
        were = "was" if counts.decided == 1 else "were"
        what = f"{decided} {were} decided; nothing is removed because of it."
    else:
        what = "Nothing had been decided, and nothing is removed because of it."
    return f"{first} {what} Planned reviews go on."


def reset(run: ReviewRun, cleared: int) -> str:
    """After `review reset`."""
    until = when(run.stage_closes_at) if run.stage_closes_at else "its end"
    which = f"{numbered(run)}, {named(run.package_name)}"
    if not cleared:
        return f"{which} had no answers{_stage(run)} to clear. It stays open until {until}."
    return (
        f"{several(cleared, 'answer')} of {which}, {'was' if cleared == 1 else 'were'} "
        f"cleared{_stage(run)}; its reviewers begin anew. It stays open until {until}."
    )


def results_on_their_way(run: ReviewRun) -> str:
    """After asking for a report."""
    return (
        f"The results of {numbered(run)}, {named(run.package_name)}, are on their way into this "
        "channel."
    )


def not_closed(run: ReviewRun) -> str:
    """Asked for the results of a review that has none."""
    return f"{numbered(run)} {review_is(run.state)}, so it has no results yet."


def without_lines(run: ReviewRun) -> str:
    """Asked for the results of a review that found nobody."""
    why = "nobody held it when it opened" if run.opened_at else "it ended before it opened"
    return f"{numbered(run)} of {named(run.package_name)} has no results: {why}."


SEND_RESULTS = "Send results"
