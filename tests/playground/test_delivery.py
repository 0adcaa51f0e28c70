"""How the app hears of things over HTTP: signatures, deadlines, retries, escaping.

Pages: docs.slack.dev verifying requests, events API, slash commands, handling user interaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from playground.acts import SlackSays
from playground.delivery import Answer, Parcel
from playground.driver import Reaction
from playground.page_reads import state
from playground.server import Playground
from playground.signed_http import SignedHttp
from tests.playground.answering import Answering
from tests.playground.sample import Stage, actions, section
from tests.playground.test_messages import refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Bare:
    """A bare HTTP app: keeps requests, answers with the next prepared response."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[tuple[int, dict[str, str]]] = []
        self.hold: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one delivery."""
        self.requests.append((dict(request.headers), await request.read()))
        status, headers = self.statuses.pop(0) if self.statuses else (200, {})
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=status, headers=headers)


@pytest_asyncio.fixture
async def bare(playground: Playground) -> AsyncIterator[Bare]:
    """The bare app, connected."""
    app = Bare()
    application = web.Application()
    application.router.add_post("/slack/events", app.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    playground.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield app
    await runner.cleanup()


async def test_requests_are_signed_over_the_raw_body(playground: Playground, bare: Bare) -> None:
    """The SDK's own verifier accepts them, whatever the workspace's clock says."""
    playground.clock.move(timedelta(days=400))
    await playground.person("rita").types("/access request")
    headers, body = bare.requests[0]
    verifier = SignatureVerifier(playground.signing_secret)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"x", headers)


async def test_a_slow_app_gives_operation_timeout(playground: Playground, bare: Bare) -> None:
    """Past the deadline the person reads so, and nothing is delivered again."""
    bare.hold = asyncio.Event()
    playground.delivery._ack_within = 0.05
    rita = playground.person("rita")
    with pytest.raises(SlackSays, match='/access failed with the error "operation_timeout"'):
        await rita.types("/access request")
    bare.hold.set()
    bare.statuses.append((500, {}))
    with pytest.raises(SlackSays, match="dispatch_failed"):
        await rita.types("/access request")
    assert len(bare.requests) == 2


async def test_events_are_repeated_at_once_after_one_and_five_minutes(
    playground: Playground, bare: Bare
) -> None:
    """Three retries with number and reason, the same event id, and then it is given up."""
    bare.statuses = [(500, {})] * 4
    await playground.person("rita").opens_home()
    assert len(bare.requests) == 2
    await playground.time_passes(timedelta(seconds=59))
    assert len(bare.requests) == 2
    await playground.time_passes(timedelta(seconds=1))
    assert len(bare.requests) == 3
    stops = await playground.to_the_next_thing()
    assert [one.why for one in stops] == ["event app_home_opened is delivered again"]
    assert len(bare.requests) == 4
    numbers = [headers.get("X-Slack-Retry-Num") for headers, _ in bare.requests]
    assert numbers == [None, "1", "2", "3"]
    assert bare.requests[1][0]["X-Slack-Retry-Reason"] == "http_error"
    assert len({body for _, body in bare.requests}) == 1
    await playground.days_pass(1)
    assert len(bare.requests) == 4
    assert playground.delivery.failed == ["event app_home_opened: http_error"]


class Echo(Answering):
    """An app that passes the handshake."""

    async def deliver(self, parcel: Parcel, *, within: float) -> Answer:
        """Send the challenge back."""
        return Answer(body={"challenge": parcel.payload["challenge"]})


async def test_a_request_url_is_verified_by_its_challenge(playground: Playground) -> None:
    """docs.slack.dev/reference/events/url_verification; the page shows what came of it."""
    delivery = playground.delivery
    app = Answering(playground)
    await delivery.verify()
    assert not delivery.reachable
    assert state(playground)["app"]["connected"] is False
    assert app.parcels[0].payload["type"] == "url_verification"
    Echo(playground)
    await delivery.verify()
    assert state(playground)["app"]["connected"] is True
    playground.http = SignedHttp("http://127.0.0.1:1/slack/events", "secret")
    await delivery.verify()
    assert not delivery.reachable


async def test_two_redirects_are_followed_and_a_third_is_not(playground: Playground) -> None:
    """docs.slack.dev, events API: past two the reason is `too_many_redirects`."""
    reached: list[dict[str, str]] = []

    async def hop(request: web.Request) -> web.StreamResponse:
        left = int(request.match_info["left"])
        if left:
            raise web.HTTPTemporaryRedirect(f"/hop/{left - 1}")
        reached.append(dict(request.headers))
        return web.Response()

    application = web.Application()
    application.router.add_post("/hop/{left}", hop)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/hop"
    playground.connect_http(f"{address}/2")
    await playground.person("rita").opens_home()
    assert len(reached) == 1
    playground.connect_http(f"{address}/3")
    await playground.person("rita").opens_home()
    assert len(reached) == 1
    playground.connect_http(f"{address}/0")
    await playground.time_passes(timedelta(minutes=1))
    assert reached[1]["X-Slack-Retry-Reason"] == "too_many_redirects"
    await runner.cleanup()


async def test_an_app_can_turn_a_retry_off(playground: Playground, bare: Bare) -> None:
    """`x-slack-no-retry: 1` on a refusal ends it."""
    bare.statuses = [(500, {"X-Slack-No-Retry": "1"})]
    await playground.person("rita").opens_home()
    await playground.days_pass(1)
    assert len(bare.requests) == 1


async def test_only_subscribed_events_are_delivered(playground: Playground) -> None:
    """What the manifest does not name is not sent."""
    app = Answering(playground)
    await playground.person("ada").says("hello", channel="admins")
    assert app.parcels == []
    await playground.person("ada").says("hello", channel="general")
    assert [one.what for one in app.parcels] == ["event message"]
    assert app.parcels[0].payload["event"]["channel_type"] == "channel"


async def test_commands_are_escaped_as_the_manifest_asks(playground: Playground) -> None:
    """People, channels, groups and links become tags; raw commands stay as typed."""
    app = Answering(playground)
    rita = playground.person("rita")
    workspace = playground.workspace
    typed = "@mia #general #admins @readers https://a.example/x?a=1&b=2 a<b ada@contoso.com @nobody"
    await rita.types(f"/access {typed}")
    mia, general = playground.person("mia").id, workspace.channel("general").id
    admins, readers = workspace.channel("admins").id, workspace.usergroup("readers").id
    assert app.parcels[0].payload["text"] == (
        f"<@{mia}> <#{general}|general> <#{admins}|> <!subteam^{readers}|@readers>"
        " <https://a.example/x?a=1&amp;b=2> a&lt;b ada@contoso.com @nobody"
    )
    await rita.types(f"/raw {typed}")
    assert app.parcels[1].payload["text"] == typed
    assert app.parcels[0].payload["is_enterprise_install"] == "false"


async def test_who_may_not_type_commands(playground: Playground) -> None:
    """Unknown commands, people from outside, deactivated people and places one is not in."""
    Answering(playground)
    with pytest.raises(SlackSays, match="/nope is not a valid command"):
        await playground.person("rita").types("/nope")
    with pytest.raises(SlackSays, match="not available to people from other organizations"):
        await playground.person("ed").types("/access", channel="fabrikam")
    with pytest.raises(SlackSays, match="deactivated"):
        await playground.person("dan").types("/access")
    with pytest.raises(SlackSays, match="is not in #admins"):
        await playground.person("rita").types("/access", channel="admins")


async def test_outsiders_of_a_shared_channel_can_press(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Their team is in the payload, so the app can tell."""
    app = Answering(playground)
    await client.chat_postMessage(
        channel=playground.workspace.channel("fabrikam").id,
        text="Sponsor?",
        blocks=[section("Sponsor?"), actions("Approve")],
    )
    ed = playground.person("ed")
    await ed.presses("Approve")
    user = app.parcels[-1].payload["user"]
    assert (user["id"], user["team_id"]) == (ed.id, "T0OUTSIDE01")
    assert user["team_id"] != playground.workspace.team.id


