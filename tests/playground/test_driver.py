"""The driver: things are found by the words people see, and failures say what was seen instead."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from playground.driver import Form, Reaction
from playground.reading import Reader, date_token
from playground.required import missing_input
from playground.seen import NotThere
from playground.server import Playground
from tests.playground.answering import Answering
from tests.playground.conftest import START
from tests.playground.sample import Stage, actions, section, text
from tests.playground.test_modals import modal, trigger


async def cards(playground: Playground, client: AsyncWebClient, *names: str) -> None:
    """A card for each name with Approve and Deny, to mia."""
    mia = playground.person("mia").id
    for name in names:
        playground.clock.move(START - START)
        blocks = [section(f"*{name}* is wanted"), actions("Approve", "Deny", value=name)]
        dm = await client.conversations_open(users=mia)
        await client.chat_postMessage(channel=dm["channel"]["id"], text=name, blocks=blocks)


async def test_the_newest_button_is_pressed_unless_told_which(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`on` narrows by the words on the card."""
    app = Answering(playground)
    await cards(playground, client, "First", "Second")
    mia = playground.person("mia")
    await mia.presses("Approve")
    await mia.presses("Deny", on="First is wanted")
    values = [
        one.payload["actions"][0]["value"] for one in app.parcels if one.kind == "interactive"
    ]
    assert values == ["Second", "First"]


