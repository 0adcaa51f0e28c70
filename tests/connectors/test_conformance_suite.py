"""The suite for authors of connectors finds the mistakes it is there for."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from bot import sample_reports
from connectors.conformance import NotConforming, conformance
from engine.application.connectors import Connector, Gone, Hold, HoldState, Target, Use
from engine.domain.ids import PersonId
from engine.domain.people import Person, PersonKind

pytestmark = pytest.mark.asyncio

READERS = Target(id="readers", role="member", label="Readers")
NOTHING = Target(id="nothing", role="member", label="Nothing")
MIA = Person(id=PersonId("U1"), name="Mia", kind=PersonKind.MEMBER, email="mia@contoso.com")
SAM = Person(id=PersonId("U2"), name="Sam", kind=PersonKind.STRANGER)


class Faithful:
    """A small system with one target, and a connector that keeps the contract."""

    serial = False

    def __init__(self) -> None:
        """Begin with one member."""
        self.members = ["boris"]

    async def find(self, person: Person) -> str | None:
        """Accounts are e-mail names."""
        return person.email.split("@")[0] if person.email else None

    async def grant(self, target: Target, account: str) -> Hold:
        """Add once."""
        await self.check(target)
        changed = account not in self.members
        self.members += [account] * changed
        return Hold(account=account, changed=changed)

    async def revoke(self, target: Target, account: str) -> Hold:
        """Remove once."""
        await self.check(target)
        changed = account in self.members
        self.members = [one for one in self.members if one != account]
        return Hold(account=account, state=HoldState.ABSENT, changed=changed)

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """Everybody."""
        await self.check(target)
        for account in self.members:
            yield Hold(account=account)

    async def check(self, target: Target | None = None) -> None:
        """There is one target."""
        if target is not None and target != READERS:
            raise Gone("There is no such target.", what="target")


class KnowsEverybody(Faithful):
    """Invents accounts."""

    async def find(self, person: Person) -> str | None:
        """Say the id for whomever."""
        return person.id


class KnowsNobody(Faithful):
    """Has no accounts."""

    async def find(self, person: Person) -> str | None:
        """Nobody, not even the person of that id."""
        return None if person.id else "x"


class AlwaysChanges(Faithful):
    """Says that every call made the difference."""

    async def grant(self, target: Target, account: str) -> Hold:
        """Lie about the second call."""
        await super().grant(target, account)
        return Hold(account=account, changed=True)


class AddsTwice(Faithful):
    """Makes a second link for a second call, as some systems do."""

    async def grant(self, target: Target, account: str) -> Hold:
        """Add again."""
        held = await super().grant(target, account)
        self.members += [account] * (not held.changed)
        return held


class NeverRemoves(Faithful):
    """Says that it removed."""

    async def revoke(self, target: Target, account: str) -> Hold:
        """Do nothing."""
        await self.check(target)
        return Hold(account=account, state=HoldState.ABSENT, changed=True)


class EmptyForNothing(Faithful):
    """Reads "not found" as "nobody", the mistake that looks like everybody losing access."""

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """Swallow that there is no such target."""
        if target == READERS:
            for account in self.members:
                yield Hold(account=account)


class HeldAlready(Faithful):
    """A wrong use of the suite: the person has the right before it begins."""

    def __init__(self) -> None:
        """Begin with the person in it."""
        super().__init__()
        self.members.append("mia")


class Remembers(Faithful):
    """Its system knows who used what."""

    async def last_uses(self, target: Target) -> AsyncIterator[Use]:
        """Boris did, this morning."""
        await self.check(target)
        yield Use(account="boris", at=datetime(2027, 1, 4, 8, tzinfo=UTC))


class RemembersTwice(Remembers):
    """Gives a row for every use instead of the last."""

    async def last_uses(self, target: Target) -> AsyncIterator[Use]:
        """Twice the same."""
        for _ in range(2):
            async for use in super().last_uses(target):
                yield use


class ForgetsTheZone(Remembers):
    """Leaves it to guesses when it was."""

    async def last_uses(self, target: Target) -> AsyncIterator[Use]:
        """In local time, wherever that is."""
        async for use in super().last_uses(target):
            yield Use(account=use.account, at=datetime(2027, 1, 4, 8))  # noqa: DTZ001


class RemembersNobodyOfNothing(Remembers):
    """Reads "not found" as "never used"."""

    async def last_uses(self, target: Target) -> AsyncIterator[Use]:
        """Swallow that there is no such target."""
        if target == READERS:
            async for use in super().last_uses(target):
                yield use


async def broken(connector: Connector) -> str:
    """What the suite says of a connector."""
    with pytest.raises(NotConforming) as caught:
        await conformance(connector, READERS, NOTHING, MIA, SAM)
    return " ".join(caught.value.broken)


async def test_a_faithful_connector_passes_and_the_target_is_as_before() -> None:
    """Nothing is left behind."""
    connector = Faithful()

    await conformance(connector, READERS, NOTHING, MIA, SAM)

    assert connector.members == ["boris"]


async def test_the_optional_part_is_tried_where_there_is_one() -> None:
    """When access was last used; the playground's system keeps the contract, too."""
    await conformance(Remembers(), READERS, NOTHING, MIA, SAM)
    reports = sample_reports.SampleReports(lambda: datetime(2027, 1, 4, tzinfo=UTC))
    theirs = Target(id=sample_reports.TARGET, role="reader", label="Reports")
    await conformance(reports, theirs, NOTHING, MIA, SAM)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (KnowsEverybody, "find knows a stranger."),
        (KnowsNobody, "find does not know the person."),
        (AlwaysChanges, "A second grant says that it changed something."),
        (AddsTwice, "holds names somebody twice."),
        (NeverRemoves, "After a revoke, holds does not show the same people"),
        (EmptyForNothing, "holds of a target that does not exist raises neither Gone nor Refused."),
        (HeldAlready, "The person held the right before the suite began."),
        (RemembersTwice, "last_uses names somebody twice."),
        (ForgetsTheZone, "last_uses gives a moment without a time zone."),
        (RemembersNobodyOfNothing, "last_uses of a target that does not exist raises neither"),
    ],
)
async def test_a_broken_rule_is_told(make: Callable[[], Connector], rule: str) -> None:
    """In a sentence that names it."""
    assert rule in await broken(make())


async def test_several_broken_rules_are_told_at_once() -> None:
    """An author mends them in one go."""
    said = await broken(NeverRemoves())

    assert "A second revoke says that it changed something." in said
    assert "After a revoke" in said