async def test_events_of_a_shared_channel_say_that_it_is_shared(stage: Stage) -> None:
    """`is_ext_shared_channel` tells the app that outsiders read along."""
    await stage.playground.person("ed").says("Hello", "#fabrikam")
    await stage.playground.person("rita").says("Hello", "#general")
    shared = [body["is_ext_shared_channel"] for body in stage.received.events]
    assert shared == [True, False]


async def test_a_press_carries_message_state_and_answer_address(
    playground: Playground, client: AsyncWebClient
) -> None:
    """All keys of a block_actions payload are there."""
    app = Answering(playground)
    mia = playground.person("mia")
    await client.chat_postMessage(
        channel=mia.id, text="x", blocks=[actions("Approve", value="r1:7")]
    )
    await mia.presses("Approve")
    payload = app.parcels[-1].payload
    assert payload["type"] == "block_actions"
    assert payload["actions"][0]["value"] == "r1:7"
    assert payload["actions"][0]["text"]["text"] == "Approve"
    assert payload["message"]["ts"] == payload["container"]["message_ts"]
    assert payload["response_url"].startswith(playground.url)
    assert payload["state"] == {"values": {}}
    assert payload["channel"]["name"] == "directmessage"


async def test_an_ephemeral_card_can_be_pressed_and_replaced(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Its payload has no message; response_url is the only way to change it."""
    app = Answering(playground)
    rita = playground.person("rita")
    general = playground.workspace.channel("general").id
    await client.chat_postEphemeral(
        channel=general, user=rita.id, text="x", blocks=[section("Sure?"), actions("Yes")]
    )
    await rita.presses("Yes")
    payload = app.parcels[-1].payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    async with ClientSession() as session:
        body = {"replace_original": True, "text": "Done"}
        await session.post(payload["response_url"], json=body)
    rita.sees("Done")
    rita.does_not_see("Sure?")


async def response_url(playground: Playground, app: Answering) -> str:
    """A fresh answer address of rita's command in #general."""
    await playground.person("rita").types("/access x", channel="general")
    return str(app.parcels[-1].payload["response_url"])


async def test_an_answer_address_works_five_times(playground: Playground) -> None:
    """Ephemeral unless told otherwise; the sixth use is refused."""
    url = await response_url(playground, Answering(playground))
    rita, mia = playground.person("rita"), playground.person("mia")
    async with ClientSession() as session:
        for number in range(4):
            async with session.post(url, json={"text": f"quiet {number}"}) as answer:
                assert (answer.status, await answer.text()) == (200, "ok")
        loud = {"text": "loud", "response_type": "in_channel"}
        async with session.post(url, json=loud) as answer:
            assert answer.status == 200
        async with session.post(url, json=loud) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "used_url")
    rita.sees("quiet 3")
    mia.does_not_see("quiet")
    mia.sees("loud")


