"""The connector of people: a change is a task, and nobody can be listed."""

import pytest

from connectors.manual import Manual
from engine.application.connectors import Hold, HoldState, Refused, Target
from engine.domain.ids import PersonId
from engine.domain.people import Person, PersonKind

VPN = Target(id="Office VPN", role="user", label="Office VPN")

pytestmark = pytest.mark.asyncio


async def test_a_grant_and_a_removal_are_asked_for_and_not_yet_there() -> None:
    """The engine shows a task card and waits for Done."""
    granted = await Manual().grant(VPN, "U1")
    revoked = await Manual().revoke(VPN, "U1")

    assert granted == Hold(account="U1", state=HoldState.PENDING, changed=True)
    assert revoked == Hold(account="U1", state=HoldState.PENDING, changed=True)


async def test_a_listing_is_refused_rather_than_empty() -> None:
    """Empty would read as "everybody lost access"."""
    with pytest.raises(Refused, match="Office VPN"):
        [hold async for hold in Manual().holds(VPN)]


@pytest.mark.parametrize(
    ("kind", "active", "found"),
    [
        (PersonKind.MEMBER, True, True),
        (PersonKind.GUEST, True, True),
        (PersonKind.STRANGER, True, True),
        (PersonKind.BOT, True, False),
        (PersonKind.MEMBER, False, True),
    ],
)
async def test_a_task_can_be_about_any_person(kind: PersonKind, active: bool, found: bool) -> None:
    """Not about apps."""
    person = Person(id=PersonId("U1"), name="Mia", kind=kind, active=active)

    assert await Manual().find(person) == ("U1" if found else None)


async def test_only_a_target_without_a_name_is_refused() -> None:
    """A task must say what it is about."""
    await Manual().check()
    await Manual().check(VPN)

    with pytest.raises(Refused):
        await Manual().check(Target(id=" ", role="user", label=""))
