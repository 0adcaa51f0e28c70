"""Slack in trouble: what was decided stays decided, every card comes right, and nothing comes twice.

After each story the invariants look at every card and at what was posted more than once.
"""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.reachable import Reachable
from engine.application.ports import Transaction
from playground.driver import Form, Reaction
from storage import tables as t
from storage.transaction import SqlTransaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READ = "Production read access"
MANAGER = files.stage("Manager", files.MANAGER)
KINDS = ("error_5xx", "error_after", "cut_before", "cut_after", "rate_limited", "lost_answer")


async def _goes_through(contoso: Company) -> None:
    """The whole story as far as delivered; who presses finds the card as soon as it is there."""
    await contoso.asks("rita", READ, Justification="On call")
    await contoso.playground.days_pass(0.01)
    await contoso.mia.presses("Approve")
    await contoso.playground.days_pass(0.01)
    await contoso.olga.presses("Approve")
    await contoso.playground.days_pass(0.02)
    assert "rita" in contoso.group("prod-readers")
    contoso.rita.sees("Delivered today")
    assert [len(contoso.playground.person(who).messages) for who in ("rita", "mia", "olga")] == [
        2,
        1,
        1,
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "usergroups.users.update"])
async def test_the_first_calls_fail_and_it_heals(contoso: Company, kind: str, method: str) -> None:
    """Whatever happens to the first three calls of a method, the end is the same."""
    contoso.breaks(kind, method, times=3)
    await _goes_through(contoso)


@pytest.mark.parametrize("kind", KINDS)
async def test_slack_is_away_altogether_for_some_minutes_and_it_heals(
    contoso: Company, kind: str
) -> None:
    """Twenty calls of whatever method fail in a row."""
    form = await contoso.opens("rita", READ)
    await form.fill("Justification", "On call")
    for method in (
        "chat.postMessage",
        "chat.update",
        "conversations.history",
        "conversations.open",
    ):
        contoso.breaks(kind, method, times=4)
    await form.submit()
    await contoso.playground.days_pass(0.05)
    contoso.mia.sees("Rita Romero asks")
    contoso.rita.sees("waiting for @Mia Moreau")


async def test_what_was_granted_although_the_answer_was_lost_does_not_count_as_held_before(
    company: Open,
) -> None:
    """The package keeps what was held before; the lost grant was ours, and goes at the end."""
    keeping = files.package("Keeping", keep_access_held_before=True)
    async with company(files.file(keeping)) as contoso:
        contoso.breaks("cut_after", "usergroups.users.update")
        await contoso.asks("rita", "Keeping")
        await contoso.playground.days_pass(0.01)
        assert "rita" in contoso.group("prod-readers")
        await contoso.rita.presses("Give back")
        assert "rita" not in contoso.group("prod-readers")


async def test_an_invitation_whose_answer_was_lost_is_not_a_failure(company: Open) -> None:
    """Slack says that she is there already; that is what was wanted."""
    room = files.package("Room", gives=("incident-room",))
    async with company(files.file(room)) as contoso:
        contoso.breaks("cut_after", "conversations.invite")
        await contoso.asks("rita", "Room")
        await contoso.playground.days_pass(0.01)
        assert "rita" in contoso.channel("incident-room")
        contoso.rita.sees("✓ #incident-room (member): delivered")


async def test_requests_go_on_to_expire_while_slack_is_away(contoso: Company) -> None:
    """Two days without Slack: reminders and expiry happen, and are told when it is back, once."""
    await contoso.asks("ed", "Incident responder")
    contoso.breaks("error_5xx", "chat.postMessage", times=100_000)
    contoso.breaks("error_5xx", "chat.update", times=100_000)
    await contoso.playground.days_pass(1.1)
    contoso.playground.faults.clear()
    await contoso.playground.days_pass(0.1)
    contoso.ed.sees("Expired")
    for approver in (contoso.olga, contoso.max, contoso.lena):
        assert "Expired" in approver.messages[0].text
        assert len(approver.messages) <= 2
    assert len(contoso.ed.messages) == 2


async def test_a_form_that_could_not_be_opened_is_said_so(contoso: Company) -> None:
    """Mia presses Deny and Slack does not take the form: she is told to press again, and can."""
    await contoso.asks("rita", READ, Justification="On call")
    contoso.breaks("error_5xx", "views.open")
    told = await contoso.mia.presses("Deny")
    assert isinstance(told, Reaction)
    assert "press again" in told.ephemeral or "try again" in told.ephemeral

    form = await contoso.mia.presses("Deny")
    assert isinstance(form, Form)
    await form.dismiss()


async def test_presses_and_events_that_come_twice_or_late_change_nothing(
    contoso: Company,
) -> None:
    """Slack delivers everything twice; the story goes as ever."""
    contoso.playground.faults.add("deliver_twice", method="block_actions", times=10)
    contoso.playground.faults.add("deliver_twice", method="event", times=100)
    await contoso.asks("rita", READ, Justification="On call")
    await contoso.mia.presses("Approve")
    await contoso.olga.presses("Approve")
    assert "rita" in contoso.group("prod-readers")
    story = await contoso.story_of(await contoso.the_request("rita", READ))
    assert story.count("decision.approved") == 2
    assert story.count("access.granted") == 1