async def test_an_answer_address_works_for_thirty_minutes(playground: Playground) -> None:
    """At thirty minutes it works, past them it is expired; bad blocks are refused."""
    url = await response_url(playground, Answering(playground))
    async with ClientSession() as session:
        async with session.post(url, json={"blocks": [{"type": "wat"}]}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_blocks")
        playground.clock.move(timedelta(minutes=30))
        async with session.post(url, json={"text": "just"}) as answer:
            assert answer.status == 200
        playground.clock.move(timedelta(milliseconds=1))
        async with session.post(url, json={"text": "late"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "expired_url")
        async with session.post(f"{playground.url}/respond/none", json={"text": "x"}) as answer:
            assert answer.status == 404
        async with session.post(url, data=b"{") as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_payload")


async def test_an_answer_in_channel_shows_the_command_line_too(playground: Playground) -> None:
    """Everybody sees what was typed, then the answer."""
    app = Answering(playground)
    app.answers.append({"response_type": "in_channel", "text": "for all"})
    await playground.person("rita").types("/access menu", channel="general")
    assert [one.text for one in playground.person("mia").messages][-2:] == [
        "/access menu",
        "for all",
    ]


async def test_bad_options_cannot_be_loaded(playground: Playground, client: AsyncWebClient) -> None:
    """A hundred options pass, a hundred and one do not, nor do options without words."""
    app = Answering(playground)
    menu = {"type": "external_select", "action_id": "pick", "min_query_length": 0}
    await client.chat_postMessage(
        channel=playground.person("mia").id,
        text="x",
        blocks=[{"type": "actions", "elements": [menu]}],
    )
    mia = playground.person("mia")
    message = playground.workspace.direct([mia.id]).messages[-1]
    block_id = message.body["blocks"][0]["block_id"]

    async def ask(options: list[dict[str, Any]], key: str = "options") -> dict[str, Any]:
        app.answers.append({key: options})
        return await playground.acts.options(mia.user, message, block_id, "pick", "pro")

    many = [{"text": {"type": "plain_text", "text": f"o{n}"}, "value": f"{n}"} for n in range(101)]
    assert len((await ask(many[:100]))["options"]) == 100
    assert app.parcels[-1].payload["value"] == "pro"
    for bad in (many, [{"text": {"type": "plain_text", "text": ""}, "value": "x"}]):
        with pytest.raises(SlackSays, match="could not be loaded"):
            await ask(bad)
    group = {"label": {"type": "plain_text", "text": "g"}, "options": many[:1]}
    assert len((await ask([group] * 100, "option_groups"))["option_groups"]) == 100
    with pytest.raises(SlackSays, match="could not be loaded"):
        await ask([group] * 101, "option_groups")
    assert await ask([]) == {"options": []}


async def test_reaction_to_a_command_is_what_came_of_it(stage: Stage) -> None:
    """Nothing came: the reaction is empty and says so when asked for words."""
    reaction = await stage.playground.person("rita").types("/raw")
    assert isinstance(reaction, Reaction)
    assert reaction.messages == ()
    with pytest.raises(AssertionError, match="did not get to see 'x', but:\nnothing"):
        reaction.sees("x")


async def test_refusals_keep_words(playground: Playground, client: AsyncWebClient) -> None:
    """An unfurl of a message that is not there is refused."""
    general = playground.workspace.channel("general").id
    lost = client.chat_unfurl(channel=general, ts="1.0", unfurls={})
    assert await refused(lost) == "cannot_unfurl_message"
