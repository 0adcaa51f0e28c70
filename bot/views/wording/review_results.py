"""What is said once about access reviews, and their results. Markup."""

from collections.abc import Iterable

from bot.views.texts import how_long, mention, named, quote_line, reference, when
from bot.views.wording.reviews import answered, gone, numbered
from bot.views.wording.words import several
from engine.application.queries import HeldSummary
from engine.application.review_queries import (
    DepartmentCounts,
    ReviewCounts,
    ReviewResults,
)
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.ids import PersonId
from engine.domain.review_settings import NoResponse
from engine.domain.reviews import ReviewRun, ReviewState

REASON_SHOWN = 800
ALT_TEXT = 1000
"""Slack takes so many characters of description of a picture."""
NO_DEPARTMENT = "No department"

# Said once --------------------------------------------------------------------------------------


def reminder(run: ReviewRun, counts: ReviewCounts) -> str:
    """To a reviewer with undecided lines."""
    until = f" It closes {when(run.stage_closes_at)}." if run.stage_closes_at else ""
    return (
        f"A reminder: {counts.undecided:,} of {several(counts.total, 'line')} in the review of "
        f"{named(run.package_name)} {'waits' if counts.undecided == 1 else 'wait'} for your "
        f"answer.{until}"
    )


def own_reminder(run: ReviewRun) -> str:
    """To a holder who has not said whether they still need it."""
    until = f" Please answer by {when(run.stage_closes_at)}." if run.stage_closes_at else ""
    return (
        f"A reminder: 1 question waits for you. Do you still need {named(run.package_name)}?{until}"
    )


def cleared(run: ReviewRun, counts: ReviewCounts, by: PersonId, why: str) -> str:
    """To a reviewer who had answered."""
    until = f" It closes {when(run.stage_closes_at)}." if run.stage_closes_at else ""
    return (
        f"{mention(by)} cleared the answers in the review of {named(run.package_name)}, so "
        f"{several(counts.undecided, 'line waits', 'lines wait')} for your answer once more."
        f"{until}{_they_wrote(why)}"
    )


def own_cleared(run: ReviewRun, by: PersonId, why: str) -> str:
    """To a holder who had said whether they still need it."""
    until = f" Please answer by {when(run.stage_closes_at)}." if run.stage_closes_at else ""
    return (
        f"{mention(by)} cleared the answers, yours among them, so I ask once more: do you still "
        f"need {named(run.package_name)}?{until}{_they_wrote(why)}"
    )


def _they_wrote(why: str) -> str:
    return f" They wrote:\n> {quote_line(why, REASON_SHOWN)}" if why.strip() else ""


def reviewers_not_found(run: ReviewRun, lines: int) -> str:
    """To the administrators."""
    return (
        f"In the review of {named(run.package_name)} ({numbered(run)}) nobody who should review "
        f"could be found for {several(lines, 'line')}, so others were asked: the organization's "
        "fallback approvers, the catalog's owners, or you."
    )


REVIEWERS_NOT_FOUND_NEXT = (
    "Complete the reviewers or the fallback reviewers of the policy in the configuration file."
)


def not_applied(run: ReviewRun, lines: int) -> str:
    """To the administrators."""
    return (
        f"The review of {named(run.package_name)} ({numbered(run)}) decided to remove access that "
        f"could not be removed: {several(lines, 'line')}, after several tries."
    )


def not_applied_next(run: ReviewRun, command: str) -> str:
    """What the administrators can do."""
    return (
        f"`{command} report reviews {reference(run.id)}` gives the file that says which and why. "
        f"Take it away with `{command} remove @person PACKAGE`."
    )


def ended(held: HeldSummary, removal: AssignmentRequest | None) -> str:
    """To the former holder: who decided, and why."""
    package, at = named(held.package_name), held.assignment.ended_at
    moment = f" {when(at)}" if at else ""
    if removal is None:
        return f"Your access to {package} ended{moment}, because an access review decided so."
    if removal.request_type is RequestType.SYSTEM_REMOVE:
        return (
            f"Your access to {package} ended{moment}: it was under review and nobody answered "
            "that you still need it."
        )
    why = removal.justification
    if removal.requestor_id == removal.target_id:
        own = f" You wrote:\n> {quote_line(why, REASON_SHOWN)}" if why.strip() else ""
        return f"Your access to {package} ended{moment}, as you answered in the access review.{own}"
    return (
        f"Your access to {package} ended{moment}: {mention(removal.requestor_id)} decided so in "
        f"an access review.{_they_wrote(why)}"
    )


ENDED_NEXT = "If you still need it, talk to them or ask for it again."
ENDED_UNANSWERED_NEXT = "If you still need it, ask for it again."
ONLY_ASSIGNED_NEXT = "If you still need it, talk to an administrator."
ONLY_ASSIGNED_BY_OTHERS_NEXT = "If you still need it, talk to them or to an administrator."

