"""How often the app may call: tiers per method, one message a second per channel.

Buckets on the playground's clock. Slack tolerates bursts without saying how long; `burst`
multiplies what a bucket holds (1 = strictly the published rate, `math.inf` = no limits). Source:
docs.slack.dev/apis/web-api/rate-limits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.clock import Clock

if TYPE_CHECKING:
    from playground.arguments import Arguments
    from playground.web_api import Method

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls per minute, method and workspace."""

POSTING = ("chat.postMessage",)


@dataclass(slots=True)
class Bucket:
    """Fills with time up to `size`; a call takes one out."""

    size: float
    per_second: float
    level: float
    at: float

    def take(self, now: float) -> int | None:
        """Take one out, or the whole seconds until one is there."""
        self.level = min(self.size, self.level + max(0.0, now - self.at) * self.per_second)
        self.at = now
        if self.level >= 1 - 1e-9:
            self.level -= 1
            return None
        return max(1, math.ceil((1 - self.level) / self.per_second))


class Rates:
    """The buckets of one app in one workspace."""

    def __init__(
        self, clock: Clock, *, burst: float = 2.0, place: Callable[[str], str] = str
    ) -> None:
        """`place` turns what a caller names as channel (an id, `#name`, a user) into one key."""
        self._clock = clock
        self._place = place
        self.burst = burst
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def too_soon(self, method: Method, args: Arguments) -> int | None:
        """Seconds for `Retry-After` when this call comes too early, else None."""
        if math.isinf(self.burst):
            return None
        if method.name in POSTING:
            return self._take("posting", self._place(str(args.values.get("channel", ""))), 1.0, 1.0)
        if not method.tier:
            return None
        each_minute = TIERS[method.tier]
        return self._take("method", method.name, float(each_minute), each_minute / 60)

    def _take(self, kind: str, name: str, size: float, per_second: float) -> int | None:
        now = self._clock.epoch()
        size = max(1.0, size * self.burst)
        bucket = self._buckets.get((kind, name))
        if bucket is None:
            bucket = self._buckets[kind, name] = Bucket(size, per_second, size, now)
        return bucket.take(now)
