"""Whether Slack and the database answer, and there is a configuration, for `/readyz`.

Asked when somebody asks for readiness, and at most every ten seconds: a probe that comes more often
must not use up Slack's patience.
"""

import asyncio
import logging

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack_errors import code_of, from_slack
from engine.application.connectors import Retry
from engine.application.ports import Reader, Store

log = logging.getLogger(__name__)

EVERY_SECONDS = 10.0
PATIENCE_SECONDS = 3.0
NOTHING_APPLIED = (
    "No configuration is stored yet: set USHER_CONFIG to a file and restart, "
    "or, on PostgreSQL, apply it with `usher apply FILE`."
)


class Reachable:
    """Remembers for a moment what Slack and the database answered."""

    def __init__(self, client: AsyncWebClient, store: Store) -> None:
        """Nothing is asked before `look`."""
        self._client = client
        self._store = store
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()
        self.reason: str | None = None
        """What does not answer or is missing, if anything."""

    async def look(self) -> None:
        """Ask again, if the last answer is old; who comes meanwhile waits for the new one."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if self._asked_at is not None and now - self._asked_at < EVERY_SECONDS:
                return
            self.reason = await self._slack() or await self._database()
            self._asked_at = now

    async def _slack(self) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._client.auth_test()
        except SlackApiError as error:
            return _said(error)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return "Slack does not answer."
        return None

    async def _database(self) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                configured = await self._store.read(_configured)
        except Exception:  # whatever it is, it is why we are not ready
            log.exception("the database does not answer")
            return "The database does not answer."
        return None if configured else NOTHING_APPLIED


def _said(error: SlackApiError) -> str | None:
    """Why not; nothing if Slack only asks to be asked less often."""
    told = from_slack(error, thing="the bot token")
    if isinstance(told, Retry):
        return None if told.after is not None else told.message
    code = code_of(error)
    return f"Slack refuses the bot token: {code}." if code else "Slack answers without sense."


def _configured(reader: Reader) -> bool:
    return reader.configured() is not None
