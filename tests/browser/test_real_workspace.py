"""The page on the real playground, with a Bolt app behind it: nothing here is a stand-in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from playground.presenting import file_object
from tests.browser.real_stage import RealStage
from tests.browser.screen import Screen
from tests.playground.sample import text


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


def upload_form() -> dict[str, Any]:
    """A modal with a place for files."""
    element = {"type": "file_input", "action_id": "file", "max_files": 2}
    block = {"type": "input", "block_id": "file", "label": text("Evidence"), "element": element}
    return {
        "type": "modal",
        "callback_id": "request",
        "title": text("Attach"),
        "submit": text("Attach"),
        "blocks": [block],
    }


def test_a_file_is_chosen_in_a_form_and_reaches_the_app(real: Screen, stage: RealStage) -> None:
    """The state of the submission has the whole file object, as Slack sends it."""
    playground = stage.playground
    rita = playground.person("rita").id

    async def opens() -> None:
        trigger = playground.views.exchange(playground.views.issue_trigger(rita))
        playground.views.open(trigger, upload_form())

    stage.run(opens())
    expect(real.form).to_be_visible()
    chosen = FilePayload(name="proof.csv", mimeType="text/csv", buffer=b"a,b\n1,2\n")
    with real.page.expect_response("**/page-api/upload*"):
        real.form.locator("input[type=file]").set_input_files([chosen])
    expect(real.form.locator(".files li")).to_have_text("proof.csv")
    with real.page.expect_response("**/page-api/act"):
        real.form.get_by_role("button", name="Attach").click()
    expect(real.form.locator(".input-error")).to_have_count(0)
    [sent] = [one for one in playground.journal.exchanges if one.what.startswith("view_submission")]
    values = sent.request["view"]["state"]["values"]
    [file] = values["file"]["file"]["files"]
    assert (file["name"], file["size"], file["mimetype"]) == ("proof.csv", 8, "text/csv")
    assert playground.workspace.files[file["id"]].content == b"a,b\n1,2\n"


PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def test_pictures_files_and_rare_blocks_are_shown_or_named(real: Screen, stage: RealStage) -> None:
    """An uploaded picture is seen, a table can be fetched; a plan is read, a chart is named."""

    async def post() -> None:
        workspace = stage.playground.workspace
        rita = workspace.person("rita")
        files = [
            file_object(workspace, workspace.add_file(rita.id, name, body), stage.url)
            for name, body in (("results.png", PICTURE), ("results.csv", b"a,b\n"))
        ]
        task = {"type": "task_card", "task_id": "1", "title": "Ask Mia", "status": "complete"}
        blocks = [
            {"type": "plan", "block_id": "p", "title": "What is left", "tasks": [task]},
            {
                "type": "data_visualization",
                "block_id": "d",
                "title": "Answers",
                "chart": {"type": "pie"},
            },
        ]
        thumbs = [{"name": "+1", "users": [rita.id], "count": 1}]
        body = {"user": "U0PLAYBOT01", "text": "Results", "blocks": blocks}
        more = {"files": files, "reactions": thumbs}
        workspace.post(workspace.direct([rita.id]), {**body, **more}, by_app=True)

    stage.run(post())
    message = real.column("Rita").locator(".message").last
    expect(message.get_by_role("img", name="results.png")).to_have_js_property("naturalWidth", 1)
    link = message.get_by_role("link", name="results.csv")
    with real.page.expect_download() as fetched:
        link.click()
    assert fetched.value.suggested_filename == "results.csv"
    expect(message).to_contain_text("What is left")
    expect(message).to_contain_text("Ask Mia")
    expect(message).to_contain_text("Done")
    expect(message).to_contain_text("A chart is here (pie): Answers")
    expect(message.locator(".reaction")).to_contain_text("1")


def test_people_talk_and_both_see_it(real: Screen) -> None:
    """A word in a channel appears in the other's column and as an unread mark elsewhere."""
    for name in ("Rita", "Mia"):
        real.column(name).get_by_role("button", name="Channels").click()
        real.page.get_by_role("menuitem", name="general").click()
    real.types("Rita", "Hello @mia, look at #general")
    expect(real.column("Mia").locator(".message").last).to_contain_text("Hello @Mia Torres")
    expect(real.column("Mia").locator(".message").last).to_contain_text("#general")
