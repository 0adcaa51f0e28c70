"""A record of every exchange with the app, for the page's inspector and for checks afterwards.

In memory the latest exchanges are kept. With a folder (argument, or `PLAYGROUND_JOURNAL`) each
one is also appended to `exchanges-*.jsonl`, and each payload with blocks to `payloads-*.jsonl` as
`{"name", "surface": "message|modal|home", "payload"}`, whether it was accepted or not.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TextIO

from playground.clock import Clock
from playground.wire import Json, as_json, as_text

KEPT = 5_000
SECRET_KEYS = ("token", "client_secret", "refresh_token", "access_token", "code")

_serials = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer."""

    n: int
    at: float
    """Seconds since 1970 on the playground's clock."""
    direction: str
    """`app_to_slack` or `slack_to_app`."""
    what: str
    status: str
    """`ok`, an error code, or what went wrong on the way."""
    ms: float
    summary: str
    request: Json
    response: Json

    def as_json(self) -> Json:
        """As the page and the file have it."""
        return {
            "n": self.n,
            "at": self.at,
            "direction": self.direction,
            "what": self.what,
            "status": self.status,
            "ms": round(self.ms, 1),
            "summary": self.summary,
            "request": self.request,
            "response": self.response,
        }


class Journal:
    """All exchanges, numbered from 1."""

    def __init__(
        self, clock: Clock, folder: Path | None, *, tell: Callable[..., None] | None = None
    ) -> None:
        self._clock = clock
        self._tell = tell
        self._numbers = count(1)
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self.on_payload: Callable[[str, Json], None] = lambda *_: None
        self._exchange_file: TextIO | None = None
        self._payload_file: TextIO | None = None
        if folder is None and os.environ.get("PLAYGROUND_JOURNAL"):
            folder = Path(os.environ["PLAYGROUND_JOURNAL"])
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            serial = f"{os.getpid()}-{next(_serials)}"
            self._exchange_file = (folder / f"exchanges-{serial}.jsonl").open("a", encoding="utf-8")
            self._payload_file = (folder / f"payloads-{serial}.jsonl").open("a", encoding="utf-8")

    def close(self) -> None:
        """Finish the files."""
        for file in (self._exchange_file, self._payload_file):
            if file is not None:
                file.close()
        self._exchange_file = self._payload_file = None

    def app_called(
        self,
        method: str,
        request: Json,
        response: Json,
        *,
        status: int,
        seconds: float,
        fault: str = "",
    ) -> None:
        """The app called a Web API method; `fault` names what was done to the call on purpose."""
        ok = bool(response.get("ok"))
        word = "ok" if ok else as_text(response.get("error")) or str(status)
        word = f"{word} ({fault})" if fault else word
        self.note(
            "app_to_slack", method, status=word, seconds=seconds, request=request, response=response
        )

    def note(
        self,
        direction: str,
        what: str,
        *,
        status: str,
        seconds: float,
        request: Json,
        response: Json,
    ) -> None:
        """Append one exchange."""
        exchange = Exchange(
            n=next(self._numbers),
            at=self._clock.epoch(),
            direction=direction,
            what=what,
            status=status,
            ms=seconds * 1000,
            summary=_summary(request),
            request={key: value for key, value in request.items() if key not in SECRET_KEYS},
            response={key: value for key, value in response.items() if key not in SECRET_KEYS},
        )
        self.exchanges.append(exchange)
        if self._exchange_file is not None:
            self._exchange_file.write(json.dumps(exchange.as_json(), ensure_ascii=False) + "\n")
            self._exchange_file.flush()
        if self._tell is not None:
            self._tell("exchange", n=str(exchange.n))

    def note_payload(self, surface: str, payload: Json) -> None:
        """Keep a payload with blocks for the checkers."""
        self.on_payload(surface, payload)
        if self._payload_file is not None:
            number = next(self._numbers)
            line = {"name": f"{surface}-{number}", "surface": surface, "payload": payload}
            self._payload_file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._payload_file.flush()


def _summary(request: Json) -> str:
    """What was said, or else whom or where it concerns."""
    event = as_json(request.get("event"))
    for part in (request, as_json(event.get("message")), event):
        for key in ("text", "command", "user", "user_id", "users", "channel"):
            value = part.get(key)
            told = as_text(value.get("id") if isinstance(value, dict) else value)
            if told:
                return told[:120]
    return ""
