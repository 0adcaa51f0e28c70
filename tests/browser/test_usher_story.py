"""Usher itself inside the page's workspace, as `./try` opens it: its first story, and its clock."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.fake_page_api import load
from tests.browser.real_stage import UsherStage
from tests.browser.screen import Screen

NEXT = "To the next thing that happens"
MOST_PRESSES = 12
"""Of the clock, until access has ended: a start, reviews, their reminders, warnings, the end."""


@pytest.fixture
def stage() -> Iterator[UsherStage]:
    """The workspace with Usher inside."""
    made = UsherStage()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def usher(page: Page, stage: UsherStage) -> Iterator[Screen]:
    """The page on it; a script error fails the test."""
    made = Screen(page, stage.url)
    made.open()
    yield made
    assert made.problems == []


def kinds(value: object) -> set[str]:
    """Every type of block, element and text in something that was sent."""
    match value:
        case dict():
            below = set[str]().union(*(kinds(one) for one in value.values()))
            return below | {str(value["type"])} if "type" in value else below
        case list():
            return set[str]().union(*(kinds(one) for one in value))
        case _:
            return set()


def sent_blocks(stage: UsherStage) -> Iterator[object]:
    """The blocks of every message and view that Usher has sent."""
    for one in stage.playground.journal.exchanges:
        if one.direction == "app_to_slack":
            view = one.request.get("view")
            for place in (one.request, view):
                blocks = place.get("blocks") if isinstance(place, dict) else None
                yield json.loads(blocks) if isinstance(blocks, str) else blocks


def story(screen: Screen) -> Locator:
    """The strip that says what to do next."""
    return screen.page.locator(".story")


def target(screen: Screen) -> Locator:
    """What is highlighted."""
    return screen.page.locator(".story-target")


def stops(screen: Screen) -> Locator:
    """What the clock says it passed."""
    return screen.page.locator("#clock-stops")


def ask(screen: Screen) -> None:
    """Rita's request, by pressing what is highlighted."""
    expect(target(screen)).to_have_class("composer-line story-target")
    screen.page.get_by_role("button", name="Show me").click()
    expect(screen.line("Rita")).to_have_value("/access request production")
    screen.page.keyboard.press("Enter")
    expect(screen.form).to_be_visible()
    expect(target(screen)).to_have_text("Send request")
    expect(screen.field("Package")).to_have_value("Production read access")
    screen.field("Justification").fill("OPS-1, to read the logs of Friday's incident")
    target(screen).click()
    expect(screen.form).to_be_hidden()


def press_until(screen: Screen, words: str) -> list[str]:
    """The highlighted button of the clock, again and again until it tells this; all it told."""
    told = [""]
    while words not in told[-1] and len(told) <= MOST_PRESSES:
        expect(target(screen)).to_have_text(NEXT)
        with screen.page.expect_response("**/page-api/clock"):
            target(screen).click()
        expect(screen.page.locator("html[data-time-moving]")).to_have_count(0)
        told.append(stops(screen).inner_text())
    return told


def test_a_newcomer_follows_the_first_story_until_access_has_ended(
    usher: Screen, stage: UsherStage
) -> None:
    """Six steps, each done by pressing what is highlighted; time brings the end.

    And nothing was sent of a type that is not among those compared with the other renderer.
    """
    expect(story(usher)).to_contain_text("Step 1 of 6")
    expect(story(usher).get_by_role("button", name="Restart")).to_have_count(0)
    ask(usher)
    for name in ("Mia", "Olga"):
        expect(story(usher)).to_contain_text(f"Approve as {name}")
        expect(target(usher)).to_have_text("Approve")
        assert usher.column(name).locator(".story-target").count() == 1
        target(usher).click()
    expect(usher.column("Rita").get_by_text("You now have Production read access")).to_be_visible()
    expect(story(usher)).to_contain_text("Step 5 of 6")
    told = press_until(usher, "Rita Romero's access to Production read access ends")
    assert any("a warning to Rita Romero" in one for one in told)
    assert len(told) <= MOST_PRESSES
    expect(story(usher)).to_contain_text("That was the whole story.")
    story(usher).get_by_role("button", name="Restart").click()
    expect(story(usher)).to_contain_text("Step 1 of 6")
    last = usher.column("Rita").locator(".message").last
    expect(last).to_contain_text("Your access to Production read access ended")
    expect(last.get_by_role("button", name="Request again")).to_be_visible()
    sent = set[str]().union(*(kinds(one) for one in sent_blocks(stage)))
    assert "section" in sent
    assert sent <= kinds(list(load("usher.json").values()))


def test_nobody_decides_and_the_clock_tells_of_reminder_and_escalation(usher: Screen) -> None:
    """Two presses before approving: Mia hears again, then Max is asked as well."""
    ask(usher)
    expect(usher.column("Mia").get_by_role("button", name="Approve")).to_be_visible()
    forward = usher.page.get_by_role("button", name=NEXT)
    forward.click()
    expect(stops(usher)).to_contain_text("a reminder to Mia Moreau")
    expect(usher.column("Mia").locator(".message").last).to_contain_text("waits for your decision")
    forward.click()
    expect(stops(usher)).to_contain_text("an escalation: Max Mbeki is asked as well")
    usher.page.get_by_role("navigation").get_by_role("button", name="Max").click()
    expect(usher.column("Max").get_by_role("button", name="Approve")).to_be_visible()
    usher.column("Max").get_by_role("button", name="Approve").click()
    expect(usher.column("Max").get_by_text("Approved by")).to_be_visible()
    expect(usher.column("Mia").get_by_role("button", name="Approve")).to_have_count(0)
