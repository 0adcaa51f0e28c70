"""What commands do to access reviews: start, stop, reset, decide.

Everything that touches the lines of a run happens under the lock of the run. An answer changes no
assignment: that is the business of the close (`review_steps.py`).
"""

from datetime import datetime

from engine.application.audit import AuditEntry
from engine.application.commands import (
    Decided,
    DecideReviewLines,
    KeepReviewPlace,
    ResetReview,
    SendReviewResults,
    StartReview,
    StopReview,
)
from engine.application.requests import acting_person, require_administrator
from engine.application.review_cards import show_reviewers
from engine.application.unit import Unit
from engine.domain import review_lines, review_messages, review_timers, reviews
from engine.domain.conversation import NoticeKind
from engine.domain.ids import PersonId, ReviewRunId
from engine.domain.policies import AssignmentPolicy
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import NoReviews, NotAReviewer, NotFound, ReviewRunning
from engine.domain.review_lines import MAX_NAMED, ReviewLine
from engine.domain.reviews import ReviewOutcome, ReviewRun

LONGEST_PLACE = 1_000
"""Far more than a form says of its place."""


def start(unit: Unit, command: StartReview) -> tuple[ReviewRunId, ...]:
    """Open reviews of a package now: one for each of its policies that has reviews."""
    administrator = require_administrator(unit)
    if command.package_id not in unit.configured.packages:
        raise NotFound("package", command.package_id)
    policies = unit.configured.policies_of.get(command.package_id, ())
    reviewed = [policy for policy in policies if policy.reviews is not None]
    if not reviewed:
        raise NoReviews(command.package_id)
    running = {run.policy_id: run.id for run in unit.tx.unfinished_runs(p.id for p in reviewed)}
    free = [policy for policy in reviewed if policy.id not in running]
    if not free:
        raise ReviewRunning(running[reviewed[0].id])
    started = []
    for policy in free:
        run = fresh_run(unit, policy, started_by=administrator)
        unit.tx.add_review_run(run, unit.now)
        audit_run(unit, run, ("review.started",))
        unit.tell_administrators(NoticeKind.ADMINISTERED_REVIEW, run.id, "started")
        started.append(run.id)
    return tuple(started)


def fresh_run(
    unit: Unit,
    policy: AssignmentPolicy,
    *,
    occurrence: datetime | None = None,
    started_by: PersonId | None = None,
) -> ReviewRun:
    """A run of this policy that opens now. The policy must have reviews."""
    assert policy.reviews is not None, "only a policy with reviews is reviewed"
    package = unit.configured.packages[policy.package_id]
    return ReviewRun(
        id=ReviewRunId(unit.ids.new(unit.now)),
        policy_id=policy.id,
        package_id=policy.package_id,
        package_name=package.name,
        policy_name=policy.name,
        settings=policy.reviews,
        occurrence=occurrence,
        started_by=started_by,
        opens_at=unit.now,
    )


def stop(unit: Unit, command: StopReview) -> ReviewRun:
    """End a run for good; what was not removed yet is not removed (ARV-12)."""
    administrator = require_administrator(unit)
    run = locked_run(unit, command.review_id)
    outcome = reviews.stop(run, administrator, why=command.why, now=unit.now)
    unit.tx.wake_scheduled_runs(run.policy_id, unit.now)
    unit.tx.forget_review_places(run.id)
    unit.tell_administrators(NoticeKind.ADMINISTERED_REVIEW, run.id, "stopped")
    return save_run(unit, outcome, why=command.why)


def reset(unit: Unit, command: ResetReview) -> int:
    """Clear the answers of the open stage; answers how many there were."""
    administrator = require_administrator(unit)
    run = locked_run(unit, command.review_id)
    outcome = reviews.reset(run, administrator, why=command.why, now=unit.now)
    cleared = unit.tx.clear_answers(run, administrator, unit.now)
    save_run(unit, outcome, why=command.why, lines=cleared)
    unit.tell_administrators(NoticeKind.ADMINISTERED_REVIEW, run.id, "reset")
    return cleared


def send_results(unit: Unit, command: SendReviewResults) -> bool:
    """Say in the administrators' channel what became of a run, and give the file, once more."""
    require_administrator(unit)
    run = unit.tx.review_run(command.review_id)
    if run is None:
        raise NotFound("review", command.review_id)
    has_results = run.over and run.lines > 0
    if has_results:
        channel = unit.configured.organization.admin_channel
        notice = review_messages.results_again(run, channel, command.occasion)
        unit.tx.add_notices([notice], unit.now)
        audit_run(unit, run, ("review.results_sent",))
    return has_results


