"""Delivery by signed HTTP requests, as an app with request URLs gets them.

Signature: `v0=` + hex HMAC-SHA256 of `v0:{timestamp}:{raw body}` under the signing secret
(docs.slack.dev, verifying requests). The timestamp is real time: the app compares it with its own
machine's clock, which nobody moves.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urlencode

import aiohttp

from playground.clock import real_epoch
from playground.delivery import Answer, NotAnswered, Parcel
from playground.wire import as_json

MOST_REDIRECTS = 2


class SignedHttp:
    """Posts parcels to the app's one request URL."""

    kind = "http"

    def __init__(self, app_url: str, signing_secret: str) -> None:
        self.app_url = app_url
        self._secret = signing_secret.encode()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def deliver(self, parcel: Parcel, *, within: float) -> Answer:
        """Post one parcel; anything but 2xx in time raises NotAnswered."""
        if self._session is None:
            # A fresh connection each time: an app that was restarted must not look unreachable.
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(connector=connector, trust_env=False)
        body, content_type = encoded(parcel)
        headers = {**self.signed(body), "Content-Type": content_type}
        if parcel.retry_num:
            headers["X-Slack-Retry-Num"] = str(parcel.retry_num)
            headers["X-Slack-Retry-Reason"] = parcel.retry_reason or "unknown_error"
        try:
            async with self._session.post(
                self.app_url,
                data=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=within),
                # aiohttp counts the redirect it refuses, too.
                max_redirects=MOST_REDIRECTS + 1,
            ) as response:
                text = await response.text()
                if not 200 <= response.status < 300:
                    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                    raise NotAnswered("http_error", status=response.status, no_retry=no_retry)
                return Answer(body=_body(text), status=response.status)
        except TimeoutError as error:
            raise NotAnswered("http_timeout") from error
        except aiohttp.TooManyRedirects as error:
            raise NotAnswered("too_many_redirects") from error
        except aiohttp.ClientError as error:
            raise NotAnswered("connection_failed") from error

    def signed(self, body: bytes) -> dict[str, str]:
        """The two signature headers for a raw body."""
        stamp = str(int(real_epoch()))
        digest = hmac.new(self._secret, f"v0:{stamp}:".encode() + body, hashlib.sha256)
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }


def encoded(parcel: Parcel) -> tuple[bytes, str]:
    """Raw body and content type: JSON for events, a form for commands and interactions."""
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload).encode(), "application/json"
    form = "application/x-www-form-urlencoded"
    if parcel.kind == "slash_commands":
        return urlencode(parcel.payload).encode(), form
    return urlencode({"payload": json.dumps(parcel.payload)}).encode(), form


def _body(text: str) -> dict[str, object]:
    """An answer's JSON; plain text is a message, as for commands."""
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return as_json(found) if isinstance(found, dict) else {"text": text}
