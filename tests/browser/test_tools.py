"""The clock bar, the inspector, the faults, the story, the theme."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_server import FakeServer
from tests.browser.screen import Screen


def test_the_clock_moves_and_shows_the_stops_it_passed(screen: Screen) -> None:
    """A week shows seven reminders, and every drawn time follows."""
    clock = screen.page.get_by_role("group", name="The workspace's clock")
    expect(clock).to_contain_text("Feb 3, 2027")
    expect(screen.column("Mia").get_by_text("22 hours ago")).to_be_visible()
    clock.get_by_role("button", name="+7 days").click()
    expect(clock).to_contain_text("Feb 10, 2027")
    expect(screen.page.locator(".passed-list li")).to_have_count(7)
    expect(screen.column("Mia").get_by_text("7 days ago")).to_be_visible()


def test_the_clock_goes_to_the_next_thing_that_happens(screen: Screen) -> None:
    """One press, and the reason is told."""
    screen.page.get_by_role("button", name="To the next thing that happens").click()
    expect(screen.page.locator("#clock-stops")).to_contain_text("a reminder to Mia Lindqvist")


def test_the_clock_is_run_and_stopped(screen: Screen) -> None:
    """The button says what pressing it will do."""
    screen.page.get_by_role("button", name="Run the clock").click()
    screen.page.get_by_role("button", name="Stop the clock").click()
    expect(screen.page.get_by_role("button", name="Run the clock")).to_be_visible()


def test_the_inspector_filters_and_unfolds_an_exchange(screen: Screen) -> None:
    """What the app asked and got, found by words inside it."""
    screen.types("Rita", "/access request")
    expect(screen.form).to_be_visible()
    screen.page.keyboard.press("Escape")
    screen.page.get_by_role("button", name="Inspector").click()
    drawer = screen.page.get_by_role("complementary")
    expect(drawer.locator(".exchange")).to_have_count(2)
    drawer.get_by_role("searchbox", name="Filter exchanges").fill("views.open")
    expect(drawer.locator(".exchange")).to_have_count(1)
    drawer.locator(".exchange").click()
    asked = drawer.get_by_role("region", name="The app asked")
    expect(asked).to_contain_text('"V01REQ"')
    expect(asked).not_to_contain_text("type: section")
    asked.locator("summary", has_text="[7]").click()
    expect(asked).to_contain_text("type: section")
    screen.page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_the_inspector_names_people_and_channels(screen: Screen, server: FakeServer) -> None:
    """Instead of their ids, where an id is all there is to say."""
    server.workspace.exchange("users.info", {"text": "U02MIA"}, {"ok": True}, to_app=False)
    screen.page.get_by_role("button", name="Inspector").click()
    expect(screen.page.locator(".exchange-summary")).to_have_text("Mia Lindqvist")
    server.workspace.exchange("chat.postMessage", {"text": "<@U02MIA> *may*"}, {}, to_app=False)
    server.tell("exchange")
    expect(screen.page.locator(".exchange-summary").first).to_have_text("@Mia Lindqvist may")


def test_a_fault_is_added_and_taken_away(screen: Screen, server: FakeServer) -> None:
    """The rule the page sends is the one of the contract."""
    screen.page.get_by_role("button", name="Faults").click()
    drawer = screen.page.get_by_role("complementary")
    drawer.get_by_label("What happens").select_option("rate_limited")
    drawer.get_by_label("Method").fill("chat.update")
    drawer.get_by_label("Whom it concerns").select_option("U02MIA")
    drawer.get_by_label("How often").fill("2")
    drawer.get_by_role("button", name="Add this fault").click()
    rule = drawer.locator(".fault")
    expect(rule).to_contain_text("chat.update, for Mia Lindqvist, 2 more times")
    rule.get_by_role("button", name="Remove").click()
    expect(rule).to_have_count(0)


def follow_to_the_approval(screen: Screen) -> None:
    """The story's first steps: Rita asks, and Mia is due."""
    target = screen.page.locator(".story-target")
    expect(target).to_have_class("composer-line story-target")
    screen.page.get_by_role("button", name="Show me").click()
    expect(screen.line("Rita")).to_have_value("/access request")
    screen.page.keyboard.press("Enter")
    expect(target).to_have_text("Send to approvers")
    screen.field("Package").fill("data")
    screen.page.get_by_role("option", name="Data warehouse").click()
    screen.field("Justification").fill("A report")
    screen.field("Which ticket").fill("OPS-2")
    target.click()
    expect(target).to_have_text("Approve")


