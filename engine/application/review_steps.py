"""What happens to reviews by themselves: runs planned, opened, told of, closed and applied.

A wake does one step of one run, in a transaction of its own (`review_timers.next_step`): some
thousands of lines, some hundreds of cards, some removals. In between, clicks are answered. How far
a step has come is saved with what it did, so one that is interrupted is done again from the same
place.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from engine.application import facts
from engine.application.review_cards import show_reviewers
from engine.application.reviews import audit_run, fresh_run, save_run
from engine.application.unit import Unit
from engine.application.use_ports import Right, UseListing
from engine.domain import (
    assignments,
    review_lines,
    review_messages,
    review_schedule,
    review_timers,
    reviews,
)
from engine.domain.assignment_requests import RequestType
from engine.domain.assignments import EndReason
from engine.domain.catalogs import AccessPackage
from engine.domain.configuration import Configuration
from engine.domain.conversation import Audience
from engine.domain.ids import AssignmentId, PackageId
from engine.domain.people import CATALOG_OWNERS, Subject, SubjectKind
from engine.domain.review_lines import FRESH, ApplyResult, ReviewLine, ReviewVerdict, asked_pool
from engine.domain.review_schedule import ReviewSeries
from engine.domain.review_settings import ReviewStage
from engine.domain.review_timers import ReviewStep
from engine.domain.reviewers import STAGE_FALLBACK, Pools
from engine.domain.reviews import (
    ReviewOutcome,
    ReviewRun,
    ReviewState,
)

log = logging.getLogger(__name__)

LINES_AT_ONCE = 20_000
"""Written by a step; clicks wait for it, a tenth of a second or so on SQLite."""
MOVES_AT_ONCE = 5_000
"""Brought into the next stage by a step, which takes longer a line."""
CARDS_AT_ONCE = 200
REMOVALS_AT_ONCE = 20
TURN = timedelta(minutes=1)
"""How long a run waits at least for another one of its policy."""


# When ------------------------------------------------------------------------------------------


def plan(unit: Unit, configuration: Configuration) -> None:
    """A configuration was applied: plan the next run of every policy that has reviews."""
    known = unit.tx.review_series()
    wanted = {policy.id: policy for policy in configuration.policies}
    for policy_id in {**wanted, **known}:
        policy, before = wanted.get(policy_id), known.get(policy_id)
        package_id = policy.package_id if policy else before.package_id if before else PackageId("")
        after = review_schedule.planned(
            before,
            policy_id=policy_id,
            package_id=package_id,
            settings=policy.reviews if policy else None,
            now=unit.now,
        )
        if after is not None and after != before:
            _save_series(unit, after)


def look_at_series(unit: Unit, series: ReviewSeries) -> None:
    """Begin the run that is due, and sleep until the next."""
    after, occurrence = review_schedule.advance(series, now=unit.now)
    policy = unit.configured.policies.get(series.policy_id)
    if occurrence is not None and policy is not None and policy.reviews is not None:
        run = fresh_run(unit, policy, occurrence=occurrence)
        if unit.tx.add_review_run(run, unit.now):
            audit_run(unit, run, ("review.scheduled",))
    _save_series(unit, after)


def _save_series(unit: Unit, series: ReviewSeries) -> None:
    wake_at = min((moment for moment, _ in review_schedule.due_timers(series)), default=None)
    unit.tx.save_review_series(series, wake_at)


# Runs ------------------------------------------------------------------------------------------


def look_at_run(unit: Unit, run: ReviewRun) -> ReviewRun:
    """Do the step that is due. Always written: the wake has been used up."""
    if run.state is ReviewState.IN_PROGRESS:
        run = _hand_over(unit, run)
    step = review_timers.next_step(run, now=unit.now)
    if step is None:
        return save_run(unit, ReviewOutcome(run=run))
    return _STEPS[step](unit, run)


def _open(unit: Unit, run: ReviewRun) -> ReviewRun:
    if (until := _busy_until(unit, run)) is not None:
        return save_run(unit, ReviewOutcome(run=reviews.wait_for(run, until)))
    rights = unit.configured.rights_of(run.package_id)
    if (waiting := _waiting_for_uses(unit, run, rights)) is not None:
        return save_run(unit, ReviewOutcome(run=waiting))
    policy = unit.configured.policies.get(run.policy_id)
    settings = policy.reviews if policy is not None and policy.reviews else run.settings
    pools = _pools(unit, run, settings.stages[0])
    knows_uses = any(
        listing.told_at is not None and listing.told_at >= unit.now - FRESH
        for listing in unit.tx.use_listings(rights).values()
    )
    outcome = reviews.open_run(run, settings, pools, knows_uses=knows_uses, now=unit.now)
    opened = outcome.run
    unit.tx.save_advice(
        opened,
        (
            (found.name, review_lines.advise(found.name, found.people, found.holders))
            for found in unit.tx.departments_of(opened)
        ),
    )
    unit.tx.save_reviewers(opened)
    return save_run(unit, outcome)


def _waiting_for_uses(unit: Unit, run: ReviewRun, rights: frozenset[Right]) -> ReviewRun | None:
    """The run, waiting to hear when the access was last used; None when there is nothing to hear.

    What was told within a day is good enough, and a system that failed is not asked again at once.
    """
    telling = [right for right in rights if right.connector in unit.telling]
    known = unit.tx.use_listings(telling)
    missing = [right for right in telling if not _told_lately(known.get(right), unit.now)]
    waiting = reviews.wait_for_uses(run, now=unit.now) if missing else None
    if waiting is not None:
        unit.tx.ask_uses(missing, unit.now)
    return waiting


def _told_lately(listing: UseListing | None, now: datetime) -> bool:
    told, failed = (listing.told_at, listing.failed_at) if listing else (None, None)
    return (told is not None and told >= now - FRESH) or (
        failed is not None and failed >= now - reviews.ASKING
    )


def _busy_until(unit: Unit, run: ReviewRun) -> datetime | None:
    """When another run of the policy will have closed; None when none is open before this."""
    others = [other for other in unit.tx.unfinished_runs([run.policy_id]) if other.id != run.id]
    before = [o for o in others if o.state is not ReviewState.SCHEDULED or o.id < run.id]
    if not before:
        return None
    return max(unit.now + TURN, *(review_timers.expected_end(other) for other in before))


def _snapshot(unit: Unit, run: ReviewRun) -> ReviewRun:
    if run.stage:
        written = unit.tx.move_lines(run, MOVES_AT_ONCE)
    else:
        written = unit.tx.write_lines(run, LINES_AT_ONCE)
    run = reviews.snapshot_taken(run, written.cursor, now=unit.now)
    if not written.complete:
        return save_run(unit, ReviewOutcome(run=run))
    lines = unit.tx.lines_in_stage(run)
    outcome = reviews.snapshot_complete(run, lines, now=unit.now)
    if lines:
        _tell_not_found(unit, run)
    else:
        unit.tx.wake_scheduled_runs(run.policy_id, unit.now)
    return save_run(unit, outcome, lines=lines)


def _tell_not_found(unit: Unit, run: ReviewRun) -> None:
    """Administrators hear of lines that went to reviewers nobody chose for them."""
    marks = [
        asked_pool(run.stage, number)
        for number, pool in enumerate(run.pools)
        if number > STAGE_FALLBACK or not pool
    ]
    lost = unit.tx.lines_asked(run, marks)
    if lost:
        channel = unit.configured.organization.admin_channel
        unit.tx.add_notices([review_messages.not_found(run, lost, channel)], unit.now)


def _tell(unit: Unit, run: ReviewRun) -> ReviewRun:
    telling = run.telling
    assert telling is not None, "the step is due only then"
    opening = not telling.reminder and telling.cleared is None
    people = unit.tx.reviewers_after(run, telling.after, CARDS_AT_ONCE, undecided=not opening)
    cards = [review_messages.review_card(run.id, run.stage, person) for person, _ in people]
    unit.tx.show_cards(cards, unit.now)
    if telling.reminder:
        notices = [review_messages.reminder(run, person, undecided) for person, undecided in people]
        unit.tx.add_notices(notices, unit.now)
    if telling.cleared is not None:
        had_answered = unit.tx.who_answered(run, [who for who, _ in people], telling.cleared.at)
        notices = [review_messages.cleared(run, person) for person in sorted(had_answered)]
        unit.tx.add_notices(notices, unit.now)
    after = people[-1][0] if len(people) == CARDS_AT_ONCE else None
    return save_run(unit, ReviewOutcome(run=reviews.told(run, after, now=unit.now)))


def _redraw(unit: Unit, run: ReviewRun) -> ReviewRun:
    last = unit.tx.touch_some_cards(run.id, run.redraw or "", CARDS_AT_ONCE, unit.now)
    return save_run(unit, ReviewOutcome(run=reviews.redrawn(run, last, now=unit.now)))


def _hand_over(unit: Unit, run: ReviewRun) -> ReviewRun:
    """Whoever reviewed and left is replaced at once, and never waited for."""
    left = unit.tx.gone_reviewers(run)
    if not left:
        return run
    outcome = reviews.hand_over(run, left, now=unit.now)
    run = outcome.run
    moved = unit.tx.hand_over(run, left)
    unit.tx.save_reviewers(run)
    marks = [asked_pool(run.stage, number) for number in range(len(run.pools))]
    fed = [mark for mark in marks if unit.tx.lines_asked(run, [mark])]
    show_reviewers(unit.tx, run, fed, unit.now)
    _tell_not_found(unit, run)
    return save_run(unit, outcome, lines=moved)


def _close(unit: Unit, run: ReviewRun) -> ReviewRun:
    stages = run.settings.stages
    pools = () if run.is_last_stage else _pools(unit, run, stages[run.stage + 1])
    outcome = reviews.close_stage(run, pools, now=unit.now)
    unit.tx.forget_review_places(run.id)
    if outcome.run.state is ReviewState.OPENING:
        unit.tx.save_reviewers(outcome.run)
    else:
        unit.tx.wake_scheduled_runs(run.policy_id, unit.now)
    return save_run(unit, outcome)


def _remind(unit: Unit, run: ReviewRun) -> ReviewRun:
    return save_run(unit, reviews.remind(run, now=unit.now))


# Results ---------------------------------------------------------------------------------------


def _apply(unit: Unit, run: ReviewRun) -> ReviewRun:
    lines = unit.tx.lines_to_remove(run, REMOVALS_AT_ONCE)
    results = [(line.assignment_id, *_removed(unit, line)) for line in lines]
    for assignment_id, result, _ in results:
        if result is ApplyResult.NOT_FOUND:
            _fall_out_late(unit, run, assignment_id)
    unit.tx.save_results(run, results)
    if len(lines) == REMOVALS_AT_ONCE:
        cursor = lines[-1].assignment_id
        return save_run(unit, ReviewOutcome(run=reviews.applied_some(run, cursor, now=unit.now)))
    failed = unit.tx.failed_lines(run)
    outcome = reviews.went_through(run, failed, now=unit.now)
    if outcome.run.over and failed:
        channel = unit.configured.organization.admin_channel
        unit.tx.add_notices([review_messages.not_applied(run, failed, channel)], unit.now)
    return save_run(unit, outcome, lines=failed)


def _removed(unit: Unit, line: ReviewLine) -> tuple[ApplyResult, str]:
    """Take the line's access away through the ordinary door; what came of it.

    Of a fault only its kind is kept: the results' file goes to people for whom its text, a
    database's or a connector's, was not written. The log has all of it.
    """
    try:
        with unit.tx.savepoint():
            return _remove(unit, line), ""
    except Exception as fault:  # one line must not stop the others; it is tried again and shown
        log.exception("a review could not remove access", extra={"line": line.assignment_id})
        return ApplyResult.FAILED, type(fault).__name__


def _remove(unit: Unit, line: ReviewLine) -> ApplyResult:
    known = unit.tx.assignment(line.assignment_id)
    if known is None or not known.active:
        return ApplyResult.NOT_FOUND
    origin = unit.tx.lock_request(known.request_id)
    assignment = unit.tx.lock_assignment(line.assignment_id)
    if assignment is None or not assignment.active:
        return ApplyResult.NOT_FOUND
    outcome = assignments.end(assignment, EndReason.REVIEWED, now=unit.now)
    by, kind = assignment.target_id, RequestType.SYSTEM_REMOVE
    if line.verdict is ReviewVerdict.REMOVE and line.decided_by is not None:
        by, kind = line.decided_by, RequestType.ADMIN_REMOVE
    unit.end_assignment(assignment, outcome, origin, kind, by, line.reason)
    return ApplyResult.REMOVED


def _fall_out_late(unit: Unit, run: ReviewRun, assignment_id: AssignmentId) -> None:
    """What ended before the close fell out (ARV-13), also if its end could not know of the run.

    Both may have begun at the same moment, neither seeing the other.
    """
    ended = unit.tx.assignment(assignment_id)
    if ended is None or ended.ended_at is None or run.closed_at is None:
        return
    if ended.ended_at < run.closed_at:
        reason = ended.end_reason or EndReason.REMOVED
        unit.tx.fall_out(run, assignment_id, reason, ended.ended_at)


def _results(unit: Unit, run: ReviewRun) -> ReviewRun:
    """Tell the results, once what was removed has really gone or that takes too long."""
    waiting = reviews.wait_for_systems(run, unit.tx.still_held_lines(run), now=unit.now)
    if waiting is not None:
        return save_run(unit, ReviewOutcome(run=waiting))
    if run.lines:
        _tell_results(unit, run)
    return save_run(unit, ReviewOutcome(run=reviews.results_told(run, now=unit.now)))


def _tell_results(unit: Unit, run: ReviewRun) -> None:
    """The administrators' channel and the catalog's owners hear how it ended."""
    channel = unit.configured.organization.admin_channel
    package = unit.configured.packages.get(run.package_id)
    owners = facts.catalog_owners(unit.tx, unit.configured, package.catalog_id) if package else ()
    audiences = [Audience(channel_id=channel)]
    audiences += [Audience(person_id=person) for person in sorted(owners)]
    unit.tx.add_notices((review_messages.results(run, one) for one in audiences), unit.now)


# Who -------------------------------------------------------------------------------------------


def _pools(unit: Unit, run: ReviewRun, stage: ReviewStage) -> Pools:
    """Who reviews together now, and who where nobody can be found (`reviews.Pools`)."""
    organization = unit.configured.organization
    package = unit.configured.packages.get(run.package_id)
    owners = _owners(unit, package)
    named = tuple(s for s in stage.reviewers if s.kind is not SubjectKind.MANAGER)
    asked = (
        _expanded(named, owners),
        _expanded(stage.fallback_reviewers, owners),
        organization.fallback_approvers,
        owners,
        organization.administrators,
    )
    found = unit.tx.resolve({subject for some in asked for subject in some}, None)
    return tuple(
        tuple(sorted({person for subject in some for person in found.get(subject, ())}))
        for some in asked
    )


def _owners(unit: Unit, package: AccessPackage | None) -> tuple[Subject, ...]:
    catalog = unit.configured.catalogs.get(package.catalog_id) if package else None
    return catalog.owners if catalog is not None else ()


def _expanded(subjects: tuple[Subject, ...], owners: tuple[Subject, ...]) -> tuple[Subject, ...]:
    """The subjects, with the catalog's owners where they are meant."""
    return tuple(
        one for subject in subjects for one in (owners if subject == CATALOG_OWNERS else (subject,))
    )


_STEPS: dict[ReviewStep, Callable[[Unit, ReviewRun], ReviewRun]] = {
    ReviewStep.OPEN: _open,
    ReviewStep.SNAPSHOT: _snapshot,
    ReviewStep.TELL: _tell,
    ReviewStep.REDRAW: _redraw,
    ReviewStep.REMIND: _remind,
    ReviewStep.CLOSE: _close,
    ReviewStep.APPLY: _apply,
    ReviewStep.RESULTS: _results,
}
"""What each step does; a test asserts that none is missing."""
