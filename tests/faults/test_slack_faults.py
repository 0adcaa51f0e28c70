"""A Slack that answers late, never, or in another order: the same end, and nothing is said twice.

What fails at once is told in `tests/scenarios/test_outage.py`. Here nobody answers until our own
patience ends, which is shortened to a moment; what was sent takes effect all the same, and the
lane rests until it must have. The clock is moved; at the end every promise is looked at.
"""

from datetime import timedelta

import aiohttp
import pytest

from bot import playground_app, slack_checks
from engine.application.lanes import FAR_SIDE
from playground.faults import FaultKind
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

LEADS = files.stage("Leads", files.people("mia", "olga"))
REPORTS = files.file(files.package("Reports", files.policy("Everybody", LEADS)))
PATIENCE = 0.3
"""Real seconds instead of ten."""
METHODS = ("chat.postMessage", "chat.update", "usergroups.users.update")
INWARD = ("command", "view_submission", "block_actions")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is not answered waits a moment only."""
    patience = aiohttp.ClientTimeout(total=PATIENCE)
    monkeypatch.setattr(slack_checks, "CALL_TIMEOUT", patience)


async def _goes_through(contoso: Company) -> None:
    await contoso.asks("rita", "Reports")
    for who in ("rita", "mia", "olga"):
        await contoso.playground.person(who).waits_to_see("Reports")
    await _time_passes(contoso, timedelta(minutes=3))
    await contoso.mia.presses("Approve")
    await _time_passes(contoso, timedelta(minutes=5))
    assert "rita" in contoso.group("prod-readers")
    contoso.rita.sees("Delivered")
    contoso.olga.sees("Approved by @Mia")
    counts = [len(contoso.playground.person(who).messages) for who in ("rita", "mia", "olga")]
    assert counts == [2, 1, 1]


async def _time_passes(contoso: Company, delta: timedelta) -> None:
    """By our clock, once what is slow by the real one has arrived: minutes take longer than that."""
    await contoso.playground.faults.all_arrived()
    await contoso.playground.time_passes(delta)
    await contoso.playground.faults.all_arrived()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", [FaultKind.LOST_ANSWER, FaultKind.SLOW])
async def test_a_call_that_nobody_answers_in_time_is_looked_for_later(
    company: Open, kind: FaultKind, method: str
) -> None:
    """It took effect, at once or after we had given up; it is not done again."""
    async with company(REPORTS) as contoso:
        contoso.playground.faults.add(kind, method=method, times=2, seconds=2 * PATIENCE)
        await _goes_through(contoso)


@pytest.mark.parametrize("method", ["*", *METHODS])
async def test_calls_that_pass_one_another_change_nothing(company: Open, method: str) -> None:
    """Two conversations are worked on at once; whichever call arrives first, each is in order."""
    async with company(REPORTS) as contoso:
        late = PATIENCE / 3
        contoso.playground.faults.add("out_of_order", method=method, times=6, seconds=late)
        await _goes_through(contoso)


@pytest.mark.parametrize("what", INWARD)
@pytest.mark.parametrize("kind", [FaultKind.SLOW, FaultKind.OUT_OF_ORDER])
async def test_what_slack_delivers_late_counts_all_the_same(
    company: Open, kind: FaultKind, what: str
) -> None:
    """Late is not never."""
    async with company(REPORTS) as contoso:
        contoso.playground.faults.add(kind, method=what, times=1, seconds=PATIENCE / 3)
        await _goes_through(contoso)


async def test_a_lane_rests_after_a_call_that_nobody_answered(company: Open) -> None:
    """Nothing more is sent before what was sent first must have arrived, or never will."""
    async with company(REPORTS) as contoso:
        contoso.playground.faults.add("lost_answer", method="chat.postMessage", times=3)
        await contoso.asks("rita", "Reports")
        await contoso.mia.presses("Approve")
        assert "rita" in contoso.group("prod-readers")
        contoso.rita.sees("Waiting for approval")
        assert FAR_SIDE > playground_app.PACING, "or the story would have gone on by itself"

        await contoso.playground.time_passes(FAR_SIDE)
        contoso.rita.does_not_see("Waiting for approval")
        contoso.rita.sees("Delivered")


async def test_slacks_client_never_posts_again_by_itself(company: Open) -> None:
    """Its own retry after a broken connection would say everything twice: it has none."""
    async with company(REPORTS) as contoso:
        assert contoso.house.client.retry_handlers == []
