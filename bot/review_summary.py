"""The results of a review as Slack gets them: a few sentences, a picture, and a file of all lines.

Slack takes files in three steps: it names an address for each, takes the bytes, and shares all of
them in one message when told that they are complete. Only the last step can be seen, and it has
no place for our key; so the key is in the names of the files, by which an attempt that may have
arrived is found again. An upload that was never completed vanishes by itself.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot import review_chart
from bot.review_files import ReviewFiles, Table
from bot.views.texts import cut, reference
from bot.views.wording import review_results as said
from engine.application.lanes import refuse_when_late
from engine.application.ports import MessageFailed
from engine.application.review_queries import DepartmentCounts, ReviewResults

UPLOAD_SECONDS = 20.0
"""For the bytes of one file; well under what a lane waits for its message."""
NO_UPLOADS = frozenset(
    {
        "missing_scope",
        "not_allowed_token_type",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "file_upload_size_restricted",
        "file_type_not_allowed",
        "storage_limit_reached",
    }
)
"""Slack's words for files it will not take, whatever we do: then the sentences go alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of the results."""

    name: str
    title: str
    content: bytes | Table
    alt_text: str = ""

    @property
    def size(self) -> int:
        """In bytes."""
        return self.content.size if isinstance(self.content, Table) else len(self.content)


async def files_of(results: ReviewResults, files: ReviewFiles, *, key: str) -> tuple[File, ...]:
    """The picture, if there is anything to draw, and the table.

    Raises `MessageFailed` while the table is being written.
    """
    run = results.run
    stem = f"review-{reference(run.id)}-{mark_of(key)}"
    table = File(name=f"{stem}.csv", title=said.file_title(run), content=await files.table(run.id))
    bars = review_chart.bars(results.departments)
    if not bars:
        return (table,)
    title = said.picture_title(run)
    picture = File(
        name=f"{stem}.png",
        title=title,
        content=await asyncio.to_thread(review_chart.draw, title, bars),
        alt_text=described(results, bars),
    )
    return picture, table


def described(results: ReviewResults, bars: Iterable[DepartmentCounts]) -> str:
    """What the picture shows, in as many characters as Slack takes for that."""
    return cut(said.picture_in_words(results, bars), said.ALT_TEXT)


def mark_of(key: str) -> str:
    """The message's key in few characters."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def carries(message: Mapping[str, object], key: str) -> bool:
    """Whether a message of the history has the files of this key."""
    files = message.get("files")
    mark = mark_of(key)
    return isinstance(files, list) and any(
        isinstance(file, Mapping) and mark in str(file.get("name") or "") for file in files
    )


async def share(client: AsyncWebClient, files: Iterable[File], *, channel: str, text: str) -> str:
    """Upload the files and share them in one message; answers the first one's id.

    Raises `SlackApiError`, aiohttp's errors, and `MessageFailed` when the bytes were not taken.
    """
    uploaded: list[dict[str, str | None]] = []
    for file in files:
        extra = {"alt_txt": file.alt_text} if file.alt_text else {}
        given = await client.files_getUploadURLExternal(
            filename=file.name, length=file.size, **extra
        )
        await _put(client, str(given["upload_url"]), file)
        uploaded.append({"id": str(given["file_id"]), "title": file.title})
    refuse_when_late()
    await client.files_completeUploadExternal(
        files=uploaded, channel_id=channel, initial_comment=text
    )
    return str(uploaded[0]["id"])


async def _put(client: AsyncWebClient, url: str, file: File) -> None:
    session = client.session
    assert session is not None, "our client is built with a session"
    timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS)
    content = file.content.parts() if isinstance(file.content, Table) else file.content
    sending = session.post(
        url,
        data=content,
        headers={"Content-Length": str(file.size)},
        proxy=client.proxy,
        timeout=timeout,
    )
    async with sending as answer:
        if answer.status != 200:
            problem = f"Slack answered {answer.status} to the bytes of a file"
            raise MessageFailed(problem, retry_after=None, reached=False)
