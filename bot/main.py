"""The composition root: the only module that knows every part.

`open_house` builds the parts from the settings, top to bottom, and hands them over; `serve` runs
them until the process is told to stop. The playground and the tests build the same house with
another clock and another Slack.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

import configuration
import connectors
import storage
from bot import http_server, slack_checks, socket_mode
from bot.desk import Desk
from bot.listeners import Listeners
from bot.messenger import SlackMessenger
from bot.metrics import Metrics
from bot.settings import Settings
from connectors import people_csv
from connectors.slack_directory import SlackDirectory
from engine.application import lanes
from engine.application.clock import RandomIds, SystemClock
from engine.application.commands import OPERATOR, ApplyConfiguration
from engine.application.deliveries import Deliveries
from engine.application.jobs import Job, Jobs
from engine.application.lanes import LaneWorker
from engine.application.messages import Messages
from engine.application.mirror import Complete, Mirror, as_they_are
from engine.application.ports import Clock, Store
from engine.application.service import Entitlements
from engine.application.wakes import Wakes
from engine.application.worker import Worker

log = logging.getLogger(__name__)

DRAIN_SECONDS = 8.0
"""Of the ten that SIGTERM leaves."""
CALL_TIMEOUT = aiohttp.ClientTimeout(total=10)
DIRECTORY_EVERY = timedelta(hours=24)
SEAL_EVERY = timedelta(seconds=10)


class StartRefused(Exception):
    """Something makes a start pointless; each sentence says what to do."""

    def __init__(self, *sentences: str) -> None:
        """One sentence for each fault."""
        super().__init__(" ".join(sentences))
        self.sentences = sentences
