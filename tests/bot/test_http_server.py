"""The HTTP side: which places there are, what is too large, and who is let in."""

import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from bot import http_server
from bot.http_server import MOST_BYTES, SLACK_PATH, CannotListen, Running
from bot.metrics import Metrics

SECRET = "a secret"


class Edge:
    """A server with a dispatch that remembers, and a client for it."""

    running: Running
    client: aiohttp.ClientSession

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.answer = BoltResponse(status=200, body="")
        self.reason: str | None = None
        self.fails = False
        self.refreshed = 0

    async def dispatch(self, body: str, _headers: Mapping[str, str]) -> BoltResponse:
        self.bodies.append(body)
        return self.answer

    async def refresh(self) -> None:
        self.refreshed += 1
        if self.fails:
            raise ConnectionError("the database is away")


@pytest_asyncio.fixture
async def edge() -> AsyncIterator[Edge]:
    """The server in HTTP mode."""
    made = Edge()
    app = http_server.build_app(made.dispatch, lambda: made.reason, Metrics(), refresh=made.refresh)
    async with aiohttp.ClientSession() as made.client:
        made.running = await http_server.run(app, host="127.0.0.1", port=0)
        yield made
        await made.running.stop()


async def test_a_living_process_says_so(edge: Edge) -> None:
    """`/healthz` is 200 whatever else is wrong."""
    edge.reason = "Slack is not connected."
    async with edge.client.get(f"{edge.running.url}/healthz") as response:
        assert (response.status, await response.text()) == (200, "alive\n")


async def test_readiness_is_told_with_its_reason(edge: Edge) -> None:
    """200 when we can serve, else 503 and why not."""
    async with edge.client.get(f"{edge.running.url}/readyz") as response:
        assert (response.status, await response.text()) == (200, "ready\n")
    edge.reason = "Slack is not connected."
    async with edge.client.get(f"{edge.running.url}/readyz") as response:
        assert (response.status, await response.text()) == (503, "Slack is not connected.\n")


async def test_metrics_are_told_even_while_the_database_is_away(edge: Edge) -> None:
    """The figures of the database are brought up to date first, if that can be."""
    async with edge.client.get(f"{edge.running.url}/metrics") as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        assert "usher_lanes_due" in await response.text()
    edge.fails = True
    async with edge.client.get(f"{edge.running.url}/metrics") as response:
        assert response.status == 200
    assert edge.refreshed == 2


async def test_a_body_at_the_limit_is_taken(edge: Edge) -> None:
    """Exactly one MiB."""
    async with edge.client.post(edge.running.url + SLACK_PATH, data=b"a" * MOST_BYTES) as response:
        assert response.status == 200
    assert len(edge.bodies[0]) == MOST_BYTES


async def test_a_body_past_the_limit_is_refused_before_anything_reads_it(edge: Edge) -> None:
    """One byte more, with its length told or in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a" * MOST_BYTES
        yield b"a"

    for data in (io.BytesIO(b"a" * (MOST_BYTES + 1)), pieces()):
        async with edge.client.post(edge.running.url + SLACK_PATH, data=data) as response:
            assert response.status == 413
    assert edge.bodies == []


async def test_a_body_that_is_no_text_is_refused(edge: Edge) -> None:
    """Slack sends UTF-8."""
    async with edge.client.post(edge.running.url + SLACK_PATH, data=b"\xff\xfe") as response:
        assert response.status == 400
    assert edge.bodies == []


async def test_the_answer_is_passed_on_whole(edge: Edge) -> None:
    """Status, body, and JSON where it is JSON."""
    edge.answer = BoltResponse(status=200, body={"response_action": "clear"})
    async with edge.client.post(edge.running.url + SLACK_PATH, data=b"x") as response:
        assert (await response.json(), response.content_type) == (
            {"response_action": "clear"},
            "application/json",
        )
    edge.answer = BoltResponse(status=200, body="wörds")
    async with edge.client.post(edge.running.url + SLACK_PATH, data=b"x") as response:
        assert (await response.text(), response.content_type) == ("wörds", "text/plain")


async def test_slack_has_no_place_in_socket_mode_and_only_posts_in_http_mode(edge: Edge) -> None:
    """What is not there is 404; another method is 405."""
    async with edge.client.get(edge.running.url + SLACK_PATH) as response:
        assert response.status == 405
    app = http_server.build_app(None, lambda: None, Metrics())
    running = await http_server.run(app, host="127.0.0.1", port=0)
    async with edge.client.post(running.url + SLACK_PATH, data=b"x") as response:
        assert response.status == 404
    await running.stop()


async def test_a_taken_port_is_one_sentence(edge: Edge) -> None:
    """It names the address and the variables."""
    app = http_server.build_app(None, lambda: None, Metrics())
    with pytest.raises(CannotListen) as caught:
        await http_server.run(app, host="127.0.0.1", port=edge.running.port)

    (sentence,) = caught.value.sentences
    assert f"127.0.0.1, port {edge.running.port}" in sentence
    assert "HOST and PORT" in sentence


async def test_an_address_of_another_machine_is_one_sentence(edge: Edge) -> None:
    """192.0.2.0/24 belongs to nobody."""
    app = http_server.build_app(None, lambda: None, Metrics())
    with pytest.raises(CannotListen):
        await http_server.run(app, host="192.0.2.1", port=0)


async def signed_app(metrics: Metrics) -> Running:
    """Bolt behind our server, with one command that answers."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")

    bolt = AsyncApp(authorize=authorize, signing_secret=SECRET, process_before_response=True)

    @bolt.command("/access")
    async def access(ack: AsyncAck) -> None:
        await ack("hello")

    dispatch = http_server.bolt_dispatch(bolt, metrics)
    app = http_server.build_app(dispatch, lambda: None, metrics)
    return await http_server.run(app, host="127.0.0.1", port=0)


