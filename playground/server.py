"""The playground: one process with a Slack workspace in it, to try an app and to test it.

`Playground` puts the parts together and is what callers hold: start it, point an app at `url`, act
through `person(...)`, move the clock.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from playground import methods as _methods  # registers the Web API
from playground.acts import Acts
from playground.agenda import Agenda
from playground.changes import Changes
from playground.clock import Clock
from playground.delivery import Delivery, Transport
from playground.driver import PersonDriver
from playground.events import Events
from playground.faults import Faults
from playground.hooks import App, HttpHook, Settling
from playground.journal import Journal
from playground.manifest import read_manifest
from playground.oauth import OAuth
from playground.page_api import PageApi, only_from_here
from playground.rates import Rates
from playground.response_urls import ResponseUrls
from playground.seed import Channel, Person, Story, Team, Usergroup
from playground.signed_http import SignedHttp
from playground.socket_mode import Sockets
from playground.story import StoryTracker
from playground.time_travel import Stop, TimeTravel
from playground.uploads import give_file, take_upload
from playground.views import Views
from playground.web_api import answer
from playground.wire import Json
from playground.workspace import Workspace

__all__ = ["NotSettled", "Playground", "Tokens"]

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024 * 1024
SETTLE_WITHIN = 60.0
"""Real seconds after which an app that does not settle is a failure."""

_ = _methods


class NotSettled(Exception):
    """The app kept working and never said it had nothing due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the app gets to prove itself; fresh random ones unless given."""

    bot: str = field(default_factory=lambda: f"xoxb-playground-{secrets.token_hex(12)}")
    app: str = field(default_factory=lambda: f"xapp-1-playground-{secrets.token_hex(12)}")
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    client_id: str = "10000000.20000000"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))


class Playground:
    """A Slack workspace with one app, on this machine."""

    def __init__(
        self,
        *,
        manifest: Json | None = None,
        people: Iterable[Person] = (),
        channels: Iterable[Channel] = (),
        usergroups: Iterable[Usergroup] = (),
        team: Team | None = None,
        story: Story | None = None,
        clock: Clock | None = None,
        journal: Path | None = None,
        burst: float = 2.0,
        ack_within: float = 3.0,
        patience: timedelta = timedelta(0),
        tokens: Tokens | None = None,
    ) -> None:
        """Prepare a workspace.

        `manifest` is the parsed app manifest (None: every scope, any command). `burst` multiplies
        the published rates; `math.inf` switches them off. `ack_within` is in real seconds.
        `patience` is how long people wait on the playground's clock after each act, for messages
        the app paces.
        """
        self.clock = clock or Clock()
        self.workspace = Workspace(
            clock=self.clock, manifest=read_manifest(manifest), team=team or Team()
        )
        self.patience = patience
        self._seed(people, channels, usergroups)
        given = tokens or Tokens()
        self.bot_token, self.app_token = given.bot, given.app
        self.signing_secret = given.signing_secret
        self.oauth = OAuth(
            self,
            client_id=given.client_id,
            client_secret=given.client_secret,
            rotates=self.workspace.manifest.rotates_tokens,
        )
        self.journal = Journal(self.clock, journal, tell=self.workspace.tell)
        self.agenda = Agenda(self.clock)
        self.rates = Rates(self.clock, burst=burst, place=self.workspace.place_key)
        self.faults = Faults(self.workspace)
        self.views = Views(self.workspace)
        self.sockets = Sockets(self)
        self.http: Transport | None = None
        self.hook: App | None = None
        self.delivery = Delivery(self, ack_within=ack_within)
        self.events = Events(self)
        self.response_urls = ResponseUrls(self)
        self.acts = Acts(self)
        self.time = TimeTravel(self)
        self.changes = Changes(self)
        self.story = StoryTracker(self, story)
        self.page = PageApi(self)
        self.workspace.on_event = self.delivery.event
        self.url = ""
        self.app_removed = False
        self._settling = Settling()
        self._runner: web.AppRunner | None = None
        self._watch: asyncio.Task[None] | None = None
        self._following: set[asyncio.Task[None]] = set()

    def _seed(
        self, people: Iterable[Person], channels: Iterable[Channel], groups: Iterable[Usergroup]
    ) -> None:
        for label in self.workspace.team.profile_fields:
            self.workspace.field_id(label)
        for person in people:
            self.workspace.add_person(person)
        for channel in channels:
            self.workspace.add_channel(channel)
        for group in groups:
            self.workspace.add_usergroup(group)
        self.workspace.link_people_fields()

    # -- life

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. `url` is known afterwards."""
        application = web.Application(client_max_size=LARGEST_BODY, middlewares=[only_from_here])
        self._add_routes(application)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0]
        self.url = f"http://{host}:{bound[1]}"
        self._watch = asyncio.ensure_future(self.agenda.watch())

    async def stop(self) -> None:
        """Stop listening and let everything go."""
        watching = [self._watch] if self._watch is not None else []
        for task in (*watching, *self._following):
            task.cancel()
        await asyncio.gather(*watching, *self._following, return_exceptions=True)
        await self.delivery.stop()
        await self.sockets.close()
        await self.page.close()
        if self.http is not None:
            await self.http.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.journal.close()

    # -- the app

    def connect_http(self, app_url: str) -> None:
        """Deliver to this request URL unless the app connects by Socket Mode."""
        if isinstance(self.http, SignedHttp):
            self.http.app_url = app_url
        else:
            self.http = SignedHttp(app_url, self.signing_secret)
        self.workspace.tell("app")

    def attach(self, hook: App | str) -> None:
        """Ask this hook (an object, or the URL of its HTTP form) when the app acts by itself."""
        self.hook = HttpHook(hook, self.clock) if isinstance(hook, str) else hook

    async def remove_app(self) -> None:
        """Uninstall the app: it is told, and from then on its tokens are worth nothing."""
        self.delivery.event("tokens_revoked", {"type": "tokens_revoked", "tokens": {"bot": []}})
        self.delivery.event("app_uninstalled", {"type": "app_uninstalled"})
        await self.settle()
        self.app_removed = True

    async def settle(self) -> None:
        """Wait until nothing is on its way to the app and the app has nothing due now."""
        try:
            async with asyncio.timeout(SETTLE_WITHIN):
                while True:
                    await self.delivery.settled()
                    if self.hook is not None:
                        await self._settling.ask(self.hook)
                    if self.delivery.idle:
                        return
        except TimeoutError as error:
            raise NotSettled(f"the app was still busy after {SETTLE_WITHIN:.0f} s") from error

    async def settle_after_act(self) -> None:
        """Settle; then, with `patience`, also let what the app does within that time happen."""
        await self.settle()
        if not self.patience or self.hook is None:
            return
        limit = self.clock.now() + self.patience
        while (next_at := await self.hook.next_at()) is not None and next_at <= limit:
            before = self.clock.now()
            await self.time.to(max(next_at, before))
            if self.clock.now() == before:
                return

    def follow_up(self) -> None:
        """While the clock stands, what people do still has its paced consequences (`patience`).

        Returns at once. On a running clock they come by themselves.
        """
        if self.clock.running or not self.patience:
            return
        task = asyncio.ensure_future(self.settle_after_act())
        self._following.add(task)
        task.add_done_callback(self._followed)

    def _followed(self, task: asyncio.Task[None]) -> None:
        self._following.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the app did not come to rest after an act", exc_info=error)

    # -- people and what happens to them

    def person(self, name: str) -> PersonDriver:
        """Somebody to act as, by handle, id or e-mail address."""
        return PersonDriver(self, self.workspace.person(name).id)

    async def joins(self, person: Person) -> PersonDriver:
        """Somebody new comes into the workspace."""
        return await self.changes.joins(person)

    async def user_leaves(self, who: str) -> None:
        """Somebody is deactivated."""
        await self.changes.leaves(who)

    async def joins_group(self, who: str, handle: str) -> None:
        """An administrator puts somebody into a user group."""
        await self.changes.joins_group(who, handle)

    async def leaves_group(self, who: str, handle: str) -> None:
        """An administrator takes somebody out of a user group."""
        await self.changes.leaves_group(who, handle)

    async def changes_profile(self, who: str, **changes: object) -> None:
        """Change parts of a user, or custom profile fields by label."""
        await self.changes.changes_profile(who, **changes)

    # -- time

    async def days_pass(self, days: float) -> list[Stop]:
        """Let days pass, stopping at every moment at which something happens."""
        return await self.time.by(timedelta(days=days))

    async def time_passes(self, delta: timedelta) -> list[Stop]:
        """Let a duration pass, stopping at every moment at which something happens."""
        return await self.time.by(delta)

    async def to_the_next_thing(self) -> list[Stop]:
        """Go to the next moment at which anything happens by itself."""
        return await self.time.to_the_next_thing()

    # -- HTTP

    def _add_routes(self, application: web.Application) -> None:
        async def api(request: web.Request) -> web.StreamResponse:
            return await answer(self, request)

        async def upload(request: web.Request) -> web.StreamResponse:
            return await take_upload(self, request)

        async def download(request: web.Request) -> web.StreamResponse:
            return await give_file(self, request)

        application.router.add_route("*", "/api/{method}", api)
        application.router.add_post("/files/upload/{file}", upload)
        application.router.add_get("/files/{file}/{name:.+}", download)
        application.router.add_post("/respond/{key}", self.response_urls.answer)
        application.router.add_get("/oauth/v2/authorize", self.oauth.authorize)
        application.router.add_get("/socket/link/", self.sockets.connect)
        self.page.add_routes(application.router)
