"""Installing the app by OAuth v2: a consent page, a code, tokens that rotate, the org-wide shape.

Rules (docs.slack.dev, installing with OAuth and token rotation): `/oauth/v2/authorize` shows who
asks for what and sends the browser back with `code` and the caller's `state`, or with
`error=access_denied`; a code works once within ten minutes, for the same `redirect_uri`;
`oauth.v2.access` takes client id and secret as HTTP Basic or as arguments; with rotation a token
lives twelve hours and a refresh token is used once.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from playground.arguments import Arguments
from playground.wire import Json, Refused
from playground.workspace import APP_ID, BOT_USER_ID

if TYPE_CHECKING:
    from playground.server import Playground

CODE_LIVES = timedelta(minutes=10)
TOKEN_LIVES = timedelta(hours=12)
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True, kw_only=True)
class Code:
    """What a browser brings back."""

    user_id: str
    scopes: str
    redirect_uri: str
    issued_at: datetime


class OAuth:
    """Codes and refresh tokens given out, and the bot tokens that came of them."""

    def __init__(
        self, playground: Playground, *, client_id: str, client_secret: str, rotates: bool
    ) -> None:
        self._playground = playground
        self.client_id = client_id
        self.client_secret = client_secret
        self._rotates = rotates
        self._codes: dict[str, Code] = {}
        self._refresh: dict[str, str] = {}
        self._tokens: dict[str, datetime | None] = {}

    def knows(self, token: str) -> bool:
        """Whether this is a bot token from here; raises `token_expired` past its time."""
        if token not in self._tokens:
            return False
        until = self._tokens[token]
        if until is not None and self._playground.clock.now() >= until:
            raise Refused("token_expired")
        return True

    # -- in the browser

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """Show the consent page; `as` with `allow` or `deny` is the button that was pressed."""
        query = request.query
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self.client_id:
            return web.Response(status=400, text="Invalid client_id parameter")
        if urlsplit(redirect).hostname not in LOCAL:
            return web.Response(status=400, text="redirect_uri must be on this machine")
        pressed = query.get("press")
        if pressed is None:
            return web.Response(text=self._page(dict(query)), content_type="text/html")
        back = {"state": query.get("state", "")}
        if pressed == "allow":
            user = self._playground.workspace.users.get(query.get("as", ""))
            if user is None:
                return web.Response(status=400, text="nobody pressed")
            back["code"] = self.issue_code(user.id, query.get("scope", ""), redirect)
        else:
            back["error"] = "access_denied"
        raise web.HTTPFound(f"{redirect}?{urlencode(back)}")

    def issue_code(self, user_id: str, scopes: str, redirect_uri: str) -> str:
        """A code as the browser brings it back."""
        code = secrets.token_hex(16)
        self._codes[code] = Code(
            user_id=user_id,
            scopes=scopes,
            redirect_uri=redirect_uri,
            issued_at=self._playground.clock.now(),
        )
        return code

    def _page(self, query: dict[str, str]) -> str:
        workspace = self._playground.workspace
        scopes = "".join(f"<li>{escape(one)}</li>" for one in query.get("scope", "").split(","))
        rows = "".join(
            f'<li><a href="?{escape(urlencode({**query, "as": one.id, "press": "allow"}))}">'
            f"Allow as {escape(one.real_name)}</a></li>"
            for one in workspace.people()
            if not one.deleted and not one.is_guest and one.bot_id is None
        )
        deny = escape(urlencode({**query, "press": "deny"}))
        name = escape(workspace.manifest.name)
        return (
            f'<!doctype html><html lang="en"><title>Install {name}</title>'
            f"<h1>{name} asks for access to {escape(workspace.team.name)}</h1><ul>{scopes}</ul>"
            f'<ul>{rows}</ul><p><a href="?{deny}">Cancel</a></p></html>'
        )

    # -- from the app

    def access(self, args: Arguments) -> Json:
        """Exchange a code, or a refresh token, for tokens; raises Slack's refusals."""
        self._check_client(args)
        if args.text("grant_type", "") == "refresh_token":
            scopes = self._refresh.pop(args.text("refresh_token", ""), None)
            if scopes is None:
                raise Refused("invalid_refresh_token")
            return self._tokens_for(None, scopes)
        code = self._codes.pop(args.text("code", ""), None)
        if code is None:
            raise Refused("invalid_code")
        if self._playground.clock.now() - code.issued_at > CODE_LIVES:
            raise Refused("invalid_code")
        if args.text("redirect_uri", code.redirect_uri) != code.redirect_uri:
            raise Refused("bad_redirect_uri")
        return self._tokens_for(code.user_id, code.scopes)

    def _check_client(self, args: Arguments) -> None:
        given = (args.text("client_id", ""), args.text("client_secret", ""))
        if args.basic:
            try:
                decoded = base64.b64decode(args.basic).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise Refused("invalid_client_id") from None
            name, _, secret = decoded.partition(":")
            given = (name, secret)
        if given[0] != self.client_id:
            raise Refused("invalid_client_id")
        if not hmac.compare_digest(given[1].encode(), self.client_secret.encode()):
            raise Refused("bad_client_secret")

    def _tokens_for(self, user_id: str | None, scopes: str) -> Json:
        team = self._playground.workspace.team
        now = self._playground.clock.now()
        prefix = "xoxe.xoxb" if self._rotates else "xoxb"
        token = f"{prefix}-playground-{secrets.token_hex(12)}"
        self._tokens[token] = now + TOKEN_LIVES if self._rotates else None
        org_wide = team.enterprise_id is not None
        answer: Json = {
            "app_id": APP_ID,
            "access_token": token,
            "token_type": "bot",
            "scope": scopes,
            "bot_user_id": BOT_USER_ID,
            "team": None if org_wide else {"id": team.id, "name": team.name},
            "enterprise": {"id": team.enterprise_id, "name": team.name} if org_wide else None,
            "is_enterprise_install": org_wide,
        }
        if user_id is not None:
            answer["authed_user"] = {"id": user_id}
        if self._rotates:
            refresh = f"xoxe-1-{secrets.token_hex(16)}"
            self._refresh[refresh] = scopes
            answer |= {
                "refresh_token": refresh,
                "expires_in": int(TOKEN_LIVES.total_seconds()),
            }
        return answer
