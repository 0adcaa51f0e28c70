"""Faults on demand: what a network and a busy service do to an app, per method and per person.

A rule names a Web API method (`chat.postMessage`), a delivery (`block_actions`, `event
team_join`, `command /x`) or `*`; a person; a kind; how many times it acts; and seconds where it
means something. Seconds here are real ones: they are about the wire.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

from playground.delivery import NotAnswered, Parcel
from playground.wire import Json, as_text

if TYPE_CHECKING:
    from playground.workspace import Workspace


class FaultKind(StrEnum):
    """What goes wrong."""

    SLOW = "slow"
    """Takes `seconds` longer; of a delivery they count among the app's three."""
    ERROR_5XX = "error_5xx"
    """The far side answers 503 and does nothing."""
    ERROR_AFTER = "error_after"
    """It happens, and the far side answers that it had an error all the same."""
    CUT_BEFORE = "cut_before"
    """The connection breaks before anything happened."""
    CUT_AFTER = "cut_after"
    """The connection breaks after it happened."""
    RATE_LIMITED = "rate_limited"
    """429 with `Retry-After: seconds`; nothing happens."""
    LOST_ANSWER = "lost_answer"
    """It happens, and no answer comes for `seconds`; then the connection ends."""
    DELIVER_TWICE = "deliver_twice"
    """It arrives twice."""
    OUT_OF_ORDER = "out_of_order"
    """It waits until the next one has passed it, at most `seconds`."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """A rule in force; `times` counts down, None means for ever."""

    id: str
    kind: FaultKind
    method: str = "*"
    person: str | None = None
    """User id."""
    times: int | None = None
    seconds: float = 1.0

    def as_json(self) -> Json:
        """As the page has it."""
        return {
            "id": self.id,
            "method": self.method,
            "person": self.person,
            "kind": self.kind.value,
            "times": self.times,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a delivery that is not refused travels: so many copies, so many real seconds late."""

    copies: int = 1
    late: float = 0.0


class Faults:
    """The rules in force."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._numbers = count(1)
        self.rules: list[Fault] = []
        self._held: asyncio.Event | None = None
        self._late: set[asyncio.Event] = set()

    def add(
        self,
        kind: FaultKind | str,
        *,
        method: str = "*",
        person: str | None = None,
        times: int | None = None,
        seconds: float = 1.0,
    ) -> Fault:
        """Put a rule in force; `person` by handle, id or e-mail address."""
        rule = Fault(
            id=f"fault-{next(self._numbers)}",
            kind=FaultKind(kind),
            method=method,
            person=self._workspace.person(person).id if person else None,
            times=times,
            seconds=seconds,
        )
        self.rules.append(rule)
        self._workspace.tell("faults")
        return rule

    def remove(self, rule_id: str) -> None:
        """Lift a rule."""
        self.rules = [one for one in self.rules if one.id != rule_id]
        self._workspace.tell("faults")

    def clear(self) -> None:
        """Lift all rules."""
        self.rules = []
        self._workspace.tell("faults")

    def take(self, what: str, person: str | None, mentions: Json | None = None) -> Fault | None:
        """The first rule for this exchange, counted down."""
        for rule in self.rules:
            if rule.method not in ("*", what, what.partition(" ")[0]):
                continue
            if rule.person is not None and not self._about(rule.person, person, mentions):
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self.remove(rule.id)
            self._workspace.tell("faults")
            return rule
        return None

    def _about(self, wanted: str, person: str | None, mentions: Json | None) -> bool:
        if person == wanted:
            return True
        direct = {
            one.id
            for one in self._workspace.visible_to(wanted)
            if one.is_im and wanted in one.members
        }
        text = json.dumps(mentions or {})
        return wanted in text or any(one in text for one in direct)

    async def come_late(self, rule: Fault) -> None:
        """Be on the way for the rule's seconds, real ones, whatever the clock says."""
        arrived = asyncio.Event()
        self._late.add(arrived)
        try:
            await asyncio.sleep(rule.seconds)
        finally:
            self._late.discard(arrived)
            arrived.set()

    async def all_arrived(self) -> None:
        """Wait until no call of the app is on its way any more."""
        while self._late:
            await next(iter(self._late)).wait()

    async def wait_turn(self, rule: Fault) -> None:
        """Wait until another exchange has passed, at most the rule's seconds.

        Who comes while somebody waits is the one that passes, and waits for nobody.
        """
        if self._held is not None:
            return
        held = self._held = asyncio.Event()
        try:
            await asyncio.wait_for(held.wait(), timeout=rule.seconds)
        except TimeoutError:
            self._held = None

    def passed(self) -> None:
        """An exchange went through: whoever waits for that may go on."""
        if self._held is not None:
            self._held.set()
            self._held = None

    @asynccontextmanager
    async def around_delivery(self, parcel: Parcel, *, within: float) -> AsyncIterator[Way]:
        """Apply a rule to a delivery that the app has so many real seconds to answer."""
        rule = self.take(parcel.what, parcel.user_id, parcel.payload)
        if rule is None:
            yield Way()
            self.passed()
            return
        match rule.kind:
            case FaultKind.OUT_OF_ORDER:
                await self.wait_turn(rule)
            case FaultKind.CUT_BEFORE | FaultKind.RATE_LIMITED:
                raise NotAnswered("connection_failed")
            case FaultKind.ERROR_5XX:
                raise NotAnswered("http_error", status=503)
        yield Way(
            copies=2 if rule.kind is FaultKind.DELIVER_TWICE else 1,
            late=rule.seconds if rule.kind is FaultKind.SLOW else 0.0,
        )
        self.passed()
        if rule.kind is FaultKind.CUT_AFTER:
            raise NotAnswered("connection_failed")
        if rule.kind is FaultKind.ERROR_AFTER:
            raise NotAnswered("http_error", status=500)
        if rule.kind is FaultKind.LOST_ANSWER:
            await asyncio.sleep(min(rule.seconds, within))
            raise NotAnswered("http_timeout")


def read_rule(rule: Json) -> Json:
    """Arguments for `Faults.add` from the page's rule; raises ValueError for an unknown kind."""
    times, seconds = rule.get("times"), rule.get("seconds")
    return {
        "kind": FaultKind(as_text(rule.get("kind"))),
        "method": as_text(rule.get("method")) or "*",
        "person": as_text(rule.get("person")) or None,
        "times": int(times) if isinstance(times, (int, float)) else None,
        "seconds": float(seconds) if isinstance(seconds, (int, float)) else 1.0,
    }