def decide(unit: Unit, command: DecideReviewLines) -> Decided:
    """A reviewer's answer to one line or to many; the last before the close counts (ARV-9)."""
    person_id = acting_person(unit)
    run = locked_run(unit, command.review_id)
    reviews.check_open(run, now=unit.now)
    named = _named(unit, run, command, person_id)
    review_lines.check_reason(run.settings.reason, command.reason, most=MAX_REASON)
    answered = unit.tx.answer_lines(
        run,
        person_id,
        lines=command.lines,
        which=command.which,
        verdict=command.verdict,
        reason=command.reason.strip(),
        now=unit.now,
    )
    if answered.lines:
        _audit_answer(unit, run, command, named, answered.lines, answered.changed)
        show_reviewers(unit.tx, run, reviews.asked_of(run, person_id), unit.now)
    return Decided(
        lines=answered.lines,
        changed=answered.changed,
        undecided=unit.tx.undecided_lines_of(run, person_id),
    )


def keep_place(unit: Unit, command: KeepReviewPlace) -> None:
    """Remember where a reviewer is in the form. Nothing depends on it, so no lock is taken."""
    person_id = acting_person(unit)
    run = unit.tx.review_run(command.review_id)
    if run is not None and not run.over and len(command.place) <= LONGEST_PLACE:
        unit.tx.keep_review_place(run.id, person_id, command.place)


def locked_run(unit: Unit, review_id: ReviewRunId) -> ReviewRun:
    """The run, locked; refused when there is none."""
    run = unit.tx.lock_review_run(review_id)
    if run is None:
        raise NotFound("review", review_id)
    return run


def save_run(
    unit: Unit, outcome: ReviewOutcome, *, why: str = "", lines: int | None = None
) -> ReviewRun:
    """Store a run's outcome with its next wake, and tell the audit."""
    run = outcome.run
    wake_at = min((moment for moment, _ in review_timers.due_timers(run)), default=None)
    unit.tx.save_review_run(run, wake_at)
    audit_run(unit, run, outcome.activities, why=why, lines=lines)
    return run


def audit_run(
    unit: Unit,
    run: ReviewRun,
    activities: tuple[str, ...],
    *,
    why: str = "",
    lines: int | None = None,
) -> None:
    """One row for each thing that happened to a run."""
    details = {"review": str(run.id)} | ({} if lines is None else {"lines": str(lines)})
    unit.tx.audit(
        AuditEntry(
            at=unit.now,
            actor=unit.actor.audit_name,
            activity=activity,
            package_id=run.package_id,
            policy_id=run.policy_id,
            stage=run.stage,
            why=why.strip(),
            details=details,
        )
        for activity in activities
    )


def _named(
    unit: Unit, run: ReviewRun, command: DecideReviewLines, person_id: PersonId
) -> tuple[ReviewLine, ...]:
    """The lines the command names, all of them the reviewer's; none when it names none."""
    marks = reviews.asked_of(run, person_id)
    if not command.lines:
        if not unit.tx.lines_asked(run, marks):
            raise NotAReviewer
        return ()
    if len(command.lines) > MAX_NAMED:
        raise ValueError(f"a decision names at most {MAX_NAMED} lines")
    found = {line.assignment_id: line for line in unit.tx.named_lines(run, command.lines)}
    for assignment_id in command.lines:
        line = found.get(assignment_id)
        if line is None:
            raise NotFound("review line", assignment_id)
        review_lines.check_reviewer(line, run.rules, marks, person_id)
    return tuple(found.values())


def _audit_answer(
    unit: Unit,
    run: ReviewRun,
    command: DecideReviewLines,
    named: tuple[ReviewLine, ...],
    lines: int,
    changed: int,
) -> None:
    """One row for each command, with how many lines it was about."""
    only = named[0] if len(named) == 1 else None
    if only is None:
        activity = "review.bulk_decided"
    else:
        activity = "review.decision_changed" if changed else "review.decided"
    details = {
        "review": str(run.id),
        "verdict": str(command.verdict),
        "lines": str(lines),
        "changed": str(changed),
    }
    entry = AuditEntry(
        at=unit.now,
        actor=unit.actor.audit_name,
        activity=activity,
        assignment_id=only.assignment_id if only else None,
        target_id=only.target_id if only else None,
        package_id=run.package_id,
        policy_id=run.policy_id,
        stage=run.stage,
        why=command.reason.strip(),
        details=details,
    )
    unit.tx.audit([entry])
