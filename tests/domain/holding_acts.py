"""What happens to a holding in the stories about holdings."""

from datetime import timedelta

from engine.domain import holdings
from engine.domain.holdings import (
    Failure,
    Holding,
    Step,
)
from tests.builders import MINUTE, NOW, a_holding

LEASE_END = NOW + MINUTE


def begun(holding: Holding) -> Holding:
    """The present step is being tried."""
    return holdings.begin(holding, lease_ends_at=LEASE_END)


def given(holding: Holding | None = None, *, changed: bool = True) -> Holding:
    """The grant was tried and worked; `changed` False: it was there already."""
    return holdings.granted(
        begun(holding or a_holding()), account="U1", pending=False, changed=changed, now=NOW
    )


def released(holding: Holding, *, keep: bool = False) -> Holding:
    """The last assignment that gave it has ended."""
    return holdings.release(holding, keep_if_held_before=keep, now=NOW)


def wanted_again(holding: Holding) -> Holding:
    """Another assignment gives it."""
    return holdings.want(holding, now=NOW)


def taken(holding: Holding) -> Holding:
    """The removal was tried and worked."""
    return holdings.revoked(begun(holding), pending=False, now=NOW)


def task(holding: Holding | None = None) -> Holding:
    """The grant was tried, and now waits for somebody to do it."""
    return holdings.granted(
        begun(holding or a_holding(connector="manual")),
        account="Rob",
        pending=True,
        changed=True,
        now=NOW,
    )


def failed(
    holding: Holding,
    failure: Failure,
    *,
    step: Step = Step.GRANT,
    after: timedelta | None = None,
    jitter: float = 0.0,
) -> Holding:
    """The attempt was answered with a failure."""
    return holdings.failed(
        holding, step, failure, "It did not work.", after=after, jitter=jitter, now=NOW
    )
