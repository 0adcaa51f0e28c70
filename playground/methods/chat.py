"""chat.*: posting, updating, deleting, ephemeral messages, permalinks, unfurls.

Rules (docs.slack.dev, chat.* pages): `text` beyond 40,000 characters is cut when posting, but an
update refuses more than 4,000; only the app's own messages may be changed; ephemeral ones cannot
be.
"""

from __future__ import annotations

from playground.content import author, read_content, read_metadata, refuse_bad_blocks
from playground.methods.places import conversation_for, require_member
from playground.presenting import message_object
from playground.records import Conversation, Message
from playground.web_api import MESSAGES, Call, method
from playground.wire import Json, Refused, as_json
from playground.workspace import APP_ID, BOT_USER_ID

LONGEST_POST = 40_000
LONGEST_UPDATE = 4_000


@method("chat.postMessage", tier=MESSAGES, scopes=("chat:write",))
async def chat_post_message(call: Call) -> Json:
    """Post a message into a channel or somebody's direct messages with the app."""
    workspace = call.playground.workspace
    conversation = conversation_for(call, call.args.optional("channel"), posting=True)
    content = read_content(call.args, call.playground.journal)
    body: Json = {**author(workspace), **content, "text": content["text"][:LONGEST_POST]}
    metadata = read_metadata(call.args)
    thread_ts = call.args.optional("thread_ts")
    if thread_ts is not None:
        body["thread_ts"] = _thread(conversation, thread_ts)
    message = workspace.post(conversation, body, metadata=metadata, by_app=True)
    call.playground.events.message_posted(conversation, message)
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "message": message_object(workspace, message, all_metadata=True),
    }


@method("chat.postEphemeral", tier=4, scopes=("chat:write",))
async def chat_post_ephemeral(call: Call) -> Json:
    """Show a message to one person in a channel, nowhere else and not for ever."""
    workspace = call.playground.workspace
    conversation = conversation_for(call, call.args.optional("channel"), posting=True)
    user = workspace.user(call.args.text("user"))
    if user.id not in conversation.members:
        raise Refused("user_not_in_channel")
    content = read_content(call.args, call.playground.journal)
    if len(content["text"]) > LONGEST_POST:
        raise Refused("msg_too_long")
    body: Json = {**author(workspace), **content}
    thread_ts = call.args.optional("thread_ts")
    if thread_ts is not None:
        body["thread_ts"] = _thread(conversation, thread_ts)
    message = workspace.post(conversation, body, ephemeral_to=user.id, by_app=True)
    return {"message_ts": message.ts}


@method("chat.update", tier=3, scopes=("chat:write",))
async def chat_update(call: Call) -> Json:
    """Replace the content of one of the app's own messages."""
    workspace = call.playground.workspace
    conversation = conversation_for(call, call.args.optional("channel"))
    message = own_message(conversation, call.args.text("ts"), "cant_update_message")
    content = read_content(call.args, call.playground.journal)
    if len(content["text"]) > LONGEST_UPDATE:
        raise Refused("msg_too_long")
    given = call.args.values
    if "blocks" not in given and "text" in given:
        message.body.pop("blocks", None)
    if "text" not in given:
        content["text"] = message.body["text"]
    message.body |= content
    metadata = read_metadata(call.args)
    if metadata is not None or given.get("metadata") == {}:
        message.metadata = metadata
    message.body["edited"] = {"user": BOT_USER_ID, "ts": f"{workspace.seconds()}.000000"}
    workspace.tell_of("update", conversation, message)
    call.playground.events.message_changed(conversation, message)
    return {
        "channel": conversation.id,
        "ts": message.ts,
        "text": message.body["text"],
        "message": message_object(workspace, message, all_metadata=True),
    }


@method("chat.delete", tier=3, scopes=("chat:write",))
async def chat_delete(call: Call) -> Json:
    """Take one of the app's own messages away."""
    workspace = call.playground.workspace
    conversation = conversation_for(call, call.args.optional("channel"))
    message = own_message(conversation, call.args.text("ts"), "cant_delete_message")
    conversation.remove(message)
    workspace.tell_of("delete", conversation, message)
    call.playground.events.message_deleted(conversation, message)
    return {"channel": conversation.id, "ts": message.ts}


@method("chat.getPermalink", tier=MESSAGES)
async def chat_get_permalink(call: Call) -> Json:
    """The address of a message."""
    workspace = call.playground.workspace
    conversation = conversation_for(call, call.args.optional("channel"))
    message = find_message(conversation, call.args.text("message_ts"))
    place = f"https://{workspace.team.domain}.slack.com/archives/{conversation.id}"
    link = f"{place}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={conversation.id}"
    return {"channel": conversation.id, "permalink": link}


@method("chat.unfurl", tier=3, scopes=("links:write",))
async def chat_unfurl(call: Call) -> Json:
    """Attach previews to the links in a person's message."""
    workspace = call.playground.workspace
    conversation = conversation_for(call, call.args.optional("channel"))
    message = conversation.by_ts.get(call.args.text("ts"))
    if message is None:
        raise Refused("cannot_unfurl_message")
    unfurls = call.args.structure("unfurls")
    if not isinstance(unfurls, dict):
        raise Refused("missing_unfurls" if unfurls is None else "cannot_parse_attachment")
    for url, preview in unfurls.items():
        blocks = as_json(preview).get("blocks")
        if blocks is not None:
            refuse_bad_blocks(blocks)
        message.body.setdefault("attachments", []).append(
            {**as_json(preview), "from_url": url, "app_unfurl_url": url, "app_id": APP_ID}
        )
    workspace.tell_of("update", conversation, message)
    return {}


# -- parts


def find_message(conversation: Conversation, ts: str) -> Message:
    """A message everybody there can see, or `message_not_found`."""
    message = conversation.by_ts.get(ts)
    if message is None or message.ephemeral_to is not None:
        raise Refused("message_not_found")
    return message


def own_message(conversation: Conversation, ts: str, otherwise: str) -> Message:
    """A message of the app itself; that of somebody else is refused with `otherwise`."""
    message = find_message(conversation, ts)
    if not message.by_app:
        raise Refused(otherwise)
    require_member(conversation)
    return message


def _thread(conversation: Conversation, ts: str) -> str:
    parent = conversation.by_ts.get(ts)
    if parent is None or parent.ephemeral_to is not None:
        raise Refused("cannot_reply_to_message")
    return parent.thread_ts or parent.ts
