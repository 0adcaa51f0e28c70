"""Columns, messages, commands, the Home tab: what people see side by side and what their keys do."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.browser.fake_page_api import PAGE
from tests.browser.fake_server import FakeServer
from tests.browser.screen import Screen


def test_everything_comes_from_the_playground_itself(screen: Screen) -> None:
    """No address but the server's own is asked for anything."""
    asked = screen.page.evaluate(
        "() => performance.getEntriesByType('resource').map((e) => e.name)"
    )
    assert len(asked) > 40
    assert [address for address in asked if not address.startswith(screen.url)] == []


def test_every_module_is_announced_in_the_first_answer() -> None:
    """The browser fetches all modules at once, which is why the page opens within a second."""
    written = PAGE.rglob("*.js")
    modules = {f"/page/{path.relative_to(PAGE).as_posix()}" for path in written}
    announced = re.findall(r'rel="modulepreload" href="([^"]+)"', (PAGE / "index.html").read_text())
    assert sorted(announced) == sorted(modules - {"/page/theme.js"})


def test_the_kinds_of_people_are_said_in_words(screen: Screen) -> None:
    """A guest, an outsider and a deactivated account are told apart without colour."""
    people = screen.page.get_by_role("navigation")
    expect(people.get_by_role("button", name="Gus Meyer")).to_contain_text("Guest")
    expect(people.get_by_role("button", name="Ed Farouk")).to_contain_text("Outside")
    expect(people.get_by_role("button", name="Dee Lamont")).to_contain_text("Deactivated")


def test_a_fifth_person_takes_the_place_of_the_one_who_waited_longest(screen: Screen) -> None:
    """Four columns are the most; the others stay where they are."""
    for name in ("Olga", "Ada", "Ivan"):
        screen.page.get_by_role("navigation").get_by_role("button", name=name).click()
    expect(screen.page.locator(".column")).to_have_count(4)
    expect(screen.column("Rita")).to_have_count(0)
    expect(screen.column("Ivan")).to_be_visible()


def test_a_slash_offers_the_commands_with_their_usage(screen: Screen) -> None:
    """Typing "/" lists them, Tab takes one, and its usage stays in sight."""
    screen.line("Rita").press_sequentially("/")
    expect(screen.column("Rita").get_by_role("option")).to_have_count(2)
    screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("Tab")
    expect(screen.line("Rita")).to_have_value("/access-admin ")
    expect(screen.column("Rita").locator(".usage-hint")).to_contain_text("help | packages")


def test_a_refused_command_says_why_and_gives_the_line_back(screen: Screen) -> None:
    """The words of the workspace appear to the one who typed, and nobody else."""
    screen.types("Rita", "/lunch")
    expect(screen.column("Rita").get_by_role("alert")).to_contain_text("not a valid command")
    expect(screen.column("Mia").get_by_role("alert")).to_have_count(0)


def test_an_app_that_does_not_answer_in_time_is_reported_as_slack_does(screen: Screen) -> None:
    """The error of the stream reaches the person it is for."""
    screen.types("Rita", "/access slow")
    expect(screen.column("Rita").get_by_role("alert")).to_contain_text("operation_timeout")


def test_what_is_only_for_one_person_says_so(screen: Screen) -> None:
    """Ephemeral messages are marked in words."""
    expect(screen.column("Rita").get_by_text("Only visible to you")).to_be_visible()


def test_a_press_with_a_question_is_sent_only_after_yes(screen: Screen, server: FakeServer) -> None:
    """Escape means no; the button named by the app means yes, and the card changes in place."""
    deny = screen.column("Mia").get_by_role("button", name="Deny")
    deny.click()
    expect(screen.question).to_contain_text("Rita Reyes will be told")
    screen.page.keyboard.press("Escape")
    expect(screen.question).to_have_count(0)
    assert all(one["do"] != "press" for one in server.workspace.asked)
    deny.click()
    screen.question.get_by_role("button", name="Deny it").click()
    expect(screen.column("Mia").get_by_text("Denied by @Mia Lindqvist")).to_be_visible()
    expect(deny).to_have_count(0)


def test_a_menu_in_a_message_sends_what_was_chosen(screen: Screen, server: FakeServer) -> None:
    """The state has the shape of Slack's, and the container is the message."""
    screen.page.get_by_role("navigation").get_by_role("button", name="Olga").click()
    menu = screen.column("Olga").locator("[data-block-id=p1]").get_by_role("combobox")
    menu.click()
    with screen.sends("press"):
        screen.page.get_by_role("option", name="Keep").click()
    expect(menu).to_have_value("Keep")
    sent = next(one for one in server.workspace.asked if one["do"] == "press")
    assert isinstance(sent["container"], dict)
    assert sent["container"]["type"] == "message"
    assert isinstance(sent["value"], dict)
    assert sent["value"]["type"] == "static_select"


