"""Whoever clicks what and whenever, a request gives access only when enough people said so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import assert_never

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.domain import assignment_requests, request_transitions, stages
from engine.domain.assignment_requests import (
    OPEN,
    TRANSITIONS,
    AssignmentRequest,
    Cancel,
    Decide,
    DeliveryChanged,
    FollowUp,
    Look,
    Reassign,
    Reprocess,
    RequestCommand,
    RequestFacts,
    RequestOutcome,
    RequestState,
    RequestType,
)
from engine.domain.conversation import NoticeKind
from engine.domain.ids import PersonId
from engine.domain.people import CATALOG_OWNERS, members_of, the_manager, the_person
from engine.domain.policies import ApprovalStage
from engine.domain.refusals import OwnRequest, Refusal
from engine.domain.stages import ApproverFacts, ApproverRole, Verdict
from tests.builders import (
    ADA,
    ANN,
    BEN,
    CAT,
    DAN,
    EVERYBODY,
    HOUR,
    LEADS,
    MAX,
    MIA,
    NOW,
    OLGA,
    ROB,
    SECOND,
    a_request,
    a_stage,
    approver_facts,
    escalating,
    facts,
)

TINY = timedelta(microseconds=1)
ACCESS = {FollowUp.ASSIGN, FollowUp.EXTEND}
CLOSED = {RequestState.DENIED, RequestState.EXPIRED, RequestState.CANCELED}
AS_SUBMITTED = (
    "id",
    "request_type",
    "package_id",
    "policy_id",
    "policy",
    "needs_approval",
    "requestor_id",
    "target_id",
    "justification",
    "starts_at",
    "duration",
    "submitted_at",
)
"""ST-3: what no command ever changes."""
SUBJECTS = (
    the_person(ANN),
    the_person(BEN),
    the_person(ROB),
    members_of(LEADS),
    the_manager(1),
    the_manager(2),
    CATALOG_OWNERS,
)


def some_stage(dice: Random) -> ApprovalStage:
    """A stage of any kind, with all its times on the hour."""
    return a_stage(
        *dice.sample(SUBJECTS, dice.choice([1, 2, 2, 3])),
        fallback=dice.sample(SUBJECTS, dice.choice([0, 1])),
        needed=dice.choice([1, 2, 3, None]),
        decide_within=dice.randint(4, 16) * HOUR,
        remind=sorted(hour * HOUR for hour in dice.sample(range(13), dice.choice([0, 1, 2]))),
        escalate=[
            escalating(
                hour * HOUR,
                *dice.sample(SUBJECTS, dice.choice([0, 1, 2])),
                fallback=dice.sample(SUBJECTS, dice.choice([0, 1])),
            )
            for hour in sorted(dice.sample(range(13), dice.choice([0, 1, 2])))
        ],
    )


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Who is who at the moment."""

    leads: tuple[PersonId, ...] = (ANN, BEN, ROB)
    managers: tuple[PersonId, ...] = (MAX, MIA)
    owners: tuple[PersonId, ...] = (OLGA,)
    left: frozenset[PersonId] = frozenset()


DIRECTORIES = tuple(
    Directory(leads=leads, managers=managers, owners=owners, left=left)
    for leads in ((ANN, BEN, ROB), (BEN, CAT), ())
    for managers in ((MAX, MIA), (ROB,), ())
    for owners in ((OLGA,), (ANN, ROB), ())
    for left in (frozenset[PersonId](), frozenset({ANN}), frozenset({BEN, MAX, DAN}))
)
VERDICTS = (Verdict.APPROVED, Verdict.APPROVED, Verdict.APPROVED, Verdict.DENIED)


class Event(StrEnum):
    """What may happen next; the likelier the more often it stands in `EVENTS`."""

    TIME_PASSES = "time passes, and the wake comes"
    WAKE_IS_LATE = "time passes, and no wake comes"
    WAKE_TWICE = "the same wake is delivered twice"
    PEOPLE_CHANGE = "people come, leave, and get other managers"
    THE_ASKED_CLICK = "somebody who is asked answers"
    ANYBODY_CLICKS = "somebody presses a button on some card"
    CANCEL = "somebody withdraws it"
    REASSIGN = "an administrator asks somebody else"
    DELIVERY = "the assignment says something, sensible or not"
    REPROCESS = "an administrator has it tried again"


EVENTS = (
    *Event,
    Event.TIME_PASSES,
    *(Event.PEOPLE_CHANGE,) * 2,
    *(Event.REASSIGN,) * 2,
    *(Event.THE_ASKED_CLICK,) * 8,
    *(Event.ANYBODY_CLICKS,) * 3,
)


