"""The life of an access review run: one look at everybody who holds a package under a policy.

Theory of operation
-------------------
A run begins `scheduled`: its moment has come, or an administrator started it. While another run
of the same policy is open it waits for that one's end. `opening` takes a snapshot of who holds
what and who reviews whom (ARV-13), some thousands of lines at a time; then it is `in_progress`:
reviewers are told, answer, change their minds, are reminded. At the close of a stage the lines
that `moves_on` names go on to the next stage, which is opened in the same way (ARV-19). After the
last stage the run is `applying`: what is to be removed is removed, a few at a time, what failed is
tried again, and then the run is `applied`; once the systems have followed, or an hour later, the
results are told. An administrator may stop a run at any moment before
that; `stopped` is final, nothing more is removed, and future runs are not touched (ARV-12).

Nothing is removed before the close (ARV-10), and nothing without an answer or the policy's word
for silence.

Long work is done in steps. A run that has a step to do is due at once, does one, and is due again;
`cursor` says how far it has come, written in the transaction that did the work, so a step that is
interrupted is done again from where the last one ended. Steps do not run ahead of one another:
`review_timers.next_step` says what is due now, and everything else waits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.ids import PackageId, PersonId, PolicyId, ReviewRunId
from engine.domain.reasons import kept
from engine.domain.refusals import ReviewNotOpen, ReviewOver
from engine.domain.review_lines import asked_person, asked_pool
from engine.domain.review_settings import ReviewSettings, ReviewStage, closes_at
from engine.domain.reviewers import Pools, without

APPLY_ATTEMPTS = 5
ASKING = timedelta(minutes=10)
"""How long a run waits at most to hear when the access was last used."""
FIRST_APPLY_PAUSE = timedelta(minutes=5)
"""Before what could not be removed is tried again; then twice as long each time."""
FIRST_RESULTS_PAUSE = timedelta(minutes=1)
"""Before it is looked once more whether systems have followed; then twice as long each time."""
RESULTS_WAIT = timedelta(hours=1)
"""For so long the results wait for that; then they say how much is still held."""


class ReviewState(StrEnum):
    """Where a run stands (ARV-16, our choice of words)."""

    SCHEDULED = "scheduled"
    OPENING = "opening"
    IN_PROGRESS = "in_progress"
    APPLYING = "applying"
    APPLIED = "applied"
    STOPPED = "stopped"


_R = ReviewState
TRANSITIONS: dict[ReviewState, frozenset[ReviewState]] = {
    _R.SCHEDULED: frozenset({_R.OPENING, _R.STOPPED}),
    _R.OPENING: frozenset({_R.IN_PROGRESS, _R.APPLYING, _R.STOPPED}),
    _R.IN_PROGRESS: frozenset({_R.OPENING, _R.APPLYING, _R.STOPPED}),
    _R.APPLYING: frozenset({_R.APPLIED, _R.STOPPED}),
    _R.APPLIED: frozenset(),
    _R.STOPPED: frozenset(),
}
"""Every permitted move; asserted in tests, and drawn in the docs."""

OVER = frozenset({_R.APPLIED, _R.STOPPED})
HAS_LINES = frozenset({_R.OPENING, _R.IN_PROGRESS})
"""While a run is in these, an assignment that ends falls out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """An administrator cleared the answers."""

    by: PersonId
    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Reviewers being told, in the order of their ids, and how far that has come."""

    reminder: int = 0
    """Which reminder, from 1; 0: that the stage opened."""
    cleared: Cleared | None = None
    """That their answers are gone, instead."""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRun:
    """One run. Lines and their counts are kept beside it."""

    id: ReviewRunId
    policy_id: PolicyId
    package_id: PackageId
    package_name: str
    policy_name: str
    settings: ReviewSettings
    """As they were when it opened."""
    state: ReviewState = _R.SCHEDULED
    occurrence: datetime | None = None
    """The moment it was planned for; None when an administrator started it."""
    started_by: PersonId | None = None
    opens_at: datetime
    waits_until: datetime | None = None
    """When another run of the policy, which is open, is expected to close; or until when it waits
    to hear when the access was last used."""
    asking_since: datetime | None = None
    """When the systems were first asked for that."""
    knows_uses: bool = False
    """Some system has told when the access was last used, not long before the opening."""
    opened_at: datetime | None = None
    """The moment of the snapshot."""
    lines: int = 0
    """How many there were at the opening."""
    stage: int = 0
    """The number of the stage that is running, or was last, from 0."""
    stage_opened_at: datetime | None = None
    """When its reviewers could begin; its times count from here."""
    pools: Pools = ()
    """Who reviews what nobody is named for."""
    reminded: int = 0
    """How many of the stage's reminders are behind us."""
    telling: Telling | None = None
    cleared: tuple[Cleared, ...] = ()
    """What reviewers are told of after that, oldest first."""
    cursor: str = ""
    """How far the snapshot, or the removing, has come."""
    redraw: str | None = None
    """The last card that was brought up to date, while all of them have to be."""
    stepped_at: datetime | None = None
    """When the last step was done; the next is due at once."""
    attempt: int = 0
    """How often removing was gone through before."""
    retry_at: datetime | None = None
    closed_at: datetime | None = None
    """When the last stage closed, or the run was stopped."""
    applied_at: datetime | None = None
    results_at: datetime | None = None
    """When the results are told, unless some system has not followed by then."""
    stopped_by: PersonId | None = None
    stopped_why: str = ""

    @property
    def rules(self) -> ReviewStage:
        """The settings of the running stage."""
        return self.settings.stages[self.stage]

    @property
    def is_last_stage(self) -> bool:
        """No other stage follows."""
        return self.stage + 1 == len(self.settings.stages)

    @property
    def stage_since(self) -> datetime:
        """When the running stage opened; only an open one has that."""
        assert self.stage_opened_at is not None, "a run in progress has an open stage"
        return self.stage_opened_at

    @property
    def stage_closes_at(self) -> datetime | None:
        """When the running stage closes; None before it is open."""
        return closes_at(self.rules, self.stage_opened_at) if self.stage_opened_at else None

    @property
    def over(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOutcome:
    """The run afterwards, and what happened in the audit's words."""

    run: ReviewRun
    activities: tuple[str, ...] = ()


# What time does ---------------------------------------------------------------------------------


def wait_for(run: ReviewRun, until: datetime) -> ReviewRun:
    """Another run of the policy is open until then: this one does not open before."""
    return replace(run, waits_until=until)


def wait_for_uses(run: ReviewRun, *, now: datetime) -> ReviewRun | None:
    """The run, waiting for systems that were asked when the access was last used.

    None when it has waited long enough: a review does not depend on them.
    """
    since = run.asking_since or now
    until = since + ASKING
    return replace(run, asking_since=since, waits_until=until) if now < until else None


def open_run(
    run: ReviewRun,
    settings: ReviewSettings,
    pools: Pools,
    *,
    knows_uses: bool = False,
    now: datetime,
) -> ReviewOutcome:
    """Begin the snapshot of the first stage, under the settings of this moment (ARV-13)."""
    opening = replace(
        run,
        settings=settings,
        state=_R.OPENING,
        opened_at=now,
        knows_uses=knows_uses,
        stage=0,
        pools=pools,
        cursor="",
        stepped_at=now,
    )
    return ReviewOutcome(run=opening, activities=("review.opened",))


def snapshot_taken(run: ReviewRun, cursor: str, *, now: datetime) -> ReviewRun:
    """Some lines were written; there may be more."""
    return replace(run, cursor=cursor, stepped_at=now)


def snapshot_complete(run: ReviewRun, lines: int, *, now: datetime) -> ReviewOutcome:
    """Every line of the stage was written, and there are so many: its reviewers may begin.

    A stage without lines is over at once.
    """
    if not run.stage:
        run = replace(run, lines=lines)
    if not lines:
        return _closed(run, now)
    opened = replace(
        run,
        state=_R.IN_PROGRESS,
        stage_opened_at=now,
        reminded=0,
        telling=Telling(),
        cleared=(),
        cursor="",
        stepped_at=now,
    )
    return ReviewOutcome(run=opened, activities=("review.in_progress",))


def redrawn(run: ReviewRun, last: str | None, *, now: datetime) -> ReviewRun:
    """Some cards were brought up to date, up to that one; None when all are."""
    return replace(run, redraw=last, stepped_at=now)


def told(run: ReviewRun, after: str | None, *, now: datetime) -> ReviewRun:
    """Some reviewers were told; the next is whoever comes after, None when all were."""
    assert run.telling is not None, "only a run that tells has told"
    if after is not None:
        return replace(run, telling=replace(run.telling, after=after), stepped_at=now)
    telling = Telling(cleared=run.cleared[0]) if run.cleared else None
    return replace(run, telling=telling, cleared=run.cleared[1:], stepped_at=now)


def remind(run: ReviewRun, *, now: datetime) -> ReviewOutcome:
    """Begin to remind whoever has undecided lines; once for all reminders that came due."""
    due = sum(run.stage_since + after <= now for after in run.rules.remind)
    reminding = replace(run, reminded=due, telling=Telling(reminder=due), stepped_at=now)
    return ReviewOutcome(run=reminding, activities=("review.reminded",))


def close_stage(run: ReviewRun, next_pools: Pools, *, now: datetime) -> ReviewOutcome:
    """The stage's time is up: open the next one, or go on to apply what was decided.

    `next_pools` are who reviews in the next stage, if there is one.
    """
    if run.is_last_stage:
        return _closed(run, now)
    moving = replace(
        run,
        state=_R.OPENING,
        stage=run.stage + 1,
        stage_opened_at=None,
        pools=next_pools,
        telling=None,
        redraw="",
        cursor="",
        stepped_at=now,
    )
    return ReviewOutcome(run=moving, activities=("review.stage_closed",))


def _closed(run: ReviewRun, now: datetime) -> ReviewOutcome:
    closed = replace(
        run,
        state=_R.APPLYING,
        telling=None,
        redraw="",
        cursor="",
        closed_at=now,
        stepped_at=now,
    )
    return ReviewOutcome(run=closed, activities=("review.closed",))


def applied_some(run: ReviewRun, cursor: str, *, now: datetime) -> ReviewRun:
    """Some removals were done; there may be more."""
    return replace(run, cursor=cursor, retry_at=None, stepped_at=now)


def went_through(run: ReviewRun, failed: int, *, now: datetime) -> ReviewOutcome:
    """Every removal was tried, and so many failed: try those again later, or be done."""
    if failed and run.attempt + 1 < APPLY_ATTEMPTS:
        pause = FIRST_APPLY_PAUSE * 2**run.attempt
        again = replace(
            run, attempt=run.attempt + 1, retry_at=now + pause, cursor="", stepped_at=now
        )
        return ReviewOutcome(run=again, activities=("review.apply_failed",))
    done = replace(
        run,
        state=_R.APPLIED,
        applied_at=now,
        results_at=now,
        retry_at=None,
        redraw="",
        stepped_at=now,
    )
    return ReviewOutcome(run=done, activities=("review.applied",))


def wait_for_systems(run: ReviewRun, still_held: int, *, now: datetime) -> ReviewRun | None:
    """The run, whose results wait for systems that hold so much still; None: tell them now."""
    assert run.applied_at is not None, "only an applied run has results"
    last = run.applied_at + RESULTS_WAIT
    if not still_held or now >= last:
        return None
    pause = max(FIRST_RESULTS_PAUSE, now - run.applied_at)
    return replace(run, results_at=min(now + pause, last), stepped_at=now)


def results_told(run: ReviewRun, *, now: datetime) -> ReviewRun:
    """Everybody concerned hears of the results; nothing is left to do."""
    return replace(run, results_at=None, stepped_at=now)


# What people do ---------------------------------------------------------------------------------


def check_open(run: ReviewRun, *, now: datetime) -> None:
    """Raise unless reviewers may answer now (ARV-9: until the close, and never after)."""
    if run.state is not _R.IN_PROGRESS:
        raise ReviewNotOpen(run.id, run.state, run.closed_at)
    if (closes := closes_at(run.rules, run.stage_since)) <= now:
        raise ReviewNotOpen(run.id, run.state, closes)


def stop(run: ReviewRun, by: PersonId, *, why: str = "", now: datetime) -> ReviewOutcome:
    """End it for good; what was not removed yet is not removed (ARV-12)."""
    if run.over:
        raise ReviewOver(run.id, run.state)
    stopped = replace(
        run,
        state=_R.STOPPED,
        closed_at=run.closed_at or now,
        stopped_by=by,
        stopped_why=kept(why),
        telling=None,
        redraw="",
        stepped_at=now,
    )
    return ReviewOutcome(run=stopped, activities=("review.stopped",))


def reset(run: ReviewRun, by: PersonId, *, why: str = "", now: datetime) -> ReviewOutcome:
    """The answers of the open stage are cleared and whoever gave them is told; its time goes on."""
    check_open(run, now=now)
    cleared = (*run.cleared, Cleared(by=by, at=now, why=kept(why)))
    if run.telling is not None:
        fresh = replace(run, cleared=cleared, redraw="", stepped_at=now)
    else:
        fresh = replace(run, telling=Telling(cleared=cleared[0]), redraw="", stepped_at=now)
    return ReviewOutcome(run=fresh, activities=("review.reset",))


def hand_over(run: ReviewRun, left: frozenset[PersonId], *, now: datetime) -> ReviewOutcome:
    """These reviewers left: what they would review goes to whoever is asked instead."""
    remaining = replace(run, pools=without(run.pools, left), stepped_at=now)
    return ReviewOutcome(run=remaining, activities=("review.handed_over",))


# Who reviews ------------------------------------------------------------------------------------


def asked_of(run: ReviewRun, person_id: PersonId) -> frozenset[str]:
    """The marks of the lines this person reviews in the running stage."""
    pools = (number for number, pool in enumerate(run.pools) if person_id in pool)
    return frozenset(
        {asked_person(run.stage, person_id), *(asked_pool(run.stage, pool) for pool in pools)}
    )
