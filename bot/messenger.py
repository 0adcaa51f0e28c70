"""Carries cards and notices to Slack: drawn from the state now, posted or updated, found again.

Every message carries its key as metadata. When an attempt may have arrived although its answer
did not, the conversation's history is searched for the key before anything is posted again.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import lookups, review_messages, review_summary
from bot.review_files import ReviewFiles
from bot.views import (
    approval_card,
    delivery_failure_card,
    notices,
    request_card,
    review_notices,
    task_card,
)
from bot.views.blocks import Message
from bot.views.notices import NoticeSubject
from connectors.slack_errors import code_of, retry_after, status_of
from engine.application.lane_ports import MessageWork
from engine.application.lanes import refuse_when_late
from engine.application.ports import MessageFailed, Shown
from engine.application.queries import HeldSummary, Queries, RequestSummary
from engine.application.review_queries import ReviewQueries
from engine.domain.conversation import CardKind, NoticeKind
from engine.domain.holdings import Holding
from engine.domain.ids import AssignmentId, HoldingId, PersonId, RequestId, ReviewRunId
from engine.domain.reviews import ReviewRun

log = logging.getLogger(__name__)

EVENT_TYPE = "usher_message"
CARDS = frozenset(CardKind)
LOOK_BACK = timedelta(seconds=5)
"""Clocks differ a little: the search starts this long before the attempt."""
HISTORY = 100
SHORTEST_WAIT = timedelta(seconds=1)
"""Where Slack asks us to wait and does not say how long."""
GONE = frozenset({"user_not_found", "users_not_found", "user_disabled", "cannot_dm_bot"})
"""Slack's words for somebody nobody can write to, which is nobody's fault."""
NEVER = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "metadata_too_large",
    }
)
"""Slack's words for a message that is wrong in itself: trying again changes nothing."""
PATIENT = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
    }
)
"""Slack's words for trouble that has nothing to do with the message: it waits without end."""
IN_DOUBT = frozenset({"fatal_error", "internal_error"})
"""Slack's words for trouble in the middle of it: a part may have been done all the same."""
BLIND = frozenset({"missing_scope", "no_permission", "not_in_channel", "unknown_method"})
"""Slack's words for a history we may not read: the message may then appear a second time."""
LOST = frozenset(
    {"message_not_found", "cant_update_message", "channel_not_found", "edit_window_closed"}
)
"""Slack's words for a message we cannot update any more: a fresh one is posted."""


