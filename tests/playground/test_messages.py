"""Posting, updating and deleting messages (docs.slack.dev, chat.* and conversations.history pages)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.content import LARGEST_METADATA
from playground.methods.chat import LONGEST_POST, LONGEST_UPDATE
from playground.server import Playground
from tests.playground.sample import actions, section


async def refused(call: Any) -> str:
    """The error code a call is refused with."""
    with pytest.raises(SlackApiError) as failure:
        await call
    return str(failure.value.response["error"])


async def test_a_message_is_found_again_with_its_metadata(
    playground: Playground, client: AsyncWebClient
) -> None:
    """History shows the payload of metadata only when asked for it."""
    metadata = {"event_type": "request_card", "event_payload": {"id": "r1"}}
    posted = await client.chat_postMessage(
        channel=playground.person("mia").id, text="Card", metadata=metadata
    )
    channel, ts = posted["channel"], posted["ts"]
    assert posted["message"]["metadata"] == metadata
    plain = await client.conversations_history(channel=channel)
    assert plain["messages"][0]["metadata"] == {"event_type": "request_card"}
    full = await client.conversations_history(channel=channel, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata
    assert full["messages"][0]["ts"] == ts
    assert full["messages"][0]["bot_profile"]["app_id"] == posted["message"]["app_id"]
    assert "channel" not in posted["message"]


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ("text", "invalid_metadata_format"),
        ({"event_type": "x"}, "invalid_metadata_schema"),
        ({"event_payload": {}}, "invalid_metadata_schema"),
        (
            {"event_type": "x", "event_payload": {"big": "x" * LARGEST_METADATA}},
            "metadata_too_large",
        ),
    ],
)
async def test_bad_metadata_is_refused(
    playground: Playground, client: AsyncWebClient, metadata: Any, error: str
) -> None:
    """Shape and size of metadata are checked."""
    channel = playground.person("mia").id
    call = client.api_call(
        "chat.postMessage", json={"channel": channel, "text": "x", "metadata": metadata}
    )
    assert await refused(call) == error


async def test_a_long_text_is_cut_when_posted_and_refused_when_updated(
    playground: Playground, client: AsyncWebClient
) -> None:
    """40,000 characters pass and more are cut; an update takes 4,000 and no more."""
    channel = playground.person("mia").id
    posted = await client.chat_postMessage(channel=channel, text="x" * (LONGEST_POST + 1))
    assert len(posted["message"]["text"]) == LONGEST_POST
    dm, ts = posted["channel"], posted["ts"]
    changed = await client.chat_update(channel=dm, ts=ts, text="y" * LONGEST_UPDATE)
    assert changed["message"]["edited"]["user"] == changed["message"]["user"]
    long = client.chat_update(channel=dm, ts=ts, text="y" * (LONGEST_UPDATE + 1))
    assert await refused(long) == "msg_too_long"


async def test_a_hundred_attachments_fit_and_one_more_does_not(
    playground: Playground, client: AsyncWebClient
) -> None:
    """docs.slack.dev, chat.postMessage: `too_many_attachments`."""
    channel = playground.person("rita").id
    attachments = [{"text": "a"}] * 100
    sent = await client.chat_postMessage(channel=channel, text="x", attachments=attachments)
    assert len(sent["message"]["attachments"]) == 100
    past = client.chat_postMessage(channel=channel, text="x", attachments=[*attachments, {}])
    assert await refused(past) == "too_many_attachments"


async def test_only_own_messages_may_be_changed(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Somebody else's message, a missing one and an ephemeral one are refused differently."""
    general = playground.workspace.channel("general")
    rita = playground.person("rita")
    await rita.says("mine", channel="general")
    ts = general.messages[-1].ts
    change = client.chat_update(channel=general.id, ts=ts, text="x")
    assert await refused(change) == "cant_update_message"
    assert await refused(client.chat_delete(channel=general.id, ts=ts)) == "cant_delete_message"
    lost = client.chat_update(channel=general.id, ts="1.000001", text="x")
    assert await refused(lost) == "message_not_found"
    shown = await client.chat_postEphemeral(channel=general.id, user=rita.id, text="psst")
    private = client.chat_update(channel=general.id, ts=shown["message_ts"], text="x")
    assert await refused(private) == "message_not_found"


async def test_where_the_app_may_not_post(playground: Playground, client: AsyncWebClient) -> None:
    """Each place has its own refusal."""
    workspace = playground.workspace
    places = {
        "C0NOWHERE": "channel_not_found",
        workspace.channel("elsewhere").id: "not_in_channel",
        workspace.channel("secret").id: "channel_not_found",
        workspace.channel("old").id: "is_archived",
        playground.person("dan").id: "channel_not_found",
    }
    for channel, error in places.items():
        assert await refused(client.chat_postMessage(channel=channel, text="x")) == error
    general = workspace.channel("general").id
    assert (
        await refused(client.api_call("chat.postMessage", json={"channel": general})) == "no_text"
    )
    blocks = client.api_call("chat.postMessage", json={"channel": general, "blocks": {"a": 1}})
    assert await refused(blocks) == "invalid_blocks_format"
    playground.clock.move(timedelta(seconds=5))
    assert (await client.chat_postMessage(channel="#general", text="by name"))["channel"] == general


