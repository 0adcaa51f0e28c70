"""The page draws what another renderer draws: the same words and the same controls, block by block.

The other renderer is `slack-blocks-to-jsx`, which lives in `oracle/` and never in the page. Both
drawings are opened in the same browser; words that only explain how to use one of them are left out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ORACLE
from tests.browser.fake_page_api import Item, Json, item, items, load
from tests.browser.fake_server import FakeServer
from tests.browser.screen import Screen

READER = "U02MIA"
ZONE = "Europe/Stockholm"

OURS = """async ([block, reader]) => {
  const [{ drawBlocks }, { Values }, state] = await Promise.all([
    import("/page/blocks/index.js"), import("/page/values.js"), import("/page/state.js")]);
  document.getElementById("under-test")?.remove();
  const scene = { viewer: state.person(reader), surface: "message", container: {},
    values: new Values(), errors: null, press() {}, options() {}, shout() {} };
  const place = document.createElement("div");
  place.id = "under-test";
  place.append(...drawBlocks([block], scene));
  document.body.append(place);
}"""

WORDS = """([root, drop]) => {
  const copy = document.querySelector(root).cloneNode(true);
  for (const one of copy.querySelectorAll(drop)) one.replaceWith(" ");
  for (const one of copy.querySelectorAll("br")) one.replaceWith(" ");
  for (const one of copy.querySelectorAll("div, p, li, td, th, pre, h1, h2, h3, h4, h5, label"))
    one.append(" ");
  return copy.textContent;
}"""

CONTROL = """([root, find]) => {
  const text = 'input[type=text]:not([role=combobox]):not([tabindex="-1"])';
  const lines = `textarea, input[type=email], input[type=url], input[type=number],
    [contenteditable], ${text}`;
  const days = "input[type=date], input[type=time], input[type=datetime-local]";
  const found = [...document.querySelector(root).querySelectorAll(find)];
  return found.map((one) => {
    const inside = (what) => [...(one.matches(what) ? [one] : one.querySelectorAll(what))];
    const labels = inside("button, a[href^=http]").map((b) => b.textContent.trim());
    return {
      pressed: labels.filter((label) => label && label !== "Choose file"),
      options: inside("input[type=radio], input[type=checkbox]").length,
      chosen: inside("input").filter((i) => i.checked).length,
      dates: inside(days).flatMap((i) => i.value.split("T")).filter(Boolean),
      typed: inside(lines).map((i) => i.value ?? i.textContent),
    };
  });
}"""

PARTS = """(root) => {
  const at = document.querySelector(root);
  const of = (what) => [...at.querySelectorAll(what)].map((one) => one.textContent.trim());
  const links = [...at.querySelectorAll("a[href^=http]")];
  return {
    links: links.filter((one) => !one.matches("[data-action-id]")).map((one) => one.href),
    cells: of("td, th"),
    images: [...at.querySelectorAll("img")].map((one) => one.alt),
  };
}"""

HELP = re.compile(
    r"↵ please 'enter' to submit|\(optional\)|requires external data source", re.IGNORECASE
)


def normal(words: str) -> str:
    """Words without what the two may differ in: blanks, ordinals of dates, numbers of lists."""
    plain = HELP.sub(" ", words.replace("\u00a0", " "))
    plain = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", plain)
    plain = re.sub(r"(?<![\w.])\d+\.(?=\D|$)|[•◦]", " ", plain)
    return "".join(plain.split()).casefold()


def sample_blocks() -> dict[str, Item]:
    """Every block of the samples under a name of its own; `usher.json` has what Usher sent."""
    found: dict[str, Item] = {name: item(block) for name, block in load("payloads.json").items()}
    found |= {f"usher {name}": item(block) for name, block in load("usher.json").items()}
    for place, messages in load("messages.json").items():
        for number, message in enumerate(items(messages)):
            for block in items(message.get("blocks", [])):
                found[f"{place} {number} {block['type']} {block.get('block_id')}"] = block
    views = load("views.json")
    for name in ("request", "every", "home"):
        for block in items(item(views[name])["blocks"]):
            found[f"{name} {block['type']} {block['block_id']}"] = block
    # Both drawings find a control by the id of its action; no block may carry the same one.
    return {name: {**item(unsaid(block)), "block_id": "block"} for name, block in found.items()}


def unsaid(block: Json) -> Json:
    """The block without `verbatim`, at which the other renderer shows the markup as it was typed.

    Slack goes on formatting (docs.slack.dev, text object): only what would have been recognized
    without marks, such as a bare address, stays as it is.
    """
    if isinstance(block, list):
        return [unsaid(one) for one in block]
    if isinstance(block, dict):
        return {key: unsaid(one) for key, one in block.items() if key != "verbatim"}
    return block


BLOCKS = sample_blocks()


def action_ids(block: Json) -> list[str]:
    """The action ids of a block in the order of its elements."""
    if isinstance(block, list):
        return [one for part in block for one in action_ids(part)]
    if not isinstance(block, dict):
        return []
    own = [block["action_id"]] if isinstance(block.get("action_id"), str) else []
    below = [one for part in block.values() for one in action_ids(part)]
    return [str(one) for one in own] + below


@pytest.fixture(scope="module")
def drawn_elsewhere() -> dict[str, str]:
    """The HTML of the other renderer for every sample block."""
    workspace = load("workspace.json")
    data: Item = {
        "users": [
            {"id": one["id"], "name": one["real_name"]} for one in items(workspace["people"])
        ],
        "channels": [
            {"id": one["id"], "name": one["name"]} for one in items(workspace["channels"])
        ],
        "user_groups": [
            {"id": one["id"], "name": one["handle"]} for one in items(workspace["usergroups"])
        ],
    }
    asked = {
        "payloads": [[block] for block in BLOCKS.values()],
        "data": data,
        "now": item(workspace["clock"])["now"],
    }
    done = subprocess.run(
        ["node", "draw.mjs"],
        cwd=ORACLE,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZ": ZONE},
    )
    return dict(zip(BLOCKS, json.loads(done.stdout), strict=True))


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Our page on the sample workspace, and an empty one beside it for the other drawing."""
    server = FakeServer()
    server.start()
    context = browser.new_context(timezone_id=ZONE, locale="en-US")
    screen = Screen(context.new_page(), server.url)
    screen.open()
    yield screen.page, context.new_page()
    context.close()
    server.stop()


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_has_the_same_words_and_controls(
    name: str, pages: tuple[Page, Page], drawn_elsewhere: dict[str, str]
) -> None:
    """What a person reads and can do with one block is what the other renderer offers."""
    ours, theirs = pages
    block = BLOCKS[name]
    ours.evaluate(OURS, [block, READER])
    theirs.set_content(drawn_elsewhere[name])
    ids = action_ids(block)
    our_controls = "[data-action-id]"
    their_controls = ", ".join(f'[id="{one}"]' for one in ids) or "[id=none]"

    dropped = f"{our_controls}, .overflow-holder, .chips, .files, .listbox, svg"
    our_words = normal(ours.evaluate(WORDS, ["#under-test", dropped]))
    assert our_words == normal(theirs.evaluate(WORDS, ["body", f"{their_controls}, svg"]))

    offered = ours.evaluate(CONTROL, ["#under-test", our_controls])
    other = theirs.evaluate(CONTROL, ["body", their_controls])
    assert len(offered) == len(ids) == len(other)
    for mine, its in zip(offered, other, strict=True):
        for what in ("pressed", "options", "chosen", "dates", "typed"):
            assert mine[what] == its[what], what
    assert ours.evaluate(PARTS, "#under-test") == theirs.evaluate(PARTS, "body")
