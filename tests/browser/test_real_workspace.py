"""The page on the real playground, with a Bolt app behind it: nothing here is a stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.real_stage import RealStage
from tests.browser.screen import Screen


@pytest.fixture
def stage() -> Iterator[RealStage]:
    """A started playground with the sample app."""
    made = RealStage()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def real(page: Page, stage: RealStage) -> Iterator[Screen]:
    """The page on it; a script error fails the test."""
    made = Screen(page, stage.url)
    made.open()
    yield made
    assert made.problems == []


def send_request(real: Screen) -> None:
    """Rita asks for access with the form of the sample app."""
    real.types("Rita", "/access request")
    expect(real.form).to_be_visible()
    real.page.keyboard.type("pay")
    real.page.get_by_role("option", name="Payments release").wait_for()
    real.page.keyboard.press("Enter")
    real.page.keyboard.press("Tab")
    real.page.keyboard.type("Month end")
    real.page.keyboard.press("Enter")
    expect(real.form).to_be_hidden()


def test_the_story_is_walked_through_with_a_real_app(real: Screen, stage: RealStage) -> None:
    """Command, form, approval and clock, each highlighted when it is due."""
    target = real.page.locator(".story-target")
    expect(target).to_have_class("composer-line story-target")
    send_request(real)
    expect(real.column("Mia").get_by_text("asks for Payments release")).to_be_visible()
    expect(target).to_have_text("Approve")
    target.click()
    expect(real.column("Mia").get_by_text("Approved by @Mia Torres")).to_be_visible()
    expect(target).to_have_text("+1 day")
    target.click()
    expect(real.page.get_by_text("That was the whole story.")).to_be_visible()
    expect(real.page.get_by_role("group", name="The workspace's clock")).to_contain_text(
        "Jan 5, 2027"
    )


def test_the_apps_errors_come_back_beside_the_field(real: Screen) -> None:
    """`response_action: errors` of a Bolt app is shown by block."""
    real.types("Rita", "/access request")
    expect(real.form).to_be_visible()
    real.page.keyboard.type("prod")
    real.page.get_by_role("option", name="Production read access").click()
    real.field("Justification").fill("no")
    real.page.keyboard.press("Enter")
    expect(real.form.locator(".input-error")).to_have_text("Say a little more")
    real.field("Justification").fill("now more")
    real.page.keyboard.press("Enter")
    expect(real.form).to_be_hidden()


def test_usage_answers_are_seen_by_one_person_only(real: Screen) -> None:
    """An acknowledgement with text is an ephemeral message."""
    real.types("Rita", "/access")
    expect(real.column("Rita").get_by_text("Usage: /access request")).to_be_visible()
    expect(real.column("Rita").get_by_text("Only visible to you").last).to_be_visible()
    expect(real.column("Mia").get_by_text("Usage:")).to_have_count(0)


def test_an_outsider_learns_that_commands_are_not_for_them(real: Screen) -> None:
    """A stranger of a shared channel types a command and reads why it does nothing."""
    real.page.get_by_role("navigation").get_by_role("button", name="Ed Outside").click()
    real.types("Ed", "/access request")
    expect(real.column("Ed").get_by_role("alert")).to_be_visible()


def test_the_inspector_shows_both_sides_of_an_exchange(real: Screen) -> None:
    """The command going out to the app and the view coming in."""
    real.types("Rita", "/access request")
    expect(real.form).to_be_visible()
    real.page.keyboard.press("Escape")
    real.page.get_by_role("button", name="Inspector").click()
    expect(real.page.locator(".exchange", has_text="views.open")).to_be_visible()
    expect(real.page.locator(".exchange", has_text="command /access")).to_be_visible()


def test_a_fault_from_the_page_is_felt_by_the_person(real: Screen) -> None:
    """An app that does not get its command leaves the person with Slack's own words."""
    real.page.get_by_role("button", name="Faults").click()
    drawer = real.page.get_by_role("complementary")
    drawer.get_by_label("What happens").select_option("cut_before")
    drawer.get_by_label("Method").fill("command")
    drawer.get_by_role("button", name="Add this fault").click()
    expect(drawer.locator(".fault")).to_be_visible()
    real.types("Rita", "/access request")
    expect(real.column("Rita").get_by_role("alert")).to_contain_text("/access failed")


def test_people_talk_and_both_see_it(real: Screen) -> None:
    """A word in a channel appears in the other's column and as an unread mark elsewhere."""
    for name in ("Rita", "Mia"):
        real.column(name).get_by_role("button", name="Channels").click()
        real.page.get_by_role("menuitem", name="general").click()
    real.types("Rita", "Hello @mia, look at #general")
    expect(real.column("Mia").locator(".message").last).to_contain_text("Hello @Mia Torres")
    expect(real.column("Mia").locator(".message").last).to_contain_text("#general")
