"""Nobody is kept out: axe finds nothing serious on any of the page's faces, light or dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ORACLE
from tests.browser.fake_server import FakeServer
from tests.browser.screen import Screen

AXE = ORACLE / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async (rules) => {
  const only = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const found = await axe.run(document, { resultTypes: ["violations"], ...only });
  return found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.map((n) => n.target.join(" ") + " " +
      (n.any[0]?.message ?? "")).slice(0, 4).join(" | ")}`);
}"""


def conversations(screen: Screen) -> None:
    """Four columns with cards, a review, a table, ephemeral messages, a guest."""
    for name in ("Olga", "Gus"):
        screen.page.get_by_role("navigation").get_by_role("button", name=name).click()


def home(screen: Screen) -> None:
    """A Home tab."""
    screen.column("Rita").get_by_role("tab", name="Home").click()
    screen.page.locator(".home .header").first.wait_for()


def form(screen: Screen) -> None:
    """A form with every kind of field and errors beside some."""
    screen.types("Rita", "/access every")
    screen.field("Number").fill("none")
    screen.form.get_by_role("button", name="Save").click()
    screen.form.locator(".input-error").first.wait_for()


def choosing(screen: Screen) -> None:
    """An open list in a form."""
    screen.types("Rita", "/access request")
    screen.form.wait_for()
    screen.page.keyboard.type("a")
    screen.page.get_by_role("option").first.wait_for()


def question(screen: Screen) -> None:
    """The question before a press."""
    screen.column("Mia").get_by_role("button", name="Deny").click()
    screen.question.wait_for()


def inspector(screen: Screen) -> None:
    """An exchange being read, after the clock has moved, with a refused command."""
    screen.types("Rita", "/lunch")
    screen.types("Rita", "/access request")
    screen.form.wait_for()
    screen.page.keyboard.press("Escape")
    screen.page.get_by_role("button", name="+7 days").click()
    screen.page.get_by_role("button", name="Inspector").click()
    screen.page.locator(".exchange").first.click()


def faults(screen: Screen) -> None:
    """The faults with one in force."""
    screen.page.get_by_role("button", name="Faults").click()
    screen.page.get_by_role("button", name="Add this fault").click()
    screen.page.locator(".fault").wait_for()


def commands(screen: Screen) -> None:
    """The list of commands above the line."""
    screen.line("Rita").press_sequentially("/")


FACES = (conversations, home, form, choosing, question, inspector, faults, commands)


COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that depend on the scheme; names, roles and order are the same in both."""


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_axe_finds_nothing_serious(
    page: Page, server: FakeServer, face: Callable[[Screen], None]
) -> None:
    """Contrast, names, roles, focus order: every rule of axe at its two graver levels."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    screen = Screen(page, server.url)
    screen.open()
    face(screen)
    # Evaluated by the browser's debugger, so that the page's own policy on scripts stays as it is.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert page.evaluate(RUN, COLOURS) == []


def test_a_phone_passes_too(page: Page, server: FakeServer) -> None:
    """The narrow layout with the people drawn out."""
    page.set_viewport_size({"width": 360, "height": 720})
    page.emulate_media(reduced_motion="reduce")
    screen = Screen(page, server.url)
    screen.open()
    page.get_by_role("button", name="People and channels").click()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN) == []