def signed(body: str, secret: str) -> dict[str, str]:
    """Headers as Slack sends them."""
    stamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


async def test_only_what_slack_signed_is_handled(edge: Edge) -> None:
    """A right signature gets the answer, a wrong or missing one 401; each is counted."""
    metrics = Metrics()
    running = await signed_app(metrics)
    body = urlencode({"command": "/access", "text": "ü", "team_id": "T1", "user_id": "U1"})
    url = running.url + SLACK_PATH
    async with edge.client.post(url, data=body, headers=signed(body, SECRET)) as response:
        assert (response.status, await response.text()) == (200, "hello")
    for headers in (signed(body, "another"), {"Content-Type": "application/x-www-form-urlencoded"}):
        async with edge.client.post(url, data=body, headers=headers) as response:
            assert response.status == 401
    unknown = urlencode({"command": "/other", "team_id": "T1", "user_id": "U1"})
    async with edge.client.post(url, data=unknown, headers=signed(unknown, SECRET)) as response:
        assert response.status == 404
    text = metrics.render().decode()
    await running.stop()

    assert 'usher_slack_requests_total{kind="command",outcome="ok"} 1.0' in text
    assert 'usher_slack_requests_total{kind="command",outcome="refused"} 2.0' in text
    assert 'usher_slack_requests_total{kind="command",outcome="unhandled"} 1.0' in text
    assert 'usher_slack_ack_seconds_count{kind="command"} 4.0' in text


async def test_that_slack_withholds_events_is_logged(
    edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told each minute, and is not to be sent again."""
    running = await signed_app(Metrics())
    body = json.dumps({"type": "app_rate_limited", "team_id": "T1", "api_app_id": "A1"})
    headers = {**signed(body, SECRET), "Content-Type": "application/json"}
    async with edge.client.post(running.url + SLACK_PATH, data=body, headers=headers) as response:
        assert response.status == 200
    await running.stop()

    assert "Slack withholds events" in caplog.text


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Slack-Request-Timestamp", "abc"),
        ("X-Slack-Request-Timestamp", "-1"),
        ("X-Slack-Request-Timestamp", "9" * 5000),
        ("X-Slack-Request-Timestamp", "²"),
        ("X-Slack-Signature", "v0=ü"),
    ],
)
async def test_what_cannot_be_a_signature_is_refused_and_no_failure_of_ours(
    edge: Edge, header: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody can send it: no traceback in the log, no failure in the figures."""
    metrics = Metrics()
    running = await signed_app(metrics)
    body = urlencode({"command": "/access", "team_id": "T1", "user_id": "U1"})
    headers = {**signed(body, SECRET), header: value}
    async with edge.client.post(running.url + SLACK_PATH, data=body, headers=headers) as response:
        assert response.status == 401
    text = metrics.render().decode()
    await running.stop()

    assert 'usher_slack_requests_total{kind="command",outcome="refused"} 1.0' in text
    assert not [record for record in caplog.records if record.exc_info]


async def test_readiness_looks_before_it_answers() -> None:
    """What was found a moment ago may no longer be so."""
    found: list[str] = []

    async def look() -> None:
        found.append("Slack does not answer.")

    app = http_server.build_app(None, lambda: found[-1], Metrics(), look=look)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/readyz")
        assert (answer.status, await answer.text()) == (503, "Slack does not answer.\n")
