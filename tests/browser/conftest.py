"""A browser, and a page of it on a workspace that is always the same."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.fake_server import FakeServer
from tests.browser.screen import PATIENCE_MS, Screen

expect.set_options(timeout=PATIENCE_MS)

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HERE = Path(__file__).parent
ORACLE = HERE / "oracle"
ORACLE_TESTS = ("test_oracle.py", "test_accessibility.py")
NO_CHROMIUM = f"The browser tests were left out: there is no Chromium at {CHROMIUM}."
NO_ORACLE = (
    "The second opinion on drawing and the accessibility checks were left out: "
    "run `npm ci --ignore-scripts` in tests/browser/oracle."
)
NO_NPM = (
    "The second opinion on drawing and the accessibility checks were left out: "
    "they are installed with npm, which is not on this machine."
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what this machine cannot run, and remembers to say so."""
    left_out: list[pytest.Item] = []
    said: list[str] = []
    for item in items:
        if not item.path.is_relative_to(HERE):
            continue
        item.add_marker(pytest.mark.slow)
        if not CHROMIUM.exists():
            left_out.append(item)
            said.append(NO_CHROMIUM)
        elif item.path.name in ORACLE_TESTS and not (ORACLE / "node_modules").exists():
            left_out.append(item)
            said.append(NO_ORACLE if shutil.which("npm") else NO_NPM)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    config.stash[SAID] = tuple(dict.fromkeys(said))


SAID = pytest.StashKey[tuple[str, ...]]()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Says in one sentence what was left out and what to do."""
    for sentence in config.stash.get(SAID, ()):
        terminalreporter.write_line(sentence, yellow=True)


class OneBrowser:
    """One headless Chromium for all the tests of this folder, started at the first that needs it.

    No fixture of the whole session: while it is there a loop runs in this thread, and tests of
    other folders that run a loop of their own could not.
    """

    def __init__(self) -> None:
        self._ending = ExitStack()
        self._browser: Browser | None = None

    def get(self) -> Browser:
        """The browser, started if it is not running."""
        if self._browser is None:
            playwright = self._ending.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(
                executable_path=str(CHROMIUM), headless=True, args=list(ARGUMENTS)
            )
            self._ending.callback(self._browser.close)
        return self._browser

    def stop(self) -> None:
        """End it, and the loop that it needs."""
        self._browser = None
        self._ending.close()


ONE = OneBrowser()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    """Ends the browser after the last of these tests, when everything of theirs is taken down."""
    yield
    if nextitem is None or not nextitem.path.is_relative_to(HERE):
        ONE.stop()


@pytest.fixture(scope="module")
def browser() -> Browser:
    """The one headless Chromium."""
    return ONE.get()


@pytest.fixture(scope="module")
def fake_server() -> Iterator[FakeServer]:
    """One server for the tests of a file: the browser then fetches the page's files only once."""
    made = FakeServer()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def server(fake_server: FakeServer) -> FakeServer:
    """The sample workspace behind the page API, as it was at the beginning."""
    fake_server.begin_anew()
    return fake_server


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser window in a known time zone."""
    made = browser.new_context(
        viewport={"width": 1440, "height": 900}, timezone_id="UTC", locale="en-US"
    )
    yield made
    made.close()


FORGETTING = """
if (location.protocol === "http:" && !sessionStorage.getItem("begun")) {
  localStorage.clear();
  sessionStorage.setItem("begun", "yes");
}
"""


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """An empty page of that window, which remembers nothing of the test before.

    It forgets when it opens first and not when the one before closes: that one may still be
    writing down what was open. Reloading forgets nothing.
    """
    made = context.new_page()
    made.add_init_script(FORGETTING)
    yield made
    made.close()


@pytest.fixture
def screen(page: Page, server: FakeServer) -> Iterator[Screen]:
    """The playground's page on the sample workspace; a script error on it fails the test."""
    made = Screen(page, server.url)
    made.open()
    yield made
    assert made.problems == []