async def test_in_a_list_the_button_beside_the_words_is_pressed(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Also when the words stand above it, or it is in a menu."""
    app = Answering(playground)
    mia = playground.person("mia")

    def entry(name: str) -> list[dict[str, Any]]:
        menu = {
            "type": "overflow",
            "action_id": "more",
            "options": [{"text": text("Give back"), "value": name}],
        }
        beside = actions("Extend", value=name)["elements"][0]
        return [section(name, accessory=beside), {"type": "actions", "elements": [menu]}]

    home = {"type": "home", "blocks": [*entry("VPN"), {"type": "divider"}, *entry("Payroll")]}
    await client.views_publish(user_id=mia.id, view=home)
    await mia.presses("Extend", on="VPN")
    assert app.parcels[-1].payload["actions"][0]["value"] == "VPN"
    await mia.presses("Extend", on="Payroll")
    assert app.parcels[-1].payload["actions"][0]["value"] == "Payroll"
    await mia.presses("Give back", on="Extend", where="home")
    chosen = app.parcels[-1].payload["actions"][0]["selected_option"]["value"]
    assert chosen == "VPN"


async def test_a_confirmation_is_answered_and_told(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Yes unless told otherwise; without yes nothing is sent."""
    app = Answering(playground)
    mia = playground.person("mia")
    button = actions("Remove")["elements"][0]
    button["confirm"] = {
        "title": text("Sure?"),
        "text": text("It ends now."),
        "confirm": text("Yes"),
        "deny": text("No"),
    }
    blocks = [{"type": "actions", "elements": [button]}]
    await client.chat_postMessage(channel=mia.id, text="x", blocks=blocks)
    kept = await mia.presses("Remove", confirm=False)
    assert isinstance(kept, Reaction)
    assert [one for one in app.parcels if one.kind == "interactive"] == []
    done = await mia.presses("Remove")
    assert isinstance(done, Reaction)
    assert done.asked == "Sure?\nIt ends now."


async def test_failures_say_what_the_person_saw(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Words, buttons, fields and options each."""
    Answering(playground)
    mia = playground.person("mia")
    with pytest.raises(NotThere, match="Mia Torres does not see 'x', but:\nnothing at all"):
        mia.sees("x")
    await cards(playground, client, "First")
    with pytest.raises(NotThere, match="does not see 'Second', but:\n- First is wanted"):
        mia.sees("Second")
    with pytest.raises(NotThere, match="sees 'first is'"):
        mia.does_not_see("first is")
    with pytest.raises(NotThere, match="no button 'Keep'; buttons: Approve, Deny"):
        await mia.presses("Keep")
    with pytest.raises(NotThere, match="near 'Second'"):
        await mia.presses("Approve", on="Second")
    with pytest.raises(NotThere, match="no message with 'Second'"):
        await mia.says("hm", on="Second")
    with pytest.raises(NotThere, match="Home tab does not show"):
        mia.home.sees("x")
    with pytest.raises(KeyError, match="nobody is called zed; there are ada"):
        playground.person("zed")
    with pytest.raises(KeyError, match="no channel is called nope; there are admins"):
        playground.workspace.channel("nope")
    with pytest.raises(KeyError, match="no user group is called @nope; there are @idle"):
        playground.workspace.usergroup("@nope")


async def test_forms_say_what_they_have(stage: Stage) -> None:
    """A field or an option that is not there, words that are not there."""
    form = await stage.playground.person("rita").types("/access request")
    assert isinstance(form, Form)
    with pytest.raises(NotThere, match="no field 'Reason'; it has Package, Justification"):
        await form.fill("Reason", "x")
    with pytest.raises(NotThere, match="'Package' does not offer 'Nope', but Production read"):
        await form.choose("Package", "Nope")
    with pytest.raises(NotThere, match="has nothing to choose from"):
        await form.choose("Justification", "x")
    with pytest.raises(NotThere, match="the form does not show 'nope'"):
        form.sees("nope")
    with pytest.raises(NotThere, match="the form shows 'package'"):
        form.does_not_see("package")
    assert await form.options("Package", "pay") == ["Payments release"]
    await form.close()
    with pytest.raises(NotThere, match="sees no such form any more"):
        form.sees("x")
    assert not form.is_open


async def test_every_kind_of_field_can_be_filled(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Text, numbers, dates, times, people, channels, one or several."""
    Answering(playground)
    options = [{"text": text(one), "value": one} for one in ("One", "Two")]

    def field(label: str, **element: Any) -> dict[str, Any]:
        shown = {"action_id": label, **element}
        return {"type": "input", "block_id": label, "label": text(label), "element": shown}

    view = modal(
        field("Words", type="plain_text_input"),
        field("Amount", type="number_input", is_decimal_allowed=False, min_value="1"),
        field("Mail", type="email_text_input"),
        field("Link", type="url_text_input"),
        field("Day", type="datepicker"),
        field("Hour", type="timepicker"),
        field("Moment", type="datetimepicker"),
        field("One of", type="static_select", options=options),
        field("Radio", type="radio_buttons", options=options),
        field("Ticks", type="checkboxes", options=options),
        field("Who", type="users_select"),
        field("Team", type="multi_users_select"),
        field("Where", type="conversations_select"),
        submit=text("Go"),
    )
    await client.views_open(trigger_id=trigger(playground), view=view)
    form = playground.person("rita").form
    assert form is not None
    await form.fill("Words", "hello")
    await form.fill("Amount", "0")
    await form.fill("Mail", "a@b.example")
    await form.fill("Link", "https://a.example")
    await form.fill("Day", date(2027, 2, 1))
    await form.fill("Hour", time(9, 30))
    await form.fill("Moment", START)
    await form.choose("One of", "Two")
    await form.choose("Radio", "One")
    await form.choose("Ticks", "One", "Two")
    await form.choose("Who", "Mia Torres")
    await form.choose("Team", "@rita", "mia")
    await form.choose("Where", "#general")
    stack = playground.views.stack(playground.person("rita").id)
    values = playground.views.shown(stack[-1])["state"]["values"]
    wrong = missing_input(view["blocks"], values)
    assert wrong == {"Amount": "Please enter 1 or more."}
    await form.fill("Amount", "2")
    held = {label: form.value(label) for label in form.labels}
    assert held == {
        "Words": "hello",
        "Amount": "2",
        "Mail": "a@b.example",
        "Link": "https://a.example",
        "Day": "2027-02-01",
        "Hour": "09:30",
        "Moment": str(int(START.timestamp())),
        "One of": "Two",
        "Radio": "One",
        "Ticks": "One, Two",
        "Who": "Mia Torres",
        "Team": "Rita Ruiz, Mia Torres",
        "Where": playground.workspace.channel("general").id,
    }
    await form.submit()


@pytest.mark.parametrize(
    ("element", "value", "told"),
    [
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3 characters"),
        ({"type": "plain_text_input", "min_length": 3}, "abc", None),
        ({"type": "plain_text_input", "max_length": 3}, "abc", None),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "at most 3 characters"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": True}, "1.5", None),
        ({"type": "number_input", "is_decimal_allowed": True}, "x", "enter a number"),
        ({"type": "number_input", "max_value": "5"}, "6", "5 or less"),
        ({"type": "number_input", "max_value": "5"}, "5", None),
        ({"type": "email_text_input"}, "nobody", "valid email"),
        ({"type": "url_text_input"}, "a.example", "valid URL"),
    ],
)
def test_the_client_checks_input_before_the_app_hears_of_it(
    element: dict[str, Any], value: str, told: str | None
) -> None:
    """At each bound and past it."""
    block = {"type": "input", "block_id": "b", "element": {"action_id": "a", **element}}
    state = {"b": {"a": {"type": element["type"], "value": value}}}
    found = missing_input([block], state).get("b")
    assert (found is None) if told is None else (told in str(found))


async def test_plain_text_and_names_are_read_as_they_stand_there(
    playground: Playground, client: AsyncWebClient
) -> None:
    """In plain text nothing is markup, nor in somebody's name; docs.slack.dev, text object."""
    app = Answering(playground)
    mia = playground.person("mia")
    mia.user.real_name = mia.user.display_name = "Mia *star* Lund"
    dm = await client.conversations_open(users=mia.id)
    blocks = [
        {"type": "header", "text": text("Use <lab> & *bold* _words_")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": f"*Ask* <@{mia.id}>\n&gt; no quote"},
        },
        actions("Keep *all* <2>", value="all"),
    ]
    await client.chat_postMessage(channel=dm["channel"]["id"], text="Use", blocks=blocks)
    mia.sees("Use <lab> & *bold* _words_")
    mia.sees("Ask @Mia *star* Lund")
    mia.sees("> no quote")
    await mia.presses("Keep *all* <2>")
    assert app.parcels[-1].payload["actions"][0]["value"] == "all"


def test_mentions_dates_and_markup_are_read_as_shown(playground: Playground) -> None:
    """In the reader's time zone, with entities and signs resolved."""
    workspace = playground.workspace
    reader = Reader(workspace, playground.person("rita").user)
    mia, general = playground.person("mia").id, workspace.channel("general").id
    readers = workspace.usergroup("readers").id
    stamp = int(START.timestamp())
    shown = {
        f"<@{mia}> in <#{general}>": "@Mia Torres in #general",
        f"<!subteam^{readers}> <!here>": "@readers @here",
        "*bold* _it_ ~no~ `code` a*b": "bold it no code a*b",
        "<https://a.example|here> &lt;b&gt; &amp;": "here <b> &",
        "<mailto:a@b.example|a@b.example>": "a@b.example",
        f"<!date^{stamp}^{{date_short_pretty}} at {{time}}|f>": "Today at 10:00 AM",
        f"<!date^{stamp + 86_400}^{{date_pretty}}|f>": "Tomorrow",
        f"<!date^{stamp - 86_400}^{{date_long_pretty}}|f>": "Yesterday",
        f"<!date^{stamp + 9 * 86_400}^{{date}} {{date_num}} {{ago}}|f>": (
            "January 13th, 2027 2027-01-13 in 9 days"
        ),
        "<!date^soon^{date}|whenever>": "whenever",
        "<@U0GONE|old> <@U0GONE>": "old @U0GONE",
    }
    assert {one: reader.plain(one) for one in shown} == shown
    assert date_token("odd", START, START) == "{odd}"
    assert date_token("time_secs", START, START) == "9:00:00 AM"
    assert date_token("ago", START, START) == "now"
    assert date_token("date_slash", START, START) == "01/04/2027"
    assert date_token("date_long_full", START, START) == "January 4, 2027"
    assert date_token("day_divider_pretty", START, START) == "today"
    later = START + timedelta(days=9)
    assert date_token("day_divider_pretty", later, START) == "Wednesday, January 13th"
    earlier = START - timedelta(days=9)
    assert date_token("day_divider_pretty", earlier, START) == "Saturday, December 26th, 2026"


def test_rich_text_and_tables_are_read(playground: Playground) -> None:
    """Their words, in order."""
    reader = Reader(playground.workspace, playground.person("rita").user)
    mia = playground.person("mia").id
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "user", "user_id": mia},
                    {"type": "text", "text": " says "},
                    {"type": "emoji", "name": "wave"},
                    {"type": "link", "url": "https://a.example"},
                ],
            }
        ],
    }
    table = {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_number", "value": 2}]],
    }
    words = "@Mia Torres says :wave:https://a.example\na\n2"
    assert reader.blocks([rich, table]) == words


