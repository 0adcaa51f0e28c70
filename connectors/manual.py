"""Resources that a person takes care of: a grant or a removal is a task for the fulfillers.

Nothing happens on any system here. `grant` and `revoke` say "asked for and not yet there"
(`PENDING`); the engine shows the fulfillers a task card and waits for **Done**. Nobody but those
people knows who really has the right, so `holds` cannot list anybody, and says so instead of
naming nobody: an empty answer would read as "everybody lost access".
"""

from collections.abc import AsyncIterator

from engine.application.connectors import Hold, HoldState, Refused, Target
from engine.domain.people import Person, PersonKind

CANNOT_LIST = (
    "People look after {thing}, so Usher cannot look up who has it. Ask its fulfillers for a list."
)
NAMELESS = "A manual resource has no name for its tasks. Write into its `id` what it is."


class Manual:
    """The connector `manual`; the target's id is whatever the fulfillers call the thing."""

    serial: bool = False

    async def find(self, person: Person) -> str | None:
        """The person's own id: a task can be about anybody, most of all about who has left."""
        return person.id if person.kind is not PersonKind.BOT else None

    async def grant(self, target: Target, account: str) -> Hold:
        """Ask for a task "give"; it is done when a fulfiller says so."""
        _require_name(target)
        return Hold(account=account, state=HoldState.PENDING, changed=True)

    async def revoke(self, target: Target, account: str) -> Hold:
        """Ask for a task "take away"; it is done when a fulfiller says so."""
        _require_name(target)
        return Hold(account=account, state=HoldState.PENDING, changed=True)

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """Raise `Refused` always: there is no system to ask."""
        raise Refused(CANNOT_LIST.format(thing=target.label or target.id))
        yield Hold(account="")  # makes this a generator, as the contract wants

    async def check(self, target: Target | None = None) -> None:
        """Raise only for a target without a name: nothing else can stop a person."""
        if target is not None:
            _require_name(target)


def _require_name(target: Target) -> None:
    if not target.id.strip():
        raise Refused(NAMELESS)
