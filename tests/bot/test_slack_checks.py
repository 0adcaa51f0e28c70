"""What is said at start when Slack, a token or a scope is not as it must be."""

import aiohttp
import pytest
from aiohttp import web

from bot import slack_checks
from bot.http_server import run
from bot.slack_checks import Identity, SlackFaults, manifest_scopes
from playground.server import Playground
from tests.bot.conftest import a_playground, settings_for

EVERYTHING = frozenset(manifest_scopes().required + manifest_scopes().optional)


async def check(playground: Playground, session: aiohttp.ClientSession, **more: str) -> Identity:
    """Check an app of this workspace."""
    settings = settings_for(playground, **more)
    return await slack_checks.check(slack_checks.web_client(settings, session), settings)


async def faults(
    playground: Playground, session: aiohttp.ClientSession, **more: str
) -> tuple[str, ...]:
    """What is said of it."""
    with pytest.raises(SlackFaults) as caught:
        await check(playground, session, **more)
    return caught.value.faults


async def test_a_right_token_says_who_we_are(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """Team, bot and scopes; nothing is missing."""
    found = await check(playground, session, SLACK_APP_TOKEN=playground.app_token)

    assert found.team_id
    assert found.bot_user_id
    assert found.url is not None
    assert found.url.startswith("http")
    assert found.scopes == EVERYTHING
    assert found.notices == ()
    assert not found.is_enterprise_install


async def test_a_wrong_token_is_one_sentence(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """It names the variable and where to copy it from, and not the token."""
    (fault,) = await faults(playground, session, SLACK_BOT_TOKEN="xoxb-wrong")

    assert fault.startswith("SLACK_BOT_TOKEN is not a token Slack knows.")
    assert "OAuth & Permissions" in fault
    assert "xoxb-wrong" not in fault


async def test_two_wrong_tokens_are_two_sentences(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """Both are checked before either is complained about."""
    told = await faults(
        playground, session, SLACK_BOT_TOKEN="xoxb-wrong", SLACK_APP_TOKEN="xapp-wrong"
    )

    assert [fault.split()[0] for fault in told] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


async def test_an_unreachable_slack_is_one_sentence(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """However many calls failed."""
    more = {"SLACK_API_URL": "http://127.0.0.1:9/api/", "SLACK_APP_TOKEN": playground.app_token}
    (fault,) = await faults(playground, session, **more)

    assert fault.startswith("Slack cannot be reached at http://127.0.0.1:9/api/ (")
    assert "SLACK_API_URL" in fault


async def test_a_missing_scope_is_named_with_what_to_do(session: aiohttp.ClientSession) -> None:
    """All missing ones in one sentence."""
    scopes = {"bot": ["commands", "chat:write", *slack_checks.WITHOUT]}
    playground = a_playground(oauth_config={"scopes": scopes})
    await playground.start()
    (fault,) = await faults(playground, session)
    await playground.stop()

    assert fault.startswith("The app lacks the scopes im:write, im:history, users:read")
    assert fault.endswith("manifest.yml, then reinstall the app.")


async def test_without_optional_scopes_we_start_and_say_what_does_not_work(
    session: aiohttp.ClientSession,
) -> None:
    """A cautious administrator may leave them out."""
    playground = a_playground(oauth_config={"scopes": {"bot": list(manifest_scopes().required)}})
    await playground.start()
    found = await check(playground, session)
    await playground.stop()

    assert len(found.notices) == len(slack_checks.WITHOUT)
    assert any("usergroups:write. User groups cannot be given" in each for each in found.notices)


@pytest.mark.parametrize(
    ("granted", "missing", "notices"),
    [
        (None, None, 0),
        (frozenset({"*"}), None, 0),
        (EVERYTHING, None, 0),
        (EVERYTHING | {"something:else"}, None, 0),
        (EVERYTHING - {"groups:history"}, None, 1),
        (EVERYTHING - {"im:write"}, "The app lacks the scope im:write.", 0),
        (frozenset(), "The app lacks the scopes commands, ", len(slack_checks.WITHOUT)),
    ],
)
def test_granted_scopes_are_compared_with_those_asked_for(
    granted: frozenset[str] | None, missing: str | None, notices: int
) -> None:
    """A server that names none is believed."""
    fault, told = slack_checks.compare(granted, manifest_scopes())

    assert (fault or "").startswith(missing or "")
    assert (fault is None) == (missing is None)
    assert len(told) == notices


ANSWERS = [
    ({"ok": False, "error": "token_revoked"}, 200, "SLACK_BOT_TOKEN was revoked."),
    ({"ok": False, "error": "token_expired"}, 200, "SLACK_BOT_TOKEN has expired."),
    ({"ok": False, "error": "account_inactive"}, 200, "SLACK_BOT_TOKEN belongs to an app that was"),
    ({"ok": False, "error": "fatal_error"}, 200, 'Slack answered "fatal_error" to auth.test'),
    ({"ok": False, "error": "ratelimited"}, 429, "Slack asks us to wait"),
    ("<html>Bad gateway</html>", 502, "Slack answered status 502 to auth.test"),
    ("<html>Not Slack</html>", 200, "Slack answered status 200 to auth.test"),
]


@pytest.mark.parametrize(("answer", "status", "begins"), ANSWERS)
async def test_every_other_answer_is_one_sentence_too(
    answer: dict[str, object] | str,
    status: int,
    begins: str,
    playground: Playground,
    session: aiohttp.ClientSession,
) -> None:
    """What Slack, or something else at that address, may say."""

    async def answers(_request: web.Request) -> web.Response:
        if isinstance(answer, str):
            return web.Response(text=answer, status=status, content_type="text/html")
        return web.json_response(answer, status=status)

    app = web.Application()
    app.router.add_post("/api/auth.test", answers)
    running = await run(app, host="127.0.0.1", port=0)
    told = await faults(playground, session, SLACK_API_URL=f"{running.url}/api/")
    await running.stop()

    assert len(told) == 1
    assert told[0].startswith(begins)


async def test_a_server_that_names_no_scopes_is_believed(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """Not every stand-in sends the header."""

    async def answers(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U1", "bot_id": "B1"})

    app = web.Application()
    app.router.add_post("/api/auth.test", answers)
    running = await run(app, host="127.0.0.1", port=0)
    found = await check(playground, session, SLACK_API_URL=f"{running.url}/api/")
    await running.stop()

    assert (found.team_id, found.scopes, found.notices) == ("T1", None, ())
    assert found.url is None, "no link is better than a broken one"


async def test_a_connection_that_breaks_off_is_unreachable(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """Not a traceback."""
    playground.faults.add("cut_before", method="auth.test")
    (fault,) = await faults(playground, session)

    assert fault.startswith("Slack cannot be reached at")


async def test_the_client_goes_straight_to_slack_unless_a_proxy_is_set(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    """Whatever the library reads from the environment by itself."""
    settings = settings_for(playground, HTTPS_PROXY="http://proxy.example:1")

    assert slack_checks.web_client(settings, session).proxy is None