class RequestLife(RuleBasedStateMachine):
    """Stages of all kinds, people who come and go, clicks by anybody at any time."""

    def __init__(self) -> None:
        """Start with a request that needs nobody."""
        super().__init__()
        self.now: datetime = NOW
        self.who = Directory()
        self.fallback: tuple[PersonId, ...] = ()
        self.request: AssignmentRequest = a_request()
        self.pool: list[ApprovalStage] = []
        self.reminders: set[str] = set()
        self.known: dict[object, ApproverFacts] = {}

    @initialize(
        seed=st.integers(min_value=0, max_value=2**32),
        who=st.sampled_from(DIRECTORIES),
        fallback=st.sampled_from([(), (DAN,), (ROB,)]),
    )
    def settle_the_policy(
        self, *, seed: int, who: Directory, fallback: tuple[PersonId, ...]
    ) -> None:
        """Some stages to choose from; the first request."""
        dice = Random(seed)
        self.pool = [some_stage(dice) for _ in range(6)]
        self.who, self.fallback = who, fallback
        self.submit(dice.randrange(12))

    def submit(self, choice: int) -> None:
        """Rob asks, or Max for Rob; for access, now or later, or for more time."""
        first, number = choice % 4, choice % 4
        self.reminders = set()
        self.request = a_request(
            *self.pool[first : first + number],
            requestor=MAX if choice % 3 == 0 else ROB,
            target=ROB,
            request_type=RequestType.USER_UPDATE if choice == 1 else RequestType.USER_ADD,
            starts_at=self.now + 4 * HOUR if choice % 5 == 0 else None,
        )
        outcome = request_transitions.begin(self.request, self.facts(), now=self.now)
        self.take(outcome, began=True)

    # What happens

    @rule(
        event=st.sampled_from(EVENTS),
        person=st.sampled_from(EVERYBODY),
        who=st.sampled_from(DIRECTORIES),
        choice=st.integers(min_value=0, max_value=11),
    )
    def happen(self, *, event: Event, person: PersonId, who: Directory, choice: int) -> None:
        """One thing after another; when a request is over, often the next begins."""
        if self.request.run is None and choice % 3:
            self.submit(choice)
        match event:
            case Event.TIME_PASSES | Event.WAKE_IS_LATE:
                self.now += [HOUR, HOUR, 2 * HOUR, HOUR + SECOND][choice % 4]
                if event is Event.TIME_PASSES:
                    self.do(Look())
            case Event.WAKE_TWICE:
                self.do(Look())
                again = request_transitions.look(self.request, self.facts(), now=self.now)
                assert again == RequestOutcome(request=self.request)
            case Event.PEOPLE_CHANGE:
                self.who = who
            case Event.THE_ASKED_CLICK:
                self.let_the_asked_click(choice)
            case Event.ANYBODY_CLICKS:
                self.click(person, VERDICTS[choice % 4], choice % 3 - 1)
            case Event.CANCEL:
                self.do(Cancel(by=person, as_administrator=choice == 1))
            case Event.REASSIGN:
                self.reassign(person)
            case Event.DELIVERY:
                self.do(DeliveryChanged(state=tuple(RequestState)[choice % len(RequestState)]))
            case Event.REPROCESS:
                self.do(Reprocess(by=ADA))
            case _:
                assert_never(event)

    def let_the_asked_click(self, choice: int) -> None:
        """Somebody on the list answers; they are refused only if time or people moved on."""
        run = self.request.run
        waiting = stages.undecided(run) if run else ()
        if waiting:
            self.click(waiting[choice % len(waiting)].person_id, VERDICTS[choice // 3], 0)

    def reassign(self, to: PersonId) -> None:
        """An administrator names somebody, whoever it is."""
        here = [] if to in self.who.left else [to]
        outcome = self.do(Reassign(by=ADA, to=to), here)
        if isinstance(outcome, Refusal):
            return
        run, stage = outcome.request.run, outcome.request.stage
        assert run is not None
        assert stage is not None
        assert self.now < run.opened_at + stage.decide_within
        assert run.reassigned_to == to
        assert run.decision_of(to) is None

    def click(self, by: PersonId, verdict: Verdict, back: int) -> None:
        """Somebody presses a button on the card of the running stage, or on another one."""
        number = max(len(self.request.runs) - 1 - back, 0)
        before, may = self.request, self.who_may_decide(number)
        outcome = self.do(Decide(by=by, stage_number=number, verdict=verdict, reason="Because"))
        if by in {before.requestor_id, before.target_id}:
            assert isinstance(outcome, OwnRequest)
        if isinstance(outcome, RequestOutcome):
            assert by in may
            assert number < len(before.runs)
            assert outcome.request.runs[number].decisions[-1].person_id == by

    # What always holds

    @invariant()
    def the_next_wake_is_early_enough(self) -> None:
        """Until then time alone changes nothing; then it does, and the next one is later."""
        fresh = request_transitions.look(self.request, self.facts(), now=self.now).request
        timers = assignment_requests.due_timers(fresh)
        if fresh.run is None:
            assert not timers
            return
        wake_at = min(timers)[0]
        assert wake_at > self.now
        for moment in (self.now + (wake_at - self.now) / 2, wake_at - TINY):
            early = request_transitions.look(fresh, self.facts(), now=moment)
            assert early == RequestOutcome(request=fresh)
        then = request_transitions.look(fresh, self.facts(), now=wake_at).request
        assert then != fresh
        assert all(moment > wake_at for moment, _ in assignment_requests.due_timers(then))

    @invariant()
    def only_a_waiting_request_has_a_running_stage(self) -> None:
        """And it always has one, so it always ends."""
        assert (self.request.run is not None) is (
            self.request.state is RequestState.PENDING_APPROVAL
        )

    @invariant()
    def nobody_is_asked_about_their_own(self) -> None:
        """APR-8, in every list there is."""
        own = {self.request.requestor_id, self.request.target_id}
        for run in self.request.runs:
            assert not own & {a.person_id for a in run.approvers}
            assert not own & {d.person_id for d in run.decisions}
            assert run.reassigned_to not in own

    @invariant()
    def everybody_is_listed_once(self) -> None:
        """Nobody has two cards or two voices in a stage."""
        for run in self.request.runs:
            assert len({a.person_id for a in run.approvers}) == len(run.approvers)
            assert len({d.person_id for d in run.decisions}) == len(run.decisions)
            assert {d.person_id for d in run.decisions} <= {a.person_id for a in run.approvers}

    # Helpers

    def facts(self, may_be_asked: list[PersonId] | None = None) -> RequestFacts:
        """The directory as it is now."""
        return facts(self.approvers(), may_be_asked=may_be_asked or [])

    def approvers(self) -> ApproverFacts:
        """Who the subjects are now."""
        own = (self.request.requestor_id, self.request.target_id)
        if (self.who, own) not in self.known:
            self.known[self.who, own] = approver_facts(
                groups={LEADS: self.who.leads},
                managers=self.who.managers,
                owners=self.who.owners,
                organization_fallback=[the_person(person) for person in self.fallback],
                left=self.who.left,
                excluded=own,
            )
        return self.known[self.who, own]

    def do(
        self, command: RequestCommand, may_be_asked: list[PersonId] | None = None
    ) -> RequestOutcome | Refusal:
        """Carry out a command; a refusal changes nothing."""
        before = repr(self.request)
        try:
            outcome = request_transitions.transition(
                self.request, command, self.facts(may_be_asked), now=self.now
            )
        except Refusal as refusal:
            assert repr(self.request) == before
            return refusal
        self.take(outcome)
        return outcome

    def take(self, outcome: RequestOutcome, *, began: bool = False) -> None:
        """Check one move, and make it."""
        before, after = self.request, outcome.request
        for name in AS_SUBMITTED:
            assert getattr(after, name) == getattr(before, name)
        if after.state is not before.state:
            assert after.state in TRANSITIONS[before.state]
            assert after.closed_at is not None or after.state not in CLOSED
        if before.state in CLOSED:
            assert outcome == RequestOutcome(request=before)
        for was, now_is in zip(before.runs, after.runs, strict=False):
            assert now_is.decisions[: len(was.decisions)] == was.decisions
            assert was.result is None or now_is == was
        assert len(after.runs) >= len(before.runs)
        assert bool(outcome.activities) or after.state is before.state
        if outcome.follow_up in ACCESS:
            assert before.state is RequestState.PENDING_APPROVAL
            assert after.state in OPEN | {RequestState.DELIVERED}
            self.check_that_enough_people_approved(after)
        elif before.state is RequestState.PENDING_APPROVAL and not began:
            assert after.state in CLOSED | {RequestState.PENDING_APPROVAL}
        for notice in outcome.notices:
            if notice.kind is NoticeKind.APPROVAL_REMINDER:
                assert notice.key not in self.reminders
                self.reminders.add(notice.key)
        self.request = after

    def check_that_enough_people_approved(self, request: AssignmentRequest) -> None:
        """Every stage, counted here in another way than the rules count."""
        assert len(request.runs) == len(request.stages)
        for run, stage in zip(request.runs, request.stages, strict=True):
            said = {decision.person_id for decision in run.decisions}
            roles = {a.person_id: a.role for a in run.approvers}
            assert said
            assert all(d.verdict is Verdict.APPROVED for d in run.decisions)
            if run.reassigned_to in said:
                continue
            if stage.needed is not None:
                assert len(said) >= stage.needed
            elif not any(roles[person] is ApproverRole.ESCALATION for person in said):
                assert {a.person_id for a in run.approvers} == said

    def who_may_decide(self, number: int) -> set[PersonId]:
        """Everybody a stage could ask at this moment, for whatever reason."""
        if number >= len(self.request.stages) or number >= len(self.request.runs):
            return set()
        stage, run, known = self.request.stages[number], self.request.runs[number], self.approvers()
        subjects = [*stage.approvers, *stage.fallback_approvers, *known.organization_fallback]
        for escalation in stage.escalate:
            if run.opened_at + escalation.after <= self.now:
                subjects += [*escalation.to, *escalation.fallback]
        found = set(known.find([*subjects, CATALOG_OWNERS]))
        return found | (set(known.find([the_person(p)])) if (p := run.reassigned_to) else set())


RequestLife.TestCase.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, derandomize=True
)
TestRequestLife = RequestLife.TestCase
