"""The Web API's front door: token, scope, rate, then the method; always Slack's envelope.

Methods are registered by the modules in `methods/` with `@method`, which states scope and tier as
the method pages on docs.slack.dev do. Whatever is not registered answers `unknown_method`.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from aiohttp import web

from playground.arguments import Arguments, read_arguments
from playground.clock import stopwatch
from playground.faults import Fault, FaultKind
from playground.presenting import scopes_text
from playground.wire import Json, Refused, as_text

if TYPE_CHECKING:
    from playground.server import Playground

MESSAGES = 0
"""Tier of methods with their own rules: messages 1 a second and channel, others unlimited."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call being answered."""

    playground: Playground
    args: Arguments

    def need(self, *any_of: str) -> None:
        """Require one of these scopes, for rules that depend on the kind of channel."""
        check_scope(self.playground, any_of)


Handler = Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A Web API method: who may call it, how often, and what it does."""

    name: str
    handler: Handler
    scopes: tuple[str, ...]
    """Any one of these suffices; none means any token."""
    tier: int
    """Calls a minute are `rates.TIERS[tier]`; 0 has rules of its own."""
    app_token: bool = False
    open: bool = False
    """Called without a token."""


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    tier: int,
    scopes: tuple[str, ...] = (),
    app_token: bool = False,
    open_to_all: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a function as a Web API method."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(
            name=name,
            handler=handler,
            scopes=scopes,
            tier=tier,
            app_token=app_token,
            open=open_to_all,
        )
        return handler

    return register


async def answer(playground: Playground, request: web.Request) -> web.StreamResponse:
    """Answer one HTTP request to `/api/<method>`."""
    name = request.match_info["method"]
    begun = stopwatch()
    values: Json = {}
    rule: Fault | None = None
    try:
        args, token = await read_arguments(request)
        values = args.values
        rule = playground.faults.take(name, as_text(values.get("user")), values)
        body, headers, status = await _with_fault(playground, rule, name, args, token)
    except Refused as refusal:
        body, headers, status = refusal.answer(), {}, 200
    took = stopwatch() - begun
    told = rule.kind.value if rule is not None else ""
    playground.journal.app_called(name, values, body, status=status, seconds=took, fault=told)
    if rule is not None and rule.kind in LOST:
        if rule.kind is FaultKind.LOST_ANSWER:
            await asyncio.sleep(rule.seconds)
        _cut(request)
    return web.Response(
        status=status,
        text=json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


LOST = (FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER, FaultKind.LOST_ANSWER)

Outcome: TypeAlias = tuple[Json, dict[str, str], int]


async def _with_fault(
    playground: Playground, rule: Fault | None, name: str, args: Arguments, token: str | None
) -> Outcome:
    """Carry out a call as a fault in force lets it."""
    kind = rule.kind if rule is not None else None
    if rule is not None:
        if kind is FaultKind.SLOW:
            await playground.faults.come_late(rule)
        elif kind is FaultKind.OUT_OF_ORDER:
            await playground.faults.wait_turn(rule)
        elif kind is FaultKind.ERROR_5XX:
            return {"ok": False, "error": "service_unavailable"}, {}, 503
        elif kind is FaultKind.RATE_LIMITED:
            headers = {"Retry-After": str(max(1, math.ceil(rule.seconds)))}
            return {"ok": False, "error": "ratelimited"}, headers, 429
        elif kind is FaultKind.CUT_BEFORE:
            return {"ok": False, "error": "cut_before"}, {}, 503
    outcome = await _carry_out(playground, name, args, token)
    if kind is FaultKind.DELIVER_TWICE:
        outcome = await _carry_out(playground, name, args, token)
    playground.faults.passed()
    if kind is FaultKind.ERROR_AFTER:
        return {"ok": False, "error": "internal_error"}, {}, 200
    return outcome


def _cut(request: web.Request) -> None:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()


async def _carry_out(
    playground: Playground, name: str, args: Arguments, token: str | None
) -> Outcome:
    known = METHODS.get(name)
    if known is None:
        raise Refused("unknown_method", req_method=name)
    if not known.open:
        _check_token(playground, known, token)
    headers = {"x-oauth-scopes": scopes_text(playground.workspace.manifest)}
    if known.scopes:
        headers["x-accepted-oauth-scopes"] = ",".join(known.scopes)
    try:
        check_scope(playground, known.scopes)
        wait = playground.rates.too_soon(known, args)
        if wait is not None:
            headers["Retry-After"] = str(wait)
            return {"ok": False, "error": "ratelimited"}, headers, 429
        result = await known.handler(Call(playground, args))
    except Refused as refusal:
        result = refusal.answer()
    return {"ok": True, **result}, headers, 200


def _check_token(playground: Playground, known: Method, token: str | None) -> None:
    if token is None:
        raise Refused("not_authed")
    own = token in (playground.bot_token, playground.app_token)
    if not own and not playground.oauth.knows(token):
        raise Refused("invalid_auth")
    if playground.app_removed:
        raise Refused("account_inactive")
    if known.app_token != (token == playground.app_token):
        raise Refused("not_allowed_token_type")


def check_scope(playground: Playground, any_of: tuple[str, ...]) -> None:
    """Refuse with `missing_scope`, naming what is needed and what the manifest provides."""
    manifest = playground.workspace.manifest
    if not manifest.grants(*any_of):
        raise Refused("missing_scope", needed=",".join(any_of), provided=scopes_text(manifest))
