"""Random people answer, change their minds, leave and wait, and the laws of reviews hold.

- Nothing is removed before the close, nor without an answer or the policy's word for silence.
- The last answer before the close counts.
- The counts are what counting gives, after every step.
"""

import asyncio
import shutil
import tempfile
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as run_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.application.commands import Actor, GiveBack
from engine.domain.ids import PersonId
from engine.domain.people import members_of
from engine.domain.refusals import Refusal
from engine.domain.review_lines import LineFilter, ReviewVerdict
from engine.domain.review_settings import MovesOn, NoResponse
from engine.domain.reviews import OVER, ReviewState
from tests.builders import ANN, BEN, CAT, DAN, DAY, EVE, LEADS, MAX, MIA, OLGA, ROB
from tests.reviewing import ReviewHouse, a_review_stage, review_house, settings

HOLDERS = (ROB, ANN, BEN, CAT, EVE)
STAGES = {
    "manager": (a_review_stage(open_for=4 * DAY, remind=[DAY]),),
    "pool": (a_review_stage(members_of(LEADS), open_for=4 * DAY),),
    "both": (
        a_review_stage(self_review=True, open_for=2 * DAY, moves_on=(MovesOn.KEPT,)),
        a_review_stage(open_for=2 * DAY),
    ),
}
_people = st.sampled_from([*HOLDERS, MAX, MIA, DAN, OLGA])
_verdicts = st.sampled_from(ReviewVerdict)


class Reviews(RuleBasedStateMachine):
    """One review of five holders."""

    template: Path

    def __init__(self) -> None:
        """A database of its own."""
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="usher-machine-"))
        shutil.copy(self.template, self.folder / "usher.db")
        self.loop = asyncio.new_event_loop()
        url = f"sqlite+aiosqlite:///{self.folder}/usher.db"
        self.opened: AbstractAsyncContextManager[ReviewHouse] = review_house(url)
        self.house = self.loop.run_until_complete(self.opened.__aenter__())
        self.silence = NoResponse.KEEP
        self.said: dict[PersonId, ReviewVerdict] = {}
        self.ended: set[PersonId] = set()

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.loop.run_until_complete(self.opened.__aexit__(None, None, None))
        self.loop.close()
        shutil.rmtree(self.folder)

    def do(self, work: object) -> object:
        """Wait for it."""
        return self.loop.run_until_complete(work)  # type: ignore[arg-type]

    @property
    def state(self) -> ReviewState:
        """Where the run stands."""
        run = self.do(self.house.run())
        return run.state  # type: ignore[attr-defined,no-any-return]

    @initialize(silence=st.sampled_from(NoResponse), stages=st.sampled_from(sorted(STAGES)))
    def open(self, silence: NoResponse, stages: str) -> None:
        """Five hold it, and a review opens."""
        self.silence = silence
        self.do(self.house.give(*HOLDERS))
        self.do(self.house.configure(settings(*STAGES[stages], silence=silence)))
        self.do(self.house.settle())

    @rule(who=_people, verdict=_verdicts, holder=st.sampled_from(HOLDERS))
    def answer(self, who: PersonId, verdict: ReviewVerdict, holder: PersonId) -> None:
        """Somebody answers a line, if they may."""
        try:
            self.do(self.house.decides(who, verdict, holder))
        except Refusal:
            return
        self.said[holder] = verdict

    @rule(who=_people, verdict=_verdicts, undecided=st.booleans())
    def answer_all(self, who: PersonId, verdict: ReviewVerdict, undecided: bool) -> None:
        """Somebody answers everything that is shown to them, if anything is."""
        which = LineFilter(undecided=undecided)

        async def shown() -> list[PersonId]:
            run = (await self.house.run()).id
            page = await self.house.reviews.review_lines(run, who, which=which)
            return [row.line.target_id for row in page.rows if row.line.gone is None]

        theirs = self.do(shown())
        try:
            done = self.do(self.house.decides(who, verdict, which=which))
        except Refusal:
            return
        assert done.lines == len(theirs)  # type: ignore[attr-defined,arg-type]
        self.said |= dict.fromkeys(theirs, verdict)  # type: ignore[call-overload]

    @rule(holder=st.sampled_from(HOLDERS))
    def give_back(self, holder: PersonId) -> None:
        """A holder ends it."""
        given = GiveBack(assignment_id=self.house.given[holder])
        try:
            self.do(self.house.do(given, Actor(person_id=holder)))
        except Refusal:
            return
        self.ended.add(holder)

    @rule(who=st.sampled_from([MAX, CAT, OLGA]))
    def leave(self, who: PersonId) -> None:
        """A reviewer, who may be a holder too, leaves."""
        person = self.do(self.house.queries.person(who))
        if person.active:  # type: ignore[attr-defined]
            self.do(self.house.leaves(who))
            self.ended.add(who)

    @precondition(lambda self: self.state is ReviewState.IN_PROGRESS)
    @rule()
    def reset(self) -> None:
        """An administrator clears the answers of the stage."""
        before = self.do(self.house.run())
        self.do(self.house.resets())
        if before.stage == 0:  # type: ignore[attr-defined]
            self.said.clear()
        else:
            for holder in self._in_last_stage():
                self.said.pop(holder, None)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        """Time passes; lines that go on to the next stage are undecided there."""
        before = self.do(self.house.run())
        self.do(self.house.passes(timedelta(hours=hours)))
        after = self.do(self.house.run())
        if after.stage > before.stage:  # type: ignore[attr-defined]
            for holder in self._in_last_stage():
                self.said.pop(holder, None)

    def _in_last_stage(self) -> list[PersonId]:
        async def found() -> list[PersonId]:
            run = await self.house.run()
            page = await self.house.reviews.all_review_lines(run.id)
            return [row.line.target_id for row in page.rows if row.line.stage == run.stage]

        return self.do(found())  # type: ignore[return-value]

    @invariant()
    def counts_add_up(self) -> None:
        """Every count is what counting gives, and every holder is in one of them."""
        if not self.house.given:
            return
        self.do(self.house.check_counts())
        summary = self.do(self.house.reviews.review(self.do(self.house.run()).id))  # type: ignore[attr-defined]
        counts = summary.counts  # type: ignore[attr-defined]
        assert counts.total + counts.gone == len(HOLDERS)

    @invariant()
    def access_is_as_was_said(self) -> None:
        """Before the close everybody has it; afterwards who was kept, or kept by silence."""
        if not self.house.given:
            return
        closed = self.state in OVER
        for holder in HOLDERS:
            holds = self.do(self.house.holds(holder))
            if holder in self.ended:
                assert not holds
            elif not closed:
                assert holds
            elif holder in self.said:
                assert holds == (self.said[holder] is not ReviewVerdict.REMOVE)
            else:
                assert holds == (self.silence is not NoResponse.REMOVE)


@pytest.mark.slow
@pytest.mark.long
def test_random_reviews_keep_the_laws(sqlite_template: Path) -> None:
    """Thirty histories, each with everything at once."""
    Reviews.template = sqlite_template
    run_state_machine_as_test(
        Reviews,
        settings=run_settings(
            max_examples=30,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
