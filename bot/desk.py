"""What every listener works with: who acts, what may be looked up, how to answer.

Slack waits three seconds for an acknowledgement, so a listener does nothing slow before it: the
database is asked and written, Slack itself is called afterwards (`later`). Only who somebody is, if
the mirror has never seen them, must be asked of Slack first, and not for long. Answers to whoever
pressed are best effort; nothing depends on them.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import lookups
from bot.interaction import Interaction, interaction
from bot.views import answers, said
from bot.views.action_ids import over_home
from bot.views.blocks import Message, View
from bot.views.known import Known
from engine.application.commands import Actor
from engine.application.configured import Configured
from engine.application.connectors import Retry
from engine.application.directory import Told
from engine.application.jobs import Jobs
from engine.application.mirror import Mirror
from engine.application.ports import Clock, Store
from engine.application.queries import Queries
from engine.application.review_queries import ReviewQueries
from engine.application.service import Entitlements
from engine.domain import cards
from engine.domain.ids import ChannelId, PersonId
from engine.domain.people import Person
from engine.domain.refusals import (
    AccountClosed,
    AlreadyPending,
    DirectorySilent,
    NotConfigured,
    Refusal,
)

__all__ = ["Desk", "Interaction", "drawn", "interaction", "remembering"]

log = logging.getLogger(__name__)

LOOK_UP_SECONDS = 2.0
"""Of the three that Slack waits for an acknowledgement."""
MEMBERS = 1000
"""Of a channel, in one answer of Slack's."""
FORMS_REMEMBERED = 1000
"""Forms whose newest doing is known."""
DRAWN_AGAIN_SECONDS = 1.0
"""After which what Slack was too busy to draw is drawn once more; its shortest `Retry-After`."""
SEVERAL = 1000
"""Characters of an answer's text that are surely enough for a sentence."""
NO_ANSWER = (SlackApiError, aiohttp.ClientError, TimeoutError)
"""What Slack's silence or refusal raises."""


