"""Whether a connector keeps the contract, tried on a real or local system.

For authors of connectors: give the connector a target where one person may be added and removed,
and see all broken rules at once.

    await conformance(
        MyConnector(...),
        target=Target(id="readers", role="member", label="Readers"),
        other_target_missing=Target(id="no-such-group", role="member", label="Nothing"),
        person=somebody_who_has_an_account_and_not_the_right,
        stranger=somebody_without_an_account,
    )

The suite leaves the target as it found it, if the connector works. It is for connectors that act
at once; one that answers `PENDING` (a person, or a slow system, acts later) is tested by its own
tests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from engine.application.connectors import (
    Connector,
    Gone,
    Hold,
    HoldState,
    Refused,
    Target,
    TellsUse,
    tells_use,
)
from engine.domain.people import Person


class NotConforming(Exception):
    """The rules that a connector broke, one sentence each."""

    def __init__(self, broken: tuple[str, ...]) -> None:
        """Keep the sentences."""
        super().__init__("\n".join(broken))
        self.broken = broken


@dataclass(slots=True)
class _Trial:
    """One run of the suite, collecting what was broken."""

    connector: Connector
    target: Target
    broken: list[str] = field(default_factory=list)

    def expect(self, rule: str, *, kept: bool) -> None:
        if not kept:
            self.broken.append(rule)

    async def listed(self) -> list[str]:
        accounts = [
            hold.account
            async for hold in self.connector.holds(self.target)
            if hold.state is HoldState.PRESENT
        ]
        self.expect("holds names somebody twice.", kept=len(accounts) == len(set(accounts)))
        return accounts


async def conformance(
    connector: Connector,
    target: Target,
    other_target_missing: Target,
    person: Person,
    stranger: Person,
) -> None:
    """Try the whole contract; raise `NotConforming` with every rule that was broken.

    `person` must have an account there and not hold the right; `stranger` must have no account;
    nothing may exist under `other_target_missing`. Connector errors that the contract does not
    foresee come through as they are.
    """
    trial = _Trial(connector, target)
    await connector.check()
    await connector.check(target)
    trial.expect("find knows a stranger.", kept=await connector.find(stranger) is None)
    account = await connector.find(person)
    if account is None:
        raise NotConforming((*trial.broken, "find does not know the person."))
    before = await trial.listed()
    if account in before:
        raise NotConforming((*trial.broken, "The person held the right before the suite began."))
    await _grant(trial, account, before)
    await _revoke(trial, account, before)
    await _missing(trial, other_target_missing, account)
    if tells_use(connector):
        await _last_uses(trial, connector, other_target_missing)
    if trial.broken:
        raise NotConforming(tuple(trial.broken))


async def _grant(trial: _Trial, account: str, before: list[str]) -> None:
    first = await trial.connector.grant(trial.target, account)
    again = await trial.connector.grant(trial.target, account)
    trial.expect("grant does not say PRESENT.", kept=_says(first, account, HoldState.PRESENT))
    trial.expect("The first grant does not say that it changed something.", kept=first.changed)
    trial.expect(
        "A second grant does not say PRESENT.", kept=_says(again, account, HoldState.PRESENT)
    )
    trial.expect("A second grant says that it changed something.", kept=not again.changed)
    trial.expect(
        "After a grant, holds does not show exactly one more.",
        kept=sorted(await trial.listed()) == sorted([*before, account]),
    )


async def _revoke(trial: _Trial, account: str, before: list[str]) -> None:
    first = await trial.connector.revoke(trial.target, account)
    again = await trial.connector.revoke(trial.target, account)
    trial.expect("revoke does not say ABSENT.", kept=_says(first, account, HoldState.ABSENT))
    trial.expect("The first revoke does not say that it changed something.", kept=first.changed)
    trial.expect(
        "A second revoke does not say ABSENT.", kept=_says(again, account, HoldState.ABSENT)
    )
    trial.expect("A second revoke says that it changed something.", kept=not again.changed)
    trial.expect(
        "After a revoke, holds does not show the same people as at the beginning.",
        kept=sorted(await trial.listed()) == sorted(before),
    )


async def _missing(trial: _Trial, missing: Target, account: str) -> None:
    """A target that does not exist is told as such, most of all by `holds` (never as empty)."""
    connector = trial.connector

    async def list_all() -> None:
        async for _ in connector.holds(missing):
            pass

    calls: tuple[tuple[str, Callable[[], Awaitable[object]]], ...] = (
        ("grant", lambda: connector.grant(missing, account)),
        ("check", lambda: connector.check(missing)),
        ("holds", list_all),
    )
    for name, call in calls:
        try:
            await call()
        except (Gone, Refused):
            continue
        trial.broken.append(
            f"{name} of a target that does not exist raises neither Gone nor Refused."
        )


async def _last_uses(trial: _Trial, connector: TellsUse, missing: Target) -> None:
    """The optional part, of those that have it."""
    uses = [use async for use in connector.last_uses(trial.target)]
    trial.expect(
        "last_uses names somebody twice.", kept=len(uses) == len({use.account for use in uses})
    )
    trial.expect(
        "last_uses gives a moment without a time zone.",
        kept=all(use.at is None or use.at.tzinfo is not None for use in uses),
    )
    try:
        async for _ in connector.last_uses(missing):
            pass
    except (Gone, Refused):
        return
    trial.broken.append(
        "last_uses of a target that does not exist raises neither Gone nor Refused."
    )


def _says(hold: Hold, account: str, state: HoldState) -> bool:
    return hold.account == account and hold.state is state
