"""Target systems besides user groups: one with accounts, and people who do tasks by hand.

The system of accounts is idempotent, as connectors must be, and says truly whether a call made the
difference. Some of its accounts it refuses until somebody mends the cause.
"""

from collections.abc import AsyncIterator, Callable
from random import Random

from engine.application.connectors import Gone, Hold, HoldState, Refused, Retry, Target
from engine.domain.people import Person
from tests.simulator.network import Network, Throttled


class Accounts:
    """What is really there: who has which right."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.rights: set[tuple[str, str]] = set()
        self.refused: set[tuple[str, str]] = set()
        """Who cannot be given what until it is mended."""
        self.stubborn: set[tuple[str, str]] = set()
        """From whom it cannot be taken away until it is mended."""

    def add(self, right: tuple[str, str]) -> bool:
        """Whether that made the difference."""
        if right in self.refused:
            raise Refused("The licence does not allow it.")
        fresh = right not in self.rights
        self.rights.add(right)
        return fresh

    def remove(self, right: tuple[str, str]) -> bool:
        """Whether that made the difference."""
        if right in self.stubborn:
            raise Retry("The system is being replicated.")
        if self._random.random() < 0.05 and right not in self.rights:
            raise Gone("The account does not exist.", what="account")
        there = right in self.rights
        self.rights.discard(right)
        return there


class AccountsConnector:
    """One process's way to the system of accounts."""

    serial = False

    def __init__(self, accounts: Accounts, network: Network) -> None:
        self._accounts = accounts
        self._network = network

    async def find(self, person: Person) -> str:
        """Everybody has an account; finding it is a call of its own."""
        await self._call("find", None, lambda: True)
        return f"account-{person.id}"

    async def grant(self, target: Target, account: str) -> Hold:
        """Make sure the account has the right."""
        right = (target.id, account)
        fresh = await self._call(
            f"grant {target.id} to", account, lambda: self._accounts.add(right)
        )
        return Hold(account=account, changed=fresh)

    async def revoke(self, target: Target, account: str) -> Hold:
        """Make sure it has not."""
        right = (target.id, account)
        gone = await self._call(
            f"revoke {target.id} from", account, lambda: self._accounts.remove(right)
        )
        return Hold(account=account, state=HoldState.ABSENT, changed=gone)

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """Everybody who has it."""
        for right, account in sorted(self._accounts.rights):
            if right == target.id:
                yield Hold(account=account)

    async def check(self, target: Target | None = None) -> None:
        """All is well."""

    # A `ServerError` goes through: it stands for what a connector did not foresee.

    async def _call(self, what: str, where: str | None, effect: Callable[[], bool]) -> bool:
        try:
            return await self._network.call(what, where, effect)
        except Throttled as throttled:
            raise Retry("Too many calls.") from throttled
        except ConnectionError as reset:
            raise Retry("The system cannot be reached.") from reset


class ByHand:
    """Somebody is asked to do it."""

    serial = False

    async def find(self, person: Person) -> str:
        """Everybody is known by name."""
        return str(person.id)

    async def grant(self, target: Target, account: str) -> Hold:
        """A task."""
        return Hold(account=account, state=HoldState.PENDING)

    async def revoke(self, target: Target, account: str) -> Hold:
        """A task too."""
        return Hold(account=account, state=HoldState.PENDING)

    async def holds(self, target: Target) -> AsyncIterator[Hold]:
        """Nobody knows."""
        return
        yield

    async def check(self, target: Target | None = None) -> None:
        """All is well."""
