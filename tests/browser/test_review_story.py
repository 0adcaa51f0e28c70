"""A review in the page, as its reviewers and holders see it: the card, the forms, the results.

With `USHER_SHOTS=folder` each of them is kept as a picture.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot import playground_app, sample_workspace, slack_checks
from playground.clock import Clock
from playground.seed import Person
from playground.server import Playground
from tests.browser.real_stage import START, Stage
from tests.browser.screen import Screen
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.review_stories import READ, hold, policy_with

WIKI = "Team wiki"
SHOTS = os.environ.get("USHER_SHOTS")
COLLEAGUES = [
    Person(
        name=f"holder{n:02d}",
        real_name=f"Holder {n:02d}",
        email=f"holder{n:02d}@contoso.com",
        title="Analyst",
        fields=(("Department", "Sales"),),
    )
    for n in range(1, 12)
]


class ReviewStage(Stage):
    """Olga reviews who may read production, and holders of the wiki are asked themselves."""

    company: Company

    async def _start(self, ending: AsyncExitStack) -> None:
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="usher-browser-"))
        self.playground = Playground(
            manifest=dict(slack_checks.read_manifest()),
            people=(*sample_workspace.PEOPLE, *COLLEAGUES),
            channels=sample_workspace.CHANNELS,
            usergroups=sample_workspace.USERGROUPS,
            team=sample_workspace.TEAM,
            clock=Clock(START, running=False),
            patience=playground_app.PACING,
            ack_within=60,
        )
        await self.playground.start()
        ending.push_async_callback(self.playground.stop)
        url = f"sqlite+aiosqlite:///{folder}/usher.db"
        olga = files.people("olga")
        themselves = policy_with({"self": True}) | {"name": WIKI}
        config = files.file(policy_with(olga), themselves)
        inside = playground_app.usher_inside(self.playground, url, config, loops=False)
        house = await ending.enter_async_context(inside)
        self.company = Company(playground=self.playground, house=house)
        await hold(self.company, "rita", "ed", *(one.name for one in COLLEAGUES))
        await self.company.asks("rita", WIKI, Justification="I write our manual")
        for package in (READ, WIKI):
            await self.company.administers(f"review start {package}")


@pytest.fixture
def stage() -> Iterator[ReviewStage]:
    """Two reviews that have just opened."""
    made = ReviewStage()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def usher(page: Page, stage: ReviewStage) -> Iterator[Screen]:
    """The page on it; a script error fails the test."""
    made = Screen(page, stage.url)
    made.open()
    yield made
    assert made.problems == []


def shown(screen: Screen, name: str) -> None:
    """Keep a picture of the page as it is, if pictures are wanted."""
    if SHOTS is not None:
        screen.page.screenshot(path=Path(SHOTS) / f"review-{name}.png")


def press(screen: Screen, words: str) -> None:
    """A button of the form in front, by its words."""
    screen.form.get_by_role("button", name=re.compile(f"^{re.escape(words)}")).first.click()


def test_olga_decides_thirteen_lines_and_reads_the_results(
    usher: Screen, stage: ReviewStage
) -> None:
    """One by one, then all that is left at once; closing and coming back loses nothing."""
    olga = usher.column("Olga")
    expect(olga.get_by_text("0 of 13 decided")).to_be_visible()
    shown(usher, "card")
    olga.get_by_role("button", name="Review now").click()
    expect(usher.form.get_by_text("@Ed Eriksen", exact=True)).to_be_visible()
    expect(usher.form.get_by_text("10 lines on this page of 13")).to_be_visible()
    shown(usher, "form")
    press(usher, "Keep: Ed Eriksen")
    expect(usher.form.get_by_text("1 of 13 decided")).to_be_visible()
    expect(usher.form.get_by_text("Keep by you")).to_be_visible()
    press(usher, "Add a reason")
    usher.form.get_by_role("textbox", name="Reason").fill("On call until June")
    shown(usher, "reason")
    usher.form.get_by_role("button", name="Keep", exact=True).click()
    expect(usher.form.get_by_text("On call until June")).to_be_visible()
    shown(usher, "form-answered")
    press(usher, "Next")
    expect(usher.form.get_by_text("@Rita Romero", exact=True)).to_be_visible()
    press(usher, "Close")
    expect(usher.form).to_be_hidden()
    expect(olga.get_by_text("1 of 13 decided")).to_be_visible()

    olga.get_by_role("button", name="Review now").click()
    expect(usher.form.get_by_text("@Ed Eriksen", exact=True)).to_have_count(0)
    press(usher, "Decide all shown (12)")
    expect(usher.form.get_by_text("Your answer goes to 12 lines")).to_be_visible()
    usher.form.get_by_label("Remove", exact=True).check()
    shown(usher, "several")
    press(usher, "Answer 12")
    expect(usher.form.get_by_text("12 lines now say Remove")).to_be_visible()
    shown(usher, "form-done")
    press(usher, "Close")
    shown(usher, "card-done")

    stage.run(stage.company.playground.days_pass(6))
    results = olga.locator(".message", has_text="Of 13 lines 1 was kept and 12 removed")
    expect(results).to_be_visible()
    expect(results.get_by_role("img").first).to_be_visible()
    shown(usher, "results")


def test_rita_answers_the_question_in_her_message(usher: Screen, stage: ReviewStage) -> None:
    """Two buttons; what she said stands there, and can be changed until the end."""
    rita = usher.column("Rita")
    question = rita.locator(".message", has_text="Do you still need Team wiki?")
    expect(question).to_contain_text("Without an answer you keep it.")
    shown(usher, "question")
    question.get_by_role("button", name="Remove").click()
    expect(question).to_contain_text("You answered Remove")
    question.get_by_role("button", name="Keep").click()
    expect(question).to_contain_text("You answered Keep")
    shown(usher, "question-answered")

    stage.run(stage.company.playground.days_pass(6))
    expect(question).to_contain_text("you answered Keep, so you keep it.")
    expect(question.get_by_role("button", name="Keep")).to_have_count(0)


def test_ada_sees_how_reviews_stand_and_is_asked_before_one_is_stopped(
    usher: Screen, stage: ReviewStage
) -> None:
    """No leaves everything as it was; yes ends it, and says what it was about."""
    usher.page.get_by_role("navigation").get_by_role("button", name="Ada").click()
    ada = usher.column("Ada")
    ada.get_by_role("button", name="Channels").click()
    usher.page.get_by_role("menuitem", name="access-admin").click()
    usher.types("Ada", "/access-admin reviews")
    expect(ada.get_by_text("Access reviews").last).to_be_visible()
    shown(usher, "administrators")
    ada.get_by_role("button", name="Stop: Production read access").last.click()
    expect(usher.question).to_contain_text("nothing will be removed because of it")
    shown(usher, "stop")
    usher.question.get_by_role("button", name="Not now").click()
    expect(usher.column("Olga").get_by_role("button", name="Review now")).to_be_visible()
    ada.get_by_role("button", name="Stop: Production read access").last.click()
    usher.question.get_by_role("button", name="Stop").click()
    expect(ada.get_by_text("is stopped for good").last).to_be_visible()
    expect(usher.column("Olga").get_by_role("button", name="Review now")).to_have_count(0)
