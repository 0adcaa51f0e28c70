"""The words of the file with every line of a review. Plain text, one header and one row a line."""

from collections.abc import Callable
from datetime import datetime

from bot.views.texts import plainly
from bot.views.wording.review_form import advice_reason, approvers
from bot.views.wording.reviews import VERDICTS
from bot.views.wording.states import ENDINGS
from engine.application.review_queries import ReviewLineSummary
from engine.domain.assignment_requests import AssignmentRequest, RequestType
from engine.domain.ids import PersonId
from engine.domain.review_lines import (
    ApplyResult,
    LastUse,
    Recommendation,
    ReviewDecision,
    ReviewLine,
)

COLUMNS = (
    "Person",
    "Person ID",
    "E-mail",
    "Department",
    "Since",
    "Until",
    "Last used",
    "Justification",
    "Given by",
    "Recommendation",
    "Why recommended",
    "Decision",
    "Reviewer",
    "Decided at",
    "Reason",
    "Earlier stages",
    "Result",
    "Problem",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide ones of the first: some spreadsheets read them alike."""
_RECOMMENDED: dict[Recommendation | None, str] = {
    Recommendation.KEEP: "Keep",
    Recommendation.REMOVE: "Remove",
    None: "None",
}

Name = Callable[[PersonId], str]


def cells(row: ReviewLineSummary, name: Name) -> tuple[str, ...]:
    """A line, in the order of `COLUMNS`."""
    line, assignment, person = row.line, row.assignment, row.person
    justification = row.origin.justification if row.origin else ""

    def known(person_id: PersonId) -> str:
        return person.name if person and person_id == line.target_id else name(person_id)

    found = (
        known(line.target_id),
        line.target_id,
        (person.email or "") if person else "",
        line.department,
        _moment(assignment.starts_at),
        _moment(assignment.ends_at),
        _last_used(line.last_use),
        justification,
        _given_by(row.origin, known),
        _RECOMMENDED[row.advice.recommendation],
        plainly(advice_reason(row.advice, line.department), known),
        _decision(line),
        known(line.decided_by) if line.decided_by else "",
        _moment(line.decided_at),
        line.reason,
        "; ".join(_earlier(decision, known) for decision in row.earlier),
        result(row),
        line.problem,
    )
    return tuple(harmless(cell) for cell in found)


def harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula is marked as text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def people_in(row: ReviewLineSummary) -> set[PersonId]:
    """Whose names a line needs besides the holder's, who comes with it."""
    line, origin = row.line, row.origin
    found = {decision.decided_by for decision in row.earlier}
    if line.decided_by is not None:
        found.add(line.decided_by)
    if origin is not None:
        found |= {origin.requestor_id, *approvers(origin)}
    return found - ({line.target_id} if row.person else set())


def _decision(line: ReviewLine) -> str:
    if line.verdict is None:
        return "" if line.gone is not None else "Not decided"
    return VERDICTS[line.verdict]


def result(row: ReviewLineSummary) -> str:
    """What became of the access."""
    line = row.line
    if line.gone is not None:
        return f"Ended meanwhile: {ENDINGS[line.gone]}"
    if line.apply_result is None and row.final is not Recommendation.REMOVE:
        return "Kept"
    return _removal(line, still_held=row.still_held)


def _removal(line: ReviewLine, *, still_held: bool) -> str:
    match line.apply_result:
        case ApplyResult.REMOVED:
            return "Removed, still held in some system" if still_held else "Removed"
        case ApplyResult.NOT_FOUND:
            return "Had ended already"
        case ApplyResult.FAILED:
            return "Could not be removed"
        case None:
            return "To be removed"


def _last_used(use: LastUse | None) -> str:
    """Empty: not known."""
    if use is not None and use.at is None and use.complete:
        return "Never"
    return _moment(use.at) if use is not None else ""


def _given_by(origin: AssignmentRequest | None, name: Name) -> str:
    if origin is None:
        return ""
    if origin.request_type is RequestType.ADMIN_ADD:
        return f"Assigned by {name(origin.requestor_id)}"
    return ", ".join(name(person_id) for person_id in approvers(origin))


def _earlier(decision: ReviewDecision, name: Name) -> str:
    verdict = VERDICTS[decision.verdict] if decision.verdict else "Cleared"
    why = f" ({decision.reason})" if decision.reason else ""
    return f"Stage {decision.stage + 1}: {verdict} by {name(decision.decided_by)}{why}"


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