def test_the_overflow_menu_is_walked_with_the_arrows(screen: Screen, server: FakeServer) -> None:
    """Enter opens it, arrows move, Enter chooses, the focus returns to the button."""
    more = screen.column("Mia").get_by_role("button", name="More actions")
    more.focus()
    screen.page.keyboard.press("Enter")
    screen.page.keyboard.press("ArrowDown")
    with screen.sends("press"):
        screen.page.keyboard.press("Enter")
    expect(more).to_be_focused()
    sent = next(one for one in server.workspace.asked if one["do"] == "press")
    assert isinstance(sent["value"], dict)
    assert sent["value"]["selected_option"]["value"] == "delegate"  # type: ignore[index,call-overload]


def test_the_home_tab_is_asked_for_and_drawn(screen: Screen, server: FakeServer) -> None:
    """Opening it tells the app, and the arrows lead there from Messages."""
    screen.column("Rita").get_by_role("tab", name="Messages").focus()
    screen.page.keyboard.press("ArrowRight")
    expect(screen.column("Rita").get_by_role("heading", name="What you hold")).to_be_visible()
    assert any(one["do"] == "open_home" for one in server.workspace.asked)


def test_a_thread_opens_in_its_column_and_takes_no_commands(screen: Screen) -> None:
    """Replies are read and written there; a command is refused as in Slack."""
    screen.column("Mia").get_by_role("button", name="2 replies").click()
    thread = screen.page.get_by_role("region", name="Thread")
    expect(thread.get_by_text("Thank you!")).to_be_visible()
    reply = thread.get_by_role("combobox", name="Reply")
    reply.fill("/access mine")
    reply.press("Enter")
    expect(screen.column("Mia").get_by_role("alert")).to_contain_text("not supported in threads")
    thread.get_by_role("button", name="Back to the conversation").click()
    expect(thread).to_be_hidden()


def test_a_channel_is_reached_from_the_column(screen: Screen) -> None:
    """The menu of channels leads there, with mentions and entities resolved."""
    screen.column("Rita").get_by_role("button", name="Channels").click()
    screen.page.get_by_role("menuitem", name="general").click()
    column = screen.column("Rita")
    expect(column.get_by_text("#it-desk")).to_be_visible()
    expect(column.get_by_text("@it-leads")).to_be_visible()
    expect(column.get_by_text("Thank you <3")).to_be_visible()


def test_unread_marks_go_when_somebody_looks(screen: Screen, server: FakeServer) -> None:
    """A press into the column reads it."""
    tab = screen.column("Mia").get_by_role("tab", name="Messages")
    expect(tab).to_contain_text("1 unread")
    with screen.page.expect_response("**/page-api/act"):
        screen.line("Mia").focus()
    expect(tab).not_to_contain_text("unread")
    assert any(one["do"] == "read" for one in server.workspace.asked)


def test_a_new_message_appears_and_is_spoken(screen: Screen, server: FakeServer) -> None:
    """The page hears of it over the stream; the live region names the reader and the words."""
    server.workspace.post(
        "U02MIA", "app", {"user": "U09BOT", "bot_id": "B01", "text": "Ring for <@U01RITA>"}
    )
    server.tell("message")
    expect(screen.column("Mia").get_by_text("Ring for")).to_be_visible()
    expect(screen.page.locator("#live")).to_contain_text(
        "To Mia Lindqvist. Usher: Ring for @Rita Reyes"
    )


def test_markup_in_a_message_stays_text(screen: Screen, server: FakeServer) -> None:
    """Tags, scripts and script addresses are words like any other."""
    evil = "<img src=x onerror=alert(1)> <javascript:alert(1)|press me> &lt;b&gt;bold&lt;/b&gt;"
    server.workspace.post("U02MIA", "app", {"user": "U09BOT", "bot_id": "B01", "text": evil})
    server.tell("message")
    message = screen.column("Mia").locator(".message").last
    expect(message).to_contain_text("<b>bold</b>")
    expect(message).to_contain_text("press me")
    expect(message.locator("img, b, a")).to_have_count(0)


