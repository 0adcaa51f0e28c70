"""The words of an approver's card. Markup."""

from bot.views.known import Known
from bot.views.texts import cut_markup, mention, named, one_line
from bot.views.wording import words
from bot.views.wording.requests import asks, numbered, standing
from bot.views.wording.stages import decide_by
from engine.application.queries import RequestSummary
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.ids import PersonId
from engine.domain.people import PersonKind
from engine.domain.policies import ApprovalStage
from engine.domain.stages import StageResult, StageRun

WHO = "Who"
GUEST = "A guest of this workspace"
STAGE = "Stage"
DECIDE_BY = "Decide by"
NO_JUSTIFICATION = "None was given."
DESCRIPTION_SHOWN = 300
JUSTIFICATION_KEPT = 300


def please_decide(request: AssignmentRequest, run: StageRun, stage: ApprovalStage) -> str:
    """The notification."""
    return f"{asks(request)}. Please decide by {decide_by(run, stage)}. {numbered(request)}."


def who(person_id: PersonId, known: Known) -> str:
    """A person with what the directory says of them, and their manager."""
    person = known.person(person_id)
    lines = [mention(person_id)]
    if person is not None:
        if person.kind is PersonKind.GUEST:
            lines.append(GUEST)
        about = [one_line(part) for part in (person.title, person.department) if part]
        if about:
            lines.append(cut_markup(", ".join(about), 300))
        if person.company:
            lines.append(cut_markup(one_line(person.company), 150))
        if person.manager_id is not None:
            lines.append(f"Manager: {mention(person.manager_id)}")
    return "\n".join(lines)


def package(request: AssignmentRequest, known: Known) -> str:
    """The package and what it is."""
    found = known.package(request.package_id)
    about = found.description.strip() if found else ""
    if not about:
        return named(request.package_name)
    return f"{named(request.package_name)}\n{cut_markup(one_line(about), DESCRIPTION_SHOWN)}"


def condensed(request: AssignmentRequest, lasting: str) -> str:
    """What it was about, once it is decided."""
    return f"{asks(request)}. {words.FOR_HOW_LONG}: {lasting[:1].lower() + lasting[1:]}."


def kept(justification: str) -> str:
    """The justification, once it is decided."""
    return f"{words.JUSTIFICATION}: {cut_markup(one_line(justification), JUSTIFICATION_KEPT)}"


def afterwards(summary: RequestSummary, run: StageRun) -> str:
    """What became of the request after this stage approved it."""
    if run.result is not StageResult.APPROVED:
        return ""
    return f"The request now: {standing(summary)}"