async def test_a_card_that_somebody_deleted_is_posted_again(contoso: Company) -> None:
    """An administrator of Slack removed Rita's card; with the next change she has one."""
    await contoso.asks("rita", READ, Justification="On call")
    card = contoso.rita.messages[0]
    conversation = contoso.playground.workspace.conversations[card.channel]
    conversation.remove(conversation.by_ts[card.ts])
    assert contoso.rita.messages == []
    await contoso.mia.presses("Approve")
    contoso.rita.sees("stage 2 of 2")


async def test_where_the_history_may_not_be_read_a_lost_answer_blocks_nothing(
    company: Open,
) -> None:
    """Installed without `groups:history`: the administrators' channel is not searched, and goes on."""
    one = files.file(files.package(READ, files.policy("All", MANAGER)))
    async with company(one, without_scopes=["groups:history"]) as contoso:
        await contoso.asks("rita", READ)
        contoso.breaks("cut_before", "chat.postMessage", times=3)
        await contoso.playground.user_leaves("mia")
        await contoso.playground.days_pass(0.01)
        contoso.ada.sees("Asked in their place: @Lena Lind")
        await contoso.lena.presses("Approve")
        assert "rita" in contoso.group("prod-readers")


async def test_a_message_nobody_can_draw_is_given_up_and_what_waits_behind_it_is_said(
    company: Open,
) -> None:
    """A row of a newer version: tried ten times, then the administrators know."""
    rooms = files.package("Room", files.policy("All", MANAGER), gives=("incident-room",))
    reads = files.package(READ, files.policy("All", MANAGER))
    async with company(files.file(rooms, reads)) as contoso:
        contoso.breaks("error_5xx", "chat.postMessage", times=1000, person="mia")
        await contoso.asks("rita", "Room")
        await contoso.house.database.write(_call_cards, "approval", "hologram")
        await contoso.asks("rita", READ)
        assert contoso.mia.messages == []
        contoso.playground.faults.clear()

        await contoso.playground.days_pass(0.1)

        contoso.ada.sees("kept failing, so it has been set aside")
        contoso.mia.sees("Rita Romero asks for Production read access")
        await contoso.house.database.write(_call_cards, "hologram", "approval")
        await contoso.rita.presses("Cancel request", on="Room")
        contoso.mia.sees("Canceled")


async def test_one_refusal_after_a_long_outage_is_only_the_first(company: Open) -> None:
    """An hour without Slack is many attempts; none of them says anything about the message."""
    one = files.file(files.package(READ, files.policy("All", MANAGER)))
    async with company(one) as contoso:
        contoso.breaks("error_5xx", "chat.postMessage", times=1000, person="mia")
        await contoso.asks("rita", READ)
        await contoso.playground.days_pass(0.05)
        contoso.playground.faults.clear()
        await contoso.house.database.write(_call_cards, "approval", "hologram")
        await contoso.playground.days_pass(0.01)
        await contoso.house.database.write(_call_cards, "hologram", "approval")
        await contoso.playground.days_pass(0.01)

        contoso.mia.sees("Rita Romero asks")
        assert contoso.ada.messages == []


def _call_cards(tx: Transaction, kind: str, otherwise: str) -> None:
    assert isinstance(tx, SqlTransaction)
    tx.conn.execute(update(t.messages).where(t.messages.c.kind == kind).values(kind=otherwise))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("error_5xx", "Slack answered with an error of its own servers."), ("rate_limited", None)],
)
async def test_whether_slack_is_unwell_or_refuses_us_is_told_apart(
    contoso: Company, kind: str, reason: str | None
) -> None:
    """A token that works is not blamed for Slack's servers; to be throttled is to be served."""
    contoso.breaks(kind, "auth.test", times=1)
    reachable = Reachable(contoso.house.client, contoso.house.store)

    await reachable.look()

    assert reachable.reason == reason


async def test_who_asks_for_readiness_meanwhile_hears_the_same(contoso: Company) -> None:
    """Two probes at once, the very first ones: neither is told ready before Slack has answered."""
    contoso.breaks("error_5xx", "auth.test")
    reachable = Reachable(contoso.house.client, contoso.house.store)

    async def told() -> str | None:
        await reachable.look()
        return reachable.reason

    first, second = await asyncio.gather(told(), told())
    assert first is not None
    assert second == first


async def test_a_wait_that_nobody_can_mean_is_cut_to_an_hour(contoso: Company) -> None:
    """A broken proxy asks for a hundred days: Mia has her card the same morning."""
    contoso.playground.faults.add("rate_limited", method="chat.postMessage", seconds=100 * 86_400)
    await contoso.asks("rita", READ, Justification="On call")
    contoso.playground.faults.clear()
    await contoso.playground.time_passes(timedelta(hours=1))

    contoso.mia.sees("Rita Romero asks")