class Desk:
    """The listeners' tools. One per process."""

    def __init__(
        self,
        *,
        service: Entitlements,
        store: Store,
        queries: Queries,
        reviews: ReviewQueries,
        mirror: Mirror,
        jobs: Jobs,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        clock: Clock,
        told_of: Callable[[Mapping[str, Any]], Told],
        command: str,
        workspace_url: str | None,
    ) -> None:
        """`command` is the slash command for people; the administrators' is it plus `-admin`.

        `told_of` reads what Slack says of a person.
        `workspace_url` ends with a slash; without it nothing links to messages.
        """
        self.service = service
        self.store = store
        self.queries = queries
        self.reviews = reviews
        self.mirror = mirror
        self.jobs = jobs
        self.client = client
        self.clock = clock
        self.told_of = told_of
        self.command = command
        self.admin_command = f"{command}-admin"
        self._workspace_url = workspace_url
        self._session = session
        self.patience: float = LOOK_UP_SECONDS
        self.removed = asyncio.Event()
        """Set when the app was removed from the workspace: Slack answers us no more."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._looking: dict[PersonId, asyncio.Task[Person | None]] = {}
        self._newest: dict[str, float] = {}

    # Who ----------------------------------------------------------------------------------------

    async def person(self, doing: Interaction, *, hurry: bool = True) -> Person:
        """Whoever acts, by id and workspace; asked of the directory if the mirror is behind.

        Raises `AccountClosed` for somebody unknown, closed, or of another workspace under a
        known id; with `hurry`, because Slack waits for an answer, `DirectorySilent`.
        """
        person = await self.queries.person(doing.person_id)
        return await self.admit(doing, person, hurry=hurry)

    async def admit(
        self, doing: Interaction, person: Person | None, *, hurry: bool = True
    ) -> Person:
        """The same, for whoever has looked the person up together with something else."""
        if person is None and doing.person_id:
            person = await self.look_up(doing.person_id, hurry=hurry)
        if person is None or not person.active:
            raise AccountClosed
        if doing.team_id and person.team_id and doing.team_id != person.team_id:
            raise AccountClosed
        return person

    async def look_up(self, person_id: PersonId, *, hurry: bool = True) -> Person | None:
        """Somebody the mirror has not seen: asked of the directory, which may take its time.

        What was not answered in time is still waited for, so that the next try finds them.
        Raises `DirectorySilent`.
        """
        looking = self._looking.get(person_id)
        if looking is None:
            looking = asyncio.create_task(self.mirror.look_up(person_id))
            self._looking[person_id] = looking
            self._tasks.add(looking)
            looking.add_done_callback(self._tasks.discard)
            looking.add_done_callback(lambda done: self._looked_up(person_id, done))
        await asyncio.wait({looking}, timeout=self.patience if hurry else None)
        if not looking.done():
            raise DirectorySilent
        try:
            return looking.result()
        except Retry as failed:
            raise DirectorySilent from failed

    async def is_member(self, channel_id: ChannelId, person_id: PersonId) -> bool:
        """Whether somebody is in a channel that we are in. Raises `DirectorySilent`."""
        cursor: str | None = None
        try:
            async with asyncio.timeout(self.patience):
                while True:
                    page = await self.client.conversations_members(
                        channel=channel_id, cursor=cursor, limit=MEMBERS
                    )
                    if person_id in (page.get("members") or ()):
                        return True
                    cursor = (page.get("response_metadata") or {}).get("next_cursor")
                    if not cursor:
                        return False
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as failed:
            log.warning("members of a channel unknown", extra={"why": str(failed)[:SEVERAL]})
            raise DirectorySilent from failed

    def _looked_up(self, person_id: PersonId, looking: asyncio.Task[Person | None]) -> None:
        del self._looking[person_id]
        failed = None if looking.cancelled() else looking.exception()
        if failed is not None:
            log.warning("somebody could not be looked up", extra={"why": str(failed)[:SEVERAL]})

    async def actor(self, doing: Interaction) -> Actor:
        """The same, for the door."""
        await self.person(doing)
        return doing.actor

    async def known(self, *subjects: Any, people: Iterable[PersonId] = ()) -> Known:
        """What a view may look up: configuration, people in these summaries, their managers."""
        return await lookups.known(self.queries, *subjects, people=people)

    async def configured(self) -> Configured:
        """The configuration; refused before the first apply."""
        configured = await self.queries.configured()
        if configured is None:
            raise NotConfigured
        return configured

    # Answers ------------------------------------------------------------------------------------

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it once Slack has its acknowledgement; finished before the process ends."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def idle(self) -> bool:
        """Whether nothing that was put off is still to be done."""
        return not self._tasks

    async def drain(self, seconds: float | None = None) -> None:
        """Until everything put off is done, for so long at most; the rest is given up then."""
        until = None if seconds is None else asyncio.get_running_loop().time() + seconds
        while self._tasks:
            left = None if until is None else until - asyncio.get_running_loop().time()
            if left is not None and left <= 0:
                log.warning("answers were given up", extra={"count": len(self._tasks)})
                for task in self._tasks:
                    task.cancel()
                await asyncio.wait(self._tasks)
                return
            await asyncio.wait(self._tasks, timeout=left)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except NO_ANSWER as failed:
            log.warning("an answer did not reach Slack", extra={"why": str(failed)[:SEVERAL]})
        except Exception:  # what was pressed is stored and acknowledged; this came after it
            log.exception("what was to be done after the acknowledgement failed")

    def answer(self, doing: Interaction, message: Message) -> None:
        """Say something to whoever acted, and to nobody else."""
        self.later(self._answer(doing, message))

    def replace(self, doing: Interaction, message: Message) -> None:
        """Put something else in place of what they pressed on, if only they see it."""
        if doing.in_form:
            self.update_form(doing, said.in_modal(message))
        else:
            self.later(self._answer(doing, message, replace=doing.ephemeral))

    async def _answer(self, doing: Interaction, message: Message, *, replace: bool = False) -> None:
        """Where they did it, else in front of them, else to them: a press never does nothing."""
        if doing.view is not None and await self._in_front(doing, message):
            return
        if doing.response_url and await self._posted(doing.response_url, message, replace=replace):
            return
        if doing.channel_id and await self._in_channel(doing.channel_id, doing, message):
            return
        if doing.view is None and await self._in_front(doing, message):
            return
        await self.client.chat_postMessage(
            channel=doing.person_id, text=message.text, blocks=message.blocks
        )

    async def _in_front(self, doing: Interaction, message: Message) -> bool:
        """Whether Slack opened it: each doing opens one form, within three seconds."""
        if not doing.trigger_id:
            return False
        try:
            await self._show_form(doing, said.in_modal(message))
        except NO_ANSWER as failed:
            log.info("no answer in front of them", extra={"why": str(failed)[:SEVERAL]})
            return False
        return True

    async def _in_channel(
        self, channel_id: ChannelId, doing: Interaction, message: Message
    ) -> bool:
        """Whether Slack took it there, for their eyes only; not where we are no member."""
        try:
            await self.client.chat_postEphemeral(
                channel=channel_id,
                user=doing.person_id,
                text=message.text,
                blocks=message.blocks,
            )
        except NO_ANSWER as failed:
            log.info("no answer in the channel", extra={"why": str(failed)[:SEVERAL]})
            return False
        return True

    async def _posted(self, response_url: str, message: Message, *, replace: bool) -> bool:
        """Whether Slack took it there: an address serves five answers, and half an hour."""
        hook = AsyncWebhookClient(
            response_url,
            session=self._session,
            timeout=self.client.timeout,
            proxy=self.client.proxy,
            retry_handlers=[],  # its own would answer a second time what may have arrived
        )
        try:
            answer = await hook.send(
                text=message.text,
                blocks=message.blocks,
                response_type="ephemeral",
                replace_original=replace,
            )
        except NO_ANSWER as failed:
            log.info("no answer by response_url", extra={"why": str(failed)[:SEVERAL]})
            return False
        return answer.status_code == HTTPStatus.OK

    async def _show_form(self, doing: Interaction, view: View) -> None:
        """Over whatever they are in; a form remembers that the home tab is below it."""
        assert doing.trigger_id is not None
        view = remembering(doing, view)
        if doing.in_form:
            await self.client.views_push(trigger_id=doing.trigger_id, view=view)
        else:
            await self.client.views_open(trigger_id=doing.trigger_id, view=view)

    def open_form(self, doing: Interaction, view: View, told: Message | None = None) -> None:
        """Put a form in front of whoever acted; within three seconds of their doing.

        `told`: what the form says was done already, to be said also if it does not open.
        """
        self.later(self._opened(doing, view, told))

    async def _opened(self, doing: Interaction, view: View, told: Message | None) -> None:
        if not doing.trigger_id:
            await self._answer(doing, answers.form_not_opened(told))
            return
        try:
            await self._show_form(doing, view)
        except NO_ANSWER as failed:
            log.warning("a form did not open", extra={"why": str(failed)[:SEVERAL]})
            await self._answer(doing, answers.form_not_opened(told))

    def update_form(self, doing: Interaction, view: View) -> None:
        """Redraw the form they are in, unless they have done something newer in it meanwhile."""
        assert doing.view is not None
        view_id = str(doing.view["id"])
        self._done_in(view_id, doing.pressed_at)
        self.later(self._redrawn(doing, view_id, remembering(doing, view)))

    def form_sent(self, doing: Interaction) -> None:
        """What comes of sending it is not drawn over by what was chosen in it before."""
        if doing.view is not None:
            self._done_in(str(doing.view.get("id")), math.inf)

    def _done_in(self, view_id: str, at: float) -> None:
        self._newest[view_id] = max(at, self._newest.pop(view_id, 0.0))
        if len(self._newest) > FORMS_REMEMBERED:
            del self._newest[next(iter(self._newest))]

    async def _redrawn(self, doing: Interaction, view_id: str, view: View) -> None:
        """What it showed when they did this is not what it shows now, if they were quick."""
        assert doing.view is not None
        shown = doing.view.get("hash")
        try:
            await drawn(lambda: self.client.views_update(view_id=view_id, hash=shown, view=view))
        except SlackApiError as refused:
            newest = self._newest.get(view_id) == doing.pressed_at
            if refused.response.get("error") != "hash_conflict" or not newest:
                raise
            await drawn(lambda: self.client.views_update(view_id=view_id, view=view))

    def show_home(self, doing: Interaction, view: View) -> None:
        """Redraw their home tab."""
        self.later(
            drawn(lambda: self.client.views_publish(user_id=doing.person_id, view=view)),
        )

    async def refusal(self, refusal: Refusal) -> Message:
        """The sentence for a refusal."""
        return answers.refused(refusal, await self.known(), link=await self.link(refusal))

    async def link(self, refusal: Refusal) -> str | None:
        """Where the open request's card is, for "already pending" (DLV-7)."""
        if not isinstance(refusal, AlreadyPending) or self._workspace_url is None:
            return None
        summary = await self.queries.request(refusal.request_id)
        if summary is None:
            return None
        card = cards.request_card(summary.request.id, summary.request.target_id)
        return await lookups.permalink(self.queries, self._workspace_url, card)


def remembering(doing: Interaction, view: View) -> View:
    """The form, knowing that the home tab is below it, if it is; then we hear when it is closed."""
    if not doing.in_home and not doing.over_home:
        return view
    return {**view, "callback_id": over_home(str(view["callback_id"])), "notify_on_close": True}


async def drawn(call: Callable[[], Awaitable[object]]) -> None:
    """Draw it, and once more if Slack was only busy; drawn twice it is the same."""
    try:
        await call()
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as failed:
        status = getattr(getattr(failed, "response", None), "status_code", HTTPStatus.BAD_GATEWAY)
        if status != HTTPStatus.TOO_MANY_REQUESTS and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        await asyncio.sleep(DRAWN_AGAIN_SECONDS)
        await call()
