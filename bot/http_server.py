"""The HTTP side of the process: what Slack posts to, and what tells others how we are.

`POST /slack/events` takes commands, interactions, options and events alike (HTTP mode only; in
Socket Mode there is no such place). Whether a request is Slack's is decided by its signature, which
Bolt checks against the raw body; here only its size is limited, before anything reads it.

`/healthz` says that the process lives, `/readyz` that it can serve, `/metrics` what it did.
"""

import errno
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.cli_parts import Fault
from bot.metrics import CONTENT_TYPE, Metrics, request_kind

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

log = logging.getLogger(__name__)

SLACK_PATH = "/slack/events"
MOST_BYTES = 1024 * 1024
"""The largest body taken. A form of Slack's is at most 250 kB (views reference)."""
MOST_DIGITS = 20
RATE_LIMITED = "app_rate_limited"
"""What Slack posts each minute while it withholds events (Events API reference); no event itself,
so Bolt has no listener for it. What was withheld is found when the directory is next compared."""
DRAIN_SECONDS = 3.0
"""As long as Slack waits for an answer. What is then given up has as long again to end."""

Dispatch = Callable[[str, Mapping[str, str]], Awaitable[BoltResponse]]
"""Handles a raw body with its headers."""
Readiness = Callable[[], str | None]
"""None when we can serve, else the reason why not, as a sentence."""
Refresh = Callable[[], Awaitable[None]]
"""Brings figures up to date that only the database knows."""


class CannotListen(Fault):
    """The address cannot be listened on; the message says why."""


def bolt_dispatch(app: "AsyncApp", metrics: Metrics) -> Dispatch:
    """Hand requests to Bolt, counted and timed."""

    async def dispatch(body: str, headers: Mapping[str, str]) -> BoltResponse:
        began = perf_counter()
        try:
            request = AsyncBoltRequest(body=body, headers={k: [v] for k, v in headers.items()})
        except Exception:  # noqa: BLE001 - Bolt reads a body before it looks who signed it
            metrics.request_handled(request_kind({}), "refused")
            return BoltResponse(status=400, body="The body is nothing that Slack sends.\n")
        if _could_be_signed(request.headers):
            response = await app.async_dispatch(request)
            if response.status == 404 and request.body.get("type") == RATE_LIMITED:
                log.warning("Slack withholds events: there are more than it delivers in an hour")
                response = BoltResponse(status=200)
        else:
            response = BoltResponse(status=401, body="The request is not signed as Slack signs.\n")
        kind = request_kind(request.body)
        metrics.request_handled(kind, outcome_of(response.status))
        metrics.observe_ack(kind, perf_counter() - began)
        return response

    return dispatch


def _could_be_signed(headers: Mapping[str, Sequence[str]]) -> bool:
    """Whether Bolt can check the signature, or miss it: it fails on what it cannot read."""
    stamp = "".join(headers.get("x-slack-request-timestamp", ("0",)))
    signature = "".join(headers.get("x-slack-signature", ()))
    number = stamp.isascii() and stamp.isdecimal() and len(stamp) < MOST_DIGITS
    return number and signature.isascii()


def outcome_of(status: int) -> str:
    """What Bolt's status says became of a request."""
    if status < 300:
        return "ok"
    if status == 404:
        return "unhandled"
    return "refused" if status < 500 else "failed"


def build_app(
    dispatch: Dispatch | None,
    readiness: Readiness,
    metrics: Metrics,
    *,
    refresh: Refresh | None = None,
    look: Refresh | None = None,
) -> web.Application:
    """The routes; without `dispatch` (Socket Mode) Slack has none.

    `look` is awaited before `readiness` is asked, `refresh` before the figures are read.
    """
    # aiohttp stops reading past its own limit; which side that limit itself is on has changed
    # between its versions, so ours is checked once more in the handler.
    app = web.Application(client_max_size=MOST_BYTES + 1)
    edge = _Edge(dispatch, readiness, metrics, refresh, look)
    app.router.add_get("/healthz", edge.healthz)
    app.router.add_get("/readyz", edge.readyz)
    app.router.add_get("/metrics", edge.metrics)
    if dispatch is not None:
        app.router.add_post(SLACK_PATH, edge.slack)
    return app


class _Edge:
    """The handlers."""

    def __init__(
        self,
        dispatch: Dispatch | None,
        readiness: Readiness,
        metrics: Metrics,
        refresh: Refresh | None,
        look: Refresh | None,
    ) -> None:
        self._dispatch = dispatch
        self._readiness = readiness
        self._metrics = metrics
        self._refresh = refresh
        self._look = look

    async def healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        if self._look is not None:
            await self._look()
        reason = self._readiness()
        if reason is None:
            return web.Response(text="ready\n")
        return web.Response(status=503, text=f"{reason}\n")

    async def metrics(self, _request: web.Request) -> web.Response:
        if self._refresh is not None:
            try:
                await self._refresh()
            except Exception:  # the other figures are wanted most when the database is away
                log.exception("the figures of the database could not be read")
        return web.Response(body=self._metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    async def slack(self, request: web.Request) -> web.Response:
        assert self._dispatch is not None, "the route exists only with a dispatch"
        try:
            raw = await request.read()
            if len(raw) > MOST_BYTES:
                raise web.HTTPRequestEntityTooLarge(max_size=MOST_BYTES, actual_size=len(raw))
            body = raw.decode()
        except UnicodeDecodeError:
            return web.Response(status=400, text="The body is not UTF-8.\n")
        return _answer(await self._dispatch(body, request.headers))


def _answer(response: BoltResponse) -> web.Response:
    """Bolt's answer as HTTP; none of ours sets a cookie."""
    headers = {
        name: values[0]
        for name, values in response.headers.items()
        if name not in ("set-cookie", "content-length") and values
    }
    if "content-type" not in headers:
        plain = not response.body.startswith("{")
        headers["content-type"] = f"{'text/plain' if plain else 'application/json'};charset=utf-8"
    return web.Response(status=response.status, body=response.body.encode(), headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that listens."""

    host: str
    port: int
    """The port it is bound to, also when the system chose it."""
    runner: web.AppRunner

    @property
    def url(self) -> str:
        """Where it listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def stop(self) -> None:
        """Take nothing new, let what is being answered finish, and close."""
        await self.runner.cleanup()


def listening_fault(error: Exception) -> str:
    """Why an address cannot be listened on, in the system's own words."""
    number = getattr(error, "errno", None)
    if isinstance(number, int) and number in errno.errorcode:
        return os.strerror(number)
    return getattr(error, "strerror", None) or str(error)


async def run(
    app: web.Application, *, host: str, port: int, drain_seconds: float = DRAIN_SECONDS
) -> Running:
    """Listen. Raises `CannotListen` with a sentence."""
    runner = web.AppRunner(
        app, access_log=None, handle_signals=False, shutdown_timeout=drain_seconds
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
    except (OSError, OverflowError) as error:
        await runner.cleanup()
        raise CannotListen(
            f"Usher cannot listen on {host}, port {port}: {listening_fault(error)}. Set HOST and"
            " PORT to a free address of this machine."
        ) from error
    bound: int = runner.addresses[0][1]
    return Running(host=host, port=bound, runner=runner)
