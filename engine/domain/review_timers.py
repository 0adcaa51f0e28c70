"""What time does to an access review run: when it is due, and which step it then has to do."""

from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.review_settings import closes_at
from engine.domain.reviews import ReviewRun, ReviewState


class ReviewStep(StrEnum):
    """What a run has to do now."""

    OPEN = "open"
    """Find out who reviews, and begin the snapshot."""
    SNAPSHOT = "snapshot"
    """Some more lines."""
    TELL = "tell"
    """Some more reviewers: a card when a stage opened, a notice when reminded."""
    REDRAW = "redraw"
    """Some more cards, after something changed for everybody."""
    REMIND = "remind"
    """Begin a reminder."""
    CLOSE = "close"
    """The stage's time is up."""
    APPLY = "apply"
    """Some more removals."""
    RESULTS = "results"
    """Tell the results, or wait a little for systems that have not followed."""


def due_timers(run: ReviewRun) -> tuple[tuple[datetime, str], ...]:
    """Every moment at which time alone would change this run, with what happens then."""
    more = _timers(run)
    if run.redraw is not None:
        more = (*more, (run.stepped_at or run.opens_at, "more cards"))
    return more


def _timers(run: ReviewRun) -> tuple[tuple[datetime, str], ...]:
    match run.state:
        case ReviewState.SCHEDULED:
            return ((max(run.opens_at, run.waits_until or run.opens_at), "open"),)
        case ReviewState.OPENING:
            return ((run.stepped_at or run.opens_at, "more of the snapshot"),)
        case ReviewState.IN_PROGRESS:
            return _open_timers(run)
        case ReviewState.APPLYING:
            return ((run.retry_at or run.stepped_at or run.opens_at, "more removals"),)
        case ReviewState.APPLIED:
            return ((run.results_at, "results"),) if run.results_at is not None else ()
        case ReviewState.STOPPED:
            return ()


def _open_timers(run: ReviewRun) -> tuple[tuple[datetime, str], ...]:
    opened = run.stage_since
    timers = [(closes_at(run.rules, opened), "close")]
    if run.telling is not None:
        timers.append((run.stepped_at or opened, "tell reviewers"))
    ahead = run.rules.remind[run.reminded :]
    timers += [(opened + after, "remind") for after in ahead if after < run.rules.open_for]
    return tuple(timers)


def expected_end(run: ReviewRun) -> datetime:
    """When the last stage will close, as far as can be said now."""
    begins = run.stage_opened_at or run.stepped_at or run.opens_at
    ahead = run.settings.stages[run.stage :]
    return begins + sum((stage.open_for for stage in ahead), timedelta())


def next_step(run: ReviewRun, *, now: datetime) -> ReviewStep | None:
    """What the run has to do at this moment; None when it only waits."""
    if run.redraw is not None:
        return ReviewStep.REDRAW
    match run.state:
        case ReviewState.SCHEDULED:
            return ReviewStep.OPEN if run.opens_at <= now else None
        case ReviewState.OPENING:
            return ReviewStep.SNAPSHOT
        case ReviewState.IN_PROGRESS:
            return _open_step(run, now)
        case ReviewState.APPLYING | ReviewState.APPLIED | ReviewState.STOPPED:
            return _closed_step(run, now)


def _closed_step(run: ReviewRun, now: datetime) -> ReviewStep | None:
    if run.state is ReviewState.APPLYING and (run.retry_at is None or run.retry_at <= now):
        return ReviewStep.APPLY
    due = run.results_at is not None and run.results_at <= now
    return ReviewStep.RESULTS if run.state is ReviewState.APPLIED and due else None


def _open_step(run: ReviewRun, now: datetime) -> ReviewStep | None:
    if closes_at(run.rules, run.stage_since) <= now:
        return ReviewStep.CLOSE
    if run.telling is not None:
        return ReviewStep.TELL
    if any(run.stage_since + after <= now for after in run.rules.remind[run.reminded :]):
        return ReviewStep.REMIND
    return None
