"""What a message says: text, blocks, attachments and metadata, read from a call and checked.

Used by the methods that post, by answers through `response_url`, and by shared files. Limits:
docs.slack.dev, chat.postMessage and message metadata.
"""

from __future__ import annotations

import json
from typing import Any

from playground.arguments import Arguments
from playground.blocks.check import check_blocks
from playground.blocks.fill import with_block_ids
from playground.journal import Journal
from playground.presenting import bot_profile
from playground.wire import Json, Refused
from playground.workspace import APP_ID, BOT_ID, BOT_USER_ID, Workspace

LARGEST_METADATA = 16_000
"""Bytes of JSON. Slack does not publish its bound; ours is a cautious one."""
MOST_ATTACHMENTS = 100


def author(workspace: Workspace) -> Json:
    """The keys by which a message of the app says who wrote it."""
    return {
        "user": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": workspace.team.id,
        "bot_profile": bot_profile(workspace),
    }


def read_content(args: Arguments, journal: Journal) -> Json:
    """`text`, `blocks` and `attachments` of a call, checked; raises Slack's refusals."""
    blocks, attachments = args.structure("blocks"), args.structure("attachments")
    text, markdown = args.text("text", ""), args.text("markdown_text", "")
    if markdown and (text or blocks):
        raise Refused("markdown_text_conflict")
    content: Json = {"text": text or markdown}
    if blocks not in (None, ""):
        if not isinstance(blocks, list):
            raise Refused("invalid_blocks_format")
        journal.note_payload("message", {"text": text, "blocks": blocks})
        refuse_bad_blocks(blocks)
        content["blocks"] = with_block_ids(blocks)
    if attachments not in (None, ""):
        content["attachments"] = _read_attachments(attachments)
    if not content["text"] and not content.get("blocks") and not content.get("attachments"):
        raise Refused("no_text")
    if not content["text"] and content.get("blocks"):
        content["text"] = "This content can't be displayed."
    return content


def refuse_bad_blocks(blocks: list[Any]) -> None:
    """Raise `invalid_blocks` with every complaint, as Slack words them."""
    complaints = check_blocks(blocks, "message")
    if complaints:
        lines = [one.line() for one in complaints]
        raise Refused(
            "invalid_blocks",
            errors=[one.text() for one in complaints],
            response_metadata={"messages": lines},
        )


def read_metadata(args: Arguments) -> Json | None:
    """Message metadata: `event_type` and `event_payload`, both required."""
    given = args.structure("metadata")
    if given in (None, "", {}):
        return None
    if not isinstance(given, dict):
        raise Refused("invalid_metadata_format")
    if not isinstance(given.get("event_type"), str) or not given["event_type"]:
        raise Refused("invalid_metadata_schema")
    if not isinstance(given.get("event_payload"), dict):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(given).encode()) > LARGEST_METADATA:
        raise Refused("metadata_too_large")
    return given


def _read_attachments(attachments: object) -> list[Json]:
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise Refused("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refused("too_many_attachments")
    for one in attachments:
        if isinstance(one.get("blocks"), list):
            refuse_bad_blocks(one["blocks"])
    return [
        {**one, "blocks": with_block_ids(one["blocks"])} if "blocks" in one else one
        for one in attachments
    ]
