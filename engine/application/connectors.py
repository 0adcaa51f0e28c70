"""The contract of a connector: what really grants and removes access on one target system.

The engine is level-triggered: it knows, for each (connector, target, role, account), whether
access is wanted now, and calls `grant` or `revoke` for now. So every call may come any number of
times, and "already so" is success with `changed=False`.

Some things only some systems can do; such a part is a method more, found by its name
(`tells_use`).

Errors say what to do, not what happened: `Retry` (later, by itself), `Refused` (a person must
change something), `Gone` (the target or the account does not exist). Any other exception counts
as a fault of the connector.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol, TypeGuard

from engine.domain.people import Person


class HoldState(StrEnum):
    """Whether an account has a right, as the target system says."""

    PRESENT = "present"
    PENDING = "pending"
    """Asked for and not yet there: somebody or something still has to act."""
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One right that can be granted."""

    id: str
    """The connector's own id of the thing."""
    role: str
    label: str
    """What to call it in front of people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One account's right on one target."""

    account: str
    state: HoldState = HoldState.PRESENT
    changed: bool = False
    """Whether this call made the difference; False means it was so before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """When an account last used a right."""

    account: str
    at: datetime | None
    """Aware; None: never, as far back as the system remembers."""


class ConnectorError(Exception):
    """Something a connector could not do. The message is a sentence for administrators."""

    def __init__(self, message: str) -> None:
        """Keep the sentence."""
        super().__init__(message)
        self.message = message


class Retry(ConnectorError):
    """Throttled, unreachable, timed out, not replicated yet: the engine tries again."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        """Remember how long the far side asks to wait, if it said so."""
        super().__init__(message)
        self.after = after


class Refused(ConnectorError):
    """Trying again will not help: a permission is missing, or the target's own rule forbids it."""


class Gone(ConnectorError):
    """The target or the account does not exist (any more)."""

    def __init__(self, message: str, *, what: Literal["target", "account"]) -> None:
        """Say which of the two is missing."""
        super().__init__(message)
        self.what = what


class Connector(Protocol):
    """What every connector offers. A call may take 30 seconds; cut off, its outcome is unknown."""

    @property
    def serial(self) -> bool:
        """True: at most one change on a target at a time."""
        ...

    async def find(self, person: Person) -> str | None:
        """This system's id of a person, or None for somebody it does not know."""
        ...

    async def grant(self, target: Target, account: str) -> Hold:
        """Make sure the account has the right."""
        ...

    async def revoke(self, target: Target, account: str) -> Hold:
        """Make sure the account does not have the right. A missing account is success."""
        ...

    def holds(self, target: Target) -> AsyncIterator[Hold]:
        """Everybody who has the right: all, or raise; never a part, never empty for `Gone`."""
        ...

    async def check(self, target: Target | None = None) -> None:
        """Raise what would stop work: on this target, or, with None, at all."""
        ...


class TellsUse(Protocol):
    """The optional part of a connector whose system remembers who used what: reviewers see it."""

    def last_uses(self, target: Target) -> AsyncIterator[Use]:
        """When each account last used the right; of whom this is not known, nothing is said.

        One listing for everybody, for most systems report use by the page; it may take minutes.
        All that is known, or raise; never empty for `Gone`.
        """
        ...


def tells_use(connector: object) -> TypeGuard[TellsUse]:
    """Whether a connector has that part."""
    return hasattr(connector, "last_uses")