class SlackMessenger:
    """The engine's messenger."""

    def __init__(
        self,
        client: AsyncWebClient,
        queries: Queries,
        *,
        reviews: ReviewQueries,
        files: ReviewFiles,
        workspace_url: str | None,
        command: str,
    ) -> None:
        """The client does not retry by itself: the lanes do. Links start with `workspace_url`.

        `command` is the slash command for people; the administrators' is it plus `-admin`.
        """
        self._client = client
        self._queries = queries
        self._reviews = reviews
        self._files = files
        self._workspace_url = workspace_url
        self._command = command

    async def show(self, work: MessageWork) -> Shown | None:
        """Post or update one message. Raises `MessageFailed`; `TimeoutError`: no answer."""
        try:
            if work.kind == NoticeKind.REVIEW_APPLIED:
                return await self._results(work)
            message = await self._drawn(work)
            return await self._brought(work, message) if message is not None else None
        except SlackApiError as error:
            raise _failure(error) from error
        except TimeoutError:
            raise  # it may still arrive, and an `OSError` is all it would be below
        except (aiohttp.ClientError, OSError) as error:
            raise MessageFailed(f"Slack was not reached: {error}", retry_after=None) from error

    async def _brought(self, work: MessageWork, message: Message) -> Shown:
        digest = _digest(message)
        if work.ts is not None and work.digest == digest and work.channel is not None:
            return Shown(channel=work.channel, ts=work.ts, digest=digest)
        return await self._carry(work, message, digest)

    async def _results(self, work: MessageWork) -> Shown | None:
        """The results of a review with their files; the sentences alone where files are refused.

        A file is shared by a call that answers before the message is there, so its place is the
        file's id; the results are said once and never updated.
        """
        results = await review_messages.results(work, self._reviews)
        if results is None:
            return None
        message = review_notices.results(results)
        digest = _digest(message)
        if work.ts is not None and work.channel is not None:
            return Shown(channel=work.channel, ts=work.ts, digest=work.digest or digest)
        if work.sending_since is not None:
            channel, ts = await self._found(work)
            if channel is not None and ts is not None:
                return Shown(channel=channel, ts=ts, digest=digest)
        channel = work.channel or await self._conversation(work)
        files = await review_summary.files_of(results, self._files, key=work.key)
        try:
            ts = await review_summary.share(self._client, files, channel=channel, text=message.text)
        except SlackApiError as error:
            why = code_of(error)
            if why is None or why not in review_summary.NO_UPLOADS:
                raise
            log.warning("files cannot be uploaded", extra={"why": why})
            return await self._brought(work, review_notices.results(results, refused=why))
        return Shown(channel=channel, ts=ts, digest=digest)

    async def _carry(self, work: MessageWork, message: Message, digest: str) -> Shown:
        payload: dict[str, Any] = {**message.payload(), "metadata": _metadata(work.key)}
        channel, ts = work.channel, work.ts
        if ts is None and work.sending_since is not None:
            channel, ts = await self._found(work)
        if ts is not None and channel is not None:
            refuse_when_late()
            try:
                await self._client.chat_update(channel=channel, ts=ts, **payload)
                return Shown(channel=channel, ts=ts, digest=digest)
            except SlackApiError as error:
                if code_of(error) not in LOST:
                    raise
                log.info("a message is gone, posting it again", extra={"key": work.key})
        to = work.audience.channel_id or work.audience.person_id
        refuse_when_late()
        posted = await self._client.chat_postMessage(
            channel=str(to), unfurl_links=False, unfurl_media=False, **payload
        )
        return Shown(channel=str(posted["channel"]), ts=str(posted["ts"]), digest=digest)

    async def _found(self, work: MessageWork) -> tuple[str | None, str | None]:
        """Where an earlier attempt arrived, if it did."""
        assert work.sending_since is not None
        channel = work.channel or await self._conversation(work)
        oldest = (work.sending_since - LOOK_BACK).timestamp()
        cursor: str | None = None
        while True:
            try:
                page = await self._client.conversations_history(
                    channel=channel,
                    oldest=f"{oldest:.6f}",
                    limit=HISTORY,
                    include_all_metadata=True,
                    cursor=cursor,
                )
            except SlackApiError as error:
                if code_of(error) not in BLIND:
                    raise
                log.warning("cannot look whether it arrived", extra={"key": work.key})
                return None, None
            for said in page.get("messages") or []:
                if _key_of(said) == work.key or review_summary.carries(said, work.key):
                    return channel, str(said["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None, None

    async def _conversation(self, work: MessageWork) -> str:
        if work.audience.channel_id is not None:
            return work.audience.channel_id
        opened = await self._client.conversations_open(users=str(work.audience.person_id))
        return str(opened["channel"]["id"])

    # Drawing ------------------------------------------------------------------------------------

    async def _drawn(self, work: MessageWork) -> Message | None:
        if work.kind in CARDS:
            return await self._card(work)
        kind = NoticeKind(work.kind)
        if kind in review_notices.KINDS:
            return await review_messages.notice(work, self._reviews, f"{self._command}-admin")
        subject = await self._subject(notices.SUBJECT[kind], work.subject_id)
        known = await lookups.known(self._queries, subject)
        removal = None
        if kind is NoticeKind.ACCESS_ENDED and isinstance(subject, HeldSummary):
            removal = await review_messages.removal_of(subject, self._queries)
            by_review = review_notices.ended(subject, removal, known)
            if by_review is not None:
                return by_review
        return notices.render(
            kind,
            subject,
            known,
            subject_id=work.subject_id,
            detail=work.detail,
            viewer=work.audience.person_id,
            link=await self._link(kind, work),
            command=self._command,
            shown=work.ts is not None,
            why=removal.justification if removal is not None else "",
        )

    async def _link(self, kind: NoticeKind, work: MessageWork) -> str | None:
        """Where the card is that a reminder is about."""
        card = notices.card_of(kind, work.subject_id, work.detail, work.audience)
        if card is None:
            return None
        return await lookups.permalink(self._queries, self._workspace_url, card)

    async def _card(self, work: MessageWork) -> Message | None:  # noqa: PLR0911 - a card each
        kind = CardKind(work.kind)
        if kind is CardKind.REVIEW:
            return await review_messages.card(work, self._reviews)
        if kind is CardKind.TASK:
            holding = await self._queries.holding(HoldingId(work.subject_id))
            if holding is None:
                return None
            known = await lookups.known(self._queries, holding)
            given_by = await self._queries.given_by(holding.id)
            return task_card.render(holding, work.part, known, given_by)
        summary = await self._queries.request(RequestId(work.subject_id))
        if summary is None:
            return None
        known = await lookups.known(self._queries, summary)
        viewer = work.audience.person_id or PersonId("")
        match kind:
            case CardKind.REQUEST:
                return request_card.render(summary, viewer, known)
            case CardKind.APPROVAL:
                return approval_card.render(summary, work.part, viewer, known)
            case CardKind.DELIVERY_FAILURE:
                return delivery_failure_card.render(summary, known)

    async def _subject(
        self, kind: NoticeSubject, subject_id: str
    ) -> RequestSummary | HeldSummary | Holding | ReviewRun | None:
        match kind:
            case NoticeSubject.REQUEST:
                return await self._queries.request(RequestId(subject_id))
            case NoticeSubject.ASSIGNMENT:
                return await self._queries.assignment(AssignmentId(subject_id))
            case NoticeSubject.HOLDING:
                return await self._queries.holding(HoldingId(subject_id))
            case NoticeSubject.REVIEW:
                found = await self._reviews.review(ReviewRunId(subject_id))
                return found.run if found is not None else None
            case NoticeSubject.ROW | NoticeSubject.NOBODY:
                return None


def _digest(message: Message) -> str:
    canonical = json.dumps(message.payload(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _key_of(said: Mapping[str, Any]) -> str | None:
    metadata = said.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return key if isinstance(key, str) else None


def _failure(error: SlackApiError) -> MessageFailed:
    """What Slack's answer means for this message."""
    code, status = code_of(error), status_of(error)
    problem = f"Slack answered {code or status}"
    if code == "ratelimited" or status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after(error) or SHORTEST_WAIT
        return MessageFailed(problem, retry_after=wait, reached=False)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in IN_DOUBT:
        return MessageFailed(problem, retry_after=None)
    return MessageFailed(
        problem,
        retry_after=None,
        give_up=code in GONE | NEVER,
        counts=bool(code) and code not in GONE | PATIENT,
        reached=False,
    )
