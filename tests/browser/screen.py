"""The page as a test speaks of it: columns of people, forms in front, the clock."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

from playwright.sync_api import ConsoleMessage, Locator, Page

PATIENCE_MS = 30_000
"""How long a page may take to show what it is asked for: a machine busy with other tests is slow."""


class Screen:
    """One open page of the playground."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._console)
        page.set_default_timeout(PATIENCE_MS)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def open(self) -> None:
        """Loads the page and waits until the workspace is drawn."""
        self.page.goto(self.url)
        self.page.locator("html[data-ready=yes]").wait_for(state="attached")

    def column(self, name: str) -> Locator:
        """The column of the person with this name."""
        return self.page.get_by_role("region", name=re.compile(f"^{name}"))

    def line(self, name: str) -> Locator:
        """The line that person types into."""
        return self.column(name).locator(".composer-input").first

    def types(self, name: str, text: str) -> None:
        """That person types a line and presses Enter."""
        self.line(name).fill(text)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Enter")

    def sends(self, act: str) -> AbstractContextManager[object]:
        """Waits at its end until the page has sent this act and was answered."""
        return self.page.expect_response(
            lambda answer: f'"do":"{act}"' in (answer.request.post_data or "")
        )

    @property
    def form(self) -> Locator:
        """The form in front."""
        return self.page.locator("dialog.modal[open]")

    @property
    def question(self) -> Locator:
        """The question before an action."""
        return self.page.get_by_role("alertdialog")

    def field(self, label: str) -> Locator:
        """A control of the form by its label."""
        return self.form.get_by_label(label, exact=False).first

    def focused(self) -> str:
        """What has the focus, by its label."""
        found = self.page.evaluate(
            """() => {
              const one = document.activeElement;
              const by = one.getAttribute("aria-labelledby");
              const label = by && document.getElementById(by);
              return one.getAttribute("aria-label") || label?.textContent || one.textContent;
            }"""
        )
        return str(found).strip()
