"""How a stage stands, in words. Markup."""

from collections.abc import Iterable

from bot.views.known import Known
from bot.views.texts import how_long, listed, mention, named, people, quote_line, when
from bot.views.wording import words
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.people import Subject
from engine.domain.policies import ApprovalStage
from engine.domain.stages import (
    ApprovalDecision,
    Approver,
    ApproverRole,
    StageResult,
    StageRun,
    Verdict,
    deadline,
    due_timers,
    undecided,
    unresolved,
)

REASON_SHOWN = 300
"""How much of an approver's reason a line shows."""


def where(request: AssignmentRequest, number: int) -> str:
    """Which stage of how many, with its name if it has one of its own."""
    name, place = request.stages[number].name, f"{number + 1} of {len(request.stages)}"
    return place if name == f"Stage {number + 1}" else f"{place}: {named(name, bold=False)}"


def line(request: AssignmentRequest, number: int, known: Known) -> str:
    """One stage of a request, past, present or to come."""
    stage = request.stages[number]
    name = named(stage.name)
    if number >= len(request.runs):
        asked = listed(known.describe(_others(stage.approvers, request), request.target_id))
        then = f"then asks {asked or 'others'}"
        return f"· {name}: {then}" if request.run else f"· {name}: not asked"
    run = request.runs[number]
    if run.result is None:
        return f"→ {name}: {present(run, stage, request, known)}"
    mark = "✓" if run.result is StageResult.APPROVED else "✗"
    return f"{mark} {name}: {outcome(run)}{reasons(run)}"


def _others(subjects: Iterable[Subject], request: AssignmentRequest) -> list[Subject]:
    """Nobody decides on their own request: whoever is named in the policy and asks is left out."""
    own = {request.requestor_id, request.target_id}
    return [subject for subject in subjects if subject.person_id not in own]


def outcome(run: StageRun) -> str:
    """How a closed stage ended, by whom and when."""
    at = f" {when(run.closed_at)}" if run.closed_at else ""
    match run.result:
        case StageResult.APPROVED:
            said = [f"{mention(d.person_id)} {when(d.decided_at)}" for d in _shown(run)]
            return f"*{words.APPROVED}* by {listed(said)}"
        case StageResult.DENIED:
            said = [
                f"{mention(d.person_id)} {when(d.decided_at)}"
                for d in run.decisions
                if d.verdict is Verdict.DENIED
            ]
            return f"*{words.DENIED}* by {listed(said)}"
        case StageResult.EXPIRED:
            silent = people(a.person_id for a in undecided(run))
            return f"*{words.EXPIRED}*{at}, " + (
                f"without an answer from {silent}" if silent else "as nobody could be asked"
            )
        case StageResult.CANCELED:
            return f"*{words.CANCELED}*{at}"
        case None:
            return "Waiting"


def _shown(run: StageRun) -> list[ApprovalDecision]:
    return [d for d in run.decisions if d.verdict is Verdict.APPROVED][:8]


def reasons(run: StageRun) -> str:
    """What the approvers wrote, each on a line of its own."""
    written = [d for d in run.decisions if d.reason]
    return "".join(f"\n> {_reason(d, named_too=len(run.decisions) > 1)}" for d in written[:8])


def _reason(decision: ApprovalDecision, *, named_too: bool) -> str:
    text = quote_line(decision.reason, REASON_SHOWN)
    return f"{mention(decision.person_id)}: {text}" if named_too else text


def present(run: StageRun, stage: ApprovalStage, request: AssignmentRequest, known: Known) -> str:
    """With whom a running stage lies, since when, and what happens next."""
    waiting = undecided(run)
    if waiting:
        since = when(min(a.asked_at for a in waiting))
        who = people((a.person_id for a in waiting), "or" if stage.needed == 1 else "and")
        parts = [f"waiting for {who} since {since}"]
    else:
        parts = ["nobody can decide this now"]
    if unresolved(run, stage):
        parts.append("the administrators know that too few people can be found")
    if approvals := run.decisions:
        parts.insert(0, f"{so_far(run, stage)} ({people(d.person_id for d in approvals)})")
    return f"{'; '.join(parts)}.\n{_ahead(run, stage, request, known)}"


def more(number: int) -> str:
    """Instead of stages there is no room for."""
    return f"… and {words.several(number, 'more stage')}"