# Results ----------------------------------------------------------------------------------------


def summary(results: ReviewResults) -> str:
    """What came of a run."""
    run, counts = results.run, results.counts
    parts = [_head(run), _became(results)]
    if counts.total:
        parts.append(_said(counts, run))
    parts += _wrong(results)
    if extra := gone(counts):
        parts.append(extra)
    return "\n".join(parts)


def _head(run: ReviewRun) -> str:
    closed = f", closed {when(run.closed_at)}" if run.closed_at else ""
    how = "is over"
    if run.state is ReviewState.STOPPED:
        how = f"was stopped{f' by {mention(run.stopped_by)}' if run.stopped_by else ''}"
    name = named(run.package_name, bold=False)
    first = f"The review of {name} {how}."
    return (
        f"{first if '*' in name else f'*{first}*'} "
        f"Policy {named(run.policy_name, bold=False)}, {numbered(run)}{closed}."
    )


def _became(results: ReviewResults) -> str:
    took = _took(results.run)
    lines = results.kept + results.removed + results.to_remove + results.not_found
    if not lines:
        return f"Nothing was left to decide{took}."
    return (
        f"Of {several(lines, 'line')} {results.kept:,} "
        f"{'was' if results.kept == 1 else 'were'} kept and {results.removed:,} removed{took}."
    )


def _took(run: ReviewRun) -> str:
    if run.opened_at is None or run.closed_at is None:
        return ""
    return f"; it was open for {how_long(run.closed_at - run.opened_at)}"


def _said(counts: ReviewCounts, run: ReviewRun) -> str:
    silent = f"; {counts.undecided:,} not decided" if counts.undecided else ""
    meant = ""
    if counts.undecided and run.state is not ReviewState.STOPPED:
        match run.settings.on_no_response:
            case NoResponse.KEEP:
                meant = ", and so kept"
            case NoResponse.REMOVE:
                meant = ", and so removed"
            case NoResponse.TAKE_RECOMMENDATION:
                meant = ", and so as recommended"
    return f"Answers: {answered(counts)}{silent}{meant}."


def _wrong(results: ReviewResults) -> list[str]:
    found = []
    if results.to_remove:
        failed = results.run.state is ReviewState.APPLIED
        how = "could not be removed" if failed else "still to be removed"
        found.append(f"*{several(results.to_remove, 'line')} {how}.*")
    if results.still_held:
        found.append(
            f"{several(results.still_held, 'line is', 'lines are')} not yet taken away in every "
            "system; that goes on by itself."
        )
    if results.not_found:
        found.append(f"{several(results.not_found, 'line')} had ended already.")
    return found


FILES_FOLLOW = "The picture shows the answers by department; the file has every line."
FILE_FOLLOWS = "The file has every line."
"""Where nothing was left to draw."""
TOO_LARGE = frozenset({"file_upload_size_restricted", "storage_limit_reached"})


def no_files(refused: str) -> str:
    """Why the sentences come alone, by Slack's word for it, and what to do."""
    if refused in TOO_LARGE:
        return (
            "The picture and the file with every line could not be sent: they are too large for "
            "what this workspace allows. Allow larger files, or make room, and ask for the report "
            "again."
        )
    return (
        "The picture and the file with every line could not be sent: Slack did not let me upload "
        "files. `usher doctor` says what is missing."
    )


def picture_title(run: ReviewRun) -> str:
    """The picture's title. Plain text."""
    return f"Answers in the review of {run.package_name}"


def file_title(run: ReviewRun) -> str:
    """The file's title. Plain text."""
    return f"Every line of the review of {run.package_name}"


KEPT = "Kept"
REMOVED = "Removed"
NOT_KNOWN = "Don't know"
NOT_DECIDED = "Not decided"
LINES = "Lines"


def other_departments(number: int) -> str:
    """What departments without a bar of their own are called. Plain text."""
    return f"{number:,} other departments"


def department_name(name: str) -> str:
    """A department, for the picture. Plain text."""
    return " ".join(name.split()) or NO_DEPARTMENT


def in_words(name: str, counts: ReviewCounts) -> str:
    """One bar of the picture. Plain text."""
    return (
        f"{name}: {counts.kept:,} kept, {counts.removed:,} removed, {counts.dont_know:,} don't "
        f"know, {counts.undecided:,} not decided"
    )


def picture_in_words(results: ReviewResults, bars: Iterable[DepartmentCounts]) -> str:
    """What the picture shows, for whoever cannot see it. Plain text."""
    said = "; ".join(in_words(department_name(bar.department), bar.counts) for bar in bars)
    everything = in_words("All together", results.counts)
    return f"Bars of the answers by department. {everything}. {said}."
