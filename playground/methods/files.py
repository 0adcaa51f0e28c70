"""files.*: the two-step upload and looking files up. Source: docs.slack.dev, working with files."""

from __future__ import annotations

import json
from typing import Any

from playground.blocks.fill import with_block_ids
from playground.content import author, refuse_bad_blocks
from playground.methods.places import conversation_for
from playground.presenting import file_object
from playground.records import FileRecord
from playground.web_api import Call, method
from playground.wire import Json, Refused, as_json

LONGEST_ALT_TEXT = 1_000


@method("files.getUploadURLExternal", tier=4, scopes=("files:write",))
async def files_get_upload_url(call: Call) -> Json:
    """Give an address that takes the bytes."""
    name = call.args.text("filename")
    length = call.args.number("length", 0)
    if length <= 0:
        raise Refused("missing_argument")
    if length > call.playground.workspace.largest_file:
        raise Refused("file_upload_size_restricted")
    alt_text = call.args.text("alt_txt", "")
    if len(alt_text) > LONGEST_ALT_TEXT:
        raise Refused("alt_txt_too_large")
    workspace = call.playground.workspace
    file = FileRecord(
        id=workspace.new_id("F"),
        name=name,
        title=name,
        length=length,
        created=workspace.seconds(),
        alt_text=alt_text,
    )
    workspace.files[file.id] = file
    return {"upload_url": f"{call.playground.url}/files/upload/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", tier=4, scopes=("files:write",))
async def files_complete_upload(call: Call) -> Json:
    """Finish an upload and share it."""
    playground = call.playground
    files = [_uploaded(call, one) for one in _wanted(call)]
    channels = call.args.names("channels") or call.args.names("channel_id")
    for one in channels:
        conversation = conversation_for(call, one, posting=True)
        for file in files:
            file.channels.append(conversation.id)
        body: Json = {
            **author(playground.workspace),
            "text": call.args.text("initial_comment", ""),
            "files": [file_object(playground.workspace, file, playground.url) for file in files],
            "upload": True,
        }
        blocks = call.args.structure("blocks")
        if isinstance(blocks, list):
            refuse_bad_blocks(blocks)
            body["blocks"] = with_block_ids(blocks)
        if "thread_ts" in call.args:
            body["thread_ts"] = call.args.text("thread_ts")
        message = playground.workspace.post(conversation, body, by_app=True)
        playground.events.message_posted(conversation, message)
    return {"files": [file_object(playground.workspace, one, playground.url) for one in files]}


@method("files.info", tier=4, scopes=("files:read",))
async def files_info(call: Call) -> Json:
    """One uploaded file."""
    file = call.playground.workspace.files.get(call.args.text("file"))
    if file is None or not file.complete:
        raise Refused("file_not_found")
    return {
        "file": file_object(call.playground.workspace, file, call.playground.url),
        "comments": [],
    }


@method("files.delete", tier=3, scopes=("files:write",))
async def files_delete(call: Call) -> Json:
    """Take an uploaded file away."""
    if call.playground.workspace.files.pop(call.args.text("file"), None) is None:
        raise Refused("file_not_found")
    return {}


def _wanted(call: Call) -> list[Any]:
    given = call.args.structure("files")
    if not isinstance(given, list) or not given:
        raise Refused(
            "invalid_arguments",
            response_metadata={"messages": [f"[ERROR] files: {json.dumps(given)}"]},
        )
    return given


def _uploaded(call: Call, wanted: object) -> FileRecord:
    file = call.playground.workspace.files.get(str(as_json(wanted).get("id", "")))
    if file is None or not file.uploaded:
        raise Refused("file_not_found")
    if len(file.content) != file.length:
        raise Refused("file_update_failed")
    file.complete = True
    file.title = str(as_json(wanted).get("title") or file.name)
    return file