def test_show_me_turns_a_phone_to_whoever_is_due(screen: Screen) -> None:
    """Mia's column, which is beside the screen, fills it, with the button in sight."""
    screen.page.set_viewport_size({"width": 375, "height": 720})
    screen.open()
    follow_to_the_approval(screen)
    screen.page.get_by_role("button", name="Show me").click()
    expect(screen.column("Mia")).to_be_in_viewport(ratio=0.9)
    expect(screen.page.locator(".story-target")).to_be_in_viewport(ratio=0.9)


def test_a_newcomer_follows_the_story_to_its_end(screen: Screen) -> None:
    """Each step's control is highlighted and reached with "Show me"."""
    target = screen.page.locator(".story-target")
    follow_to_the_approval(screen)
    screen.page.get_by_role("button", name="Show me").click()
    expect(target).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(target).to_have_text("+1 day")
    target.click()
    expect(screen.page.get_by_text("That was the whole story.")).to_be_visible()
    screen.page.get_by_role("button", name="Dismiss the story").click()
    expect(screen.page.locator(".story")).to_have_count(0)


def test_the_theme_follows_the_system_until_somebody_chooses(screen: Screen) -> None:
    """Dark comes from the system; the button overrides it and is remembered."""

    def paper() -> str:
        colour = screen.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        return str(colour)

    light = paper()
    screen.page.emulate_media(color_scheme="dark")
    dark = paper()
    assert dark != light
    screen.open()
    screen.page.get_by_role("button", name="Light").click()
    assert paper() == light
    screen.open()
    assert paper() == light


def test_a_playground_that_stops_is_offline_until_it_is_back(page: Page) -> None:
    """Nobody presses and sees nothing; what failed meanwhile is forgotten then."""
    first = FakeServer()
    first.start()
    screen = Screen(page, first.url)
    screen.open()
    status, told = page.locator("#app-status"), screen.column("Rita").get_by_role("alert")
    expect(status).to_have_text("Usher connected")
    first.stop()
    expect(status).to_have_text("Playground offline")
    screen.types("Rita", "/access mine")
    expect(told.first).to_contain_text("The playground does not answer.")
    again = FakeServer()
    again.start(int(first.url.rpartition(":")[2]))
    expect(status).to_have_text("Usher connected")
    expect(told).to_have_count(0)
    again.stop()


def test_nothing_overflows_on_a_phone(screen: Screen) -> None:
    """At 360 pixels one column fills the screen and the page does not scroll sideways."""
    screen.page.set_viewport_size({"width": 360, "height": 720})
    screen.open()
    width = screen.page.evaluate("() => document.documentElement.scrollWidth")
    assert width == 360
    screen.page.get_by_role("button", name="People and channels").click()
    screen.page.get_by_role("navigation").get_by_role("button", name="Olga").click()
    expect(screen.column("Olga")).to_be_in_viewport()


def test_a_phone_turns_to_people_and_closes_them_above(screen: Screen) -> None:
    """The row of faces says whose column fills the screen, and takes it away."""
    screen.page.set_viewport_size({"width": 375, "height": 720})
    screen.open()
    screen.page.get_by_role("button", name="Show Mia").click()
    expect(screen.column("Mia")).to_be_in_viewport(ratio=0.9)
    screen.page.get_by_role("button", name="Close Mia").click()
    expect(screen.column("Mia")).to_have_count(0)
    expect(screen.column("Rita")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("width", [375, 768, 1024, 1366, 1920])
def test_the_bar_is_whole_at_every_width(screen: Screen, width: int) -> None:
    """Name, standing and clock: no button is cut off, and all words fit."""
    screen.page.set_viewport_size({"width": width, "height": 768})
    screen.open()
    bar = screen.page.get_by_role("group", name="The workspace's clock")
    assert bar.evaluate("one => one.scrollWidth <= one.clientWidth")
    name = screen.page.locator(".wordmark")
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth")
    status = screen.page.locator(".app-status-words")
    assert status.evaluate("one => one.scrollWidth <= one.clientWidth || one.clientWidth <= 1")


def test_four_people_fit_side_by_side_on_a_laptop(screen: Screen) -> None:
    """At 1366 pixels nothing is scrolled out of sight."""
    screen.page.set_viewport_size({"width": 1366, "height": 768})
    screen.open()
    for name in ("Olga", "Gus"):
        screen.page.get_by_role("navigation").get_by_role("button", name=name).click()
    assert screen.page.locator(".column").count() == 4
    columns = screen.page.locator("#columns")
    assert columns.evaluate("one => one.scrollWidth <= one.clientWidth")