async def test_a_direct_message_with_somebody_deactivated_is_closed(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Their conversation is archived."""
    opened = await client.conversations_open(users=playground.person("rita").id)
    await playground.user_leaves("rita")
    late = client.chat_postMessage(channel=opened["channel"]["id"], text="x")
    assert await refused(late) == "is_archived"


async def test_ephemeral_messages_are_for_one_person(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Only that person sees it, and only when in the channel."""
    general = playground.workspace.channel("general").id
    rita, mia = playground.person("rita"), playground.person("mia")
    await client.chat_postEphemeral(channel=general, user=rita.id, text="only you")
    rita.sees("only you")
    mia.does_not_see("only you")
    history = await client.conversations_history(channel=general)
    assert history["messages"] == []
    outsider = client.chat_postEphemeral(
        channel=general, user=playground.person("gus").id, text="x"
    )
    assert await refused(outsider) == "user_not_in_channel"


async def test_bad_blocks_are_refused_with_pointers(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Every fault is named with its place."""
    blocks = [section("x" * 3001), actions("A", "A"), {"type": "wat"}]
    with pytest.raises(SlackApiError) as failure:
        await client.chat_postMessage(channel=playground.person("mia").id, text="x", blocks=blocks)
    answer = failure.value.response
    second = "/blocks/1/elements/1/action_id"
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        f"[ERROR] `action_id` a already exists in this block [json-pointer:{second}]",
        "[ERROR] unsupported type: wat [json-pointer:/blocks/2/type]",
    ]


async def test_threads_are_listed_apart(playground: Playground, client: AsyncWebClient) -> None:
    """Replies are in the thread and counted on its first message, not in the history."""
    dm = (await client.conversations_open(users=playground.person("mia").id))["channel"]["id"]
    parent = await client.chat_postMessage(channel=dm, text="parent")
    await client.chat_postMessage(channel=dm, text="reply", thread_ts=parent["ts"])
    await playground.person("mia").says("looks good", on="parent")
    history = await client.conversations_history(channel=dm)
    assert [one["text"] for one in history["messages"]] == ["parent"]
    assert history["messages"][0]["reply_count"] == 2
    thread = await client.conversations_replies(channel=dm, ts=parent["ts"])
    assert [one["text"] for one in thread["messages"]] == ["parent", "reply", "looks good"]
    playground.clock.move(timedelta(seconds=2))
    lost = client.chat_postMessage(channel=dm, text="x", thread_ts="1.0")
    assert await refused(lost) == "cannot_reply_to_message"


async def test_history_is_paged_and_bounded_in_time(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Cursors walk from the newest back; oldest and latest are exclusive unless inclusive."""
    general = playground.workspace.channel("general").id
    mia = playground.person("mia")
    for number in range(5):
        await mia.says(f"m{number}", channel="general")
    first = await client.conversations_history(channel=general, limit=3)
    assert [one["text"] for one in first["messages"]] == ["m4", "m3", "m2"]
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.conversations_history(channel=general, limit=3, cursor=cursor)
    assert [one["text"] for one in rest["messages"]] == ["m1", "m0"]
    assert rest["has_more"] is False
    ts = first["messages"][1]["ts"]
    after = await client.conversations_history(channel=general, oldest=ts)
    assert [one["text"] for one in after["messages"]] == ["m4"]
    just = await client.conversations_history(channel=general, oldest=ts, latest=ts, inclusive=True)
    assert [one["text"] for one in just["messages"]] == ["m3"]
    wrong = client.conversations_history(channel=general, cursor="nonsense")
    assert await refused(wrong) == "invalid_cursor"


async def test_timestamps_are_unique_while_time_stands_still(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A stopped clock still gives growing timestamps."""
    seen = []
    for channel in ("rita", "mia", "ada"):
        posted = await client.chat_postMessage(channel=playground.person(channel).id, text="x")
        seen.append(posted["ts"])
    assert seen == sorted(set(seen))


async def test_deleted_messages_are_gone_and_links_lead_to_messages(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A permalink names channel and timestamp; after deletion there is nothing to link to."""
    posted = await client.chat_postMessage(channel=playground.person("mia").id, text="x")
    channel, ts = posted["channel"], posted["ts"]
    link = await client.chat_getPermalink(channel=channel, message_ts=ts)
    assert link["permalink"].endswith(f"/{channel}/p{ts.replace('.', '')}")
    await client.chat_delete(channel=channel, ts=ts)
    playground.person("mia").does_not_see("x")
    gone = client.chat_getPermalink(channel=channel, message_ts=ts)
    assert await refused(gone) == "message_not_found"


async def test_links_can_be_unfurled(playground: Playground, client: AsyncWebClient) -> None:
    """A preview is attached to the message with the link."""
    general = playground.workspace.channel("general")
    await playground.person("rita").says("see https://example.com/r/1", channel="general")
    ts = general.messages[-1].ts
    unfurls = {"https://example.com/r/1": {"blocks": [section("Request 1")]}}
    await client.chat_unfurl(channel=general.id, ts=ts, unfurls=unfurls)
    playground.person("mia").sees("Request 1")