def test_the_open_columns_are_there_again_after_a_reload(screen: Screen) -> None:
    """People and places are remembered in this browser."""
    screen.page.get_by_role("navigation").get_by_role("button", name="Gus").click()
    expect(screen.page.locator(".column")).to_have_count(3)
    screen.open()
    expect(screen.page.locator(".column")).to_have_count(3)


def test_older_messages_come_when_one_scrolls_up(screen: Screen, server: FakeServer) -> None:
    """A long conversation begins with its newest page; scrolling brings the pages before it."""
    for number in range(120):
        message = {"user": "U09BOT", "bot_id": "B01", "text": f"line {number}"}
        server.workspace.post("U02MIA", "app", {**message})
    screen.open()
    column = screen.column("Mia")
    expect(column.get_by_text("line 119", exact=True)).to_be_in_viewport()
    assert column.locator(".message").count() == 50
    column.locator(".scroller").first.evaluate("one => { one.scrollTop = 0; }")
    expect(column.get_by_text("line 20", exact=True)).to_have_count(1)
    expect(column.locator(".message")).to_have_count(100)


def test_reading_above_is_not_disturbed_by_a_new_message(
    screen: Screen, server: FakeServer
) -> None:
    """Who has scrolled up stays there and is offered a way down."""
    for number in range(60):
        message = {"user": "U09BOT", "bot_id": "B01", "text": f"line {number}"}
        server.workspace.post("U02MIA", "app", {**message})
    screen.open()
    column = screen.column("Mia")
    expect(column.get_by_text("line 59", exact=True)).to_be_in_viewport()
    column.locator(".scroller").first.evaluate("one => { one.scrollTop = 400; }")
    server.workspace.post("U02MIA", "app", {"user": "U09BOT", "bot_id": "B01", "text": "the news"})
    server.tell("message")
    expect(column.get_by_text("the news")).not_to_be_in_viewport()
    column.get_by_role("button", name="New messages").click()
    expect(column.get_by_text("the news")).to_be_in_viewport()


def test_a_picture_that_arrives_late_does_not_hide_the_newest_message(
    screen: Screen, server: FakeServer
) -> None:
    """The column keeps up with what grows above the message that was at its end."""
    held: list[Route] = []
    screen.page.route("https://pictures.example/*", lambda route: held.append(route))  # noqa: PLW0108 - playwright writes on it
    picture = {
        "type": "image",
        "block_id": "p",
        "image_url": "https://pictures.example/tall.svg",
        "alt_text": "A tall picture",
    }
    app = {"user": "U09BOT", "bot_id": "B01"}
    server.workspace.post("U02MIA", "app", {**app, "text": "x", "blocks": [{**picture}]})
    server.workspace.post("U02MIA", "app", {**app, "text": "below the picture"})
    server.tell("message")
    column = screen.column("Mia")
    newest = column.get_by_text("below the picture")
    expect(newest).to_be_in_viewport()
    before = column.locator(".messages").evaluate("one => one.scrollHeight")
    tall = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="300"></svg>'
    held.pop().fulfill(body=tall, content_type="image/svg+xml")
    screen.page.wait_for_function(
        "before => document.querySelector('[data-person=U02MIA] .messages').scrollHeight > before",
        arg=before,
    )
    expect(newest).to_be_in_viewport(ratio=1)


def test_an_undrawn_kind_of_block_says_so(screen: Screen, server: FakeServer) -> None:
    """What Slack may add tomorrow is named instead of vanishing."""
    block = {"type": "hologram", "block_id": "b"}
    server.workspace.post(
        "U02MIA", "app", {"user": "U09BOT", "bot_id": "B01", "text": "x", "blocks": [{**block}]}
    )
    server.tell("message")
    expect(screen.column("Mia").get_by_text("A hologram block is not drawn here.")).to_be_visible()


def test_the_first_press_into_an_unread_column_is_not_lost(screen: Screen) -> None:
    """Taking the mark off the tabs does not take the tab away from under the pointer."""
    screen.column("Mia").get_by_role("tab", name="Home").click(delay=150)
    expect(screen.column("Mia").get_by_role("tab", name="Home")).to_have_attribute(
        "aria-selected", "true"
    )


def test_a_thread_is_begun_with_the_keyboard(screen: Screen) -> None:
    """Tab reaches "Reply in thread" of a message without buttons; Escape leads to the line."""
    column = screen.column("Mia")
    reply = column.get_by_role("button", name="Reply in thread to Usher").first
    reply.focus()
    screen.page.keyboard.press("Escape")
    expect(screen.line("Mia")).to_be_focused()
    reply.focus()
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_role("region", name="Thread")).to_be_visible()
