"""Nobody is left without an answer: not by an old form, a failing read, or a slow Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from sqlalchemy import text

from bot import listeners
from bot.http_server import run
from bot.listeners import home
from bot.views.action_ids import CallbackId
from engine.application.ports import Transaction
from playground.driver import Form
from playground.seed import Person, PersonKind
from storage.transaction import SqlTransaction
from tests.company import Company

READ = "Production read access"
NEW = Person(name="nina", real_name="Nina Novak", email="nina@contoso.com")


async def test_a_form_that_nobody_knows_any_more_says_so(
    contoso: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rita opened it before an upgrade; sending it changes nothing, and she is told."""
    form = await contoso.opens("rita", READ)
    await form.fill("Justification", "On call")
    monkeypatch.delitem(listeners.SUBMISSIONS, CallbackId.REQUEST_FORM)
    told = await form.submit()
    assert isinstance(told, Form)
    told.sees("no longer valid. Nothing was changed")
    assert (await contoso.house.queries.requests()).total == 0


async def test_a_home_tab_that_cannot_be_drawn_anew_does_not_hide_that_the_press_counted(
    contoso: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mia approves there, by button and by form; reading the tab fails; both are acknowledged."""
    for who in ("rita", "ed"):
        await contoso.asks(who, READ, Justification="On call")
    await contoso.mia.opens_home()

    async def fails(*_: object) -> dict[str, object]:
        raise OSError("the database went away")

    monkeypatch.setattr(home, "_tab", fails)
    done = await contoso.mia.presses("Approve", on="Rita Romero", where="home")
    assert isinstance(done, Form)
    done.sees("You approved the request")
    await done.close()
    form = await contoso.mia.presses("Deny", on="Ed", where="home")
    assert isinstance(form, Form)
    await form.fill("Reason", "Not needed")
    await form.submit()
    contoso.rita.sees("Approved by @Mia Moreau")
    contoso.ed.sees("Not needed")


@pytest.mark.parametrize("kind", ["error_5xx", "cut_before"])
async def test_a_form_that_slack_does_not_open_is_not_passed_over_in_silence(
    contoso: Company, kind: str
) -> None:
    """Rita typed, and is told there; Ed pressed on his Home tab, and is told in his messages."""
    contoso.breaks(kind, "views.open")
    told = await contoso.says("rita", "/access request")
    assert told == "The form did not open. Nothing was changed; please try again."

    await contoso.ed.opens_home()
    contoso.breaks(kind, "views.open", times=2)
    await contoso.ed.presses("Request access", where="home")
    assert [message.text for message in contoso.ed.messages] == [told]


async def test_a_refusal_that_cannot_be_written_down_is_answered_all_the_same(
    contoso: Company,
) -> None:
    """Lena tries to administer while the audit takes nothing: she hears of a fault, to be found."""
    await _executes(contoso, "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN {} END")
    told = await contoso.administers("requests", who="lena")
    assert "something went wrong on my side" in told.ephemeral
    await _executes(contoso, "DROP TRIGGER full")


async def _executes(contoso: Company, statement: str) -> None:
    def execute(tx: Transaction) -> None:
        assert isinstance(tx, SqlTransaction)
        tx.conn.execute(text(statement.format("SELECT RAISE(ABORT, 'no room');")))

    await contoso.house.store.write(execute)


async def test_somebody_new_is_answered_in_time_however_long_slack_takes(
    contoso: Company,
) -> None:
    """The mirror has never seen Nina: she is told to try again, and the next time she is known."""
    contoso.playground.workspace.add_person(NEW)
    contoso.house.desk.patience = 0.01
    contoso.playground.faults.add("slow", method="users.info", times=1, seconds=0.3)
    told = await contoso.says("nina", "/access")
    assert told == "Slack did not answer me in time. Nothing was changed; try again in a moment."
    assert "What would you like to do?" in await contoso.says("nina", "/access")


async def test_somebody_new_is_named_to_an_administrator_however_long_slack_takes(
    contoso: Company,
) -> None:
    """Ada assigns to Nina; Slack refuses once, and takes too long once; the third time it is done."""
    contoso.playground.workspace.add_person(NEW)
    contoso.breaks("error_5xx", "users.info")
    for _ in ("refused", "slow"):
        told = await contoso.administers(f"assign @nina {READ}")
        assert "Slack did not answer me in time" in told.ephemeral
        contoso.house.desk.patience = 0.01
        contoso.playground.faults.add("slow", method="users.info", times=1, seconds=0.3)
    done = await contoso.administers(f"assign @nina {READ}")
    assert "gets Production read access" in done.ephemeral


async def test_a_newcomers_home_tab_is_drawn_however_long_slack_takes(contoso: Company) -> None:
    """Nobody waits for an acknowledgement there, so there is no hurry."""
    contoso.playground.workspace.add_person(NEW)
    contoso.house.desk.patience = 0.01
    contoso.playground.faults.add("slow", method="users.info", times=1, seconds=0.3)
    home = await contoso.nina.opens_home()
    home.sees("Request access")


async def test_whoever_writes_to_usher_is_told_what_it_understands(contoso: Company) -> None:
    """Once for each message, however often Slack brings it; the buttons there work."""
    contoso.playground.faults.add("deliver_twice", method="event", times=5)
    told = await contoso.rita.says("Hello, I need access to production")
    told.sees("everything I can do is behind these buttons")
    assert len(contoso.rita.messages) == 2
    form = await contoso.rita.presses("Request access")
    assert isinstance(form, Form)


async def test_usher_does_not_answer_itself_nor_a_stranger(contoso: Company) -> None:
    """Slack tells it of its own messages, too."""
    stranger = Person(
        name="uma", real_name="Uma Unger", email="uma@else.com", kind=PersonKind.STRANGER
    )
    contoso.playground.workspace.add_person(stranger)
    await contoso.asks("rita", "Meeting room display")
    await contoso.uma.says("Hello")
    contoso.rita.does_not_see("behind these buttons")
    contoso.uma.does_not_see("behind these buttons")


@asynccontextmanager
async def _a_proxy_that_hangs_up(asked: list[str]) -> AsyncIterator[str]:
    """It notes what it is asked for, and breaks off."""

    async def handle(request: web.Request) -> web.Response:
        asked.append(request.path)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    running = await run(app, host="127.0.0.1", port=0)
    yield running.url
    await running.stop()


async def test_an_answer_goes_through_the_proxy_and_not_twice(contoso: Company) -> None:
    """Where Slack is reached through a proxy, so is the address for answers; the library would read
    the proxy from the environment only, and send an answer again that may have arrived.
    """
    await contoso.says("rita", "/access")
    asked: list[str] = []
    async with _a_proxy_that_hangs_up(asked) as proxy:
        contoso.house.client.proxy = proxy
        await contoso.rita.presses("Help")
        contoso.house.client.proxy = None

    assert [path.startswith("/respond/") for path in asked].count(True) == 1