async def test_waiting_for_an_app_without_a_hook(stage: Stage) -> None:
    """Words that come later are waited for; words that never come fail as usual."""
    mia = stage.playground.person("mia")
    await stage.client.chat_postMessage(channel=mia.id, text="late")
    await mia.waits_to_see("late")
    with pytest.raises(NotThere, match="does not see 'never'"):
        await mia.waits_to_see("never", within=0.01)


async def test_files_are_given_in_forms_and_found_in_messages(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The app downloads with its token what was attached; people read what the app shares."""
    app = Answering(playground)
    rita = playground.person("rita")
    element = {"type": "file_input", "action_id": "f"}
    block = {"type": "input", "block_id": "b", "label": text("File"), "element": element}
    await client.views_open(trigger_id=trigger(playground), view=modal(block, submit=text("Go")))
    form = rita.form
    assert form is not None
    await form.attach("File", "config.yml", "a: 1")
    assert form.value("File") == "config.yml"
    await form.submit()
    values = app.parcels[-1].payload["view"]["state"]["values"]
    [file] = values["b"]["f"]["files"]
    assert (file["user"], file["size"]) == (rita.id, 4)
    bearer = {"Authorization": f"Bearer {playground.bot_token}"}
    async with ClientSession() as session:
        async with session.get(file["url_private_download"], headers=bearer) as answer:
            assert await answer.text() == "a: 1"
        async with session.get(file["url_private_download"]) as answer:
            assert answer.status == 403
    dm = (await client.conversations_open(users=rita.id))["channel"]["id"]
    await client.files_upload_v2(channel=dm, filename="out.yml", content="b: 2")
    assert rita.file("out.yml") == b"b: 2"
    with pytest.raises(NotThere, match=r"no file 'x\.yml'"):
        rita.file("x.yml")