def so_far(run: StageRun, stage: ApprovalStage) -> str:
    """How many of those needed have approved."""
    needed = required(run, stage)
    has = "has" if len(run.decisions) == 1 else "have"
    return f"{len(run.decisions)} of {needed} {has} approved"


def _ahead(run: StageRun, stage: ApprovalStage, request: AssignmentRequest, known: Known) -> str:
    """What time alone will do (`stages.due_timers`): the next of each kind, and the end."""
    escalations = {run.opened_at + step.after: step for step in stage.escalate}
    first = {what: at for at, what in sorted(due_timers(run, stage), reverse=True)}
    steps = []
    for what, at in sorted(first.items(), key=lambda step: step[1]):
        if what == "reminder":
            steps.append(f"a reminder {when(at)}")
        elif what == "escalation":
            who = known.describe(escalations[at].to, request.target_id)
            steps.append(f"{listed(who)} asked as well {when(at)}")
    ahead = f"Next: {', '.join(steps)}. " if steps else ""
    return f"{ahead}Expires {decide_by(run, stage)}."


def required(run: StageRun, stage: ApprovalStage) -> int:
    """How many must approve; for "all of them" as many as are asked."""
    if stage.needed is not None:
        return stage.needed
    asked_first = [a for a in run.approvers if a.role is not ApproverRole.ESCALATION]
    return max(len(asked_first), 1)


# For approvers ----------------------------------------------------------------------------------


def quorum(run: StageRun, stage: ApprovalStage, viewer: Approver | None) -> str:
    """Who else was asked, and how many answers it takes."""
    others = [
        a.person_id for a in run.approvers if viewer is None or a.person_id != viewer.person_id
    ]
    if not others:
        return "You are the only one asked."
    asked = f"Also asked: {people(others)}."
    if stage.needed == 1:
        return f"{asked} Any one of you decides."
    if stage.needed is None:
        return f"{asked} All of you must approve; one denial ends the request."
    return (
        f"{asked} {stage.needed} of the {len(run.approvers)} of you must approve; "
        "one denial ends the request."
    )


def why_you(approver: Approver) -> str:
    """Why this person is asked, if that is not obvious."""
    at = when(approver.asked_at)
    match approver.role:
        case ApproverRole.PRIMARY:
            return f"Asked {at}."
        case ApproverRole.FALLBACK:
            return f"You were asked {at}, because the usual approvers could not be found."
        case ApproverRole.STAND_IN:
            return f"You were asked {at}, because nobody named by the policy could be found."
        case ApproverRole.ESCALATION:
            return f"You were asked {at}, because nobody had decided by then."
        case ApproverRole.REASSIGNED:
            return f"You were asked {at}, because an administrator handed this to you."


def decide_by(run: StageRun, stage: ApprovalStage) -> str:
    """Until when an answer counts."""
    return when(deadline(run, stage))


def your_answer(said: ApprovalDecision, run: StageRun, stage: ApprovalStage) -> str:
    """To somebody who has answered while others are still needed."""
    missing = max(required(run, stage) - len(run.decisions), 1)
    return (
        f"*{words.APPROVED}* by you {when(said.decided_at)}. Waiting for {missing} more; "
        f"undecided so far: {people(a.person_id for a in undecided(run)) or 'nobody'}."
    )


def not_you(run: StageRun) -> str:
    """To somebody who is no longer asked."""
    others = people((a.person_id for a in undecided(run)), "or")
    now = f" It now waits for {others}." if others else ""
    return f"*No longer waiting for you.*{now}"


def preview(number: int, stage: ApprovalStage, approvers: tuple[Approver, ...]) -> str:
    """A stage before anything is sent: who would be asked, how many must agree, how long it has."""
    asked = [a.person_id for a in approvers]
    within = f"within {how_long(stage.decide_within)}"
    name = f"{number + 1}. {named(stage.name)}:"
    if not asked:
        return (
            f"{name} nobody can be found to decide at the moment. "
            "The administrators will be told when you ask."
        )
    if len(asked) == 1:
        return f"{name} {mention(asked[0])}, {within}"
    if stage.needed == 1:
        return f"{name} {people(asked, 'or')}, {within}; one answer is enough"
    if stage.needed is None:
        return f"{name} {people(asked)}, {within}; all must approve"
    return f"{name} {people(asked)}, {within}; {stage.needed} must approve"
